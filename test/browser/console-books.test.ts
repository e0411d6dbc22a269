/**
 * The books of the console in a real browser. Ruled out: a range that is not that of the sums; a download that is no file, or lacks what the
 * page shows; a print that has more than the sums; a page that is wider than a telephone.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsolePlace, consolePlace, overflowOf, says, signedInWindow } from './console.ts';

let place: ConsolePlace;
let page: Page;
/** Where pictures of the pages go; unset: nowhere. */
const pictures = process.env.PICTURES;

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

/** Nobody else's sums are in a group of its own. */
const run = Date.now().toString(36);
const GROUP = `culture-${run}`;

const month = new Date().toISOString().slice(0, 7);

beforeAll(async () => {
  place = await consolePlace();
  const admin = 'local-admin-token';
  for (const [id, name] of [
    [`tickets-${run}`, 'Łódź & Söhne'],
    [`books-${run}`, 'Книги'],
  ]) {
    const { keys } = await call<{ keys: { apiKey: string } }>('PUT', `/v1/admin/shops/${id}`, admin, {
      name,
      group: GROUP,
      accounts: ['paybox-sandbox'],
    });
    const { id: payment } = await call<{ id: string }>('POST', '/v1/payments', keys.apiKey, {
      reference: '=1+1',
      amount: 123_456,
      currency: 'EUR',
      customer: {
        email: 'jane@example.com',
        firstName: 'Jane',
        lastName: 'Doe',
        phone: '+33612345678',
        address: { line1: '1 rue X', postalCode: '75001', city: 'Paris', country: 'FR' },
      },
    });
    await call('POST', `/sandbox/payments/${payment}`, admin, { decision: 'pay' });
  }
  const window = { timezoneId: 'Europe/Zurich', locale: 'en-GB', acceptDownloads: true };
  ({ page } = await signedInWindow(place, window));
  await page.goto(`${place.origin}/console/books`);
});

afterAll(() => place?.close());

describe('the books', () => {
  it('show the sums of the month that is chosen, and none of another', async () => {
    await page.fill('input[name=month]', month);
    await page.fill('input[name=timeZone]', 'Europe/Zurich');
    await page.selectOption('select[name=group]', GROUP);
    await page.click('.books-form button');
    await expect.poll(() => page.locator('table').count(), { timeout: 15_000 }).toBe(2);
    const shown = (await page.innerText('main')).replaceAll('\u00a0', ' ');
    expect(shown).toContain('Łódź & Söhne');
    expect(shown).toContain('2,469.12 EUR');
    expect(shown).toContain('The date on which money moved decides');
    await page.setViewportSize({ width: 1280, height: 900 });
    await picture('books-1280');
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await overflowOf(page)).toBe(0);
    await picture('books-375');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.fill('input[name=month]', '2020-01');
    await page.click('.books-form button');
    await says(page, 'main', 'No money came or went in this time.');
  });

  it('say what is wrong with a range, beside its field, and keep it', async () => {
    await page.fill('input[name=month]', '2026-11');
    await page.fill('input[name=to]', '2026-10');
    await page.click('.books-form button');
    await says(page, '#field-to-problem', 'comes before month');
    expect(await page.inputValue('input[name=to]')).toBe('2026-10');
    await picture('books-wrong');
  });

  it('are a file that a click downloads: the payments, and the sums', async () => {
    await page.goto(`${place.origin}/console/books/export`);
    await picture('books-export');
    await page.fill('input[name=from]', `${month}-01`);
    await page.fill('input[name=to]', '2099-01-01');
    await page.selectOption('select[name=group]', GROUP);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('.books-form button')]);
    expect(download.suggestedFilename()).toBe(`payments-${month}-01-to-2099-01-01.csv`);
    // A browser that another process started keeps its downloads to itself: they come as a stream.
    const file = (await buffer(await download.createReadStream())).toString('utf8');
    expect(file.startsWith('\uFEFFid;reference;')).toBe(true);
    expect(file.match(/;'=1\+1;/g)).toHaveLength(2);
    expect(file).toContain(';1234.56;1234.56;0.00;');
  });

  it('are printed as the sums alone', async () => {
    await page.goto(`${place.origin}/console/books?month=${month}&group=${GROUP}`);
    await page.emulateMedia({ media: 'print' });
    expect(await page.innerText('main')).toContain('which is not in it (Europe/Zurich)');
    expect(await page.isVisible('table')).toBe(true);
    for (const hidden of ['.books-form', '.side', '.top', '.actions'])
      expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
    await picture('books-print');
    await page.emulateMedia({ media: 'screen' });
  });

  it('are a PDF of the same sums, and one with the list of payments', async () => {
    const links = await page.locator('a[href*="summary.pdf"]').all();
    const sizes: number[] = [];
    for (const link of links) {
      const answer = await page.request.get(`${place.origin}${await link.getAttribute('href')}`);
      expect(answer.headers()['content-type']).toBe('application/pdf');
      const body = await answer.body();
      expect(body.subarray(0, 5).toString()).toBe('%PDF-');
      sizes.push(body.length);
    }
    expect(sizes).toHaveLength(2);
    expect(sizes[1]).toBeGreaterThan(sizes[0] ?? 0);
  });
});
