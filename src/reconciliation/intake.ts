/** Writes what was read into the tables: lines of the file, and an account's movements with their names. */
import type { AccountMovement } from '../directory/account-movements.ts';
import { orderNumber, type PaymentId } from '../payments/id.ts';
import type { FileFault } from '../payments/reconciled.ts';
import { dayIn } from '../payments/time-zones.ts';
import type { FileLine } from './reader.ts';

/** Rows of one statement: a value of SQLite has 2 MB at most here, and names may be long. */
const BATCH = 500;

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}

/** Lines of the file. A line has two rows where it stands for a payment and its return. */
export function writeLines(sql: SqlStorage, lines: readonly FileLine[]): void {
  for (const batch of batches(lines))
    sql.exec(
      `INSERT INTO lines (id, line, part, provider_reference, order_number, reference, amount, fee, currency, day)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
         value ->> 9 FROM json_each(?)`,
      JSON.stringify(
        batch.map((one) => [
          one.line * 2 + one.part,
          one.line,
          one.part,
          one.providerReference,
          one.order,
          one.reference,
          one.amount,
          one.fee,
          one.currency,
          one.day,
        ]),
      ),
    );
}

export function writeUnreadable(sql: SqlStorage, faults: readonly FileFault[]): void {
  for (const batch of batches(faults))
    sql.exec(
      'INSERT OR IGNORE INTO unreadable (line, detail) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      JSON.stringify(batch.map(({ line, detail }) => [line, detail])),
    );
}

/** Names of movements, in the order in which they are tried. */
export const NAME_SORTS = { provider_reference: 1, order: 2, reference: 3 } as const;

/** Clocks change at whole quarters of an hour. */
const QUARTER_MS = 900_000;

/** What tells the day of a moment in a zone, and remembers: many movements are of the same quarter of an hour. */
function daysOf(zone: string): (at: number) => string {
  const known = new Map<number, string>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const day = known.get(quarter) ?? dayIn(at, zone);
    known.set(quarter, day);
    return day;
  };
}

/**
 * Movements: one entry for each sum that a line of a log has moved. What goes back is negative.
 * @param first the id of the first entry.
 * @returns the id after the last.
 */
export function writeMovements(
  sql: SqlStorage,
  movements: readonly AccountMovement[],
  zone: string,
  first: number,
): number {
  const dayAt = daysOf(zone);
  let id = first;
  const entries: (string | number)[][] = [];
  const names: (string | number)[][] = [];
  for (const one of movements) {
    const sums = [
      ['payment', one.paid],
      ['refund', 0 - one.refunded],
      ['chargeback', 0 - one.chargedBack],
    ] as const;
    const day = dayAt(Date.parse(one.at));
    for (const [kind, amount] of sums) {
      if (amount === 0) continue;
      const isNumbered = one.providerReferences.length > 0 ? 1 : 0;
      entries.push([
        id,
        one.payment,
        one.seq,
        one.attempt,
        kind,
        one.shop,
        one.reference,
        amount,
        one.currency,
        day,
        isNumbered,
      ]);
      for (const name of one.providerReferences) names.push([NAME_SORTS.provider_reference, name.trim(), id]);
      for (const name of [
        one.payment,
        orderNumber(one.payment as PaymentId, one.attempt),
        ...(one.importedOrder === null ? [] : [one.importedOrder]),
      ])
        names.push([NAME_SORTS.order, name, id]);
      names.push([NAME_SORTS.reference, one.reference.trim(), id]);
      id += 1;
    }
  }
  for (const batch of batches(entries))
    sql.exec(
      `INSERT INTO entries (id, payment, seq, attempt, kind, shop, reference, amount, currency, day, is_numbered)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
         value ->> 9, value ->> 10 FROM json_each(?)`,
      JSON.stringify(batch),
    );
  for (const batch of batches(names.filter(([, name]) => name !== '')))
    sql.exec(
      'INSERT OR IGNORE INTO names (sort, name, entry) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)',
      JSON.stringify(batch),
    );
  return id;
}
