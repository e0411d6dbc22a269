/**
 * What the books read of the searchable copy: payments and movements of a range of time, in pages whose next one begins where the one
 * before ended, and sums. The oldest first. Each page walks an index in its order, so that the last page of a million costs as much as
 * the first.
 */
import type { OperationView } from '../payments/types.ts';
import type { Database } from './database.ts';

/** The date that decides whether something is in a range. */
export const BOOK_DATES = ['created', 'paid', 'movement'] as const;
export type BookDate = (typeof BOOK_DATES)[number];

/** What of the books is meant. */
export interface BookRange {
  readonly dateBy: BookDate;
  /** RFC 3339 UTC, inclusive; null: from the beginning. */
  readonly from: string | null;
  /** Exclusive; null: to the end. */
  readonly to: string | null;
  /** Of these shops alone; null: of all. */
  readonly shops: readonly string[] | null;
  /** Real money alone, or none; null: both. */
  readonly test: boolean | null;
  /** In one of these statuses; null: in any. */
  readonly statuses: readonly string[] | null;
}

/** The last line of the page before. `seq` and `attempt` are those of its movement, or 0. */
export interface BookCursor {
  readonly at: string;
  readonly id: string;
  readonly seq: number;
  readonly attempt: number;
}

export interface BookPage {
  /** Null: the first page. */
  readonly cursor: BookCursor | null;
  readonly limit: number;
  /** Whether operations are read too. */
  readonly withOperations?: boolean;
}

/** A payment as the copy has it. */
export interface BookPayment {
  readonly id: string;
  readonly reference: string;
  readonly shop: string;
  readonly account: string;
  readonly provider: string;
  readonly status: string;
  readonly currency: string;
  /** Minor units, as the next two. */
  readonly amount: number;
  readonly paid: number;
  readonly refunded: number;
  readonly createdAt: string;
  readonly paidAt: string | null;
  readonly providerReference: string | null;
  readonly operations: readonly OperationView[];
  readonly cursor: BookCursor;
}

/** A movement, and the payment that it is of. */
export interface BookMovement {
  readonly id: string;
  readonly reference: string;
  readonly shop: string;
  readonly account: string;
  readonly currency: string;
  readonly test: boolean;
  readonly seq: number;
  readonly attempt: number;
  readonly at: string;
  readonly paid: number;
  readonly refunded: number;
  readonly chargedBack: number;
  readonly cursor: BookCursor;
}

