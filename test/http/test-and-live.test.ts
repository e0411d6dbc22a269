/** Test and live do not mix. The failure ruled out: what a test platform or nobody calls paid counts as real money. */
import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Keys, PolyBankingClient } from '../polybanking/client.ts';
import {
  admin,
  bankOf,
  currencyOf,
  deliver,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Problem,
  request,
  runAlarms,
  shopperAtBank,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface ShopAnswer extends Problem {
  readonly id: string;
  readonly testMode: boolean;
  readonly accounts: readonly string[];
}

const putShop = (body: object, id = unique()) => admin<ShopAnswer>('PUT', `/shops/${id}`, body);

/** A shop that is live and lists a test account all the same, as databases of before hold it. */
async function mixedShop() {
  const real = await makeAccount('ecommpay', { environment: 'production' });
  const unreal = await makeAccount('dummy', { environment: 'test' });
  const shop = await makeShop([real]);
  await env.DIRECTORY.prepare('UPDATE shops SET accounts = ? WHERE id = ?')
    .bind(JSON.stringify([real, unreal]), shop.id)
    .run();
  // The isolate's cache forgets.
  vi.setSystemTime(Date.now() + 6000);
  return { real, unreal, shop };
}

/** The dummy's message that everybody can write. */
const dummyPays = (account: string, order: string) =>
  request(`/callback/${account}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `transaction_id=${order}${'0'.repeat(12)}&amount=19.99&ok=1&signed=1`,
  });

describe('a shop that says no mode', () => {
  it('is in test mode while none of its accounts takes real money, and is told so', async () => {
    const unreal = [await makeAccount('ogone'), await makeAccount('ogone', { environment: 'test' })];
    expect((await putShop({ accounts: unreal })).body.testMode).toBe(true);
    const real = await makeAccount('ogone', { environment: 'production' });
    expect((await putShop({ accounts: [real] })).body.testMode).toBe(false);
    const { id } = (await putShop({})).body;
    expect((await admin<ShopAnswer>('GET', `/shops/${id}`)).body.testMode).toBe(false);
    expect((await putShop({ accounts: unreal }, id)).body.testMode).toBe(true);
  });
});

describe('an account that does not fit the mode', () => {
  it('is not added to a shop in test mode, and the answer says what to do', async () => {
    const [unreal, real] = [
      await makeAccount('ogone'),
      await makeAccount('ogone', { environment: 'production' }),
    ];
    const { id } = (await putShop({ accounts: [unreal] })).body;
    const added = await putShop({ accounts: [unreal, real] }, id);
    expect(added).toMatchObject({
      status: 409,
      body: { code: 'invalid_state', errors: [{ path: 'accounts' }] },
    });
    expect(added.body.detail).toContain('"testMode": false');
    expect((await putShop({ testMode: false, accounts: [unreal, real] }, id)).status).toBe(200);
    expect(await putShop({ testMode: false, accounts: [real] }, id)).toMatchObject({
      status: 200,
      body: { testMode: false, accounts: [real] },
    });
    expect((await putShop({ accounts: [real], testMode: true })).status).toBe(409);
  });

  it('may be listed by a live shop, which stays live', async () => {
    const [unreal, real] = [
      await makeAccount('ogone'),
      await makeAccount('ogone', { environment: 'production' }),
    ];
    const { id } = (await putShop({ accounts: [real] })).body;
    const added = await putShop({ accounts: [real, unreal] }, id);
    expect(added).toMatchObject({ status: 200, body: { testMode: false } });
    expect((await putShop({ accounts: [real, unreal] })).body.testMode).toBe(false);
  });

  it('does not come into being under a shop that uses it', async () => {
    const account = await makeAccount('ogone');
    const { id } = (await putShop({ accounts: [account] })).body;
    const change = (environment: string) =>
      admin<Problem>('PUT', `/accounts/${account}`, { provider: 'ogone', environment });
    expect(await change('production')).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    expect((await change('test')).status).toBe(200);
    await putShop({ accounts: [] }, id);
    expect((await change('production')).status).toBe(200);
    expect((await putShop({ accounts: [account] }, id)).status).toBe(409);
    expect((await putShop({ accounts: [account], testMode: false }, id)).status).toBe(200);
    expect((await change('sandbox')).status).toBe(200);
  });

  it('does not keep a shop that was mixed before from being changed', async () => {
    const { shop, real, unreal } = await mixedShop();
    expect((await putShop({ name: 'Other' }, shop.id)).status).toBe(200);
    expect((await putShop({ accounts: [real, unreal] }, shop.id)).status).toBe(200);
    expect((await putShop({ accounts: [real] }, shop.id)).status).toBe(200);
    expect((await putShop({ accounts: [real, unreal] }, shop.id)).status).toBe(200);
  });
});

describe('a live shop with a test account', () => {
  it('creates no payment there', async () => {
    const { shop, real, unreal } = await mixedShop();
    const named = await shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      amount: 1999,
      currency: 'EUR',
      account: unreal,
    });
    expect(named).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'account' }] },
    });
    const provider = { account: undefined, provider: 'dummy' };
    expect((await shop.pay(provider)).status).toBe(400);
    expect((await shop.pay({ account: undefined })).body.account).toBe(real);
  });

  it('does not offer it: not at the checkout, not to the shop', async () => {
    const { shop, real, unreal } = await mixedShop();
    const other = await makeAccount('ogone', { environment: 'production' });
    await env.DIRECTORY.prepare('UPDATE shops SET accounts = ? WHERE id = ?')
      .bind(JSON.stringify([real, unreal, other]), shop.id)
      .run();
    vi.setSystemTime(Date.now() + 6000);
    const listed = await shop.call<{ data: { id: string }[] }>('GET', '/accounts');
    expect(listed.body.data.map(({ id }) => id)).toEqual([real, other]);
    const { body } = await shop.pay({ account: undefined });
    const page = await (await request(body.checkoutUrl)).text();
    expect(page).toContain(other);
    expect(page).not.toContain(unreal);
    const chosen = await request(body.checkoutUrl, { method: 'POST', body: `account=${unreal}` });
    expect([chosen.status, chosen.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });

  it('cannot be made to use it by a shopper who has the link of a payment for another account', async () => {
    const { shop, real, unreal } = await mixedShop();
    const { id, checkoutUrl } = (await shop.pay({ account: real })).body;
    const chosen = await request(checkoutUrl, { method: 'POST', body: `account=${unreal}` });
    expect(chosen.status).toBe(404);
    expect((await dummyPays(unreal, `${id}02`)).status).toBe(404);
    expect((await dummyPays(unreal, `${id}01`)).status).toBe(404);
    expect(await shop.payment(id)).toMatchObject({ status: 'created', test: false, account: real });
  });

  it('takes a choice only where it has left the choice open', async () => {
    const [one, two] = [await makeAccount('ogone'), await makeAccount('paybox')];
    const shop = await makeShop([one, two]);
    const { id, checkoutUrl } = (await shop.pay({ account: one })).body;
    expect((await request(checkoutUrl, { method: 'POST', body: `account=${two}` })).status).toBe(404);
    expect((await shop.payment(id)).account).toBe(one);
    expect((await request(checkoutUrl, { method: 'POST', body: `account=${one}` })).status).toBe(200);
    const open = (await shop.pay({ account: undefined })).body;
    const chosen = await request(open.checkoutUrl, { method: 'POST', body: `account=${two}` });
    expect(chosen.status).toBe(200);
    expect((await shop.payment(open.id)).account).toBe(two);
  });

  it('leads a shopper with an old test attempt to a page, not to the test platform', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    const { checkoutUrl } = (await shop.pay()).body;
    expect((await request(checkoutUrl)).status).toBe(200);
    await admin('PUT', `/shops/${shop.id}`, { accounts: [], testMode: false });
    const page = await request(checkoutUrl);
    expect(page.status).toBe(409);
    const html = await page.text();
    expect(html).toMatch(/Nothing was charged|Rien n’a été débité/);
    expect(html).not.toContain('SHASIGN');
  });

  it('does not make a real payment of one that began as a test', async () => {
    const unreal = [
      await makeAccount('dummy', { environment: 'test' }),
      await makeAccount('dummy', { environment: 'test' }),
    ];
    const shop = await makeShop(unreal);
    const { id, checkoutUrl } = (await shop.pay({ account: undefined })).body;
    const real = await makeAccount('ecommpay', { environment: 'production' });
    await admin('PUT', `/shops/${shop.id}`, { testMode: false, accounts: [...unreal, real] });
    vi.setSystemTime(Date.now() + 6000);
    const chosen = await request(checkoutUrl, { method: 'POST', body: `account=${real}` });
    expect([chosen.status, chosen.headers.get('location')]).toEqual([404, null]);
    await dummyPays(unreal[0] ?? '', `${id}01`);
    expect(await shop.payment(id)).toMatchObject({ test: true });
  });

  it('is not paid by what counts only since its account was moved to a test platform', async () => {
    const account = await makeAccount('dotpay', { environment: 'production' });
    const shop = await makeShop([account]);
    const created = await shop.pay({ currency: currencyOf('dotpay') });
    const who = merchant('dotpay', account);
    const order = await shopperAtBank('dotpay', created.body.redirect, who);
    await admin('PUT', `/accounts/${account}`, { provider: 'dotpay', environment: 'test' });
    vi.setSystemTime(Date.now() + 6000);
    const answer = await deliver(bankOf('dotpay').notification(order, who, 'pay', 'none'));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await shop.payment(created.body.id)).toMatchObject({ status: 'created', test: false });
  });

  it('starts nothing for a website of PolyBanking', async () => {
    const account = await makeAccount('postfinance');
    const ipnKey = 'i'.repeat(64);
    const shop = await makeShop([account], { keys: { ipnKey } });
    const transaction = (config: string) =>
      admin<Problem>('POST', '/imports/polybanking/transaction', {
        config,
        configKeys: { ipnKey: createHash('sha256').update(ipnKey).digest('hex') },
        account,
        transaction: {
          reference: unique(),
          amount: 550,
          postfinanceStatus: '9',
          internalStatus: 'fb',
          ipnNeeded: false,
          created: '2015-10-26T19:50:00Z',
        },
        logs: [],
      });
    expect((await transaction(shop.id)).status).toBe(200);
    await env.DIRECTORY.prepare('UPDATE shops SET test_mode = 0 WHERE id = ?').bind(shop.id).run();
    expect(await transaction(shop.id)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'account' }] },
    });
  });
});

describe('a website of PolyBanking that is live', () => {
  /** A live config that lists one account. */
  async function website(environment: 'test' | 'production') {
    const account = await makeAccount('postfinance', { environment });
    const keys: Keys = { request: 'r'.repeat(64), ipn: 'i'.repeat(64), api: `a${unique()}` };
    const shop = await makeShop([account], {
      testMode: false,
      keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
    });
    const client = new PolyBankingClient(shop.id, keys, (path, init) => request(path, init));
    return { shop, start: (reference: string) => client.start('1999', reference) };
  }

  it('starts no transaction at /paiements/start/ when all that it has is a test account', async () => {
    const { shop, start } = await website('test');
    expect(await start('order-1')).toEqual([400, { status: 'ERROR', url: '' }]);
    const listed = await shop.call<{ data: object[] }>('GET', '/payments?reference=order-1');
    expect(listed.body.data).toEqual([]);
    const live = await website('production');
    expect((await live.start('order-1'))[1].status).toBe('OK');
  });
});

describe('an import from PolyBanking', () => {
  const keys = { apiKey: '', requestKey: 'short', ipnKey: 'as-it-was' };
  const importShop = (body: object) =>
    admin<Problem & { result: string; warnings: string[] }>('POST', '/imports/polybanking/shop', {
      id: unique(),
      ...body,
      keys: { ...keys, apiKey: `key-${unique()}` },
    });

  it('keeps short keys, for its clients have them, and warns', async () => {
    const { status, body } = await importShop({ accounts: [await makeAccount('postfinance')] });
    expect([status, body.result]).toEqual([200, 'imported']);
    expect(body.warnings).toEqual([
      expect.stringContaining('keys.requestKey'),
      expect.stringContaining('keys.ipnKey'),
    ]);
  });

  it('gives no config an account of the other mode', async () => {
    const [unreal, real] = [
      await makeAccount('postfinance'),
      await makeAccount('postfinance', { environment: 'production' }),
    ];
    expect((await importShop({ testMode: true, accounts: [real] })).status).toBe(409);
    expect((await importShop({ testMode: true, accounts: [unreal] })).status).toBe(200);
    expect((await importShop({ testMode: false, accounts: [real] })).status).toBe(200);
  });
});

describe('what a shop is told', () => {
  it('says in a webhook whether it is a test', async () => {
    for (const environment of ['sandbox', 'production']) {
      const account = await makeAccount('ogone', { environment });
      const shop = await makeShop([account]);
      const { body } = await shop.pay();
      const who = merchant('ogone', account);
      const order = await shopperAtBank('ogone', body.redirect, who);
      await deliver(bankOf('ogone').notification(order, who, 'pay', 'none'));
      await runAlarms(body.id);
      expect(net.webhooks.at(-1)?.body).toMatchObject({
        type: 'payment.paid',
        data: { test: environment !== 'production' },
      });
    }
  });

  it('says in an IPN whether it is a test, and sends one about real money as the original does', async () => {
    for (const environment of ['sandbox', 'production']) {
      const account = await makeAccount('postfinance', { environment });
      const shop = await makeShop([account], {
        webhook: { url: 'https://site-demo.com/ipn', dialect: 'polybanking' },
      });
      const { body } = await shop.pay({ currency: 'CHF' });
      const who = merchant('postfinance', account);
      const order = await shopperAtBank('postfinance', body.redirect, who);
      await deliver(bankOf('postfinance').notification(order, who, 'pay', 'none'));
      await runAlarms(body.id);
      const sent = new URLSearchParams(net.webhooks.at(-1)?.raw);
      expect(sent.get('postfinance_status_good')).toBe('True');
      expect(sent.get('test')).toBe(environment === 'production' ? null : 'True');
    }
  });
});
