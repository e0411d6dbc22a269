/** The cost of the work as the directory grows, one call at a time. */
import type { Miniflare } from 'miniflare';
import { type Call, send, type Target } from './load.ts';
import { type Created, shopAt } from './shop.ts';
import { cell, median, table } from './tables.ts';

const SIZES = [1000, 100_000, 1_000_000];
const CALLS = 150;

/** Fills the directory up to so many payments of other shops and of this one. */
async function fill(miniflare: Miniflare, from: number, to: number): Promise<void> {
  const db = await miniflare.getD1Database('DIRECTORY', 'app');
  const step = 50_000;
  for (let start = from; start < to; start += step) {
    const end = Math.min(to, start + step);
    await db
      .prepare(
        `INSERT INTO payments WITH RECURSIVE n (i) AS (SELECT ${start} UNION ALL SELECT i + 1 FROM n WHERE i < ${end - 1})
         SELECT printf('F%015d', i), 1, CASE i % 10 WHEN 0 THEN 'bench' ELSE 'shop-' || (i % 1000) END, 'ref-' || i,
           CASE i % 3 WHEN 0 THEN 'paid' ELSE 'created' END, 1999, 'EUR', 'ogone', 'ogone', 1, 0, 0, NULL,
           strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i, 'unixepoch'), '2026-01-01T00:00:00.000Z',
           '{"id":"F","status":"created","createdAt":"2026-01-01T00:00:00.000Z"}', NULL
         FROM n`,
      )
      .run();
  }
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
}
