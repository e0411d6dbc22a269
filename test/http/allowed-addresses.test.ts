/**
 * An account that takes messages from some addresses only. The failure ruled out: a message from elsewhere that counts, at any address
 * where messages come in.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BANK_API,
  bankOf,
  currencyOf,
  deliver,
  demoSettings,
  makeAccount,
  makeShop,
  merchant,
  network,
  request,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('an account with allowed addresses', () => {
  const KNOWN = '198.51.100.7';
  const from = (ip: string) => ({ 'cf-connecting-ip': ip });

  async function attempt(providerId: string, environment: string) {
    const account = await makeAccount(providerId, {
      environment,
      allowedIps: [KNOWN],
      endpoints: { api: BANK_API },
      // Without access to the API: nobody can be asked.
      ...(providerId === 'ogone' && { settings: { ...demoSettings('ogone'), userid: null, pswd: null } }),
      ...(providerId === 'paybox' && { settings: { ...demoSettings('paybox'), direct: false } }),
    });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ currency: currencyOf(providerId) });
    const who = merchant(providerId, account);
    const order = await shopperAtBank(providerId, body.redirect, who);
    // A real authorization has a number; that of a test is XXXXXX.
    const data = environment === 'production' ? { ...order.data, AUTHORIZATION: '742318' } : order.data;
    return { shop, id: body.id, who, order: { ...order, data } };
  }

  it.each([
    ['ogone', 'production'],
    ['ogone', 'sandbox'],
    ['paybox', 'production'],
    ['paybox', 'sandbox'],
  ])('does not count the return of a shopper: %s in %s', async (providerId, environment) => {
    const { shop, id, who, order } = await attempt(providerId, environment);
    const back = await request(bankOf(providerId).back(order, who, 'pay'), { headers: from('203.0.113.9') });
    expect(back.status).toBe(303);
    for (let count = 0; count < 3; count++) await runAlarms(id);
    expect((await shop.payment(id)).amounts.paid).toBe(0);
    const refused = bankOf(providerId).notification(order, who, 'pay', 'none');
    const other = await deliver({ ...refused, headers: { ...refused.headers, ...from('203.0.113.9') } });
    expect(other.status).toBe(403);
    expect((await shop.payment(id)).amounts.paid).toBe(0);
    const known = await deliver({ ...refused, headers: { ...refused.headers, ...from(KNOWN) } });
    expect(known.status).toBe(200);
    expect((await shop.payment(id)).amounts.paid).toBe(1999);
  });

  it("does not count at PolyBanking's addresses either", async () => {
    const { shop, id, who, order } = await attempt('postfinance', 'sandbox');
    const message = String(bankOf('postfinance').notification(order, who, 'pay', 'none').body);
    const ipn = (ip: string) =>
      request('/paiements/ipn', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...from(ip) },
        body: message,
      });
    expect(await (await ipn('203.0.113.9')).json()).toMatchObject({ status: 'UNVALID_SHA' });
    await env.DIRECTORY.prepare("DELETE FROM account_secrets WHERE account = ? AND setting IN ('pswd')")
      .bind(who.account)
      .run();
    vi.setSystemTime(Date.now() + 6000);
    await request(`/paiements/return?${message}`, { headers: from('203.0.113.9') });
    expect((await shop.payment(id)).amounts.paid).toBe(0);
    expect((await ipn(KNOWN)).status).toBe(200);
    expect((await shop.payment(id)).amounts.paid).toBe(1999);
  });
});
