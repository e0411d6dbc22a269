/**
 * The console's pages of payments, attention and home in a real browser, as operators use them. Ruled out: a step that only works over
 * HTTP, with scripts, with a mouse, in English, or in a wide window; a double click that does something twice.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import {
  type ConsolePlace,
  consolePlace,
  faultsOf,
  OWNER,
  overflowOf,
  SECOND,
  says,
  signedInWindow,
  signInOn,
} from './console.ts';

let place: ConsolePlace;

interface Made {
  readonly id: string;
  readonly reference: string;
}

async function call<T>(method: string, path: string, key: string, body?: object): Promise<T> {
  const response = await fetch(`${place.origin}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const asAdmin = <T>(method: string, path: string, body?: object) =>
  call<T>(method, `/admin${path}`, 'local-admin-token', body);

let count = 0;

/** A payment of the demo shop, which the shopper pays at a sandbox bank in the browser. */
async function paidInBrowser(page: Page, more: object = {}): Promise<Made> {
  count += 1;
  const made = await call<Made & { checkoutUrl: string }>('POST', '/payments', DEMO_KEYS.apiKey, {
    reference: `order-${Date.now().toString(36)}-${count}`,
    amount: 1999,
    currency: 'EUR',
    account: 'sips2-sandbox',
    customer: { email: `zoe${count}@example.com`, firstName: 'Zoé' },
    description: 'Two tickets',
    ...more,
  });
  await page.goto(made.checkoutUrl);
  await page.click('button[value="pay"]');
  await page.waitForURL((url) => url.pathname.startsWith('/shop'));
  return made;
}

const urlOf = ({ id }: Made) => `${place.origin}/console/payments/${id}`;

/** Loads a page again until it has a text: webhooks and the searchable copy follow within moments. */
async function until(page: Page, text: string): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    if ((await page.textContent('main'))?.includes(text)) return;
    await page.waitForTimeout(250);
    await page.reload();
  }
  throw new Error(`${page.url()} never had: ${text}`);
}

beforeAll(async () => {
  place = await consolePlace();
});
afterAll(() => place?.close());

