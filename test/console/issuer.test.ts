/** Signing in elsewhere. Ruled out: an answer of another browser, another issuer or another client; an address that nobody has verified; a replay. */
import { beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../support/harness.ts';
import { AccessTeam, AUDIENCE, CLIENT, ISSUER, Issuer, type IssuerFaults, TEAM } from './issuer.ts';
import { Browser, makeOperator, outside } from './support.ts';

const BACK = '/console/sign-in/oidc/back';
const OIDC = { OIDC_ISSUER: `${ISSUER}/`, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
const ACCESS = { ACCESS_TEAM: TEAM, ACCESS_AUDIENCE: AUDIENCE };

describe('OpenID Connect', () => {
  const issuer = new Issuer();
  beforeEach(() => {
    outside.fetch = issuer.fetch;
    issuer.faults = {};
  });

  async function departed(browser: Browser, next = '/console/me'): Promise<URL> {
    const away = await browser.open(`/console/sign-in/oidc?next=${encodeURIComponent(next)}`);
    expect(away.path).toMatch(/^https:\/\/id\.university\.example\/authorize\?/);
    return issuer.authorize(away.path);
  }

  it('leads to the issuer and back to the page that was asked for', async () => {
    const { email } = await makeOperator({ role: 'view' });
    issuer.faults = { claims: { email: email.toUpperCase() } };
    const browser = new Browser(OIDC);
    const page = await browser.open('/console/me');
    expect(page.text).toContain('Sign in with id.university.example');
    const back = await departed(browser);
    const inside = await browser.open(back.pathname + back.search);
    expect([inside.path, inside.text.includes(email)]).toEqual(['/console/me', true]);
    expect(inside.text).not.toContain('Second factor');
    // The same answer again, from the history: nothing.
    const other = new Browser(OIDC);
    expect((await other.open(back.pathname + back.search)).status).toBe(401);
    expect((await browser.open(back.pathname + back.search)).status).toBe(401);
  });

  it('takes no answer that another browser began', async () => {
    const { email } = await makeOperator();
    issuer.faults = { claims: { email } };
    const attacker = await departed(new Browser(OIDC));
    const victim = new Browser(OIDC);
    await departed(victim);
    const seen = await victim.open(attacker.pathname + attacker.search);
    expect([seen.status, seen.text.includes('another browser')]).toEqual([401, true]);
    expect((await victim.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
  });

  const now = () => Math.floor(Date.now() / 1000);
  const faults: Readonly<Record<string, (email: string) => IssuerFaults>> = {
    'of another key': (email) => ({ claims: { email }, otherKey: true }),
    'without a signature': (email) => ({ claims: { email }, alg: 'none' }),
    'signed with the client’s secret': (email) => ({ claims: { email }, alg: 'HS256' }),
    'of another issuer': (email) => ({ claims: { email, iss: 'https://evil.example' } }),
    'for another client': (email) => ({ claims: { email, aud: 'another' } }),
    'for several, and another one': (email) => ({ claims: { email, aud: [CLIENT.id, 'x'], azp: 'x' } }),
    'that is over': (email) => ({ claims: { email, iat: now() - 600, exp: now() - 60 } }),
    'with another nonce': (email) => ({ claims: { email, nonce: 'another' } }),
    'without an address': () => ({}),
    'with an address that is not verified': (email) => ({ claims: { email, email_verified: false } }),
    'that does not say whether it is verified': (email) => ({ claims: { email, email_verified: undefined } }),
  };
  it.each(Object.entries(faults))('believes no token %s', async (_name, fault) => {
    const { email } = await makeOperator();
    issuer.faults = fault(email);
    const browser = new Browser(OIDC);
    const back = await departed(browser);
    expect((await browser.open(back.pathname + back.search)).status).toBe(401);
    expect((await browser.open('/console/me')).path).toMatch(/^\/console\/sign-in/);
  });

  it('takes addresses that nobody has verified only where the operator says so', async () => {
    const { email } = await makeOperator();
    issuer.faults = { claims: { email, email_verified: undefined } };
    const browser = new Browser({ ...OIDC, OIDC_UNVERIFIED_EMAILS: 'accepted' });
    const back = await departed(browser);
    expect((await browser.open(back.pathname + back.search)).path).toBe('/console/me');
  });

  it('opens nothing for who is not here, or is switched off', async () => {
    const { id, email } = await makeOperator();
    await admin('PUT', `/users/${id}`, { active: false });
    for (const address of [email, `nobody-${email}`]) {
      issuer.faults = { claims: { email: address } };
      const browser = new Browser(OIDC);
      const back = await departed(browser);
      const seen = await browser.open(back.pathname + back.search);
      expect([seen.status, seen.text.includes(`Nobody here has the address ${address}`)]).toEqual([
        403,
        true,
      ]);
    }
  });

  it('says so when the issuer said no, answers for another issuer, or is down', async () => {
    const browser = new Browser(OIDC);
    const back = await departed(browser);
    const state = back.searchParams.get('state');
    const no = await browser.open(`${BACK}?error=access_denied&state=${state}`);
    expect([no.status, no.text.includes('did not sign you in')]).toEqual([401, true]);
    const mixed = await departed(browser);
    mixed.searchParams.set('iss', 'https://evil.example');
    expect((await browser.open(mixed.pathname + mixed.search)).status).toBe(401);
    const down = { ...OIDC, OIDC_ISSUER: 'https://down.example' };
    issuer.faults = { down: true };
    expect((await new Browser(down).open('/console/sign-in/oidc')).status).toBe(502);
    issuer.faults = { discovery: { issuer: 'https://evil.example' } };
    expect((await new Browser(down).open('/console/sign-in/oidc')).status).toBe(401);
    issuer.faults = {
      discovery: { issuer: 'https://down.example', token_endpoint: 'http://down.example/token' },
    };
    expect((await new Browser(down).open('/console/sign-in/oidc')).status).toBe(401);
  });
});

describe('Cloudflare Access', () => {
  const team = new AccessTeam();
  beforeEach(() => {
    outside.fetch = team.fetch;
  });
  const through = (token: string) => ({ 'cf-access-jwt-assertion': token });

  it('lets in whom it knows and we know, without a page of ours', async () => {
    const { email } = await makeOperator();
    const browser = new Browser(ACCESS, through(await team.token(email)));
    const seen = await browser.open('/console/me');
    expect([seen.status, seen.text.includes(email)]).toEqual([200, true]);
    expect((await browser.submit(seen, '/console/me', { language: 'fr' })).text).toContain('lang="fr"');
    const nobody = await new Browser(ACCESS, through(await team.token(`nobody-${email}`))).open(
      '/console/me',
    );
    expect([nobody.status, nobody.text.includes('Nobody here')]).toEqual([403, true]);
  });

  it('is passed at each request: a session alone, or with another’s token, opens nothing', async () => {
    const [one, two] = [await makeOperator(), await makeOperator()];
    const browser = new Browser(ACCESS, through(await team.token(one.email)));
    await browser.open('/console/me');
    const bare = new Browser(ACCESS);
    for (const [name, value] of browser.cookies) bare.cookies.set(name, value);
    const seen = await bare.open('/console/me');
    expect([seen.status, seen.text.includes('through Cloudflare Access only')]).toEqual([403, true]);
    const other = new Browser(ACCESS, through(await team.token(two.email)));
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    const theirs = await other.open('/console/me');
    expect([theirs.text.includes(two.email), theirs.text.includes(one.email)]).toEqual([true, false]);
  });

  it('believes no token of another key, team or application, that is over, or that names no person', async () => {
    const { email } = await makeOperator();
    const now = Math.floor(Date.now() / 1000);
    const tokens = [
      await team.token(email, {}, true),
      await team.token(email, { iss: 'https://evil.cloudflareaccess.com' }),
      await team.token(email, { aud: ['0'.repeat(64)] }),
      await team.token(email, { iat: now - 7200, exp: now - 60 }),
      await team.token(email, { exp: undefined }),
      await team.token('', { email: undefined, common_name: 'a service token' }),
      'x.y.z',
    ];
    for (const token of tokens) {
      const seen = await new Browser(ACCESS, through(token)).open('/console/me');
      expect(seen.status, token).toBe(403);
    }
  });

  it('does no form of a session that ended, and signs out there as well', async () => {
    const { email } = await makeOperator();
    const browser = new Browser(ACCESS, through(await team.token(email)));
    const page = await browser.open('/console/me');
    const cookie = browser.cookies.get('__Host-console-session') ?? '';
    browser.cookies.delete('__Host-console-session');
    const ended = await browser.submit(page, '/console/me', { language: 'de' });
    expect([ended.status, ended.text.includes('Nothing was sent')]).toEqual([401, true]);
    browser.cookies.set('__Host-console-session', cookie);
    const answer = await browser.submit(page, '/console/sign-out');
    expect(answer.path).toBe('/cdn-cgi/access/logout');
  });
});
