/**
 * The payments of an attempt. Paynow makes a new one, with a number of its own, each time that the buyer tries again (ABANDONED): all have
 * our order number. What is known of them is kept in the attempt's provider state, which only grows.
 *
 * | name | value |
 * |---|---|
 * | `paymentId` | the number that was registered |
 * | `retry/{number}` | one that a notification has named; the value is empty |
 * | `paid/{number}` | one that was CONFIRMED |
 * | `refund/{number}` | a refund of ours: our name for it |
 */
import { Problem } from '../../payments/errors.ts';

type State = Readonly<Record<string, string>>;

const RETRY = 'retry/';
const PAID = 'paid/';
const REFUND = 'refund/';

/** More of one attempt than a buyer makes: each is a call. */
const MOST_ASKED = 8;

function numbersUnder(prefix: string, state: State): readonly string[] {
  return Object.keys(state)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

/** The payments that are asked about: the newest of those that are known, with one that a message names. */
export function paymentsToAsk(state: State, named: string | undefined): readonly string[] {
  const known = [
    ...(state.paymentId ? [state.paymentId] : []),
    ...numbersUnder(RETRY, state),
    ...(named ? [named] : []),
  ];
  return [...new Set(known)].slice(-MOST_ASKED);
}

/** Whether a payment is one that the attempt knows. */
export function isKnownPayment(state: State, id: string): boolean {
  return state.paymentId === id || Object.hasOwn(state, RETRY + id);
}

/** What is kept of a payment. */
export function stateOfPayment(state: State, id: string, isPaid: boolean): State {
  return {
    ...(state.paymentId !== id && { [RETRY + id]: '' }),
    ...(isPaid && { [PAID + id]: '' }),
  };
}

/** What is kept of a refund of ours. */
export function stateOfOwnRefund(id: string, operationReference: string): State {
  return { [REFUND + id]: operationReference };
}

/** Whether a refund is one of ours, whose answer we have had. */
export function isOwnRefund(state: State, id: string): boolean {
  return Object.hasOwn(state, REFUND + id);
}

/** What of an attempt was paid and given back, in minor units. */
export interface PaidAndRefunded {
  readonly paid: number;
  readonly refunded: number;
}

/**
 * The payment that a refund is of. A buyer who has paid twice has paid twice the same: refunds take the one payment, then the other.
 * @param amount minor units.
 * @throws Problem invalid_state when none is known; amount_out_of_range when the refund would need both.
 */
export function paymentToRefund(state: State, { paid, refunded }: PaidAndRefunded, amount: number): string {
  const confirmed = numbersUnder(PAID, state);
  const all = confirmed.length > 0 ? confirmed : paymentsToAsk(state, undefined).slice(0, 1);
  const each = Math.floor(paid / Math.max(1, all.length));
  const index = all.length > 1 && each > 0 ? Math.min(Math.floor(refunded / each), all.length - 1) : 0;
  const id = all[index];
  if (!id) throw new Problem('invalid_state', 'nothing is registered at Paynow for this payment yet');
  const left = each * (index + 1) - refunded;
  if (all.length > 1 && amount > left)
    throw new Problem(
      'amount_out_of_range',
      `it was paid by ${all.length} payments, each of which is refunded by itself: at most ${left} minor units now`,
    );
  return id;
}
