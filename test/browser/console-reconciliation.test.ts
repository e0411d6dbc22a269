/**
 * Reconciliation in a real browser: upload, map, find a difference, mark it, ask, export. Ruled out: a file that arrives in other pieces
 * than it was sent in; a mapping that is forgotten; a difference that leads to no payment; a page that is wider than a telephone, or that
 * axe finds fault with; a file that cannot be sent without scripts.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsolePlace, consolePlace, faultsOf, overflowOf, signedInWindow } from './console.ts';

let place: ConsolePlace;
let context: BrowserContext;
let page: Page;
let refused: string[];
/** Where pictures of the pages go; unset: nowhere. */
const pictures = process.env.PICTURES;

const today = new Date().toISOString().slice(0, 10);
const orders: { readonly id: string; readonly reference: string }[] = [];

async function call<T>(method: string, path: string, key: string, body?: object): Promise<T> {
  const response = await fetch(`${place.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

const ADMIN = 'local-admin-token';

const CUSTOMER = {
  email: 'jane@example.com',
  firstName: 'Jane',
  lastName: 'Doe',
  phone: '+33612345678',
  address: { line1: '1 rue X', postalCode: '75001', city: 'Paris', country: 'FR' },
};

beforeAll(async () => {
  place = await consolePlace();
  const { keys } = await call<{ keys: { apiKey: string } }>('PUT', '/v1/admin/shops/compared', ADMIN, {
    name: 'Compared',
    accounts: ['paybox-sandbox'],
  });
  for (const reference of ['=cmd()', 'order-2', 'order-3', 'order-4']) {
    const { id } = await call<{ id: string }>('POST', '/v1/payments', keys.apiKey, {
      reference,
      amount: 1999,
      currency: 'EUR',
      customer: CUSTOMER,
    });
    orders.push({ id, reference });
    // The last one is never paid here, though the file says so.
    if (reference !== 'order-4') await call('POST', `/sandbox/payments/${id}`, ADMIN, { decision: 'pay' });
  }
  ({ context, page, refused } = await signedInWindow(place, { timezoneId: 'UTC', acceptDownloads: true }));
  await page.goto(`${place.origin}/console/reconciliation`);
});

afterAll(async () => {
  await context?.close();
  await place?.close();
});

/** A file of our payments: one differs, one is missing, one is nobody's. */
function fileOf(lines = 4): string {
  const [a, b, , d] = orders.map(({ id }) => `${id}01`);
  const rows = [
    `${a};19,99;EUR;${today};=cmd()`,
    `${b};18,99;EUR;${today};x`,
    `${d};19,99;EUR;${today};x`,
    `0000000000000000;7,00;EUR;${today};=2+5`,
  ].slice(0, lines);
  return `Unsere Bestellung;Betrag;Währung;Tag;Text\n${rows.join('\n')}\n`;
}

async function choose(name: string, text: string): Promise<void> {
  await page.selectOption('select[name=account]', 'paybox-sandbox');
  await page.setInputFiles('input[name=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

describe('reconciliation', () => {
  it('says that an empty file is empty, and makes nothing of it', async () => {
    await choose('empty.csv', '');
    await page.click('text=Send and compare');
    await page.waitForSelector('[data-refused]:not([hidden])');
    expect(await page.innerText('[data-refused]')).toContain('The file is empty.');
    expect(new URL(page.url()).pathname).toBe('/console/reconciliation');
  });

  it('takes a file in pieces, and has its columns mapped', async () => {
    expect(await page.innerText('main')).toContain('No file has been compared yet.');
    await picture('reconciliation-begin-1280');
    // Larger than two pieces: blank lines are none.
    await choose('november.csv', fileOf() + '\n'.repeat(1_200_000));
    const pieces: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/file')) pieces.push(request.method());
    });
    await page.click('text=Send and compare');
    await page.waitForURL(/\/columns$/);
    expect(pieces).toEqual(['POST', 'POST', 'POST']);
    expect(await page.inputValue('select[name="columns.amount"]')).toBe('Betrag');
    expect(await page.locator('.scrolling tbody tr').count()).toBe(4);
    await picture('reconciliation-map-1280');
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await picture('reconciliation-map-375');
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(await faultsOf(page)).toEqual([]);
  });

  it('says which column is mapped twice, and keeps what was chosen', async () => {
    await page.selectOption('select[name="columns.order"]', 'Betrag');
    await page.selectOption('select[name="columns.date"]', 'Tag');
    await page.selectOption('select[name="columns.currency"]', 'Währung');
    await page.click('text=Read it like this');
    await page.waitForURL(/\/console\/reconciliation\/[0-9a-f]+$/);
    expect(await page.innerText('main')).toContain('A column is mapped twice, or is there twice.');
    await page.click('main a.button.main');
    expect(await page.inputValue('select[name="columns.order"]')).toBe('Betrag');
    await page.selectOption('select[name="columns.order"]', 'Unsere Bestellung');
    await page.click('text=Read it like this');
    await page.waitForURL(/\/console\/reconciliation\/[0-9a-f]+$/);
  });

  it('shows each difference with its payment, and adds up', async () => {
    await expect.poll(() => page.locator('.tabs').count(), { timeout: 20_000 }).toBe(1);
    const text = (await page.innerText('main')).replaceAll('\u00a0', ' ');
    for (const words of ['Amount differs', 'Only in the file', 'Only in the ledger', 'Sums by day'])
      expect(text).toContain(words);
    expect(await page.locator('td[data-label=Payment] a').allInnerTexts()).toEqual(
      expect.arrayContaining(['order-2', 'order-3', 'order-4']),
    );
    await picture('reconciliation-result-1280');
    expect(await faultsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await picture('reconciliation-result-375');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.click('.tabs >> text=Only in the ledger');
    expect(await page.locator('td[data-label=Payment] a').allInnerTexts()).toEqual(['order-3']);
  });

  it('marks a difference with a reason, which stays', async () => {
    await page.click('.tabs >> text=Amount differs');
    await page.click('td[data-label=Mark] a');
    await picture('reconciliation-mark-1280');
    await page.click('text=Keep the mark');
    expect(await page.locator('.problem').count()).toBe(1);
    await page.fill('textarea[name=reason]', 'One euro was given at the counter.');
    await page.click('text=Keep the mark');
    await page.waitForURL(/\/console\/reconciliation\/[0-9a-f]+$/);
    await page.click('.tabs >> text=/^Marked/');
    expect(await page.innerText('td[data-label=Mark]')).toContain('One euro was given at the counter.');
  });

  it('asks the provider, and compares again', async () => {
    await page.click('text=Ask the provider');
    await page.waitForSelector('.notice');
    expect(await page.innerText('.notice')).toMatch(/Asked about \d; 0 are left/);
    await page.click('button:has-text("Compare again")');
    await expect.poll(() => page.innerText('main'), { timeout: 20_000 }).toContain('Compared again.');
    expect(await page.innerText('main')).toContain('One euro was given at the counter.');
  });

  it('is a file of what is shown, whose formulas are texts', async () => {
    await page.click('.tabs >> text=/^All/');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=As CSV')]);
    // A browser that another process started keeps its downloads to itself: they come as a stream.
    const file = (await buffer(await download.createReadStream())).toString('utf8');
    expect(file.startsWith('\uFEFFresult,matchedBy,line,')).toBe(true);
    expect(file).toContain("'=cmd()");
    expect(file).not.toMatch(/(?:^|,)"?=/m);
    expect(file).toContain('One euro was given at the counter.');
  });

  it('is printed without its buttons', async () => {
    await page.emulateMedia({ media: 'print' });
    for (const hidden of ['.actions', '.tabs', '.side'])
      expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
    expect(await page.locator('table').first().isVisible()).toBe(true);
    await picture('reconciliation-print');
    await page.emulateMedia({ media: 'screen' });
  });

  it('reads the next file of the account the same way, and goes on where a connection was lost', async () => {
    await page.goto(`${place.origin}/console/reconciliation`);
    await choose('december.csv', fileOf(2) + '\n'.repeat(1_200_000));
    let lost = 0;
    await page.route(/\/file$/, async (route) => {
      lost += 1;
      // The second piece never arrives, however often it is tried.
      if (lost >= 2 && lost <= 7) await route.abort();
      else await route.continue();
    });
    await page.click('text=Send and compare');
    await expect.poll(() => page.locator('[data-lost]').isVisible(), { timeout: 40_000 }).toBe(true);
    await picture('reconciliation-lost-1280');
    await page.click('[data-again]');
    await page.waitForURL(/\/console\/reconciliation\/[0-9a-f]+$/, { timeout: 30_000 });
    await page.unroute(/\/file$/);
    await expect
      .poll(() => page.innerText('main'), { timeout: 20_000 })
      .toContain('One euro was given at the counter.');
    expect(refused).toEqual([]);
  });

  it('takes a small file without scripts too', async () => {
    const plain = await place.browser.newContext({
      javaScriptEnabled: false,
      locale: 'de',
      storageState: await context.storageState(),
    });
    const still = await plain.newPage();
    await still.goto(`${place.origin}/console/reconciliation`);
    await still.selectOption('select[name=account]', 'paybox-sandbox');
    await still.setInputFiles('input[name=file]', {
      name: 'klein.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(fileOf()),
    });
    await still.click('form[enctype="multipart/form-data"] button.main');
    await still.waitForURL(/\/console\/reconciliation\/[0-9a-f]+$/);
    await expect.poll(async () => (await still.innerText('main')).includes('klein.csv')).toBe(true);
    if (pictures)
      await still.screenshot({ path: join(pictures, 'reconciliation-result-de.png'), fullPage: true });
    await plain.close();
  });
});
