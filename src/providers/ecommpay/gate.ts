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
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationRule } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { Json, OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { mayDecline } from '../kit/declining.ts';
import { providerError } from '../kit/provider-error.ts';
import type { EcommpaySettings } from './settings.ts';
import { signGateBody, verifyGateAnswer } from './signatures.ts';
import { ecommpayOperationState, operationKindOf, paymentOutcome } from './statuses.ts';

interface Money {
  readonly amount?: number;
  readonly currency?: string;
}

/** One operation of a payment, as the status shows it. */
export interface GateOperation {
  readonly id?: number | string;
  readonly type?: string;
  readonly status?: string;
  readonly request_id?: string;
  readonly sum_initial?: Money;
  /** Our name for a refund. A callback has it beside its operation; whether a status has it is unverified. */
  readonly merchant_refund_id?: string;
}

/** The members of a status answer that are read. */
interface GateStatus {
  readonly payment?: {
    readonly id?: string;
    readonly status?: string;
    readonly method?: string;
    readonly sum?: Money;
  };
  readonly operations?: unknown;
  /** What was asked for, and what was taken of it, in the format that has no payment.sum. */
  readonly sum_request?: Money;
  readonly sum_real?: Money;
}

/** A payment as Gate shows it, all about the payment that was asked about. */
export interface GatePayment {
  /** payment.status. */
  readonly word: string;
  /** Minor units: of what is left after refunds; null: it shows none. */
  readonly left: number | null;
  /** Minor units: what was paid or is held in all, by the sums that stand beside payment.sum; null: there are none. */
  readonly made: number | null;
  readonly currency: string | null;
  readonly method: string | null;
  /** Null: it shows none, which is not the same as that there are none. */
  readonly operations: readonly GateOperation[] | null;
}

/** What the members of a call are, beside project_id and payment_id. */
interface GateMembers {
  readonly general?: Record<string, Json>;
  readonly [name: string]: Json | undefined;
}

/** Whom a call is for: an operation, or a status query. */
type Asked = Pick<OperationCall<EcommpaySettings>, 'account' | 'order' | 'currency' | 'fetch'>;

/** @throws Refusal when the members of an answer name another project or payment. */
function requirePayment({ account, order }: Asked, body: Readonly<Record<string, unknown>>): void {
  const general = (body.general ?? {}) as Readonly<Record<string, unknown>>;
  for (const { project_id, payment_id } of [body, general]) {
    if (project_id !== undefined && String(project_id) !== String(account.settings.project_id))
      throw new Refusal('wrong_account', `the answer is for the project ${String(project_id)}`);
    if (payment_id !== undefined && payment_id !== order)
      throw new Refusal('wrong_account', 'the answer is about another payment');
  }
}

/**
 * Calls Gate.
 * @throws Declined for an error of Gate's own; Problem for what is no answer; Refusal for one about something else.
 */
async function callGate(
  asked: Asked,
  fetcher: typeof fetch,
  path: string,
  { general, ...rest }: GateMembers = {},
): Promise<Record<string, unknown>> {
  const { settings, endpoints } = asked.account;
  const members = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const covered = {
    general: { project_id: settings.project_id, payment_id: asked.order, ...general },
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
  if (!mayDecline(status)) throw providerError(`the provider answered ${status}`, text.slice(0, 1000));
  const body = jsonObject(text);
  verifyGateAnswer(settings, text);
  requirePayment(asked, body);
  if (body.status === 'error') throw new Declined(String(body.code ?? status), String(body.message ?? ''));
  if (status !== 200) throw providerError(`the provider answered ${status}`, text.slice(0, 1000));
  return body;
}

/** The amount of a sum in minor units; null: it shows none. @throws Refusal when it is in another currency. */
function amountIn({ currency }: Asked, sum: Money | undefined): number | null {
  if (sum?.currency !== undefined && sum.currency !== currency)
    throw new Refusal('wrong_account', `the answer is about ${sum.currency}`);
  return Number.isSafeInteger(sum?.amount) ? (sum?.amount ?? null) : null;
}

/** What made a payment: captures where there are some, else sales, else what is held. */
const MAKING = ['capture', 'sale', 'auth'];

/** What was paid or is held, by the sums beside payment.sum. @throws Refusal when they are in another currency. */
function madeIn(
  asked: Asked,
  { sum_request, sum_real }: GateStatus,
  operations: readonly GateOperation[],
): number | null {
  const isSameCurrency = (sum_request ?? sum_real)?.currency === sum_real?.currency;
  const sum = sum_real && isSameCurrency ? sum_real : sum_request;
  if (sum) return amountIn(asked, sum);
  for (const type of MAKING) {
    const done = operations.filter((one) => one.type === type && one.status === 'success');
    const amounts = done.map(({ sum_initial }) => amountIn(asked, sum_initial));
    if (amounts.length > 0 && !amounts.includes(null))
      return amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0);
  }
  return null;
}

/**
 * Queries the status of a payment.
 * @throws Problem, Declined; Refusal when the answer is about something else, or carries a signature that is wrong.
 */
export async function paymentStatus(asked: Asked): Promise<GatePayment> {
  const body = await callGate(asked, asked.fetch, 'status');
  const status = body as GateStatus;
  const { payment, operations } = status;
  if (payment?.id !== asked.order || typeof payment.status !== 'string' || payment.status === '')
    throw providerError('the provider answered nothing about this payment', body);
  const listed = Array.isArray(operations) ? (operations as readonly GateOperation[]) : null;
  for (const { sum_initial } of listed ?? []) amountIn(asked, sum_initial);
  return {
    word: payment.status,
    left: amountIn(asked, payment.sum),
    made: madeIn(asked, status, listed ?? []),
    currency: payment.sum?.currency ?? null,
    method: typeof payment.method === 'string' && payment.method !== '' ? payment.method : null,
    operations: listed,
  };
}

// --- Operations -------------------------------------------------------------------------------------------

async function execute(order: OperationOrder<EcommpaySettings>): Promise<OperationResult> {
  const { account, kind, amount, currency, providerState, operationReference } = order;
  // A payment may be known by a message that has no method.
  const method = providerState.method ?? (await paymentStatus(order)).method;
  if (!method) throw new Problem('invalid_state', 'the method of this payment is not known');
  const money = kind === 'cancel' ? undefined : { amount, currency };
  const type = account.settings.interface_type;
  const body = await callGate(order, order.send, `${encodeURIComponent(method)}/${kind}`, {
    general: { merchant_callback_url: order.urls.callback },
    payment:
      kind === 'refund' && money
        ? { ...money, description: operationReference, merchant_refund_id: operationReference }
        : money,
    interface_type: kind === 'refund' && type ? (JSON.parse(type) as Json) : undefined,
  });
  if (body.status !== 'success')
    throw providerError(`the provider answered with the status ${String(body.status)}`);
  const { request_id } = body;
  const reference = typeof request_id === 'string' && request_id !== '' ? request_id : null;
  return {
    state: 'accepted',
    status: 'accepted',
    providerReference: reference,
    ...(method !== providerState.method && { providerState: { method } }),
  };
}

/** What was captured, or refunded, in all, by a payment whose operations are not shown; undefined: that does not tell. */
function totalOf({ kind, before }: OperationCall<EcommpaySettings>, found: GatePayment): number | undefined {
  const outcome = paymentOutcome(found.word);
  if (kind === 'capture') return outcome === 'paid' ? (found.left ?? undefined) : undefined;
  if (outcome === 'reversed') return before.paid;
  return outcome === 'refunded' && found.left !== null ? before.paid - found.left : undefined;
}

async function lookUp(call: OperationCall<EcommpaySettings>): Promise<Bookings> {
  const found = await paymentStatus(call);
  const { operations, word, method } = found;
  const common = { status: word, ...(method !== null && { providerState: { method } }) };
  if (operations === null) {
    const total = call.kind === 'cancel' ? undefined : totalOf(call, found);
    const isReleased = call.kind === 'cancel' && paymentOutcome(word) === 'cancelled';
    return {
      ...common,
      entries: isReleased ? [{ amount: null, state: 'succeeded', status: word }] : [],
      complete: false,
      ...(total !== undefined && { total }),
    };
  }
  const entries = operations.filter(({ type = '' }) => operationKindOf(type) === call.kind);
  return {
    ...common,
    entries: entries.map(({ id, request_id, sum_initial, status = '', merchant_refund_id: name }) => ({
      ...(typeof name === 'string' && { operationReference: name || null }),
      providerReference: request_id ?? null,
      amount: call.kind === 'cancel' ? null : amountIn(call, sum_initial),
      state: ecommpayOperationState(status),
      status,
      ...(call.kind === 'refund' && { movement: ecommpayRefundMovement(String(id ?? '')) }),
    })),
    complete: true,
  };
}

/** The identity of what a refund has moved, by operation.id. */
export function ecommpayRefundMovement(operationId: string): string {
  return `refund/${operationId}`;
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
