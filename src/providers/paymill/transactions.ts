/** PAYMILL's transactions: how their JSON is read, and what it says about a payment. */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery, UpdateOutcome } from '../contract.ts';
import { jsonObject } from '../kit/api-call.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { PaymillSettings } from './settings.ts';
import { PAYMILL_FAILURES, PAYMILL_TRANSACTION_STATUSES } from './statuses.ts';

/** Amounts in the currency's minor units. */
export interface PaymillTransaction {
  readonly id?: string;
  /** What is left after refunds, usually as text. */
  readonly amount?: string | number;
  /** What was first charged. */
  readonly origin_amount?: number;
  readonly currency?: string;
  readonly status?: string;
  readonly response_code?: number;
  readonly description?: string | null;
  readonly livemode?: boolean;
  readonly preauthorization?: string | { readonly id?: string } | null;
}

/** The `response_code` of a success. HTTP 200 does not mean paid: `status` and `response_code` do. */
export const PAYMILL_SUCCESS = 20_000;

/**
 * The transaction in an answer of the API.
 * @throws Problem provider_error when the body is not a JSON object.
 */
export function readPaymillTransaction(body: string): PaymillTransaction {
  return (jsonObject(body).data ?? {}) as PaymillTransaction;
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

/** The amount that an update is about, in minor units: the refunded part, or else what was first charged. */
function amountOf({ status = '', amount, origin_amount }: PaymillTransaction): number | null {
  const charged = Number(origin_amount);
  const isPartOfIt = /refunded$/.test(status) && status !== 'refunded';
  const moved = isPartOfIt ? charged - Number(amount) : charged;
  return Number.isSafeInteger(moved) ? moved : null;
}

/**
 * What a transaction, as PAYMILL's API answered it, says about an attempt. Null: no result yet.
 * @param mode the answer's `mode`: `test` or `live`.
 * @throws Refusal when it is about another payment or mode.
 */
export function updateOfPaymill(
  { account, order }: StatusQuery<PaymillSettings>,
  transaction: PaymillTransaction,
  mode: unknown,
): ProviderUpdate | null {
  if (transaction.description !== order) {
    throw new Refusal('wrong_account', 'the answer is about another payment');
  }
  const isLive = account.environment === 'production';
  if (typeof mode === 'string' && (mode === 'live') !== isLive) {
    throw new Refusal('wrong_environment', `the provider answered in the mode ${mode}`);
  }
  const outcome = outcomeOfPaymill(transaction);
  if (outcome === 'none' || outcome === 'pending') return null;
  const { id = '', status = '', amount, currency = null, response_code } = transaction;
  return {
    kind: 'update',
    order,
    key: `${id}/${status}/${String(amount)}`,
    outcome,
    amount: amountOf(transaction),
    currency,
    movement: outcome === 'refunded' ? `${id}/refunds` : id,
    ...providerStateOf(outcome, transaction),
    providerReference: id || null,
    providerStatus: status,
    detail: response_code ? { response_code: String(response_code) } : {},
  };
}
