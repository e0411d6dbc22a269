/** Money that a bank has taken back is given back a second time by no door: neither by the shop's nor by the operator's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import { notify } from '../ledger/support.ts';
import {
  admin,
  journey,
  ledgerOf,
  network,
  type Payment,
  type Problem,
  runAlarms,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

type Answer = Omit<Payment, 'status'> &
  Omit<Problem, 'status'> & { readonly operations: readonly { readonly amount: number }[] };

/** A payment of 1999 of which a bank has taken something back. */
async function chargedBack(amount: number) {
  const one = await journey('ogone', { fields: { amount: 1999 } });
  await one.notify('pay');
  const { id, account } = one.payment;
  const tell = (outcome: 'charged_back' | 'chargeback_reversed') =>
    ledgerOf(id).applyUpdate(
      notify({ account, outcome, key: outcome, movement: outcome, amount: amount as Minor }),
    );
  await tell('charged_back');
  await runAlarms(id);
  const key = () => ({ 'idempotency-key': unique() });
  return {
    id,
    shop: one.shop,
    refund: (body: object) => one.shop.call<Answer>('POST', `/payments/${id}/refund`, body, key()),
    byOperator: (body: object) => admin<Answer>('POST', `/payments/${id}/refund`, body),
    won: async () => {
      await tell('chargeback_reversed');
      await runAlarms(id);
    },
    read: async () => (await one.shop.call<Answer>('GET', `/payments/${id}`)).body,
  };
}

describe('a payment that was charged back', () => {
  it('is refunded at no door, until the chargeback is won', async () => {
    const one = await chargedBack(1999);
    for (const refund of [one.refund, one.byOperator])
      for (const body of [{}, { amount: 1 }]) {
        const answer = await refund(body);
        expect([answer.status, answer.body.code]).toEqual([409, 'invalid_state']);
        expect(answer.body.detail).toBe('there is nothing left to refund: 19.99 EUR was charged back');
      }
    // An operation is recorded before a provider is called.
    expect((await one.read()).operations).toEqual([]);
    await one.won();
    expect((await one.refund({})).body.operations).toMatchObject([{ amount: 1999 }]);
  });

  it('in part gives back the rest and no more', async () => {
    const one = await chargedBack(500);
    const tooMuch = await one.byOperator({ amount: 1500 });
    expect([tooMuch.status, tooMuch.body.code]).toEqual([422, 'amount_out_of_range']);
    expect(tooMuch.body.detail).toBe('there is 14.99 EUR left to refund');
    const done = await one.refund({});
    expect(done.body.operations).toMatchObject([{ amount: 1499 }]);
    expect((await one.refund({})).status).toBe(409);
    expect(await one.read()).toMatchObject({ attempts: [{ chargedBack: 500 }] });
  });
});
