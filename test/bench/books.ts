/**
 * The books of a generated month: sums beside an independent count, and what a summary and an export cost. `npm run bench -- --books
 * [PAYMENTS]` does only this. The payments are rows of the copy; their money is counted here while they are made, and again in the file.
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Miniflare } from 'miniflare';
import { packed } from '../package/packed.ts';
import { twice } from './growth.ts';
import { send, type Target } from './load.ts';
import { cell, median, table } from './tables.ts';
import { ADMIN_TOKEN, PORTS } from './workers.ts';

/** Rows of one statement. */
const STEP = 2000;

const MONTH = '2026-10';
const ZONE = 'Europe/Zurich';
const BEGIN = Date.parse('2026-09-25T00:00:00Z');
const SPAN_MS = 40 * 86_400_000;
/** October in Zurich: the clocks change on the 25th. */
const [FROM, TO] = [Date.parse('2026-09-30T22:00:00Z'), Date.parse('2026-10-31T23:00:00Z')];

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Counted {
  gross: number;
  refunds: number;
  chargebacks: number;
  payments: number;
}

/** What came and went in the month, by shop and currency, counted while it is made. */
type Count = Map<string, Counted>;

function note(count: Count, key: string, at: number, change: Partial<Counted>): void {
  if (at < FROM || at >= TO) return;
  const known = count.get(key) ?? { gross: 0, refunds: 0, chargebacks: 0, payments: 0 };
  for (const name of ['gross', 'refunds', 'chargebacks', 'payments'] as const)
    known[name] += change[name] ?? 0;
  count.set(key, known);
}

async function fill(miniflare: Miniflare, size: number): Promise<Count> {
  const db = await miniflare.getD1Database('DIRECTORY', 'app');
  const random = numbers(23);
  const count: Count = new Map();
  for (let start = 0; start < size; start += STEP) {
    const payments: unknown[][] = [];
    const movements: unknown[][] = [];
    for (let index = start; index < Math.min(size, start + STEP); index += 1) {
      const id = `B${String(index).padStart(15, '0')}`;
      const shop = `shop-${Math.floor(random() ** 2 * 300)}`;
      const currency = random() < 0.8 ? 'EUR' : 'CHF';
      const amount = 1 + Math.floor(random() * 50_000);
      const created = BEGIN + Math.floor(random() * SPAN_MS);
      const paidAt = random() < 0.7 ? created + Math.floor(random() * 3_600_000) : null;
      const refunded = paidAt !== null && random() < 0.1 ? 1 + Math.floor(random() * amount) : 0;
      const key = `${shop} ${currency}`;
      const time = (at: number) => new Date(at).toISOString();
      const movement = (seq: number, at: number, paid: number, back: number, charged: number) =>
        movements.push([id, seq, time(at), shop, currency, paid, back, charged]);
      if (paidAt !== null) {
        movement(2, paidAt, amount, 0, 0);
        note(count, key, paidAt, { gross: amount, payments: 1 });
        if (refunded > 0) {
          const at = paidAt + Math.floor(random() * 20 * 86_400_000);
          movement(3, at, 0, refunded, 0);
          note(count, key, at, { refunds: refunded });
        }
        if (random() < 0.01) {
          const at = paidAt + Math.floor(random() * 10 * 86_400_000);
          movement(4, at, 0, 0, amount);
          note(count, key, at, { chargebacks: amount });
        }
      }
      const status = paidAt === null ? 'denied' : refunded === amount ? 'refunded' : 'paid';
      payments.push([
        id,
        shop,
        `order, "${index}"`,
        status,
        amount,
        currency,
        paidAt === null ? 0 : amount,
        refunded,
        time(created),
        paidAt === null ? null : time(paidAt),
      ]);
    }
    const value = (position: number) => `(value ->> ${position})`;
    await twice(() =>
      db
        .prepare(
          `INSERT OR IGNORE INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded,
             provider_reference, created_at, updated_at, body, paid_at, head_seq, head)
           SELECT ${value(0)}, 1, ${value(1)}, ${value(2)}, ${value(3)}, ${value(4)}, ${value(5)}, 'bank', 'ogone', 0, ${value(6)}, ${value(7)},
             'T' || ${value(0)}, ${value(8)}, ${value(8)}, '{"operations":[]}', ${value(9)}, 1, 'h' FROM json_each(?)`,
        )
        .bind(JSON.stringify(payments))
        .run(),
    );
    await twice(() =>
      db
        .prepare(
          `INSERT OR IGNORE INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
           SELECT ${value(0)}, ${value(1)}, 1, ${value(2)}, ${value(3)}, 'bank', ${value(4)}, 0, ${value(5)}, ${value(6)}, ${value(7)}
           FROM json_each(?)`,
        )
        .bind(JSON.stringify(movements))
        .run(),
    );
  }
  return count;
}