describe('an operator', () => {
  it('finds a payment that was paid, refunds a part once by a double click, sees the webhook and sends it again', async () => {
    const { context, page, refused, elsewhere } = await signedInWindow(place);
    const made = await paidInBrowser(await context.newPage());
    for (const text of [made.reference, made.id, `zoe${count}@example.com`]) {
      await page.goto(`${place.origin}/console`);
      await page.keyboard.press('/');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.waitForURL(urlOf(made));
    }
    await page.goto(`${place.origin}/console/payments?amountFrom=19.99&amountTo=19.99&currency=EUR`);
    await says(page, 'main', made.reference);
    await page.goto(urlOf(made));
    await until(page, 'The shop took the webhook');
    await page.click('main .head a:text-is("Refund")');
    await page.fill('[name=amount]', '5,00');
    await page.click('main button.main');
    await says(page, 'main', made.reference);
    await page.dblclick('main button.danger');
    await page.waitForURL((url) => url.pathname === new URL(urlOf(made)).pathname);
    await until(page, 'the provider did it');
    const { operations } = await call<{ operations: { amount: number }[] }>(
      'GET',
      `/payments/${made.id}`,
      DEMO_KEYS.apiKey,
    );
    expect(operations.map(({ amount }) => amount)).toEqual([500]);
    await until(page, 'operation.succeeded');
    const before = await page.locator('#deliveries tbody tr').count();
    await page.click('#deliveries >> text=Send it again');
    await until(page, 'The newest webhook was asked for again.');
    for (
      let tries = 0;
      tries < 40 && (await page.locator('#deliveries tbody tr').count()) <= before;
      tries++
    ) {
      await page.waitForTimeout(250);
      await page.reload();
    }
    expect(await page.locator('#deliveries tbody tr').count()).toBeGreaterThan(before);
    expect([refused, elsewhere]).toEqual([[], []]);
    await context.close();
  });

  it('sees a forged message and why it was refused', async () => {
    const { context, page } = await signedInWindow(place);
    const made = await paidInBrowser(await context.newPage(), { account: 'ogone-sandbox' });
    const forged = new URLSearchParams({
      ...{ orderID: `${made.id}01`, amount: '19.99', currency: 'EUR', STATUS: '9', PAYID: '1' },
      SHASIGN: 'A'.repeat(40),
    });
    await fetch(`${place.origin}/callback/ogone-sandbox`, { method: 'POST', body: forged });
    await page.goto(urlOf(made));
    await until(page, 'Its signature');
    const text = (await page.textContent('#refusals')) ?? '';
    expect(text).toContain('The text that is signed');
    expect(text).toContain(made.id);
    await page.goto(`${place.origin}/console/attention`);
    await until(page, 'Messages were not believed');
    await context.close();
  });

  it('asks for a large refund, which a second person approves; without scripts', async () => {
    await asAdmin('PUT', '/approvals', { EUR: 1000 });
    const asker = await signedInWindow(place, { javaScriptEnabled: false });
    const shopper = await place.browser.newPage();
    const made = await paidInBrowser(shopper);
    await asker.page.goto(`${urlOf(made)}/refund?amount=15&attempt=1`);
    await asker.page.fill('[name=again]', '16');
    await asker.page.click('main button.danger');
    await says(asker.page, '[role=alert]', 'This is not');
    await asker.page.fill('[name=again]', '15');
    await asker.page.click('main button.danger');
    await says(asker.page, 'main', 'waits for a second person');
    const second = await signedInWindow(place, { operator: SECOND });
    await second.page.goto(`${place.origin}/console`);
    await until(second.page, 'A refund waits for a second person');
    await second.page.click('text=Approve or decline >> nth=0');
    await says(second.page, 'main', made.reference);
    await second.page.click('main button.main');
    await until(second.page, 'Refunded in part');
    await asAdmin('PUT', '/approvals', {});
    for (const { context } of [asker, second]) await context.close();
    await shopper.close();
  });

  it('whose session ended in the middle of a refund signs in again, and nothing was done', async () => {
    const { context, page } = await signedInWindow(place);
    const made = await paidInBrowser(await context.newPage());
    await page.goto(`${urlOf(made)}/refund?amount=5&attempt=1`);
    await context.clearCookies();
    await page.click('main button.danger');
    await says(page, 'main', 'Nothing was sent and nothing was done');
    await page.click('a:has-text("Sign in again")');
    await signInOn(page, OWNER.email, OWNER.password);
    await page.waitForURL(`${urlOf(made)}/refund`);
    const { operations } = await call<{ operations: object[] }>(
      'GET',
      `/payments/${made.id}`,
      DEMO_KEYS.apiKey,
    );
    expect(operations).toEqual([]);
    await context.close();
  });

  it('makes a payment link with the keyboard alone', async () => {
    const { context, page } = await signedInWindow(place);
    await page.goto(`${place.origin}/console/links/new?shop=demo`);
    expect(await page.evaluate('document.activeElement.name')).toBe('reference');
    await page.keyboard.type(`invoice-${Date.now()}`);
    await page.keyboard.press('Tab');
    await page.keyboard.type('12.50');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/link');
    expect(await page.locator('.qr svg').count()).toBe(1);
    await says(page, 'main', '12.50');
    await context.close();
  });
});

/** The pages of one payment, and those beside it. */
const pagesOf = ({ id }: Made) => [
  '/console',
  '/console/payments?status=paid',
  '/console/payments?amountFrom=x',
  ...['', '/refund', '/refund?amount=600&attempt=1', '/cancel', '/link', '/attempts/1/conclude', '/raw'].map(
    (part) => `/console/payments/${id}${part}`,
  ),
  '/console/links/new?shop=demo',
  '/console/payments/resend',
  '/console/attention',
  '/console/refusals/ogone-sandbox',
  `/console/transactions/${id}`,
  '/console/transactions',
];

/** Opens a page. A user has sixty calls at a time, and ten a second: a page that says so is opened again. */
async function opened(page: Page, path: string): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    const answer = await page.goto(place.origin + path);
    if (answer?.status() !== 429) return;
    await page.waitForTimeout(1000);
  }
  throw new Error(`${path} is never opened`);
}

describe('each page fits and has no fault', () => {
  let made: Made;

  it.each([
    ['en', 'light', 1280],
    ['fr', 'dark', 375],
    ['pl', 'light', 375],
    ['de', 'dark', 800],
  ] as const)('in %s, %s, at %d pixels', { timeout: 180_000 }, async (locale, colorScheme, width) => {
    const window = { viewport: { width, height: 900 }, locale, colorScheme };
    const { context, page, refused } = await signedInWindow(place, window);
    made ??= await paidInBrowser(await context.newPage(), { amount: 60_000 });
    for (const path of pagesOf(made)) {
      await opened(page, path);
      expect([path, await page.getAttribute('html', 'lang')]).toEqual([path, locale]);
      expect([path, await overflowOf(page), await faultsOf(page)]).toEqual([path, 0, []]);
    }
    expect(refused).toEqual([]);
    await context.close();
  });
});
