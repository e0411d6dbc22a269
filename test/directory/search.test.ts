/**
 * The operator's search. The failures ruled out: a payment that matches is left out or shown twice, by any filters and through any pages;
 * one outside of the shops is shown; a filter that reads the whole table, or sorts what it finds.
 */
import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Availability } from '../../src/directory/availability.ts';
import { Database } from '../../src/directory/database.ts';
import {
  chosenWay,
  countQuery,
  type PaymentSearch,
  pageQuery,
  type SearchCursor,
  searchOrderOf,
  searchPayments,
  waysOf,
} from '../../src/directory/search.ts';

const ROWS = 3000;
const SHOPS = ['one', 'two', 'three', 'four'];
const STATUSES = ['paid', 'created', 'denied', 'refunded'];

interface Row {
  readonly id: string;
  readonly shop: string;
  readonly reference: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly account: string;
  readonly provider: string;
  readonly test: number;
  readonly email: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly paid_at: string | null;
  readonly references: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
}

const time = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();

/** A number below `most` that looks random and is the same in every run. */
const some = (seed: number, most: number) => ((seed * 2_654_435_761) >>> 7) % most;

const rows: readonly Row[] = Array.from({ length: ROWS }, (_, n): Row => {
  const status = STATUSES[some(n, STATUSES.length)] ?? '';
  // Several are made in the same moment.
  const created = Math.floor(n / 3);
  const account = `account-${some(n + 1, 5)}`;
  return {
    id: `P${String(some(n, ROWS * 1000)).padStart(11, '0')}${String(n).padStart(4, '0')}`,
    shop: SHOPS[some(n + 2, SHOPS.length)] ?? '',
    reference: `order-${n % 900}`,
    status,
    amount: 100 + some(n + 3, 50) * 10,
    currency: n % 7 === 0 ? 'CHF' : 'EUR',
    account,
    provider: account === 'account-0' ? 'ogone' : 'paybox',
    test: n % 11 === 0 ? 1 : 0,
    email: n % 5 === 0 ? null : `zoe${n % 400}@example.com`,
    created_at: time(created),
    updated_at: time(created + some(n + 4, 500)),
    paid_at: status === 'paid' || status === 'refunded' ? time(created + some(n + 5, 100)) : null,
    references: n % 4 === 0 ? [`T${n % 300}`, `R${n}`] : [],
    metadata: n % 3 === 0 ? null : { channel: n % 2 === 0 ? 'web' : 'shop', cart: `c${n % 40}` },
  };
});

const db = new Database(env.DIRECTORY, new Availability(Date.now));

beforeAll(async () => {
  for (let start = 0; start < ROWS; start += 500) {
    const part = JSON.stringify(rows.slice(start, start + 500));
    await env.DIRECTORY.prepare(
      `INSERT INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded,
         created_at, updated_at, body, email, paid_at, head_seq, head, unanchored, metadata)
       SELECT value ->> 'id', 1, value ->> 'shop', value ->> 'reference', value ->> 'status', value ->> 'amount',
         value ->> 'currency', value ->> 'account', value ->> 'provider', value ->> 'test', 0, 0, value ->> 'created_at',
         value ->> 'updated_at', json_object('id', value ->> 'id'), value ->> 'email', value ->> 'paid_at', 1, 'h', 1, value ->> 'metadata'
       FROM json_each(?)`,
    )
      .bind(part)
      .run();
    await env.DIRECTORY.prepare(
      `INSERT OR IGNORE INTO provider_references SELECT r.value, p.value ->> 'id' FROM json_each(?) p, json_each(p.value, '$.references') r`,
    )
      .bind(part)
      .run();
  }
});

const NOTHING: PaymentSearch = {
  shops: null,
  status: [],
  amount: {},
  created: {},
  updated: {},
  paid: {},
  limit: 20,
};

interface Ends {
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
}

function isWithin(value: string | number | null, { from, to }: Ends, isClosed: boolean): boolean {
  if (from === undefined && to === undefined) return true;
  if (value === null) return false;
  return (
    (from === undefined || value >= from) && (to === undefined || value < to || (isClosed && value === to))
  );
}

