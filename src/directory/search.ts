/**
 * The operator's search over the searchable copy. Every filter alone is served by an index that has the order of the list too, and each
 * page begins where the one before ended. Where several filters would do, those that match least are counted first, up to `MOST_COUNTED`,
 * and the smallest leads; the others are checked row by row.
 *
 * The list is newest first: by the time that a range is asked of (updated, paid), else by creation. Several shops or statuses are looked
 * up one by one, each in its index, and merged: SQLite would sort all their rows.
 */
import type { PaymentView } from '../payments/types.ts';
import type { Database } from './database.ts';
import { hasMetadata, viewIn } from './projection.ts';

/** Both ends may be left out. */
export interface Range<T> {
  readonly from?: T | undefined;
  readonly to?: T | undefined;
}

export interface PaymentSearch {
  /** Payments of these shops alone; null: of all. */
  readonly shops: readonly string[] | null;
  readonly reference?: string | undefined;
  readonly providerReference?: string | undefined;
  /** In any case of letters. */
  readonly email?: string | undefined;
  /** In any of them; empty: in all. */
  readonly status: readonly string[];
  readonly account?: string | undefined;
  readonly provider?: string | undefined;
  readonly currency?: string | undefined;
  /** Each of them. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly test?: boolean | undefined;
  /** Minor units, both inclusive. */
  readonly amount: Range<number>;
  /** RFC 3339 UTC; from inclusive, to exclusive. */
  readonly created: Range<string>;
  readonly updated: Range<string>;
  readonly paid: Range<string>;
  readonly limit: number;
  readonly cursor?: SearchCursor | undefined;
}

/** The last payment of the page before: its time in the order of the list. */
export interface SearchCursor {
  readonly by: SearchOrder;
  readonly at: string;
  readonly id: string;
}

export const SEARCH_ORDERS = ['created', 'updated', 'paid'] as const;
export type SearchOrder = (typeof SEARCH_ORDERS)[number];

export interface FoundPayment {
  readonly shop: string;
  readonly view: PaymentView;
}

/** The column that each order goes by. */
const COLUMNS: Readonly<Record<SearchOrder, string>> = {
  created: 'created_at',
  updated: 'updated_at',
  paid: 'paid_at',
};

/** Matches that are counted to find the smallest filter. */
const MOST_COUNTED = 1000;

/** Shops for which several statuses are looked up one by one as well. */
const MOST_SHOPS_BY_STATUS = 50;

type Value = string | number;

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** A way to find the matches: an index, and what it serves. */
export interface SearchWay {
  /** Null: by the table of `by`. */
  readonly index: string | null;
  /** The numbers of providers, or the shops' own texts. */
  readonly by?: 'providerReference' | 'metadata';
  readonly serves: readonly Condition[];
  /** Whether it yields the order of the list; else its matches are sorted. */
  readonly isOrdered: boolean;
  /** Columns whose values are looked up one by one. */
  readonly spread: readonly ('shop' | 'status')[];
}

export function searchOrderOf({ updated, paid }: PaymentSearch): SearchOrder {
  if (isGiven(updated)) return 'updated';
  return isGiven(paid) ? 'paid' : 'created';
}

function isGiven({ from, to }: Range<unknown>): boolean {
  return from !== undefined || to !== undefined;
}

function equals(column: string, value: Value | undefined): Condition[] {
  return value === undefined ? [] : [{ sql: `i.${column} = ?`, values: [value] }];
}

function within(column: string, range: Range<Value>, end: '<' | '<='): Condition[] {
  // One value is looked up, and its rows have the order of the list.
  if (end === '<=' && range.from === range.to) return equals(column, range.from);
  return [
    ...(range.from === undefined ? [] : [{ sql: `i.${column} >= ?`, values: [range.from] }]),
    ...(range.to === undefined ? [] : [{ sql: `i.${column} ${end} ?`, values: [range.to] }]),
  ];
}

/** Every filter as conditions, by the column that it is about. */
function filtersOf(search: PaymentSearch) {
  const { status } = search;
  return {
    reference: equals('reference', search.reference),
    email: equals('email', search.email?.toLowerCase()),
    account: equals('account', search.account),
    provider: equals('provider', search.provider),
    currency: equals('currency', search.currency),
    metadata: Object.entries(search.metadata ?? {}).map(([name, value]) => ({
      sql: hasMetadata('i.id'),
      values: [name, value],
    })),
    test: equals('test', search.test === undefined ? undefined : Number(search.test)),
    amount: within('amount', search.amount, '<='),
    created: within('created_at', search.created, '<'),
    updated: within('updated_at', search.updated, '<'),
    paid: within('paid_at', search.paid, '<'),
    status:
      status.length === 0
        ? []
        : [{ sql: 'i.status IN (SELECT value FROM json_each(?))', values: [JSON.stringify(status)] }],
    shop:
      search.shops === null
        ? []
        : [{ sql: 'i.shop IN (SELECT value FROM json_each(?))', values: [JSON.stringify(search.shops)] }],
  };
}

