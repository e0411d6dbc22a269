/**
 * Matches what lines say of one payment with its movements together, where there are more of the one than of the other: a provider's answer
 * may bring two refunds at once, which are one movement then, and two lines of the file.
 *
 * Only what the names of lines lead to, and only in one direction: what came is never added to what went, nor one payment to another. The sums
 * have to be the same to the last minor unit. Lines that say the same may be one too many: it is left over, and found as there twice.
 */
import { NAME_SORTS } from './intake.ts';
import { MOST_TOGETHER } from './pairing.ts';
import { NAME_COLUMNS, SAME_KEY } from './results.ts';

/** Lines of one step, and payments. */
const LINES_AT_ONCE = 50_000;
const PAYMENTS_AT_ONCE = 500;

/** A line or a movement that has no other of its amount: minor units, what goes back is negative. */
type Left = Readonly<Record<'id' | 'amount', number> & Record<'payment' | 'currency', string>>;

/** `same`: the same for lines that say the same. */
type LeftLine = Left & { readonly same: string };

/** `isInDays` 1: it is on one of the days that are compared. */
type LeftEntry = Left & { readonly isInDays: number };

interface Total {
  readonly lines: readonly LeftLine[];
  readonly entries: readonly LeftEntry[];
}

const sumOf = (of: readonly Left[]) => of.reduce((sum, { amount }) => sum + amount, 0);

/** The lines, then fewer and fewer of those that another one says already. */
function withFewerRepeats(lines: readonly LeftLine[]): readonly (readonly LeftLine[])[] {
  const repeats = lines.filter((line) => lines.find(({ same }) => same === line.same) !== line).toReversed();
  return [
    lines,
    ...repeats.map((_, index) => lines.filter((one) => !repeats.slice(0, index + 1).includes(one))),
  ];
}

/**
 * The lines and the movements of one payment and one direction that are the same sum; null: none are. Movements of other days count as far as the sum
 * needs them.
 */
function equalTotal(lines: readonly LeftLine[], entries: readonly LeftEntry[]): Total | null {
  const [first] = lines;
  const isOneCurrency = [...lines, ...entries].every(({ currency }) => currency === first?.currency);
  if (entries.length === 0 || !isOneCurrency) return null;
  const inDays = entries.filter(({ isInDays }) => isInDays === 1);
  for (const some of withFewerRepeats(lines))
    for (const these of [entries, inDays])
      if (these.length > 0 && sumOf(some) === sumOf(these)) return { lines: some, entries: these };
  return null;
}

const DIFFERS = "('amount_differs', 'currency_differs')";

/**
 * Notes which payment each of some lines is about that have no movement of their amount: the one that all of its names lead to.
 * @returns the last id; null: there is no line after `after`.
 */
function noteAbout(sql: SqlStorage, after: number): number | null {
  const { last } = sql
    .exec<{ last: number | null }>(
      `SELECT max(id) AS last FROM (SELECT id FROM lines WHERE id > ? ORDER BY id LIMIT ${LINES_AT_ONCE})`,
      after,
    )
    .one();
  if (last === null) return null;
  const rest = `FROM lines WHERE id > ? AND id <= ? AND (result IS NULL OR result IN ${DIFFERS})`;
  // A table with a key: SQLite would compare each line with each name.
  sql.exec('DELETE FROM leads');
  for (const [by, column] of Object.entries(NAME_COLUMNS))
    sql.exec(
      `INSERT INTO leads (sort, name, payment) SELECT n.sort, n.name, min(e.payment)
       FROM (SELECT DISTINCT ${column} AS name ${rest} AND ${column} <> '') k
       CROSS JOIN names n ON n.sort = ? AND n.name = k.name CROSS JOIN entries e ON e.id = n.entry
       GROUP BY n.sort, n.name HAVING min(e.payment) = max(e.payment)`,
      after,
      last,
      NAME_SORTS[by as keyof typeof NAME_SORTS],
    );
  const led = (by: keyof typeof NAME_SORTS) =>
    `(SELECT payment FROM leads WHERE sort = ${NAME_SORTS[by]} AND name = ${NAME_COLUMNS[by]})`;
  sql.exec(
    `WITH found AS MATERIALIZED (SELECT id, ${led('provider_reference')} AS a, ${led('order')} AS b, ${led('reference')} AS c,
         (SELECT payment FROM entries WHERE id = lines.entry) AS d ${rest})
     INSERT INTO about (line, payment) SELECT id, coalesce(a, b, c, d) AS one FROM found
     WHERE one IS NOT NULL AND coalesce(a, one) = one AND coalesce(b, one) = one AND coalesce(c, one) = one AND coalesce(d, one) = one`,
    after,
    last,
  );
  return last;
}

