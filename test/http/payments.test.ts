/** The storefront's routes: idempotent creation, reading, choosing an account. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import {
  admin,
  journey,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  type Payment,
  PROVIDER_IDS,
  type Problem,
  runAlarms,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('creating', () => {
  it('answers with the whole payment', async () => {
    const shop = await makeShop([await makeAccount('paybox')]);
    const answer = await shop.pay({
      extraData: ' anything ',
      returnUrl: { success: 'https://shop-demo.com/one' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^[0-9A-Z]{16}$/),
      status: 'created',
      amount: 1999,
      currency: 'EUR',
      provider: 'paybox',
      test: true,
      amounts: { authorized: 0, paid: 0, refunded: 0 },
      providerReference: null,
      extraData: ' anything ',
      capture: 'automatic',
      checkoutUrl: expect.stringMatching(new RegExp(`^${ORIGIN}/pay/${answer.body.id}/[\\w-]{22}$`)),
    });
    expect(answer.body.redirect.kind).toBe('form');
    expect(answer.body.createdAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('again with the same request, in any order of its JSON, gives the same payment', async () => {
    const shop = await makeShop([await makeAccount('ecommpay')]);
    const reference = unique();
    const first = await shop.call<Payment>('POST', '/payments', {
      reference,
      amount: 5,
      currency: 'EUR',
      description: null,
    });
    const again = await shop.call<Payment>('POST', '/payments', {
      currency: 'EUR',
      amount: 5,
      reference,
      customer: {},
    });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
  });

  it('again with another request is a conflict', async () => {
    const shop = await makeShop([await makeAccount('ecommpay')]);
    const reference = unique();
    await shop.pay({ reference, customer: {} });
    for (const change of [{ amount: 2000 }, { currency: 'USD' }, { description: 'x' }, { extraData: 'y' }]) {
      const answer = await shop.call<Problem>('POST', '/payments', {
        reference,
        amount: 1999,
        currency: 'EUR',
        ...change,
      });
      expect(answer).toMatchObject({ status: 409, body: { code: 'reference_conflict' } });
    }
  });

  it('again still gives the payment when its account has changed since', async () => {
    const account = await makeAccount('ecommpay');
    const shop = await makeShop([account]);
    const fields = { reference: unique(), amount: 5, currency: 'USD', account };
    const first = await shop.call<Payment>('POST', '/payments', fields);
    await admin('PUT', `/accounts/${account}`, { provider: 'ecommpay', currencies: ['EUR'] });
    const again = await shop.call<Payment>('POST', '/payments', fields);
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect((await shop.call('POST', '/payments', { ...fields, reference: unique() })).status).toBe(422);
  });

  it('raced 50 times through the route is one payment', async () => {
    const shop = await makeShop([await makeAccount('ecommpay')]);
    const reference = unique();
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.pay({ reference })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('with the same reference in two shops is two payments', async () => {
    const account = await makeAccount('ecommpay');
    const [one, two] = [await makeShop([account]), await makeShop([account])];
    const reference = unique();
    const ids = [(await one.pay({ reference })).body.id, (await two.pay({ reference })).body.id];
    expect(new Set(ids).size).toBe(2);
  });

  it('takes the named account, the first of a provider, or the first that takes the currency', async () => {
    const [ogone, postfinance, up2pay] = [
      await makeAccount('ogone'),
      await makeAccount('postfinance'),
      await makeAccount('paybox'),
    ];
    const shop = await makeShop([ogone, postfinance, up2pay]);
    const account = async (fields: object) =>
      (await shop.pay({ account: undefined, ...fields })).body.account;
    expect(await account({ account: postfinance, currency: 'CHF' })).toBe(postfinance);
    expect(await account({ provider: 'up2pay' })).toBe(up2pay);
    expect(await account({ provider: 'postfinance', currency: 'CHF' })).toBe(postfinance);
    expect(await account({ currency: 'USD' })).toBe(ogone);
    const none = await shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      amount: 1,
      currency: 'PLN',
    });
    expect(none).toMatchObject({ status: 422, body: { code: 'unsupported_currency' } });
    const both = await shop.pay({ account: ogone, provider: 'paybox' });
    expect(both.status).toBe(400);
  });

  it('is forbidden to a shop that is switched off, and to one in test mode with real money', async () => {
    const real = await makeAccount('ecommpay', { environment: 'production' });
    const testing = await makeShop([]);
    // As a database of before holds it: today no shop in test mode gets such an account.
    await env.DIRECTORY.prepare('UPDATE shops SET test_mode = 1, accounts = ? WHERE id = ?')
      .bind(JSON.stringify([real]), testing.id)
      .run();
    expect(await testing.pay({ account: real })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const shop = await makeShop([real]);
    expect((await shop.pay({ account: real })).body.test).toBe(false);
    for (const off of [{ active: false }, { active: true, adminEnabled: false }]) {
      await admin('PUT', `/shops/${shop.id}`, off);
      expect(await shop.pay({ account: real })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });
});

describe('reading', () => {
  it('is open to the shop of the payment alone', async () => {
    const account = await makeAccount('ecommpay');
    const [mine, other] = [await makeShop([account]), await makeShop([account])];
    const { id } = (await mine.pay()).body;
    for (const path of [`/payments/${id}`, `/payments/${id}/events`, `/payments/${id}/deliveries`]) {
      expect((await mine.call('GET', path)).status).toBe(200);
      expect(await other.call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect((await other.call('POST', `/payments/${id}/deliveries`)).status).toBe(404);
    for (const wrong of ['0000000000000000', 'x', '%00', 'a%2Fb']) {
      expect((await mine.call('GET', `/payments/${wrong}`)).status).toBe(404);
    }
  });

  it('by reference is always current', async () => {
    const attempt = await journey('paybox');
    await attempt.notify('pay');
    const found = await attempt.shop.call<{ data: Payment[] }>(
      'GET',
      `/payments?reference=${encodeURIComponent(attempt.payment.reference)}`,
    );
    expect(found.body.data).toMatchObject([{ id: attempt.payment.id, status: 'paid' }]);
  });

  it('lists the newest first, page by page, filtered', async () => {
    const account = await makeAccount('ecommpay');
    const second = await makeAccount('ecommpay');
    const shop = await makeShop([account, second]);
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) {
      const { id } = (await shop.pay({ account: count === 4 ? second : account })).body;
      await runAlarms(id);
      ids.push(id);
    }
    type Page = { data: Payment[]; nextCursor: string | null };
    const list = async (query: string) => (await shop.call<Page>('GET', `/payments?${query}`)).body;
    const first = await list('limit=2');
    const next = await list(`limit=2&cursor=${first.nextCursor}`);
    const last = await list(`limit=2&cursor=${next.nextCursor}`);
    expect([first, next, last].map(({ data }) => data.length)).toEqual([2, 2, 1]);
    expect(new Set([...first.data, ...next.data, ...last.data].map(({ id }) => id))).toEqual(new Set(ids));
    expect(last.nextCursor).toBeNull();
    expect((await list(`account=${second}`)).data.map(({ id }) => id)).toEqual([ids[4]]);
    expect((await list('status=paid')).data).toEqual([]);
    expect((await list('status=created&from=2020-01-01T00:00:00Z')).data).toHaveLength(5);
    expect((await list('to=2020-01-01T00:00:00Z')).data).toEqual([]);
    expect(first.data[0]).not.toHaveProperty('redirect');
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'status=lost', 'from=yesterday', 'cursor=%21', 'cursor=abc'])(
    'rejects the query %s',
    async (query) => {
      const shop = await makeShop([]);
      expect(await shop.call('GET', `/payments?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    },
  );
});

describe('webhooks', () => {
  it('are tried, shown, and sent again on request', async () => {
    const attempt = await journey('paybox');
    expect((await attempt.shop.call('POST', `/payments/${attempt.payment.id}/deliveries`)).status).toBe(409);
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const { body } = await attempt.shop.call<{ data: object[] }>(
      'GET',
      `/payments/${attempt.payment.id}/deliveries`,
    );
    expect(body.data).toMatchObject([{ result: 'delivered', status: 200, try: 1 }]);
    expect((await attempt.shop.call('POST', `/payments/${attempt.payment.id}/deliveries`)).status).toBe(202);
    await runAlarms(attempt.payment.id);
    expect(net.webhooks).toHaveLength(2);
    expect(net.webhooks[0]?.body.data).not.toHaveProperty('redirect');
  });

  it('do not go out for a shop without an address', async () => {
    const shop = await makeShop([await makeAccount('paybox')], { webhook: { url: null } });
    const { id } = (await shop.pay()).body;
    await runAlarms(id);
    expect(net.calls).toEqual([]);
  });
});

describe('choosing', () => {
  it('lists providers, by currency too, with the JSON Schema of their settings', async () => {
    const shop = await makeShop([]);
    type Listed = { data: { id: string; settings: { properties: object } }[] };
    const every = await shop.call<Listed>('GET', '/providers');
    expect(every.body.data.map(({ id }) => id)).toEqual(PROVIDER_IDS);
    const yen = await shop.call<Listed>('GET', '/providers?currency=JPY');
    expect(yen.body.data.map(({ id }) => id)).toEqual(
      providers.filter(({ currencies }) => currencies.includes('JPY')).map(({ id }) => id),
    );
    expect(yen.body.data.map(({ id }) => id)).not.toContain('ogone');
    const one = await shop.call<Listed['data'][0]>('GET', '/providers/up2pay');
    expect(one.body).toMatchObject({
      id: 'paybox',
      settings: { properties: { hmac_key: { writeOnly: true } } },
    });
    expect((await shop.call('GET', '/providers/nobody')).status).toBe(404);
    expect((await shop.call('GET', '/providers?currency=x')).status).toBe(400);
  });

  it("lists the shop's accounts that take a currency", async () => {
    const [ogone, swiss] = [await makeAccount('ogone'), await makeAccount('postfinance')];
    const shop = await makeShop([ogone, swiss]);
    const ids = async (query: string) =>
      (await shop.call<{ data: { id: string }[] }>('GET', `/accounts${query}`)).body.data.map(({ id }) => id);
    expect(await ids('')).toEqual([ogone, swiss]);
    expect(await ids('?currency=CHF')).toEqual([ogone, swiss]);
    expect(await ids('?currency=GBP')).toEqual([ogone]);
  });
});
