/** Refunds and chargebacks as files sign them. Ruled out: one that came back (a refund that failed, a chargeback that was won) counts as going twice. */
import { describe, expect, it } from 'vitest';
import { makeAccount } from '../support/harness.ts';
import { idOf, orderOf, putMovements, reconciled } from './support.ts';

const COLUMNS = { order: 'Order', amount: 'Amount', currency: 'Currency', date: 'Date', kind: 'Kind' };

let counter = 0;

/** A file of lines of one payment, against what the ledger has of it. */
async function comparison(
  lines: readonly (readonly [amount: string, kind: string])[],
  movements: readonly (readonly [amount: number, kind: 'payment' | 'refund' | 'chargeback'])[],
) {
  counter += 1;
  const account = await makeAccount('ogone');
  const payment = idOf(`RS${String(counter).padStart(2, '0')}`, 1);
  await putMovements(
    movements.map(([amount, kind], n) => ({
      ...{ account, payment, amount, kind, seq: n + 3 },
      at: `2026-11-05T12:00:${String(n).padStart(2, '0')}.000Z`,
    })),
  );
  const rows = lines.map(([amount, kind]) => `${orderOf(payment)},${amount},EUR,2026-11-05,${kind}\n`);
  const file = `Order,Amount,Currency,Date,Kind\n${rows.join('')}`;
  return reconciled({ account, preset: 'generic', columns: COLUMNS }, file);
}

const differences = ({ counts }: { readonly counts: Readonly<Record<string, number>> }) => [
  counts.matched,
  Object.values(counts).reduce((sum, count) => sum + count, 0) - (counts.matched ?? 0),
];

describe('what goes back', () => {
  it.each(['Refund', 'Chargeback'] as const)('and came again has the sign of the file: %s', async (word) => {
    const kind = word === 'Refund' ? 'refund' : 'chargeback';
    const read = await comparison(
      [
        ['10.00', 'Payment'],
        ['-10.00', word],
        ['10.00', word],
      ],
      [
        [1000, 'payment'],
        [1000, kind],
        [-1000, kind],
      ],
    );
    expect([...differences(read), read.readAs?.refunds]).toEqual([3, 0, 'negative']);
    expect(read.days.at(-1)).toMatchObject({ fileTotal: 1000, ledgerTotal: 1000 });
  });

  it('is known by its kind in a file without signs', async () => {
    const read = await comparison(
      [
        ['10.00', 'Payment'],
        ['4.00', 'Refund'],
        ['6.00', 'Chargeback'],
      ],
      [
        [1000, 'payment'],
        [400, 'refund'],
        [600, 'chargeback'],
      ],
    );
    expect([...differences(read), read.readAs?.refunds]).toEqual([3, 0, 'positive']);
  });

  it('is decided by the whole file: signs that come late count, and the first lines are read again', async () => {
    const read = await comparison(
      [
        ['20.00', 'Payment'],
        ...Array.from({ length: 12 }, () => ['10.00', 'Payment'] as const),
        ['10.00', 'Chargeback'],
        ['-5.00', 'Refund'],
      ],
      [
        [2000, 'payment'],
        ...Array.from({ length: 12 }, () => [1000, 'payment'] as const),
        [-1000, 'chargeback'],
        [500, 'refund'],
      ],
    );
    expect([...differences(read), read.readAs?.refunds]).toEqual([15, 0, 'negative']);
  });

  it('with the odd minus among many without is read in no way: the line is named', async () => {
    const read = await comparison(
      [
        ['90.00', 'Payment'],
        ...Array.from({ length: 10 }, () => ['4.00', 'Refund'] as const),
        ['-4.00', 'Refund'],
      ],
      [[9000, 'payment'], ...Array.from({ length: 10 }, () => [400, 'refund'] as const)],
    );
    expect([...differences(read), read.readAs?.refunds]).toEqual([11, 0, 'positive']);
    expect(read.unreadable).toMatchObject([{ line: 13 }]);
  });
});
