/**
 * Gate, the server calls of ECommPay: capture, cancel, refund, status. JSON signed in `general.signature`.
 *
 * Facts: the vendor's Gate documentation, its SDKs and its commercetools plug-in. HTTP 200 and `success` mean that the request
 * was accepted; the result comes as a callback with the same request_id, or is asked for. Safe readings: the URL name of the method is
 * that of the callback; whether a merchant_refund_id is refused a second time is unverified, so nothing is repeated; an
 * answer to a question is checked where it carries a signature.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Outcome } from '../../payments/statuses.ts';
import type {
  Json,
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';

/** What Gate needs of an account's settings. */
interface GateSettings {
  readonly project_id: number;
  readonly gate_url: string;
  readonly interface_type?: string | undefined;
}

/** What the provider's file lends: its recipe, and its words. */
interface Lent<Settings> {
  /** The signature of a body; the recipe `api-signature`. */
  sign(settings: Settings, body: Json): string;
  /** @throws Refusal when the body carries a signature that is wrong. */
  verify(settings: Settings, text: string): void;
  /** What a payment.status stands for. */
  outcomeOf(word: string): Outcome;
}

interface Money {
  readonly amount?: number;
  readonly currency?: string;
}

/** One operation of a payment as the status shows it. */
interface GateOperation {
  readonly id?: number | string;
  readonly type?: string;
  readonly status?: string;
  readonly request_id?: string;
  readonly sum_initial?: Money;
  readonly code?: string | number;
  readonly message?: string;
}

interface GateStatus {
  readonly payment?: { readonly id?: string; readonly status?: string; readonly sum?: Money };
  readonly operations?: readonly GateOperation[];
}

const TYPES: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['capture'],
  cancel: ['cancel'],
  refund: ['refund', 'reversal'],
};

const FAILED = new Set(['decline', 'error', 'internal error', 'external error']);

function isOf(kind: OperationKind): (operation: GateOperation) => boolean {
  return ({ type = '' }) => TYPES[kind].includes(type);
}

/** What was given back in all. */
function refundedIn({ operations = [] }: GateStatus): number {
  return operations
    .filter(isOf('refund'))
    .filter(({ status }) => status === 'success')
    .reduce((sum, { sum_initial }) => sum + (sum_initial?.amount ?? 0), 0);
}

/** Calls of Gate. */
export function gate<Settings extends GateSettings>(lent: Lent<Settings>) {
  async function call(
    fetcher: typeof fetch,
    { settings, endpoints }: ProviderAccount<Settings>,
    path: string,
    order: string,
    more: { readonly general?: Record<string, Json>; readonly [name: string]: Json | undefined } = {},
  ): Promise<{ readonly status: number; readonly text: string; readonly body: Record<string, unknown> }> {
    const { general, ...rest } = more;
    const members = Object.fromEntries(
      Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    );
    const covered = {
      general: { project_id: settings.project_id, payment_id: order, ...general },
      ...members,
    };
    const signature = lent.sign(settings, covered);
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

  async function statusOf({
    account,
    order,
    fetch: fetcher,
  }: Pick<StatusQuery<Settings>, 'account' | 'order' | 'fetch'>) {
    const { text, body, status } = await call(fetcher, account, 'status', order);
    lent.verify(account.settings, text);
    const found = body as GateStatus;
    if (found.payment?.id !== order || !found.payment.status)
      throw new Problem('provider_error', `the provider answered ${status} and nothing about this payment`, {
        cause: text.slice(0, 1000),
      });
    return { ...found, word: found.payment.status, sum: found.payment.sum };
  }

  async function run(order: OperationOrder<Settings>): Promise<OperationResult> {
    const { account, kind, amount, currency, providerState, operationReference } = order;
    if (!providerState.method) throw new Problem('invalid_state', 'the method of this payment is not known');
    const money = kind === 'cancel' ? undefined : { amount, currency };
    const type = account.settings.interface_type;
    const { body } = await call(
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

  async function outcome(asked: OperationCall<Settings>): Promise<OperationResult | null> {
    const { kind, providerReference: reference, before } = asked;
    const found = await statusOf(asked);
    const such = (found.operations ?? []).filter(isOf(kind));
    const ours = reference === null ? undefined : such.find(({ request_id }) => request_id === reference);
    const result = (operation?: GateOperation): OperationResult => ({
      state: 'succeeded',
      status: operation?.status ?? found.word,
      providerReference: operation?.request_id ?? reference,
    });
    if (ours?.status === 'success') return result(ours);
    if (ours && FAILED.has(ours.status ?? ''))
      throw new Declined(String(ours.code ?? ours.status), ours.message ?? '');
    // Accepted, and not shown yet; or still in process.
    if (
      ours ||
      reference !== null ||
      such.some(({ status = '' }) => status !== 'success' && !FAILED.has(status))
    )
      return null;
    const isDone =
      kind === 'refund'
        ? refundedIn(found) >= asked.expected
        : kind === 'cancel'
          ? lent.outcomeOf(found.word) === 'cancelled'
          : lent.outcomeOf(found.word) === 'paid';
    if (isDone) return result();
    const isAsBefore =
      kind === 'refund' ? refundedIn(found) === before.refunded : lent.outcomeOf(found.word) === 'authorized';
    if (isAsBefore) throw new Declined(found.word, 'the platform has no such operation');
    return null;
  }

  const operation = (
    fundsSources: ProviderOperation<Settings>['rule']['fundsSources'],
    parts: ProviderOperation<Settings>['rule']['parts'],
  ): ProviderOperation<Settings> => ({ rule: { fundsSources, parts }, execute: run, reconcile: outcome });

  return {
    capture: operation(['held'], 'one'),
    cancel: operation(['held'], 'whole'),
    refund: operation(['paid'], 'many'),

    /** What the status says: the payment, and what was given back of it. */
    async ask(question: StatusQuery<Settings>): Promise<readonly ProviderUpdate[]> {
      const found = await statusOf(question);
      const { word, sum } = found;
      const outcomeNow = lent.outcomeOf(word);
      const refunded = refundedIn(found);
      const isBack = outcomeNow === 'refunded' || outcomeNow === 'reversed';
      const left = Number.isSafeInteger(sum?.amount) ? (sum?.amount ?? null) : null;
      const fact = (outcome: Outcome, amount: number | null): ProviderUpdate => ({
        kind: 'update',
        order: question.order,
        key: `status/${word}/${outcome}/${amount}`,
        outcome,
        amount,
        currency: sum?.currency ?? null,
        movement: 'payment',
        cumulative: true,
        providerReference: null,
        providerStatus: word,
        detail: {},
      });
      // After a refund payment.sum is what is left.
      if (!isBack) return [fact(outcomeNow, left)];
      return [fact('paid', left === null ? null : left + refunded), fact('refunded', refunded)];
    },
  };
}
