/**
 * An operator's first weeks with the console, from the first sign-in on, in a real browser: each step stands on the one before. Ruled out: a
 * step that leads nowhere, that needs scripts, a mouse, English, the light, or a wide window; a refund that a double click makes twice; a lock
 * that lets somebody in; a token that goes on after it was revoked; a secret that is shown. Long because it is one journey, which has no place
 * to be cut at.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../src/client/index.ts';
import { fromBase32, totpCode } from '../../src/console/totp.ts';
import {
  type ConsolePlace,
  consolePlace,
  faultsOf,
  newOperator,
  overflowOf,
  says,
  signedInWindow,
  signInOn,
} from './console.ts';

type Operator = Awaited<ReturnType<typeof newOperator>>;

const run = Date.now().toString(36);
const ACCOUNT = `cards-${run}`;
const SHOP = `books-${run}`;
const REFERENCE = `invoice-${run}`;
const EMAIL = `zoe-${run}@example.com`;
const SECRET_OUT = 'the passphrase of the way out';

/** A message that came to the shop's webhook address. */
interface Received {
  readonly id: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

let place: ConsolePlace;
let operator: Operator;
let locked: Operator;
let context: BrowserContext;
let page: Page;
let hook: Server;
const received: Received[] = [];
/** What the policy refused, and what was loaded from elsewhere. */
let seen: { readonly refused: readonly string[]; readonly elsewhere: readonly string[] };
/** Set by the steps. */
let webhookSecret = '';
let payment = '';

const at = (path: string) => `${place.origin}/console${path}`;
const paymentPage = () => at(`/payments/${payment}`);

async function asAdmin<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${place.origin}/v1/admin${path}`, {
    method,
    headers: { authorization: 'Bearer local-admin-token', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Loads a page again until it has a text: webhooks and the searchable copy follow within moments. */
async function until(of: Page, text: string | RegExp): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if ((await of.locator('main').filter({ hasText: text }).count()) > 0) return;
    await of.waitForTimeout(200);
    await of.reload();
  }
  throw new Error(`${of.url()} never had: ${text}`);
}

/** Nothing is serious or moderate on the page as it stands, and it fits its window; in the light and in the dark. */
async function isSound(of: Page): Promise<void> {
  const rules = { light: undefined, dark: ['color-contrast'] };
  for (const colorScheme of ['light', 'dark'] as const) {
    await of.emulateMedia({ colorScheme });
    const found = [await overflowOf(of), await faultsOf(of, rules[colorScheme])];
    expect([of.url(), colorScheme, ...found]).toEqual([of.url(), colorScheme, 0, []]);
  }
}

/** Presses Tab until whatever has the focus fits. */
async function tabTo(of: Page, selector: string): Promise<void> {
  for (let n = 0; n < 80; n++) {
    if (await of.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`)) return;
    await of.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

beforeAll(async () => {
  hook = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({ id: headers['webhook-id'] ?? '', body, headers });
      response.end('ok');
    });
  });
  await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done));
  place = await consolePlace();
  [operator, locked] = [await newOperator(place, 'owner'), await newOperator(place, 'view')];
}, 120_000);

afterAll(async () => {
  hook?.close();
  await context?.close();
  await place?.close();
});

