/** The shopper's routes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bankOf,
  deliver,
  journey,
  makeAccount,
  makeShop,
  network,
  request,
  shopAfter,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('the hop', () => {
  it('is a page with a self-submitting form in the charset of the account, and a button', async () => {
    const attempt = await journey('postfinance', { fields: { description: '<b>"Deux" & trois</b>' } });
    const response = await request(attempt.payment.checkoutUrl);
    const html = await response.text();
    expect(html).toContain('accept-charset="iso-8859-1"');
    expect(html).toContain('value="&lt;b&gt;&quot;Deux&quot; &amp; trois&lt;/b&gt;"');
    expect(html).toMatch(/<button type="submit">/);
    const nonce = /script nonce="([^"]+)"/.exec(html)?.[1];
    expect(response.headers.get('content-security-policy')).toContain(`script-src 'nonce-${nonce}'`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const log = await attempt.shop.events(attempt.payment.id);
    expect(log.at(-1)).toMatchObject({ type: 'forwarded', source: 'shopper', detail: { attempt: 1 } });
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('forwarded');
  });

  it('is a redirect where the provider takes an address', async () => {
    const attempt = await journey('ecommpay');
    const response = await request(attempt.payment.checkoutUrl);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(
      attempt.payment.redirect.kind === 'url' && attempt.payment.redirect.url,
    );
  });

  it('makes a new attempt after a decline, under a new number, and that one counts', async () => {
    const attempt = await journey('ogone');
    await request(attempt.payment.checkoutUrl);
    await attempt.notify('decline');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('denied');
    const html = await (await request(attempt.payment.checkoutUrl)).text();
    expect(html).toContain(`value="${attempt.payment.id}02"`);
    const { redirect } = await attempt.shop.payment(attempt.payment.id);
    const second = await shopperAtBank('ogone', redirect, attempt.merchant);
    await deliver(bankOf('ogone').notification(second, attempt.merchant, 'pay', 'none'));
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
  });

  it('has a new number for each attempt where the provider takes a number only once', async () => {
    const attempt = await journey('ecommpay');
    const order = async () =>
      new URL((await request(attempt.payment.checkoutUrl)).headers.get('location') ?? '').searchParams.get(
        'payment_id',
      );
    expect([await order(), await order()]).toEqual([`${attempt.payment.id}01`, `${attempt.payment.id}02`]);
  });
});

describe('the way back', () => {
  it('leads to the address of the payment before that of the shop, its own query kept', async () => {
    const attempt = await journey('paybox', {
      fields: { returnUrl: { success: 'https://shop-demo.com/ok?cart=7#top' } },
    });
    const response = await request(bankOf('paybox').back(attempt.order, attempt.merchant, 'pay'));
    const target = new URL(response.headers.get('location') ?? '');
    expect(target.hash).toBe('#top');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      cart: '7',
      payment: attempt.payment.id,
      reference: attempt.payment.reference,
      status: 'paid',
      expires: expect.stringMatching(/^\d{10}$/),
      signature: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it.each([
    ['pay', 'thanks', 'paid'],
    ['decline', 'sorry', 'denied'],
    ['cancel', 'sorry', 'cancelled'],
    ['wait', 'thanks', 'pending'],
  ] as const)('after %s leads to %s with the status %s', async (decision, page, status) => {
    for (const providerId of ['ogone', 'paybox']) {
      const attempt = await journey(providerId);
      const target = await shopAfter(
        await request(bankOf(providerId).back(attempt.order, attempt.merchant, decision)),
      );
      expect(target.pathname).toBe(`/${page}`);
      expect(target.searchParams.get('status')).toBe(status);
    }
  });

  it('without anything signed goes by the address, and says that nothing is known yet', async () => {
    const attempt = await journey('ecommpay');
    await request(attempt.payment.checkoutUrl);
    for (const [decision, page] of [
      ['pay', '/thanks'],
      ['decline', '/sorry'],
    ] as const) {
      const target = await shopAfter(
        await request(bankOf('ecommpay').back(attempt.order, attempt.merchant, decision)),
      );
      expect([target.pathname, target.searchParams.get('status')]).toEqual([page, 'forwarded']);
    }
  });

  it('by POST counts as well', async () => {
    const attempt = await journey('ogone');
    const back = new URL(bankOf('ogone').back(attempt.order, attempt.merchant, 'pay'));
    const response = await request(back.origin + back.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: back.search.slice(1).replace('via=success&', ''),
    });
    expect(response.headers.get('location')).toContain('status=paid');
  });

  it('of 00001 at the cancel address is a shopper who gave up', async () => {
    const attempt = await journey('paybox');
    await attempt.notify('cancel');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('cancelled');
  });

  it('of a shop without addresses is a plain page', async () => {
    const account = await makeAccount('paybox');
    const shop = await makeShop([account], { returnUrl: { success: null, failure: null } });
    const { body } = await shop.pay();
    const response = await request(`/return/${account}/${body.id}?lang=en`);
    expect(await response.text()).toContain('Not paid yet');
  });
});
