/**
 * A provider's file of many lines against as many movements of one account: how long it takes, and the most memory of the isolate.
 * `npm run bench -- --reconciliation [LINES]` does only this. A thousandth of the lines differ, and are counted.
 */
import type { Miniflare } from 'miniflare';
import { orderNumber, type PaymentId } from '../../src/payments/id.ts';
import { twice } from './growth.ts';
import { send, type Target } from './load.ts';
import { shopAt } from './shop.ts';
import { cell, table } from './tables.ts';
import { ADMIN_TOKEN, PORTS } from './workers.ts';

/** Rows of one statement, bytes of one piece, and how often it is looked at, in milliseconds; at each tenth look garbage is collected first. */
const [STEP, PIECE, LOOK_MS, COLLECTED] = [2000, 4 * 1024 * 1024, 200, 10];

/** The account that the bench's shop has. */
const ACCOUNT = 'ogone';
const BEGIN = Date.parse('2026-10-01T08:00:00Z');
const DAYS = 28;

const idOf = (index: number) => `RC${String(index).padStart(14, '0')}`;
const amountOf = (index: number) => 100 + ((index * 7919) % 4_000_000);
const timeOf = (index: number) => new Date(BEGIN + (index % DAYS) * 86_400_000).toISOString();

/** Puts so many movements where the ledgers put them. */
async function fill(miniflare: Miniflare, count: number): Promise<void> {
  const db = await miniflare.getD1Database('DIRECTORY', 'app');
  for (let start = 0; start < count; start += STEP) {
    const rows = Array.from({ length: Math.min(STEP, count - start) }, (_, place) => {
      const index = start + place;
      return [idOf(index), `ref-${index}`, amountOf(index), timeOf(index), `T${index}`];
    });
    const json = JSON.stringify(rows);
    await twice(() =>
      db.batch([
        db
          .prepare(
            `INSERT OR IGNORE INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded,
               created_at, updated_at, body)
             SELECT value ->> 0, 1, 'shop', value ->> 1, 'paid', value ->> 2, 'EUR', '${ACCOUNT}', 'ogone', 0, value ->> 2, 0, value ->> 3,
               value ->> 3, '{}' FROM json_each(?)`,
          )
          .bind(json),
        db
          .prepare(
            `INSERT OR IGNORE INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
             SELECT value ->> 0, 3, 1, value ->> 3, 'shop', '${ACCOUNT}', 'EUR', 0, value ->> 2, 0, 0 FROM json_each(?)`,
          )
          .bind(json),
        db
          .prepare(
            'INSERT OR IGNORE INTO provider_references (reference, payment) SELECT value ->> 4, value ->> 0 FROM json_each(?)',
          )
          .bind(json),
      ]),
    );
  }
}

/** The file. Each thousandth line has a cent too much. The names by which lines are found take turns. */
function fileOf(count: number): Buffer {
  const lines = ['No,Order,Ref,Amount,Cur,Date'];
  for (let index = 0; index < count; index += 1) {
    const amount = amountOf(index) + (index % 1000 === 7 ? 1 : 0);
    const decimal = `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
    const order = orderNumber(idOf(index) as PaymentId, 1);
    const names = [
      [`T${index}`, order, ''],
      ['', order, ''],
      ['', '', `ref-${index}`],
    ][index % 3];
    lines.push(`${names?.join(',')},${decimal},EUR,${timeOf(index).slice(0, 10)}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

interface Read {
  readonly id: string;
  readonly status: string;
  readonly fault: unknown;
  readonly counts: Readonly<Record<string, number>>;
}

interface Used {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** Most memory of an isolate at a time, in MB. */
interface Memory {
  /** With garbage that the platform, which gives it 128, would have collected. */
  readonly whole: number;
  readonly inUse: number;
}

/** The most memory that the isolate of reconciliation has at a time, by its inspector. */
async function watched(): Promise<() => Memory> {
  const listed = (await (await fetch(`http://127.0.0.1:${PORTS.inspector}/json`)).json()) as {
    readonly title: string;
    readonly id: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const one = listed.find(({ title, id }) => `${title} ${id}`.includes('reconciliation'));
  if (!one) throw new Error(`no inspector of it: ${JSON.stringify(listed)}`);
  const socket = new WebSocket(one.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  let [whole, inUse] = [0, 0];
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { readonly id?: number; readonly result?: Used };
    if (result?.usedSize === undefined) return;
    const used = result.usedSize + (result.backingStorageSize ?? 0) + (result.embedderHeapUsedSize ?? 0);
    whole = Math.max(whole, used);
    if (id !== undefined && id % COLLECTED === 0) inUse = Math.max(inUse, used);
  });
  let number = 0;
  const timer = setInterval(() => {
    number += 1;
    // An answer has the number of its question, those of the collector's are no numbers of a look.
    if (number % COLLECTED === 0)
      socket.send(JSON.stringify({ id: -number, method: 'HeapProfiler.collectGarbage' }));
    socket.send(JSON.stringify({ id: number, method: 'Runtime.getHeapUsage' }));
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    socket.close();
    return { whole: whole / 2 ** 20, inUse: inUse / 2 ** 20 };
  };
}

/** Measures and prints. @param count how many lines. */
export async function reconciliation(miniflare: Miniflare, app: Target, count: number): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const call = async (method: string, path: string, body?: object): Promise<Read> =>
    JSON.parse(
      await send(app, {
        ...{ method, path: `/v1/admin${path}`, headers },
        ...(body && { body: JSON.stringify(body) }),
      }),
    ) as Read;
  await shopAt(app);
  await fill(miniflare, count);
  const file = fileOf(count);
  console.log(`made ${cell(count, 0)} movements, and a file of ${cell(file.length / 2 ** 20, 1)} MiB`);
  const { id } = await call('POST', '/reconciliations', {
    account: ACCOUNT,
    preset: 'generic',
    columns: {
      ...{ providerReference: 'No', order: 'Order', reference: 'Ref' },
      ...{ amount: 'Amount', currency: 'Cur', date: 'Date' },
    },
  });
  const most = await watched();
  const begun = performance.now();
  for (let at = 0; at < file.length; at += PIECE) {
    const piece = file.subarray(at, at + PIECE);
    const range = `bytes ${at}-${at + piece.length - 1}/${file.length}`;
    const answer = await fetch(`http://127.0.0.1:${PORTS.app}/v1/admin/reconciliations/${id}/file`, {
      method: 'PUT',
      headers: { authorization: headers.authorization, 'content-range': range },
      body: new Uint8Array(piece),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }
  const sent = performance.now();
  const path = `/reconciliations/${id}?limit=1`;
  let read = await call('GET', path);
  while (!['done', 'failed', 'mapping'].includes(read.status)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    read = await call('GET', path);
  }
  const ended = performance.now();
  const memory = most();
  const differing = Math.ceil((count - 7) / 1000);
  if (read.counts.matched !== count - differing || read.counts.amount_differs !== differing)
    throw new Error(`not what the file says: ${JSON.stringify(read)}`);
  const seconds = (from: number, to: number) => cell((to - from) / 1000, 1);
  table(
    [
      'reconciliation',
      'lines',
      'file, MiB',
      'sent, s',
      'compared, s',
      'in use at most, MB',
      'with garbage, MB',
    ],
    [
      [
        ...['generic', cell(count, 0), cell(file.length / 2 ** 20, 1)],
        ...[seconds(begun, sent), seconds(sent, ended), cell(memory.inUse, 0), cell(memory.whole, 0)],
      ],
    ],
  );
}
