/**
 * The books from the command line, against a local Worker with a real dump of PolyBanking. The failures ruled out: our export says other
 * numbers than PolyBanking's own; joined pages are no file, or not the same file after a run was broken off; an audit that finds damage
 * ends as if all were well.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportTo } from '../../src/cli/export.ts';
import { httpCall } from '../../src/cli/http-call.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { expectedDetails, expectedLogs, type Row } from '../polybanking/original/expected.ts';
import { killGroup } from '../support/process-groups.ts';
import { ROOT, runBeside } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-books-'));
const DUMP = join(ROOT, 'test', 'polybanking', 'original', 'dump.json');
const rows = JSON.parse(readFileSync(DUMP, 'utf8')) as Row[];
const transactions = rows.filter(({ model }) => model === 'paiements.transaction');
const TOKEN = 'local-admin-token';

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

let origin: string;
let server: ChildProcess;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  const script = `import('./src/sandbox/run/server.ts').then(({ localServer }) =>
    localServer(${port}, { output: 'ignore', state: ${JSON.stringify(join(folder, 'state'))} }))`;
  server = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: ROOT,
    stdio: 'ignore',
    detached: true,
  });
  for (let tries = 0; !(await fetch(`${origin}/health`).catch(() => null))?.ok; tries += 1) {
    if (tries > 1500) throw new Error('the server did not start');
    await pause(100);
  }
  const moved = await runBeside(
    process.execPath,
    [
      '--import',
      'tsx',
      'src/cli/migrate-polybanking.ts',
      DUMP,
      '--url',
      origin,
      '--account',
      'postfinance-sandbox',
    ],
    { ADMIN_TOKEN: TOKEN },
  );
  expect(moved.stdout).toContain('transactions: 89 imported');
  // Each ledger pushes its row by itself.
  const count = async () =>
    (
      await fetch(`${origin}/v1/admin/export?format=csv&count=true&limit=1`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      })
    ).headers.get('x-total-count');
  for (let tries = 0; (await count()) !== '89' && tries < 300; tries += 1) await pause(100);
});

afterAll(async () => {
  await killGroup(server);
  rmSync(folder, { recursive: true, force: true });
});

const command = (...args: string[]) =>
  runBeside(process.execPath, ['src/cli/countersign.js', ...args, '--url', origin], {
    COUNTERSIGN_TOKEN: TOKEN,
  });

async function exported(name: string, ...args: string[]) {
  const file = join(folder, name);
  const ran = await command('export', '--to', file, ...args);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return readFileSync(file, 'utf8');
}

/** PolyBanking's own export of its dump: the items that its view makes, by reference. */
const original = new Map(
  transactions.map((transaction) => {
    const config = rows.find(
      ({ model, pk }) => model === 'configs.config' && pk === transaction.fields.config,
    );
    const logs = expectedLogs(transaction, rows).toReversed();
    return [
      String(transaction.fields.reference),
      { ...expectedDetails(transaction), config: String(config?.fields.name), logs },
    ];
  }),
);

describe('the export beside PolyBanking’s own', () => {
  it('has every transaction with the same members and the same log, in the order of their making', async () => {
    const xml = await exported('all.xml', '--time-zone', 'Europe/Zurich');
    const parser = new XMLParser({
      parseTagValue: false,
      trimValues: false,
      htmlEntities: true,
      isArray: (name) => name === 'item',
    });
    type Item = Readonly<Record<string, string>> & { readonly logs: { readonly item: readonly object[] } };
    const parsed = parser.parse(xml) as { data: { export: { item: Item[] } } };
    const items = parsed.data.export.item;
    expect(items).toHaveLength(transactions.length);
    expect(items.map(({ creation_date }) => creation_date)).toEqual(
      items.map(({ creation_date }) => creation_date).toSorted(),
    );
    for (const { logs, ...item } of items) {
      const reference = String(item.reference);
      const { logs: log, ...expected } = original.get(reference) ?? { logs: [] };
      expect(item, reference).toMatchObject({
        ...expected,
        // Python prints a number with a fraction, always.
        amount_chf: String((expected as { amount_chf: number }).amount_chf),
      });
      expect(logs.item, reference).toHaveLength(log.length);
      expect(logs.item, reference).toMatchObject(log);
    }
  });

  it('has the same sums: of what was paid, by config and month', async () => {
    const sums = (isPaid: (code: string) => boolean) => {
      const found = new Map<string, number>();
      for (const { fields } of transactions) {
        const config = String(fields.config);
        if (isPaid(String(fields.postfinance_status)))
          found.set(config, (found.get(config) ?? 0) + Number(fields.amount));
      }
      return Object.fromEntries(found);
    };
    const summary = async (dateBy: string) => {
      const answer = await fetch(
        `${origin}/v1/admin/summary?month=2026-11&timeZone=Europe/Zurich&dateBy=${dateBy}`,
        { headers: { authorization: `Bearer ${TOKEN}` } },
      );
      const { data } = (await answer.json()) as {
        data: { key: string; net: number; gross: number; currency: string }[];
      };
      return Object.fromEntries(data.filter(({ gross }) => gross > 0).map(({ key, net }) => [key, net]));
    };
    // PolyBanking sums up 9; 95 is money as well ("payment handled by merchant"), and is left out there.
    const paid = sums((code) => code === '9' || code === '95');
    expect(Object.values(paid).every((sum) => sum > 0) && Object.keys(paid).length > 0).toBe(true);
    expect(await summary('created')).toEqual(paid);
    expect(await summary('movement')).toEqual(paid);
    const csv = await exported('good.csv', '--good', '--amounts', 'minor');
    const lines = csv
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(','));
    const good = sums((code) => ['5', '9', '95'].includes(code));
    const ours = new Map<string, number>();
    for (const cells of lines) {
      const [shop = '', amount = '0'] = [cells.at(-11), cells.at(-6)];
      ours.set(shop, (ours.get(shop) ?? 0) + Number(amount));
    }
    expect(Object.fromEntries(ours)).toEqual(good);
  });
});

