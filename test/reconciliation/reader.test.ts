/**
 * Reading providers' files. The failures ruled out: a cell, a line or a character that is lost where two pieces meet; a charset that is
 * guessed wrong; a file that is read to its end although it is cut off, or another one; an error without its line.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILE_PRESETS, type FileMapping } from '../../src/payments/reconciled.ts';
import { OGONE_STATUSES } from '../../src/providers/ogone/statuses.ts';
import { Utf8Check } from '../../src/reconciliation/charset.ts';
import { readCsv } from '../../src/reconciliation/csv.ts';
import { UnreadableFile } from '../../src/reconciliation/fault.ts';
import { FILE_FORMATS } from '../../src/reconciliation/formats.ts';
import { previewOf } from '../../src/reconciliation/inspect.ts';
import { BEGINNING, type FileLine, readPiece } from '../../src/reconciliation/reader.ts';
import { readingOf } from '../../src/reconciliation/reading.ts';
import { amountInFile, dayInFile } from '../../src/reconciliation/values.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** UTF-16 with its byte order mark. */
function utf16(text: string, isBig: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, !isBig);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 + at * 2, text.charCodeAt(at), !isBig);
  return bytes;
}

interface How {
  readonly preset?: string;
  readonly mapping?: FileMapping;
  readonly currencies?: readonly string[];
  readonly piece?: number;
}

function sampleOf(bytes: Uint8Array) {
  let isUtf8 = true;
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    isUtf8 = false;
  }
  return { bytes: bytes.subarray(0, 65_536), isWhole: bytes.length <= 65_536, isUtf8 };
}

function read(file: Uint8Array | string, { preset, mapping, currencies = ['CHF'], piece = 7 }: How = {}) {
  const bytes = typeof file === 'string' ? bytesOf(file) : file;
  const reading = readingOf(sampleOf(bytes), {
    preset: preset ?? null,
    mapping: mapping ?? null,
    currency: null,
    zone: 'UTC',
    currencies,
  });
  if (!reading) throw new Error('nobody knows this file');
  let state = BEGINNING;
  const lines: FileLine[] = [];
  const unreadable: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += piece) {
    const part = readPiece(reading, state, bytes.subarray(at, at + piece), at + piece >= bytes.length);
    state = part.state;
    lines.push(...part.lines);
    unreadable.push(...part.unreadable.map(({ line, detail }) => `${line}: ${detail}`));
  }
  return { lines, unreadable, state, reading };
}

function faultOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof UnreadableFile) return error.fault;
    throw error;
  }
  return null;
}

const POSTFINANCE = `<?xml version="1.0"?>
Id;REF;ORDER;STATUS;TOTAL
3001;polybanking-1;01/11/2026;9;12,50
3002;polybanking-2;02/11/2026;8;5,00
3003;|polybanking;3|;03/11/2026;2;5,00
`;

const MAPPED: FileMapping = { columns: { order: 'Order', amount: 'Amount', date: 'Date' } };

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

