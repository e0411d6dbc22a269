/**
 * Moving an account. The failures ruled out: a shop that has to change anything; money of the old account that is lost, or refunded at the
 * new one; a shopper who is sent to the old account after the move, or to a second one while the bank is processing; a move that leads to
 * other money, other currencies, nowhere, or round in a circle; and an operator who moves other shops' payments.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openByEarlier, openByNewest } from '../../src/directory/successions.ts';
import { itself } from '../../src/directory/types.ts';
import { Problem as Failure } from '../../src/payments/errors.ts';
import { endsOf, movedTo } from '../../src/payments/moves.ts';
import { STATUSES } from '../../src/payments/statuses.ts';
import { notify as updateOf } from '../ledger/support.ts';
import {
  admin,
  BANK_API,
  demoSettings,
  type Journey,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Payment,
  type Place,
  type Problem,
  placeAt,
  request,
  runAlarms,
  shopperAtBank,
  type TestShop,
  unique,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

interface ShownAccount {
  readonly id: string;
  readonly retiredAt: string | null;
  readonly succession: {
    by: string;
    since: string;
    open: Record<string, number>;
  } | null;
}

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const move = (from: string, to: string) =>
  admin<ShownAccount & Problem>('POST', `/accounts/${from}/succeed`, { account: to });
const shown = async (id: string) => (await admin<ShownAccount>('GET', `/accounts/${id}`)).body;

/** An account at another provider, which no shop lists. */
const successor = (changes: Record<string, unknown> = {}) =>
  makeAccount('ecommpay', { currencies: ['EUR', 'CHF'], endpoints: { api: BANK_API }, ...changes });

const euros = (provider = 'ogone', changes: Record<string, unknown> = {}) =>
  makeAccount(provider, { currencies: ['EUR'], endpoints: { api: BANK_API }, ...changes });

/** What a bank tells of a payment, and that the searchable copy has it. */
async function told(id: string, update: Parameters<typeof updateOf>[0]): Promise<void> {
  await ledgerOf(id).applyUpdate(updateOf(update));
  await runAlarms(id);
}

