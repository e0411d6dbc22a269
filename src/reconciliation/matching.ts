/**
 * Matches the lines of a file with movements, in the tables: by the provider's number, by our order number, by the shop's reference, by
 * the sum of a payment, by amount and day, in that order. A few thousand lines at a time, in the order of what they are matched by, so that whoever was interrupted
 * goes on after the last key. A match by a name is surer than any after it, also where its amounts differ.
 */
import { MATCHED_BY, type MatchedBy, type Tolerance } from '../payments/reconciled.ts';
import { matchCrowdOfName, matchCrowdOfSum } from './crowds.ts';
import { NAME_SORTS } from './intake.ts';
import { MOST_TOGETHER, type Pair, type PairableLine, pairGroup } from './pairing.ts';
import { isSame, NAME_COLUMNS, SAME_KEY } from './results.ts';
import { matchTotals } from './totals.ts';

/** Lines of one step, and movements: the lines' names together have to be less than the 2 MB of a value. */
const STEP = 2500;
const MOST_ENTRIES = 20_000;

/** Where the matching is. */
export interface MatchingPlace {
  readonly by: MatchedBy;
  /** The last key that is done; empty: none is. */
  readonly after: string;
}

export const FIRST_PLACE: MatchingPlace = { by: MATCHED_BY[0], after: '' };

type LineRow = Record<'id' | 'amount', number> & {
  readonly key: string;
  readonly fee: number | null;
  readonly currency: string;
  readonly day: string;
  readonly same: string;
};

type EntryRow = Record<'id' | 'amount', number> & { key: string; currency: string; day: string };

/** The lines of a page by key, without the last group, whose other lines may come with the next page; all of it, where it is the only one. */
function groupsIn<Row extends LineRow>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = Map.groupBy(rows, ({ key }) => key);
  const last = rows.at(-1)?.key;
  if (rows.length === STEP && groups.size > 1 && last !== undefined) groups.delete(last);
  return groups;
}

function writePairs(sql: SqlStorage, by: MatchedBy, pairs: readonly Pair[]): void {
  if (pairs.length === 0) return;
  const text = JSON.stringify(pairs.map(({ line, entry, result }) => [line, entry, result]));
  sql.exec(
    `UPDATE lines SET result = j.result, matched_by = ?, entry = j.entry
     FROM (SELECT value ->> 0 AS line, value ->> 1 AS entry, value ->> 2 AS result FROM json_each(?)) j WHERE lines.id = j.line`,
    by,
    text,
  );
  sql.exec(
    `UPDATE entries SET line = j.line FROM (SELECT value ->> 0 AS line, value ->> 1 AS entry FROM json_each(?)) j
     WHERE entries.id = j.entry`,
    text,
  );
}

/** How many movements have each name, as far as it matters. */
function entriesOf(sql: SqlStorage, sort: number, keys: readonly string[]): ReadonlyMap<string, number> {
  const rows = sql.exec<{ key: string; count: number }>(
    `SELECT j.value AS key, (SELECT count(*) FROM (SELECT 1 FROM names n WHERE n.sort = ? AND n.name = j.value LIMIT ${MOST_TOGETHER + 1}))
       AS count FROM json_each(?) j`,
    sort,
    JSON.stringify(keys),
  );
  return new Map([...rows].map(({ key, count }) => [key, count]));
}

/** Matches lines and movements that have a name in common. @returns the last key; null: no line is left. */
function matchNames(
  sql: SqlStorage,
  by: keyof typeof NAME_COLUMNS,
  after: string,
  tolerance: Tolerance,
): string | null {
  const column = NAME_COLUMNS[by];
  const page = sql
    .exec<LineRow>(
      `SELECT id, ${column} AS key, amount, fee, currency, day, ${SAME_KEY} AS same FROM lines
       WHERE result IS NULL AND ${column} <> '' AND ${column} > ? ORDER BY ${column}, id LIMIT ${STEP}`,
      after,
    )
    .toArray();
  const groups = groupsIn(page);
  const counts = entriesOf(sql, NAME_SORTS[by], [...groups.keys()]);
  const small: string[] = [];
  let [last, sum]: [string | null, number] = [null, 0];
  for (const [key, lines] of groups) {
    const count = counts.get(key) ?? 0;
    if (lines.length > MOST_TOGETHER || count > MOST_TOGETHER) {
      // Alone: what the names before it lead to is written first, as one movement may have several.
      if (small.length > 0) break;
      matchCrowdOfName(sql, by, column, NAME_SORTS[by], key);
      return key;
    }
    if (small.length > 0 && sum + count > MOST_ENTRIES) break;
    small.push(key);
    [last, sum] = [key, sum + count];
  }
  if (last === null) return null;
  const entries = sql
    .exec<EntryRow>(
      // CROSS JOIN: key by key. SQLite would go through all names for each page.
      `SELECT n.name AS key, e.id, e.amount, e.currency, e.day FROM json_each(?) j
       CROSS JOIN names n ON n.sort = ? AND n.name = j.value CROSS JOIN entries e ON e.id = n.entry
       WHERE e.line IS NULL ORDER BY e.id`,
      JSON.stringify(small),
      NAME_SORTS[by],
    )
    .toArray();
  const found = Map.groupBy(entries, ({ key }) => key);
  const taken = new Set<number>();
  const pairs: Pair[] = [];
  for (const key of small) {
    // A movement has several names.
    const left = (found.get(key) ?? []).filter(({ id }) => !taken.has(id));
    if (left.length === 0) continue;
    for (const pair of pairGroup(groups.get(key) ?? [], left, tolerance, (line) => isRepeat(sql, line))) {
      taken.add(pair.entry);
      pairs.push(pair);
    }
  }
  writePairs(sql, by, pairs);
  return last;
}

