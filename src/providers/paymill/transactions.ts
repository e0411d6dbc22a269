/** PAYMILL's transactions: how their JSON is read, and what it says about a payment. */
import { Refusal } from '../../payments/errors.ts';
import type { UpdatedOperation } from '../../payments/reconciliation.ts';
import type { ProviderUpdate, StatusQuery, UpdateOutcome } from '../contract.ts';
import { jsonObject } from '../kit/api-call.ts';
import { expiryOf, withCard } from '../kit/card.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { paymillMinor, requirePaymillMode } from './members.ts';
import { type PaymillRefund, refundOperation } from './refund.ts';
import type { PaymillSettings } from './settings.ts';
import { PAYMILL_DECLINES, PAYMILL_FAILURES, PAYMILL_TRANSACTION_STATUSES } from './statuses.ts';

/** Amounts in the currency's minor units. */
export interface PaymillTransaction {
  readonly id?: string;
  /** What is left after refunds, usually as text. */
  readonly amount?: string | number;
  /** What was first charged. */
  readonly origin_amount?: number | string;
  readonly currency?: string;
  readonly status?: string;
  readonly response_code?: number;
  readonly description?: string | null;
  readonly livemode?: boolean;
  readonly payment?: {
    readonly card_type?: unknown;
    readonly last4?: unknown;
    readonly expire_month?: unknown;
    readonly expire_year?: unknown;
  } | null;
  readonly preauthorization?: string | { readonly id?: string } | null;
}

/** The `response_code` of a success. HTTP 200 does not mean paid: `status` and `response_code` do. */
export const PAYMILL_SUCCESS = 20_000;

/** A transaction, or a preauthorization, which is closed when it has been made: what became of it, its transaction says. */
export interface PaymillData extends PaymillTransaction {
  readonly transaction?: PaymillTransaction | string | null;
}

/** The members that a transaction has a value for. */
function present(transaction: PaymillTransaction): PaymillTransaction {
  return Object.fromEntries(Object.entries(transaction).filter(([, value]) => value !== null));
}

/** The transaction of some data: itself, or that of a preauthorization. */
export function transactionIn(data: PaymillData): PaymillTransaction {
  const { id: held = '', transaction, ...others } = data;
  if (!held.startsWith('preauth_'))
    return typeof transaction === 'object' && transaction ? transaction : data;
  const { amount = '', description = null, currency = '', livemode, status } = others;
  const known = { origin_amount: amount, description, currency, preauthorization: held };
  const environment = livemode === undefined ? {} : { livemode };
  if (typeof transaction === 'object' && transaction)
    return { ...known, ...environment, ...present(transaction) };
  // Without a transaction to look at it is not known what closed it.
  const word = status === 'closed' || status === undefined ? 'open' : status;
  return { ...known, ...environment, id: held, status: word };
}

/**
 * The transaction in an answer of the API.
 * @throws Problem provider_error when the body is not a JSON object.
 */
export function readPaymillTransaction(body: string): PaymillTransaction {
  return transactionIn((jsonObject(body).data ?? {}) as PaymillData);
}

/** What became of a transaction; `none` for a status that the sheet does not have. */
export function outcomeOfPaymill({ status = '', response_code = 0 }: PaymillTransaction): UpdateOutcome {
  if (status === 'failed') return meaningOf(PAYMILL_FAILURES, String(response_code))?.outcome ?? 'denied';
  // Closed without the code of a success: held by the acquirer, reversed, or in doubt.
  if (status === 'closed' && response_code !== PAYMILL_SUCCESS) return 'pending';
  return meaningOf(PAYMILL_TRANSACTION_STATUSES, status)?.outcome ?? 'none';
}

/** What later operations name: the preauthorization that holds the money, or the transaction that took it. */
function providerStateOf(
  outcome: UpdateOutcome,
  { id, preauthorization: held }: PaymillTransaction,
): Pick<ProviderUpdate, 'providerState'> {
  if (outcome === 'authorized') {
    const preauthorization = typeof held === 'string' ? held : held?.id;
    return preauthorization ? { providerState: { preauthorization } } : {};
  }
  return (outcome === 'paid' || outcome === 'refunded') && id ? { providerState: { transaction: id } } : {};
}

/** The card of the payment object, as the API answers it. */
function cardIn({ payment }: PaymillTransaction): Pick<ProviderUpdate, 'card'> {
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return withCard({
    brand: text(payment?.card_type),
    number: text(payment?.last4),
    expiry: expiryOf(text(payment?.expire_year), text(payment?.expire_month)),
  });
}

/** What was first charged, in minor units; null: it cannot be read. */
export function chargedIn({ origin_amount }: PaymillTransaction): number | null {
  return paymillMinor(origin_amount);
}

/** What was refunded in all, in minor units; null: it cannot be read. */
function refundedIn(transaction: PaymillTransaction): number | null {
  const charged = chargedIn(transaction);
  if (transaction.status === 'refunded') return charged;
  const left = paymillMinor(transaction.amount);
  return charged === null || left === null || left > charged ? null : charged - left;
}

/**
 * What a transaction, as PAYMILL's API answered it, says about an attempt; none: its word is not known. What was refunded is a total.
 * @param mode the answer's `mode`: `test` or `live`.
 * @param refunds those of the transaction, where they are known.
 * @throws Refusal when it is about another payment or mode.
 */
export function updatesOfPaymill(
  { account, order }: StatusQuery<PaymillSettings>,
  transaction: PaymillTransaction,
  mode: unknown,
  refunds: readonly PaymillRefund[] = [],
): readonly ProviderUpdate[] {
  if (transaction.description !== order) {
    throw new Refusal('wrong_account', 'the answer is about another payment');
  }
  requirePaymillMode(account, mode);
  const outcome = outcomeOfPaymill(transaction);
  if (outcome === 'none') return [];
  const { id = '', status = '', amount, currency = null, response_code } = transaction;
  const update = (moved: UpdateOutcome, total: number | null): ProviderUpdate =>
    providerUpdate({
      order,
      key: `${id}/${status}/${String(amount)}`,
      outcome: moved,
      amount: total,
      currency,
      movement: id,
      ...providerStateOf(moved, transaction),
      providerReference: id || null,
      providerStatus: status,
      ...withReason(PAYMILL_DECLINES, String(response_code)),
      ...cardIn(transaction),
      detail: response_code ? { response_code: String(response_code) } : {},
    });
  const refunded = outcome === 'refunded' ? refundedIn(transaction) : 0;
  if (outcome === 'refunded' && refunded === null)
    throw providerError('PAYMILL answered a refund without an amount');
  const hasPaid = outcome === 'paid' || outcome === 'refunded';
  const paid = hasPaid ? { ...update('paid', chargedIn(transaction)), key: `${id}/paid` } : null;
  if (!paid) return [update(outcome, chargedIn(transaction))];
  const total = (operation: UpdatedOperation, key: string): ProviderUpdate => ({
    ...update(refunded ? 'refunded' : 'none', refunded || null),
    key: `${id}/refunded/${refunded}/${key}`,
    movement: `${id}/refunds`,
    cumulative: true,
    operation,
  });
  const named = refunds.map((refund) => total(refundOperation(refund), `${refund.id}/${refund.status}`));
  // A total names no refund. Which one is which is for the list to say.
  const unnamed = { kind: 'refund', operationReference: null, amount: refunded, state: 'unknown' } as const;
  return [paid, ...named, ...(refunded && named.length === 0 ? [total(unnamed, '')] : [])];
}