describe('an operator', () => {
  it('is asked to wait after five wrong passwords, with the right one too', async () => {
    const visitor = await place.browser.newPage({ locale: 'en' });
    await visitor.goto(at('/sign-in'));
    for (let n = 0; n < 5; n++) {
      await signInOn(visitor, locked.email, `wrong ${n}`);
      await says(visitor, '[role=alert]', 'The e-mail address or the password is wrong');
    }
    await signInOn(visitor, locked.email, locked.password);
    await says(visitor, '[role=alert]', /Try again in \d+ seconds/);
    await isSound(visitor);
    await visitor.close();
  });

  it('signs in, turns on a second factor, and comes in with its code', async () => {
    const window = await signedInWindow(place, { operator, viewport: { width: 1280, height: 900 } });
    ({ context, page } = window);
    seen = window;
    await page.goto(at('/me'));
    await page.click('text=Turn on a second factor');
    const secret = (await page.getAttribute('[data-copy]', 'data-copy')) ?? '';
    const codeNow = (stepsOn: number) =>
      totpCode(fromBase32(secret) ?? new Uint8Array(), Math.floor(Date.now() / 30_000) + stepsOn);
    await page.fill('[name=code]', codeNow(0));
    await page.fill('[name=current]', operator.password);
    await page.click('main form button.main');
    await says(page, 'h1', 'Your recovery codes');
    await isSound(page);
    await page.click('main a.main');
    await page.click('.side form button');
    await says(page, '[role=status]', 'You have signed out');
    await signInOn(page, operator.email, operator.password);
    await page.waitForURL('**/console/sign-in/code');
    await page.fill('[name=code]', '000000');
    await page.click('form button.main');
    await says(page, '[role=alert]', 'The code is wrong');
    // A code counts once: that of the next half minute is good already.
    await page.fill('[name=code]', codeNow(1));
    await page.click('form button.main');
    await page.waitForURL((url) => !url.pathname.startsWith('/console/sign-in'));
  });

  it('makes an account from the form of its provider', async () => {
    await page.goto(at('/accounts'));
    await page.click('text=New account');
    await page.selectOption('[name=provider]', 'ogone');
    await page.click('main form button.main');
    const values = {
      ...{ id: ACCOUNT, caption: 'Cards of the bookshop', currencies: 'EUR' },
      ...{ 'settings.pspid': 'Bookshop', 'settings.sha_in': 'the passphrase of the way in' },
      // DirectLink refunds, and wants a user of its own.
      ...{ 'settings.userid': 'console', 'settings.pswd': 'the password of the user' },
      ...{ 'settings.sha_out': 'short', 'endpoints.page': place.origin, 'endpoints.api': place.origin },
    };
    await page.selectOption('[name=environment]', 'sandbox');
    for (const [name, value] of Object.entries(values)) await page.fill(`[name="${name}"]`, value);
    await page.click('main form button.main');
    await says(page, '[role=alert]', 'a passphrase has 16 to 32 characters');
    expect(await page.inputValue('[name="settings.pspid"]')).toBe('Bookshop');
    for (const name of ['sha_in', 'sha_out', 'pswd'])
      expect(await page.inputValue(`[name="settings.${name}"]`)).toBe('');
    await page.fill('[name="settings.sha_in"]', 'the passphrase of the way in');
    await page.fill('[name="settings.sha_out"]', SECRET_OUT);
    await page.fill('[name="settings.pswd"]', 'the password of the user');
    await isSound(page);
    await page.click('main form button.main');
    await page.waitForURL(at(`/accounts/${ACCOUNT}`));
    await says(page, 'main', `/callback/${ACCOUNT}`);
    expect(await page.textContent('body')).not.toContain(SECRET_OUT);
    await isSound(page);
  });

  it('makes a shop, and is shown its keys once', async () => {
    await page.goto(at('/shops/new'));
    const { port } = hook.address() as AddressInfo;
    await page.fill('[name=id]', SHOP);
    await page.fill('[name=name]', 'Łódź & Söhne');
    await page.fill('[name="returnUrl.success"]', `${place.origin}/shop`);
    await page.fill('[name="webhook.url"]', `http://127.0.0.1:${port}/hook`);
    await page.check(`[name=accounts][value="${ACCOUNT}"]`);
    await isSound(page);
    await page.click('main form button.main');
    await says(page, 'h1', 'Łódź & Söhne');
    const keys = await page
      .locator('[data-copy]')
      .evaluateAll((buttons) =>
        buttons.map((button) => (button as unknown as { dataset: { copy: string } }).dataset.copy),
      );
    webhookSecret = keys.find((key) => key.startsWith('whsec_')) ?? '';
    const tried = await Promise.all(
      keys.map((key) =>
        fetch(`${place.origin}/v1/accounts`, { headers: { authorization: `Bearer ${key}` } }).then(
          ({ ok }) => ok,
        ),
      ),
    );
    const apiKey = keys[tried.indexOf(true)] ?? '';
    expect([apiKey.length > 20, webhookSecret.length > 20]).toEqual([true, true]);
    await page.goto(at(`/shops/${SHOP}/keys`));
    expect(await page.textContent('body')).not.toContain(apiKey);
    await isSound(page);
  });

  it('makes a payment link with the keyboard alone, which a shopper pays on a telephone', async () => {
    await page.goto(at(`/links/new?shop=${SHOP}`));
    await tabTo(page, '[name=reference]');
    await page.keyboard.type(REFERENCE);
    await tabTo(page, '[name=amount]');
    await page.keyboard.type('1234,56');
    await tabTo(page, '[name="customer.email"]');
    await page.keyboard.type(EMAIL);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/link');
    payment = /payments\/([0-9A-Z]{16})\/link/.exec(page.url())?.[1] ?? '';
    await says(page, 'main', '1,234.56');
    await isSound(page);
    const link = await page.locator('[data-copy*="/pay/"]').getAttribute('data-copy');
    const shopper = await place.browser.newPage({ viewport: { width: 375, height: 700 } });
    await shopper.goto(link ?? '');
    await shopper.waitForLoadState();
    const choice = shopper.locator(`button[value="${ACCOUNT}"]`);
    if ((await choice.count()) > 0) await choice.click();
    await shopper.click('button[value="pay"]');
    await shopper.waitForURL((url) => url.pathname.startsWith('/shop'));
    await shopper.close();
  });

  it('finds the payment by each search, and not by another', async () => {
    await page.goto(paymentPage());
    await until(page, 'The shop took the webhook');
    const { providerReference } = await asAdmin<{ providerReference: string }>('GET', `/payments/${payment}`);
    for (const text of [REFERENCE, payment, providerReference, EMAIL]) {
      await page.keyboard.press('/');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.waitForURL(paymentPage());
      await page.goto(at('/books'));
    }
    await page.keyboard.press('/');
    await page.keyboard.type('1234.56 EUR');
    await page.keyboard.press('Enter');
    await page.waitForURL(/search|payments/);
    await says(page, 'main', REFERENCE);
    const today = new Date().toISOString().slice(0, 10);
    const filters: readonly (readonly [string, string, string])[] = [
      ['reference', REFERENCE, `${REFERENCE}x`],
      ['providerReference', providerReference, 'none'],
      ['email', EMAIL.toUpperCase(), 'nobody@example.com'],
      ['id', payment, '0000000000000000'],
      ['account', ACCOUNT, 'paybox-sandbox'],
      ['provider', 'ogone', 'paybox'],
      ['currency', 'eur', 'CHF'],
      ['amountFrom', '1234,56', '1234.57'],
      ['amountTo', '1234.56', '1234.55'],
      ['test', 'true', 'false'],
      ['status', 'paid', 'denied'],
      ['createdFrom', today, '2099-01-01'],
      ['createdTo', '2099-01-01', '2020-01-01'],
      ['updatedFrom', today, '2099-01-01'],
      ['paidFrom', today, '2099-01-01'],
      ['paidTo', '2099-01-01', '2020-01-01'],
    ];
    // The form leads to addresses like these.
    await page.goto(at('/payments'));
    await page.click('main summary');
    await page.fill('main [name=reference]', REFERENCE);
    await page.click('main form button.main');
    await says(page, 'main table', REFERENCE);
    await isSound(page);
    const found = async (name: string, value: string) => {
      const query = new URLSearchParams([
        // A search by the id takes no other filter.
        ...(name === 'id' ? [] : [['shop', SHOP]]),
        [name, value],
      ]);
      const answer = await page.request.get(at(`/payments?${query}`));
      return (await answer.text()).includes(`/console/payments/${payment}`);
    };
    for (const [name, right, wrong] of filters)
      expect([name, await found(name, right), await found(name, wrong)]).toEqual([name, true, false]);
  });

  it('refunds a part once by a double click, sees the webhook, and sends it again', async () => {
    await page.goto(paymentPage());
    await page.click('main .head a:text-is("Refund")');
    await page.fill('[name=amount]', '5,00');
    await page.click('main button.main');
    await says(page, 'main', REFERENCE);
    await isSound(page);
    await page.dblclick('main button.danger');
    await page.waitForURL(`${paymentPage()}#operations`);
    // This platform refunds offline: it says so when it is asked again.
    await page.click('main a[href$="/refresh"]');
    await page.click('main button.main');
    await until(page, 'operation.succeeded');
    await says(page, 'main', 'Refunded in part');
    const { operations } = await asAdmin<{ operations: { amount: number; state: string }[] }>(
      'GET',
      `/payments/${payment}`,
    );
    expect(operations.map(({ amount, state }) => [amount, state])).toEqual([[500, 'succeeded']]);
    const told = await Promise.all(
      received.map(({ headers, body }) => verifyWebhook({ headers, rawBody: body }, webhookSecret)),
    );
    expect(told.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['payment.paid', 'operation.succeeded']),
    );
    await isSound(page);
    const before = received.length;
    await page.click('#deliveries >> text=Send it again');
    await says(page, 'main', 'The newest webhook was asked for again.');
    await expect.poll(() => received.length, { timeout: 15_000 }).toBeGreaterThan(before);
    expect(received.slice(0, before).map(({ id }) => id)).toContain(received.at(-1)?.id);
  });

  it('sees a forged message, and why it was refused', async () => {
    const forged = new URLSearchParams({
      ...{ orderID: `${payment}01`, amount: '1234.56', currency: 'EUR', STATUS: '9', PAYID: '1' },
      SHASIGN: 'A'.repeat(40),
    });
    await fetch(`${place.origin}/callback/${ACCOUNT}`, { method: 'POST', body: forged });
    await page.goto(paymentPage());
    await until(page, 'Its signature');
    await says(page, '#refusals', 'The text that is signed');
    expect(await page.textContent('#refusals')).not.toContain(SECRET_OUT);
    await isSound(page);
    await page.goto(at(`/refusals/${ACCOUNT}`));
    await says(page, 'main', payment);
    await isSound(page);
  });

  it('rotates a secret, whose old value counts until its grace ends', async () => {
    await page.goto(at(`/accounts/${ACCOUNT}`));
    await page.click(`a[href$="/secrets/sha_out"]`);
    await page.fill('[name=value]', 'another passphrase, out');
    await page.selectOption('[name=graceSeconds]', '3600');
    await isSound(page);
    await page.click('main form button.main');
    await says(page, 'main', 'sha_out is rotated.');
    await says(page, 'main', 'the old one, until');
    expect(await page.textContent('body')).not.toContain('another passphrase');
  });

  it('makes a token, and revokes it: it does nothing any more', async () => {
    await page.goto(at('/tokens/new'));
    await page.fill('[name=name]', `cash desk ${run}`);
    await page.check('[name=role][value=view]');
    await page.check('[name=reach][value=all]');
    await page.click('main form button.main');
    const token = (await page.getAttribute('main [data-copy]', 'data-copy')) ?? '';
    const works = async () =>
      (await fetch(`${place.origin}/v1/admin/shops`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    expect(await works()).toBe(200);
    await page.goto(at('/tokens'));
    await isSound(page);
    await page
      .locator('tr', { hasText: `cash desk ${run}` })
      .locator('a.danger')
      .click();
    await page.click('main button.danger');
    await page.waitForURL(at('/tokens'));
    await says(page, 'main [role=status]', `cash desk ${run}`);
    expect(await works()).toBe(401);
  });

  it('asks for a large refund; without scripts, in French, on a telephone, a second person approves it', async () => {
    await asAdmin('PUT', '/approvals', { EUR: 1000 });
    await page.goto(`${paymentPage()}/refund?amount=20&attempt=1`);
    await page.fill('[name=again]', '21');
    await page.click('main button.danger');
    await says(page, '[role=alert]', 'This is not');
    await page.fill('[name=again]', '20');
    await page.click('main button.danger');
    await says(page, 'main', 'waits for a second person');
    const other = await newOperator(place, 'refund');
    const second = await signedInWindow(place, {
      operator: other,
      ...{ locale: 'fr', viewport: { width: 375, height: 800 }, javaScriptEnabled: false },
    });
    const theirs = second.page;
    await theirs.goto(at('/attention'));
    expect(await theirs.getAttribute('html', 'lang')).toBe('fr');
    await theirs.goto(paymentPage());
    await theirs.locator('a[href*="/operations/2"]').first().click();
    await says(theirs, 'main', REFERENCE);
    await theirs.click('main button.main');
    await theirs.waitForURL((url) => url.pathname.endsWith(payment));
    const approved = async () => {
      await asAdmin('POST', `/payments/${payment}/refresh`);
      return (await asAdmin<{ operations: { state: string }[] }>('GET', `/payments/${payment}`)).operations[1]
        ?.state;
    };
    await expect.poll(approved, { timeout: 15_000, interval: 1000 }).toBe('succeeded');
    await asAdmin('PUT', '/approvals', {});
    await second.context.close();
  });

  it('moves the account to another one, sees what is open, and moves back', async () => {
    const spare = `${ACCOUNT}-new`;
    await asAdmin('PUT', `/accounts/${spare}`, {
      ...{ provider: 'ogone', environment: 'sandbox', currencies: ['EUR'], caption: 'The new contract' },
      settings: { pspid: 'New', sha_in: 'the passphrase of the way in', sha_out: SECRET_OUT },
    });
    await page.goto(at(`/accounts/${ACCOUNT}`));
    await page.click('text=Move to another account');
    await says(page, 'main', SHOP);
    await page.selectOption('[name=account]', spare);
    await isSound(page);
    await page.click('main button.danger');
    await says(page, 'main', `The payments go to ${spare} now.`);
    await says(page, 'main', 'Still open here');
    await isSound(page);
    await page.click('text=Move back');
    await page.click('main button.danger');
    await says(page, 'main', 'The payments go to this account again.');
  });

  it('finds all of that in the audit log, and nothing was loaded from elsewhere', async () => {
    await page.goto(at('/audit'));
    await says(page, 'main', ACCOUNT);
    await isSound(page);
    expect([seen.refused, seen.elsewhere]).toEqual([[], []]);
  });
});

describe('the pages of that journey', () => {
  const PAGES = () => [
    '',
    `/payments/${payment}`,
    `/payments/${payment}/refund?amount=5&attempt=1`,
    '/accounts',
    ...['', '/change', '/succeed', '/retire', '/delete', '/secrets/sha_out', '/check'].map(
      (part) => `/accounts/${ACCOUNT}${part}`,
    ),
    ...['', '/keys', '/endpoints', '/accounts', '/branding', '/code'].map((part) => `/shops/${SHOP}${part}`),
  ];

  it.each([
    ['fr', 'light'],
    ['pl', 'dark'],
  ] as const)(
    'in %s at 375 pixels (%s) fit, and have no fault',
    { timeout: 180_000 },
    async (locale, colorScheme) => {
      const owner = await newOperator(place, 'owner');
      const window = { operator: owner, viewport: { width: 375, height: 800 }, locale, colorScheme };
      const opened = await signedInWindow(place, window);
      for (const path of PAGES()) {
        await opened.page.goto(at(path));
        expect([path, await opened.page.getAttribute('html', 'lang')]).toEqual([path, locale]);
        expect([path, await overflowOf(opened.page), await faultsOf(opened.page)]).toEqual([path, 0, []]);
      }
      expect(opened.refused).toEqual([]);
      await opened.context.close();
    },
  );

  it('lets in whoever was locked out once the pause is over', { timeout: 90_000 }, async () => {
    const visitor = await place.browser.newPage({ locale: 'pl', viewport: { width: 375, height: 800 } });
    await visitor.goto(at('/sign-in'));
    for (let tries = 0; tries < 40 && visitor.url().includes('/sign-in'); tries++) {
      await signInOn(visitor, locked.email, locked.password);
      await visitor.waitForLoadState();
      if (visitor.url().includes('/sign-in')) await visitor.waitForTimeout(2000);
    }
    expect(visitor.url()).not.toContain('/sign-in');
    await visitor.close();
  });
});
