/**
 * Our own pages for shoppers in a real browser, on a telephone and on a desk. Ruled out: a page that is wider than its window, JSON, a
 * script or style that the page's own policy refuses.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';

let server: LocalServer;
let browser: Browser;
let apiKey: string;
const state = mkdtempSync(join(tmpdir(), 'countersign-pages-'));

async function call<T>(method: string, path: string, key: string, body?: object): Promise<T> {
  const response = await fetch(`${server.origin}/v1${path}`, {
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
  server = await localServer(8919, { output: 'ignore', state });
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
    '/admin/shops/pages',
    'local-admin-token',
    {
      name: 'Pages',
      accounts: ['dead', 'payu-sandbox', 'przelewy24-sandbox', 'paymill-sandbox'],
    },
  );
  apiKey = keys.apiKey;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
  await server?.ended;
  rmSync(state, { recursive: true, force: true });
});

const PAGES: Readonly<Record<string, { readonly title: string; readonly at: () => Promise<string> }>> = {
  'the bank is down': {
    title: 'The bank does not answer',
    at: async () => (await pay({ account: 'dead' })).checkoutUrl,
  },
  'the choice of a means': { title: 'Pay 1234.56 PLN', at: async () => (await pay({})).checkoutUrl },
  'called off': {
    title: 'This payment was called off',
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
    title: 'Back from the payment',
    at: async () => `${server.origin}/return/payu-sandbox/${(await pay({ account: 'payu-sandbox' })).id}`,
  },
  'no such payment': {
    title: 'No such payment',
    at: async () => `${server.origin}/pay/7ZK0M3Q9T2V8XW4B/x`,
  },
  'the card form of a bank without a page': {
    title: 'Pay by card',
    at: async () => (await pay({ account: 'paymill-sandbox', currency: 'EUR' })).checkoutUrl,
  },
  'the demo shop': { title: 'Demo shop', at: async () => `${server.origin}/shop` },
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
    expect(await page.textContent('h1')).toBe(title);
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
    await page.click('text=Pay >> nth=-1');
    expect(await page.textContent('#note')).toContain('Nothing was charged');
    await page.close();
  });
});
