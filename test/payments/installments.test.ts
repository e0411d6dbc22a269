/** Parts of a payment. The failures ruled out: parts that come to another sum, a remainder anywhere but on the first, a part of nothing. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountsOf, installmentsOf, shownInstallments } from '../../src/payments/installments.ts';

describe('the parts of an amount', () => {
  it('come to it, and all but the first are equal, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 2, max: 12 }),
        fc.option(fc.integer({ min: 1, max: 10_000_000 }), { nil: undefined }),
        (amount, count, firstAmount) => {
          const parts = amountsOf(amount, { count, ...(firstAmount !== undefined && { firstAmount }) });
          if (parts === null) return;
          expect(parts).toHaveLength(count);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
          const [first = 0, ...later] = parts;
          expect(new Set(later).size).toBe(1);
          expect(Math.min(...parts)).toBeGreaterThanOrEqual(1);
          // What does not divide is less than a unit for each of the others.
          if (firstAmount !== undefined) {
            expect(first - firstAmount).toBeGreaterThanOrEqual(0);
            expect(first - firstAmount).toBeLessThan(count - 1);
          } else expect(first - (later[0] ?? 0)).toBeLessThan(count);
        },
      ),
    );
  });

  it('have the remainder on the first', () => {
    expect(amountsOf(10_000, { count: 3 })).toEqual([3334, 3333, 3333]);
    expect(amountsOf(10_000, { count: 3, firstAmount: 5000 })).toEqual([5000, 2500, 2500]);
    expect(amountsOf(10_001, { count: 3, firstAmount: 5000 })).toEqual([5001, 2500, 2500]);
  });

  it('are none where one of them would be nothing', () => {
    expect(amountsOf(2, { count: 3 })).toBeNull();
    expect(amountsOf(10_000, { count: 3, firstAmount: 9999 })).toBeNull();
    expect(amountsOf(10_000, { count: 3, firstAmount: 20_000 })).toBeNull();
  });

  it('are due so many days after one another, the first at once', () => {
    const parts = installmentsOf(10_000, { count: 3, periodDays: 30 }, Date.UTC(2026, 0, 31));
    expect(parts.map(({ dueAt }) => new Date(dueAt).toISOString().slice(0, 10))).toEqual([
      '2026-01-31',
      '2026-03-02',
      '2026-04-01',
    ]);
    expect(shownInstallments(10_000, { count: 3, periodDays: 30 })).toEqual({
      count: 3,
      periodDays: 30,
      firstAmount: 3334,
    });
  });
});
