/** Signing in by password. Ruled out: guessing, a second factor left out or used twice, an answer that says who is there. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { ConsoleBindings } from '../../src/console/context.ts';
import { fromBase32, totpCode } from '../../src/console/totp.ts';
import { admin } from '../support/harness.ts';
import { Browser, formOf, makeOperator, PASSWORD, type Seen, signedIn, WITH_PASSWORDS } from './support.ts';

const REQUIRED = { ...WITH_PASSWORDS, SECOND_FACTOR: 'required' };
const ENROL = '/console/sign-in/second-factor';
const CODE = '/console/sign-in/code';

function codeNow(secret: string, stepsOn = 0): string {
  const key = fromBase32(secret);
  if (!key) throw new Error(`${secret} is no secret`);
  return totpCode(key, Math.floor(Date.now() / 30_000) + stepsOn);
}

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

function secretOn(page: Seen): string {
  return /data-copy="([A-Z2-7]{32})"/.exec(page.text)?.[1] ?? '';
}

function codesOn(page: Seen): string[] {
  return [...page.text.matchAll(/<li class="id">([0-9a-z]{5}-[0-9a-z]{5})<\/li>/g)].map(
    ([, code = '']) => code,
  );
}

/** Somebody who has a second factor. */
async function enrolled() {
  const { id, email } = await makeOperator();
  const browser = new Browser(REQUIRED);
  const page = await browser.signIn(email);
  expect(page.path).toBe(ENROL);
  const secret = secretOn(page);
  const done = await browser.submit(page, ENROL, { code: codeNow(secret) });
  expect(done.status).toBe(200);
  return { id, email, secret, browser, codes: codesOn(done) };
}

