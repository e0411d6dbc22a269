/**
 * The pages of /docs in a real browser. Ruled out on every page: a horizontal scroll at 375 pixels, an error in the console, something that is
 * loaded from elsewhere, a serious or moderate finding of axe, in light and dark. And: search, tabs and copying by keyboard; all of it without scripts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from './server.ts';

let server: TestServer;
let browser: Browser;
let addresses: readonly string[];
const AXE = readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');

beforeAll(async () => {
  server = await testServer();
  const rows = (await (await fetch(`${server.origin}/docs/assets/search.json`)).json()) as string[][];
  addresses = [...new Set([...rows.map(([address = '']) => address.split('#')[0] ?? ''), '/docs/search'])];
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

interface Found {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds, as far as it is serious or moderate. */
async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as {
    violations: Found[];
  };
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
}

describe.each([
  [375, 'light'],
  [1280, 'dark'],
] as const)('in a window of %d pixels, %s', (width, colorScheme) => {
  it('every page fits, loads nothing from elsewhere, and has nothing that axe or the console calls an error', async () => {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      // axe is put into the page.
      bypassCSP: true,
    });
    const page = await context.newPage();
    const wrong: string[] = [];
    let at = '';
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(`${at}: ${message.text()}`);
    });
    page.on('pageerror', (error) => wrong.push(`${at}: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.origin)) wrong.push(`${at} loads ${request.url()}`);
    });
    for (const address of addresses) {
      at = address;
      const response = await page.goto(server.origin + address);
      if (response?.status() !== 200) wrong.push(`${address}: ${response?.status()}`);
      const scrolled = await page.evaluate('document.documentElement.scrollWidth');
      if (Number(scrolled) > width) wrong.push(`${address} is ${scrolled} wide`);
      wrong.push(...(await axe(page)).map((found) => `${address}: ${found}`));
    }
    expect(addresses.length).toBeGreaterThan(150);
    expect(wrong).toEqual([]);
    await context.close();
  }, 1_800_000);
});

describe('the policy of the pages', () => {
  it('lets their own script and style in, and nothing else is tried', async () => {
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));
    await page.goto(`${server.origin}/docs/quick-start`);
    await page.waitForSelector('[role=tab]');
    expect(refused).toEqual([]);
    await page.close();
  });
});

describe('by keyboard', () => {
  it('"/" begins a search, arrows choose, Enter goes there, Escape ends it', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/docs`);
    await page.keyboard.press('/');
    await page.keyboard.type('refund');
    await page.waitForSelector('#found li[aria-selected=true]');
    const first = await page.textContent('#found li[aria-selected=true] b');
    await page.keyboard.press('ArrowDown');
    expect(await page.textContent('#found li[aria-selected=true] b')).not.toBe(first);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Escape');
    expect(await page.isVisible('#found')).toBe(false);
    await page.keyboard.type(' webhook');
    await page.waitForSelector('#found li[aria-selected=true]');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname !== '/docs');
    await page.close();
  });

  it('words that stand in no one part still find something, and a shop\u2019s pages stand before an operator\u2019s', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/docs/search?q=raw+body+flask`);
    await page.waitForSelector('#found li[aria-selected=true]');
    expect(await page.textContent('#found')).toContain('Flask');
    await page.fill('#search', 'refund');
    await page.waitForSelector('#found li:has-text("Operations: capture, cancel, refund")');
    expect(await page.textContent('#found li >> nth=0')).not.toContain('/docs/reference/post-v1-admin');
    await page.close();
  });

  it('a language is chosen once for all pages', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/docs/reference/get-v1-payments-id`);
    await page.focus('[role=tab][aria-selected=true]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('[role=tab][aria-selected=true]')).toBe('Python');
    await page.goto(`${server.origin}/docs/reference/post-v1-payments`);
    expect(await page.textContent('[role=tab][aria-selected=true]')).toBe('Python');
    expect(await page.isVisible('figure[data-lang=python]')).toBe(true);
    await page.close();
  });

  it('code is copied whole', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(`${server.origin}/docs/quick-start`);
    await page.focus('.copy >> nth=0');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('npm ci\nnpm start');
    await context.close();
  });

  it('the colours change and stay', async () => {
    const page = await browser.newPage({ colorScheme: 'light' });
    await page.goto(`${server.origin}/docs`);
    await page.click('.theme');
    await page.click('.theme');
    const dark = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.goto(`${server.origin}/docs/concepts`);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(dark);
    expect(dark).toBe('rgb(15, 20, 18)');
    await page.close();
  });
});

describe('without scripts', () => {
  it('all code is there, and a search leads to a page of headings', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${server.origin}/docs/reference/post-v1-payments`);
    for (const language of ['sh', 'ts', 'python', 'php'])
      expect(await page.isVisible(`figure[data-lang=${language}]`)).toBe(true);
    await page.fill('#search', 'refund');
    await page.press('#search', 'Enter');
    expect(new URL(page.url()).pathname).toBe('/docs/search');
    expect(await page.textContent('h1')).toBe('All pages');
    await context.close();
  });
});

describe('an address without a page', () => {
  it('is a page that says so', async () => {
    const page = await browser.newPage();
    const response = await page.goto(`${server.origin}/docs/nothing`);
    expect([response?.status(), await page.textContent('h1')]).toEqual([404, 'No such page']);
    await page.close();
  });
});

describe('printed', () => {
  it('has the text alone', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/docs/quick-start`);
    await page.emulateMedia({ media: 'print' });
    for (const part of ['.top', '#contents', '.outline', '.tablist', '.copy >> nth=0'])
      expect(await page.isVisible(part), part).toBe(false);
    expect(await page.isVisible('h1')).toBe(true);
    // Without tabs each program says its language.
    for (const language of ['ts', 'python', 'php'])
      expect(await page.isVisible(`.tabs figure[data-lang=${language}] figcaption`), language).toBe(true);
    await page.close();
  });
});
