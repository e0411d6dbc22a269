/**
 * What came of a comparison: lines and movements that are left, results in one list, what persons have said of them, and sums by day. The
 * file is long because each of these is a query, and all of them read the same two tables.
 */
import type { NamedLine, NamedPayment, StoredMark } from '../directory/account-movements.ts';
import { ID_LENGTH } from '../payments/id.ts';
import type {
  DaySums,
  LinesQuery,
  MarkedLine,
  MatchedBy,
  Reconciled,
  ReconciledLine,
  ReconciliationMark,
} from '../payments/reconciled.ts';
import { RECONCILED } from '../payments/reconciled.ts';
import { otherNumber } from './contradictions.ts';
import { hasOurForm } from './reader.ts';

/** Lines of one step. */
const STEP = 50_000;

/** Columns by which a line is the same as another. */
const SAME = [
  'provider_reference',
  'order_number',
  'reference',
  'amount',
  'currency',
  'day',
  'part',
] as const;

export const isSame = (one: string, other: string) =>
  SAME.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');

/** The columns of lines by which movements are found. */
export const NAME_COLUMNS = {
  provider_reference: 'provider_reference',
  order: 'order_number',
  reference: 'reference',
} as const;

/** All that a line says, as one text. */
export const SAME_KEY =
  'json_array(currency, amount, day, provider_reference, order_number, reference, part)';

const hasName = "(provider_reference <> '' OR order_number <> '' OR reference <> '')";

/**
 * Decides what is left of the lines after some id, and lists those of the compared days: a line that another one repeats is there twice, the rest is only in
 * the file. A line without any name repeats nothing.
 * @returns the last id; null: there is none after it.
 */
export function listLines(sql: SqlStorage, after: number, from: string, to: string): number | null {
  const { last } = sql
    .exec<{ last: number | null }>(
      `SELECT max(id) AS last FROM (SELECT id FROM lines WHERE id > ? ORDER BY id LIMIT ${STEP})`,
      after,
    )
    .one();
  if (last === null) return null;
  leaveOut(sql, after, last, from, to);
  // One search of the index a line: of those that are the same, the first with a movement comes first, then the first of all.
  sql.exec(
    `UPDATE lines SET repeats = (SELECT CASE WHEN o.id <> lines.id THEN o.line END FROM lines o INDEXED BY lines_same
         WHERE ${isSame('o', 'lines')} ORDER BY o.entry IS NULL, o.id LIMIT 1)
     WHERE id > ? AND id <= ? AND result IS NULL AND ${hasName}`,
    after,
    last,
  );
  sql.exec(
    `UPDATE lines SET result = CASE WHEN repeats IS NULL THEN 'only_in_file' ELSE 'twice_in_file' END
     WHERE id > ? AND id <= ? AND result IS NULL`,
    after,
    last,
  );
  sql.exec(
    `INSERT INTO results (result, line, entry, day, payment, shop, payment_reference)
     SELECT l.result, l.id, CASE WHEN e.line = l.id THEN e.id END, l.day, e.payment, e.shop, e.reference
     FROM lines l LEFT JOIN entries e ON e.id = l.entry
     WHERE l.id > ? AND l.id <= ? AND l.result <> '${OUTSIDE}' ORDER BY l.id`,
    after,
    last,
  );
  return last;
}

/** Of a line on another day than those that are compared, and about no movement on one of them. */
const OUTSIDE = 'outside';

/** Leaves out lines of other days than those that are compared, as movements of other days are. What has a movement on one of the days counts. */
function leaveOut(sql: SqlStorage, after: number, last: number, from: string, to: string): void {
  const inDays = (entry: string) => `(${entry}.day >= ?3 AND ${entry}.day <= ?4)`;
  sql.exec(
    `UPDATE lines SET result = '${OUTSIDE}' WHERE id > ?1 AND id <= ?2 AND (day < ?3 OR day > ?4)
     AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = lines.entry AND ${inDays('e')})
     AND (matched_by IS NOT 'payment_total' OR NOT EXISTS (SELECT 1 FROM entries e JOIN entries o ON o.payment = e.payment
       WHERE e.id = lines.entry AND ${inDays('o')}))`,
    after,
    last,
    from,
    to,
  );
}

