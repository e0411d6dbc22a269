/**
 * The pages for shoppers in a real browser. Ruled out, on a telephone and on a desk, light and dark, in English, French, Polish and Russian:
 * a page that is wider than its window, that asks another host for anything, that its own policy refuses, that axe finds fault with, or of
 * more than 20 KB; one that needs scripts or a mouse; and one that a hostile shop, logo or colour can spoil.
 */
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEXTS } from '../../src/http/checkout/texts/all.ts';
import { CHECKOUT_PAGES, Checkout } from '../screenshots/checkout.ts';
import { runningOrigin, testBrowser } from './server.ts';

const KILOBYTE = 1000;

const origin = runningOrigin();
let browser: Browser;
let place: Checkout;

beforeAll(async () => {
  place = new Checkout(origin);
  await place.prepare();
  browser = await testBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** Has work done in a browser of its own. */
async function withPage(work: (page: Page) => Promise<void>, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 375, height: 700 }, ...options });
  await work(await context.newPage());
  await context.close();
}

/** What axe finds that is serious or moderate, each by its rule and the element. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  // An expression of the test is not held against the page's policy.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const runner = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await runner.run();
    return violations
      .filter(({ impact }) => impact !== 'minor')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
}

const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth') as Promise<number>;

/** Notes what a page asks other hosts for, and what its policy refuses. */
function watched(page: Page): string[] {
  const wrong: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) wrong.push(request.url());
  });
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) wrong.push(message.text());
  });
  return wrong;
}

describe.each(['en', 'fr', 'pl', 'ru'] as const)('in %s', (language) => {
  it.each(CHECKOUT_PAGES)(
    '$name fits, is small, asks nobody else, and axe finds nothing',
    { timeout: 120_000 },
    ({ at, name }) =>
      withPage(async (page) => {
        const address = await at(place, language);
        const wrong = watched(page);
        const response = await page.goto(address);
        expect((await response?.body())?.length).toBeLessThan(20 * KILOBYTE);
        expect(await page.getAttribute('html', 'lang')).toBe(language);
        expect(await page.locator('h1').count()).toBe(1);
        const { back, close } = TEXTS[language];
        expect(((await page.textContent('footer')) ?? '').includes(name === 'waiting' ? back : close)).toBe(
          true,
        );
        for (const width of [375, 1280]) {
          await page.setViewportSize({ width, height: 700 });
          expect(await widthOf(page)).toBeLessThanOrEqual(width);
        }
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await faultsOf(page)).toEqual([]);
        }
        expect(wrong).toEqual([]);
        expect(await page.context().cookies()).toEqual([]);
      }),
  );
});

describe('without scripts', () => {
  it('a shopper chooses, changes the language and pays', () =>
    withPage(
      async (page) => {
        const { checkoutUrl } = await place.pay({ customer: { email: 'jane@example.com' } });
        await page.goto(checkoutUrl);
        await page.click('summary');
        await page.click('text=Polski');
        expect(await page.textContent('legend')).toBe('Jak chcesz zapłacić?');
        await page.click('text=PostFinance');
        await page.click('button[type=submit]');
        expect(await page.textContent('#amount')).toContain('1234.56');
      },
      { javaScriptEnabled: false },
    ));
});

describe('the keyboard alone', () => {
  const reach = async (page: Page, text: string) => {
    for (let count = 0; count < 40; count++) {
      await page.keyboard.press('Tab');
      if (String(await page.locator(':focus').textContent()).includes(text)) return;
    }
    throw new Error(`no key leads to ${text}`);
  };

  it('changes the language and chooses, and shows where it is', () =>
    withPage(async (page) => {
      const { checkoutUrl } = await place.pay({ customer: { email: 'jane@example.com' } });
      await page.goto(checkoutUrl);
      await reach(page, 'Language');
      await page.keyboard.press('Enter');
      await reach(page, 'Français');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=Comment souhaitez-vous payer');
      await reach(page, 'Przelewy24');
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth');
      expect(outline).toBe('3px');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#amount');
    }));
});

describe('a hostile shop', () => {
  it(
    'spoils no page: markup, turned text, emoji, 500 characters, a picture that is none, a colour without contrast',
    { timeout: 120_000 },
    () =>
      withPage(async (page) => {
        const shop = `/admin/shops/${place.shop}`;
        // A PNG by its first bytes, and no picture.
        const logo = new Uint8Array(64);
        logo.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
        new DataView(logo.buffer).setUint32(16, 300);
        new DataView(logo.buffer).setUint32(20, 300);
        // Whole by its parts, and no picture all the same.
        new DataView(logo.buffer).setUint32(33, 7);
        logo.set(new TextEncoder().encode('IDAT'), 37);
        logo.set(new TextEncoder().encode('IEND'), 56);
        await place.call('PUT', `${shop}/branding`, {
          name: '<img src=x onerror=alert(1)>\u202efdp.\u2069 😀 WWWWWWWWWWWWWWWWW',
          color: '#fffff0',
        });
        const put = await fetch(`${origin}/v1${shop}/logo`, {
          method: 'PUT',
          headers: { authorization: 'Bearer local-admin-token' },
          body: logo,
        });
        expect(put.status).toBe(200);
        try {
          const description = `</p><script>alert(1)</script>\u202e${'M'.repeat(400)}${'😀'.repeat(60)}`;
          const { checkoutUrl } = await place.pay({ description, customer: { email: 'jane@example.com' } });
          const wrong = watched(page);
          page.on('dialog', (dialog) => wrong.push(dialog.message()));
          await page.goto(checkoutUrl);
          expect(await widthOf(page)).toBe(375);
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            expect(await faultsOf(page)).toEqual([]);
          }
          const header = await page.locator('header').boundingBox();
          expect(header?.height).toBeLessThan(160);
          expect(wrong).toEqual([]);
          await page.click('text=PostFinance');
          await page.waitForSelector('#amount');
        } finally {
          await place.call('PUT', `${shop}/branding`, { name: null, color: '#9a3412' });
          await place.call('DELETE', `${shop}/logo`).catch(() => {});
        }
      }),
  );
});

describe('a receipt', () => {
  it('is what is printed of the done page', () =>
    withPage(async (page) => {
      const done = CHECKOUT_PAGES.find(({ name }) => name === 'done');
      await page.goto((await done?.at(place, 'en')) ?? '');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      for (const text of ['Kolejka i Synowie', '€1,234.56', 'Paid on'])
        expect(await page.isVisible(`text=${text}`)).toBe(true);
      expect(await page.isVisible('details')).toBe(false);
      const ground = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor");
      expect(ground).toBe('rgb(255, 255, 255)');
    }));
});

describe('at a till', () => {
  it('another device opens the short address, and pays: nothing is kept in a browser', () =>
    withPage(async (page) => {
      const { id, shortUrl } = await place.pay({ customer: { email: 'jane@example.com' } });
      await page.goto(shortUrl);
      expect(await page.context().cookies()).toEqual([]);
      await page.click('text=PostFinance');
      await page.click('button[value="pay"]');
      await page.waitForSelector('h1');
      const { status } = await place.call<{ status: string }>('GET', `/admin/payments/${id}`);
      expect(status).toBe('paid');
    }));
});
