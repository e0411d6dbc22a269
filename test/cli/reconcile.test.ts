/**
 * `countersign reconcile` against a server of a few lines. The failures ruled out: a run that was broken off begins a second comparison, or
 * sends again what has arrived; a difference that ends as if all were well; a file that cannot be read, without its line; a day that one command
 * has in and another one leaves out by the same option.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lastDayIn } from '../../src/cli/books.ts';
import type { HttpCall, HttpSent } from '../../src/cli/http-call.ts';
import { WrongCall } from '../../src/cli/operator-calls.ts';
import { columnsIn, type ReconcileOrder, reconcile } from '../../src/cli/reconcile.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-reconcile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ORDER: ReconcileOrder = {
  account: 'paybox-main',
  preset: undefined,
  columns: undefined,
  currency: undefined,
  kinds: undefined,
  signs: {
    charset: undefined,
    separator: undefined,
    quote: undefined,
    decimal: undefined,
    dates: undefined,
  },
  tolerance: undefined,
  from: undefined,
  to: undefined,
  timeZone: undefined,
  csv: undefined,
  asks: false,
};

const SIGNS = { charset: 'utf-8', separator: ';', quote: '"', decimal: 'comma', dates: 'mdy' };

/** What is printed of how the file was read. */
const READ = [
  'read as generic: charset utf-8, separator tab, quote ", decimal comma, dates mdy, days of UTC',
  'days: 2026-11-01 to 2026-11-05',
];

/** The routes, as far as the command uses them. */
class Server {
  made = 0;
  received = 0;
  asked = 0;
  readonly pieces: string[] = [];
  status = 'done';
  unreadable = 0;
  /** Whether somebody has deleted it. */
  isGone = false;
  counts: Record<string, number> = { matched: 3 };
  otherNumbers = 0;
  isLastLineOpen = false;
  /** What the comparison was made with. */
  order: unknown = null;
  toAsk = 0;
  kinds: object[] = [];
  outside = 0;
  /** Pieces that are taken before the server is gone. */
  left = Number.POSITIVE_INFINITY;

  readonly call: HttpCall = async (address, _headers, sent = {}) => {
    const answer = await this.#answer(address, sent);
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name),
      body: answer.body as unknown as AsyncIterable<Uint8Array>,
    };
  };

  async #answer(address: URL, init: HttpSent): Promise<Response> {
    const { pathname, search } = address;
    const fault = { line: 7, detail: 'has a quote (") that does not end' };
    const read = () =>
      Response.json({
        ...{ id: 'abc', status: this.status, progress: 1, file: { received: this.received }, preview: null },
        ...{ counts: this.counts, otherNumbers: this.otherNumbers, isLastLineOpen: this.isLastLineOpen },
        ...{ preset: 'generic', timeZone: 'UTC', from: '2026-11-01', to: '2026-11-05', kinds: this.kinds },
        ...{ outsideDays: this.outside, readAs: { ...SIGNS, separator: '\t' } },
        unreadable: Array.from({ length: this.unreadable }, (_, at) => ({
          line: at + 2,
          detail: 'has no amount',
        })),
        ...{ elsewhere: 0, unreadableCount: this.unreadable, toAsk: this.toAsk },
        fault: this.status === 'failed' ? fault : null,
        lines: /result=only_in_file|otherNumber=true/.test(search)
          ? [{ line: 4, order: 'X', fileAmount: 700, ledgerAmount: null }]
          : [],
      });
    if (this.isGone && init.method === 'GET') return Response.json({ detail: 'it is gone' }, { status: 404 });
    if (search.includes('format=csv')) return new Response('result,line\r\nmatched,2\r\n');
    if (pathname.endsWith('/file')) {
      if (this.left <= 0) throw new TypeError('connection lost');
      this.left -= 1;
      const range = new Headers(init.headers as Record<string, string>).get('content-range') ?? '';
      this.pieces.push(range);
      this.received = Number(/-(\d+)\//.exec(range)?.[1]) + 1;
    } else if (pathname.endsWith('/ask')) {
      this.asked += 1;
      this.toAsk = 0;
      return Response.json({ data: [{ payment: 'P', outcome: 'paid' }], left: 0, retryAfter: null });
    } else if (init.method === 'POST' && pathname.endsWith('/reconciliations')) {
      this.made += 1;
      this.order = JSON.parse(String(init.body));
      this.received = 0;
      this.isGone = false;
    }
    return read();
  }
}

