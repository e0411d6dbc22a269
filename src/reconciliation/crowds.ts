/**
 * Lines that have their name, or their amount and day, in common with many others. They are paired where they are, in the tables: the first
 * line with the first movement of the same amount and currency, and so on. No number of them has to be in memory.
 */
import type { MatchedBy } from '../payments/reconciled.ts';

/** Pairs what two queries number alike. Each has an `id`, a `nth`, and what `on` compares. */
function pairAlike(
  sql: SqlStorage,
  by: MatchedBy,
  lines: string,
  entries: string,
  values: readonly (string | number)[],
): void {
  sql.exec(
    `UPDATE lines SET result = 'matched', matched_by = ?, entry = p.entry FROM (
       SELECT l.id AS line, e.id AS entry FROM (${lines}) l
       JOIN (${entries}) e ON e.currency = l.currency AND e.amount = l.amount AND e.nth = l.nth) p
     WHERE lines.id = p.line`,
    by,
    ...values,
  );
}

/** Tells movements which lines have them. */
function tellEntries(sql: SqlStorage, where: string, ...values: readonly string[]): void {
  sql.exec(
    `UPDATE entries SET line = l.id FROM (SELECT id, entry FROM lines WHERE ${where} AND entry IS NOT NULL) l
     WHERE entries.id = l.entry AND entries.line IS NULL`,
    ...values,
  );
}

const NTH = 'row_number() OVER (PARTITION BY currency, amount ORDER BY id) AS nth';

/** Pairs lines and movements under one name. @param column of the lines, @param sort of the names of movements. */
export function matchCrowdOfName(
  sql: SqlStorage,
  by: MatchedBy,
  column: string,
  sort: number,
  name: string,
): void {
  pairAlike(
    sql,
    by,
    `SELECT id, currency, amount, ${NTH} FROM lines WHERE result IS NULL AND ${column} = ? AND ${column} <> ''`,
    `SELECT id, currency, amount, ${NTH} FROM (SELECT e.id, e.currency, e.amount FROM names n JOIN entries e ON e.id = n.entry
       WHERE n.sort = ? AND n.name = ? AND e.line IS NULL)`,
    [name, sort, name],
  );
  tellEntries(sql, `${column} = ? AND ${column} <> ''`, name);
}

/** Pairs lines and movements without names of the same sum and day, where there are as many of both. */
export function matchCrowdOfSum(sql: SqlStorage, currency: string, amount: number, day: string): void {
  const lines =
    "FROM lines WHERE result IS NULL AND reference = '' AND order_number = '' AND currency = ? AND amount = ? AND day = ?";
  const { count, numbered } = sql
    .exec<{ count: number; numbered: number }>(
      `SELECT count(*) AS count, max(provider_reference <> '') AS numbered ${lines}`,
      currency,
      amount,
      day,
    )
    .one();
  const entries = `FROM entries WHERE line IS NULL AND currency = ? AND amount = ? AND day = ?${numbered === 1 ? ' AND is_numbered = 0' : ''}`;
  const found = sql
    .exec<{ count: number }>(`SELECT count(*) AS count ${entries}`, currency, amount, day)
    .one();
  if (found.count !== count) return;
  pairAlike(
    sql,
    'amount_and_day',
    `SELECT id, currency, amount, ${NTH} ${lines}`,
    `SELECT id, currency, amount, ${NTH} ${entries}`,
    [currency, amount, day, currency, amount, day],
  );
  sql.exec(
    `UPDATE entries SET line = l.id FROM (SELECT id, entry FROM lines WHERE currency = ? AND amount = ? AND day = ?
       AND matched_by = 'amount_and_day') l WHERE entries.id = l.entry AND entries.line IS NULL`,
    currency,
    amount,
    day,
  );
}
