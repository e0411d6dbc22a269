/**
 * Which lines of a file are which movements, among those that have something in common. Pure: a group is what one key leads to.
 *
 * Money that comes and money that goes are never each other's. Of the rest the same amount comes first, then the nearest within the
 * tolerance, then the nearest of all: the amounts differ; what is left of another currency has another currency.
 */
import type { Tolerance } from '../payments/reconciled.ts';

/** A line or a movement, as far as pairs are made by it. */
export interface Pairable {
  readonly id: number;
  /** Minor units; what goes back is negative. */
  readonly amount: number;
  readonly currency: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
}

export interface PairableLine extends Pairable {
  /** What the provider keeps of it, in minor units; null: it does not say it. */
  readonly fee: number | null;
  /** The same for lines that say the same. */
  readonly same: string;
}

export interface Pair {
  readonly line: number;
  readonly entry: number;
  readonly result: 'matched' | 'amount_differs' | 'currency_differs';
}

/** How much two amounts may differ and still be the same. */
export function isWithin(line: PairableLine, entry: Pairable, { amount, basisPoints }: Tolerance): boolean {
  const difference = Math.abs(line.amount - entry.amount);
  if (difference === 0) return true;
  // A file of what is paid out: the fee is what is missing.
  if (
    line.fee !== null &&
    Math.abs(line.fee) === difference &&
    Math.abs(line.amount) < Math.abs(entry.amount)
  )
    return true;
  return difference <= amount || difference * 10_000 <= Math.abs(entry.amount) * basisPoints;
}

function daysBetween(one: string, other: string): number {
  return Math.abs(Date.parse(one) - Date.parse(other)) / 86_400_000;
}

const isSameWay = (line: Pairable, entry: Pairable) => line.amount < 0 === entry.amount < 0;

/** Takes pairs that fit, the best first, until none is left. */
function taken(
  lines: PairableLine[],
  entries: Pairable[],
  result: Pair['result'],
  fits: (line: PairableLine, entry: Pairable) => boolean,
): Pair[] {
  const pairs: Pair[] = [];
  const candidates = lines.flatMap((line) =>
    entries
      .filter((entry) => isSameWay(line, entry) && fits(line, entry))
      .map((entry) => ({
        line,
        entry,
        difference: Math.abs(line.amount - entry.amount),
        days: daysBetween(line.day, entry.day),
      })),
  );
  candidates.sort(
    (a, b) =>
      a.difference - b.difference || a.days - b.days || a.line.id - b.line.id || a.entry.id - b.entry.id,
  );
  for (const { line, entry } of candidates) {
    const [atLine, atEntry] = [lines.indexOf(line), entries.indexOf(entry)];
    if (atLine < 0 || atEntry < 0) continue;
    lines.splice(atLine, 1);
    entries.splice(atEntry, 1);
    pairs.push({ line: line.id, entry: entry.id, result });
  }
  return pairs;
}

/** More than these are not compared each with each: the same amounts are paired, and no others (`crowds.ts`). */
export const MOST_TOGETHER = 200;

/**
 * The pairs of a group. What is not among them has nothing to go with.
 * @param isRepeat whether a line that says the same has its movement already.
 */
export function pairGroup(
  lines: readonly PairableLine[],
  entries: readonly Pairable[],
  tolerance: Tolerance,
  isRepeat: (line: PairableLine) => boolean,
): readonly Pair[] {
  const [line] = lines;
  const [entry] = entries;
  // Most groups are one and one.
  if (line && entry && lines.length === 1 && entries.length === 1) {
    if (!isSameWay(line, entry)) return [];
    const result =
      line.currency !== entry.currency
        ? 'currency_differs'
        : isWithin(line, entry, tolerance)
          ? 'matched'
          : 'amount_differs';
    return result !== 'matched' && isRepeat(line) ? [] : [{ line: line.id, entry: entry.id, result }];
  }
  const [ours, theirs] = [[...lines], [...entries]];
  const isSame = (one: PairableLine, other: Pairable) => one.currency === other.currency;
  const matched = [
    ...taken(ours, theirs, 'matched', (one, other) => isSame(one, other) && one.amount === other.amount),
    ...taken(ours, theirs, 'matched', (one, other) => isSame(one, other) && isWithin(one, other, tolerance)),
  ];
  // A line that says again what has its movement is there twice. It is not another movement with a wrong amount.
  const pairedIds = new Set(matched.map(({ line: id }) => id));
  const said = new Set(lines.filter(({ id }) => pairedIds.has(id)).map(({ same }) => same));
  const left = ours.filter((one) => !said.has(one.same) && (theirs.length === 0 || !isRepeat(one)));
  return [
    ...matched,
    ...taken(left, theirs, 'amount_differs', isSame),
    ...taken(left, theirs, 'currency_differs', () => true),
  ];
}
