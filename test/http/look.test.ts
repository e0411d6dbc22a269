/**
 * How the pages of a payment look. Ruled out: a shop's name or text that becomes markup or turns the text around it, a form that may lead
 * elsewhere, a page in the wrong language or without a way to another, a language that takes the shopper to the bank, the means that was
 * tried last out of its place, a short address that opens more than the checkout, a page of 20 KB, what is bought out of sight or in the
 * sight of whoever knows an id, and a card form in another language than its page.
 */
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filled, writtenAmount } from '../../src/http/checkout/languages.ts';
import { TEXTS } from '../../src/http/checkout/texts/all.ts';
import type { Texts } from '../../src/http/checkout/texts/texts.ts';
import { policyOfPage } from '../../src/http/page-policy.ts';
import { PAGE_LANGUAGES } from '../../src/payments/page-languages.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { admin, CUSTOMER, journey, makeAccount, network, ORIGIN, request } from '../support/harness.ts';
import { customer, get, KILOBYTE, openPayment, pageAt, shopWith } from './look-support.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

describe('what others have written', () => {
  it('is text, whatever it is', async () => {
    const hostile = `<script>alert(1)</script>"'&\u202e\u2066gnp.exe 😀 ${'Ж'.repeat(440)}`;
    const { payment, shop } = await openPayment(
      { name: '<img src=x onerror=alert(1)>\u202efdp.\u2069' },
      { description: hostile, reference: `<b>\u202e${Date.now()}` },
    );
    const { html } = await pageAt(payment.checkoutUrl);
    expect(html).not.toMatch(/<script|<img src=x|<b>\d/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('😀');
    expect(html).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    for (const start of ['<bdi>&lt;script', '<bdi>&lt;img', '<bdi>&lt;b&gt;']) expect(html).toContain(start);
    expect(html.length).toBeLessThan(20 * KILOBYTE);
    await shop.call('POST', `/payments/${payment.id}/cancel`);
    expect((await pageAt(payment.checkoutUrl)).html).not.toMatch(/<script|<img src=x/);
  });
});

describe('the language of a page', () => {
  it("is the payment's, else the browser's, else the shop's, else English", async () => {
    const { payment } = await openPayment({ language: 'it' }, { customer: { ...CUSTOMER, language: 'pl' } });
    const { payment: silent } = await openPayment({ language: 'it' });
    const { payment: plain } = await openPayment();
    const { payment: strange } = await openPayment({}, { customer: { ...CUSTOMER, language: 'ja' } });
    const langOf = async (address: string, accept?: string) =>
      /<html lang="([^"]+)"/.exec(
        (await pageAt(address, accept === undefined ? {} : { 'accept-language': accept })).html,
      )?.[1];
    expect(await langOf(payment.checkoutUrl, 'fr')).toBe('pl');
    expect(await langOf(silent.checkoutUrl, 'fr-CH, en;q=0.5')).toBe('fr');
    expect(await langOf(silent.checkoutUrl, 'ja')).toBe('it');
    expect(await langOf(plain.checkoutUrl)).toBe('en');
    expect(await langOf(strange.checkoutUrl, 'da')).toBe('da');
    expect(await langOf(`${payment.checkoutUrl}?lang=pt`, 'fr')).toBe('pt-BR');
    expect(await langOf(`${payment.checkoutUrl}?lang=xx`, 'fr')).toBe('pl');
  });

  it('can be changed on the page, to every other, and the choice is kept by the form', async () => {
    const { payment } = await openPayment();
    const path = new URL(payment.checkoutUrl).pathname;
    const { html } = await pageAt(`${payment.checkoutUrl}?lang=ru`);
    for (const language of PAGE_LANGUAGES.filter((entry) => entry !== 'ru'))
      expect(html).toContain(`href="${path}?lang=${language}"`);
    expect(html).toContain(
      `<form method="get" action="${path}"><input type="hidden" name="lang" value="ru"/>`,
    );
    expect(html).toContain('Как вы хотите заплатить?');
  });

  it('takes nobody to a bank: the page has a button then', async () => {
    const account = await makeAccount('ogone');
    const shop = await shopWith([account]);
    const { body } = await shop.pay({ customer });
    const { html, status } = await pageAt(`${body.checkoutUrl}?lang=de`);
    expect([status, html.includes('Weiter auf der Seite von Ogone'), html.includes('PSPID')]).toEqual([
      200,
      true,
      false,
    ]);
    expect((await shop.payment(body.id)).status).toBe('created');
    const posted = await request(`${body.checkoutUrl}?lang=de`, { method: 'POST' });
    expect(await posted.text()).toContain('PSPID');
    expect((await shop.payment(body.id)).status).toBe('forwarded');
  });
});

