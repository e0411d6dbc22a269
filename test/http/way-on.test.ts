/**
 * What the pages of a payment say comes next. Ruled out: a shopper who waits and is not told for how long, a page without a way back to
 * the shop or a word about what happens next, and a receipt that says less or more than was paid.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { meansOf } from '../../src/gateway/means.ts';
import { becameOf } from '../../src/http/checkout/said.ts';
import { TEXTS } from '../../src/http/checkout/texts/all.ts';
import type { Texts } from '../../src/http/checkout/texts/texts.ts';
import { PAGE_LANGUAGES } from '../../src/payments/page-languages.ts';
import type { Status } from '../../src/payments/statuses.ts';
import { providers } from '../../src/providers/registry.ts';
import { bankOf, CUSTOMER, journey, makeAccount, network, ORIGIN } from '../support/harness.ts';
import { customer, openPayment, pageAt, shopWith } from './look-support.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

/** "Minute" and "confirm" in our languages. */
const WITHIN_A_MINUTE = /minut|minuut|минут/i;
const CONFIRM = /conf[ei]rm|bestätig|bekræft|bevestig|potwierdz|подтверд/i;

describe('a page that a shopper cannot go on from by itself', () => {
  it("says what to do at an unknown address, and whose page comes next above a bank's own buttons", async () => {
    expect((await pageAt('/pay/7ZK0M3Q9T2V8XW4B/x')).html).toContain(`<p>${TEXTS.en.openAgain}</p>`);
    const attempt = await journey('sips', { fields: { customer } });
    const { html } = await pageAt(`${attempt.payment.checkoutUrl}`, { 'accept-language': 'pl' });
    expect(html).toContain('<p>Dalej na stronie: SIPS</p>');
  });
});

describe('the way back to the shop', () => {
  it.each(PAGE_LANGUAGES)(
    'is on every page, also of a shop that has given no address: %s',
    async (language) => {
      const accounts = [await makeAccount('payu'), await makeAccount('przelewy24')];
      const without = await shopWith(accounts, {}, { returnUrl: { success: null, failure: null } });
      const { close, back, anew } = TEXTS[language];
      const order = { account: undefined, currency: 'PLN', customer: { ...CUSTOMER, language } };
      const open = (await without.pay(order)).body;
      const over = (await without.pay(order)).body;
      await without.call('POST', `/payments/${over.id}/cancel`, {});
      const pages = [
        open.checkoutUrl,
        over.checkoutUrl,
        `${open.checkoutUrl}/wait?until=0`,
        `/pay/7ZK0M3Q9T2V8XW4B/x?lang=${language}`,
      ];
      for (const address of pages)
        expect((await pageAt(address)).html).toContain(`<p class="close">${close}</p>`);
      expect((await pageAt(over.checkoutUrl)).html).toContain(anew);
      const { body } = await (await shopWith(accounts)).pay(order);
      const { html } = await pageAt(body.checkoutUrl);
      expect(html).toContain(`>${back}</a>`);
      expect(html).not.toContain(close);
    },
  );

  it('is nothing that a page says which goes on by itself', async () => {
    const { payment } = await openPayment();
    const { html } = await pageAt(payment.checkoutUrl, { 'user-agent': 'Slackbot 1.0' });
    expect(html).toContain(TEXTS.en.going);
    expect(html).not.toContain(TEXTS.en.close);
  });

  it.each<[Status, keyof Texts]>([
    ['partially_paid', 'rest'],
    ['partially_refunded', 'days'],
    ['refunded', 'days'],
    ['charged_back', 'askShop'],
    ['expired', 'anew'],
    ['paid', 'noMore'],
    ['pending', 'noMore'],
    ['created', 'maybe'],
    ['denied', 'nothing'],
  ])('comes with what happens next: %s', (status, name) => {
    const { sentences } = becameOf(TEXTS.en, { status, declineReason: null, installments: null }, false);
    expect(sentences).toContain(TEXTS.en[name]);
  });

  it.each(['denied', 'cancelled', 'expired', 'error'] as const)(
    'is not that nothing was charged while another attempt may have been paid: %s',
    (status) => {
      const { sentences } = becameOf(TEXTS.en, { status, declineReason: null, installments: null }, true);
      expect(sentences).toContain(TEXTS.en.unclear);
      expect(sentences).not.toContain(TEXTS.en.nothing);
    },
  );

  it('is not to ask how the rest is paid where instalments are agreed', () => {
    const installments = { count: 3, periodDays: 30, firstAmount: 334 };
    const { sentences } = becameOf(
      TEXTS.en,
      { status: 'partially_paid', declineReason: null, installments },
      false,
    );
    expect(sentences).toEqual([TEXTS.en.parts]);
  });
});

describe('whose page comes next', () => {
  it.each(providers)('is a name without the number of a version: $id', ({ id, caption }) => {
    const account = { provider: id, caption, displayName: null, kind: null };
    const { page, name } = meansOf(account as Account);
    expect(`${page} ${name}`).not.toMatch(/\bv?\d|\(|,|;/);
  });
});

describe('the page that waits', () => {
  it.each(PAGE_LANGUAGES)(
    'says what is happening, for how long, and that it may be closed: %s',
    async (language) => {
      const account = await makeAccount('payu');
      const shop = await shopWith([account]);
      const { body } = await shop.pay({ account, currency: 'PLN', customer: { ...CUSTOMER, language } });
      const { html } = await pageAt(`${body.checkoutUrl}/wait`);
      expect(html).toContain(`<p>${TEXTS[language].waitingText}</p>`);
      const words = /<p>([^<]*)<\/p>/.exec(html)?.[1] ?? '';
      expect(words).toMatch(WITHIN_A_MINUTE);
      expect(words).toMatch(CONFIRM);
    },
  );
});

describe('a receipt', () => {
  it('says what was paid and when, and what for to whoever has the link alone', async () => {
    const account = await makeAccount('ogone');
    const shop = await shopWith([account], {}, { returnUrl: { success: null, failure: null } });
    const attempt = await journey('ogone', { place: { shop, account }, fields: { customer } });
    await attempt.notify('pay');
    const mine = await pageAt(attempt.payment.checkoutUrl);
    for (const text of ['Paid', '€19.99', attempt.payment.reference, 'Two tickets', 'Paid on '])
      expect(mine.html).toContain(text);
    const others = await pageAt(`/return/${account}/${attempt.payment.id}`);
    expect([others.status, others.html.includes('Two tickets')]).toEqual([200, false]);
  });

  it('is none after a decline: the way back to the checkout is for who comes by a signed return', async () => {
    const account = await makeAccount('ogone');
    const shop = await shopWith([account], {}, { returnUrl: { success: null, failure: null } });
    const attempt = await journey('ogone', { place: { shop, account }, fields: { customer } });
    const back = await pageAt(bankOf('ogone').back(attempt.order, attempt.merchant, 'decline'));
    const path = new URL(attempt.payment.checkoutUrl).pathname;
    expect(back.html).toContain(`href="${path}"`);
    const bare = await pageAt(`/return/${account}/${attempt.payment.id}`);
    expect(bare.html).not.toContain(path);
    expect(bare.html).toContain('open the link from the shop');
    expect(ORIGIN).toBe(new URL(attempt.payment.checkoutUrl).origin);
  });
});