/** Matches totals of some payments. @returns the last payment; null: there is none after `after`. */
function matchAbout(sql: SqlStorage, after: string, from: string, to: string): string | null {
  const page = sql
    .exec<{ payment: string; count: number; entries: number }>(
      `SELECT a.payment, count(*) AS count,
         (SELECT count(*) FROM (SELECT 1 FROM entries e WHERE e.payment = a.payment LIMIT ${MOST_TOGETHER + 1})) AS entries
       FROM about a WHERE a.payment > ? GROUP BY a.payment ORDER BY a.payment LIMIT ${PAYMENTS_AT_ONCE}`,
      after,
    )
    .toArray();
  const last = page.at(-1)?.payment ?? null;
  const few = page.filter(({ count, entries }) => count <= MOST_TOGETHER && entries <= MOST_TOGETHER);
  const payments = JSON.stringify(few.map(({ payment }) => payment));
  const lines = sql
    .exec<LeftLine>(
      `SELECT l.id, a.payment, l.amount, l.currency, ${SAME_KEY} AS same FROM json_each(?) j
       CROSS JOIN about a ON a.payment = j.value CROSS JOIN lines l ON l.id = a.line ORDER BY l.id`,
      payments,
    )
    .toArray();
  const entries = sql
    .exec<LeftEntry>(
      `SELECT e.id, e.payment, e.amount, e.currency, e.day >= ? AND e.day <= ? AS isInDays FROM json_each(?) j
       CROSS JOIN entries e ON e.payment = j.value LEFT JOIN lines l ON l.id = e.line
       WHERE e.line IS NULL OR l.result <> 'matched' ORDER BY e.id`,
      from,
      to,
      payments,
    )
    .toArray();
  const wayOf = ({ payment, amount }: Left) => `${payment} ${amount < 0}`;
  const entriesBy = Map.groupBy(entries, wayOf);
  for (const [way, ours] of Map.groupBy(lines, wayOf)) {
    const theirs = entriesBy.get(way) ?? [];
    const total = equalTotal(ours, theirs);
    if (total) writeTotal(sql, total, ours, theirs);
  }
  return last;
}

/**
 * Writes what belongs together. Each movement is in one line, so that it counts once: the first line has the first, and so on; the lines that are
 * left over lead to the first movement without having it, and the other way round.
 */
function writeTotal(
  sql: SqlStorage,
  total: Total,
  lines: readonly LeftLine[],
  entries: readonly LeftEntry[],
): void {
  const [line, entry] = [total.lines[0], total.entries[0]];
  if (!line || !entry) return;
  for (const { id } of lines)
    sql.exec('UPDATE lines SET result = NULL, matched_by = NULL, entry = NULL WHERE id = ?', id);
  for (const { id } of entries) sql.exec('UPDATE entries SET line = NULL WHERE id = ?', id);
  for (const [index, { id }] of total.lines.entries())
    sql.exec(
      "UPDATE lines SET result = 'matched', matched_by = 'payment_total', entry = ? WHERE id = ?",
      (total.entries[index] ?? entry).id,
      id,
    );
  for (const [index, { id }] of total.entries.entries())
    sql.exec('UPDATE entries SET line = ? WHERE id = ?', (total.lines[index] ?? line).id, id);
}

/**
 * One step: first which payments lines are about, then their sums.
 * @param after the last key of the step before; empty: it is the first.
 * @returns the last key; null: all are done.
 */
export function matchTotals(sql: SqlStorage, after: string, from: string, to: string): string | null {
  const [phase, key] =
    after === '' ? ['lines', 0] : (JSON.parse(after) as ['lines' | 'payments', string | number]);
  if (phase === 'lines') {
    const last = noteAbout(sql, Number(key));
    return JSON.stringify(last === null ? ['payments', ''] : ['lines', last]);
  }
  const last = matchAbout(sql, String(key), from, to);
  return last === null ? null : JSON.stringify(['payments', last]);
}