describe('the policy', () => {
  it("lets the provider's form go to the origin of the provider, and nowhere else", async () => {
    const attempt = await journey('ogone');
    const { policy, html } = await pageAt(attempt.payment.checkoutUrl);
    const origin = new URL(/<form method="post" action="([^"]+)"/.exec(html)?.[1] ?? '').origin;
    expect(policy.split('; ').find((part) => part.startsWith('form-action'))).toBe(`form-action ${origin}`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('lets a form that comes to us go on to the two addresses of the shop, and nowhere else', async () => {
    const shop = await shopWith([await makeAccount('paymill')]);
    const returnUrl = { success: 'https://a.shop-demo.com/x', failure: 'https://b.shop-demo.com/y' };
    const { body } = await shop.pay({ customer, returnUrl });
    const { policy } = await pageAt(body.checkoutUrl);
    expect(policy.split('; ').find((part) => part.startsWith('form-action'))).toBe(
      `form-action ${ORIGIN} https://a.shop-demo.com https://b.shop-demo.com`,
    );
  });

  it('is that nothing may be posted where a page of a bank names no address', () => {
    expect(policyOfPage('<form method="post"><input></form>')).toContain("form-action 'none'");
    const onwards = { own: ORIGIN, to: ['https://shop-demo.com'] };
    const bank = '<form action="https://bank.example/pay">';
    expect(policyOfPage(bank, { onwards })).toContain('form-action https://bank.example;');
  });

  it('lets no page without a form post anything, and the choice go on to a bank', async () => {
    const { payment } = await openPayment();
    expect((await pageAt(`${payment.checkoutUrl}/wait`)).policy).toContain("form-action 'none'");
    const { policy, html } = await pageAt(payment.checkoutUrl);
    expect(policy).toContain("form-action 'self' https:;");
    expect([policy.includes('script-src'), html.includes('<script')]).toEqual([false, false]);
  });
});

describe('the means of payment', () => {
  it('have the names that people know, and the one that was tried last is the first', async () => {
    const { shop, accounts, payment } = await openPayment();
    const orderOf = (html: string) =>
      [...html.matchAll(/name="account" value="([^"]+)"/g)].map(([, id]) => id);
    const first = await pageAt(payment.checkoutUrl);
    expect(orderOf(first.html)).toEqual(accounts);
    for (const name of ['<b>Card</b>', '<bdi>PostFinance</bdi>', '<bdi>Przelewy24</bdi>'])
      expect(first.html).toContain(name);
    expect(first.html).toContain('You continue on the page of Paybox');
    await request(payment.checkoutUrl, { method: 'POST', body: `account=${accounts[1]}` });
    expect((await shop.payment(payment.id)).status).toBe('forwarded');
    const [paybox, postfinance, przelewy24] = accounts;
    expect(orderOf((await pageAt(payment.checkoutUrl)).html)).toEqual([postfinance, paybox, przelewy24]);
  });

  it('are called what the operator calls them, and shops are told', async () => {
    const named = await makeAccount('paybox', { displayName: 'Carte & co', kind: 'wallet' });
    const own = await makeAccount('ogone', { caption: 'Cards of our bank' });
    const shop = await shopWith([named, own]);
    const { body } = await shop.pay({ account: undefined, customer });
    const { html } = await pageAt(body.checkoutUrl);
    expect(html).toContain('<bdi>Carte &amp; co</bdi>');
    expect(html).toContain('aria-label="Wallet"');
    expect(html).toContain('<bdi>Cards of our bank</bdi>');
    const { body: list } = await shop.call<{ data: object[] }>('GET', '/accounts');
    expect(list.data).toMatchObject([
      { displayName: 'Carte & co', kind: 'wallet' },
      { displayName: 'Cards of our bank', kind: 'card' },
    ]);
    const bad = await admin<{ errors: { path: string }[] }>('PUT', `/accounts/${named}`, {
      provider: 'paybox',
      kind: 'gold',
    });
    expect([bad.status, bad.body.errors[0]?.path]).toEqual([400, 'kind']);
  });
});

describe('the look of a shop', () => {
  it('is its name, its logo and its colour, as soon as they are set', async () => {
    const { shop, payment } = await openPayment();
    const before = await pageAt(payment.checkoutUrl);
    expect(before.html).toContain(`<bdi>${shop.id}</bdi>`);
    expect(before.html).not.toContain('<img');
    await admin('PUT', `/shops/${shop.id}/branding`, { name: 'Zoé & Söhne', color: '#ffff00' });
    const { html } = await pageAt(payment.checkoutUrl);
    expect(html).toContain('<bdi>Zoé &amp; Söhne</bdi>');
    // Yellow cannot be read on white.
    expect(html).not.toContain('--accent:#ffff00;--on:#ffffff');
    expect(/--accent:(#[0-9a-f]{6})/.exec(html)?.[1]).not.toBe('#ffff00');
  });

  it('is done without where it cannot be read', async () => {
    const { payment } = await openPayment();
    const { directory } = serviceOf(env as unknown as Env);
    directory.changed();
    await env.DIRECTORY.exec('ALTER TABLE branding RENAME TO branding_away');
    try {
      const { status, html } = await pageAt(payment.checkoutUrl);
      expect([status, html.includes('How would you like to pay?')]).toEqual([200, true]);
    } finally {
      await env.DIRECTORY.exec('ALTER TABLE branding_away RENAME TO branding');
      directory.changed();
    }
  });
});

describe('the short address of a payment', () => {
  it('leads to the checkout, in capital and in small letters, and is small enough for a QR code', async () => {
    const { shop, payment } = await openPayment();
    const { pathname } = new URL(payment.shortUrl);
    expect(payment.shortUrl).toMatch(/^[0-9A-Z$%*+\-./: ]+$/);
    for (const path of [pathname, pathname.toLowerCase()]) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, payment.checkoutUrl]);
    }
    expect((await shop.payment(payment.id)).status).toBe('created');
  });

  it('opens nothing when it is guessed', async () => {
    const { payment } = await openPayment();
    const { pathname } = new URL(payment.shortUrl);
    const token = payment.checkoutUrl.split('/').at(-1) ?? '';
    for (const path of [
      pathname.slice(0, -1),
      `${pathname.slice(0, -1)}${pathname.endsWith('0') ? '1' : '0'}`,
      `${pathname}0`,
      `/P/${payment.id}`,
      `/P/${payment.id}${token}`,
      '/P/',
      '/p/x',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    const code = pathname.slice(-12);
    expect((await get(`/pay/${payment.id}/${code}`)).status).toBe(404);
  });
});

describe('what is bought', () => {
  const line = (name: string, quantity: number, amount: number) => ({ name, quantity, amount });
  const tea = [line('Sencha <b>', 2, 1250), line('Teapot\u202e', 1, 749)];

  it('stands line by line under the amount, as the language writes it, as text', async () => {
    const { payment } = await openPayment({}, { lineItems: tea });
    const { html } = await pageAt(`${payment.checkoutUrl}?lang=de`);
    expect(html).toContain('<td>2 × <bdi>Sencha &lt;b&gt;</bdi></td><td>12,50\u00a0€</td>');
    expect(html).toContain('<td><bdi>Teapot</bdi></td><td>7,49\u00a0€</td>');
  });

  it('of many lines is folded, so that the means of payment stay near', async () => {
    const many = Array.from({ length: 100 }, (_, index) => line(`Thing ${index}`, 1, 10));
    const { payment } = await openPayment({}, { lineItems: many });
    const { html } = await pageAt(payment.checkoutUrl);
    const [shown = '', folded = ''] = html.split('<summary>+ 95</summary>');
    expect([shown.match(/<td><bdi>Thing/g)?.length, folded.match(/<td><bdi>Thing/g)?.length]).toEqual([
      5, 15,
    ]);
    expect(folded).toContain('<td>+ 80</td>');
  });

  it('of a hundred lines with long names in the letters of another alphabet weighs less than 20 KB', async () => {
    const name = 'Ж'.repeat(200);
    const lineItems = Array.from({ length: 100 }, () => line(name, 999_999, 99_999_999));
    const long = { lineItems, description: 'Щ'.repeat(500), amount: 99_999_999 };
    const { payment } = await openPayment({ name: 'Ы'.repeat(60) }, long);
    const weightOf = (html: string) => new TextEncoder().encode(html).length;
    for (const language of PAGE_LANGUAGES) {
      const { html } = await pageAt(`${payment.checkoutUrl}?lang=${language}`);
      expect([language, weightOf(html) < 20 * KILOBYTE]).toEqual([language, true]);
      expect(html).toContain(`${'Ж'.repeat(79)}…`);
    }
    const account = await makeAccount('ogone');
    const shop = await shopWith([account], {}, { returnUrl: { success: null, failure: null } });
    const attempt = await journey('ogone', { place: { shop, account }, fields: { customer, ...long } });
    await attempt.notify('pay');
    const { html } = await pageAt(`${attempt.payment.checkoutUrl}?lang=ru`);
    expect(html).toContain('<td>+ 80</td>');
    expect(weightOf(html)).toBeLessThan(20 * KILOBYTE);
  });

  it('is on the receipt, for whoever has the link alone', async () => {
    const account = await makeAccount('ogone');
    const shop = await shopWith([account], {}, { returnUrl: { success: null, failure: null } });
    const attempt = await journey('ogone', {
      place: { shop, account },
      fields: { customer, lineItems: tea },
    });
    await attempt.notify('pay');
    expect((await pageAt(attempt.payment.checkoutUrl)).html).toContain('<bdi>Teapot</bdi>');
    expect((await pageAt(`/return/${account}/${attempt.payment.id}`)).html).not.toContain('Teapot');
  });
});

describe('a card form of ours', () => {
  it.each(PAGE_LANGUAGES)('is in the language of its page: %s', async (language) => {
    const shop = await shopWith([await makeAccount('paymill')]);
    const { body } = await shop.pay({ currency: 'EUR', customer: { ...CUSTOMER, language } });
    const { html } = await pageAt(body.checkoutUrl);
    const said = [...html.matchAll(/data-text="(\w+)">([^<]*)</g)];
    const texts = TEXTS[language];
    expect(said.length).toBeGreaterThan(10);
    for (const [, name = '', text = ''] of said)
      expect(text).toBe(filled(texts[name as keyof Texts], { amount: writtenAmount(language, 1999, 'EUR') }));
    expect(html).not.toContain('lang="en"><h2');
  });
});
