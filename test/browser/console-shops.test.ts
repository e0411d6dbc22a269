/**
 * The console's pages of shops in a real browser. Ruled out: an order that only a mouse, or only scripts, can change, or that loses the
 * focus; a preview that is empty, or runs or sends something; a program that does not work as it is copied; a page that axe faults, that
 * is wider than a telephone, or loads something from elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsolePlace, consolePlace, faultsOf, overflowOf, signedInWindow } from './console.ts';

let place: ConsolePlace;
let apiKey: string;

/** Where pictures of the pages go; unset: nowhere. */
const pictures = process.env.PICTURES;

const ACCOUNTS = ['paybox-sandbox', 'przelewy24-sandbox', 'sips2-sandbox'];

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${place.origin}/v1/admin${path}`, {
    method,
    headers: { authorization: 'Bearer local-admin-token', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const accountsNow = async () => (await call<{ accounts: string[] }>('GET', '/shops/tickets')).accounts;

/** A machine that is busy takes its time. */
const PATIENCE = { timeout: 30_000 };

const SHOP = '/console/shops/tickets';

/** Every page of the area. */
const PAGES: Readonly<Record<string, string>> = {
  shops: '/console/shops',
  new: '/console/shops/new',
  shop: SHOP,
  change: `${SHOP}/change`,
  switch: `${SHOP}/switches/active`,
  delete: `${SHOP}/delete`,
  accounts: `${SHOP}/accounts`,
  keys: `${SHOP}/keys`,
  key: `${SHOP}/keys/apiKey`,
  endpoints: `${SHOP}/endpoints`,
  endpoint: `${SHOP}/endpoints/first`,
  'endpoint-change': `${SHOP}/endpoints/first/change`,
  'endpoint-rotate': `${SHOP}/endpoints/first/rotate`,
  'endpoint-delete': `${SHOP}/endpoints/first/delete`,
  branding: `${SHOP}/branding`,
  code: `${SHOP}/code`,
  configs: '/console/polybanking',
  config: '/console/polybanking/configs/tickets',
  'old-users': '/console/polybanking/users',
};

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  // A frame outside of the window is not painted.
  const width = page.viewportSize()?.width ?? 1280;
  await page.setViewportSize({ width, height: await page.evaluate<number>('document.body.scrollHeight') });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  await page.setViewportSize({ width, height: 800 });
}

beforeAll(async () => {
  place = await consolePlace();
  const made = await call<{ keys: { apiKey: string } }>('PUT', '/shops/tickets', {
    name: 'Kolejka & Söhne',
    group: 'Theatres',
    accounts: ACCOUNTS,
    returnUrl: {
      success: 'https://tickets.example.com/thanks',
      failure: 'https://tickets.example.com/sorry',
    },
    webhook: { url: `${place.origin}/shop/webhook` },
  });
  apiKey = made.keys.apiKey;
  await call('PUT', '/shops/tickets/branding', { color: '#b45309' });
  await call('POST', '/shops/tickets/keys/ipnKey/rotate', { graceSeconds: 604_800 });
  const payment = await fetch(`${place.origin}/v1/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      reference: 'first-order',
      amount: 1999,
      currency: 'EUR',
      account: 'sips2-sandbox',
    }),
  });
  const { id } = (await payment.json()) as { id: string };
  await fetch(`${place.origin}/sandbox/payments/${id}`, {
    method: 'POST',
    body: JSON.stringify({ decision: 'pay' }),
  });
  await call('POST', '/imports/polybanking/user', {
    ...{ id: '3', username: 'alice', name: 'Alice Example', email: 'alice@example.com', superuser: false },
    ...{ staff: true, active: true, groups: ['treasurers'], configs: ['tickets'] },
  });
  await call('POST', '/imports/polybanking/change', {
    ...{ id: 12, config: 'tickets', at: '2015-10-26T19:50:00Z', user: '3' },
    text: 'Config has been updated: Name=Kolejka (was Tickets)',
  });
});
afterAll(() => place?.close());

describe('the pages of shops', () => {
  it.each([
    [1280, 'light', 'en'],
    [375, 'dark', 'en'],
    [375, 'light', 'fr'],
    [1280, 'dark', 'pl'],
  ] as const)(
    'have no fault at %i px, %s, %s, and load nothing from elsewhere',
    async (width, colorScheme, locale) => {
      const { context, page, refused, elsewhere } = await signedInWindow(place, {
        ...{ viewport: { width, height: 800 }, colorScheme, locale },
      });
      for (const [name, path] of Object.entries(PAGES)) {
        await page.goto(place.origin + path, { waitUntil: 'networkidle' });
        expect([name, await overflowOf(page)]).toEqual([name, 0]);
        expect([name, await faultsOf(page)]).toEqual([name, []]);
        await picture(page, `${name}-${width}-${colorScheme}-${locale}`);
      }
      expect([refused, elsewhere]).toEqual([[], []]);
      await context.close();
    },
  );

  it('are small enough, each by itself', async () => {
    const { context, page } = await signedInWindow(place);
    for (const [name, path] of Object.entries(PAGES)) {
      const body = await (await page.request.get(place.origin + path)).body();
      expect([name, body.length < 60_000]).toEqual([name, true]);
    }
    await context.close();
  });
});

