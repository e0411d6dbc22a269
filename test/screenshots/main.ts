/**
 * `npm run screenshots`: the pages as people see them, from a local server of its own, into docs/screenshots. With `--all DIR` every page at
 * 375 and 1280 pixels, light and dark, in English, French, Polish and Russian, into DIR: to be looked at.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { freePort } from '../../src/sandbox/run/port.ts';
import { localServer } from '../../src/sandbox/run/server.ts';
import { CHECKOUT_PAGES, CHECKOUT_SHOTS, Checkout, type Shot } from './checkout.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'screenshots');

/** Every page in every way. */
function everyShot(): readonly Shot[] {
  return CHECKOUT_PAGES.flatMap(({ name }) =>
    ['en', 'fr', 'pl', 'ru'].flatMap((language) =>
      ([375, 1280] as const).flatMap((width) =>
        (['light', 'dark'] as const).map((scheme) => ({ page: name, language, width, scheme })),
      ),
    ),
  );
}

async function take(browser: Browser, place: Checkout, shot: Shot, directory: string): Promise<void> {
  const { page: name, language, width, scheme } = shot;
  const shown = CHECKOUT_PAGES.find((page) => page.name === name);
  if (!shown) throw new Error(`there is no page ${name}`);
  const context = await browser.newContext({
    viewport: { width, height: 700 },
    colorScheme: scheme,
    locale: language,
  });
  const page = await context.newPage();
  await page.goto(await shown.at(place, language));
  const path = join(directory, `checkout-${name}-${language}-${width}-${scheme}.png`);
  // The chooser is as long as the shop has accounts: its top says what it is.
  await page.screenshot({ path, fullPage: directory !== DOCS || !name.startsWith('choose') });
  await context.close();
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--all');
  const directory = at < 0 ? DOCS : (process.argv[at + 1] ?? '.');
  mkdirSync(directory, { recursive: true });
  const state = mkdtempSync(join(tmpdir(), 'countersign-screenshots-'));
  const running = process.env.SCREENSHOTS_ORIGIN;
  const server = running
    ? { origin: running, stop: () => {}, ended: Promise.resolve(0) }
    : await localServer(await freePort(), { output: 'ignore', state });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const place = new Checkout(server.origin);
    await place.prepare();
    for (const shot of at < 0 ? CHECKOUT_SHOTS : everyShot()) await take(browser, place, shot, directory);
  } finally {
    await browser.close();
    server.stop();
    await server.ended;
    rmSync(state, { recursive: true, force: true });
  }
}

await main();