/** Lines of the file that are left out, because they are of other days. */
export function countOutside(sql: SqlStorage): number {
  return sql
    .exec<{ count: number }>(`SELECT count(DISTINCT line) AS count FROM lines WHERE result = '${OUTSIDE}'`)
    .one().count;
}

/** Lists movements that have no line of their own: those that a line is together with others, and those of the compared days which no line is. */
export function listEntries(sql: SqlStorage, from: string, to: string): void {
  sql.exec(
    `INSERT INTO results (result, entry, day, payment, shop, payment_reference)
     SELECT 'matched', e.id, e.day, e.payment, e.shop, e.reference FROM entries e JOIN lines l ON l.id = e.line
     WHERE l.matched_by = 'payment_total' AND l.entry <> e.id ORDER BY e.day, e.id`,
  );
  sql.exec(
    `INSERT INTO results (result, entry, day, payment, shop, payment_reference)
     SELECT 'only_in_ledger', id, day, payment, shop, reference FROM entries WHERE line IS NULL AND day >= ? AND day <= ? ORDER BY day, id`,
    from,
    to,
  );
}

/** More lines without a movement are not looked up: then it is the wrong file. */
const MOST_NAMED = 5000;

/** Lines only in the file, with what they may call a payment. */
export function linesToFind(sql: SqlStorage): readonly NamedLine[] {
  return sql
    .exec<Record<'id', number> & Record<'pr' | 'ord' | 'ref', string>>(
      `SELECT l.id, l.provider_reference AS pr, l.order_number AS ord, l.reference AS ref FROM results r JOIN lines l ON l.id = r.line
       WHERE r.result IN ('only_in_file', 'twice_in_file') AND ${hasName.replaceAll(/(\w+) <>/g, 'l.$1 <>')} ORDER BY r.number LIMIT ${MOST_NAMED}`,
    )
    .toArray()
    .map(({ id, pr, ord, ref }) => ({
      id,
      payment: hasOurForm(ord) ? ord.slice(0, ID_LENGTH) : '',
      providerReference: pr,
      order: ord,
      reference: ref,
    }));
}

/** Notes which payments lines are about that no movement is of. Of another account's, only that they are. */
export function noteFound(sql: SqlStorage, account: string, found: readonly NamedPayment[]): void {
  const own = found.filter((one) => one.account === account);
  sql.exec(
    `UPDATE results SET payment = j.payment, shop = j.shop, payment_reference = j.reference
     FROM (SELECT value ->> 'id' AS id, value ->> 'payment' AS payment, value ->> 'shop' AS shop, value ->> 'reference' AS reference
       FROM json_each(?)) j WHERE results.line = j.id`,
    JSON.stringify(own),
  );
  sql.exec(
    'UPDATE results SET elsewhere = 1 WHERE line IN (SELECT value FROM json_each(?))',
    JSON.stringify(found.filter((one) => one.account !== account).map(({ id }) => id)),
  );
}

/** What makes a difference this one: its kind, and both amounts. Where number and order do not belong together, the number. */
const difference = (numbers: boolean) =>
  `json_array(CASE WHEN r.result = 'matched' AND ${otherNumber(numbers)} THEN 'other_number ' || l.provider_reference ELSE r.result END,
     l.amount, l.currency, e.amount, e.currency)`;

const OF_RESULT = 'FROM results r LEFT JOIN entries e ON e.id = r.entry LEFT JOIN lines l ON l.id = r.line';

/** A result as a mark is kept for it. */
interface MarkableLine extends MarkedLine {
  /** Whether something differs: whatever is matched takes no mark. */
  readonly isDifference: boolean;
}

/**
 * What a mark is kept under: of a movement its place in the log, of a line all that it says and which of the same it is; and the difference.
 * @param numbers whether the file has the provider's numbers that the ledger has.
 */