describe('a wrong password', () => {
  it('five times makes everybody wait, longer each time, even with the right one', async () => {
    const { email } = await makeOperator();
    for (let n = 0; n < 5; n++) expect((await new Browser().signIn(email, 'wrong')).status).toBe(401);
    const waits = await new Browser().signIn(email);
    expect(waits.status).toBe(429);
    expect(waits.text).toContain('Try again in 30 seconds');
    later(31);
    expect((await new Browser().signIn(email, 'wrong')).status).toBe(401);
    expect((await new Browser().signIn(email)).text).toContain('Try again in 60 seconds');
    later(61);
    expect((await new Browser().signIn(email)).status).toBe(200);
    // What was wrong before does not count any more.
    expect((await new Browser().signIn(email, 'wrong')).status).toBe(401);
    expect((await new Browser().signIn(email)).status).toBe(200);
  });

  it('is answered alike for who is there, who is switched off, who has no password, and who is not there', async () => {
    const { email } = await makeOperator();
    const off = await makeOperator();
    await admin('PUT', `/users/${off.id}`, { active: false });
    const without = `without-${email}`;
    await admin('POST', '/users', { email: without, name: 'Without', role: 'view' });
    const answers = [];
    for (const address of [email, off.email, without, `nobody-${email}`]) {
      const browser = new Browser();
      const texts: string[] = [];
      for (let n = 0; n < 6; n++) {
        const seen = await browser.signIn(address, address === off.email ? PASSWORD : 'wrong');
        texts.push(`${seen.status} ${seen.text.replaceAll(address, '').replace(/value="[^"]*"/g, '')}`);
      }
      answers.push(texts.join('\n'));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('429');
  });

  it('of a hundred at once is looked at five times', async () => {
    const { email } = await makeOperator();
    const browser = new Browser();
    const fields = formOf((await browser.open('/console/sign-in')).text, '/console/sign-in');
    fields.set('email', email);
    fields.set('password', 'wrong');
    const seen = await Promise.all(
      Array.from({ length: 20 }, () => browser.post('/console/sign-in', fields)),
    );
    expect(seen.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(seen.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('is limited by the IP address too, whoever is tried', async () => {
    const gates = (env as unknown as ConsoleBindings).GATES;
    const gate = gates.get(gates.idFromName('address:198.51.100.9'));
    for (let n = 0; n < 30; n++) expect(await gate.take('address')).toBe(0);
    const { email } = await makeOperator();
    expect(
      (await new Browser(WITH_PASSWORDS, { 'cf-connecting-ip': '198.51.100.9' }).signIn(email)).status,
    ).toBe(429);
    expect((await new Browser().signIn(email)).status).toBe(200);
  });
});

describe('a second factor', () => {
  it('is made at the first sign-in where it is required, and nobody is signed in before', async () => {
    const { email } = await makeOperator();
    const browser = new Browser(REQUIRED);
    const page = await browser.signIn(email);
    expect(page.path).toBe(ENROL);
    expect([...browser.cookies.keys()]).not.toContain('__Host-console-session');
    expect((await browser.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
    const secret = secretOn(page);
    const wrong = await browser.submit(page, ENROL, { code: codeNow(secret, 5) });
    expect(wrong.status).toBe(422);
    expect(secretOn(wrong)).toBe(secret);
    const done = await browser.submit(wrong, ENROL, { code: codeNow(secret) });
    expect(codesOn(done)).toHaveLength(10);
    expect((await browser.open('/console/me')).text).toContain('10 recovery codes left');
  });

  it('is asked for after the password; a code is good once', async () => {
    const { email, secret } = await enrolled();
    later(60);
    const browser = new Browser(REQUIRED);
    const page = await browser.signIn(email);
    expect(page.path).toBe(CODE);
    expect((await browser.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
    expect((await browser.submit(page, CODE, { code: codeNow(secret, 9) })).status).toBe(401);
    expect((await browser.submit(page, CODE, { code: codeNow(secret) })).status).toBe(200);
    expect((await browser.open('/console/me')).path).toBe('/console/me');
    const second = new Browser(REQUIRED);
    const again = await second.signIn(email);
    expect((await second.submit(again, CODE, { code: codeNow(secret) })).status).toBe(401);
    later(30);
    expect((await second.submit(again, CODE, { code: codeNow(secret) })).status).toBe(200);
  });

  it('is guessed five times, then waits', async () => {
    const { email, secret } = await enrolled();
    later(60);
    const browser = new Browser(REQUIRED);
    const page = await browser.signIn(email);
    for (let n = 0; n < 5; n++)
      expect((await browser.submit(page, CODE, { code: '000000' })).status).toBe(401);
    expect((await browser.submit(page, CODE, { code: codeNow(secret) })).status).toBe(429);
  });

  it('gives way to a recovery code, once', async () => {
    const { email, codes } = await enrolled();
    const browser = new Browser(REQUIRED);
    const typed = ` ${codes[3]?.toUpperCase().replace('-', ' ')} `;
    const inside = await browser.submit(await browser.signIn(email), CODE, { code: typed });
    expect(inside.text).toContain('9 are left');
    const second = new Browser(REQUIRED);
    expect((await second.submit(await second.signIn(email), CODE, { code: typed })).status).toBe(401);
  });

  it('is not replaced by who knows the password alone', async () => {
    const { email } = await enrolled();
    const browser = new Browser(REQUIRED);
    const page = await browser.signIn(email);
    expect((await browser.open(ENROL)).path).toBe(CODE);
    const fields = formOf(page.text, CODE);
    expect((await browser.post(ENROL, fields)).path).toBe(CODE);
  });

  it('asked for too late, or after the password changed, begins anew', async () => {
    const { id, email, secret } = await enrolled();
    later(60);
    const late = new Browser(REQUIRED);
    const page = await late.signIn(email);
    later(601);
    expect((await late.submit(page, CODE, { code: codeNow(secret) })).path).toBe('/console/sign-in');
    const changed = new Browser(REQUIRED);
    const other = await changed.signIn(email);
    await exports.OperatorApi.putCredential(
      id,
      { passwordHash: 'scrypt$2$1$1$AA$AA' },
      { address: null, agent: null },
    );
    expect((await changed.submit(other, CODE, { code: codeNow(secret) })).path).toBe('/console/sign-in');
  });

  it('cannot be made for somebody else, or with a step of another key', async () => {
    const { email, browser } = await enrolled();
    const other = new Browser({ ...REQUIRED, CONSOLE_KEY: btoa('another key, which is 32 bytes..') });
    const step = await new Browser(REQUIRED).signIn(email);
    expect(step.path).toBe(CODE);
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    other.cookies.delete('__Host-console-session');
    expect((await other.open(CODE)).path).toBe('/console/sign-in');
  });
});

describe('a session', () => {
  it('is another one after each sign-in: what somebody else has put into the browser leads nowhere', async () => {
    const { email } = await makeOperator();
    const attacker = await signedIn();
    const planted = attacker.cookies.get('__Host-console-session') ?? '';
    const browser = new Browser();
    browser.cookies.set('__Host-console-session', planted);
    // The attacker's own page, as the browser sees it; it signs out and in as itself.
    const me = await browser.open('/console/me');
    await browser.submit(me, '/console/sign-out');
    await browser.signIn(email);
    expect(browser.cookies.get('__Host-console-session')).not.toBe(planted);
    expect((await attacker.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
  });

  it('has cookies that scripts do not read and other hosts do not set', async () => {
    const { email } = await makeOperator();
    const browser = new Browser();
    const fields = formOf((await browser.open('/console/sign-in')).text, '/console/sign-in');
    fields.set('email', email);
    fields.set('password', PASSWORD);
    const answer = await browser.request('/console/sign-in', { method: 'POST', body: fields });
    const [cookie = ''] = answer.headers.getSetCookie().filter((line) => line.includes('-session='));
    expect(cookie).toMatch(/^__Host-console-session=[\w-]{43}; /);
    for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(part);
    expect(cookie).not.toContain('Domain');
  });

  it('ends half an hour after its last use and twelve hours after it began', async () => {
    const browser = await signedIn();
    for (let n = 0; n < 3; n++) {
      later(29 * 60);
      expect((await browser.open('/console/me')).path).toBe('/console/me');
    }
    later(31 * 60);
    expect((await browser.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
    const long = await signedIn();
    for (let n = 0; n < 25; n++) {
      later(28.7 * 60);
      await long.open('/console/me');
    }
    later(5 * 60);
    expect((await long.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
  });

  it('is listed, and ended from another browser: one, or all others', async () => {
    const { email } = await makeOperator();
    const [one, two, three] = [new Browser(), new Browser(), new Browser()];
    for (const browser of [one, two, three]) await browser.signIn(email);
    const page = await one.open('/console/me');
    const actions = [...page.text.matchAll(/action="(\/console\/me\/sessions\/[0-9a-f]+)"/g)].map(
      ([, path = '']) => path,
    );
    expect(actions).toHaveLength(2);
    for (const { address } of [one, two, three]) expect(page.text).toContain(address);
    await one.submit(page, actions[0] ?? '');
    const inside = async (browser: Browser) => (await browser.open('/console/me')).path === '/console/me';
    expect([await inside(two), await inside(three)].filter(Boolean)).toHaveLength(1);
    await one.submit(await one.open('/console/me'), '/console/me/sessions');
    expect([await inside(one), await inside(two), await inside(three)]).toEqual([true, false, false]);
  });

  it('of another user is not ended', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    const [session] = await exports.OperatorApi.sessions(theirs.user);
    const fields = formOf((await mine.open('/console/me')).text, '/console/sign-out');
    fields.set('operation', '0'.repeat(32));
    await mine.post(`/console/me/sessions/${session?.id}`, fields);
    expect((await theirs.open('/console/me')).path).toBe('/console/me');
  });

  it('ends at once when its user is switched off', async () => {
    const browser = await signedIn();
    await admin('PUT', `/users/${browser.user}`, { active: false });
    expect((await browser.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
  });
});
