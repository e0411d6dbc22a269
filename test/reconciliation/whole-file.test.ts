/**
 * What is guessed of a file from its first lines, against the whole file. Ruled out: days and amounts that are read wrong to the end, although
 * the file shows it; amounts that are a thousand times too large or too small; a guess where nothing tells.
 */
import { describe, expect, it } from 'vitest';
import { makeAccount } from '../support/harness.ts';
import { idOf, orderOf, putMovements, reconciled } from './support.ts';

const COLUMNS = { order: 'Order', amount: 'Amount', currency: 'Currency', date: 'Date' };

let counter = 0;

/** An account with one payment of so much in each line of a file. */
async function comparison(
  lines: readonly (readonly [amount: string, currency: string, date: string, minor: number])[],
  more: object = {},
) {
  counter += 1;
  const account = await makeAccount('ogone');
  const ids = lines.map((_, n) => idOf(`WF${String(counter).padStart(2, '0')}`, n));
  await putMovements(
    lines.map(([, currency, , amount], n) => ({
      ...{ account, payment: ids[n] as string, currency, amount },
      at: '2026-11-08T12:00:00.000Z',
    })),
  );
  const rows = lines.map(([amount, currency, date], n) => [
    orderOf(ids[n] as string),
    amount,
    currency,
    date,
  ]);
  const file = `Order;Amount;Currency;Date\n${rows.map((row) => `${row.join(';')}\n`).join('')}`;
  const read = await reconciled({ account, preset: 'generic', columns: COLUMNS, ...more }, file);
  return { ...read, matched: read.counts.matched };
}

/** Of a file sorted by day, whose first thousands of lines do not tell: they are longer than what is looked at first. */
const SORTED = 3000;

describe('the order of dates', () => {
  it('is the one that a late line shows: an American file is read again, and nothing is invented', async () => {
    const days = Array.from({ length: SORTED + 1 }, (_, n) => (n < SORTED ? '11/05/2026' : '11/25/2026'));
    const read = await comparison(days.map((day) => ['10.00', 'EUR', day, 1000]));
    expect([read.readAs?.dates, read.from, read.to]).toEqual(['mdy', '2026-11-05', '2026-11-25']);
    expect([read.matched, read.unreadableCount, read.counts.only_in_file]).toEqual([SORTED + 1, 0, 0]);
  });

  it('is asked for where no date tells, or two tell something else', async () => {
    const silent = await comparison([
      ['10.00', 'EUR', '11/05/2026', 1000],
      ['10.00', 'EUR', '11/06/2026', 1000],
    ]);
    expect(silent.fault).toMatchObject({ code: 'ambiguous', line: 2 });
    expect(silent.fault?.detail).toContain('(dates)');
    const mixed = await comparison([
      ['10.00', 'EUR', '05/11/2026', 1000],
      ['10.00', 'EUR', '25/11/2026', 1000],
      ['10.00', 'EUR', '11/25/2026', 1000],
    ]);
    expect(mixed.fault).toMatchObject({ code: 'ambiguous', line: 3 });
    expect(mixed.fault?.detail).toContain('line 4, "11/25/2026"');
    const said = await comparison([['10.00', 'EUR', '11/05/2026', 1000]], { dates: 'mdy' });
    expect([said.matched, said.from]).toEqual([1, '2026-11-05']);
  });

  it.each([
    ['05.11.2026', 'dmy'],
    ['05/11/2026', 'dmy'],
    ['2026-11-05', 'ymd'],
    ['20261105', 'ymd'],
    ['2026/11/05', 'ymd'],
    ['11/11/2026', 'dmy'],
  ])('needs no word where a date is plain: %s', async (date, order) => {
    const read = await comparison([['10.00', 'EUR', date, 1000]]);
    expect([read.status, read.matched, read.readAs?.dates]).toEqual(['done', 1, order]);
  });

  it('is day first where no date tells, and the days lie as close together by that', async () => {
    for (const days of [
      ['05/11/2026', '06/11/2026', '12/11/2026'],
      ['01/11/2026', '01/11/2026'],
    ]) {
      const read = await comparison(days.map((day) => ['10.00', 'EUR', day, 1000]));
      expect([read.status, read.readAs?.dates, read.from?.slice(0, 7)]).toEqual(['done', 'dmy', '2026-11']);
    }
  });

  it('is year first where two digits of it are', async () => {
    const read = await comparison([
      ['10.00', 'EUR', '26-11-05', 1000],
      ['10.00', 'EUR', '26-11-30', 1000],
    ]);
    expect([read.readAs?.dates, read.from, read.to]).toEqual(['ymd', '2026-11-05', '2026-11-30']);
  });
});