/** Every match, in order, by looking at each row. */
function matches(search: PaymentSearch): readonly string[] {
  const isEqual = <T>(wanted: T | undefined, value: T) => wanted === undefined || wanted === value;
  const found = rows.filter(
    (row) =>
      (search.shops === null || search.shops.includes(row.shop)) &&
      (search.status.length === 0 || search.status.includes(row.status)) &&
      isEqual(search.reference, row.reference) &&
      (search.providerReference === undefined || row.references.includes(search.providerReference)) &&
      isEqual(search.email?.toLowerCase(), row.email ?? undefined) &&
      isEqual(search.account, row.account) &&
      isEqual(search.provider, row.provider) &&
      isEqual(search.currency, row.currency) &&
      isEqual(search.test, row.test === 1) &&
      Object.entries(search.metadata ?? {}).every(([name, value]) => row.metadata?.[name] === value) &&
      isWithin(row.amount, search.amount, true) &&
      isWithin(row.created_at, search.created, false) &&
      isWithin(row.updated_at, search.updated, false) &&
      isWithin(row.paid_at, search.paid, false),
  );
  const order = searchOrderOf(search);
  const at = (row: Row) =>
    order === 'created' ? row.created_at : order === 'updated' ? row.updated_at : (row.paid_at ?? '');
  return found
    .toSorted((one, other) => (at(one) + one.id < at(other) + other.id ? 1 : -1))
    .map(({ id }) => id);
}

async function allPages(search: PaymentSearch): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: SearchCursor | undefined;
  do {
    const { data, next } = await searchPayments(db, { ...search, cursor });
    ids.push(...data.map(({ view }) => view.id));
    cursor = next ?? undefined;
  } while (cursor);
  return ids;
}

const timeRange = fc
  .option(
    fc.record({
      from: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
      to: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
    }),
    { nil: undefined, freq: 3 },
  )
  .map((range) => ({
    from: range?.from === undefined ? undefined : time(range.from),
    to: range?.to === undefined ? undefined : time(range.to),
  }));

const rarely = <T>(values: readonly T[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });

const searches: fc.Arbitrary<PaymentSearch> = fc.record({
  shops: fc.option(fc.subarray([...SHOPS, 'nobody']), { nil: null, freq: 2 }),
  status: fc.oneof(fc.constant([]), fc.subarray(STATUSES)),
  reference: fc.option(fc.constantFrom('order-1', 'order-899', 'no-such'), { nil: undefined, freq: 4 }),
  providerReference: fc.option(fc.constantFrom('T0', 'T8', 'R4', 'none'), { nil: undefined, freq: 5 }),
  email: fc.option(fc.constantFrom('zoe1@example.com', 'ZOE2@Example.com', 'x@example.com'), {
    nil: undefined,
    freq: 4,
  }),
  account: rarely(['account-0', 'account-3', 'none']),
  provider: rarely(['ogone', 'paybox', 'none']),
  currency: rarely(['EUR', 'CHF', 'USD']),
  test: rarely([true, false]),
  metadata: fc.option(
    fc.constantFrom<Record<string, string>>(
      { channel: 'web' },
      { cart: 'c4' },
      { channel: 'web', cart: 'c8' },
      { cart: 'none' },
    ),
    { nil: undefined, freq: 3 },
  ),
  amount: fc.oneof(
    fc.constant({}),
    fc.constant({ from: 200, to: 200 }),
    fc.record({ from: fc.integer({ min: 0, max: 700 }), to: fc.integer({ min: 0, max: 700 }) }),
  ),
  created: timeRange,
  updated: timeRange,
  paid: timeRange,
  limit: fc.constantFrom(1, 7, 50, 100),
});

describe('a search', () => {
  it('finds every match once, in order, through all pages', async () => {
    await fc.assert(
      fc.asyncProperty(searches, async (search) => {
        const expected = matches(search);
        // Many pages of one payment say nothing new.
        const limit = expected.length > 200 ? 100 : search.limit;
        expect(await allPages({ ...search, limit })).toEqual(expected);
      }),
      { numRuns: 150, seed: 21 },
    );
  });

  it('of no shop finds nothing', async () => {
    expect(await searchPayments(db, { ...NOTHING, shops: [] })).toEqual({ data: [], next: null });
  });
});