interface BookQuery {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const BEGINNING = '';
/** After every time of four-digit years. */
const END = ':';

/** The table of a date with the index that has its order, its time's column, and its key. */
function sourceOf({ dateBy, shops }: BookRange) {
  const isOne = shops?.length === 1;
  if (dateBy === 'movement')
    return {
      from: `movements m INDEXED BY movements_by_${isOne ? 'shop' : 'at'} JOIN payments p ON p.id = m.payment`,
      at: 'm.at',
      key: ['m.at', 'm.payment', 'm.seq', 'm.attempt'],
      table: 'm',
    };
  const column = dateBy === 'paid' ? 'paid_at' : 'created_at';
  const of = { created: isOne ? 'shop' : 'created', paid: isOne ? 'shop_paid' : 'paid' }[dateBy];
  return {
    from: `payments p INDEXED BY payments_by_${of}`,
    at: `p.${column}`,
    key: [`p.${column}`, 'p.id'],
    table: 'p',
  };
}

function conditionsOf(range: BookRange, cursor: BookCursor | null): BookQuery {
  const { dateBy, from, to, shops, test, statuses } = range;
  const { at, key, table } = sourceOf(range);
  const conditions: BookQuery[] = [
    { sql: `${at} >= ? AND ${at} < ?`, values: [from ?? BEGINNING, to ?? END] },
    ...(dateBy === 'paid' ? [{ sql: 'p.paid_at IS NOT NULL', values: [] }] : []),
    ...shopConditions(`${table}.shop`, shops),
    ...(test === null ? [] : [{ sql: `${table}.test = ?`, values: [Number(test)] }]),
    ...(statuses === null
      ? []
      : [{ sql: 'p.status IN (SELECT value FROM json_each(?))', values: [JSON.stringify(statuses)] }]),
    ...(cursor
      ? [
          {
            sql: `(${key.join(', ')}) > (${key.map(() => '?').join(', ')})`,
            values: [cursor.at, cursor.id, cursor.seq, cursor.attempt].slice(0, key.length),
          },
        ]
      : []),
  ];
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

function shopConditions(column: string, shops: readonly string[] | null): BookQuery[] {
  if (shops === null) return [];
  if (shops.length === 1 && shops[0] !== undefined) return [{ sql: `${column} = ?`, values: [shops[0]] }];
  return [{ sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(shops)] }];
}

/** A payment with several movements in a range is there once, by the first of them. */
function firstOfPayment({ from }: BookRange): BookQuery {
  return {
    sql: `NOT EXISTS (SELECT 1 FROM movements n WHERE n.payment = m.payment AND n.at >= ?
      AND (n.at, n.seq, n.attempt) < (m.at, m.seq, m.attempt))`,
    values: [from ?? BEGINNING],
  };
}

const PAYMENT_COLUMNS = `p.id, p.reference, p.shop, p.account, p.provider, p.status, p.currency, p.amount, p.paid, p.refunded,
  p.created_at AS createdAt, p.paid_at AS paidAt, p.provider_reference AS providerReference`;

type PaymentRow = Omit<BookPayment, 'operations' | 'cursor'> & {
  readonly at: string;
  readonly seq: number;
  readonly attempt: number;
  readonly operations: string | null;
};

async function bookPayments(
  db: Database,
  range: BookRange,
  { cursor, limit, withOperations }: BookPage,
): Promise<BookPayment[]> {
  const { from, at, key } = sourceOf(range);
  const isByMovement = range.dateBy === 'movement';
  const conditions = [conditionsOf(range, cursor), ...(isByMovement ? [firstOfPayment(range)] : [])];
  const place = isByMovement ? 'm.seq, m.attempt' : '0 AS seq, 0 AS attempt';
  // Bodies are read only where they are needed: they are most of what a row weighs.
  const operations = withOperations ? "json_extract(p.body, '$.operations')" : 'NULL';
  const { results } = await db
    .prepare(
      `SELECT ${PAYMENT_COLUMNS}, ${operations} AS operations, ${at} AS at, ${place} FROM ${from}
       WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY ${key.join(', ')} LIMIT ?`,
      [...conditions.flatMap(({ values }) => values), limit],
    )
    .all<PaymentRow>();
  return results.map(({ at: time, seq, attempt, operations: list, ...row }) => ({
    ...row,
    operations: JSON.parse(list ?? '[]') as OperationView[],
    cursor: { at: time, id: row.id, seq, attempt },
  }));
}

async function bookMovements(
  db: Database,
  range: BookRange,
  { cursor, limit }: BookPage,
): Promise<BookMovement[]> {
  const { from, key } = sourceOf(range);
  const where = conditionsOf(range, cursor);
  const { results } = await db
    .prepare(
      `SELECT m.payment AS id, p.reference, m.shop, m.account, m.currency, m.test, m.seq, m.attempt, m.at, m.paid, m.refunded,
         m.charged_back AS chargedBack FROM ${from} WHERE ${where.sql} ORDER BY ${key.join(', ')} LIMIT ?`,
      [...where.values, limit],
    )
    .all<Omit<BookMovement, 'test' | 'cursor'> & { readonly test: number }>();
  return results.map((row) => ({
    ...row,
    test: row.test === 1,
    cursor: { at: row.at, id: row.id, seq: row.seq, attempt: row.attempt },
  }));
}

async function countBooks(db: Database, range: BookRange, isByLine: boolean): Promise<number> {
  const { from } = sourceOf(range);
  const where = conditionsOf(range, null);
  const what = range.dateBy === 'movement' && !isByLine ? 'DISTINCT m.payment' : '*';
  const sql = `SELECT count(${what}) AS count FROM ${from} WHERE ${where.sql}`;
  return (await db.prepare(sql, where.values).first<{ readonly count: number }>())?.count ?? 0;
}

/** The sums of one shop or account and currency, in minor units. */
export interface BookSums {
  /** Of the shop or account. */
  readonly key: string;
  readonly currency: string;
  readonly test: boolean;
  /** Payments that money has come for, and times that money has come, gone back, or was charged back. */
  readonly payments: number;
  readonly refundCount: number;
  readonly chargebackCount: number;
  readonly gross: number;
  readonly refunds: number;
  readonly chargebacks: number;
}

type SumRow = Omit<BookSums, 'test'> & { readonly test: number };

const GROUPS = 'GROUP BY 1, 2, 3 ORDER BY 1, 2, 3';

/** By when money moved: what has come, and what has gone in the same time, whenever its payment was. */
const MOVED = `m.currency, m.test,
  count(DISTINCT CASE WHEN m.paid > 0 THEN m.payment END) AS payments, sum(m.refunded > 0) AS refundCount,
  sum(m.charged_back > 0) AS chargebackCount, sum(m.paid) AS gross, sum(m.refunded) AS refunds, sum(m.charged_back) AS chargebacks`;

/** By when payments were made or paid: what has come for them, and what of that has gone back since. */
const OF_PAYMENTS = `key, currency, test, sum(paid > 0) AS payments, sum(refunded > 0) AS refundCount,
  sum(back > 0) AS chargebackCount, sum(paid) AS gross, sum(refunded) AS refunds, sum(back) AS chargebacks`;

/** A payment has one account, and may have money at several: whose the money is say its movements. */
async function bookSums(db: Database, range: BookRange, by: 'shop' | 'account'): Promise<BookSums[]> {
  const { from } = sourceOf(range);
  const where = conditionsOf(range, null);
  const source =
    range.dateBy === 'movement'
      ? `SELECT m.${by} AS key, ${MOVED} FROM ${range.statuses === null ? from.replace(/ JOIN .*/, '') : from} WHERE ${where.sql}`
      : `SELECT ${OF_PAYMENTS} FROM (SELECT coalesce(m.${by}, p.${by}) AS key, p.currency, p.test, coalesce(sum(m.paid), 0) AS paid,
           coalesce(sum(m.refunded), 0) AS refunded, coalesce(sum(m.charged_back), 0) AS back
           FROM ${from} LEFT JOIN movements m ON m.payment = p.id WHERE ${where.sql} GROUP BY p.id, 1)`;
  const { results } = await db.prepare(`${source} ${GROUPS}`, where.values).all<SumRow>();
  return results.map((row) => ({ ...row, test: row.test === 1 }));
}

export class Books {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A page of payments. */
  payments(range: BookRange, page: BookPage): Promise<BookPayment[]> {
    return bookPayments(this.#db, range, page);
  }

  /** A page of movements. @param range by movement. */
  movements(range: BookRange, page: BookPage): Promise<BookMovement[]> {
    return bookMovements(this.#db, range, page);
  }

  /** How many lines there are. @param isByLine of movements each one, else each payment once. */
  count(range: BookRange, isByLine: boolean): Promise<number> {
    return countBooks(this.#db, range, isByLine);
  }

  /** The sums of a range, by shop or account, currency, and whether the money is real. */
  sums(range: BookRange, by: 'shop' | 'account'): Promise<BookSums[]> {
    return bookSums(this.#db, range, by);
  }
}