describe('the accounts of a shop', () => {
  it('are put in order with the keyboard alone: the focus stays with the account that moves', async () => {
    await call('PUT', '/shops/tickets', { accounts: ACCOUNTS });
    const { context, page } = await signedInWindow(place);
    await page.goto(`${place.origin}${SHOP}/accounts`);
    const button = 'button[value="up:sips2-sandbox"]';
    for (let presses = 0; presses < 80; presses++) {
      if (await page.evaluate(`document.activeElement.matches('${button}')`)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/moved=/);
    expect(await accountsNow()).toEqual(['paybox-sandbox', 'sips2-sandbox', 'przelewy24-sandbox']);
    expect(await page.evaluate(`document.activeElement.matches('${button}')`)).toBe(true);
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    await expect
      .poll(accountsNow, PATIENCE)
      .toEqual(['sips2-sandbox', 'paybox-sandbox', 'przelewy24-sandbox']);
    await context.close();
  });

  it('are dragged where scripts run, and moved by buttons where none do', async () => {
    await call('PUT', '/shops/tickets', { accounts: ACCOUNTS });
    const { context, page, refused } = await signedInWindow(place);
    await page.goto(`${place.origin}${SHOP}/accounts`);
    await page.dragAndDrop('li[data-id="sips2-sandbox"] .grip', 'li[data-id="paybox-sandbox"]', {
      targetPosition: { x: 40, y: 4 },
    });
    await expect
      .poll(accountsNow, PATIENCE)
      .toEqual(['sips2-sandbox', 'paybox-sandbox', 'przelewy24-sandbox']);
    expect(refused).toEqual([]);
    await context.close();

    const plain = await signedInWindow(place, { javaScriptEnabled: false });
    await plain.page.goto(`${place.origin}${SHOP}/accounts`);
    expect(await plain.page.isVisible('.grip')).toBe(false);
    await plain.page.click('button[value="down:sips2-sandbox"]');
    await expect
      .poll(accountsNow, PATIENCE)
      .toEqual(['paybox-sandbox', 'sips2-sandbox', 'przelewy24-sandbox']);
    await plain.context.close();
  });
});

describe('a shop', () => {
  it('is made without scripts, and its key rotated: a double click makes one', async () => {
    const { context, page } = await signedInWindow(place, { javaScriptEnabled: false });
    await page.goto(`${place.origin}/console/shops/new`);
    await page.fill('[name=id]', 'by-hand');
    await page.fill('[name=name]', 'By hand');
    await page.check('[name=accounts][value=paybox-sandbox]');
    await page.click('main button.main');
    const key = (await page.locator('.id').first().textContent()) ?? '';
    expect(key).toMatch(/^cs_/);
    await page.goto(`${place.origin}/console/shops/by-hand/keys/apiKey`);
    await page.dblclick('main button.main');
    // Where the first press was answered before the second, its page stays, with the key.
    await expect
      .poll(async () => await page.textContent('main'), PATIENCE)
      .toMatch(/Nothing was done a second time|cs_[A-Za-z0-9_-]{20}/);
    const { keys } = await call<{ keys: { apiKey: unknown[] } }>('GET', '/shops/by-hand/connection');
    expect(keys.apiKey).toHaveLength(2);
    await context.close();
  });

  it('shows its checkout in its colour, by day and in the dark, in frames that can do nothing', async () => {
    const { context, page, refused } = await signedInWindow(place);
    await page.goto(`${place.origin}${SHOP}/branding`, { waitUntil: 'networkidle' });
    await page.fill('[name=name]', 'Tried out');
    await page.fill('[name=color]', '#7e22ce');
    await page.click('button[name=preview]');
    await page.waitForLoadState('networkidle');
    const frames = page.frames().filter((frame) => frame.url().includes('/branding/preview'));
    expect(frames).toHaveLength(2);
    const papers: string[] = [];
    for (const frame of frames) {
      expect(await frame.textContent('header')).toContain('Tried out');
      expect(await frame.locator('button.row').count()).toBeGreaterThan(0);
      papers.push(await frame.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
    }
    expect(papers).toEqual(['rgb(247, 246, 242)', 'rgb(15, 20, 18)']);
    expect(refused).toEqual([]);
    const { color } = await call<{ color: string }>('GET', '/shops/tickets/branding');
    expect(color).toBe('#b45309');
    await picture(page, 'branding-tried');
    await context.close();
  });

  it('gives programs that work as they are copied', async () => {
    const { context, page } = await signedInWindow(place, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.goto(`${place.origin}${SHOP}/code`);
    const programs: string[] = [];
    for (const block of await page.locator('.code').all()) {
      await block.locator('button').click();
      programs.push(await page.evaluate<string>('navigator.clipboard.readText()'));
    }
    const [, python = '', , curl = ''] = programs;
    const env = { ...process.env, COUNTERSIGN_API_KEY: apiKey };
    const run = (command: string, args: string[], input: string) =>
      execFileSync(command, args, { env, input, encoding: 'utf8' });
    expect(JSON.parse(run('bash', [], curl.slice(0, curl.indexOf('\n\n'))))).toMatchObject({
      reference: 'order-1042',
      amount: 1999,
    });
    expect(run('python3', ['-'], python)).toContain(`${place.origin}/pay/`);
    await context.close();
  });
});

describe('an endpoint', () => {
  it('is tried with a sample, and its log leads to the payment', async () => {
    const { context, page } = await signedInWindow(place);
    await page.goto(`${place.origin}${SHOP}/endpoints/first`);
    expect(await page.textContent('main')).toContain('first-order');
    await page.click('main .head form button');
    await page.waitForLoadState();
    expect(await page.textContent('main')).toMatch(/The website (took|did not take) the sample/);
    await picture(page, 'endpoint-tested');
    await context.close();
  });
});
