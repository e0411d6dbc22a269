/**
 * Amounts, currencies and days as files write them. The failures ruled out: a number that is read as another one; a currency that is
 * unknown by its number or its letters; a day of another order of its parts.
 */
import { describe, expect, it } from 'vitest';
import type { FileMapping } from '../../src/payments/reconciled.ts';
import { amountInFile, dayInFile } from '../../src/reconciliation/values.ts';
import { MAPPED, read } from './reading-support.ts';

describe('a currency', () => {
  const file = (cell: string) => `Order;Amount;Currency;Date\nA;1,00;${cell};01.11.2026\n`;
  const mapping: FileMapping = { columns: { ...MAPPED.columns, currency: 'Currency' } };

  it('that the account does not take is read by its number as by its letters, whichever file came first', () => {
    for (const currencies of [['EUR'], ['USD'], ['EUR', 'USD']])
      for (const cell of ['840', 'USD', 'usd'])
        expect(read(file(cell), { mapping, currencies }).lines, `${currencies} ${cell}`).toMatchObject([
          { amount: 100, currency: 'USD' },
        ]);
    expect(read(file('000'), { mapping }).unreadable).toEqual(['2: "000" is no currency']);
  });

  it('that stands behind an amount counts, and is no other one’s', () => {
    const amounts = 'Order;Amount;Date\nA;12,50 USD;01.11.2026\nB;12,50;01.11.2026\nC;12,50 XXQ;01.11.2026\n';
    const { lines, unreadable } = read(amounts, { mapping: { ...MAPPED, currency: 'CHF' } });
    expect(lines.map(({ order, currency }) => [order, currency])).toEqual([
      ['A', 'USD'],
      ['B', 'CHF'],
    ]);
    expect(unreadable).toEqual(['4: "XXQ" is no currency']);
    const both = 'Order;Amount;Currency;Date\nA;12,50 USD;CHF;01.11.2026\n';
    expect(read(both, { mapping }).unreadable).toEqual(['2: "12,50 USD" is no amount in CHF']);
  });
});

describe('values', () => {
  it.each([
    ['1.234,56', 'comma', 'EUR', 123_456],
    ["1'234.56", 'point', 'CHF', 123_456],
    ['1 234,56', 'comma', 'EUR', 123_456],
    ['−5,5', 'comma', 'EUR', -550],
    ['3.00-', 'point', 'EUR', -300],
    ['12.50 CHF', 'point', 'CHF', 1250],
    ['1999', 'minor', 'EUR', 1999],
    ['1999', 'point', 'JPY', 1999],
    ['1.999', 'point', 'KWD', 1999],
    ['12.345', 'point', 'EUR', null],
    ['1,234.5', 'comma', 'EUR', null],
    ['=1+1', 'point', 'EUR', null],
    ['', 'point', 'EUR', null],
    ['99999999999999999999', 'minor', 'EUR', null],
    ['12.50 USD', 'point', 'CHF', null],
    ['1 234.50- CHF', 'point', 'CHF', -123_450],
  ] as const)('%s (%s, %s) is %s', (text, sign, alpha, value) => {
    expect(amountInFile(text, sign, alpha)).toBe(value);
  });

  it('that is no amount is refused at once, however long it is', () => {
    // An expression that tries each way to share out the blanks would take hours.
    for (const text of [`1${' '.repeat(20_000)}x`, `1${' '.repeat(20)}x`, '1'.repeat(41)])
      expect(amountInFile(text, 'point', 'EUR')).toBeNull();
  });

  it.each([
    ['01/11/2026', 'dmy', '2026-11-01'],
    ['11/01/2026 10:00', 'mdy', '2026-11-01'],
    ['2026-11-01', 'dmy', '2026-11-01'],
    ['20261101', 'ymd', '2026-11-01'],
    ['1.2.26', 'dmy', '2026-02-01'],
    ['2026-11-01T23:30:00Z', 'ymd', '2026-11-02'],
    ['2026-11-01 23:30:00+0100', 'ymd', '2026-11-01'],
    ['31.02.2026', 'dmy', null],
    ['13/13/2026', 'dmy', null],
    ['tomorrow', 'dmy', null],
    ['31.12.9999', 'dmy', null],
    ['31.12.1999', 'dmy', null],
    ['01.01.0026', 'dmy', null],
    ['1999-12-31T10:00:00Z', 'ymd', null],
    ['9999-12-31T23:30:00Z', 'ymd', null],
    ['01.01.2000', 'dmy', '2000-01-01'],
  ] as const)('%s (%s) is the day %s in Zurich', (text, order, day) => {
    expect(dayInFile(text, order, 'Europe/Zurich')).toBe(day);
  });
});
