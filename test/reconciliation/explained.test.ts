/** Fees and tolerances. The failure ruled out: running totals that differ by more than the differences, and nothing that says by what. */
import { expect, it } from 'vitest';
import { accountWith, at, idsOf } from './one-account.ts';
import { linesOf, orderOf, reconciled } from './support.ts';

const COLUMNS = { order: 'Order', amount: 'Amount', currency: 'Currency', date: 'Date', fee: 'Fee' };

it('the totals differ by the differences and by what is explained', async () => {
  const [a, b, c] = idsOf(3) as [string, string, string];
  const account = await accountWith([
    { payment: a, at: at(1), amount: 123456 },
    { payment: b, at: at(2), amount: 1999 },
    { payment: c, at: at(2, 13), amount: 500 },
  ]);
  const file = `Order;Amount;Currency;Date;Fee\n${orderOf(a)};1200.00;EUR;2026-11-01;34.56\n${orderOf(b)};19.98;EUR;2026-11-02;\n`;
  const order = { account, preset: 'generic', columns: COLUMNS, tolerance: { amount: 5 } };
  const { id, counts, days } = await reconciled(order, file);
  expect(counts).toMatchObject({ matched: 2, only_in_ledger: 1 });
  expect(days).toMatchObject([
    { day: '2026-11-01', explained: 3456, runningExplained: 3456 },
    { day: '2026-11-02', explained: 1, runningExplained: 3457 },
  ]);
  const last = days.at(-1);
  expect((last?.runningLedger ?? 0) - (last?.runningFile ?? 0)).toBe(500 + (last?.runningExplained ?? 0));
  const lines = await linesOf(id, 'matched');
  expect(lines.map(({ fileAmount, fileFee }) => [fileAmount, fileFee])).toEqual([
    [120000, 3456],
    [1998, null],
  ]);
});
