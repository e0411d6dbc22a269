/**
 * What is said of a file, and what a file is. The failures ruled out: a currency that is dropped; a day or a kind of file that nobody has, and
 * that is refused only after the file was sent; a picture whose columns a person is asked for; a last line that is cut, and taken as whole.
 */
import { describe, expect, it } from 'vitest';
import { admin, makeAccount } from '../support/harness.ts';
import { idOf, linesOf, orderOf, putMovements, type Read, reconciled, settled } from './support.ts';

let counter = 0;

function payment(): string {
  counter += 1;
  return idOf('RF00', counter);
}

/** A payment of 10.00 in a currency. */
async function accountWith(of: string, currency = 'CHF'): Promise<string> {
  const account = await makeAccount('ogone', { currencies: ['EUR', 'CHF'] });
  await putMovements([{ payment: of, account, at: '2026-11-01T12:00:00.000Z', amount: 1000, currency }]);
  return account;
}

const file = (of: string, header = '', cell = '') =>
  `Id;REF;ORDER;STATUS;TOTAL${header}\n1;${orderOf(of)};01/11/2026;9;10,00${cell}\n`;

describe('a currency beside a known kind of file', () => {
  it('is the one of a file that has none', async () => {
    const of = payment();
    const account = await accountWith(of);
    const without = await reconciled({ account, preset: 'postfinance' }, file(of));
    expect(without.fault?.code).toBe('unreadable_lines');
    const read = await reconciled({ account, preset: 'postfinance', currency: 'CHF' }, file(of));
    expect([read.fault, read.counts.matched, read.currency]).toEqual([null, 1, 'CHF']);
    expect((await linesOf(read.id))[0]).toMatchObject({ fileCurrency: 'CHF' });
    // Said later.
    const put = await admin('PUT', `/reconciliations/${without.id}/columns`, {
      preset: 'postfinance',
      currency: 'CHF',
    });
    expect([put.status, (await settled(without.id)).counts.matched]).toEqual([200, 1]);
  });

  it('is that of a file whose header shows what it is', async () => {
    const of = payment();
    const read = await reconciled({ account: await accountWith(of), currency: 'CHF' }, file(of));
    expect([read.preset, read.counts.matched]).toEqual(['postfinance', 1]);
  });

  it('is refused where the file says it itself', async () => {
    const of = payment();
    const account = await accountWith(of);
    const read = await reconciled(
      { account, preset: 'postfinance', currency: 'EUR' },
      file(of, ';CUR', ';CHF'),
    );
    expect(read.fault).toMatchObject({ code: 'currency_given', line: 1 });
    const letters = await reconciled(
      { account, preset: 'postfinance', currency: 'EUR' },
      file(of).replace('10,00', '10,00 CHF'),
    );
    expect(letters.unreadable[0]?.detail ?? letters.fault?.detail).toContain('says CHF');
  });

  it.each(['charset', 'separator', 'quote', 'decimal', 'dates'])(
    'is all that may be said: %s is refused by name',
    async (name) => {
      const values = { charset: 'utf-8', separator: ';', quote: '"', decimal: 'comma', dates: 'dmy' };
      const order = {
        account: await makeAccount('ogone'),
        preset: 'lyra',
        [name]: values[name as keyof typeof values],
      };
      const { status, body } = await admin<{ errors: object[] }>('POST', '/reconciliations', order);
      expect([status, body.errors]).toMatchObject([400, [{ path: name }]]);
    },
  );
});

it.each([
  ['from', '2026-02-30'],
  ['to', '2026-11-31'],
  ['preset', 'nope'],
])('%s %s is refused before a file is sent', async (name, value) => {
  const account = await makeAccount('ogone');
  const { status, body } = await admin<{ errors: object[] }>('POST', '/reconciliations', {
    account,
    [name]: value,
  });
  expect([status, body.errors]).toMatchObject([400, [{ path: name }]]);
});

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44]);
const ZIP = new Uint8Array([0x50, 0x4b, 3, 4, 0x14, 0, 0, 0, 8, 0, 0x2c, 0x3b, 0x2c, 0x3b, 0x0a, 0x2c]);
const UTF_16 = Uint8Array.from([...file(payment())].flatMap((sign) => [0, sign.charCodeAt(0)]));

describe('a file of another kind', () => {
  it.each<[string, string, Uint8Array | string]>([
    ['a picture', 'unknown_format', PNG],
    ['an archive', 'unknown_format', ZIP],
    ['a web page', 'unknown_format', '<!DOCTYPE html>\n<html lang="en"><p>a, b; c, d</p>\n</html>\n'],
    ['JSON', 'unknown_format', '{"order": "A", "amount": 12}\n{"order": "B", "amount": 12}\n'],
    [
      'JSON over lines',
      'unknown_format',
      '[\n  {"order": "A", "amount": 12},\n  {"order": "B", "amount": 1}\n]\n',
    ],
    ['NUL bytes', 'unknown_format', new Uint8Array(500)],
    ['UTF-16 without a mark', 'unknown_format', UTF_16],
    ['a line of three megabytes', 'unknown_format', 'x'.repeat(3 * 1024 * 1024)],
    ['a text', 'unknown_format', 'Dear shop\nhere is your file\n'],
    ['blank lines', 'empty', '\n \n\t\n\r\n'],
    ['a byte order mark', 'empty', new Uint8Array([0xef, 0xbb, 0xbf])],
    ['a byte order mark and blank lines in UTF-16', 'empty', new Uint8Array([0xff, 0xfe, 0x0a, 0, 0x20, 0])],
  ])('is refused: %s', async (_, code, bytes) => {
    const account = await makeAccount('ogone');
    const read = await reconciled({ account }, bytes);
    expect([read.status, read.fault?.code]).toEqual(['failed', code]);
  });

  it('is read where a person says its charset', async () => {
    const account = await makeAccount('ogone');
    const read = await reconciled({ account }, UTF_16);
    await admin('PUT', `/reconciliations/${read.id}/columns`, {
      columns: { order: 'REF', amount: 'TOTAL', date: 'ORDER' },
      charset: 'utf-16be',
      dates: 'dmy',
      currency: 'EUR',
    });
    expect((await settled(read.id)).counts.only_in_file).toBe(1);
  });

  it('is not a table below a title, or of one known column', async () => {
    const account = await makeAccount('ogone');
    const read = await reconciled({ account }, 'Report of November\nA;B;C\n1;2;3\n');
    expect(read.status).toBe('mapping');
  });
});

describe('a last line without a line end', () => {
  it('is said, because it may be cut', async () => {
    const of = payment();
    const account = await accountWith(of);
    const order = { account, preset: 'postfinance', currency: 'CHF' };
    const cut = await reconciled(order, file(of).slice(0, -2));
    expect([cut.status, cut.isLastLineOpen]).toEqual(['done', true]);
    expect((await reconciled(order, file(of))).isLastLineOpen).toBe(false);
    const { body } = await admin<Read>('GET', `/reconciliations/${cut.id}`);
    expect(body.isLastLineOpen).toBe(true);
  });
});