/** The ways that a search may take, the preferred one first. The last one always leads to the end. */
export function waysOf(search: PaymentSearch): readonly SearchWay[] {
  const filters = filtersOf(search);
  const order = searchOrderOf(search);
  const isNewest = order === 'created';
  const none = { spread: [], serves: [] } as const;
  if (search.providerReference !== undefined)
    return [{ ...none, index: null, by: 'providerReference', isOrdered: false }];
  const ways: SearchWay[] = [];
  const add = (name: 'reference' | 'email') => {
    if (filters[name].length > 0)
      ways.push({ ...none, index: `payments_by_${name}`, serves: filters[name], isOrdered: isNewest });
  };
  add('reference');
  add('email');
  if (search.metadata) ways.push({ ...none, index: null, by: 'metadata', isOrdered: isNewest });
  const { shops, status } = search;
  if (shops !== null) return [...ways, byShop(search, shops.length, order)];
  if (isNewest) {
    if (status.length > 0)
      ways.push({ ...none, index: 'payments_by_status', isOrdered: true, spread: ['status'] });
    for (const name of ['account', 'provider', 'currency', 'test'] as const)
      if (filters[name].length > 0)
        ways.push({ ...none, index: `payments_by_${name}`, serves: filters[name], isOrdered: true });
  }
  const { from, to } = search.amount;
  if (isGiven(search.amount)) {
    const isOrdered = isNewest && from === to;
    ways.push({ ...none, index: 'payments_by_amount', serves: filters.amount, isOrdered });
  }
  return [...ways, { ...none, index: `payments_by_${order}`, serves: filters[order], isOrdered: true }];
}

function byShop({ status, account }: PaymentSearch, shops: number, order: SearchOrder): SearchWay {
  const way = { serves: [], isOrdered: true } as const;
  if (order !== 'created') return { ...way, index: `payments_by_shop_${order}`, spread: ['shop'] };
  if (account !== undefined) return { ...way, index: 'payments_by_shop_account', spread: ['shop'] };
  return status.length > 0 && shops <= MOST_SHOPS_BY_STATUS
    ? { ...way, index: 'payments_by_shop_status', spread: ['shop', 'status'] }
    : { ...way, index: 'payments_by_shop', spread: ['shop'] };
}

/** The rows of the first text that is asked for; those of one shop, where it is about one. */
function textCondition({ metadata, shops }: PaymentSearch): Condition {
  const [[name, value] = ['', '']] = Object.entries(metadata ?? {});
  const [shop, ...others] = shops ?? [];
  return shop !== undefined && others.length === 0
    ? { sql: 'r.shop = ? AND r.name = ? AND r.value = ?', values: [shop, name, value] }
    : { sql: 'r.name = ? AND r.value = ?', values: [name, value] };
}

/** How many payments each way would find, counted up to `MOST_COUNTED`: one query. Those whose values are spread are not counted. */
export function countQuery(ways: readonly SearchWay[], search: PaymentSearch): Condition {
  const counts = ways.map((way): Condition => {
    const { status } = filtersOf(search);
    const serves = way.spread.includes('status') ? status : way.serves;
    if (way.by === 'metadata') {
      const texts = textCondition(search);
      return {
        sql: `SELECT count(*) FROM (SELECT 1 FROM payment_metadata r WHERE ${texts.sql} LIMIT ${MOST_COUNTED})`,
        values: texts.values,
      };
    }
    if (serves.length === 0 || way.index === null || way.spread.includes('shop'))
      return { sql: `SELECT ${MOST_COUNTED}`, values: [] };
    const where = serves.map(({ sql }) => sql).join(' AND ');
    return {
      sql: `SELECT count(*) FROM (SELECT 1 FROM payments i INDEXED BY ${way.index} WHERE ${where} LIMIT ${MOST_COUNTED})`,
      values: serves.flatMap(({ values }) => values),
    };
  });
  return {
    sql: `SELECT ${counts.map(({ sql }, index) => `(${sql}) AS c${index}`).join(', ')}`,
    values: counts.flatMap(({ values }) => values),
  };
}

/** The way that finds least; of those with as many as were counted the first that has the order. */
export function chosenWay(ways: readonly SearchWay[], counts: readonly number[]): SearchWay | undefined {
  let best: SearchWay | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, way] of ways.entries()) {
    const count = counts[index] ?? MOST_COUNTED;
    if (count >= least || (count >= MOST_COUNTED && !way.isOrdered && ways.length > 1)) continue;
    [best, least] = [way, count];
  }
  return best ?? ways.at(-1);
}

