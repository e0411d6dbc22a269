/**
 * Moving an account. The failures ruled out: a shop that has to change anything; money of the old account that is lost, or refunded at
 * the new one; an account that money has gone to and that is deleted or forgotten; an account that has moved and takes payments again.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem as Failure } from '../../src/payments/errors.ts';
import { notify as updateOf } from '../ledger/support.ts';
import {
  admin,
  BANK_API,
  demoSettings,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  type Problem,
  placeAt,
  request,
  runAlarms,
  type TestShop,
  unique,
} from '../support/harness.ts';
import { accountsOf, euros, hopOf, move, shown, successor, told } from './succession-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

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
