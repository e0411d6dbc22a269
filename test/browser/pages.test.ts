/**
 * Our own pages for shoppers in a real browser, on a telephone and on a desk. Ruled out: a page that is wider than its window, JSON, a
 * script or style that the page's own policy refuses.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { runningOrigin, testBrowser } from './server.ts';

const origin = runningOrigin();
let browser: Browser;
let apiKey: string;

async function call<T>(method: string, path: string, key: string, body?: object): Promise<T> {
  const response = await fetch(`${origin}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface Made {
  readonly id: string;
  readonly checkoutUrl: string;
}

let count = 0;
/** A payment with words that no line holds. */
function pay(more: object): Promise<Made> {
  return call('POST', '/payments', apiKey, {
    reference: `no-space-in-a-reference-of-a-shop-that-counts-in-its-own-way-${count++}`,
    amount: 123456,
    currency: 'PLN',
    description: 'Donaudampfschifffahrtsgesellschaftskapitänsorchesterkonzertkarten für zwei',
    customer: { email: 'jane@example.com' },
    ...more,
  });
}

beforeAll(async () => {
  // Nothing listens at port 9: the bank of this account is down.
  await call('PUT', '/admin/accounts/dead', 'local-admin-token', {
    provider: 'payu',
    caption: 'Przelewy bankowe, karty płatnicze i wszystko, co jeszcze istnieje',
    environment: 'sandbox',
    settings: DEMO_ACCOUNTS.payu?.settings,
    endpoints: { page: 'http://127.0.0.1:9', api: 'http://127.0.0.1:9' },
  });
  const { keys } = await call<{ keys: { apiKey: string } }>(
    'PUT',
    `/admin/shops/words-${Date.now()}`,
    'local-admin-token',
    {
      name: 'Pages',
      accounts: ['dead', 'payu-sandbox', 'przelewy24-sandbox', 'paymill-sandbox'],
    },
  );
  apiKey = keys.apiKey;
  browser = await testBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const PAGES: Readonly<Record<string, { readonly title: string; readonly at: () => Promise<string> }>> = {
  'the bank is down': {
    title: 'The bank does not answer',
    at: async () => (await pay({ account: 'dead' })).checkoutUrl,
  },
  'the choice of a means': { title: 'PLN 1,234.56', at: async () => (await pay({})).checkoutUrl },
  'called off': {
    title: 'The shop has cancelled this payment',
    at: async () => {
      const { id, checkoutUrl } = await pay({ account: 'payu-sandbox' });
      await call('POST', `/payments/${id}/cancel`, apiKey);
      return checkoutUrl;
    },
  },
  'a result on its way': {
    title: 'Waiting for the bank',
    at: async () => `${(await pay({ account: 'payu-sandbox' })).checkoutUrl}/wait`,
  },
  'back, of a shop without addresses': {
    title: 'Not paid yet, as far as we know',
    at: async () => `${origin}/return/payu-sandbox/${(await pay({ account: 'payu-sandbox' })).id}`,
  },
  'no such payment': {
    title: 'This address leads to no payment',
    at: async () => `${origin}/pay/7ZK0M3Q9T2V8XW4B/x`,
  },
  'the card form of a bank without a page': {
    title: '€1,234.56',
    at: async () => (await pay({ account: 'paymill-sandbox', currency: 'EUR' })).checkoutUrl,
  },
  'the workbench of the demo shop': {
    title: 'Behind the scenes',
    at: async () => `${origin}/shop/behind`,
  },
};

describe.each([375, 1280])('in a window of %d pixels', (width) => {
  it.each(Object.entries(PAGES))('%s fits, and is a page for people', async (_name, { title, at }) => {
    const page = await browser.newPage({ viewport: { width, height: 700 } });
    const refused: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text());
    });
    const response = await page.goto(await at());
    expect(response?.headers()['content-type']).toMatch(/^text\/html; charset=utf-8$/i);
    expect((await page.textContent('h1'))?.replace('\u00a0', ' ')).toBe(title);
    expect(await page.locator('html').evaluate((root) => root.scrollWidth)).toBeLessThanOrEqual(width);
    expect(refused).toEqual([]);
    await page.close();
  });
});

describe('the card form', () => {
  it('whose bank does not answer says so, and that nothing was charged', async () => {
    const page = await browser.newPage();
    await page.route('**/*paymill-bridge*', (route) => route.abort());
    await page.goto((await pay({ account: 'paymill-sandbox', currency: 'EUR' })).checkoutUrl);
    for (const id of ['number', 'month', 'year', 'cvc', 'holder']) await page.fill(`#${id}`, '1');
    await page.click('form button');
    expect(await page.textContent('#note')).toContain('Nothing was charged');
    await page.close();
  });
});
