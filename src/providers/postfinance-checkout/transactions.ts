/** A transaction that was read: whether it is the attempt's, and what it says of it. Facts: SHEET.md, "Statuses". */
import { Refusal } from '../../payments/errors.ts';
import { type Minor, minor } from '../../payments/money.ts';
import type { ProviderUpdate, StatusQuery, UpdateOutcome } from '../contract.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { minorOfJson } from '../kit/json-decimals.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { type Caller, callCheckout, goodBody } from './api.ts';
import { type CheckoutTransaction, memberAmount, transactionMembers } from './members.ts';
import type { CheckoutSettings } from './settings.ts';
import { CHECKOUT_DECLINES, CHECKOUT_FAILURES, CHECKOUT_TRANSACTION_STATES } from './statuses.ts';

/** An attempt that something is asked about: by a status query, or an operation. */
export type AskedTransaction = Pick<
  StatusQuery<CheckoutSettings>,
  'account' | 'fetch' | 'now' | 'order' | 'currency' | 'providerState'
>;

/** The platform's number of an attempt's transaction; null: none was made. */
export function numberOf({ providerState }: Pick<AskedTransaction, 'providerState'>): number | null {
  const { transactionId = '' } = providerState;
  return /^[1-9]\d{0,14}$/.test(transactionId) ? Number(transactionId) : null;
}

/** @throws Refusal when money of test is said on an account whose money is real, or the other way round. */
export function requireSpaceEnvironment(
  { environment }: Caller['account'],
  { environment: said }: CheckoutTransaction,
): void {
  const isLive = environment === 'production';
  if (isLive ? said !== 'LIVE' : said === 'LIVE')
    throw new Refusal('wrong_environment', `the environment of the transaction is ${said}`);
}

/** @throws Refusal when a transaction is another one than the attempt's, or of another space, currency or environment. */
function requireTransaction(asked: AskedTransaction, said: CheckoutTransaction): void {
  const isOther =
    said.id !== numberOf(asked) ||
    said.merchantReference !== asked.order ||
    (said.linkedSpaceId !== undefined && String(said.linkedSpaceId) !== asked.account.settings.space_id);
  if (isOther) throw new Refusal('wrong_account', 'the answer is about another transaction');
  if (said.currency !== asked.currency)
    throw new Refusal('wrong_account', `the answer is about ${said.currency}`);
  requireSpaceEnvironment(asked.account, said);
}

/** Reads the transaction of an attempt. @throws Problem; Refusal when the answer is about something else. */
export async function fetchTransaction(asked: AskedTransaction, id: number): Promise<CheckoutTransaction> {
  const answer = await callCheckout(asked, 'read', { id: String(id) });
  const said = transactionMembers(goodBody('was asked about a transaction', answer));
  requireTransaction(asked, said);
  return said;
}

/** Milliseconds since 1970; NaN: the platform names no time. */
const timeOf = (text: string | undefined) => Date.parse(text ?? '');

/** The words for the state of a transaction: of one that FAILED, with why, where the platform says it. */
export function stateWords(said: CheckoutTransaction, now: Date): string {
  const { state = '', failureReason, failedOn, authorizationTimeoutOn } = said;
  if (state !== 'FAILED') return state;
  const failed = timeOf(failedOn);
  // One that failed when its time was over. A comparison with no time is false.
  if ((Number.isNaN(failed) ? now.getTime() : failed) >= timeOf(authorizationTimeoutOn))
    return 'FAILED TIMEOUT';
  const words = `FAILED ${failureReason?.category ?? ''}`;
  return meaningOf(CHECKOUT_FAILURES, words) ? words : state;
}

/** What a transaction's state says happened; `none` for a state that the sheet does not have. */
export function outcomeOfWords(words: string): UpdateOutcome {
  const meaning = meaningOf(CHECKOUT_TRANSACTION_STATES, words) ?? meaningOf(CHECKOUT_FAILURES, words);
  return meaning?.outcome ?? 'none';
}

/** What was captured of a transaction that is not to be delivered for, and not given back. */
function undeliveredOf(said: CheckoutTransaction, currency: string): Minor | null {
  if (said.state !== 'DECLINE') return null;
  const captured = minorOfJson(said.completedAmount ?? said.authorizationAmount ?? 0, currency) ?? 0;
  const refunded = minorOfJson(said.refundedAmount ?? 0, currency) ?? 0;
  return minor(Math.max(0, captured - refunded));
}

/**
 * What a transaction says of its attempt.
 * @throws Refusal malformed when it claims money, and how much cannot be read.
 */
export function updateOfTransaction(said: CheckoutTransaction, now: Date): ProviderUpdate {
  const { currency = '', merchantReference = '' } = said;
  const id = String(said.id ?? '');
  const words = stateWords(said, now);
  const outcome = outcomeOfWords(words);
  const amount =
    outcome === 'paid'
      ? memberAmount(said.completedAmount, currency, 'completedAmount')
      : outcome === 'authorized'
        ? memberAmount(said.authorizationAmount, currency, 'authorizationAmount')
        : null;
  const undelivered = undeliveredOf(said, currency);
  const named = amount ?? undelivered;
  return providerUpdate({
    order: merchantReference,
    key: `${id}/${words}${named === null ? '' : `/${named}`}`,
    outcome,
    amount,
    currency: currency || null,
    movement: id,
    ofTransaction: true,
    echo: { transactionId: id },
    providerReference: id || null,
    providerStatus: words,
    ...withReason(CHECKOUT_DECLINES, words),
    ...(undelivered !== null && { undelivered }),
    detail: {
      ...(said.environment && { environment: said.environment }),
      ...(outcome === 'error' && said.completedAmount && { completedAmount: String(said.completedAmount) }),
    },
  });
}
