/** The console in a real browser: what its tests share. */
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { invitationPath } from '../../src/console/invitation-path.ts';
import { DEMO_OPERATORS } from '../../src/sandbox/demo-operator.ts';
import { testBrowser, testServer } from './server.ts';

export const [OWNER, SECOND] = DEMO_OPERATORS;

/** A local server with its browser. */
export interface ConsolePlace {
  readonly origin: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The shared server and browser (`shared.ts`); in a test run they are there. */
export async function consolePlace(): Promise<ConsolePlace> {
  const server = await testServer();
  const browser = await testBrowser();
  return {
    origin: server.origin,
    browser,
    close: async () => {
      await browser.close();
      await server.stop();
    },
  };
}

/** That of src/console/.dev.vars.example. */
export const LOCAL_KEY = 'bG9jYWwtY29uc29sZS1rZXktb2YtMzItYnl0ZXMtLS0=';

/** An operator of a test's own: what a test does to its password, second factor or settings, no other test sees. */
export async function newOperator(
  { origin, browser }: ConsolePlace,
  role: string,
): Promise<Pick<typeof OWNER, 'email' | 'password'>> {
  const email = `op-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}@example.com`;
  const made = await fetch(`${origin}/v1/admin/users`, {
    method: 'POST',
    headers: { authorization: 'Bearer local-admin-token', 'content-type': 'application/json' },
    body: JSON.stringify({ email, name: 'Ada', role, shops: null, groups: null }),
  });
  if (!made.ok) throw new Error(`${made.status} ${await made.text()}`);
  const { id } = (await made.json()) as { id: string };
  const key = new Uint8Array(Buffer.from(LOCAL_KEY, 'base64'));
  const page = await browser.newPage();
  await page.goto(origin + invitationPath(key, id, null, Date.now()));
  await page.fill('[name=password]', OPERATOR_PASSWORD);
  await page.fill('[name=repeat]', OPERATOR_PASSWORD);
  await page.click('form button.main');
  await page.waitForURL('**/console/sign-in*');
  await page.close();
  return { email, password: OPERATOR_PASSWORD };
}

const OPERATOR_PASSWORD = 'four words without meaning';

/** Waits for a text in the first of a page's elements that match: a script says it a moment later, or the next page does. */
export async function says(page: Page, selector: string, text: string | RegExp): Promise<void> {
  const found = page.locator(selector).filter({ hasText: text }).first();
  await found.waitFor({ timeout: 15_000 }).catch(async () => {
    const there = await page.locator(selector).allTextContents();
    throw new Error(`${page.url()}: ${selector} says ${JSON.stringify(there)}, and not ${text}`);
  });
}

/** A window of its own, in which an operator is signed in. What the policy refused is in `refused`, what went elsewhere in `elsewhere`. */
export async function signedInWindow(
  { browser, origin }: ConsolePlace,
  options: BrowserContextOptions & { readonly operator?: Pick<typeof OWNER, 'email' | 'password'> } = {},
): Promise<{ context: BrowserContext; page: Page; refused: string[]; elsewhere: string[] }> {
  const { operator = OWNER, ...window } = options;
  const context = await browser.newContext({ locale: 'en', ...window });
  const page = await context.newPage();
  const [refused, elsewhere]: [string[], string[]] = [[], []];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      elsewhere.push(request.url());
  });
  await page.goto(`${origin}/console/sign-in`);
  await signInOn(page, operator.email, operator.password);
  await page.waitForURL((url) => !url.pathname.startsWith('/console/sign-in'));
  return { context, page, refused, elsewhere };
}

/** Fills in the form of the sign-in that a page shows. */
export async function signInOn(page: Page, email: string, password: string): Promise<void> {
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', password);
  await page.click('form button.main');
}

/**
 * What axe finds that is serious or moderate, each by its rule and the first element.
 * @param rules only these; a page in another colour scheme differs by its contrasts alone.
 */
export async function faultsOf(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const { axe: runner } = globalThis as unknown as { axe: typeof axe };
    const options = only ? { runOnly: [...only] } : {};
    const { violations } = await runner.run({ ...options, resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact !== 'minor')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  }, rules);
}

/** How many pixels a page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  // The test runs where there is no DOM of its own.
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
