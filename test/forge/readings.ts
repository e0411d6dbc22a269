/**
 * Other ways to cut a signed text without borders: the borders of neighbours move together, so that every value in between keeps its
 * length, what is in front of them grows or shrinks, and what is behind them gives way.
 */
import { type Field, type Part, saidBy, saying } from './letter.ts';

/** Which borders move, and by how much. */
export interface Shift {
  /** The border behind this value, of the values in signed order, is the first that moves. */
  readonly first: number;
  /** How many more move with it. */
  readonly more: number;
  readonly by: number;
}

export const MOST_BY = 12;
const MOST_MORE = 3;

/** The values of fields after a shift; null: there is no such cut. */
function shifted(values: readonly string[], { first, more, by }: Shift): readonly string[] | null {
  const joined = values.join('');
  const borders: number[] = [];
  let end = 0;
  for (const value of values.slice(0, -1)) {
    end += value.length;
    borders.push(end);
  }
  if (by === 0 || first + more >= borders.length) return null;
  const [start = 0, stop = 0] = [(borders[first] ?? 0) + by, (borders[first + more] ?? 0) + by];
  if (start < 0 || stop > joined.length) return null;
  const moved = borders.map((border, index) => {
    if (index < first) return Math.min(border, start);
    return index > first + more ? Math.max(border, stop) : border + by;
  });
  return values.map((_, index) => joined.slice(moved[index - 1] ?? 0, moved[index] ?? joined.length));
}

/** The fields after a shift; the same where there is none. */
export function withShift(part: Part, order: readonly number[], shift: Shift): readonly Field[] {
  const fields = order.map((place) => part.fields[place] as Field);
  const values = shifted(
    fields.map((field) => saying(part, field)),
    shift,
  );
  if (!values) return part.fields;
  const changed = new Map(
    fields.flatMap((field, index) => {
      const value = values[index] ?? '';
      // What stays keeps its spelling.
      return value === saying(part, field) ? [] : [[field, saidBy(part, field, value)] as const];
    }),
  );
  return part.fields.map((field) => changed.get(field) ?? field);
}

/** What has to hold of a value for the text to be read still. */
export interface Demand {
  /** Whether another text may stand in its place. */
  readonly fits: (other: string) => boolean;
  /** Whether it matters what it says. */
  readonly matters: boolean;
}

/**
 * Shifts after which a text may still be read: some value that matters is another one, and each is one that may stand there.
 * @param demandOf null: anything may.
 */
export function likelyShifts(
  part: Part,
  order: readonly number[],
  demandOf: (value: string) => Demand | null,
): readonly Shift[] {
  const values = order.map((place) => saying(part, part.fields[place] as Field));
  const demands = values.map(demandOf);
  const found: Shift[] = [];
  for (let first = 0; first < values.length - 1; first++) {
    // Only what is near changes: the rest stays as it is.
    if (!demands.slice(Math.max(0, first - 1), first + MOST_MORE + 2).some((one) => one?.matters)) continue;
    for (let more = 0; more <= MOST_MORE; more++) {
      for (let by = -MOST_BY; by <= MOST_BY; by++) {
        const next = shifted(values, { first, more, by });
        if (!next?.every((value, index) => demands[index]?.fits(value) ?? true)) continue;
        const isOther = next.some((value, index) => demands[index]?.matters && value !== values[index]);
        if (isOther) found.push({ first, more, by });
      }
    }
  }
  return found;
}
