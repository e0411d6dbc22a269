/**
 * Pages that become a file. The failures ruled out: a file that no reader takes, because pages have no lines; a file with holes, because
 * what was written was lost and the place was not.
 */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportTo } from '../../src/cli/export.ts';
import type { ExportFormat } from '../../src/payments/export-pages.ts';
import { utf8 } from '../../src/signing/bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Exports pages of NDJSON or CSV; the call of that number fails for good. */
async function exported(
  file: string,
  format: ExportFormat,
  pages: readonly string[],
  failAt = Number.POSITIVE_INFINITY,
) {
  let calls = 0;
  const total = await exportTo(
    join(folder, file),
    { format, query: { what: 'operations' } },
    { url: 'https://pay.example.com', token: 'token' },
    {
      call: async (url) => {
        calls += 1;
        if (calls >= failAt) throw new TypeError('the line is cut');
        const number = Number(url.searchParams.get('cursor') ?? 0);
        const headers: Record<string, string> = {
          ...(number + 1 < pages.length && { 'x-next-cursor': String(number + 1) }),
          ...(url.searchParams.get('count') === 'true' && { 'x-total-count': '3' }),
        };
        return {
          status: 200,
          header: (name) => headers[name] ?? null,
          body: (async function* () {
            yield utf8(pages[number] ?? '');
          })(),
        };
      },
      collect: () => undefined,
      pause: () => Promise.reject(new Error('killed')),
      now: () => 0,
      terminal: { write: () => true },
    },
  );
  return { total, calls, text: readFileSync(join(folder, file), 'utf8') };
}

const LINES = [1, 2, 3].map((number) => ({ number }));
const lines = (...numbers: number[]) => numbers.map((number) => `${JSON.stringify({ number })}\n`).join('');

describe('a JSON document', () => {
  it.each([
    ['the first pages', ['', '', lines(1, 2), lines(3)]],
    ['pages between', [lines(1), '', '', lines(2, 3)]],
    ['the last pages', [lines(1, 2, 3), '', '']],
    ['all but one', ['', lines(1, 2, 3), '']],
  ])(
    'is one although %s have no lines, and where it is broken off between any of them',
    async (_name, pages) => {
      const { text } = await exported('whole.json', 'json', pages);
      expect(JSON.parse(text)).toEqual(LINES);
      for (let failAt = 2; failAt <= pages.length; failAt += 1) {
        await expect(exported('broken.json', 'json', pages, failAt)).rejects.toThrow('killed');
        expect((await exported('broken.json', 'json', pages)).text).toBe(text);
      }
    },
  );

  it('of nothing at all is an empty list', async () => {
    expect(JSON.parse((await exported('none.json', 'json', ['', ''])).text)).toEqual([]);
  });
});

describe('a run that goes on', () => {
  it('begins anew where less is left of its file than its place says, and fills no hole', async () => {
    const pages = ['a\r\n1\r\n', 'a\r\n2\r\n', 'a\r\n3\r\n'];
    await expect(exported('cut.csv', 'csv', pages, 3)).rejects.toThrow('killed');
    truncateSync(join(folder, 'cut.csv.part'), 2);
    const { text, calls } = await exported('cut.csv', 'csv', pages);
    expect(text).toBe('a\r\n1\r\n2\r\n3\r\n');
    expect(calls).toBe(3);
  });
});
