/** Endpoints of accounts: where an operator sends our calls, and where the name turns out to lead. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchFor } from '../../src/gateway/outgoing.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  BANK_API,
  bankOf,
  currencyOf,
  deliver,
  demoSettings,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Payment,
  type Problem,
  request,
  runAlarms,
  shopperAtBank,
  unique,
} from '../support/harness.ts';

afterEach(() => vi.restoreAllMocks());

/** When an answer of the name service has ended. Milliseconds. */
const AFTER_THE_LOOK_UP = 301_000;

/** The network of the tests, in which the name of the banks' API leads to `address`. */
function networkWhere(address: () => string) {
  const net = network(undefined, (host) => (BANK_API.endsWith(host) ? address() : '198.41.0.4'));
  return { ...net, toBank: () => net.calls.filter((url) => url.startsWith(BANK_API)).length };
}

type Read = Payment & { readonly operations: readonly { readonly state: string }[] };

const call = ({ shop, payment }: Journey, kind: string) =>
  shop.call<Problem & Read>('POST', `/payments/${payment.id}/${kind}`, {}, { 'idempotency-key': unique() });

describe('an endpoint whose name leads into a private network', () => {
  it('is not called: a status query has no answer, an operation has certainly not been sent', async () => {
    let address = '198.41.0.4';
    const net = networkWhere(() => address);
    const attempt = await journey('payzen');
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    expect((await call(attempt, 'refresh')).status).toBe(200);
    const before = net.toBank();
    expect(before).toBeGreaterThan(0);
    address = '10.0.0.1';
    vi.setSystemTime(Date.now() + AFTER_THE_LOOK_UP);
    expect((await call(attempt, 'refresh')).status).toBeGreaterThan(499);
    await call(attempt, 'refund');
    const { operations, amounts } = (await attempt.shop.call<Read>('GET', `/payments/${attempt.payment.id}`))
      .body;
    expect(operations.map(({ state }) => state)).toEqual(['failed']);
    expect(amounts.refunded).toBe(0);
    expect(net.toBank()).toBe(before);
    address = '198.41.0.4';
    vi.setSystemTime(Date.now() + AFTER_THE_LOOK_UP);
    expect((await call(attempt, 'refund')).status).toBe(200);
    expect(net.toBank()).toBeGreaterThan(before);
    net.restore();
  });

  it('is not called when an order has to be registered first', async () => {
    const net = networkWhere(() => 'fd00::1');
    // Later than the end of what the other tests have looked up.
    vi.setSystemTime(Date.now() + 10 * AFTER_THE_LOOK_UP);
    const account = await makeAccount('tpay', {
      endpoints: { api: BANK_API },
      settings: demoSettings('tpay'),
    });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ currency: currencyOf('tpay') });
    const response = await request(body.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    expect(response.status).toBe(504);
    expect(net.toBank()).toBe(0);
    net.restore();
  });
});

describe('a name service that fails', () => {
  it('is named where calls fail, and nobody takes it for an answer that the provider did not give', async () => {
    const net = networkWhere(() => '198.41.0.4');
    const account = await makeAccount('tpay', { endpoints: { api: BANK_API } });
    const service = serviceOf(env as unknown as Env);
    const stored = await service.directory.account(account);
    if (!stored) throw new Error('no account');
    vi.spyOn(service.names, 'isPrivate').mockRejectedValue(new Error('the look-up of x answered 503'));
    const noted = vi.spyOn(service.directory, 'noteCall');
    const why = `endpoints.api of the account ${account} was not called: Error: the look-up of x answered 503`;
    await expect(fetchFor(service, stored)(`${BANK_API}/x`)).rejects.toMatchObject({
      code: 'unavailable',
      message: why,
    });
    expect(noted).toHaveBeenCalledWith(account, why);
    expect(net.toBank()).toBe(0);
    net.restore();
  });
});