/** Whether a line that says the same has its movement. */
function isRepeat(sql: SqlStorage, { id }: PairableLine): boolean {
  return (
    sql
      .exec(
        `SELECT 1 FROM lines l JOIN lines o INDEXED BY lines_same ON ${isSame('o', 'l')} AND (o.entry IS NULL) = 0
         WHERE l.id = ? AND o.result = 'matched' LIMIT 1`,
        id,
      )
      .toArray().length > 0
  );
}

type SumRow = LineRow & { readonly providerReference: string };

/**
 * Matches lines without an order and without a shop's reference, by amount, currency and day: where as many lines as movements have them.
 * Whatever a line says of an order or a reference is a name: it would have led to its movement.
 */
function matchSums(sql: SqlStorage, after: string): string | null {
  const key = "currency || ' ' || printf('%020d', amount + 1000000000000000) || ' ' || day";
  const [from, sum, day] = after === '' ? ['', 0, ''] : (JSON.parse(after) as [string, number, string]);
  const page = sql
    .exec<SumRow>(
      `SELECT id, ${key} AS key, amount, fee, currency, day, '' AS same, provider_reference AS providerReference
       FROM lines WHERE result IS NULL AND reference = '' AND order_number = '' AND (currency, amount, day) > (?, ?, ?)
       ORDER BY currency, amount, day, id LIMIT ${STEP}`,
      from,
      after === '' ? Number.MIN_SAFE_INTEGER : sum,
      day,
    )
    .toArray();
  const groups = groupsIn(page);
  const last = [...groups.values()].at(-1)?.at(-1);
  if (last === undefined) return null;
  const place = JSON.stringify([last.currency, last.amount, last.day]);
  if (groups.size === 1 && page.length === STEP) {
    matchCrowdOfSum(sql, last.currency, last.amount, last.day);
    return place;
  }
  // A number that the ledger does not have is another payment's, unless the ledger has none at all.
  const wanted = [...groups].map(([name, lines]) => {
    const isNumbered = lines.some(({ providerReference }) => providerReference !== '');
    const [one] = lines;
    return [name, one?.currency, one?.amount, one?.day, isNumbered ? 0 : 1, lines.length];
  });
  const entries = sql
    .exec<EntryRow>(
      `WITH wanted AS (SELECT value ->> 0 AS key, value ->> 1 AS currency, value ->> 2 AS amount, value ->> 3 AS day,
           value ->> 4 AS most_numbered, value ->> 5 AS count FROM json_each(?)),
         fitting AS (SELECT * FROM wanted w WHERE count = (SELECT count(*) FROM entries e WHERE e.line IS NULL AND e.currency = w.currency
           AND e.amount = w.amount AND e.day = w.day AND e.is_numbered <= w.most_numbered))
       SELECT e.id, w.key AS key, e.amount, e.currency, e.day FROM fitting w
       CROSS JOIN entries e ON e.currency = w.currency AND e.amount = w.amount AND e.day = w.day
       WHERE e.line IS NULL AND e.is_numbered <= w.most_numbered ORDER BY e.id`,
      JSON.stringify(wanted),
    )
    .toArray();
  const found = Map.groupBy(entries, (one) => one.key);
  writePairs(
    sql,
    'amount_and_day',
    [...groups].flatMap(([name, lines]) => sameSums(lines, found.get(name) ?? [])),
  );
  return place;
}

function sameSums(lines: readonly PairableLine[], entries: readonly EntryRow[]): Pair[] {
  return lines.flatMap((line, index) => {
    const entry = entries[index];
    return entry ? [{ line: line.id, entry: entry.id, result: 'matched' as const }] : [];
  });
}

/** What lines and movements are compared by. */
interface MatchingTerms {
  readonly tolerance: Tolerance;
  /** The days that are compared, both in. */
  readonly from: string;
  readonly to: string;
}

function matchBy(sql: SqlStorage, { by, after }: MatchingPlace, terms: MatchingTerms): string | null {
  if (by === 'amount_and_day') return matchSums(sql, after);
  if (by === 'payment_total') return matchTotals(sql, after, terms.from, terms.to);
  return matchNames(sql, by, after, terms.tolerance);
}

/** One step. @returns where the next one begins; null: all is matched that can be. */
export function matchStep(sql: SqlStorage, place: MatchingPlace, terms: MatchingTerms): MatchingPlace | null {
  const { by } = place;
  const last = matchBy(sql, place, terms);
  if (last !== null) return { by, after: last };
  const next = MATCHED_BY[MATCHED_BY.indexOf(by) + 1];
  return next ? { by: next, after: '' } : null;
}