describe('the decimal sign', () => {
  it('is the one that a late line shows', async () => {
    const lines = Array.from({ length: SORTED }, () => ['1.000', 'EUR', '13.11.2026', 100_000] as const);
    const read = await comparison([...lines, ['1,50', 'EUR', '13.11.2026', 150]]);
    expect([read.readAs?.decimal, read.matched]).toEqual(['comma', SORTED + 1]);
  });

  it('of three decimals is known by a zero before it, and by the currency', async () => {
    const dinars = await comparison([
      ['123,456', 'KWD', '13.11.2026', 123_456],
      ['0,100', 'KWD', '13.11.2026', 100],
    ]);
    expect([dinars.readAs?.decimal, dinars.matched]).toEqual(['comma', 2]);
    const alone = await comparison([['123,456', 'KWD', '13.11.2026', 123_456]]);
    expect([alone.readAs?.decimal, alone.matched]).toEqual(['comma', 1]);
  });

  it('of whole amounts in a currency without decimals is the other than that of the groups', async () => {
    const yen = await comparison([
      ['1.000', 'JPY', '13.11.2026', 1000],
      ['500', 'JPY', '13.11.2026', 500],
    ]);
    expect([yen.readAs?.decimal, yen.matched]).toEqual(['comma', 2]);
  });

  it.each([
    [[['10.000', 'EUR']]],
    [[['10,000', 'EUR']]],
    [[['12.345', 'EUR']]],
    // Whole dinars: the comma may be that of groups.
    [
      [
        ['1,250', 'KWD'],
        ['500', 'KWD'],
      ],
    ],
    [
      [
        ['123,456', 'KWD'],
        ['1,000', 'JPY'],
      ],
    ],
    [
      [
        ['1,50', 'EUR'],
        ['1.50', 'EUR'],
        ['1.000', 'EUR'],
      ],
    ],
  ] as const)('is asked for where an amount may be a thousand times as much: %j', async (amounts) => {
    const read = await comparison(amounts.map(([amount, currency]) => [amount, currency, '13.11.2026', 1]));
    expect(read.fault?.code).toBe('ambiguous');
    expect(read.fault?.detail).toContain('(decimal)');
  });

  it('that is said counts', async () => {
    const line = ['10.000', 'EUR', '13.11.2026', 1_000_000] as const;
    expect((await comparison([line], { decimal: 'comma' })).matched).toBe(1);
    expect((await comparison([['10.000', 'EUR', '13.11.2026', 1000]], { decimal: 'point' })).matched).toBe(1);
  });

  it('is told by grouped amounts, and by the other amounts of the file', async () => {
    const read = await comparison([
      ['10.000', 'EUR', '13.11.2026', 1_000_000],
      ['1.234,56', 'EUR', '13.11.2026', 123_456],
    ]);
    expect([read.readAs?.decimal, read.matched]).toEqual(['comma', 2]);
    const millions = await comparison([
      ['1.234.567', 'EUR', '13.11.2026', 123_456_700],
      ['10.000', 'EUR', '13.11.2026', 1_000_000],
    ]);
    expect([millions.readAs?.decimal, millions.matched]).toEqual(['comma', 2]);
  });
});
