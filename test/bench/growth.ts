/**
 * The cost of the work as the directory grows, one call at a time; and of the operator's search by each filter, in the largest. With
 * `npm run bench -- --growth` only this.
 */
import type { Miniflare } from 'miniflare';
import { type Call, send, type Target } from './load.ts';
import { type Created, shopAt } from './shop.ts';
import { cell, median, table } from './tables.ts';
import { ADMIN_TOKEN } from './workers.ts';

const SIZES = [1000, 100_000, 1_000_000];
const CALLS = 150;

/** Calls of one search. Operators have a rate limit, and this waits for it. */
const SEARCHES = 21;

/** miniflare closes a connection that was idle, perhaps just when it is used again. */
export async function twice(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    await work();
  }
}

/** Fills the directory up to so many payments of other shops and of this one. */
async function fill(miniflare: Miniflare, from: number, to: number): Promise<void> {
  const db = await miniflare.getD1Database('DIRECTORY', 'app');
  const step = 50_000;
  for (let start = from; start < to; start += step) {
    const end = Math.min(to, start + step);
    const numbers = `WITH RECURSIVE n (i) AS (SELECT ${start} UNION ALL SELECT i + 1 FROM n WHERE i < ${end - 1})`;
    await twice(() =>
      db
        .prepare(
          `INSERT OR IGNORE INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded,
           provider_reference, created_at, updated_at, body, check_at, email, paid_at, head_seq, head, unanchored)
         ${numbers}
         SELECT printf('F%015d', i), 1, CASE i % 10 WHEN 0 THEN 'bench' ELSE 'shop-' || (i % 1000) END, 'ref-' || i,
           CASE WHEN i % 3 = 0 THEN 'paid' WHEN i % 1000 = 1 THEN 'error' ELSE 'created' END,
           CASE WHEN i % 5000 = 7 THEN 250 + i % 49 ELSE 1000 + i % 997 END, CASE i % 100 WHEN 3 THEN 'CHF' ELSE 'EUR' END,
           CASE i % 2 WHEN 0 THEN 'ogone' ELSE 'account-' || (i % 50) END, CASE i % 2 WHEN 0 THEN 'ogone' ELSE 'paybox' END,
           CASE i % 1000 WHEN 5 THEN 0 ELSE 1 END, 0, 0, 'T' || i,
           strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i, 'unixepoch'),
           strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i + i % 86400, 'unixepoch'),
           '{"id":"F","status":"created","createdAt":"2026-01-01T00:00:00.000Z"}', NULL, 'shopper' || (i % 300000) || '@example.com',
           CASE i % 3 WHEN 0 THEN strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i + 60, 'unixepoch') END, 1, 'h', NULL
         FROM n`,
        )
        .run(),
    );
    await twice(() =>
      db
        .prepare(
          `INSERT OR IGNORE INTO provider_references ${numbers} SELECT 'T' || i, printf('F%015d', i) FROM n`,
        )
        .run(),
    );
  }
}

const time = (second: number) => new Date((1_700_000_000 + second) * 1000).toISOString();

/** Each filter alone, and some that people use together. */
const FILTERS: readonly (readonly [name: string, query: string])[] = [
  ['none', ''],
  ['reference', 'reference=ref-500000'],
  ['provider reference', 'providerReference=T123456'],
  ['e-mail', 'email=Shopper777@example.com'],
  ['status, frequent', 'status=paid'],
  ['status, rare', 'status=error'],
  ['two statuses', 'status=paid&status=error'],
  ['shop', 'shop=bench'],
  ['group of two shops', 'group=two'],
  ['account', 'account=account-7'],
  ['provider', 'provider=paybox'],
  ['test, rare', 'test=false'],
  ['currency, rare', 'currency=CHF'],
  ['amount', 'amountFrom=1500&amountTo=1500'],
  ['amount range, frequent', 'amountFrom=1200&amountTo=1300'],
  ['amount range, rare', 'amountFrom=250&amountTo=300'],
  ['created, in the middle', `createdFrom=${time(400_000)}&createdTo=${time(500_000)}`],
  ['updated, in the middle', `updatedFrom=${time(400_000)}&updatedTo=${time(500_000)}`],
  ['paid, in the middle', `paidFrom=${time(400_000)}&paidTo=${time(500_000)}`],
  ['shop and statuses', 'shop=bench&status=paid&status=error'],
  ['account and status, rare', 'account=account-7&status=error'],
  ['shop and paid', `shop=bench&paidFrom=${time(400_000)}&paidTo=${time(500_000)}`],
];

const asOperator = (method: string, path: string, body?: object): Call => ({
  method,
  path,
  headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
  ...(body && { body: JSON.stringify(body) }),
});

/** A call, again when the rate limit has let it wait. */
async function patiently(to: Target, call: Call): Promise<number> {
  for (;;) {
    const startedAt = performance.now();
    try {
      await send(to, call);
      return performance.now() - startedAt;
    } catch (error) {
      if (!String(error).includes('429')) throw error;
      await new Promise((done) => setTimeout(done, 5000));
    }
  }
}

async function searches(app: Target): Promise<void> {
  await send(app, asOperator('PUT', '/v1/admin/shops/bench', { group: 'two' }));
  await send(app, asOperator('PUT', '/v1/admin/shops/shop-1', { name: 'Another', group: 'two' }));
  const rows: string[][] = [];
  for (const [name, query] of FILTERS) {
    const path = `/v1/admin/payments?limit=20${query && `&${query}`}`;
    await patiently(app, asOperator('GET', path));
    const first = JSON.parse(await send(app, asOperator('GET', path))) as { nextCursor: string | null };
    const next = first.nextCursor && `${path}&cursor=${first.nextCursor}`;
    const latencies: number[] = [];
    const further: number[] = [];
    for (let count = 0; count < SEARCHES; count++) {
      latencies.push(await patiently(app, asOperator('GET', path)));
      if (next) further.push(await patiently(app, asOperator('GET', next)));
    }
    rows.push([name, cell(median(latencies), 2), next ? cell(median(further), 2) : '—']);
  }
  table(['search of 1,000,000 by', 'first page, p50 ms', 'second page'], rows);
}

/** Measures and prints. */
export async function growth(miniflare: Miniflare, app: Target): Promise<void> {
  const shop = await shopAt(app);
  const p50 = async (next: () => Call) => {
    const latencies: number[] = [];
    for (let count = 0; count < CALLS; count++) {
      const startedAt = performance.now();
      await send(app, next());
      latencies.push(performance.now() - startedAt);
    }
    return cell(median(latencies), 2);
  };
  const rows: string[][] = [];
  let filled = 0;
  for (const size of SIZES) {
    await fill(miniflare, filled, size);
    filled = size;
    const { id } = JSON.parse(await send(app, shop.create())) as Created;
    rows.push([
      cell(size, 0),
      await p50(shop.create),
      await p50(() => shop.get(`/v1/payments/${id}`)),
      await p50(() => shop.get('/v1/payments?limit=20')),
      await p50(() => shop.get('/v1/payments?status=paid&limit=20')),
    ]);
  }
  table(['payments in the directory', 'create, p50 ms', 'read', 'list', 'list by status'], rows);
  await searches(app);
}