describe('a file of many pages', () => {
  /** As the command does it, with pages of few lines. */
  async function small(
    name: string,
    format: 'csv' | 'ndjson' | 'json' | 'xml',
    failAt = Number.POSITIVE_INFINITY,
  ) {
    const file = join(folder, name);
    let calls = 0;
    let collected = 0;
    const ports = {
      call: async (asked: URL, headers: Readonly<Record<string, string>>) => {
        calls += 1;
        if (calls === failAt) throw new TypeError('the line is cut');
        const url = new URL(asked);
        url.searchParams.set('limit', '7');
        const answer = await httpCall(url, headers);
        return { ...answer, body: cut(answer.body, calls) };
      },
      collect: () => {
        collected += 1;
      },
      pause: () => (calls >= failAt ? Promise.reject(new Error('killed')) : Promise.resolve()),
      now: () => 0,
      terminal: { write: () => true },
    };
    const total = await exportTo(file, { format, query: {} }, { url: origin, token: TOKEN }, ports);
    expect(collected).toBeGreaterThan(5);
    return { total, calls, text: readFileSync(file, 'utf8') };
  }

  /** A body in other pieces than those that came, down to a byte: an end of a line may come apart. */
  async function* cut(body: AsyncIterable<Uint8Array>, call: number) {
    const size = call % 2 === 0 ? 1 : 1 + 7 * call;
    for await (const piece of body)
      for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
  }

  it.each(['csv', 'ndjson', 'json', 'xml'] as const)('is the same as one page, in %s', async (format) => {
    const many = await small(`many.${format}`, format);
    expect(many.total).toBe(89);
    expect(many.calls).toBe(13);
    expect(many.text).toBe(await exported(`one.${format}`));
  });

  it('goes on where a run was broken off, and is the same file', async () => {
    await expect(small('broken.csv', 'csv', 6)).rejects.toThrow('killed');
    expect(existsSync(join(folder, 'broken.csv'))).toBe(false);
    // What was written beyond the place, before it was killed, must not stay.
    writeFileSync(join(folder, 'broken.csv.part'), 'half a line', { flag: 'a' });
    const { text, calls } = await small('broken.csv', 'csv');
    expect(calls).toBe(8);
    expect(text).toBe(await exported('whole.csv'));
    expect(existsSync(join(folder, 'broken.csv.place'))).toBe(false);
  });

  it('is refused over the rest of another export, and where the server rejects it: exit code 2 with its words, and nothing left behind', async () => {
    await expect(small('other.csv', 'csv', 3)).rejects.toThrow('killed');
    const other = await command('export', '--to', join(folder, 'other.csv'), '--good');
    expect(other).toMatchObject({ status: 2 });
    expect(other.stderr).toContain('is of another export');
    const wrong = await command(
      'export',
      '--to',
      join(folder, 'x.csv'),
      '--from',
      '2026-12',
      '--until',
      '2026-11',
    );
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.stderr).toContain('comes before from');
    // Nothing is left behind that was never begun.
    expect(readdirSync(folder).filter((name) => name.startsWith('x.csv'))).toEqual([]);
    expect((await command('export', '--to', join(folder, 'x.doc'))).status).toBe(2);
    expect((await command('export')).status).toBe(2);
  });
});

/** The database of the directory, as its file. */
function directory(): DatabaseSync {
  const files = readdirSync(join(folder, 'state'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.sqlite'))) {
    const db = new DatabaseSync(join(folder, 'state', file));
    if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'anchors'").get()) return db;
    db.close();
  }
  throw new Error('there is no directory');
}

describe('an audit', () => {
  const place = join(folder, 'audit.place');

  it('ends with 0 where nothing differs, and with 1 where something does, each named; a run that was broken off goes on', async () => {
    const good = await command('audit', '--rate', '1000', '--place', place);
    expect(good.stdout).toMatch(/payments and 0 anchors checked: nothing differs\n$/);
    expect(good.status).toBe(0);
    const db = directory();
    const [first, second] = db
      .prepare('SELECT id FROM payments WHERE paid > 0 ORDER BY id LIMIT 2')
      .all() as { id: string }[];
    db.prepare('UPDATE payments SET paid = paid + 1 WHERE id = ?').run(first?.id ?? '');
    db.prepare('DELETE FROM payments WHERE id = ?').run(second?.id ?? '');
    db.close();
    const bad = await command('audit', '--rate', '1000', '--place', place);
    expect(bad.status).toBe(1);
    expect(bad.stdout).toMatch(
      new RegExp(`${first?.id} \\(\\d+\\): copy_differs: paid is \\d+ in the copy, \\d+ in the ledger`),
    );
    expect(bad.stdout).toContain('2 differences');
    // What was found before a run was broken off still counts.
    writeFileSync(
      place,
      JSON.stringify({
        url: origin,
        stage: 'payments',
        cursor: 'ZZZ',
        anchors: 0,
        payments: 5,
        differences: 3,
      }),
    );
    const rest = await command('audit', '--place', place);
    expect(rest).toMatchObject({ status: 1 });
    expect(rest.stdout).toContain('5 payments and 0 anchors checked: 3 differences');
    expect(existsSync(place)).toBe(false);
    expect((await command('audit', '--rate', 'fast')).status).toBe(2);
  });
});
