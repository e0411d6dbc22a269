/**
 * The page that waits while another request of the same shopper is under way. Ruled out: that it says neither which payment it is about
 * nor whose, and leads nowhere.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signedAttempt } from '../ledger/support.ts';
import { CUSTOMER, ledgerOf, makeAccount, makeShop, network, request } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

it('has the shop, the amount, the reference and the way back', async () => {
  const account = await makeAccount('ogone');
  const shop = await makeShop([account], { name: 'Lamps & Co' });
  const { body } = await shop.pay({ customer: { ...CUSTOMER, language: 'en' } });
  const attempt = signedAttempt({ account, provider: 'ogone', deferred: true, redirect: null });
  expect(await ledgerOf(body.id).reserve(2, attempt, true)).toBe(true);
  const answer = await request(body.checkoutUrl);
  const html = await answer.text();
  expect([answer.status, answer.headers.get('refresh')]).toEqual([200, '2']);
  expect(html).toContain('your payment is being prepared');
  expect(html).toContain('Lamps &amp; Co');
  expect(html).toContain('€19.99');
  expect(html).toContain(body.reference);
  expect(html).toMatch(/<a [^>]*href="https:\/\/shop-demo\.com\/sorry\?/);
});