export function markKey(sql: SqlStorage, number: number, numbers: boolean): MarkableLine | null {
  const [row] = sql
    .exec<Record<string, string | number | null>>(
      `SELECT r.payment AS about, r.shop AS whose, e.payment, e.seq, e.attempt, e.kind, l.provider_reference, l.order_number,
         l.reference, l.amount, l.currency, l.day, l.part, ${difference(numbers)} AS difference,
         (SELECT count(*) FROM lines o WHERE ${isSame('o', 'l')} AND o.id < l.id) AS before
       ${OF_RESULT} WHERE r.number = ?`,
      number,
    )
    .toArray();
  if (!row) return null;
  const found = JSON.parse(row.difference as string) as Difference;
  const about = {
    payment: row.about as string | null,
    shop: row.whose as string | null,
    isDifference: found[0] !== 'matched',
  };
  if (row.payment !== null)
    return { key: JSON.stringify([row.payment, row.seq, row.attempt, row.kind, found]), ...about };
  const names = [...SAME, 'before'] as const;
  return { key: JSON.stringify([...names.map((name) => row[name]), found]), ...about };
}

export function setMark(sql: SqlStorage, number: number, mark: ReconciliationMark | null): void {
  sql.exec('UPDATE results SET mark = ? WHERE number = ?', mark && JSON.stringify(mark), number);
}

type Difference = readonly [kind: string, ...(string | number | null)[]];

/** The place that a mark is of, and the difference. Marks of before had none: they may be of any. */
function placeOf(key: string): { readonly place: readonly (string | number)[]; readonly of: string | null } {
  const parts = JSON.parse(key) as readonly (string | number | Difference)[];
  const place = parts.filter((part) => typeof part !== 'object');
  const of = parts.find((part) => typeof part === 'object');
  return { place, of: of ? JSON.stringify(of) : null };
}

/**
 * Finds what was marked before, in an earlier file too. A mark is about the difference that it was given for; at another one it is shown as a mark
 * of before.
 * @param marks the newest first.
 */
export function applyMarks(sql: SqlStorage, marks: readonly StoredMark[], numbers: boolean): void {
  const found = `SELECT r.number, ${difference(numbers)} AS difference ${OF_RESULT}`;
  for (const { key, reason, by, at } of marks) {
    const { place, of } = placeOf(key);
    const mark = JSON.stringify({ reason, by, at });
    const [row] = sql
      .exec<{ number: number; difference: string }>(
        place.length === 4
          ? `${found} WHERE r.entry = (SELECT id FROM entries WHERE payment = ? AND seq = ? AND attempt = ? AND kind = ?)`
          : `${found} WHERE r.line = (SELECT id FROM lines INDEXED BY lines_same
               WHERE ${SAME.map((name) => `${name} = ?`).join(' AND ')} ORDER BY id LIMIT 1 OFFSET ?)`,
        ...place,
      )
      .toArray();
    if (!row) continue;
    if (row.difference === of) sql.exec('UPDATE results SET mark = ? WHERE number = ?', mark, row.number);
    else if (!row.difference.startsWith('["matched"'))
      sql.exec('INSERT OR IGNORE INTO earlier (number, mark) VALUES (?, ?)', row.number, mark);
  }
}

export function countResults(sql: SqlStorage): Readonly<Record<Reconciled, number>> {
  const counts = Object.fromEntries(RECONCILED.map((name) => [name, 0])) as Record<Reconciled, number>;
  for (const { result, count } of sql.exec<{ result: Reconciled; count: number }>(
    'SELECT result, count(*) AS count FROM results GROUP BY result',
  ))
    counts[result] = count;
  return counts;
}

/**
 * Writes sums by day and currency, with all days before added up. A movement counts on its day, a line on its own. `total` instead of `sum`:
 * it has no end at 2^63, and is as exact as our numbers are.
 */
