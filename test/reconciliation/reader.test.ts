/**
 * Reading providers' files. The failures ruled out: a cell or a line that is lost where two pieces meet; a file that is read to its end
 * although it is cut off, or another one; a column that is guessed wrong; an error without its line.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILE_PRESETS } from '../../src/payments/reconciled.ts';
import { OGONE_STATUSES } from '../../src/providers/ogone/statuses.ts';
import { readCsv } from '../../src/reconciliation/csv.ts';
import { FILE_FORMATS } from '../../src/reconciliation/formats.ts';
import { previewOf } from '../../src/reconciliation/inspect.ts';
import { BEGINNING, readPiece } from '../../src/reconciliation/reader.ts';
import { readingOf } from '../../src/reconciliation/reading.ts';
import { bytesOf, faultOf, MAPPED, POSTFINANCE, read, sampleOf } from './reading-support.ts';

describe('CSV', () => {
  it('is read the same, wherever it is cut into pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ';', '\n', 'é', ' ', '\r\n'), maxLength: 6 });
    const records = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(records, fc.array(fc.nat(40), { maxLength: 8 }), (rows, cuts) => {
        const text = rows
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(';'))
          .join('\r\n');
        const signs = { separator: ';', quote: '"' };
        const whole = readCsv(text, 1, signs, true).records;
        expect(whole.map(({ cells }) => cells)).toEqual(rows);
        let [rest, line, at] = ['', 1, 0];
        const found: unknown[] = [];
        for (const length of [...cuts, text.length]) {
          const isLast = at + length >= text.length;
          const part = readCsv(rest + text.slice(at, at + length), line, signs, isLast);
          found.push(...part.records);
          [rest, line, at] = [part.rest, part.line, at + length];
          if (isLast) break;
        }
        expect(found).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('with a quote that never ends is refused with the line that it begins in', () => {
    expect(
      faultOf(() =>
        read('Order;Amount;Date\nA;1,00;01.11.2026\n"B;1,00;02.11.2026\nC;1;x\n', { mapping: MAPPED }),
      ),
    ).toMatchObject({
      code: 'unterminated_quote',
      line: 3,
    });
  });

  it('with a quote that goes on for ever does not fill the memory', () => {
    const endless = `Order;Amount;Date\n"${'x'.repeat(400_000)}`;
    expect(faultOf(() => read(endless, { mapping: MAPPED, piece: 100_000 }))?.code).toBe(
      'unterminated_quote',
    );
    const lines = `Order;Amount;Date\n"${'x\n'.repeat(400_000)}`;
    expect(faultOf(() => read(lines, { mapping: MAPPED, piece: 100_000 }))).toMatchObject({
      code: 'line_too_long',
      line: 2,
    });
  });
});

describe('a known file', () => {
  it('stands in the list that operators choose from, and the other way round', () => {
    expect(FILE_FORMATS.map(({ id }) => id)).toEqual(FILE_PRESETS.map(({ id }) => id));
  });

  it('of PostFinance: an order that was given back was paid before, one that was declined moves nothing', () => {
    const { lines, state } = read(POSTFINANCE);
    expect(
      lines.map(({ line, part, order, amount, currency, day }) => [line, part, order, amount, currency, day]),
    ).toEqual([
      [3, 0, 'polybanking-1', 1250, 'CHF', '2026-11-01'],
      [4, 0, 'polybanking-2', 500, 'CHF', '2026-11-02'],
      [4, 1, 'polybanking-2', -500, 'CHF', '2026-11-02'],
    ]);
    expect([state.lines, state.ignored]).toEqual([3, 1]);
  });

  it('of PostFinance: an order whose return is under way, or failed, is still paid', () => {
    const amountsOf = (status: string) =>
      read(`Id;REF;ORDER;STATUS;TOTAL\n1;A;01/11/2026;${status};12,50\n`).lines.map(({ amount }) => amount);
    const kinds = Object.groupBy(Object.keys(OGONE_STATUSES), (status) => amountsOf(status).join(' '));
    // Every status of the sheet has its place.
    expect(Object.fromEntries(Object.entries(kinds).map(([kind, all]) => [kind, all?.join(' ')]))).toEqual({
      '1250': '9 71 72 73 81 82 83 84 94 95 96',
      '1250 -1250': '7 8 74 75 85',
      '': '0 1 2 4 5 6 40 41 46 50 51 52 55 56 57 59 61 62 63 64 88 91 92 93 99',
    });
  });

  const LYRA = `TITRE;DEMO;20/01/13_01:55:00;TABLE_V1
ENTETE;MERCHANT_COUNTRY;MERCHANT_ID;CONTRACT;PAYMENT_DATE;TRANSACTION_ID;ORIGIN_AMOUNT;CURRENCY_CODE;CARD_TYPE;ORDER_ID;RETURN_CONTEXT;CUSTOMER_ID;OPERATION_TYPE;OPERATION_NUMBER
MATCHING;FR;0452;0535;20261101;xrT15p;1999;978;CB;7ZK0M3Q9T2V8XW4B01;;;DT;1
MATCHING;FR;0452;0535;20261103;xrT15p;500;978;CB;7ZK0M3Q9T2V8XW4B01;;;CT;1
`;

  it('of Lyra: minor units, numbers of currencies, credits that go back, and an end without which it is cut off', () => {
    const { lines } = read(`${LYRA}FIN;\n`, { currencies: ['EUR', 'USD'] });
    expect(lines.map(({ order, amount, currency, day }) => [order, amount, currency, day])).toEqual([
      ['7ZK0M3Q9T2V8XW4B01', 1999, 'EUR', '2026-11-01'],
      ['7ZK0M3Q9T2V8XW4B01', -500, 'EUR', '2026-11-03'],
    ]);
    expect(faultOf(() => read(LYRA, { currencies: ['EUR'] }))).toMatchObject({ code: 'cut_off', line: 4 });
  });

  it('of PayU: payments and refunds by their letter; fees and payouts are none of ours', () => {
    const file = `Date,Trans ID,Amount,Currency,Type of operation,Order ID
2026-11-01,991,"12,50",PLN,t,7ZK0M3Q9T2V8XW4B01
2026-11-01,991,"0,20",PLN,r,7ZK0M3Q9T2V8XW4B01
2026-11-02,992,"2,50",PLN,c,7ZK0M3Q9T2V8XW4B01
2026-11-03,,"9,80",PLN,w,
2026-11-03,5,"1,00",PLN,zz,
`;
    const { lines, state, unreadable } = read(file, { currencies: ['PLN'] });
    expect(lines.map(({ providerReference, amount }) => [providerReference, amount])).toEqual([
      ['991', 1250],
      ['992', -250],
    ]);
    expect(state.ignored).toBe(2);
    expect(unreadable).toEqual(['6: nobody knows the kind "zz"']);
  });

  it('of ASSIST: bills by their state', () => {
    const file = `Order Number;Order Total;Currency Code;Order Date;Payment No.;Order State
7ZK0M3Q9T2V8XW4B01;100.50;RUB;01.11.2026 23:30:00;5001;Authorized
7ZK0M3Q9T2V8XW4B01;10.00;RUB;02.11.2026 10:00:00;5002;Refunded
7ZK0M3Q9T2V8XW4C01;10.00;RUB;02.11.2026 10:00:00;5003;Not authorized
`;
    const { lines } = read(file, { currencies: ['RUB'] });
    expect(lines.map(({ providerReference, amount, day }) => [providerReference, amount, day])).toEqual([
      ['5001', 10_050, '2026-11-01'],
      ['5002', -1000, '2026-11-02'],
    ]);
  });

  it.each([
    ['another file', 'Name;City\nJane;Paris\n', 'no_header', 1],
    ['nothing', '', 'empty', null],
    ['a header alone', 'Id;REF;ORDER;STATUS;TOTAL\n', null, null],
    ['a picture', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'no_header', 1],
  ])('that is %s is refused by name', (_, file, code, line) => {
    const fault = faultOf(() => read(file, { preset: 'postfinance' }));
    expect(fault?.code ?? null).toBe(code);
    expect(fault?.line ?? null).toBe(line);
  });

  it('that nobody knows is not taken for one', () => {
    expect(faultOf(() => read('a\n', { preset: 'nobodys' }))?.code).toBe('unknown_format');
  });
});

describe('a mapped file', () => {
  it.each([
    ['a column twice', { columns: { order: 'Order', amount: 'Amount', date: 'Amount' } }, 'column_twice'],
    [
      'a column that is not there',
      { columns: { order: 'Orders', amount: 'Amount', date: 'Date' } },
      'column_missing',
    ],
    ['no amount', { columns: { order: 'Order', date: 'Date' } }, 'column_missing'],
  ])('with %s is refused by name', (_, mapping, code) => {
    const file = 'Order;Amount;Date\nA;1,00;01.11.2026\n';
    expect(faultOf(() => read(file, { mapping }))).toMatchObject({ code, line: 1 });
  });

  it('whose header has a name twice is mapped by numbers', () => {
    const file = 'Order;Amount;Date;Amount\nA;1,00;01.11.2026;2,00\n';
    expect(faultOf(() => read(file, { mapping: MAPPED }))?.code).toBe('column_twice');
    const columns = { order: 'Order', amount: '4', date: 'Date' };
    expect(read(file, { mapping: { columns } }).lines).toMatchObject([{ amount: 200 }]);
  });

  it('that ends in the middle of a line is cut off', () => {
    expect(
      faultOf(() => read('Order;Amount;Date\nA;1,00;01.11.2026\nB;2', { mapping: MAPPED })),
    ).toMatchObject({ code: 'cut_off', line: 3 });
  });

  it('says of each line that cannot be read why', () => {
    const file =
      'Order;Amount;Date\nA;x;01.11.2026\nB;1,00;31.02.2026\nC;1,001;01.11.2026\nD;1,00;02.11.2026\n';
    const { lines, unreadable } = read(file, { mapping: MAPPED });
    expect(lines.map(({ order }) => order)).toEqual(['D']);
    expect(unreadable).toEqual([
      '2: "x" is no amount in CHF',
      '3: "31.02.2026" is no date',
      '4: "1,001" is no amount in CHF',
    ]);
  });

  it('has no more lines than are counted: two million are refused where the limit is passed', {
    timeout: 60_000,
  }, () => {
    const header = bytesOf('Order;Amount;Date\n');
    const piece = bytesOf('A;1,00;01.11.2026\n'.repeat(20_000));
    const reading = readingOf(sampleOf(bytesOf('Order;Amount;Date\nA;1,00;01.11.2026\n')), {
      ...{ preset: null, mapping: MAPPED, zone: 'UTC', currencies: ['CHF'], currency: null },
    });
    if (!reading) throw new Error('it is mapped');
    let { state } = readPiece(reading, BEGINNING, header, false);
    const fault = faultOf(() => {
      for (let count = 0; count < 100; count += 1) ({ state } = readPiece(reading, state, piece, false));
    });
    expect(fault).toMatchObject({ code: 'too_many_lines', line: 500_002 });
  });
});

describe('guesses', () => {
  it('are made of names and contents, and shown with ten lines', () => {
    const rows = Array.from(
      { length: 15 },
      (_, n) => `${n + 1}/11/2026,7ZK0M3Q9T2V8XW4B01,T-${n},"1,234.50",EUR`,
    );
    const preview = previewOf(
      sampleOf(bytesOf(`Booked,Something,Transaction ID,Gross amount,Currency\n${rows.join('\n')}\n`)),
      {},
      ['CHF', 'EUR'],
    );
    expect(preview.rows).toHaveLength(10);
    expect(preview.guess).toMatchObject({
      separator: ',',
      quote: '"',
      decimal: 'point',
      dates: 'dmy',
      columns: {
        date: 'Booked',
        order: 'Something',
        providerReference: 'Transaction ID',
        amount: 'Gross amount',
        currency: 'Currency',
      },
    });
  });
});
