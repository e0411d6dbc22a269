/** Forms of the console. Ruled out: done twice, done for another page, done after the session ended, lost input. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Browser, CONSOLE, formOf, makeOperator, signedIn } from './support.ts';

describe('a form', () => {
  it('is done once, however often it is sent: the second press ends where the first did', async () => {
    const browser = await signedIn();
    const page = await browser.open('/console/me');
    const fields = formOf(page.text, '/console/me');
    fields.set('language', 'de');
    const first = await browser.post('/console/me', fields);
    expect([first.status, first.path]).toEqual([200, '/console/me']);
    expect(first.text).toContain('gespeichert');
    fields.set('language', 'fr');
    const second = await browser.post('/console/me', fields);
    expect(second.text).toContain('lang="de"');
    expect(second.text).toContain('Nichts wurde ein zweites Mal getan');
  });

  it('that is sent twice at once is done once: the second waits for the first', async () => {
    const browser = await signedIn();
    const page = await browser.open('/console/me');
    const fields = formOf(page.text, '/console/me');
    fields.set('language', 'de');
    const both = await Promise.all([
      browser.post('/console/me', fields),
      browser.post('/console/me', fields),
    ]);
    expect(both.map(({ status, path }) => [status, path])).toEqual([
      [200, '/console/me'],
      [200, '/console/me'],
    ]);
  });

  it('keeps what was typed and says what is wrong, on top and beside the field', async () => {
    const browser = await signedIn();
    const seen = await browser.submit(await browser.open('/console/me'), '/console/me', {
      zone: 'Nowhere/<b>',
    });
    expect(seen.status).toBe(422);
    expect(seen.text).toContain('value="Nowhere/&lt;b&gt;"');
    expect(seen.text).toMatch(/href="#field-zone">There is no time zone/);
    expect(seen.text).toMatch(/id="field-zone-problem">There is no time zone/);
    const mended = await browser.submit(seen, '/console/me', { zone: 'europe/zurich' });
    expect(mended.text).toContain('Times are in Europe/Zurich');
  });

  it('of another page, another origin, another session or none is not taken', async () => {
    const browser = await signedIn();
    const page = await browser.open('/console/me');
    const fields = formOf(page.text, '/console/me');
    const wrong = new URLSearchParams(fields);
    wrong.set('csrf', 'x'.repeat(43));
    expect((await browser.post('/console/me', wrong)).status).toBe(403);
    wrong.delete('csrf');
    expect((await browser.post('/console/me', wrong)).status).toBe(403);
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ]) {
      const answer = await browser.request('/console/me', {
        method: 'POST',
        body: fields,
        headers: headers as Record<string, string>,
      });
      expect(answer.status).toBe(403);
    }
    const other = await signedIn();
    const stale = await other.post('/console/me', fields);
    expect(stale.status).toBe(403);
    expect(stale.text).toContain('Nothing was done');
    expect(
      (await browser.request('/console/me', { method: 'POST', body: fields, headers: { origin: CONSOLE } }))
        .status,
    ).toBe(303);
  });

  it('of a session that ended does nothing, says so, and leads back after signing in', async () => {
    const browser = await signedIn();
    const page = await browser.open('/console/me');
    const fields = formOf(page.text, '/console/me');
    fields.set('language', 'fr');
    await exports.OperatorApi.endSessions(browser.user);
    const ended = await browser.post('/console/me', fields);
    expect(ended.status).toBe(401);
    expect(ended.text).toContain('Nothing was sent and nothing was done');
    expect(ended.text).toContain('/console/sign-in?next=%2Fconsole%2Fme');
    const again = await browser.submit(
      await browser.open('/console/sign-in?next=%2Fconsole%2Fme'),
      '/console/sign-in',
      {
        email: browser.email,
        password: 'a long password of the tests',
      },
    );
    expect(again.path).toBe('/console/me');
    expect(again.text).toContain('lang="en"');
    expect((await browser.post('/console/me', fields)).status).toBe(403);
  });
});

describe('a page', () => {
  it('loads nothing from elsewhere, is in no frame and in no cache', async () => {
    const browser = await signedIn();
    const { headers, text } = await browser.open('/console/me');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/<(?:script(?! src="\/console\/assets\/)|style)\b| style=| on[a-z]+=/);
    for (const [, path = ''] of text.matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)) {
      const asset = await browser.request(path);
      expect([asset.status, asset.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
  });

  it('leads who is not signed in to the sign-in and back, and nowhere else', async () => {
    const { email } = await makeOperator();
    const browser = new Browser();
    const seen = await browser.open('/console/me?a=1');
    expect(seen.path).toBe('/console/sign-in?next=%2Fconsole%2Fme%3Fa%3D1');
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/console\\..',
      '/v1/admin',
      '/console/sign-out',
    ])
      expect(
        formOf(
          (await browser.open(`/console/sign-in?next=${encodeURIComponent(next)}`)).text,
          '/console/sign-in',
        ).get('next'),
      ).toBe('/console');
    const inside = await browser.submit(seen, '/console/sign-in', {
      email,
      password: 'a long password of the tests',
    });
    expect(inside.path).toBe('/console/me?a=1');
  });

  it('without any way to sign in says what to set', async () => {
    for (const path of ['/console', '/console/me', '/console/sign-in', '/console/anything']) {
      const seen = await new Browser({}).open(path);
      expect(seen.status).toBe(503);
      expect(seen.text).toContain('ACCESS_TEAM');
      expect(seen.text).toContain('OIDC_ISSUER');
      expect(seen.text).toContain('CONSOLE_KEY');
    }
    const half = await new Browser({ PASSWORDS: 'on' }).open('/console');
    expect(half.text).toContain('the secret CONSOLE_KEY is missing');
  });
});