export function writeDaySums(sql: SqlStorage): void {
  sql.exec(
    `INSERT INTO days (currency, day, file_lines, file_total, ledger_movements, ledger_total, running_file, running_ledger)
     SELECT *, total(file_total) OVER running, total(ledger_total) OVER running FROM (
       SELECT currency, day, sum(lines), total(file) AS file_total, sum(movements), total(ledger) AS ledger_total FROM (
         SELECT currency, day, count(*) AS lines, total(amount) AS file, 0 AS movements, 0 AS ledger FROM lines
           WHERE result <> '${OUTSIDE}' GROUP BY 1, 2
         UNION ALL SELECT e.currency, e.day, 0, 0, count(*), total(e.amount) FROM results r JOIN entries e ON e.id = r.entry GROUP BY 1, 2)
       GROUP BY currency, day)
     WINDOW running AS (PARTITION BY currency ORDER BY day)`,
  );
  // The sums of a payment are equal on both sides.
  sql.exec(
    `INSERT INTO explained (currency, day, amount)
     SELECT l.currency, l.day, sum(e.amount - l.amount) AS amount FROM lines l JOIN entries e ON e.id = l.entry
     WHERE l.result = 'matched' AND l.matched_by <> 'payment_total' AND l.amount <> e.amount GROUP BY 1, 2`,
  );
}

/** Days that are shown of a comparison, the newest: ten years of one currency. */
const MOST_DAYS = 4000;

export function daySums(sql: SqlStorage, account: string): readonly DaySums[] {
  return sql
    .exec<
      Record<Exclude<keyof DaySums, 'account' | 'day' | 'currency'>, number> & {
        day: string;
        currency: string;
      }
    >(
      `SELECT * FROM (SELECT d.day, d.currency, d.file_lines AS fileLines, d.file_total AS fileTotal,
         d.ledger_movements AS ledgerMovements, d.ledger_total AS ledgerTotal, coalesce(x.amount, 0) AS explained,
         d.running_file AS runningFile, d.running_ledger AS runningLedger,
         total(x.amount) OVER (PARTITION BY d.currency ORDER BY d.day) AS runningExplained
         FROM days d LEFT JOIN explained x ON x.currency = d.currency AND x.day = d.day ORDER BY d.day DESC, d.currency LIMIT ${MOST_DAYS})
       ORDER BY currency, day`,
    )
    .toArray()
    .map((row) => ({ ...row, account }));
}

/** How many payments have another number, and how many of them have nothing else that differs. */
export function countOtherNumbers(
  sql: SqlStorage,
  numbers: boolean,
): { readonly all: number; readonly matched: number } {
  return sql
    .exec<{ all: number; matched: number }>(
      `SELECT count(*) AS "all", total(r.result = 'matched') AS matched ${OF_RESULT} WHERE ${otherNumber(numbers)}`,
    )
    .one();
}

/** A movement without a line of its own is matched where it is of a total. */
const MATCHED =
  "CASE WHEN r.line IS NULL AND r.result = 'matched' THEN 'payment_total' ELSE l.matched_by END";

type ResultRow = Record<string, string | number | null>;

const markIn = (text: string | number | null | undefined) =>
  typeof text === 'string' ? (JSON.parse(text) as ReconciliationMark) : null;

