/**
 * Signing in and the frame of the console, in a real browser. Ruled out: a page that needs scripts or a mouse, that is wider than a telephone,
 * that axe finds fault with, that loads anything from elsewhere; a form that a double click or an ended session does twice.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBase32, totpCode } from '../../src/console/totp.ts';
import { run } from '../cli/support.ts';
import { CONSOLE_PAGES, VISITOR_PAGES } from '../screenshots/console.ts';
import {
  type ConsolePlace,
  consolePlace,
  faultsOf,
  LOCAL_KEY,
  newOperator,
  OWNER,
  overflowOf,
  SECOND,
  says,
  signedInWindow,
  signInOn,
} from './console.ts';

/** The largest page, in bytes as it is sent. */
const LARGEST_PAGE = 60 * 1024;

let place: ConsolePlace;
beforeAll(async () => {
  place = await consolePlace();
});
afterAll(() => place?.close());

const codeOf = (secret: string, stepsOn: number) =>
  totpCode(fromBase32(secret) ?? new Uint8Array(), Math.floor(Date.now() / 30_000) + stepsOn);

/** The name of whatever has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(
    'document.activeElement?.getAttribute("name") ?? document.activeElement?.textContent?.trim() ?? ""',
  );

async function tabTo(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 60; n++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

const WINDOWS = [
  { width: 375, scheme: 'dark' as const, locale: 'pl' },
  { width: 375, scheme: 'light' as const, locale: 'fr' },
  { width: 1280, scheme: 'light' as const, locale: 'en' },
  { width: 1280, scheme: 'dark' as const, locale: 'de' },
];

// One window has every fault but those of a language or of a width: .ci/run has that one alone.
describe.each(process.env.BROWSER_SHORT ? WINDOWS.slice(0, 1) : WINDOWS)(
  'at $width pixels, $scheme, in $locale',
  ({ width, scheme, locale }) => {
    const window = { viewport: { width, height: 800 }, colorScheme: scheme, locale };

    it('the pages before the sign-in fit, and axe finds nothing', async () => {
      const context = await place.browser.newContext(window);
      const page = await context.newPage();
      for (const { path } of VISITOR_PAGES) {
        await page.goto(place.origin + path);
        expect(await page.getAttribute('html', 'lang')).toBe(locale);
        expect([path, await overflowOf(page), await faultsOf(page)]).toEqual([path, 0, []]);
      }
      await signInOn(page, 'nobody@example.com', 'wrong');
      expect([await overflowOf(page), await faultsOf(page)]).toEqual([0, []]);
      await context.close();
    });

    it('every page fits, is small, loads nothing from elsewhere, and axe finds nothing', async () => {
      const { context, page, refused, elsewhere } = await signedInWindow(place, window);
      for (const { path } of CONSOLE_PAGES) {
        const response = await page.goto(place.origin + path);
        expect((await response?.body())?.length, path).toBeLessThan(LARGEST_PAGE);
        expect(await page.getAttribute('html', 'lang')).toBe(locale);
        expect([path, await overflowOf(page), await faultsOf(page)]).toEqual([path, 0, []]);
      }
      expect([refused, elsewhere]).toEqual([[], []]);
      await context.close();
    });
  },
);

describe('without scripts', () => {
  it('somebody signs in, mends a form, changes the language, opens the menu, and signs out', async () => {
    const { context, page } = await signedInWindow(place, {
      javaScriptEnabled: false,
      viewport: { width: 375, height: 800 },
    });
    await page.goto(`${place.origin}/console/me`);
    expect(await page.locator('[data-copy]').count()).toBe(0);
    await page.fill('[name=zone]', 'Nowhere');
    await page.click('main form button.main');
    await says(page, '[role=alert]', 'There is no time zone of that name');
    await page.click('[role=alert] a');
    await page.fill('[name=zone]', 'Europe/Warsaw');
    await page.selectOption('[name=language]', 'pl');
    await page.click('main form button.main');
    await says(page, 'main [role=status]', 'zapisano');
    await page.click('.bar summary');
    await page.click('.bar form button');
    await says(page, 'h1', 'Logowanie');
    await context.close();
  });
});

describe('with the keyboard alone', () => {
  it('somebody signs in, skips the navigation, reaches the search, and saves a form', async () => {
    const context = await place.browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(`${place.origin}/console/me`);
    expect(await focused(page)).toBe('email');
    await page.keyboard.type(OWNER.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(OWNER.password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/me');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#content');
    await page.keyboard.press('/');
    expect(await focused(page)).toBe('q');
    await page.keyboard.type('a/b');
    expect(await page.inputValue('[name=q]')).toBe('a/b');
    await tabTo(page, 'zone');
    await page.keyboard.type('Europe/Zurich');
    await page.keyboard.press('Enter');
    await page.waitForSelector('main [role=status]');
    await says(page, 'footer', 'Europe/Zurich');
    await context.close();
  });

  it('the focus is always visible', async () => {
    const { context, page } = await signedInWindow(place);
    await page.goto(`${place.origin}/console/me`);
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab');
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth');
      expect([await focused(page), outline]).toEqual([await focused(page), '3px']);
    }
    await context.close();
  });
});

describe('a form', () => {
  it('that a double click sends is done once', async () => {
    const { context, page } = await signedInWindow(place);
    await page.goto(`${place.origin}/console/me`);
    await page.fill('[name=zone]', 'Europe/Paris');
    await page.dblclick('main form button.main');
    await page.waitForSelector('main [role=status]');
    await says(page, 'footer', 'Europe/Paris');
    await context.close();
  });

  it('of a session that ended elsewhere does nothing, says so, and leads back', async () => {
    const [one, two] = [
      await signedInWindow(place, { operator: SECOND }),
      await signedInWindow(place, { operator: SECOND }),
    ];
    await one.page.goto(`${place.origin}/console/me`);
    await one.page.fill('[name=zone]', 'Europe/Oslo');
    await two.page.goto(`${place.origin}/console/me`);
    await two.page.click('#sessions form[action="/console/me/sessions"] button');
    await two.page.waitForSelector('main [role=status]');
    await one.page.click('main form button.main');
    await says(one.page, 'h1', 'Your session has ended');
    await one.page.click('a.main');
    await signInOn(one.page, SECOND.email, SECOND.password);
    await one.page.waitForURL('**/console/me');
    expect(await one.page.inputValue('[name=zone]')).toBe('');
    // Back in the history is the old form: it is not taken any more.
    await one.page.goto(`${place.origin}/console/me`);
    await one.page.evaluate("document.querySelector('main form [name=csrf]').value = 'x'.repeat(43)");
    await one.page.click('main form button.main');
    await says(one.page, 'h1', 'This form is too old');
    for (const { context } of [one, two]) await context.close();
  });
});