describe('an endpoint', () => {
  it.each([
    'https://localhost..',
    'https://127.0.0.1..',
    'https://metadata.google.internal..',
    'https://bank.test',
    'https://bank.localdomain',
    'https://[3fff::1]',
    'https://api.bank-demo.com:8443',
  ])('that is not on the public internet is not taken, nor a webhook there: %s', async (origin) => {
    for (const name of ['api', 'page']) {
      const account = {
        provider: 'ogone',
        settings: demoSettings('ogone'),
        endpoints: { [name]: origin },
      };
      const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, account);
      expect(answer.body.errors?.[0]?.path).toBe(`endpoints.${name}`);
      expect(answer.status).toBe(400);
    }
    const shop = await admin<Problem>('PUT', `/shops/${unique()}`, { webhook: { url: `${origin}/hook` } });
    expect(shop).toMatchObject({ status: 400, body: { errors: [{ path: 'webhook.url' }] } });
  });
});

/** Settings that our calls go to, with a path that each provider takes. */
const CALLED = [
  ['ecommpay', 'gate_url', '/v2'],
  ['tipi', 'ws_url', '/tpa/services/securite'],
  ['sips', 'bridgeUrl', '/sips-bridge'],
  ['assist', 'server', ''],
] as const;

describe.each(CALLED)('the address that %s calls by its setting %s', (id, setting, path) => {
  const settings = (origin: string) => ({ ...demoSettings(id), [setting]: origin + path });
  const currencies = [currencyOf(id)];

  it.each([
    'https://localhost',
    'https://10.0.0.1',
    'https://bank.internal',
    'https://api.bank-demo.com:8443',
  ])('is not taken where it is not on the public internet: %s', async (origin) => {
    const account = { provider: id, currencies, settings: settings(origin) };
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, account);
    expect(answer.body.errors?.[0]?.path).toBe(`settings.${setting}`);
    expect(answer.status).toBe(400);
  });

  it('is named where it is stored already, and is not called', async () => {
    const account = await makeAccount(id, { currencies, settings: settings('https://api.bank-demo.com') });
    await env.DIRECTORY.prepare(
      `UPDATE accounts SET settings = json_set(settings, '$.${setting}', ?) WHERE id = ?`,
    )
      .bind(`https://10.0.0.1${path}`, account)
      .run();
    const { body } = await admin<{ warnings: string[] }>('GET', `/accounts/${account}`);
    expect(body.warnings.join()).toContain(`settings.${setting} must be on the public internet`);
  });

  it('is not called where its name leads into a private network', async () => {
    const net = networkWhere(() => '10.0.0.1');
    vi.setSystemTime(Date.now() + 100 * AFTER_THE_LOOK_UP);
    const account = await makeAccount(id, { currencies, settings: settings(BANK_API) });
    const stored = await serviceOf(env as unknown as Env).directory.account(account);
    if (!stored) throw new Error('no account');
    const call = fetchFor(serviceOf(env as unknown as Env), stored);
    await expect(call(`${BANK_API}${path}/x`, { method: 'POST' })).rejects.toThrow(
      `settings.${setting} of the account ${account} leads into a private network`,
    );
    expect(net.toBank()).toBe(0);
    net.restore();
  });
});

describe('an address of the settings', () => {
  it('is looked up before an operation, which has then certainly not been sent', async () => {
    let address = '198.41.0.4';
    const net = networkWhere(() => address);
    vi.setSystemTime(Date.now() + 200 * AFTER_THE_LOOK_UP);
    const account = await makeAccount('ecommpay', {
      settings: { ...demoSettings('ecommpay'), gate_url: `${BANK_API}/v2` },
    });
    const shop = await makeShop([account]);
    const { body: payment } = await shop.pay();
    const who = merchant('ecommpay', account);
    const order = await shopperAtBank('ecommpay', payment.redirect, who);
    await deliver(bankOf('ecommpay').notification(order, who, 'pay', 'none'));
    expect((await shop.payment(payment.id)).status).toBe('paid');
    address = '10.0.0.1';
    vi.setSystemTime(Date.now() + AFTER_THE_LOOK_UP);
    const before = net.toBank();
    await shop.call('POST', `/payments/${payment.id}/refund`, {}, { 'idempotency-key': unique() });
    const { operations } = (await shop.call<Read>('GET', `/payments/${payment.id}`)).body;
    expect(operations.map(({ state }) => state)).toEqual(['failed']);
    expect(net.toBank()).toBe(before);
    net.restore();
  });
});
