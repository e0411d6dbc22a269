/** Whatever moves money, the log says by how much: whichever updates come, in whichever order, the sums of a log are the payment's. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import { OUTCOMES } from '../../src/payments/statuses.ts';
import { ledgerOf, network } from '../support/harness.ts';
import { makeShopFor } from '../support/shop-only.ts';
import { create, newId, notify, signedAttempt } from './support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const update = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  amount: fc.option(fc.constantFrom(1, 500, 1000, 1999, 2500)),
  movement: fc.constantFrom('A', 'B', 'C'),
  cumulative: fc.boolean(),
  ofTransaction: fc.boolean(),
  proven: fc.boolean(),
});

describe('the sums of a log', () => {
  it('are those of the payment after any updates', async () => {
    const shop = await makeShopFor();
    await fc.assert(
      fc.asyncProperty(fc.array(update, { minLength: 1, maxLength: 8 }), async (updates) => {
        const id = newId();
        await ledgerOf(id).create(create(id, { shop, attempt: signedAttempt() }));
        for (const [index, { amount, ofTransaction, proven, ...rest }] of updates.entries())
          await ledgerOf(id).applyUpdate(
            notify({
              key: `k${index}`,
              amount: amount as Minor | null,
              ...rest,
              ...(ofTransaction && { ofTransaction }),
              ...(!proven && { proven }),
            }),
          );
        const checked = await ledgerOf(id).check([]);
        expect(checked?.problems).toEqual([]);
        const sum = (name: 'paid' | 'refunded') =>
          (checked?.movements ?? []).reduce((total, movement) => total + movement[name], 0);
        expect(sum('paid')).toBe(checked?.view.amounts.paid);
        expect(sum('refunded')).toBe(checked?.view.amounts.refunded);
      }),
      { numRuns: 60 },
    );
  });
});
