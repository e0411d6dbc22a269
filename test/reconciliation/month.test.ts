/**
 * A month of movements over ten accounts, with planted differences of every kind. Ruled out: one that is not found, one that is invented, and
 * running totals that do not add up. `npm run reconcile-month` has 200,000 movements and 1,000 differences.
 */
import { expect, inject, it, vi } from 'vitest';
import type { ReconciledLine } from '../../src/payments/reconciled.ts';
import { makeAccount } from '../support/harness.ts';
import { idOf, linesOf, type Movement, orderOf, putMovements, reconciled } from './support.ts';

vi.setConfig({ testTimeout: 600_000 });

const ACCOUNTS = 10;
/** At each account. */
const MOVEMENTS = inject('monthMovements');
/** Of each of five kinds, at each account. */
const PLANTED = Math.ceil(MOVEMENTS / 1000);

/** A small generator that is the same each time. */
function generator(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

type Kind = 'amount_differs' | 'currency_differs' | 'only_in_file' | 'only_in_ledger' | 'twice_in_file';
const KINDS: readonly Kind[] = [
  'amount_differs',
  'currency_differs',
  'only_in_file',
  'only_in_ledger',
  'twice_in_file',
];

interface Row {
  readonly movement: Movement;
  /** Which names the line has. */
  readonly names: 'all' | 'order' | 'reference' | 'none';
}

/** How the files of an account are written. */
type Writer = {
  readonly preset: string;
  readonly columns?: object;
  readonly header: string;
  readonly end: string;
  line(row: Row, amount: number, currency: string): string;
};

const day = ({ at }: Movement) => at.slice(0, 10);
const signed = ({ amount, kind = 'payment' }: Movement) => (kind === 'payment' ? amount : 0 - amount);
const decimal = (minor: number, sign: string) =>
  `${minor < 0 ? '-' : ''}${Math.floor(Math.abs(minor) / 100)}${sign}${String(Math.abs(minor) % 100).padStart(2, '0')}`;

const GENERIC: Writer = {
  preset: 'generic',
  columns: {
    providerReference: 'No',
    order: 'Order',
    reference: 'Ref',
    amount: 'Amount',
    currency: 'Cur',
    date: 'Date',
  },
  header: 'No,Order,Ref,Amount,Cur,Date\r\n',
  end: '',
  line: ({ movement, names }, amount, currency) =>
    `${[
      names === 'all' ? (movement.providerReferences?.at(-1) ?? '') : '',
      names === 'all' || names === 'order' ? orderOf(movement.payment) : '',
      names === 'reference' ? `"ref-${movement.payment}"` : '',
      decimal(amount, '.'),
      currency,
      day(movement),
    ].join(',')}\r\n`,
};

const LYRA: Writer = {
  preset: 'lyra',
  header:
    'TITRE;X;26/12/01_01:00:00;TABLE_V1\nENTETE;MERCHANT_COUNTRY;MERCHANT_ID;CONTRACT;PAYMENT_DATE;TRANSACTION_ID;ORIGIN_AMOUNT;CURRENCY_CODE;CARD_TYPE;ORDER_ID;RETURN_CONTEXT;CUSTOMER_ID;OPERATION_TYPE;OPERATION_NUMBER\n',
  end: 'FIN;\n',
  line: ({ movement }, amount, currency) =>
    `MATCHING;FR;0;1;${day(movement).replaceAll('-', '')};x;${Math.abs(amount)};${currency === 'EUR' ? '978' : '840'};CB;${orderOf(movement.payment)};;;${amount < 0 ? 'CT' : 'DT'};1\n`,
};

const PAYU: Writer = {
  preset: 'payu',
  header: 'Date;Trans ID;Amount;Currency;Type of operation;Order ID\n',
  end: '',
  line: ({ movement }, amount, currency) =>
    `${day(movement)};${movement.providerReferences?.at(-1) ?? ''};${decimal(Math.abs(amount), ',')};${currency};${amount < 0 ? 'c' : 't'};${orderOf(movement.payment)}\n${day(movement)};${movement.providerReferences?.at(-1) ?? ''};0,10;${currency};r;${orderOf(movement.payment)}\n`,
};

const WRITERS: readonly Writer[] = [
  GENERIC,
  LYRA,
  PAYU,
  GENERIC,
  GENERIC,
  LYRA,
  GENERIC,
  PAYU,
  GENERIC,
  GENERIC,
];

/** The movements of an account: payments, of which some were given back or charged back. */
function movementsOf(account: string, index: number): readonly Movement[] {
  const next = generator(index + 1);
  const movements: Movement[] = [];
  for (let n = 0; movements.length < MOVEMENTS; n += 1) {
    const payment = idOf(`MN${index}X`, n);
    const amount = 100 + next(5_000_000);
    const at = new Date(Date.UTC(2026, 10, 1 + next(28), 1 + next(20), next(60))).toISOString();
    const one: Movement = { account, payment, at, amount, providerReferences: [`T${index}-${n}`] };
    movements.push(one);
    const more = next(100);
    if (more < 8 && movements.length < MOVEMENTS)
      movements.push({
        ...{ ...one, seq: 6, amount: 1 + next(amount) },
        kind: more < 6 ? 'refund' : 'chargeback',
        providerReferences: [`T${index}-${n}`, `R${index}-${n}`],
        at: new Date(Date.parse(at) + next(3) * 3_600_000).toISOString(),
      });
  }
  return movements;
}

/** The file, what was planted in it, and what its lines come to. */
function fileOf(movements: readonly Movement[], index: number, writer: Writer) {
  const next = generator(index + 77);
  const rows = movements.map((movement): Row => {
    const dice = next(10);
    return { movement, names: dice < 6 ? 'all' : dice < 8 ? 'order' : dice < 9 ? 'reference' : 'none' };
  });
  const times = new Map<string, number>();
  for (const { payment } of movements) times.set(payment, (times.get(payment) ?? 0) + 1);
  // Of payments with one movement, whose line has a name.
  const free = rows.flatMap((row, at) =>
    times.get(row.movement.payment) === 1 && row.names !== 'none' ? [at] : [],
  );
  const planted = new Map<number, Kind>();
  for (const kind of KINDS.filter((one) => one !== 'only_in_file'))
    for (let count = 0; count < PLANTED; count += 1) {
      const [at = 0] = free.splice(next(free.length), 1);
      planted.set(at, kind);
    }
  const expected = new Map<string, Kind>();
  const lines: string[] = [];
  let total = 0;
  const put = (row: Row, amount: number, currency: string) => {
    lines.push(writer.line(row, amount, currency));
    if (currency === 'EUR') total += amount;
  };
  for (const [at, row] of rows.entries()) {
    const kind = planted.get(at);
    const amount = signed(row.movement);
    if (kind) expected.set(`${row.movement.payment} ${kind}`, kind);
    if (kind === 'only_in_ledger') continue;
    put(
      row,
      kind === 'amount_differs' ? amount + 1 + next(50) : amount,
      kind === 'currency_differs' ? 'USD' : 'EUR',
    );
    if (kind === 'twice_in_file') put(row, amount, 'EUR');
  }
  for (let count = 0; count < PLANTED; count += 1) {
    const payment = idOf(`MN${index}Z`, count);
    const movement: Movement = {
      account: '',
      payment,
      at: '2026-11-15T10:00:00.000Z',
      amount: 5_000_000 + count,
      providerReferences: [`Z${index}-${count}`],
    };
    put({ movement, names: count % 2 === 0 ? 'all' : 'reference' }, movement.amount, 'EUR');
    expected.set(`${count} only_in_file`, 'only_in_file');
  }
  return { text: writer.header + lines.join('') + writer.end, expected, total };
}

it(`of ${ACCOUNTS * MOVEMENTS} movements shows all ${ACCOUNTS * KINDS.length * PLANTED} planted differences, and invents none`, async () => {
  const shown: string[] = [];
  let [planted, found] = [0, 0];
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const writer = WRITERS[index] ?? GENERIC;
    const account = await makeAccount('ogone', { currencies: ['EUR', 'USD'] });
    const movements = movementsOf(account, index);
    await putMovements(movements);
    const { text, expected, total } = fileOf(movements, index, writer);
    const begun = performance.now();
    const read = await reconciled(
      { account, preset: writer.preset, ...(writer.columns && { columns: writer.columns }) },
      text,
    );
    shown.push(`${writer.preset}: ${text.length} bytes, ${Math.round(performance.now() - begun)} ms`);
    expect([read.status, read.fault, read.unreadableCount]).toEqual(['done', null, 0]);

    const differences = await linesOf(read.id, ...KINDS);
    const keyOf = (one: ReconciledLine) =>
      one.result === 'only_in_file'
        ? `${(one.fileAmount ?? 0) - 5_000_000} only_in_file`
        : `${one.payment} ${one.result}`;
    expect(differences.map(keyOf).sort()).toEqual([...expected.keys()].sort());
    expect(read.counts.matched).toBe(MOVEMENTS - 3 * PLANTED);
    planted += expected.size;
    found += differences.length;

    // The totals are those of the file and of the ledger, and the differences are what is between them.
    const last = read.days.findLast(({ currency }) => currency === 'EUR');
    expect(last?.runningFile).toBe(total);
    expect(last?.runningLedger).toBe(movements.reduce((sum, one) => sum + signed(one), 0));
    const between = differences.reduce((sum, one) => {
      const file = one.fileCurrency === 'EUR' ? (one.fileAmount ?? 0) : 0;
      const ledger = one.result === 'twice_in_file' ? 0 : (one.ledgerAmount ?? 0);
      return sum + file - ledger;
    }, 0);
    expect((last?.runningFile ?? 0) - (last?.runningLedger ?? 0)).toBe(between);
  }
  const all = ACCOUNTS * KINDS.length * PLANTED;
  expect([planted, found]).toEqual([all, all]);
  console.log(shown.join('\n'));
});
