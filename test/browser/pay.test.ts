/** A demo order, paid at each simulated bank in a real browser; the page shows the log and the verified webhook. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import { reloadedUntil, runningOrigin, testBrowser } from './server.ts';

const origin = runningOrigin();
let browser: Browser;

beforeAll(async () => {
  browser = await testBrowser();
});
afterAll(async () => {
  await browser?.close();
});

async function orderAt(providerId: string, page: Page): Promise<void> {
  await page.goto(`${origin}/shop/behind`);
  const option = page.locator(`select option[value^="${providerId}-sandbox "]`);
  await page.selectOption('select', (await option.getAttribute('value')) ?? '');
  await page.click('button >> text=Order two tickets');
  // The page of the bank's own middleware waits for a card to be chosen.
  if (providerId === 'sips') await page.click('text=CB');
  await page.waitForSelector(providerId === 'paymill' ? '#number' : '#amount');
}

/** Pays at the bank's page, or on the card form that we serve for a bank without one. */
async function payAt(providerId: string, page: Page): Promise<void> {
  if (providerId === 'paymill') {
    const card = { number: '4111111111111111', month: '12', year: '2030', cvc: '123', holder: 'Jane Doe' };
    for (const [id, value] of Object.entries(card)) await page.fill(`#${id}`, value);
    await page.click('text=Pay >> nth=-1');
  } else {
    expect(await page.textContent('#amount')).toContain('19.99');
    await page.click('button[value="pay"]');
  }
}

describe.each(providers.map(({ id }) => id))('%s', (providerId) => {
  it('is paid in the browser', async () => {
    const page = await browser.newPage();
    await orderAt(providerId, page);
    await payAt(providerId, page);
    await page.waitForURL('**/shop/back?**');
    await reloadedUntil(page, '#webhooks', 'payment.paid');
    const received = await page.textContent('#webhooks');
    expect(await page.textContent('#status')).toBe('paid');
    expect(received).toContain('verified');
    expect(await page.textContent('#events')).toContain('webhook.delivered');
    await page.close();
  });
});

describe('the checkout', () => {
  it('has a button for a browser without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const response = await fetch(`${origin}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        reference: crypto.randomUUID(),
        amount: 500,
        currency: 'EUR',
        provider: 'ogone',
      }),
    });
    const { checkoutUrl } = (await response.json()) as { checkoutUrl: string };
    await page.goto(checkoutUrl);
    await page.click('main form button');
    expect(await page.textContent('#amount')).toContain('5.00');
    await context.close();
  });

  it('lets the shopper choose, by keyboard and without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const response = await fetch(`${origin}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        reference: crypto.randomUUID(),
        amount: 500,
        currency: 'PLN',
        customer: { email: 'jane@example.com' },
      }),
    });
    const { checkoutUrl } = (await response.json()) as { checkoutUrl: string };
    await page.goto(checkoutUrl);
    expect(await page.getByRole('group', { name: 'How would you like to pay?' }).count()).toBe(1);
    for (let count = 0; count < 20; count++) {
      await page.keyboard.press('Tab');
      if (String(await page.locator(':focus').textContent()).includes('Przelewy24')) break;
    }
    await page.keyboard.press('Enter');
    await page.waitForSelector('#amount');
    expect(await page.textContent('#amount')).toContain('5.00');
    await context.close();
  });

  it('shows a shopper who comes back from the bank, without scripts, the way to it again', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const response = await fetch(`${origin}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reference: crypto.randomUUID(), amount: 500, currency: 'EUR' }),
    });
    const { checkoutUrl } = (await response.json()) as { checkoutUrl: string };
    await page.goto(checkoutUrl);
    await page.click('button[value="ogone-sandbox"]');
    for (let visit = 0; visit < 2; visit += 1) {
      expect(page.url()).toBe(`${checkoutUrl}?account=ogone-sandbox`);
      await page.click('main form button');
      expect(await page.textContent('#amount')).toContain('5.00');
      await page.goBack();
    }
    await context.close();
  });

  it("leads from PAYMILL's card form back to a shop elsewhere", async () => {
    const elsewhere = createServer((_, response) => response.end('the shop'));
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
    const { port } = elsewhere.address() as AddressInfo;
    const shop = `http://127.0.0.1:${port}/thanks`;
    const context = await browser.newContext();
    const page = await context.newPage();
    const response = await fetch(`${origin}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        reference: crypto.randomUUID(),
        amount: 500,
        currency: 'EUR',
        account: 'paymill-sandbox',
        returnUrl: { success: shop, failure: shop },
      }),
    });
    const { checkoutUrl } = (await response.json()) as { checkoutUrl: string };
    await page.goto(checkoutUrl);
    await payAt('paymill', page);
    await page.waitForURL(`${shop}?**`);
    expect(new URL(page.url()).searchParams.get('status')).toBe('paid');
    await context.close();
    await new Promise((done) => elsewhere.close(done));
  });

  it('declined by the bank, leads to another attempt', async () => {
    const page = await browser.newPage();
    await orderAt('ogone', page);
    await page.click('button[value="decline"]');
    await page.waitForURL('**/shop/back?**');
    expect(await page.textContent('#status')).toBe('denied');
    await page.click('text=to the checkout again');
    await page.waitForSelector('#amount');
    await page.click('button[value="notify-twice"]');
    await page.click('#back');
    expect(await page.textContent('#status')).toBe('paid');
    await page.close();
  });

  it('shows that a bad signature is refused', async () => {
    const page = await browser.newPage();
    await orderAt('paybox', page);
    await page.click('button[value="bad-signature"]');
    expect(await page.textContent('table')).toContain('403');
    await page.close();
  });
});
