/**
 * `npm run screenshots:console`: the console's pages into docs/screenshots; with `--all DIR` every page at 375, 800 and 1280 pixels, light and
 * dark, in English, French, German and Polish, into DIR: to be looked at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import { type ConsolePlace, consolePlace, signedInWindow } from '../browser/console.ts';
import { CONSOLE_PAGES, VISITOR_PAGES } from './console.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'screenshots');

interface Way {
  readonly language: string;
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

const EVERY_WAY: readonly Way[] = ['en', 'fr', 'de', 'pl'].flatMap((language) =>
  [375, 800, 1280].flatMap((width) =>
    (['light', 'dark'] as const).map((scheme) => ({ language, width, scheme })),
  ),
);

/** What stands in the docs: a desk in the light, a telephone in the dark. */
const DOCS_WAYS: readonly Way[] = [
  { language: 'en', width: 1280, scheme: 'light' },
  { language: 'en', width: 375, scheme: 'dark' },
];

async function shoot(page: Page, origin: string, path: string, file: string): Promise<void> {
  await page.goto(origin + path);
  await page.screenshot({ path: file, fullPage: true });
}

async function takeAll(
  place: ConsolePlace,
  ways: readonly Way[],
  directory: string,
  all: boolean,
): Promise<void> {
  for (const { language, width, scheme } of ways) {
    const window = { locale: language, colorScheme: scheme, viewport: { width, height: 800 } };
    const file = (name: string) => join(directory, `console-${name}-${language}-${width}-${scheme}.png`);
    const visitor = await place.browser.newContext(window);
    const outside = await visitor.newPage();
    for (const { name, path, kept } of VISITOR_PAGES)
      if (all || kept) await shoot(outside, place.origin, path, file(name));
    await visitor.close();
    const { context, page } = await signedInWindow(place, window);
    for (const { name, path, kept } of CONSOLE_PAGES)
      if (all || kept) await shoot(page, place.origin, path, file(name));
    await context.close();
  }
}

/** Accounts, amounts in minor units, and how each order ends. */
const ORDERS = [
  ['paybox-sandbox', 'EUR', 4990, 'pay'],
  ['przelewy24-sandbox', 'PLN', 12_900, 'pay'],
  ['postfinance-checkout-sandbox', 'CHF', 8450, 'pay'],
  ['payzen-sandbox', 'EUR', 2490, 'decline'],
  ['monetico-sandbox', 'EUR', 15_900, 'pay'],
  ['ecommpay-sandbox', 'EUR', 1999, 'cancel'],
  ['worldline-sandbox', 'EUR', 32_000, 'pay'],
] as const;

/** Orders of a day, so that no page is empty. */
async function makeOrders(origin: string): Promise<void> {
  const call = async (path: string, body: object): Promise<{ readonly id: string }> => {
    const answer = await fetch(origin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { readonly id: string };
  };
  for (const [index, [account, currency, amount, decision]] of ORDERS.entries()) {
    const customer = {
      email: 'jane@example.com',
      firstName: 'Jane',
      lastName: 'Miller',
      address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
    };
    const order = { reference: `order-${1042 + index}`, amount, currency, account, customer };
    const { id } = await call('/v1/payments', order);
    await call(`/sandbox/payments/${id}`, { decision });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { all: { type: 'string' } } });
  const directory = values.all ?? DOCS;
  mkdirSync(directory, { recursive: true });
  const place = await consolePlace();
  try {
    await makeOrders(place.origin);
    const isAll = values.all !== undefined;
    await takeAll(place, isAll ? EVERY_WAY : DOCS_WAYS, directory, isAll);
  } finally {
    await place.close();
  }
}

await main();