/** The query of one page, by one way. */
export function pageQuery(way: SearchWay, search: PaymentSearch): Condition {
  const order = COLUMNS[searchOrderOf(search)];
  const filters = filtersOf(search);
  const { cursor, limit } = search;
  const spread = way.spread.map((column, index) => ({
    column,
    table: `l${index}`,
    values: [...new Set(column === 'shop' ? (search.shops ?? []) : search.status)],
  }));
  const filtered: Condition[] = [
    ...spread.map(({ column, table }) => ({ sql: `i.${column} = ${table}.value`, values: [] })),
    ...Object.entries(filters)
      .filter(([name]) => !spread.some(({ column }) => column === name))
      .flatMap(([, list]) => list),
    ...(order === 'paid_at' ? [{ sql: 'i.paid_at IS NOT NULL', values: [] }] : []),
  ];
  if (way.by === 'metadata') return pageByText(way, search, filtered);
  const conditions: Condition[] = [...filtered, ...beyond(cursor, `i.${order}`, 'i.id')];
  const where = conditions.map(({ sql }) => sql).join(' AND ') || 'TRUE';
  const values = conditions.flatMap((condition) => condition.values);
  const columns = (name: string) =>
    `${name}.shop, ${name}.body, ${name}.version, ${name}.${order} AS at, ${name}.id`;
  const sorted = (name: string) => `ORDER BY ${name}.${order} DESC, ${name}.id DESC LIMIT ?`;
  const most = limit + 1;
  if (way.index === null) {
    const { providerReference = '' } = search;
    return {
      sql: `SELECT ${columns('i')} FROM provider_references r CROSS JOIN payments i ON i.id = r.payment WHERE r.reference = ? AND ${where} ${sorted('i')}`,
      values: [providerReference, ...values, most],
    };
  }
  const table = `payments i INDEXED BY ${way.index}`;
  if (spread.length === 0)
    return {
      sql: `SELECT ${columns('i')} FROM ${table} WHERE ${where} ${sorted('i')}`,
      values: [...values, most],
    };
  const lists = spread.map((list) => `json_each(?) ${list.table}`).join(' CROSS JOIN ');
  return {
    sql: `SELECT ${columns('p')} FROM ${lists} CROSS JOIN payments p WHERE p.id IN (SELECT i.id FROM ${table} WHERE ${where} ${sorted('i')}) ${sorted('p')}`,
    values: [...spread.map((list) => JSON.stringify(list.values)), ...values, most, most],
  };
}

/** Whatever comes after a cursor in the order of these columns. */
function beyond(cursor: SearchCursor | undefined, at: string, id: string): Condition[] {
  return cursor ? [{ sql: `(${at}, ${id}) < (?, ?)`, values: [cursor.at, cursor.id] }] : [];
}

/** By the rows of a text, which have the time of creation too. */
function pageByText(way: SearchWay, search: PaymentSearch, filtered: readonly Condition[]): Condition {
  const order = COLUMNS[searchOrderOf(search)];
  const [at, id] = way.isOrdered
    ? (['r.created_at', 'r.payment'] as const)
    : ([`i.${order}`, 'i.id'] as const);
  const all = [textCondition(search), ...filtered, ...beyond(search.cursor, at, id)];
  return {
    sql: `SELECT i.shop, i.body, i.version, i.${order} AS at, i.id FROM payment_metadata r CROSS JOIN payments i ON i.id = r.payment WHERE ${all.map(({ sql }) => sql).join(' AND ')} ORDER BY ${at} DESC, ${id} DESC LIMIT ?`,
    values: [...all.flatMap(({ values }) => values), search.limit + 1],
  };
}

interface Row {
  readonly shop: string;
  readonly body: string;
  readonly version: number;
  readonly at: string;
  readonly id: string;
}

/** A page of the payments that match, and where the next one begins. */
export async function searchPayments(
  db: Database,
  search: PaymentSearch,
): Promise<{ readonly data: readonly FoundPayment[]; readonly next: SearchCursor | null }> {
  if (search.shops?.length === 0) return { data: [], next: null };
  const ways = waysOf(search);
  const [first] = ways;
  // One filter whose index has the order of the list needs no count: the last way is for all that remains.
  const isPlain = ways.length === 1 || (ways.length === 2 && first?.isOrdered);
  const way = isPlain ? first : await counted(db, ways, search);
  if (!way) return { data: [], next: null };
  const { sql, values } = pageQuery(way, search);
  const { results } = await db.prepare(sql, values).all<Row>();
  const page = results.slice(0, search.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => ({ shop: row.shop, view: viewIn(row) })),
    next:
      results.length > search.limit && last ? { by: searchOrderOf(search), at: last.at, id: last.id } : null,
  };
}

async function counted(
  db: Database,
  ways: readonly SearchWay[],
  search: PaymentSearch,
): Promise<SearchWay | undefined> {
  const { sql, values } = countQuery(ways, search);
  const counts = await db.prepare(sql, values).first<Record<string, number>>();
  return chosenWay(
    ways,
    ways.map((_way, index) => counts?.[`c${index}`] ?? MOST_COUNTED),
  );
}
