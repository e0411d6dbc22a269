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
 * | `of/{number of a refund}` | the payment that a refund of ours is of, a blank, and its amount in minor units |
 * | `undone/{number of a refund}` | one of ours that Paynow accepted and has not made; the value is empty |
 */
import { Problem } from '../../payments/errors.ts';

type State = Readonly<Record<string, string>>;

const RETRY = 'retry/';
const PAID = 'paid/';
const REFUND = 'refund/';
const OF = 'of/';
const UNDONE = 'undone/';

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
export function stateOfOwnRefund(
  id: string,
  refund: { readonly operationReference: string; readonly paymentId: string; readonly amount: number },
): State {
  return { [REFUND + id]: refund.operationReference, [OF + id]: `${refund.paymentId} ${refund.amount}` };
}

/** What is kept of a refund that was not made: its payment has that money again. */
export function stateOfUndoneRefund(id: string): State {
  return { [UNDONE + id]: '' };
}

/** Whether a refund is one of ours, whose answer we have had. */
export function isOwnRefund(state: State, id: string): boolean {
  return Object.hasOwn(state, REFUND + id);
}

/** What of an attempt was paid and given back, in minor units. */
export interface PaidAndRefunded {
  readonly paid: number;
  /** With what Paynow has accepted, and not made yet. */
  readonly refunded: number;
}

/** What refunds of ours have taken of each payment, those that Paynow has accepted included. */
function takenOf(state: State): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  for (const refund of numbersUnder(OF, state)) {
    if (Object.hasOwn(state, UNDONE + refund)) continue;
    const [id = '', amount] = state[OF + refund]?.split(' ') ?? [];
    taken.set(id, (taken.get(id) ?? 0) + Number(amount));
  }
  return taken;
}

/**
 * The payment that a refund is of. A buyer who has paid twice has paid twice the same: refunds take the one payment, then the other. What
 * was given back otherwise, in the panel, names no payment: it is taken for the first ones.
 * @param amount minor units.
 * @throws Problem invalid_state when none is known; amount_out_of_range when the refund would need both, or nothing is left.
 */
export function paymentToRefund(state: State, { paid, refunded }: PaidAndRefunded, amount: number): string {
  const confirmed = numbersUnder(PAID, state);
  const all = confirmed.length > 0 ? confirmed : paymentsToAsk(state, undefined).slice(0, 1);
  const [first] = all;
  if (!first) throw new Problem('invalid_state', 'nothing is registered at Paynow for this payment yet');
  if (all.length === 1) return first;
  const each = Math.floor(paid / all.length);
  const taken = takenOf(state);
  let others = Math.max(0, refunded - [...taken.values()].reduce((sum, one) => sum + one, 0));
  let left = 0;
  for (const id of all) {
    const own = Math.max(0, each - (taken.get(id) ?? 0));
    left = Math.max(0, own - others);
    others -= own - left;
    if (left > 0 && amount <= left) return id;
    if (left > 0) break;
  }
  throw new Problem(
    'amount_out_of_range',
    `of ${all.length} payments, at most ${left} minor units of one now`,
  );
}