/** Where the link of a payment leads. */
async function hopOf({ checkoutUrl }: Pick<Payment, 'checkoutUrl'>) {
  const answer = await request(checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
  return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
}

const accountsOf = async (shop: TestShop, id: string) =>
  (await shop.call<{ attempts: { account: string }[] }>('GET', `/payments/${id}`)).body.attempts.map(
    ({ account }) => account,
  );

describe('when money is taken', () => {
  const monetico = (capture: string) =>
    makeAccount('monetico', {
      settings: { ...demoSettings('monetico'), capture },
      endpoints: { api: BANK_API },
    });

  it.each([
    ['manual', 'automatic'],
    ['automatic', 'manual'],
  ])('does not change unsaid: %s to %s is refused by name', async (from, to) => {
    const [old, next] = [await monetico(from), await monetico(to)];
    const { status, body } = await move(old, next);
    expect([status, body.code]).toEqual([409, 'invalid_state']);
    expect(body.detail).toContain(`${from} at ${old} and ${to} at ${next}`);
    expect((await shown(old)).succession).toBeNull();
  });

  it('and a capture that payments can ask for no more is refused by name', async () => {
    const [old, next] = [await euros(), await monetico('automatic')];
    const shop = await makeShop([old]);
    const { status, body } = await move(old, next);
    expect([status, body.succession?.by]).toEqual([200, next]);
    const made = await shop.pay({ account: old, capture: 'manual' });
    expect(made.status).toBe(422);
    expect(JSON.stringify(made.body)).toContain('capture: is automatic by the account');
  });
});

describe('after a move', () => {
  it('every name that a shop has for the old account leads to the new one', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await successor();
    const { status, body } = await move(old, to);
    expect([status, body.succession]).toEqual([
      200,
      { by: to, since: expect.any(String), open: {}, requires: [] },
    ]);
    expect(body.retiredAt).toBe(body.succession?.since);
    for (const names of [
      { account: old },
      { account: to },
      { account: undefined, provider: 'ogone' },
      { account: undefined, provider: 'ecommpay' },
      { account: old, provider: 'ogone' },
      { account: undefined },
    ]) {
      const paid = await shop.pay(names);
      expect([paid.status, paid.body.account, paid.body.provider]).toEqual([201, to, 'ecommpay']);
    }
    // What the new one takes beyond the old one, too.
    expect((await shop.pay({ currency: 'CHF' })).status).toBe(201);
    const listed = await shop.call<{ data: { id: string; account: string; provider: string }[] }>(
      'GET',
      '/accounts?currency=EUR',
    );
    expect(listed.body.data).toMatchObject([{ id: old, account: to, provider: 'ecommpay' }]);
  });

  it('a shop that has both by name is offered the new one once', async () => {
    const [old, to] = [await euros(), await successor()];
    const shop = await makeShop([old, to]);
    await move(old, to);
    const listed = await shop.call<{ data: { id: string }[] }>('GET', '/accounts');
    expect(listed.body.data.map(({ id }) => id)).toEqual([to]);
    expect((await shop.pay({ account: old })).body.account).toBe(to);
    const means = (id: string) => shop.call<Problem>('GET', `/accounts/${id}/methods?currency=EUR`);
    // Neither lists any: what counts is that both names are known.
    expect([(await means(old)).body.code, (await means(to)).body.code]).toEqual(
      Array(2).fill('unsupported_operation'),
    );
  });

  it('a create of before is the same payment, and another request is a conflict', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const fields = { reference: `order-${unique()}`, providerFields: { TITLE: 'Tickets' } };
    const first = await shop.pay(fields);
    expect(first.status).toBe(201);
    await move(old, await successor());
    const again = await shop.pay(fields);
    expect([again.status, again.body.id, again.body.account]).toEqual([200, first.body.id, old]);
    const other = await shop.call<{ differences: string[] }>('POST', '/payments', {
      ...{ reference: fields.reference, amount: 1, currency: 'EUR', account: old },
    });
    expect([other.status, other.body.differences]).toEqual([409, expect.arrayContaining(['amount'])]);
  });

  it('fields for the old provider are left out and named, and what neither takes is rejected by its name', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    await move(old, await successor());
    const { status, body } = await shop.pay({ providerFields: { TITLE: 'Tickets' } });
    expect(status).toBe(201);
    const [created] = await shop.events(body.id);
    expect(created?.detail).toMatchObject({ leftOut: ['TITLE'] });
    const wrong = await shop.pay({ providerFields: { NO_SUCH_FIELD: 'x' } });
    expect([wrong.status, wrong.body]).toMatchObject([
      400,
      { errors: [{ path: 'providerFields.NO_SUCH_FIELD' }] },
    ]);
  });

  it('PolyBanking shops start at the new account', async () => {
    const old = await makeAccount('postfinance', { currencies: ['CHF'] });
    const shop = await makeShop([old]);
    const to = await makeAccount('ogone', { currencies: ['CHF'] });
    await move(old, to);
    const { createPolybankingPayment } = await import('../../src/gateway/polybanking-transactions.ts');
    const { serviceOf } = await import('../../src/worker.ts');
    const { env } = await import('cloudflare:workers');
    const service = serviceOf(env as never);
    const stored = await service.directory.shop(shop.id);
    if (!stored) throw new Error('no shop');
    const transaction = { reference: unique(), amount: 1050 as never, extraData: null };
    const made = await createPolybankingPayment(service, stored, transaction, 'https://pay.countersign.dev');
    expect(made).toMatchObject({ kind: 'created', view: { account: to } });
  });

  it('the page of choice offers the new account, and takes a choice of the old one from a page of before', async () => {
    const [old, other, to] = [await euros(), await euros('paybox'), await successor()];
    const shop = await makeShop([old, other]);
    const { body } = await shop.pay({ account: undefined });
    await move(old, to);
    const page = await hopOf(body);
    expect(page.text).toContain(`value="${to}"`);
    expect(page.text).not.toContain(`value="${old}"`);
    const chosen = await request(body.checkoutUrl, {
      method: 'POST',
      body: new URLSearchParams({ account: old }),
    });
    expect(chosen.status).toBeLessThan(400);
    expect((await accountsOf(shop, body.id)).at(-1)).toBe(to);
  });
});

