/**
 * A payment in several parts: the shopper agrees once, and the provider takes the later parts by itself. Each part counts when its own
 * message says so. What does not divide is in the first part, so that all others are equal.
 */
import type { Minor } from './money.ts';

export interface Installments {
  readonly count: number;
  /** Days from one part to the next. */
  readonly periodDays: number;
  /** Minor units; left out: as the others, and what does not divide. */
  readonly firstAmount?: number;
}

/** What providers and shoppers are asked for at most. */
export const MOST_INSTALLMENTS = 12;
export const MOST_PERIOD_DAYS = 90;

/** One part of a payment. */
export interface Installment {
  /** Minor units. */
  readonly amount: Minor;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

const DAY_MS = 86_400_000;

/**
 * The amounts of the parts, in minor units, the first one first; null: the amount cannot be divided so.
 * @param amount of the payment.
 */
export function amountsOf(
  amount: number,
  { count, firstAmount }: Pick<Installments, 'count' | 'firstAmount'>,
): readonly Minor[] | null {
  const later = count - 1;
  const each = Math.floor(firstAmount === undefined ? amount / count : (amount - firstAmount) / later);
  const first = amount - each * later;
  if (each < 1 || first < 1) return null;
  return [first, ...new Array<number>(later).fill(each)] as Minor[];
}

/**
 * The parts of a payment with the days on which they are due.
 * @param from when the shopper agrees, milliseconds since 1970: the first part is due then.
 */
export function installmentsOf(
  amount: number,
  installments: Installments,
  from: number,
): readonly Installment[] {
  const amounts = amountsOf(amount, installments) ?? [];
  return amounts.map((part, index) => ({
    amount: part,
    dueAt: from + index * installments.periodDays * DAY_MS,
  }));
}

/** As it is shown: with the amount of the first part. */
export function shownInstallments(amount: number, installments: Installments): Required<Installments> {
  const [first = 0] = amountsOf(amount, installments) ?? [];
  return { ...installments, firstAmount: first };
}
