/**
 * Moving an account while its payments are under way, in every status. The failures ruled out: a shopper who is sent to the old account
 * after the move, or to a second one while the bank is processing; money that comes late and is not recorded.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openByEarlier, openByNewest } from '../../src/directory/successions.ts';
import { STATUSES } from '../../src/payments/statuses.ts';
import { notify as updateOf } from '../ledger/support.ts';
import {
  admin,
  type Journey,
  journey,
  ledgerOf,
  makeShop,
  merchant,
  network,
  type Place,
  placeAt,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';
import {
  accountsOf,
  begun,
  euros,
  type Flight,
  goneOn,
  hopOf,
  move,
  paying,
  type ShownAccount,
  shown,
  successor,
  told,
} from './succession-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const FLIGHTS: readonly Flight[] = [
  { status: 'created', isPayable: true, bring: (place) => journey('ogone', { place }) },
  {
    status: 'forwarded',
    isPayable: true,
    bring: async (place) => {
      const trip = await journey('ogone', { place });
      await hopOf(trip.payment);
      return trip;
    },
  },
  { status: 'pending', isPayable: false, bring: paying('wait') },
  { status: 'authorized', isPayable: false, bring: paying('pay', { capture: 'manual' }) },
  { status: 'partially_paid', isPayable: true, bring: goneOn(begun, { amount: 500 }) },
  { status: 'paid', isPayable: false, bring: paying('pay') },
  { status: 'denied', isPayable: true, bring: paying('decline') },
  { status: 'cancelled', isPayable: true, bring: paying('cancel') },
  { status: 'expired', isPayable: true, bring: goneOn(begun, { outcome: 'expired' }) },
  { status: 'error', isPayable: true, bring: goneOn(begun, { outcome: 'error' }) },
  {
    status: 'partially_refunded',
    isPayable: false,
    bring: goneOn(paying('pay'), { outcome: 'refunded', amount: 100 }),
  },
  {
    status: 'refunded',
    isPayable: false,
    bring: goneOn(paying('pay'), { outcome: 'refunded', amount: 1999 }),
  },
  {
    status: 'charged_back',
    isPayable: false,
    bring: goneOn(paying('pay'), { outcome: 'charged_back', amount: 1999 }),
  },
];

it('a move is tried with payments in every status', () => {
  expect(FLIGHTS.map(({ status }) => status).sort()).toEqual([...STATUSES].sort());
});

describe('a move with payments in flight', () => {
  it.each(FLIGHTS)(
    '$status: goes on, and what the old bank says counts',
    async ({ status, bring, isPayable }) => {
      const place = await placeAt('ogone', {}, {});
      await admin('PUT', `/accounts/${place.account}`, { provider: 'ogone', currencies: ['EUR'] });
      // A provider whose redirect can be followed twice.
      const to = await euros('paybox');
      const trip = await bring(place);
      const { id } = trip.payment;
      expect((await place.shop.payment(id)).status).toBe(status);
      expect((await move(place.account, to)).status).toBe(200);

      const hop = await hopOf(trip.payment);
      const accounts = await accountsOf(place.shop, id);
      expect(accounts).toEqual(isPayable ? [place.account, to] : [place.account]);
      const isAtShop = hop.location?.startsWith('https://shop-demo.com/') ?? false;
      expect([hop.status, isAtShop]).toEqual(isPayable ? [200, false] : [303, true]);
      // The shopper clicks again: no third attempt.
      await hopOf(trip.payment);
      expect(await accountsOf(place.shop, id)).toEqual(accounts);

      // Operations go to the old bank, whoever its account's successor is.
      const operation = { paid: 'refund', partially_refunded: 'refund', authorized: 'capture' }[status];
      if (operation) {
        const done = await place.shop.call('POST', `/payments/${id}/${operation}`, { amount: 200 });
        expect(done.status).toBe(200);
        expect(net.calls.filter((url) => url.includes('/maintenancedirect.asp'))).toHaveLength(1);
        return;
      }
      // The old bank tells of its attempt after the move, and its money counts.
      if (status === 'partially_paid') {
        await ledgerOf(id).applyUpdate(
          updateOf({ account: place.account, amount: 1499, movement: 'rest', key: 'rest' }),
        );
      } else expect((await trip.notify('pay')).status).toBe(200);
      await runAlarms(id);
      expect((await place.shop.payment(id)).amounts.paid).toBe(1999);
    },
  );

  it('shows how many are open at the old account, by status, to each operator those of its shops', async () => {
    const place = await placeAt('ogone');
    const other: Place = { account: place.account, shop: await makeShop([place.account]) };
    await admin('PUT', `/accounts/${place.account}`, { provider: 'ogone', currencies: ['EUR'] });
    const trips = [];
    for (const { status, bring } of FLIGHTS) if (status !== 'forwarded') trips.push(await bring(place));
    trips.push(await journey('ogone', { place: other }));
    for (const { payment } of trips) await runAlarms(payment.id);
    const to = await successor();
    const { body } = await move(place.account, to);
    expect(body.succession?.open).toEqual({ created: 2, pending: 1, authorized: 1, partially_paid: 1 });
    const listed = await admin<{ data: ShownAccount[] }>('GET', '/accounts');
    expect(listed.body.data.find(({ id }) => id === place.account)?.succession).toEqual(body.succession);
    const { token } = await makeToken({ role: 'view', shops: [other.shop.id] });
    const seen = await asToken(token)<ShownAccount>('GET', `/accounts/${place.account}`);
    expect(seen.body.succession?.open).toEqual({ created: 1 });
    // Somebody who goes on elsewhere may pay at the old bank all the same: each is counted as before, and as one.
    for (const { payment } of trips) {
      await hopOf(payment);
      await runAlarms(payment.id);
    }
    expect((await shown(place.account)).succession?.open).toEqual(body.succession?.open);
    expect((await shown(to)).succession).toBeNull();
    // What the old bank denies is decided there.
    const [{ payment: first }, { payment: last }] = [trips[0], trips.at(-1)] as [Journey, Journey];
    for (const { id } of [first, last])
      await told(id, { account: place.account, outcome: 'denied', amount: null, key: 'no', movement: 'no' });
    const rest = { pending: 1, authorized: 1, partially_paid: 1 };
    expect((await shown(place.account)).succession?.open).toEqual(rest);
    expect(
      (await asToken(token)<ShownAccount>('GET', `/accounts/${place.account}`)).body.succession?.open,
    ).toEqual({});
  });

  it('counts who went on elsewhere for as long as a payment without a result is open, and not for ever', async () => {
    const place = await placeAt('ogone');
    await admin('PUT', `/accounts/${place.account}`, {
      ...{ provider: 'ogone', currencies: ['EUR'], expireAfterHours: 3 },
    });
    const trip = await journey('ogone', { place });
    await hopOf(trip.payment);
    const to = await euros('paybox');
    await move(place.account, to);
    await hopOf(trip.payment);
    // Paid at the new account: whether the shopper has paid at the old bank too, nobody knows.
    await told(trip.payment.id, { account: to, attempt: 2, key: 'paid', movement: 'paid' });
    expect((await place.shop.payment(trip.payment.id)).status).toBe('paid');
    expect((await shown(place.account)).succession?.open).toEqual({ forwarded: 1 });
    vi.setSystemTime(Date.now() + 3 * 3_600_000 + 1000);
    expect((await shown(place.account)).succession?.open).toEqual({});
    vi.useRealTimers();
  });

  it('is counted by an index of what is open, however many payments the account has had', async () => {
    const { env } = await import('cloudflare:workers');
    const planOf = async (sql: string, ...values: string[]) => {
      const plan = env.DIRECTORY.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...values);
      return (await plan.all<{ detail: string }>()).results.map(({ detail }) => detail).join('\n');
    };
    const newest = await planOf(openByNewest('TRUE'), '["a"]');
    expect(newest).toMatch(/SEARCH payments USING INDEX payments_open/);
    const earlier = await planOf(openByEarlier('TRUE'), '["a"]', '2026-01-01');
    expect(earlier).toMatch(/earlier_attempts_by_account \(account=\? AND status=\?\)/);
    expect(earlier).toMatch(/earlier_attempts_by_account \(account=\? AND status=\? AND left_at>\?\)/);
    expect(`${newest} ${earlier}`).not.toMatch(/SCAN (?:e|p|payments)\b/);
  });

  it('takes a shopper who pays at the new account, and money of both is told as too much', async () => {
    const place = await placeAt('ogone');
    await admin('PUT', `/accounts/${place.account}`, { provider: 'ogone', currencies: ['EUR'] });
    const to = await successor();
    const trip = await journey('ogone', { place });
    await hopOf(trip.payment);
    await move(place.account, to);
    const who = merchant('ecommpay', to);
    const redirect = { kind: 'url', method: 'GET', url: trip.payment.checkoutUrl } as const;
    const order = await shopperAtBank('ecommpay', redirect, who);
    const { bankOf, deliver } = await import('../support/harness.ts');
    expect((await deliver(bankOf('ecommpay').notification(order, who, 'pay', 'none'))).status).toBe(200);
    expect((await place.shop.payment(trip.payment.id)).status).toBe('paid');
    await trip.notify('pay');
    const events = await place.shop.events(trip.payment.id);
    expect(events.map(({ type }) => type)).toContain('payment.paid_twice');
  });
});
