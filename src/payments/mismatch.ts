/** Whether the money that an update names can be: what of it is not what was asked for, and what of that moves nothing. */
import { currency } from './currencies.ts';
import { type Minor, minor, sum } from './money.ts';
import { type AttemptState, moneyOf } from './rules.ts';
import { MONEY_OUTCOMES, type Outcome } from './statuses.ts';

/** How many minor units one unit of a currency has. */
function minorUnitsIn(code: string): number {
  return 10 ** (currency(code)?.digits ?? 0);
}

/** How an update's money differs from what was asked. */
export type Mismatch =
  | 'currency'
  | 'amount_missing'
  | 'amount_scaled'
  | 'amount_implausible'
  | 'amount_below'
  | 'amount_above';

/** Differences with which an update must not move money. */
export const MOVES_NOTHING: ReadonlySet<Mismatch> = new Set([
  'currency',
  'amount_missing',
  'amount_scaled',
  'amount_implausible',
]);

/** No surcharge, tip or transfer that was typed wrongly makes a payment larger than this many times what was asked for. */
const PLAUSIBLE_TIMES = 2;

/** What is known of the money that an update is about, in minor units. */
export interface KnownMoney {
  readonly paid: number;
  readonly authorized: number;
  /** What was given back by other movements than this update's; a total has no others. */
  readonly refunded: number;
}

const NOTHING_KNOWN: KnownMoney = { paid: 0, authorized: 0, refunded: 0 };

/** What is known of an attempt's money, for an update about a movement; null: about a total. */
export function knownMoney(state: AttemptState, movement: string | null): KnownMoney {
  const { paid, authorized } = moneyOf(state);
  const others = Object.entries(state.refunded).filter(([id]) => id !== movement);
  return { paid, authorized, refunded: movement === null ? 0 : sum(others.map(([, amount]) => amount)) };
}

/**
 * The most that an update of an outcome can be about. More cannot be given back than came, or was to come: a refund may be told before
 * its payment is.
 */
function mostOf(outcome: Outcome, asked: number, known: KnownMoney): number {
  const there = Math.max(asked, known.paid, known.authorized);
  if (outcome === 'refunded') return there - known.refunded;
  return outcome === 'released' || outcome === 'reversed' ? there : PLAUSIBLE_TIMES * there;
}

/**
 * How an update's money differs from what was asked; null: it does not. With those of MOVES_NOTHING the update must not move money: another
 * currency, no amount, what was asked for in minor units read as whole units (`amount_scaled`), or more than there can be
 * (`amount_implausible`, such as a part read so). With the other two it is logged as a conflict, and counts.
 */
export function mismatch(
  asked: { readonly amount: Minor; readonly currency: string },
  update: { readonly outcome: Outcome; readonly amount: number | null; readonly currency: string | null },
  known: KnownMoney = NOTHING_KNOWN,
): Mismatch | null {
  const { outcome, amount } = update;
  const most = mostOf(outcome, asked.amount, known);
  // A reversal needs no amount. One of more than there is is none.
  if (outcome === 'reversed') return amount !== null && amount > most ? 'amount_implausible' : null;
  if (!MONEY_OUTCOMES.has(outcome)) return null;
  if (update.currency !== null && update.currency !== asked.currency) return 'currency';
  if (amount === null || minor(amount) === null) return 'amount_missing';
  if (amount === asked.amount * minorUnitsIn(asked.currency) && amount > asked.amount) return 'amount_scaled';
  if (amount > most) return 'amount_implausible';
  if (amount > asked.amount) return 'amount_above';
  const whole = outcome === 'authorized' || outcome === 'paid';
  return whole && amount < asked.amount ? 'amount_below' : null;
}