describe('the charset', () => {
  const lines = read(POSTFINANCE).lines;

  it.each([
    ['UTF-8', bytesOf(POSTFINANCE)],
    ['UTF-8 with its mark', bytesOf(`\uFEFF${POSTFINANCE}`)],
    ['UTF-16 LE', utf16(POSTFINANCE, false)],
    ['UTF-16 BE', utf16(POSTFINANCE, true)],
  ])('%s is known by itself, in pieces of any size', (_, bytes) => {
    for (const piece of [1, 2, 3, 5, 64, 100_000])
      expect(read(bytes, { piece }).lines, `${piece}`).toEqual(lines);
  });

  it('of a Polish file that is no UTF-8 is windows-1250', () => {
    const header =
      '"Id sesji";"Waluta";"Id transakcji";"Status";"Data wp\xb3aty";"Kwota"\n"7ZK0M3Q9T2V8XW4B01";"PLN";"77";"wykonane";"2026-11-01";"12,50"\n';
    const bytes = Uint8Array.from(header, (one) => one.charCodeAt(0));
    const { lines: found, reading } = read(bytes, { currencies: ['PLN'] });
    expect(reading.charset).toBe('windows-1250');
    expect(found).toMatchObject([
      { order: '7ZK0M3Q9T2V8XW4B01', providerReference: '77', amount: 1250, day: '2026-11-01' },
    ]);
  });

  it.each([1, 9, 100_000])('that does not fit is refused with the line (pieces of %i)', (piece) => {
    const bytes = bytesOf('Order;Amount;Date\nA;1,00;01.11.2026\nXB;1,00;02.11.2026\n');
    bytes[bytes.indexOf('X'.charCodeAt(0))] = 0xff;
    const mapping: FileMapping = { ...MAPPED, charset: 'utf-8' };
    expect(faultOf(() => read(bytes, { mapping, piece }))).toMatchObject({ code: 'encoding', line: 3 });
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

  it('has no more lines than are counted: two million are refused where the limit is passed', () => {
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

describe('a word for the kind of a line', () => {
  it('is no refund where it says by which card was paid, and is shown with what it becomes', () => {
    const kinds = {
      'Credit card': 'payment',
      Kreditkarte: 'payment',
      'carte de crédit': 'payment',
      'karta kredytowa': 'payment',
      'SEPA credit transfer': 'payment',
      'Credit card refund': 'refund',
      Gutschrift: 'refund',
      Credit: 'refund',
      Chargeback: 'chargeback',
      'Transaction fee': 'none',
      'Sale of 3': 'payment',
    };
    const words = Object.keys(kinds);
    const file = `Order;Amount;Date;Type\n${words.map((word, n) => `A${n};1,00;01.11.2026;${word}\n`).join('')}`;
    expect(previewOf(sampleOf(bytesOf(file)), {}, ['CHF']).kinds).toEqual(kinds);
    const mapping = { columns: { ...MAPPED.columns, kind: 'Type' } };
    const amounts = { payment: 100, refund: -100, chargeback: -100 };
    expect(read(file, { mapping }).lines.map(({ order, amount }) => [order, amount])).toEqual(
      Object.values(kinds).flatMap((kind, n) =>
        kind === 'none' ? [] : [[`A${n}`, amounts[kind as 'refund']]],
      ),
    );
  });
});

/** Words of files, by what their lines are. */
const KIND_WORDS = {
  none: [
    ...[
      'Refund declined',
      'Refund failed',
      'REFUND_FAILED',
      'rejected',
      'cancelled',
      'pending',
      'Refund fee',
      'Chargeback rejected',
    ],
    ...[
      'refund-pending',
      'Refund requested',
      'Refund timed out',
      'Refund not completed',
      'Chargeback fee',
      'unpaid',
    ],
    ...[
      'Remboursement refusé',
      'Remboursement en cours',
      'Remboursement en attente',
      'Remboursement annulé',
      'Frais de remboursement',
    ],
    ...[
      'Rückzahlung abgelehnt',
      'Rückzahlung fehlgeschlagen',
      'Rückzahlungsgebühr',
      'Erstattung storniert',
      'Auszahlung',
    ],
    ...['Zwrot odrzucony', 'Zwrot anulowany', 'Zwrot w toku', 'Zwrot nie wykonany', 'prowizja'],
    ...[
      'Reembolso recusado',
      'Estorno pendente',
      'Refundering afvist',
      'Tilbagebetaling mislykkedes',
      'Refundering afventer',
    ],
    ...['Возврат отклонён', 'Возврат отменен', 'возврат в обработке', 'vozvrat otklonen'],
  ],
  refund: [
    ...[
      'Refund',
      'Partial refund',
      'Refund completed',
      'Credit card refund',
      'Rückzahlung',
      'Rueckzahlung',
      'Teilrückzahlung',
    ],
    ...[
      'Remboursement partiel',
      'Zwrot środków',
      'Estorno',
      'Devolução',
      'Tilbagebetaling',
      'Возврат средств',
      'vozvrat',
    ],
  ],
  payment: [
    ...[
      'Payment',
      'Paiement par carte',
      'Kartenzahlung',
      'Vorauszahlung',
      'Zahlung per Überweisung',
      'Wpłata',
      'Pagamento',
    ],
    ...['Betaling', 'Оплата', 'Visa', 'Completed', 'Przelew'],
  ],
  chargeback: ['Chargeback', 'charge back', 'Impayé', 'Rücklastschrift', 'obciążenie zwrotne'],
  // A person says what they are: a payment that was called off before it came, or money that went back.
  unknown: [
    'Storno',
    'Reversal',
    'Refund reversal',
    'Refund bounced',
    'Chargeback won',
    'Payment clawback',
    'X7',
    '9',
    'Transfer',
  ],
};

describe('a word for the kind of a line that is not of a known file', () => {
  it.each(Object.entries(KIND_WORDS))(
    'is %s by all that it says, in the languages of our providers',
    (kind, words) => {
      const file = (word: string) => `Order;Amount;Date;Type\nA;1,00;01.11.2026;${word}\n`;
      const became = words.map((word) => [
        word,
        ...Object.values(previewOf(sampleOf(bytesOf(file(word))), {}, ['CHF']).kinds),
      ]);
      expect(became).toEqual(words.map((word) => [word, kind]));
    },
  );

  it('is no payment where nobody knows it: its lines are named, until a person says what it is', () => {
    const columns = { ...MAPPED.columns, kind: 'Type' };
    const file =
      'Order;Amount;Date;Type\nA;1,00;01.11.2026;Storno\nB;1,00;01.11.2026;sTORNO\nC;1,00;01.11.2026;Zahlung\nD;1,00;01.11.2026;\n';
    const first = read(file, { mapping: { columns } });
    expect(first.lines.map(({ order, amount }) => [order, amount])).toEqual([
      ['C', 100],
      ['D', 100],
    ]);
    expect(first.unreadable[0]).toContain('2: nobody knows the kind "Storno"');
    const said = read(file, { mapping: { columns, kinds: { STORNO: 'refund', Zahlung: 'none' } } });
    expect(said.lines.map(({ order, amount }) => [order, amount])).toEqual([
      ['A', -100],
      ['B', -100],
      ['D', 100],
    ]);
    expect(said.state.words).toEqual([
      { word: 'Storno', kind: 'refund', lines: 1 },
      { word: 'sTORNO', kind: 'refund', lines: 1 },
      { word: 'Zahlung', kind: 'none', lines: 1 },
    ]);
  });
});

describe('UTF-8 with a wrong byte', () => {
  const findingOf = (...bytes: number[]) => {
    const check = new Utf8Check();
    for (const byte of bytes) check.push(Uint8Array.of(byte));
    return check.end();
  };

  it('is told from another charset, by its line', () => {
    const damaged = [...bytesOf('é\nü\nx'), 0xff, 0x0a];
    expect(findingOf(...damaged)).toEqual({ isUtf8: false, damagedLine: 3 });
    expect(findingOf(...bytesOf('€\n'), 0xe2, 0x82)).toEqual({ isUtf8: false, damagedLine: 2 });
    // SPÓŁKA ŻÓŁĆ in windows-1250: two of its bytes are a character of UTF-8 by chance.
    const polish = [0x53, 0xd3, 0xa3, 0x4b, 0x41, 0x20, 0xaf, 0xd3, 0x20, 0xa3, 0xc6, 0x0a];
    expect(findingOf(...polish)).toEqual({ isUtf8: false, damagedLine: null });
    expect(findingOf(0xc9, 0x74, 0xe9)).toEqual({ isUtf8: false, damagedLine: null });
  });

  it('is found where the platform’s decoder finds one', () => {
    const isUtf8 = (bytes: Uint8Array) => {
      try {
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.constantFrom(
      0x41,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xe0,
      0xe1,
      0xed,
      0xf0,
      0xf4,
      0xf5,
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (bytes) => {
        expect(findingOf(...bytes).isUtf8).toBe(isUtf8(Uint8Array.from(bytes)));
      }),
      { numRuns: 3000 },
    );
  });
});

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
