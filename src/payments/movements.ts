/**
 * Movements of money as a payment's log has them. Every line that moves money says in `detail.money` by how much, for each attempt, so
 * that the sums of a log are those of the payment. Lines that erase others keep in `detail.erasedMoney` what those had said.
 */
import { type AttemptState, moneyOf } from './rules.ts';
import type { PaymentEvent } from './types.ts';

/** The sums of which a log has the movements. */
export const MONEY_KINDS = ['authorized', 'paid', 'refunded', 'chargedBack'] as const;
export type MoneyKind = (typeof MONEY_KINDS)[number];

/** Minor units. */
export type Money = Readonly<Record<MoneyKind, number>>;

/** By how much a line changes an attempt's sums, in minor units: less is negative, what stays is left out. */
export interface MoneyMoved extends Partial<Money> {
  /** From 1. */
  readonly attempt: number;
}

/** A line of a log that moves money. */
export interface MovementLine {
  readonly seq: number;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly moved: MoneyMoved;
}

/** What has come or gone by one line, of an attempt: what is held is not among it. */
export interface BookedMovement {
  readonly seq: number;
  readonly attempt: number;
  /** Where that attempt went to. */
  readonly account: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** Minor units; less is negative. */
  readonly paid: number;
  readonly refunded: number;
  readonly chargedBack: number;
}

const NO_MONEY: Money = { authorized: 0, paid: 0, refunded: 0, chargedBack: 0 };

/** What attempts hold and have brought: the sums of their movements. */
export function moneyOfAttempts(attempts: readonly { readonly state: AttemptState }[]): readonly Money[] {
  return attempts.map(({ state }) => {
    const { authorized, paid, refunded, chargedBack } = moneyOf(state);
    return { authorized, paid, refunded, chargedBack };
  });
}

/** What leads from one to the other, of each attempt that differs. */
export function moneyMoved(before: readonly Money[], after: readonly Money[]): MoneyMoved[] {
  return after.flatMap((money, index) => {
    const known = before[index] ?? NO_MONEY;
    const changed = MONEY_KINDS.filter((kind) => money[kind] !== known[kind]);
    if (changed.length === 0) return [];
    return [
      { attempt: index + 1, ...Object.fromEntries(changed.map((kind) => [kind, money[kind] - known[kind]])) },
    ];
  });
}

/** The same from one record to the other, as the member of a line's detail. */
export function moneyDetail(
  before: { readonly attempts: readonly { readonly state: AttemptState }[] },
  after: { readonly attempts: readonly { readonly state: AttemptState }[] },
): { readonly money: readonly MoneyMoved[] } {
  return { money: moneyMoved(moneyOfAttempts(before.attempts), moneyOfAttempts(after.attempts)) };
}

/** Sums with movements added, by attempt. */
export function withMoney(sums: readonly Money[], moved: readonly MoneyMoved[]): Money[] {
  const added = [...sums];
  for (const { attempt, ...money } of moved) {
    while (added.length < attempt) added.push(NO_MONEY);
    const known = added[attempt - 1] ?? NO_MONEY;
    added[attempt - 1] = {
      authorized: known.authorized + (money.authorized ?? 0),
      paid: known.paid + (money.paid ?? 0),
      refunded: known.refunded + (money.refunded ?? 0),
      chargedBack: known.chargedBack + (money.chargedBack ?? 0),
    };
  }
  return added;
}

/** What was read of a detail, which may be of any shape: a log is checked that somebody may have changed. */
function movedIn(value: unknown): MoneyMoved[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { attempt, ...money } = entry as Record<string, unknown>;
    if (typeof attempt !== 'number' || !Number.isInteger(attempt) || attempt < 1) return [];
    const known = MONEY_KINDS.flatMap((kind) => {
      const amount = money[kind];
      return typeof amount === 'number' ? [[kind, amount] as const] : [];
    });
    return [{ attempt, ...Object.fromEntries(known) }];
  });
}

/** What a line says that it has moved. */
export function moneyInDetail(detail: PaymentEvent['detail']): readonly MoneyMoved[] {
  return movedIn(detail.money);
}

/** The movements of a log, in its order; those of erased lines at the time of these. */
export function movementsIn(events: readonly PaymentEvent[]): readonly MovementLine[] {
  const times = new Map(events.map(({ seq, at }) => [seq, at]));
  const lines = events.flatMap(({ seq, at, detail }) => [
    ...moneyInDetail(detail).map((moved) => ({ seq, at, moved })),
    ...Object.entries(detail.erasedMoney ?? {}).flatMap(([line, value]) =>
      movedIn(value).map((moved) => ({ seq: Number(line), at: times.get(Number(line)) ?? at, moved })),
    ),
  ]);
  return lines.toSorted((one, other) => one.seq - other.seq);
}

/** The types of lines that have always said what they moved, since lines say it at all. */
const ALWAYS_SAY: ReadonlySet<string> = new Set([
  'notification.applied',
  'operation.succeeded',
  'attempt.concluded',
]);

/** The last line of before lines said what they moved, which may have moved money; null: there is none. */
export function lastSilentLine(events: readonly PaymentEvent[]): PaymentEvent | null {
  const kept = new Set(events.flatMap(({ detail }) => Object.keys(detail.erasedMoney ?? {}).map(Number)));
  return (
    events.findLast(
      ({ seq, type, detail }) => ALWAYS_SAY.has(type) && detail.money === undefined && !kept.has(seq),
    ) ?? null
  );
}

/**
 * The movements of a log whose first lines are from before lines said what they moved: what these have moved stands at the time of the
 * last of them, in one sum.
 * @param now what the payment holds: the sums of all its movements.
 */
export function wholeMovements(
  events: readonly PaymentEvent[],
  now: readonly Money[],
): readonly MovementLine[] {
  const lines = movementsIn(events);
  const silent = lastSilentLine(events);
  if (!silent) return lines;
  const known = withMoney(
    [],
    lines.map(({ moved }) => moved),
  );
  const missing = moneyMoved(known, now);
  return [...missing.map((moved) => ({ seq: silent.seq, at: silent.at, moved })), ...lines];
}

/** Whether anything has ever come or gone of an attempt. */
export function hasMovements({ state }: { readonly state: AttemptState }): boolean {
  const { paid, refunded, chargedBack, totals = {}, reversed } = state;
  const isAny = [paid, refunded, chargedBack].some((movements) => Object.keys(movements).length > 0);
  return isAny || reversed || totals.paid !== undefined || totals.refunded !== undefined;
}

/** The movements of a payment that books count: one for each line and attempt. */
export function bookedMovements(
  events: readonly PaymentEvent[],
  attempts: readonly { readonly account: string; readonly state: AttemptState }[],
): readonly BookedMovement[] {
  const booked = new Map<string, BookedMovement>();
  for (const { seq, at, moved } of wholeMovements(events, moneyOfAttempts(attempts))) {
    const { attempt, paid = 0, refunded = 0, chargedBack = 0 } = moved;
    if (paid === 0 && refunded === 0 && chargedBack === 0) continue;
    const key = `${seq}|${attempt}`;
    const known = booked.get(key);
    booked.set(key, {
      seq,
      attempt,
      account: attempts[attempt - 1]?.account ?? '',
      at,
      paid: paid + (known?.paid ?? 0),
      refunded: refunded + (known?.refunded ?? 0),
      chargedBack: chargedBack + (known?.chargedBack ?? 0),
    });
  }
  return [...booked.values()];
}
