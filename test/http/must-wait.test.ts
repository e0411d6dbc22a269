/**
 * A payment whose shopper has tried so often that the next attempt has to wait. The failures ruled out: a redirect that is given again
 * although its attempt has a result, or its time is up, so that the bank's page takes nobody; one of another bank than was chosen; and a
 * page that reloads for ten minutes and says neither when to come back nor how to get to the shop.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notify, signedAttempt } from '../ledger/support.ts';
import {
  admin,
  BANK_API,
  CUSTOMER,
  currencyOf,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  request,
  type TestShop,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

const customer = { ...CUSTOMER, language: 'en' };

const accountAt = (provider: string) =>
  makeAccount(provider, { currencies: [currencyOf(provider)], endpoints: { api: BANK_API } });

const open = (url: string) => request(url, { headers: { 'cf-connecting-ip': '203.0.113.9' } });

/** A payment whose link was opened ten times, each time with a new attempt. */
async function tenth(provider: string) {
  const account = await accountAt(provider);
  const shop = await makeShop([account]);
  const { body } = await shop.pay({ currency: currencyOf(provider), customer });
  for (let visit = 1; visit <= 10; visit++) await open(body.checkoutUrl);
  expect(await attemptsOf(shop, body.id)).toBe(10);
  return { account, shop, payment: body };
}

const attemptsOf = async (shop: TestShop, id: string) =>
  (await shop.call<{ attempts: unknown[] }>('GET', `/payments/${id}`)).body.attempts.length;

const forwardsOf = async (shop: TestShop, id: string) =>
  (await shop.events(id)).filter(({ type }) => type === 'forwarded').length;

/** The page that says when to come back. */
async function waitPage(url: string, reference: string): Promise<string> {
  const answer = await open(url);
  const html = await answer.text();
  expect(answer.status).toBe(429);
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(600);
  expect(answer.headers.get('refresh')).toBeNull();
  expect(html).toContain(`Please try again in ${Math.ceil(seconds / 60)} min`);
  expect(html).toContain(reference);
  expect(html).toMatch(/19\.99/);
  expect(html).toMatch(/<a [^>]*href="https:\/\/shop-demo\.com\/sorry\?/);
  return html;
}

describe.each(['worldline', 'paynow', 'postfinance-checkout', 'monetico'])(
  'after ten visits, at %s',
  (provider) => {
    it('the last redirect is given again until its attempt has a result, and then a page says when to come back', async () => {
      const { account, shop, payment } = await tenth(provider);
      expect((await open(payment.checkoutUrl)).status).toBeLessThan(400);
      const update = { attempt: 10, account, currency: currencyOf(provider), movement: undefined };
      await ledgerOf(payment.id).applyUpdate(
        notify({ ...update, outcome: 'denied', key: 'declined' } as never),
      );
      expect((await shop.payment(payment.id)).status).toBe('denied');
      const before = await forwardsOf(shop, payment.id);
      const html = await waitPage(payment.checkoutUrl, payment.reference);
      expect(html).toContain('Try again');
      expect([await forwardsOf(shop, payment.id), await attemptsOf(shop, payment.id)]).toEqual([before, 10]);
      vi.setSystemTime(Date.now() + 601_000);
      expect((await open(payment.checkoutUrl)).status).toBeLessThan(400);
      expect(await attemptsOf(shop, payment.id)).toBe(11);
    });
  },
);

it('after ten visits and a move the shopper is told when to come back', async () => {
  const { account, payment } = await tenth('worldline');
  const next = await makeAccount('ecommpay', { currencies: ['EUR'], endpoints: { api: BANK_API } });
  expect((await admin('POST', `/accounts/${account}/succeed`, { account: next })).status).toBe(200);
  await waitPage(payment.checkoutUrl, payment.reference);
  vi.setSystemTime(Date.now() + 601_000);
  expect((await open(payment.checkoutUrl)).headers.get('location')).toContain('payment_id=');
});

it('after ten attempts a shopper who chooses another bank is not taken to that of the last one', async () => {
  const [used, other] = [await accountAt('ogone'), await accountAt('ecommpay')];
  const shop = await makeShop([used, other]);
  const { body } = await shop.pay({ account: undefined, customer });
  for (let number = 2; number <= 10; number++)
    await ledgerOf(body.id).start(number, signedAttempt({ account: used }));
  const choose = (account: string) =>
    request(body.checkoutUrl, { method: 'POST', body: new URLSearchParams({ account }) });
  expect((await choose(used)).status).toBe(303);
  const answer = await choose(other);
  const html = await answer.text();
  expect(answer.status).toBe(429);
  expect(html).toContain('Please try again in 10 min');
  // Again by the same choice, or by another one.
  expect(html).toContain(`name="account" value="${other}"`);
  vi.setSystemTime(Date.now() + 601_000);
  expect((await choose(other)).headers.get('location')).toContain('payment_id=');
});

it('after ten attempts a redirect whose time is up is not given again', async () => {
  const account = await accountAt('ogone');
  const shop = await makeShop([account]);
  const { body } = await shop.pay({ customer });
  const ledger = ledgerOf(body.id);
  for (let number = 2; number <= 10; number++)
    await ledger.start(
      number,
      signedAttempt({ account, goodUntil: new Date(Date.now() + 60_000).toISOString() }),
    );
  expect((await open(body.checkoutUrl)).status).toBe(303);
  vi.setSystemTime(Date.now() + 61_000);
  await waitPage(body.checkoutUrl, body.reference);
});

it('after more attempts than anybody waits for the shopper is sent to the shop for another payment', async () => {
  const account = await accountAt('ogone');
  const shop = await makeShop([account]);
  const { body } = await shop.pay({ customer });
  const ledger = ledgerOf(body.id);
  for (let number = 2; number <= 99; number++) await ledger.start(number, signedAttempt({ account }));
  await ledger.applyUpdate(
    notify({ attempt: 99, account, outcome: 'denied', key: 'declined', movement: undefined } as never),
  );
  const answer = await open(body.checkoutUrl);
  const html = await answer.text();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, null]);
  expect(html).toContain('start again in the shop');
  expect(html).not.toContain('NaN');
});
