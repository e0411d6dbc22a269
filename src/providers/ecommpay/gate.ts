/**
 * Gate, the server calls of ECommPay: capture, cancel, refund, status. JSON, signed in `general.signature`.
 *
 * Facts: SHEET.md, "After payment". HTTP 200 and `success` mean that Gate accepted the request. The result comes as a callback with
 * the same request_id, or by a status query.
 *
 * Safe readings:
 * - the method in the URL is the payment.method of the callback;
 * - it is unverified whether Gate declines a second request with the same merchant_refund_id, so nothing is repeated;
 * - an answer is verified where it carries a signature.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind, OperationRule } from '../../payments/operations.ts';
import type { BookedState, Bookings } from '../../payments/reconciliation.ts';
import type {
  Json,
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
  UpdateOutcome,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import type { EcommpaySettings } from './settings.ts';
import { signGateBody, verifyGateAnswer } from './signatures.ts';
import { operationKindOf, paymentOutcome } from './statuses.ts';

interface Money {
  readonly amount?: number;
  readonly currency?: string;
}

/** One operation of a payment, as the status shows it. */
interface GateOperation {
  readonly id?: number | string;
  readonly type?: string;
  readonly status?: string;
  readonly request_id?: string;
  readonly sum_initial?: Money;
  readonly code?: string | number;
  readonly message?: string;
}

/** The members of a status answer that are read. */
interface GateStatus {
  readonly payment?: {
    readonly id?: string;
    readonly status?: string;
    readonly method?: string;
    readonly sum?: Money;
  };
  readonly operations?: readonly GateOperation[];
}

/** What the members of a call are, beside project_id and payment_id. */
interface GateMembers {
  readonly general?: Record<string, Json>;
  readonly [name: string]: Json | undefined;
}

/** operation.status of an operation that failed. */
const FAILED = new Set(['decline', 'error', 'internal error', 'external error']);

function isOf(kind: OperationKind): (operation: GateOperation) => boolean {
  return ({ type = '' }) => operationKindOf(type) === kind;
}

/** What has been refunded in all, in minor units. */
function refundedIn({ operations = [] }: GateStatus): number {
  return operations
    .filter(isOf('refund'))
    .filter(({ status }) => status === 'success')
    .reduce((sum, { sum_initial }) => sum + (sum_initial?.amount ?? 0), 0);
}

async function callGate(
  fetcher: typeof fetch,
  { settings, endpoints }: ProviderAccount<EcommpaySettings>,
  path: string,
  order: string,
  { general, ...rest }: GateMembers = {},
): Promise<{ readonly status: number; readonly text: string; readonly body: Record<string, unknown> }> {
  const members = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const covered = {
    general: { project_id: settings.project_id, payment_id: order, ...general },
    ...members,
  };
  const { signature } = signGateBody(settings, covered);
  const { status, text } = await callApi(
    fetcher,
    atOrigin(`${settings.gate_url}/payment/${path}`, endpoints.api),
    {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...covered, general: { ...covered.general, signature } }),
    },
  );
  if (status >= 500)
    throw new Problem('provider_error', `the provider answered ${status}`, { cause: text.slice(0, 1000) });
  const body = jsonObject(text);
  if (body.status === 'error') throw new Declined(String(body.code ?? status), String(body.message ?? ''));
  return { status, text, body };
}

async function paymentStatus({
  account,
  order,
  fetch: fetcher,
}: Pick<StatusQuery<EcommpaySettings>, 'account' | 'order' | 'fetch'>) {
  const { text, body, status } = await callGate(fetcher, account, 'status', order);
  verifyGateAnswer(account.settings, text);
  const found = body as GateStatus;
  if (found.payment?.id !== order || !found.payment.status)
    throw new Problem('provider_error', `the provider answered ${status} and nothing about this payment`, {
      cause: text.slice(0, 1000),
    });
  const { status: word, sum, method } = found.payment;
  return { ...found, word, sum, method };
}

// --- Operations -------------------------------------------------------------------------------------------

async function execute(order: OperationOrder<EcommpaySettings>): Promise<OperationResult> {
  const { account, kind, amount, currency, providerState, operationReference } = order;
  if (!providerState.method) throw new Problem('invalid_state', 'the method of this payment is not known');
  const money = kind === 'cancel' ? undefined : { amount, currency };
  const type = account.settings.interface_type;
  const { body } = await callGate(
    order.send,
    account,
    `${encodeURIComponent(providerState.method)}/${kind}`,
    order.order,
    {
      general: { merchant_callback_url: order.urls.callback },
      payment:
        kind === 'refund' && money
          ? { ...money, description: operationReference, merchant_refund_id: operationReference }
          : money,
      interface_type: kind === 'refund' && type ? (JSON.parse(type) as Json) : undefined,
    },
  );
  if (body.status !== 'success')
    throw new Problem('provider_error', `the provider answered with the status ${String(body.status)}`);
  const reference = body.request_id === undefined ? null : String(body.request_id);
  return { state: 'accepted', status: 'accepted', providerReference: reference };
}

/** The state of an operation by its word. */
function bookedState({ status = '' }: GateOperation): BookedState {
  if (status === 'success') return 'succeeded';
  return FAILED.has(status) ? 'failed' : 'accepted';
}

async function lookUp(call: OperationCall<EcommpaySettings>): Promise<Bookings> {
  const { operations = [], word, method } = await paymentStatus(call);
  return {
    entries: operations.filter(isOf(call.kind)).map((operation) => ({
      providerReference: operation.request_id ?? null,
      amount: call.kind === 'cancel' ? null : (operation.sum_initial?.amount ?? null),
      state: bookedState(operation),
      status: operation.status ?? '',
    })),
    complete: true,
    status: word,
    ...(typeof method === 'string' && method && { providerState: { method } }),
  };
}

function gateOperation(
  fundsSource: OperationRule['fundsSources'][number],
  parts: OperationRule['parts'],
): ProviderOperation<EcommpaySettings> {
  return { rule: { fundsSources: [fundsSource], parts }, execute, lookUp };
}

export const gateCapture = gateOperation('held', 'one');
export const gateCancel = gateOperation('held', 'whole');
export const gateRefund = gateOperation('paid', 'many');

// --- Status -----------------------------------------------------------------------------------------------

/**
 * Queries the status of a payment: what was paid, and what was refunded of it, in minor units.
 * @throws Problem provider_error or provider_unreachable
 * @throws Refusal when the answer carries a signature that is wrong
 */
export async function gateStatusUpdates(
  query: StatusQuery<EcommpaySettings>,
): Promise<readonly ProviderUpdate[]> {
  const found = await paymentStatus(query);
  const { word, sum, method } = found;
  const outcomeNow = paymentOutcome(word);
  const refunded = refundedIn(found);
  const left = Number.isSafeInteger(sum?.amount) ? (sum?.amount ?? null) : null;
  const update = (outcome: UpdateOutcome, amount: number | null): ProviderUpdate => ({
    kind: 'update',
    order: query.order,
    key: `status/${word}/${outcome}/${amount}`,
    outcome,
    amount,
    currency: sum?.currency ?? null,
    movement: 'payment',
    cumulative: true,
    // A callback that was only a hint has left no method.
    ...(typeof method === 'string' && method && { providerState: { method } }),
    providerReference: null,
    providerStatus: word,
    detail: {},
  });
  if (outcomeNow !== 'refunded' && outcomeNow !== 'reversed') return [update(outcomeNow, left)];
  // After a refund payment.sum is what is left.
  return [update('paid', left === null ? null : left + refunded), update('refunded', refunded)];
}