/** A payment in flight at the old account, and what becomes of it after the move. */
interface Flight {
  readonly status: string;
  bring(place: Place): Promise<Journey>;
  /** Whether its shopper may still pay, and then does so at the new account. */
  readonly isPayable: boolean;
}

const paying =
  (decision: 'pay' | 'decline' | 'cancel' | 'wait', fields = {}) =>
  async (place: Place) => {
    const trip = await journey('ogone', { place, fields });
    await hopOf(trip.payment);
    expect((await trip.notify(decision)).status).toBe(200);
    return trip;
  };

/** The old bank says something more of a payment that was brought so far. */
const then =
  (bring: Flight['bring'], changes: Parameters<typeof updateOf>[0]) =>
  async (place: Place): Promise<Journey> => {
    const trip = await bring(place);
    const key = `then ${changes?.outcome}`;
    await ledgerOf(trip.payment.id).applyUpdate(
      updateOf({ account: place.account, movement: key, key, ...changes }),
    );
    return trip;
  };

const begun = (place: Place) => journey('ogone', { place });

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
  { status: 'partially_paid', isPayable: true, bring: then(begun, { amount: 500 }) },
  { status: 'paid', isPayable: false, bring: paying('pay') },
  { status: 'denied', isPayable: true, bring: paying('decline') },
  { status: 'cancelled', isPayable: true, bring: paying('cancel') },
  { status: 'expired', isPayable: true, bring: then(begun, { outcome: 'expired' }) },
  { status: 'error', isPayable: true, bring: then(begun, { outcome: 'error' }) },
  {
    status: 'partially_refunded',
    isPayable: false,
    bring: then(paying('pay'), { outcome: 'refunded', amount: 100 }),
  },
  { status: 'refunded', isPayable: false, bring: then(paying('pay'), { outcome: 'refunded', amount: 1999 }) },
  {
    status: 'charged_back',
    isPayable: false,
    bring: then(paying('pay'), { outcome: 'charged_back', amount: 1999 }),
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

describe('the way back', () => {
  it('leads everything to the old account again, and can be gone again', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await makeAccount('paybox', { currencies: ['EUR', 'CHF'] });
    await move(old, to);
    const { body: begun } = await shop.pay();
    const back = await move(to, old);
    expect([back.status, back.body.succession?.by]).toEqual([200, old]);
    expect(await shown(old)).toMatchObject({ retiredAt: null, succession: null });
    expect((await shop.pay()).body.account).toBe(old);
    // What began at the new account meanwhile goes on at the old one.
    await hopOf(begun);
    expect(await accountsOf(shop, begun.id)).toEqual([to, old]);
    expect((await move(old, to)).status).toBe(200);
    expect((await shop.pay()).body.account).toBe(to);
  });

  it('is 409 while payments are open that the old account cannot take, and where it was retired by hand', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await successor();
    await move(old, to);
    const { body } = await shop.pay({ currency: 'CHF' });
    await runAlarms(body.id);
    const refused = await move(to, old);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('CHF')]);
    expect((await shown(old)).succession?.by).toBe(to);
    await shop.call('POST', `/payments/${body.id}/cancel`);
    await runAlarms(body.id);
    await admin('POST', `/accounts/${old}/retire`);
    expect((await move(to, old)).status).toBe(409);
    expect((await shop.pay()).body.account).toBe(to);
  });
});

it('the way back is 409 while a shop has the newer account by its own name, for what the old one does not take', async () => {
  const old = await euros();
  const to = await successor();
  await makeShop([to]);
  await move(old, to);
  const back = await move(to, old);
  expect([back.status, back.body.detail]).toEqual([409, expect.stringContaining('CHF')]);
  expect((await shown(old)).succession?.by).toBe(to);
});

