/**
 * `npm run bench`: one run on this machine. Floors and our own operations side by side, microseconds per signature, and
 * the cost of the work as the directory grows. Prints the tables of the README.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Miniflare } from 'miniflare';
import type { Redirect } from '../../src/payments/types.ts';
import { bankOf } from '../../src/sandbox/banks.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo.ts';
import { type Call, closedLoop, fixedRate, send, type Target, target } from './load.ts';
import { recipeCases } from './recipes.ts';
import { ADMIN_TOKEN, PORTS, start } from './workers.ts';

const CONNECTIONS = 16;
const ROUNDS = 3;
const ROUND_MS = 1500;
/** Of the closed loop's throughput; latencies are taken well below it. */
const FIXED_SHARE = 0.3;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Figure {
  readonly name: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function measure(name: string, to: Target, next: () => Call | null): Promise<Figure> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rates.push(await closedLoop(to, CONNECTIONS, ROUND_MS, next));
    // Let what the round left behind (alarms, the searchable copy) run out.
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  const perSecond = median(rates);
  const { p50, p99 } = await fixedRate(to, Math.max(10, perSecond * FIXED_SHARE), 2000, next);
  return { name, perSecond, p50, p99 };
}

const json = (method: string, path: string, body: unknown, token: string): Call => ({
  method,
  path,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

interface Created {
  readonly id: string;
  readonly redirect: Redirect;
}

/** An account, a shop, and what makes payments in it. */
async function shopAt(to: Target) {
  const { settings, currencies } = DEMO_ACCOUNTS.ogone ?? { settings: {}, currencies: [] };
  await send(
    to,
    json('PUT', '/v1/admin/accounts/ogone', { provider: 'ogone', currencies, settings }, ADMIN_TOKEN),
  );
  const made = await send(to, json('PUT', '/v1/admin/shops/bench', { accounts: ['ogone'] }, ADMIN_TOKEN));
  const { apiKey } = (JSON.parse(made) as { keys: { apiKey: string } }).keys;
  let counter = 0;
  const create = (): Call => {
    counter += 1;
    const body = { reference: `bench-${counter}`, amount: 1999, currency: 'EUR', description: 'Two tickets' };
    return json('POST', '/v1/payments', body, apiKey);
  };
  return { apiKey, create };
}

/** The notification of a payment, as its bank sends it. */
function notificationOf(created: Created): Call {
  const bank = bankOf('ogone');
  const settings = { encoding: 'utf-8', ...DEMO_ACCOUNTS.ogone?.settings };
  const merchant = { account: 'ogone', settings, callback: `http://127.0.0.1:${PORTS.app}/callback/ogone` };
  const order = {
    id: 'bench',
    bank: 'ogone',
    account: 'ogone',
    order: `${created.id}01`,
    amount: 1999,
    currency: 'EUR',
    manual: false,
    shown: [],
    data: { PAYID: created.id.replace(/\D/g, '7') },
  };
  const message = bank.notification(order, merchant, 'pay', 'none');
  return { method: 'POST', path: '/callback/ogone', headers: message.headers, body: String(message.body) };
}

async function manyPayments(to: Target, create: () => Call, count: number): Promise<Created[]> {
  const payments: Created[] = [];
  let left = count;
  const connection = async () => {
    while (left > 0) {
      left -= 1;
      payments.push(JSON.parse(await send(to, create())) as Created);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return payments;
}

const cell = (value: number, digits: number) =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`| ${header.join(' | ')} |\n|${header.map(() => ' --- |').join('')}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  console.log('');
}

/** How many payments a round of first notifications uses up. */
const FIRSTS = 400;

/**
 * First notifications, each about a payment that was made moments ago: its object is known, as in the floor. An
 * object that has gone to sleep since would be measured against (b1).
 */
async function firstNotifications(to: Target, create: () => Call) {
  const fresh = async (count: number) => {
    const calls = (await manyPayments(to, create, count)).map(notificationOf);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return calls;
  };
  const rates: number[] = [];
  let calls: Call[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    calls = await fresh(FIRSTS);
    const left = [...calls];
    rates.push(await closedLoop(to, CONNECTIONS, 60_000, () => left.pop() ?? null));
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  const perSecond = median(rates);
  const left = await fresh(FIRSTS);
  const { p50, p99 } = await fixedRate(to, perSecond * FIXED_SHARE, 2000, () => left.pop() ?? null);
  return { figure: { name: '(d) first notification', perSecond, p50, p99 }, seen: calls.slice(0, 64) };
}

async function throughput(app: Target, floor: Target): Promise<void> {
  const { create } = await shopAt(app);
  const get = (path: string) => (): Call => ({ method: 'GET', path });
  const empty = await measure('(a) empty route', floor, get('/empty'));
  const fresh = await measure('(b1) floor: new object, one row', floor, get('/new'));
  const known = await measure('(b2) floor: known object, one row', floor, get('/known'));
  const woken = await measure(
    '(b4) floor: known object, one row, one more in its alarm',
    floor,
    get('/alarm'),
  );
  const read = await measure('(b3) floor: known object, one read', floor, get('/read'));
  const created = await measure('(c) POST /v1/payments', app, create);
  const { figure: first, seen } = await firstNotifications(app, create);
  const repeat = await measure(
    '(e) repeated notification',
    app,
    () => seen[Math.floor(Math.random() * seen.length)] ?? null,
  );
  const figures = [empty, fresh, known, read, woken, created, first, repeat];
  table(
    ['operation', 'requests/s', `p50 at ${FIXED_SHARE * 100} %, ms`, 'p99, ms'],
    figures.map(({ name, perSecond, p50, p99 }) => [name, cell(perSecond, 0), cell(p50, 1), cell(p99, 1)]),
  );
  const ratio = (a: Figure, b: Figure) => cell(a.perSecond / b.perSecond, 2);
  table(
    ['c/b1', 'd/b2', 'd/b4', 'e/b3'],
    [[ratio(created, fresh), ratio(first, known), ratio(first, woken), ratio(repeat, read)]],
  );
}

async function microseconds(count: number, run: () => unknown): Promise<number> {
  for (let i = 0; i < count / 4; i++) await run();
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) await run();
  return ((performance.now() - startedAt) * 1000) / count;
}

async function signatures(floor: Target): Promise<void> {
  const cases = recipeCases();
  const inWorkerd = async (name: string) => {
    const timed = async (count: number) => {
      const path = `/recipe?name=${encodeURIComponent(name)}&count=${count}`;
      const startedAt = performance.now();
      await send(floor, { method: 'GET', path });
      return performance.now() - startedAt;
    };
    await timed(2000);
    const runs = [];
    for (let round = 0; round < ROUNDS; round++) runs.push(((await timed(3000)) - (await timed(1))) / 3);
    return median(runs);
  };
  const times = new Map<string, string>();
  for (const { name, run } of cases) {
    times.set(name, `${cell(await inWorkerd(name), 1)} / ${cell(await microseconds(2000, run), 1)}`);
  }
  const ids = [...new Set(cases.map(({ name }) => name.split(' ', 1)[0] ?? ''))];
  table(
    ['provider', 'sign', 'bare digest', 'verify'],
    ids.map((id) => [
      id,
      ...['sign', 'bare digest', 'verify'].map((what) => times.get(`${id} ${what}`) ?? ''),
    ]),
  );
}

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

async function growth(miniflare: Miniflare, app: Target): Promise<void> {
  const made = await send(
    app,
    json('PUT', '/v1/admin/shops/bench', { keys: { apiKey: 'bench-api-key' } }, ADMIN_TOKEN),
  );
  if (!made) throw new Error('no shop');
  const token = 'bench-api-key';
  let counter = 0;
  const one = (method: string, path: string): Call => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}` },
  });
  const rows: string[][] = [];
  let filled = 0;
  for (const size of [1000, 100_000, 1_000_000]) {
    await fill(miniflare, filled, size);
    filled = size;
    const create = () =>
      json(
        'POST',
        '/v1/payments',
        { reference: `grown-${size}-${counter++}`, amount: 1999, currency: 'EUR' },
        token,
      );
    const { id } = JSON.parse(await send(app, create())) as Created;
    const p50 = async (next: () => Call) => {
      const latencies: number[] = [];
      for (let count = 0; count < 150; count++) {
        const startedAt = performance.now();
        await send(app, next());
        latencies.push(performance.now() - startedAt);
      }
      return cell(median(latencies), 2);
    };
    rows.push([
      cell(size, 0),
      await p50(create),
      await p50(() => one('GET', `/v1/payments/${id}`)),
      await p50(() => one('GET', '/v1/payments?limit=20')),
      await p50(() => one('GET', '/v1/payments?status=paid&limit=20')),
    ]);
  }
  table(['payments in the directory', 'create, p50 ms', 'read', 'list', 'list by status'], rows);
}

async function main(): Promise<void> {
  const base = process.env.BENCH_DIR ?? tmpdir();
  const directory = mkdtempSync(join(base, 'countersign-bench-'));
  const [cpu] = cpus();
  console.log(
    `${cpus().length} cores of ${cpu?.model ?? 'an unknown kind'}, ${cell(totalmem() / 2 ** 30, 0)} GiB, data in ${base}\n`,
  );
  const miniflare = await start(directory);
  try {
    const [app, floor] = [target(PORTS.app, CONNECTIONS), target(PORTS.floor, CONNECTIONS)];
    const only = process.argv[2];
    if (!only || only === '--throughput') await throughput(app, floor);
    if (!only || only === '--signatures') await signatures(floor);
    if (!only) await growth(miniflare, app);
  } finally {
    await miniflare.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