async function run(file: string, server: Server, order: Partial<ReconcileOrder> = {}) {
  const printed: string[] = [];
  const open = await reconcile(
    file,
    { ...ORDER, ...order },
    { url: 'https://pay.example.com', token: 't' },
    {
      call: server.call,
      pause: async () => {},
      now: () => 0,
      terminal: { write: () => true },
      print: (line) => printed.push(line),
    },
  );
  return { open, printed };
}

describe('a comparison from the command line', () => {
  const file = join(folder, 'november.csv');
  writeFileSync(file, 'x'.repeat(10 * 1024 * 1024));

  it('goes on where it was broken off, with the same comparison', async () => {
    const server = new Server();
    server.left = 1;
    await expect(run(file, server)).rejects.toThrow('gives no answer');
    server.left = Number.POSITIVE_INFINITY;
    expect((await run(file, server)).open).toBe(0);
    expect(server.made).toBe(1);
    expect(server.pieces).toEqual([
      'bytes 0-4194303/10485760',
      'bytes 4194304-8388607/10485760',
      'bytes 8388608-10485759/10485760',
    ]);
    // The next run is another one.
    server.received = 0;
    await run(file, server);
    expect(server.made).toBe(2);
  });

  it.each<[string, string, Partial<ReconcileOrder>]>([
    ['the same size', 'y', {}],
    ['the same name for another account', 'x', { account: 'other' }],
    ['the same name with other columns', 'x', { columns: 'order=REF' }],
    ['the same name for other days', 'x', { from: '2026-11-01' }],
  ])('begins anew for a file of %s', async (_, sign, order) => {
    const other = join(folder, 'other.csv');
    writeFileSync(other, 'x'.repeat(5 * 1024 * 1024));
    const server = new Server();
    server.left = 1;
    await expect(run(other, server)).rejects.toThrow('gives no answer');
    server.left = Number.POSITIVE_INFINITY;
    writeFileSync(other, sign.repeat(5 * 1024 * 1024));
    await run(other, server, order);
    expect([server.made, server.pieces.filter((range) => range.startsWith('bytes 0-')).length]).toEqual([
      2, 2,
    ]);
  });

  it.each(['failed', 'mapping', 'gone'])('begins anew after one that is %s', async (status) => {
    const other = join(folder, `${status}.csv`);
    writeFileSync(other, 'x');
    const server = new Server();
    if (status === 'gone') server.left = 0;
    else server.status = status;
    await expect(run(other, server)).rejects.toThrow();
    server.status = 'done';
    server.left = Number.POSITIVE_INFINITY;
    server.isGone = status === 'gone';
    await run(other, server);
    expect(server.made).toBe(2);
  });

  it('does not end as if all were well where lines cannot be read', async () => {
    const server = new Server();
    server.unreadable = 3;
    const { open, printed } = await run(file, server);
    expect([open, ...printed.slice(-4)]).toEqual([
      3,
      '3 lines cannot be read',
      '  line 2: has no amount',
      '  line 3: has no amount',
      '  line 4: has no amount',
    ]);
  });

  it('counts what nobody has marked, and writes all lines', async () => {
    const server = new Server();
    server.counts = { matched: 3, only_in_file: 1 };
    const csv = join(folder, 'differences.csv');
    const { open, printed } = await run(file, server, { csv });
    expect(open).toBe(1);
    expect(printed).toEqual([...READ, 'matched: 3', 'only_in_file: 1', '  line 4: X, file 700, ledger -']);
    expect(readFileSync(csv, 'utf8')).toBe('result,line\r\nmatched,2\r\n');
  });

  it('asks the provider, where it is told to', async () => {
    const server = new Server();
    server.toAsk = 1;
    expect((await run(file, server, { asks: true })).printed).toContain('asked about P: paid');
    expect(server.asked).toBe(1);
  });

  it('under another number of the provider’s is no match that ends as if all were well', async () => {
    const server = new Server();
    server.otherNumbers = 1;
    const { open, printed } = await run(file, server);
    expect([open, printed.slice(READ.length + 1)]).toEqual([
      1,
      ["other number of the provider's: 1", '  line 4: X, file 700, ledger -'],
    ]);
  });

  it('says that the last line may be cut off', async () => {
    const server = new Server();
    server.isLastLineOpen = true;
    expect((await run(file, server)).printed.join()).toContain('its last line may be cut off');
  });

  it('hands on the currency and the tolerance, and refuses what is none', async () => {
    const server = new Server();
    await run(file, server, {
      preset: 'postfinance',
      currency: 'eur',
      tolerance: 'amount=5,basisPoints=100',
    });
    expect(server.order).toMatchObject({
      preset: 'postfinance',
      currency: 'EUR',
      tolerance: { amount: 5, basisPoints: 100 },
    });
    await expect(run(file, server, { tolerance: '1%' })).rejects.toThrow('--tolerance looks like');
  });

  it('says how the file was read, what its words became, and what was left out; hands on what is said of that', async () => {
    const server = new Server();
    server.kinds = [{ word: 'Storno', kind: 'refund', lines: 2 }];
    server.outside = 12;
    const { printed } = await run(file, server, {
      columns: 'amount=A,date=D,kind=K',
      kinds: 'Storno=refund, Refund fee = none',
      signs: { charset: 'windows-1250', separator: 'tab', quote: "'", decimal: 'point', dates: 'mdy' },
    });
    expect(printed).toEqual([...READ, 'kinds: Storno = refund (2)', 'outside the days: 12', 'matched: 3']);
    expect(server.order).toMatchObject({
      kinds: { Storno: 'refund', 'Refund fee': 'none' },
      ...{ charset: 'windows-1250', separator: '\t', quote: "'", decimal: 'point', dates: 'mdy' },
    });
    await expect(run(file, server, { kinds: 'Storno' })).rejects.toThrow('--kinds looks like');
  });

  it('whose CSV cannot be written says so before it sends anything, and shows its result before it writes', async () => {
    const server = new Server();
    await expect(run(file, server, { csv: join(folder, 'nowhere', 'x.csv') })).rejects.toThrow(WrongCall);
    expect([server.made, server.pieces]).toEqual([0, []]);
  });

  it('of a file that cannot be read says the line', async () => {
    const server = new Server();
    server.status = 'failed';
    await expect(run(file, server)).rejects.toThrow(
      new WrongCall('line 7: has a quote (") that does not end'),
    );
  });

  it('reads columns, and refuses what is none', () => {
    expect(columnsIn('order=REF, amount=TOTAL CHF')).toEqual({ order: 'REF', amount: 'TOTAL CHF' });
    expect(() => columnsIn('order')).toThrow(WrongCall);
  });
});

describe('the last day', () => {
  it('is the one of --to, or the one before that of --until, which an export leaves out too', () => {
    expect(lastDayIn({ to: '2026-11-30' })).toBe('2026-11-30');
    expect(lastDayIn({ until: '2026-12-01' })).toBe('2026-11-30');
    expect(lastDayIn({ until: '2028-03-01' })).toBe('2028-02-29');
    expect(lastDayIn({ from: '2026-11-30', until: '2026-12-01' })).toBe('2026-11-30');
    expect(() => lastDayIn({ from: '2026-12-01', until: '2026-12-01' })).toThrow('a day after --from');
    expect(lastDayIn({})).toBeUndefined();
  });

  it.each(['December', '2026-12-01T00:00:00Z', '2026-13-01'])(
    'is not made of what is no day: %s',
    (until) => {
      expect(() => lastDayIn({ until })).toThrow('--until takes a day');
    },
  );
});