describe('the second factor', () => {
  it('is turned on by its QR code’s secret, asked for at the next sign-in, and waits after five wrong codes', async () => {
    const operator = await newOperator(place, 'refund');
    const { context, page } = await signedInWindow(place, {
      operator,
      permissions: ['clipboard-write'],
    });
    await page.goto(`${place.origin}/console/me`);
    await page.click('text=Turn on a second factor');
    expect(await page.locator('.qr svg').isVisible()).toBe(true);
    await page.click('[data-copy]');
    await says(page, '[data-copy] [data-said]', 'Copied');
    const secret = (await page.getAttribute('[data-copy]', 'data-copy')) ?? '';
    await page.fill('[name=code]', codeOf(secret, 0));
    await page.fill('[name=current]', operator.password);
    await page.click('main form button.main');
    await says(page, 'h1', 'Your recovery codes');
    const [recovery = ''] = await page.locator('main li.id').allTextContents();
    await page.click('main a.main');
    await page.click('.side form button');
    await says(page, '[role=status]', 'You have signed out');
    await signInOn(page, operator.email, operator.password);
    await page.waitForURL('**/console/sign-in/code');
    expect(await faultsOf(page)).toEqual([]);
    for (let n = 0; n < 4; n++) {
      await page.fill('[name=code]', '000000');
      await page.click('form button.main');
      await says(page, '[role=alert]', 'The code is wrong');
    }
    await page.fill('[name=code]', recovery);
    await page.click('form button.main');
    await page.waitForURL((url) => !url.pathname.startsWith('/console/sign-in'));
    await says(page, 'main [role=status]', '9 are left');
    await context.close();
  });

  it('is not reached by a wrong password: five times, and everybody waits', async () => {
    const context = await place.browser.newContext({ locale: 'en' });
    const page = await context.newPage();
    await page.goto(`${place.origin}/console/sign-in`);
    for (let n = 0; n < 5; n++) {
      await signInOn(page, 'guessed@example.com', `wrong ${n}`);
      await says(page, '[role=alert]', 'The e-mail address or the password is wrong');
    }
    await signInOn(page, 'guessed@example.com', 'wrong again');
    // The fifth wrong password starts the 30 seconds: some of them are over before the sixth has come.
    await says(page, '[role=alert]', /Try again in (?:30|[12]?\d) seconds/);
    await context.close();
  });
});

describe('npm run create-user', () => {
  it('makes an operator with a link by which a password is set, once', async () => {
    const email = `hired-${Date.now().toString(36)}@example.com`;
    const variables = { ADMIN_TOKEN: 'local-admin-token', CONSOLE_KEY: LOCAL_KEY };
    const args = [
      '--import',
      'tsx',
      'src/cli/create-user.ts',
      email,
      '--role',
      'view',
      '--url',
      place.origin,
    ];
    const result = run(process.execPath, args, variables);
    expect(result.status, result.stderr).toBe(0);
    const [link = ''] = /http:\S+\/console\/invitation\/\S+/.exec(result.stdout) ?? [];
    const context = await place.browser.newContext({ locale: 'fr' });
    const page = await context.newPage();
    await page.goto(link);
    expect(await faultsOf(page)).toEqual([]);
    await page.fill('[name=password]', 'quatre mots sans suite');
    await page.fill('[name=repeat]', 'quatre mots sans suite');
    await page.click('form button.main');
    await says(page, '[role=status]', 'Votre mot de passe est enregistré');
    await signInOn(page, email, 'quatre mots sans suite');
    await page.waitForURL((url) => !url.pathname.startsWith('/console/sign-in'));
    await page.goto(link);
    await says(page, 'h1', "n'est plus valable");
    await context.close();
  });

  it('says what is missing, and who is there already', () => {
    const command = (args: readonly string[], variables: Record<string, string>) =>
      run(process.execPath, ['--import', 'tsx', 'src/cli/create-user.ts', ...args], variables);
    expect(command([], {}).stderr).toContain('usage: npm run create-user');
    const known = [OWNER.email, '--role', 'view', '--url', place.origin];
    expect(command(known, { ADMIN_TOKEN: '' }).stderr).toContain('set ADMIN_TOKEN');
    const taken = command(known, { ADMIN_TOKEN: 'local-admin-token' });
    expect([taken.status, taken.stderr.includes(OWNER.email) || taken.stderr.includes('email')]).toEqual([
      1,
      true,
    ]);
  });
});