/** A page of results. @param numbers whether the file has the provider's numbers that the ledger has. */
export function readResults(sql: SqlStorage, query: LinesQuery, numbers: boolean): readonly ReconciledLine[] {
  const { results, marked, matchedBy, isOtherNumber, day, after, limit } = query;
  const conditions = [
    'r.number > ?',
    ...(results ? [`r.result IN (SELECT value FROM json_each(?))`] : []),
    ...(marked === null ? [] : [`r.mark IS ${marked ? 'NOT ' : ''}NULL`]),
    ...(matchedBy ? [`${MATCHED} = ?`] : []),
    ...(isOtherNumber === null ? [] : [`${otherNumber(numbers)} IS ${isOtherNumber ? 'TRUE' : 'NOT TRUE'}`]),
    ...(day ? ['r.day = ?'] : []),
  ];
  const values = [
    after,
    ...(results ? [JSON.stringify(results)] : []),
    ...(matchedBy ? [matchedBy] : []),
    ...(day ? [day] : []),
    limit,
  ];
  const rows = sql.exec<ResultRow>(
    `SELECT r.number, r.result, ${MATCHED} AS matched_by, l.line, l.repeats, l.provider_reference, l.order_number, l.reference, l.day AS file_day,
       l.amount AS file_amount, l.currency AS file_currency, l.fee AS file_fee, r.payment, r.payment_reference, r.shop, r.elsewhere, e.kind, e.day AS ledger_day,
       e.amount AS ledger_amount, e.currency AS ledger_currency, r.mark, b.mark AS earlier, ${otherNumber(numbers)} IS TRUE AS other_number
     ${OF_RESULT} LEFT JOIN earlier b ON b.number = r.number AND r.mark IS NULL
     WHERE ${conditions.join(' AND ')} ORDER BY r.number LIMIT ?`,
    ...values,
  );
  return [...rows].map((row) => ({
    number: row.number as number,
    result: row.result as Reconciled,
    matchedBy: row.matched_by as MatchedBy | null,
    line: row.line as number | null,
    repeats: row.repeats as number | null,
    providerReference: (row.provider_reference as string | null) ?? '',
    order: (row.order_number as string | null) ?? '',
    reference: (row.reference as string | null) ?? '',
    fileDay: row.file_day as string | null,
    fileAmount: row.file_amount as number | null,
    fileCurrency: row.file_currency as string | null,
    fileFee: row.file_fee as number | null,
    payment: row.payment as string | null,
    paymentReference: row.payment_reference as string | null,
    shop: row.shop as string | null,
    kind: row.kind as ReconciledLine['kind'],
    ledgerDay: row.ledger_day as string | null,
    ledgerAmount: row.ledger_amount as number | null,
    ledgerCurrency: row.ledger_currency as string | null,
    isOtherNumber: row.other_number === 1,
    isElsewhere: row.elsewhere === 1,
    mark: markIn(row.mark),
    earlierMark: markIn(row.earlier),
  }));
}

const DIFFERENCES =
  "('amount_differs', 'currency_differs', 'only_in_file', 'only_in_ledger', 'twice_in_file')";

/** Payments of differences that nobody has asked about, or is asking about. */
export function askablePayments(sql: SqlStorage, limit: number): readonly string[] {
  return sql
    .exec<{ payment: string }>(
      `SELECT DISTINCT payment FROM results WHERE result IN ${DIFFERENCES} AND payment IS NOT NULL
         AND payment NOT IN (SELECT payment FROM asked) AND payment NOT IN (SELECT payment FROM asking) ORDER BY payment LIMIT ?`,
      limit,
    )
    .toArray()
    .map(({ payment }) => payment);
}

export interface SmallCounts {
  readonly marked: number;
  readonly elsewhere: number;
  readonly asked: number;
  readonly toAsk: number;
  readonly unreadable: number;
}

export function smallCounts(sql: SqlStorage): SmallCounts {
  return sql
    .exec<Record<keyof SmallCounts, number>>(
      `SELECT (SELECT count(*) FROM results WHERE mark IS NOT NULL) AS marked,
         (SELECT count(*) FROM results WHERE elsewhere = 1) AS elsewhere,
         (SELECT count(*) FROM asked) AS asked, (SELECT count(*) FROM unreadable) AS unreadable,
         (SELECT count(DISTINCT payment) FROM results WHERE result IN ${DIFFERENCES} AND payment IS NOT NULL
           AND payment NOT IN (SELECT payment FROM asked)) AS toAsk`,
    )
    .one();
}

export function shopsIn(sql: SqlStorage): readonly string[] {
  return sql
    .exec<{ shop: string }>('SELECT DISTINCT shop FROM results WHERE shop IS NOT NULL ORDER BY shop')
    .toArray()
    .map(({ shop }) => shop);
}