it('the way back is 409 while the newer account stands in for a third one too, for what that one takes', async () => {
  const [old, to, third, before] = [
    await euros(),
    await successor(),
    await makeAccount('ogone', { currencies: ['CHF'] }),
    await makeAccount('ogone', { currencies: ['CHF'] }),
  ];
  const shop = await makeShop([before]);
  await move(old, to);
  await move(before, third);
  await move(third, to);
  const back = await move(to, old);
  expect([back.status, back.body.detail]).toEqual([409, expect.stringContaining('CHF')]);
  expect((await shown(old)).succession?.by).toBe(to);
  expect((await shop.pay({ currency: 'CHF' })).body.account).toBe(to);
});

describe('the way back and retired accounts', () => {
  it('is 409 to an account that was retired by hand, and says so', async () => {
    const [old, to] = [await euros(), await euros()];
    const shop = await makeShop([old]);
    await move(old, to);
    await admin('POST', `/accounts/${old}/retire`);
    const back = await move(to, old);
    expect([back.status, back.body.detail]).toEqual([409, expect.stringMatching(/retired$/)]);
    expect([(await shown(old)).succession?.by, (await shown(to)).succession]).toEqual([to, null]);
    expect((await shop.pay()).body.account).toBe(to);
  });

  it('is not gone where the account is retired between the check and the write', async () => {
    const { serviceOf } = await import('../../src/worker.ts');
    const { env } = await import('cloudflare:workers');
    const { directory } = serviceOf(env as never);
    const [old, to] = [await euros(), await euros()];
    await move(old, to);
    await admin('POST', `/accounts/${old}/retire`);
    expect(await directory.accounts.succeed(to, old, itself('a test'))).toBe(false);
    expect([(await shown(old)).succession?.by, (await shown(to)).succession]).toEqual([to, null]);
  });

  it('is open from an account that was retired: else its payments would have nowhere to go', async () => {
    const [old, to] = [await euros(), await euros()];
    const shop = await makeShop([old]);
    await move(old, to);
    await admin('POST', `/accounts/${to}/retire`);
    expect((await shop.pay()).status).toBe(409);
    expect((await move(to, old)).status).toBe(200);
    expect((await shop.pay()).body.account).toBe(old);
    // And not again to the one that is retired.
    const again = await move(old, to);
    expect([again.status, again.body.detail]).toEqual([409, expect.stringMatching(/retired$/)]);
  });
});

describe('an account that payments have gone to', () => {
  const deleted = async (account: string) => {
    const { status, body } = await admin<Problem>('DELETE', `/accounts/${account}`);
    return [status, body?.detail ?? ''] as const;
  };
  const isUsedBy = async (shop: TestShop, accounts: readonly string[]) => {
    const { body } = await admin<{ name: string }>('GET', `/shops/${shop.id}`);
    await admin('PUT', `/shops/${shop.id}`, { name: body.name, accounts });
  };

  it('is not deleted where its shopper has chosen another one since, and its bank still tells of money', async () => {
    const place = await placeAt('ogone');
    const other = await euros('paybox');
    await isUsedBy(place.shop, [place.account, other]);
    await admin('PUT', `/accounts/${place.account}`, { provider: 'ogone', currencies: ['EUR'] });
    const { body: payment } = await place.shop.pay({ account: undefined });
    const choose = (account: string) =>
      request(payment.checkoutUrl, { method: 'POST', body: new URLSearchParams({ account }) });
    expect((await choose(place.account)).status).toBeLessThan(400);
    expect((await choose(other)).status).toBeLessThan(400);
    await runAlarms(payment.id);
    expect(await accountsOf(place.shop, payment.id)).toEqual([place.account, other]);
    await isUsedBy(place.shop, [other]);
    expect(await deleted(place.account)).toEqual([409, expect.stringContaining('payments have gone')]);
    await told(payment.id, { account: place.account, key: 'paid', movement: 'paid' });
    expect((await place.shop.payment(payment.id)).amounts.paid).toBeGreaterThan(0);
    // One that nobody chose is nobody's.
    expect(await deleted(await euros())).toEqual([204, '']);
  });

  it('is not deleted while payments of before are not known, and is after the rebuild', async () => {
    const { env } = await import('cloudflare:workers');
    const [used, free] = [await euros(), await euros()];
    const shop = await makeShop([used]);
    const { body } = await shop.pay();
    await runAlarms(body.id);
    await env.DIRECTORY.prepare('UPDATE payments SET earlier = NULL WHERE id = ?').bind(body.id).run();
    expect(await deleted(free)).toEqual([409, expect.stringContaining('npm run rebuild')]);
    const rebuilt = await admin<{ queued: number }>('POST', '/payments/rebuild', { older: true });
    expect(rebuilt.body.queued).toBe(1);
    await runAlarms(body.id);
    expect(await deleted(free)).toEqual([204, '']);
  });
});