async function summary(
  app: Target,
  query: string,
): Promise<{ readonly lines: Count; readonly milliseconds: number }> {
  const startedAt = performance.now();
  const path = `/v1/admin/summary?month=${MONTH}&timeZone=${ZONE}${query}`;
  const answer = await send(app, {
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const { data } = JSON.parse(answer) as { data: (Counted & { key: string; currency: string })[] };
  const milliseconds = performance.now() - startedAt;
  const lines: Count = new Map(
    data.map(({ key, currency, gross, refunds, chargebacks, payments }) => [
      `${key} ${currency}`,
      { gross, refunds, chargebacks, payments },
    ]),
  );
  return { lines, milliseconds };
}

function requireSame(name: string, one: Count, other: Count): void {
  const text = (count: Count) => JSON.stringify([...count].sort(([a], [b]) => (a < b ? -1 : 1)));
  if (text(one) !== text(other)) throw new Error(`${name} differs from the independent count`);
}

/** Runs the command of the packed package, as operators do. @returns seconds, and the most memory that it took, in MB. */
async function exported(countersign: string, file: string, ...args: string[]) {
  const startedAt = performance.now();
  const command = [countersign, 'export', '--to', file, '--url', `http://127.0.0.1:${PORTS.app}`, ...args];
  // Of its own memory alone: what getrusage says begins with the size of the process that started it.
  const report = `import { readFileSync } from 'node:fs';
    const most = () => /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
    process.on('exit', () => console.error('most ' + most()));`;
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(report)}`, ...command],
    {
      env: { ...process.env, COUNTERSIGN_TOKEN: ADMIN_TOKEN },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const status = await new Promise((done) => child.on('close', done));
  if (status !== 0) throw new Error(said);
  const most = Number(/most (\d+)/.exec(said)?.[1] ?? Number.NaN);
  return { seconds: (performance.now() - startedAt) / 1000, megabytes: most / 1024 };
}

/** The money of a file of movements, counted line by line. */
async function countedIn(file: string): Promise<{ readonly count: Count; readonly lines: number }> {
  const count: Count = new Map();
  const paid = new Set<string>();
  let lines = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const { id, shop, currency, at, ...money } = JSON.parse(text) as Record<string, string> & {
      paid: number;
      refunded: number;
      chargedBack: number;
    };
    lines += 1;
    const isFirst = money.paid > 0 && !paid.has(id ?? '');
    if (isFirst) paid.add(id ?? '');
    note(count, `${shop} ${currency}`, Date.parse(at ?? ''), {
      gross: money.paid,
      refunds: money.refunded,
      chargebacks: money.chargedBack,
      payments: isFirst ? 1 : 0,
    });
  }
  return { count, lines };
}

/** Measures and prints. @param size how many payments. */
export async function books(miniflare: Miniflare, app: Target, size: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-books-'));
  const { project, remove } = await packed();
  const countersign = join(project, 'node_modules/countersign/lib/cli/countersign.js');
  try {
    const count = await fill(miniflare, size);
    console.log(`made ${cell(size, 0)} payments`);
    const summaries: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const { lines, milliseconds } = await summary(app, '&by=shop');
      requireSame('the summary', lines, count);
      summaries.push(milliseconds);
    }
    const created: number[] = [];
    for (let round = 0; round < 7; round += 1)
      created.push((await summary(app, '&dateBy=created')).milliseconds);
    const file = join(directory, 'movements.ndjson');
    const moved = await exported(countersign, file, '--what', 'movements');
    const read = await countedIn(file);
    requireSame('the export of movements', read.count, count);
    const asCsv = ['--amounts', 'decimal', '--separator', 'semicolon', '--bom'];
    const csv = await exported(countersign, join(directory, 'payments.csv'), ...asCsv);
    // Four of the forty days: what a hundred times as many take is told by the difference.
    const fewFile = join(directory, 'few.csv');
    const few = await exported(
      countersign,
      fewFile,
      ...asCsv,
      '--from',
      '2026-10-05',
      '--until',
      '2026-10-09',
    );
    const fewLines = readFileSync(fewFile, 'utf8').split('\r\n').length - 2;
    const row = (
      name: string,
      { seconds, megabytes }: Awaited<ReturnType<typeof exported>>,
      lines: number,
    ) => [name, cell(lines, 0), cell(seconds, 1), cell(lines / seconds, 0), cell(megabytes, 0)];
    console.log(
      `${cell(size, 0)} payments: the sums are those of the independent count, in ${count.size} lines`,
    );
    table(
      ['summary of a month', 'p50 ms'],
      [
        ['by when money moved', cell(median(summaries), 0)],
        ['by when payments were made', cell(median(created), 0)],
      ],
    );
    table(
      ['countersign export', 'lines', 'seconds', 'lines/s', 'memory, MB'],
      [
        row('movements, NDJSON', moved, read.lines),
        row('payments, CSV', csv, size),
        row('payments of four days, CSV', few, fewLines),
      ],
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
    remove();
  }
}