/** Each filter alone. */
const ALONE: Readonly<Record<string, Partial<PaymentSearch>>> = {
  none: {},
  reference: { reference: 'order-1' },
  providerReference: { providerReference: 'T8' },
  email: { email: 'zoe1@example.com' },
  'one status': { status: ['paid'] },
  'several statuses': { status: ['paid', 'denied'] },
  'one shop': { shops: ['one'] },
  'several shops': { shops: ['one', 'two'] },
  'shop and status': { shops: ['one', 'two'], status: ['paid', 'denied'] },
  account: { account: 'account-1' },
  'shop and account': { shops: ['one'], account: 'account-1' },
  provider: { provider: 'ogone' },
  currency: { currency: 'CHF' },
  test: { test: true },
  metadata: { metadata: { channel: 'web' } },
  'several metadata': { metadata: { channel: 'web', cart: 'c4' } },
  'shop and metadata': { shops: ['one'], metadata: { channel: 'web' } },
  amount: { amount: { from: 200, to: 200 } },
  created: { created: { from: time(10), to: time(20) } },
  updated: { updated: { from: time(10), to: time(20) } },
  paid: { paid: { from: time(10), to: time(20) } },
  'shop and updated': { shops: ['one'], updated: { from: time(10) } },
  'shop and paid': { shops: ['one'], paid: { from: time(10) } },
};

const CURSOR = { at: time(500), id: 'P' } as const;

async function planOf({
  sql,
  values,
}: {
  sql: string;
  values: readonly unknown[];
}): Promise<readonly string[]> {
  const { results } = await env.DIRECTORY.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

/** Steps that read payments without looking one up, and sorts. */
const isCostly = (step: string) => /^SCAN (?:i|p|r|x|payments)\b/.test(step) || step.includes('TEMP B-TREE');

describe('the plan', () => {
  it.each(Object.keys(ALONE))(
    'of the filter %s scans no table and sorts no more than a page',
    async (name) => {
      for (const cursor of [undefined, CURSOR]) {
        const plain: PaymentSearch = { ...NOTHING, ...ALONE[name] };
        const search = { ...plain, ...(cursor && { cursor: { ...cursor, by: searchOrderOf(plain) } }) };
        for (const way of waysOf(search)) {
          const plan = await planOf(pageQuery(way, search));
          // The whole list is its index from the end; what is spread is merged, a page of each; a provider's number has few payments.
          const isSmall = way.spread.length > 0 || way.by === 'providerReference';
          const costly = plan
            .filter(isCostly)
            .filter((step) => !(isSmall && step === 'USE TEMP B-TREE FOR ORDER BY'));
          const isWalk = way.index === 'payments_by_created' && !cursor && plain.created.from === undefined;
          expect(costly, `${name}: ${plan.join('; ')}`).toEqual(
            isWalk ? ['SCAN i USING INDEX payments_by_created'] : [],
          );
        }
        const counting = await planOf(countQuery(waysOf(search), search));
        expect(counting.filter(isCostly), counting.join('; ')).toEqual([]);
      }
    },
  );

  it('of an amount range begins with the range where it is small, and else walks the list', () => {
    const search = { ...NOTHING, amount: { from: 1, to: 2 } };
    const ways = waysOf(search);
    expect(chosenWay(ways, [12, 1000])?.index).toBe('payments_by_amount');
    expect(chosenWay(ways, [1000, 1000])?.index).toBe('payments_by_created');
  });

  it('of several filters begins with the one that matches least', () => {
    const ways = waysOf({ ...NOTHING, status: ['paid'], account: 'a', test: false });
    expect(ways.map(({ index }) => index)).toContain('payments_by_test');
    expect(chosenWay(ways, [1000, 3, 1000, 1000])?.index).toBe('payments_by_account');
    expect(chosenWay(ways, [1000, 1000, 1000, 1000])?.index).toBe('payments_by_status');
  });
});
