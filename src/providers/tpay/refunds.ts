/**
 * `/transactions/{id}/refunds` of the Open API.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - the list of refunds names them `refundId`, `amount` and `status`; a refund has no name of ours;
 * - whether the list is paged: one of ten or more is not taken for the whole;
 * - an answer of 5xx, and a word that the sheet does not have, leave the outcome open.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { BookedState, Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerUpdate } from '../kit/update.ts';
import { answeredBody, callOpenApi, jsonWithAmount, operationBody, tpayMinor } from './open-api.ts';
import type { TpaySettings } from './settings.ts';
import { TPAY_OPERATIONS } from './statuses.ts';

/** Whom a call about a transaction is for: an operation, or a status query. */
export type AskedRefunds = Pick<
  OperationCall<TpaySettings>,
  'account' | 'fetch' | 'now' | 'providerState' | 'currency'
>;

/** From here on a list may be the first page of several. */
const PERHAPS_PAGED = 10;

/**
 * The transaction of an attempt.
 * @throws Problem invalid_state when none was created.
 */
export function transactionIdOf({ providerState }: Pick<AskedRefunds, 'providerState'>): string {
  if (!providerState.transactionId)
    throw new Problem('invalid_state', 'nothing is registered at tpay for this payment');
  return providerState.transactionId;
}

/** @throws Refusal when an answer, or a part of it, is about another transaction or currency. */
export function requireTpayTransaction(
  { providerState, currency: asked }: Pick<AskedRefunds, 'providerState' | 'currency'>,
  { transactionId, currency = asked }: Readonly<Record<string, unknown>>,
): void {
  if (transactionId !== undefined && transactionId !== providerState.transactionId)
    throw new Refusal('wrong_account', 'the answer is about another transaction');
  if (currency !== asked) throw new Refusal('wrong_account', `the answer is about ${String(currency)}`);
}

/** tpay's number for an operation; null: it names none, or the transaction itself. */
export function tpayOperationNumber(
  asked: Pick<AskedRefunds, 'providerState'>,
  refundId: unknown,
): string | null {
  if (typeof refundId !== 'string' && typeof refundId !== 'number') return null;
  const { transactionId, title } = asked.providerState;
  const number = String(refundId);
  return number === '' || number === transactionId || number === title ? null : number;
}

/**
 * The result by an answer that is no error.
 * @throws Declined when the refund was rejected; Problem, Refusal when the answer is about something else, or says nothing known.
 */
export function tpayOperationResult(
  order: OperationOrder<TpaySettings>,
  body: Readonly<Record<string, unknown>>,
): OperationResult {
  const { result, status = result, amount, refundId } = body;
  requireTpayTransaction(order, body);
  if (amount !== undefined && tpayMinor(amount) !== order.amount)
    throw new Refusal('wrong_account', 'the answer is about another amount');
  const word = String(status);
  const state = stateIn(TPAY_OPERATIONS.refund, result === 'pending' ? 'pending' : word);
  if (state === 'failed') throw new Declined(word, '');
  if (state === 'unknown') throw new Problem('provider_error', `tpay answered the status ${word}`);
  return { state, status: word, providerReference: tpayOperationNumber(order, refundId) };
}

function refundsPath(asked: AskedRefunds): string {
  return `/transactions/${encodeURIComponent(transactionIdOf(asked))}/refunds`;
}

/**
 * Refunds an amount in minor units.
 * @throws Declined, Problem, Refusal
 */
export async function refundTransaction(order: OperationOrder<TpaySettings>): Promise<OperationResult> {
  const body = jsonWithAmount({ amount: 'AMOUNT' }, decimal(order.amount, 2));
  const answer = await callOpenApi(order.account, order, 'POST', refundsPath(order), body);
  return tpayOperationResult(order, operationBody(answer));
}

/** A refund of a transaction's list, the amount in minor units. */
export interface TpayRefund {
  readonly providerReference: string | null;
  readonly amount: number;
  readonly state: BookedState;
  readonly status: string;
}

/**
 * The refunds of a transaction.
 * @throws Problem, Refusal when there is no list, or one that cannot be read or is about another transaction.
 */
async function listRefunds(asked: AskedRefunds): Promise<readonly TpayRefund[]> {
  const body = answeredBody(await callOpenApi(asked.account, asked, 'GET', refundsPath(asked)));
  if (!Array.isArray(body.refunds)) throw new Problem('provider_error', 'tpay answered no list of refunds');
  return (body.refunds as readonly Readonly<Record<string, unknown>>[]).map((refund) => {
    requireTpayTransaction(asked, refund);
    const amount = tpayMinor(refund.amount);
    if (amount === null) throw new Problem('provider_error', 'tpay answered a refund without an amount');
    const status = String(refund.status ?? '');
    return {
      providerReference: tpayOperationNumber(asked, refund.refundId),
      amount,
      state: stateIn(TPAY_OPERATIONS.refund, status),
      status,
    };
  });
}

/** What the refunds of a list that are done come to, in minor units. */
export function doneOf(refunds: readonly TpayRefund[]): number {
  return refunds
    .filter(({ state }) => state === 'succeeded')
    .reduce((total, { amount }) => total + amount, 0);
}

/** What was refunded in all, in minor units. @throws Problem, Refusal as `listRefunds` */
export async function refundedInAll(asked: AskedRefunds): Promise<number> {
  return doneOf(await listRefunds(asked));
}

/** The update that all refunds of a transaction amount to together. */
export function refundTotal(
  { order, currency }: Pick<StatusQuery<TpaySettings>, 'order' | 'currency'>,
  { title, status, refunded }: { readonly title: string; readonly status: string; readonly refunded: number },
): ProviderUpdate {
  return providerUpdate({
    order,
    currency,
    providerReference: title,
    providerStatus: status,
    key: `${title}/refunds/${decimal(refunded, 2)}`,
    outcome: 'refunded',
    amount: refunded,
    movement: `${title}/refunds`,
    cumulative: true,
    // A total names no refund. Which one is which is for the list to say.
    operation: { kind: 'refund', operationReference: null, amount: refunded, state: 'unknown' },
  });
}

/** The identity of the notifications about refunds of an amount: tpay tells those of one amount alike. */
export function tpayRefundMovement(title: string, amount: number): string {
  return `${title}/CHARGEBACK/${decimal(amount, 2)}`;
}

/**
 * The refunds of a transaction as bookings. A notification names no refund, only an amount, and that of a second one of the same
 * amount is a repeat: so it is about the first one of an amount.
 */
export function refundBookings(title: string, refunds: readonly TpayRefund[], complete: boolean): Bookings {
  const told = new Set<string>();
  return {
    entries: refunds.map((refund) => {
      const movement = tpayRefundMovement(title, refund.amount);
      if (refund.state !== 'succeeded' || told.has(movement)) return refund;
      told.add(movement);
      return { ...refund, movement };
    }),
    complete,
    status: '',
  };
}

/** The list of refunds. @throws Problem, Refusal */
export async function lookUpRefunds(call: OperationCall<TpaySettings>): Promise<Bookings> {
  const refunds = await listRefunds(call);
  return refundBookings(call.providerState.title ?? '', refunds, refunds.length < PERHAPS_PAGED);
}