describe('an account that has moved', () => {
  it('is not deleted while its bank may tell of a shopper who has paid there, although all has gone on elsewhere', async () => {
    const place = await placeAt('ogone');
    await admin('PUT', `/accounts/${place.account}`, { provider: 'ogone', currencies: ['EUR'] });
    const to = await euros('paybox');
    const trip = await journey('ogone', { place });
    const { id } = trip.payment;
    await hopOf(trip.payment);
    await move(place.account, to);
    await hopOf(trip.payment);
    await runAlarms(id);
    expect(await accountsOf(place.shop, id)).toEqual([place.account, to]);
    const { body: shop } = await admin<{ name: string }>('GET', `/shops/${place.shop.id}`);
    const taken = await admin('PUT', `/shops/${place.shop.id}`, { name: shop.name, accounts: [to] });
    expect(taken.status).toBe(200);
    expect((await admin('DELETE', `/accounts/${place.account}`)).status).toBe(409);
    expect((await trip.notify('pay')).status).toBe(200);
    expect((await place.shop.payment(id)).amounts.paid).toBe(1999);
  });

  it('begins nothing, and is no fallback', async () => {
    const [old, to, other] = [await euros(), await euros(), await euros()];
    await move(old, to);
    const answer = await admin<Problem>('PUT', `/accounts/${other}`, { provider: 'ogone', fallback: old });
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, 'fallback']);
  });

  it('takes no shopper where it cannot be read that it has moved', async () => {
    const { Directory } = await import('../../src/directory/directory.ts');
    const [old, to] = [await euros(), await euros('paybox')];
    const shop = await makeShop([old]);
    const [signed, ended] = [(await shop.pay()).body, (await shop.pay()).body];
    await hopOf(ended);
    await ledgerOf(ended.id).applyUpdate(updateOf({ account: old, outcome: 'denied', amount: null }));
    await move(old, to);
    const unread = vi
      .spyOn(Directory.prototype, 'moves')
      .mockRejectedValue(new Failure('unavailable', 'the directory cannot be read'));
    for (const payment of [signed, ended]) {
      const hop = await hopOf(payment);
      expect([hop.status >= 400, hop.text.includes('ncol/')]).toEqual([true, false]);
      expect(await accountsOf(shop, payment.id)).toEqual([old]);
    }
    unread.mockRestore();
    await hopOf(signed);
    expect(await accountsOf(shop, signed.id)).toEqual([old, to]);
  });
});

