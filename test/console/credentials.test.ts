/** One's own password and second factor, and invitations. Ruled out: changed by whoever finds an open browser, a link used twice. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { invitationPath } from '../../src/console/invitation-path.ts';
import { hashPassword, isOutdated, isPassword, passwordFault } from '../../src/console/passwords.ts';
import { newRecoveryCodes, typedRecoveryCode } from '../../src/console/recovery-codes.ts';
import { base32, fromBase32, stepOfCode, totpCode } from '../../src/console/totp.ts';
import { fromBase64, utf8 } from '../../src/signing/bytes.ts';
import { admin, unique } from '../support/harness.ts';
import { Browser, PASSWORD, signedIn, WITH_PASSWORDS } from './support.ts';

const KEY = fromBase64(WITH_PASSWORDS.CONSOLE_KEY ?? '') ?? new Uint8Array();
const NEW = 'another long password of the tests';
const PATH = '/console/me/password';

describe('a new password', () => {
  it('takes the present one, is typed twice, and signs out all other browsers', async () => {
    const browser = await signedIn();
    const other = new Browser();
    await other.signIn(browser.email);
    const page = await browser.open(PATH);
    const wrong = await browser.submit(page, PATH, { current: 'wrong', password: NEW, repeat: NEW });
    expect([wrong.status, wrong.text.includes('not your current password')]).toEqual([422, true]);
    expect(wrong.text).not.toContain(NEW);
    const differs = await browser.submit(wrong, PATH, {
      current: PASSWORD,
      password: NEW,
      repeat: `${NEW}!`,
    });
    expect(differs.text).toContain('not the same');
    const done = await browser.submit(differs, PATH, { current: PASSWORD, password: NEW, repeat: NEW });
    expect([done.path, done.text.includes('Your password is changed')]).toEqual(['/console/me', true]);
    expect((await other.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
    expect((await new Browser().signIn(browser.email)).status).toBe(401);
    expect((await new Browser().signIn(browser.email, NEW)).status).toBe(200);
  });

  it('is guessed at the open browser no more often than at the sign-in', async () => {
    const browser = await signedIn();
    let page = await browser.open(PATH);
    for (let n = 0; n < 5; n++)
      page = await browser.submit(page, PATH, { current: 'wrong', password: NEW, repeat: NEW });
    const waits = await browser.submit(page, PATH, { current: PASSWORD, password: NEW, repeat: NEW });
    expect(waits.text).toContain('Too many wrong tries');
  });
});

describe('a second factor of one’s own', () => {
  it('is turned on, renewed, and turned off, each with the password and a code', async () => {
    const browser = await signedIn();
    const path = '/console/me/second-factor';
    const page = await browser.open(path);
    const secret = /data-copy="([A-Z2-7]{32})"/.exec(page.text)?.[1] ?? '';
    const code = (stepsOn = 0) =>
      totpCode(fromBase32(secret) ?? new Uint8Array(), Math.floor(Date.now() / 30_000) + stepsOn);
    const refused = await browser.submit(page, path, { code: code(), current: 'wrong' });
    expect(refused.status).toBe(422);
    const shown = await browser.submit(refused, path, { code: code(), current: PASSWORD });
    expect(shown.text).toContain('Your recovery codes');
    expect(shown.text).toMatch(/<li class="id">/);
    // A page that was shown once is not shown again by its own form.
    expect((await browser.submit(refused, path, { code: code(), current: PASSWORD })).text).not.toMatch(
      /<li class="id">/,
    );
    vi.setSystemTime(Date.now() + 60_000);
    const codes = '/console/me/recovery-codes';
    const without = await browser.submit(await browser.open(codes), codes, {
      current: PASSWORD,
      old: '000000',
    });
    expect(without.status).toBe(422);
    const renewed = await browser.submit(without, codes, { current: PASSWORD, old: code() });
    expect(renewed.text).toMatch(/<li class="id">/);
    vi.setSystemTime(Date.now() + 60_000);
    const off = '/console/me/second-factor/off';
    const done = await browser.submit(await browser.open(off), off, { current: PASSWORD, old: code() });
    expect(done.text).toContain('The second factor is off');
    expect((await exports.OperatorApi.credential(browser.user)).hasTotp).toBe(false);
  });
});

describe('an invitation', () => {
  async function invited() {
    const email = `${unique()}@example.com`;
    const { id } = (await admin<{ id: string }>('POST', '/users', { email, name: 'New', role: 'view' })).body;
    return { id, email, path: invitationPath(KEY, id, null, Date.now()) };
  }

  it('sets a password, once', async () => {
    const { email, path } = await invited();
    const browser = new Browser();
    const page = await browser.open(path);
    for (const [password, words] of [
      ['short', 'too short'],
      ['aaaaaaaaaaaaaaaa', 'too few different'],
      [email, 'your e-mail address'],
    ] as const) {
      const seen = await browser.submit(page, path, { password, repeat: password });
      expect([seen.status, seen.text.includes(words)]).toEqual([422, true]);
    }
    const done = await browser.submit(page, path, { password: NEW, repeat: NEW });
    expect([done.path, done.text.includes('Your password is set')]).toEqual(['/console/sign-in', true]);
    expect((await browser.signIn(email, NEW)).status).toBe(200);
    expect((await browser.open('/console/me')).path).toBe('/console/me');
    const again = await new Browser().open(path);
    expect([again.status, again.text.includes('This link has ended')]).toEqual([410, true]);
  });

  it('ends after three days, and is nobody’s whom it does not name', async () => {
    const { path } = await invited();
    const [payload = '', signature = ''] = path.split('/').at(-1)?.split('.') ?? [];
    const forged = [
      `${payload}x.${signature}`,
      `${payload}.${signature.slice(1)}x`,
      payload,
      'x.y',
      `${payload}.`,
    ];
    for (const token of forged)
      expect((await new Browser().open(`/console/invitation/${token}`)).status).toBe(410);
    vi.setSystemTime(Date.now() + 3 * 86_400_000 - 1000);
    expect((await new Browser().open(path)).status).toBe(200);
    vi.setSystemTime(Date.now() + 2000);
    expect((await new Browser().open(path)).status).toBe(410);
  });
});

describe('the rules', () => {
  it('of a password hash: its own password and no other, in every form of its characters', () => {
    const random = (bytes: Uint8Array) => bytes.fill(7);
    const hash = hashPassword('Zażółć gęślą jaźń', random);
    expect(isPassword('Zażółć gęślą jaźń'.normalize('NFD'), hash)).toBe(true);
    expect(isPassword('Zażółć gęślą jazn', hash)).toBe(false);
    expect(isPassword('', null)).toBe(false);
    expect(isPassword('x', 'scrypt$x')).toBe(false);
    expect([isOutdated(hash), isOutdated(hash.replace('16384', '8192'))]).toEqual([false, true]);
    expect(passwordFault('x'.repeat(201), 'a@b.c')).toBe('too_long');
    expect(passwordFault('correct horse battery', 'a@b.c')).toBe(null);
  });

  it('of RFC 6238: the codes of its appendix B, six digits of them', () => {
    const secret = base32(utf8('12345678901234567890'));
    const key = fromBase32(secret) ?? new Uint8Array();
    for (const [time, code] of [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_234_567_890, '005924'],
      [2_000_000_000, '279037'],
      [20_000_000_000, '353130'],
    ] as const) {
      expect(totpCode(key, Math.floor(time / 30))).toBe(code);
      expect(stepOfCode(secret, code, (time + 30) * 1000)).toBe(Math.floor(time / 30));
      expect(stepOfCode(secret, code, (time + 90) * 1000)).toBe(null);
    }
  });

  it('of recovery codes: typed as people type', () => {
    const codes = newRecoveryCodes((bytes) => crypto.getRandomValues(bytes));
    expect(new Set(codes).size).toBe(10);
    for (const code of codes)
      expect(typedRecoveryCode(` ${code.toUpperCase().replace('-', '  ')}`)).toBe(code);
    expect(typedRecoveryCode('oil00-00000')).toBe('01100-00000');
    for (const other of ['', '12345', 'abcde-fghju', '00000-000000'])
      expect(typedRecoveryCode(other)).toBe(null);
  });
});
