/**
 * DECLINE after COMPLETED: money that was captured and is not to be delivered for. The failures ruled out: nobody is told, a shopper who pays
 * a second time by the same link, a payment that counts as paid, and a person who is asked although it was refunded.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateOfTransaction } from '../../../src/providers/postfinance-checkout/transactions.ts';
import { admin, network, request, runAlarms } from '../../support/harness.ts';
import { changeAnswer, paid, refreshed, withJson } from '../operations-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Entry {
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const SHOPPER = { 'cf-connecting-ip': '203.0.113.9' };

describe.each(['postfinance-checkout', 'wallee'])('%s', (provider) => {
  it('tells a person of it and takes no more money, until it was refunded', async () => {
    const attempt = await paid(provider, { held: true });
    const { id, checkoutUrl } = attempt.payment;
    const say = async (changes: Record<string, unknown>) => {
      changeAnswer(
        '/transaction/read',
        (text) => (text.includes('"authorizationAmount"') ? withJson(changes)(text) : text),
        1,
      );
      const read = await refreshed(attempt);
      await runAlarms(id);
      const { body } = await admin<{ data: Entry[] }>('GET', `/attention?shop=${attempt.shop.id}`);
      return { read, attention: body.data.map(({ kind, detail }) => [kind, detail.undelivered]) };
    };
    const completed = await say({ state: 'COMPLETED', completedAmount: 100 });
    expect([completed.read.status, completed.attention]).toEqual(['authorized', []]);
    const declined = await say({ state: 'DECLINE', completedAmount: 100 });
    expect(declined.read).toMatchObject({ status: 'error', amounts: { authorized: 0, paid: 0 } });
    expect(declined.attention).toEqual([['pending_person', 10_000]]);
    const hop = () => request(checkoutUrl, { headers: SHOPPER });
    const attempts = async () => {
      const { body } = await attempt.shop.call<{ attempts: object[] }>('GET', `/payments/${id}`);
      return body.attempts.length;
    };
    await hop();
    expect(await attempts()).toBe(1);
    const part = await say({ state: 'DECLINE', completedAmount: 100, refundedAmount: 40 });
    expect(part.attention).toEqual([['pending_person', 6000]]);
    await hop();
    expect(await attempts()).toBe(1);
    const refunded = await say({ state: 'DECLINE', completedAmount: 100, refundedAmount: 100 });
    expect([refunded.read.status, refunded.attention]).toEqual(['error', []]);
    const older = await say({ state: 'DECLINE', completedAmount: 100, refundedAmount: 40.01 });
    expect(older.attention).toEqual([]);
    await hop();
    expect(await attempts()).toBe(2);
  });
});

describe('what a declined transaction says', () => {
  const said = (changes: object) =>
    updateOfTransaction(
      { id: 7, state: 'DECLINE', currency: 'CHF', merchantReference: 'X', ...changes },
      new Date(0),
    );

  it.each([
    [{ completedAmount: 19.99 }, 1999],
    [{ completedAmount: 19.99, refundedAmount: 5 }, 1499],
    [{ completedAmount: 19.99, refundedAmount: 20 }, 0],
    [{ completedAmount: 0, authorizationAmount: 19.99 }, 0],
    // Rather too much than too little.
    [{ authorizationAmount: 19.99 }, 1999],
    [{}, 0],
  ])('of %j is %i', (changes, undelivered) => {
    expect(said(changes)).toMatchObject({ outcome: 'error', amount: null, undelivered });
  });

  it('is nothing of other states', () => {
    for (const state of ['COMPLETED', 'FULFILL', 'FAILED', 'VOIDED'])
      expect(said({ state, completedAmount: 1, authorizationAmount: 1 })).not.toHaveProperty('undelivered');
  });
});
