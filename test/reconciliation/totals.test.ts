/**
 * Lines and movements of one payment that are not as many as each other. The failures ruled out: a correct file that shows differences,
 * because a provider's one answer has brought two refunds; a line that is there twice, and hides in a sum; a sum over two payments, over
 * two currencies, or over what came and what went; totals by day that no longer add up.
 */
import { describe, expect, it } from 'vitest';
import { makeAccount } from '../support/harness.ts';
import { idOf, linesOf, type Movement, orderOf, putMovements, type Read, reconciled } from './support.ts';

const COLUMNS = {
  providerReference: 'Number',
  order: 'Order',
  amount: 'Amount',
  currency: 'Currency',
  date: 'Date',
};

const HEADER = 'Number;Order;Amount;Currency;Date\n';

let counter = 0;

/** A payment that no other test has. */
function payment(): string {
  counter += 1;
  return idOf('TT00', counter);
}

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`;

/** What an account's file comes to. @param lines `order;amount` of the first of November, in EUR. */
async function compared(
  movements: readonly Omit<Movement, 'account'>[],
  lines: readonly string[],
): Promise<Read> {
  const account = await makeAccount('ogone');
  await putMovements(movements.map((one) => ({ ...one, account })));
  const file = HEADER + lines.map((line) => `;${line};EUR;2026-11-01\n`).join('');
  return reconciled({ account, preset: 'generic', columns: COLUMNS }, file);
}

const refund = (of: string, amount: number, seq = 5, day = 1) =>
  ({ payment: of, at: at(day), amount, kind: 'refund', seq }) as const;

const paid = (of: string, amount = 4000) => ({ payment: of, at: at(1), amount, seq: 3 });

const results = async ({ id }: Read) =>
  (await linesOf(id)).map(({ line, result, matchedBy, fileAmount, ledgerAmount, payment: of }) => [
    line,
    result,
    matchedBy,
    fileAmount,
    ledgerAmount,
    of,
  ]);

describe('refunds that the ledger has as one movement', () => {
  it.each([
    ['of two amounts', 700, 900],
    ['of the same amount', 700, 700],
  ])('are no difference: %s', async (_, one, other) => {
    const a = payment();
    const read = await compared(
      [paid(a), refund(a, one + other)],
      [`${orderOf(a)};40.00`, `${orderOf(a)};-${one / 100}.00`, `${orderOf(a)};-${other / 100}.00`],
    );
    expect(await results(read)).toEqual([
      [2, 'matched', 'order', 4000, 4000, a],
      [3, 'matched', 'payment_total', 0 - one, 0 - one - other, a],
      [4, 'matched', 'payment_total', 0 - other, null, a],
    ]);
    expect(read.days).toMatchObject([
      {
        fileLines: 3,
        ledgerMovements: 2,
        runningFile: 4000 - one - other,
        runningLedger: 4000 - one - other,
      },
    ]);
  });

  it('are no difference where a movement after the days of the file is of them too', async () => {
    const a = payment();
    const read = await compared(
      [paid(a), refund(a, 1600), refund(a, 300, 9, 4)],
      [`${orderOf(a)};40.00`, `${orderOf(a)};-7.00`, `${orderOf(a)};-9.00`],
    );
    expect(read.counts).toMatchObject({ matched: 3, amount_differs: 0, only_in_file: 0, only_in_ledger: 0 });
  });

  it('show the one line that is there twice', async () => {
    const a = payment();
    const line = `${orderOf(a)};-9.00`;
    const read = await compared([paid(a), refund(a, 1600)], [`${orderOf(a)};-7.00`, line, line]);
    expect(await results(read)).toEqual([
      [2, 'matched', 'payment_total', -700, -1600, a],
      [3, 'matched', 'payment_total', -900, null, a],
      [4, 'twice_in_file', null, -900, null, a],
      [null, 'only_in_ledger', null, null, 4000, a],
    ]);
  });

  it('show the third of three equal lines', async () => {
    const a = payment();
    const line = `${orderOf(a)};-7.00`;
    const { counts } = await compared([refund(a, 1400)], [line, line, line]);
    expect(counts).toMatchObject({ matched: 2, twice_in_file: 1, amount_differs: 0 });
  });

  it('differ where the sum does', async () => {
    const a = payment();
    const { counts } = await compared([refund(a, 1600)], [`${orderOf(a)};-7.00`, `${orderOf(a)};-9.01`]);
    expect(counts).toMatchObject({ matched: 0, amount_differs: 1, only_in_file: 1 });
  });
});

it('one line that is two movements of a payment is no difference, and both count', async () => {
  const a = payment();
  const read = await compared([paid(a, 1000), { ...paid(a, 500), seq: 4 }], [`${orderOf(a)};15.00`]);
  expect(await results(read)).toEqual([
    [2, 'matched', 'payment_total', 1500, 1000, a],
    [null, 'matched', 'payment_total', null, 500, a],
  ]);
  expect(read.days).toMatchObject([{ ledgerMovements: 2, runningFile: 1500, runningLedger: 1500 }]);
});

it('a sum goes over no two payments, and over no two ways', async () => {
  const [a, b] = [payment(), payment()];
  const { counts } = await compared(
    [paid(a, 1000), paid(b, 2000)],
    [`${orderOf(a)};15.00`, `${orderOf(b)};15.00`],
  );
  expect(counts).toMatchObject({ matched: 0, amount_differs: 2 });
  const c = payment();
  const ways = await compared([paid(c, 1000), refund(c, 300)], [`${orderOf(c)};7.00`]);
  expect(ways.counts).toMatchObject({ matched: 0, amount_differs: 1, only_in_ledger: 1 });
});

it('a line whose number is another payment’s than its order is of no sum', async () => {
  const [a, b] = [payment(), payment()];
  const account = await makeAccount('ogone');
  await putMovements([
    { ...paid(a, 1500), account },
    { ...paid(b, 500), account, providerReferences: ['N-b'] },
  ]);
  const read = await reconciled(
    { account, preset: 'generic', columns: COLUMNS },
    `${HEADER}N-b;;5.00;EUR;2026-11-01\n;${orderOf(a)};10.00;EUR;2026-11-01\nN-b;${orderOf(a)};5.00;EUR;2026-11-01\n`,
  );
  expect(read.counts).toMatchObject({ matched: 1, amount_differs: 1, only_in_file: 1 });
});

it('a sum over two currencies is none', async () => {
  const a = payment();
  const account = await makeAccount('ogone');
  await putMovements([{ ...refund(a, 1600), account }]);
  const read = await reconciled(
    { account, preset: 'generic', columns: COLUMNS },
    `${HEADER};${orderOf(a)};-7.00;EUR;2026-11-01\n;${orderOf(a)};-9.00;USD;2026-11-01\n`,
  );
  expect(read.counts.matched).toBe(0);
});
