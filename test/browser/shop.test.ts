/**
 * The demo shop in a real browser. Ruled out: a page that is wider than a telephone or that axe finds fault with, a thank-you page that
 * believes an address which is not signed, an order that its webhooks do not reach or whose lines the checkout does not show, and a refund
 * that is not done.
 */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEA_KEYS } from '../../src/sandbox/demo.ts';
import { reloadedUntil, runningOrigin, testBrowser } from './server.ts';

const origin = runningOrigin();
let browser: Browser;

beforeAll(async () => {
  browser = await testBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** A page at an address that fits a telephone and that axe finds nothing serious or moderate in, light and dark. */
async function isSound(page: Page, address: string): Promise<void> {
  await page.waitForURL(address);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const faults = await page.evaluate(async () => {
      const runner = (globalThis as unknown as { axe: typeof axe }).axe;
      const { violations } = await runner.run();
      return violations
        .filter(({ impact }) => impact !== 'minor')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' | ')}`);
    });
    expect([page.url(), faults]).toEqual([page.url(), []]);
  }
}

/** A call of the tea shop's. */
async function call<T>(path: string, method = 'GET'): Promise<T> {
  const headers = { authorization: `Bearer ${TEA_KEYS.apiKey}` };
  const response = await fetch(`${origin}/v1/payments${path}`, { method, headers });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

describe('the tea shop', () => {
  it('sells tea, thanks by the signed return, knows by its webhook, and gives the money back', {
    timeout: 180_000,
  }, async () => {
    const page = await browser.newPage({ viewport: { width: 375, height: 700 } });
    await page.goto(`${origin}/shop`);
    await isSound(page, '**/shop');
    await page.click('button[value=green]');
    await page.waitForURL('**/shop/basket');
    await page.click('text=Leaf & Kettle');
    await page.waitForURL('**/shop');
    await page.click('button[value=pot]');
    await isSound(page, '**/shop/basket');
    await page.click('text=Pay €60.50');
    await page.waitForURL('**/pay/**');
    expect(await page.textContent('h1')).toBe('€60.50');
    expect(await page.textContent('main table')).toBe('Sencha€12.50Teapot€48.00');
    const order = await browser.newPage({ viewport: { width: 375, height: 700 } });
    const reference = /tea-[0-9a-f]{12}/.exec((await page.textContent('main')) ?? '')?.[0];
    const unpaid = await order.goto(`${origin}/shop/orders/${reference}`);
    expect(unpaid?.headers().refresh).toBe('3');
    await isSound(order, '**/shop/orders/*');
    await order.close();
    await page.click('text=Przelewy24');
    await page.waitForSelector('#amount');
    expect(await page.textContent('.ribbon')).toContain('Simulation by countersign of Przelewy24');
    await isSound(page, '**/trnRequest/**');
    await page.click('button[value=pay]');
    await page.waitForURL('**/shop/thanks?**');
    await isSound(page, '**/shop/thanks?**');
    expect(await page.textContent('h1')).toBe('Thank you');

    const forged = await browser.newPage();
    await forged.goto(page.url().replace('status=paid', 'status=authorized'));
    expect(await forged.textContent('h1')).toBe('We are waiting for your bank');
    await forged.goto(page.url().replace(/signature=[^&]+/, 'signature='));
    expect(await forged.textContent('h1')).toBe('We are waiting for your bank');
    await forged.close();

    await page.click('text=See the order');
    await reloadedUntil(page, 'main', 'Paid');
    await isSound(page, '**/shop/orders/*');
    await page.click('text=For the shopkeeper');
    await isSound(page, '**/shop/keeper');
    await page.click('text=Refund €60.50');
    await page.waitForSelector('text=/Refunded|refund on its way/');
    await page.click('td a');
    expect(await page.textContent('main')).toContain('Your money is on its way back');
    // The bank takes its time with a refund: it is asked again after half a minute, or when somebody wants to know.
    const orders = await call<{ data: { id: string }[] }>(`?reference=${reference}`);
    await call(`/${orders.data[0]?.id}/refresh`, 'POST');
    await reloadedUntil(page, 'main', 'Refunded: €60.50');
    await page.close();
  });

  it('shows what is behind the scenes', async () => {
    const page = await browser.newPage({ viewport: { width: 375, height: 700 } });
    await page.goto(`${origin}/shop`);
    await page.click('text=Behind the scenes');
    await isSound(page, '**/shop/behind');
    await page.selectOption('select', { label: 'Ogone (sandbox), EUR' });
    await page.click('button');
    await page.click('button[value=pay]');
    await page.waitForURL('**/shop/back?**');
    await reloadedUntil(page, 'main', 'webhook.delivered');
    await isSound(page, '**/shop/back?**');
    await page.close();
  });
});