describe('a move is rejected', () => {
  const conflict = async (from: string, to: string, says: string) => {
    const { status, body } = await move(from, to);
    expect([status, body.code, body.detail]).toEqual([409, 'invalid_state', expect.stringContaining(says)]);
    expect((await shown(from)).succession?.by).not.toBe(to);
  };

  it('to an account that takes less, or is of another environment', async () => {
    const from = await makeAccount('ogone', { currencies: ['EUR', 'CHF', 'USD'] });
    await conflict(from, await makeAccount('ogone', { currencies: ['EUR', 'CHF'] }), 'USD');
    for (const [one, other] of [
      ['test', 'production'],
      ['production', 'test'],
      ['sandbox', 'test'],
    ] as const)
      await conflict(
        await euros('ogone', { environment: one }),
        await euros('ogone', { environment: other }),
        one,
      );
  });

  it('to one that is retired, has moved itself, or is the account', async () => {
    const [from, to, third] = [await euros(), await euros(), await euros()];
    await conflict(from, from, 'itself');
    await admin('POST', `/accounts/${to}/retire`);
    await conflict(from, to, 'retired');
    const moved = await euros();
    await move(moved, third);
    await conflict(from, moved, third);
  });

  it('round in a circle, however long, and however many are asked for at once', async () => {
    const [one, two, three] = [await euros(), await euros(), await euros()];
    await move(one, two);
    await move(two, three);
    await conflict(three, one, 'circle');
    const shop = await makeShop([one]);
    expect((await shop.pay()).body.account).toBe(three);
    const [a, b, c] = [await euros(), await euros(), await euros()];
    await Promise.all([move(a, b), move(b, c), move(c, a), move(b, a)]);
    const ring = await makeShop([a, b, c]);
    const begun = await ring.pay({ account: a });
    expect(begun.status).toBe(201);
  });

  it('to nothing, and with anything else in the request', async () => {
    const from = await euros();
    expect(await move(from, 'no-such-account')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'account' }] },
    });
    expect((await move('no-such-account', from)).status).toBe(404);
    for (const body of [{}, { account: 1 }, { account: from, force: true }])
      expect((await admin('POST', `/accounts/${from}/succeed`, body)).status).toBe(400);
  });

  it('where its operator may not see one of the two, or others use them', async () => {
    const [mine, both, foreign] = [await euros(), await euros(), await euros()];
    const shop = await makeShop([mine, both]);
    await makeShop([both, foreign]);
    const { token } = await makeToken({ role: 'configure', shops: [shop.id] });
    const call = asToken(token);
    const succeed = (from: string, to: string) => call('POST', `/accounts/${from}/succeed`, { account: to });
    expect((await succeed(foreign, mine)).status).toBe(404);
    expect((await succeed(mine, foreign)).status).toBe(400);
    expect((await succeed(both, mine)).status).toBe(403);
    expect((await succeed(mine, both)).status).toBe(200);
    const { token: other } = await makeToken({ role: 'refund', shops: [shop.id] });
    expect((await asToken(other)('POST', `/accounts/${mine}/succeed`, { account: both })).status).toBe(403);
  });

  it('and a successor that others stand on is kept as they need it', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await successor();
    await move(old, to);
    const change = (fields: object) => admin('PUT', `/accounts/${to}`, { provider: 'ecommpay', ...fields });
    expect((await change({ currencies: ['CHF'] })).status).toBe(409);
    expect((await change({ environment: 'production', settings: demoSettings('ecommpay') })).status).toBe(
      409,
    );
    expect((await change({ currencies: ['EUR'] })).status).toBe(200);
    expect((await admin('DELETE', `/accounts/${to}`)).status).toBe(409);
    // Who sees a shop sees where its payments go, and may not change it where others' go there too.
    const { token } = await makeToken({ role: 'configure', shops: [shop.id] });
    expect((await asToken(token)('GET', `/accounts/${to}`)).status).toBe(200);
    const second = await euros();
    await makeShop([second]);
    await move(second, to);
    expect((await asToken(token)('POST', `/accounts/${to}/retire`)).status).toBe(403);
  });
});

describe('chains', () => {
  it('end at their last account, and what leads back ends before it does', () => {
    const moves = endsOf(
      new Map([
        ['a', 'b'],
        ['b', 'c'],
        ['x', 'y'],
        ['y', 'x'],
        ['constructor', 'a'],
      ]),
    );
    expect(movedTo(moves, 'a')).toBe('c');
    expect(movedTo(moves, 'b')).toBe('c');
    expect(movedTo(moves, 'constructor')).toBe('c');
    expect(movedTo(moves, 'toString')).toBeNull();
    expect(movedTo(moves, 'c')).toBeNull();
    expect(movedTo(moves, 'x')).toBe('y');
  });
});
