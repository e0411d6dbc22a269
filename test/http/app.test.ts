/** What every request gets, whichever route it is for. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  request,
} from '../support/harness.ts';

afterEach(() => vi.restoreAllMocks());

describe('a Worker whose secrets or variables are missing', () => {
  it.each(['MASTER_KEY', 'ID_KEY', 'ADMIN_TOKEN', 'PUBLIC_URL'])(
    'says that %s is, at the first request',
    async (name) => {
      const bindings = { ...env, DIRECTORY: { ...env.DIRECTORY }, [name]: '' };
      const app = createApp((given) => serviceOf(given as Env));
      const response = await app.fetch(new Request('https://pay.test/health'), bindings);
      expect(response.status).toBe(500);
      expect(response.headers.get('x-request-id')).toBeTruthy();
      const body = await response.json<{ code: string; detail: string }>();
      expect(body.code).toBe('misconfigured');
      expect(body.detail).toContain(name);
    },
  );
});

describe('a Worker with what is meant for a laptop', () => {
  const answer = async (url: string, variables: Record<string, string>) => {
    const bindings = { ...env, DIRECTORY: { ...env.DIRECTORY }, ...variables };
    const app = createApp((given) => serviceOf(given as Env));
    const response = await app.fetch(new Request(url), bindings);
    return [response.status, (await response.json<{ code?: string }>()).code];
  };

  it('is not reached by others', async () => {
    expect(await answer('https://pay.test/health', { LOCAL: '1' })).toEqual([403, 'forbidden']);
    expect(await answer('http://localhost:8787/health', { LOCAL: '1' })).toEqual([200, undefined]);
    expect(await answer('https://pay.test/health', { LOCAL: '0' })).toEqual([200, undefined]);
  });

  it('does not run in production with the token that everybody has', async () => {
    const example = { ADMIN_TOKEN: 'local-admin-token', LOCAL: '0' };
    expect(await answer('http://localhost:8787/health', example)).toEqual([500, 'misconfigured']);
  });
});

describe('the Host header of a request', () => {
  it('does not decide where the shopper, the notification and the return go', async () => {
    const account = await makeAccount('ogone', { settings: { ...demoSettings('ogone') } });
    const shop = await makeShop([account]);
    const authorization = `Bearer ${shop.apiKey}`;
    const created = await request('https://evil.example/v1/payments', {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({ reference: 'host', amount: 1999, currency: 'EUR' }),
    });
    const payment = await created.text();
    expect(created.status).toBe(201);
    expect(JSON.parse(payment).checkoutUrl).toMatch(new RegExp(`^${ORIGIN}/pay/`));
    expect(payment).toContain(`${ORIGIN}/return/${account}/`);
    const { id, checkoutUrl } = JSON.parse(payment) as { id: string; checkoutUrl: string };
    const answers = [
      payment,
      await (await request(checkoutUrl.replace(ORIGIN, 'https://evil.example'))).text(),
      await (await request(`https://evil.example/v1/payments/${id}`, { headers: { authorization } })).text(),
      await (
        await request('https://evil.example/v1/admin/accounts', {
          headers: { authorization: 'Bearer test-admin-token' },
        })
      ).text(),
    ];
    expect(answers.join()).toContain(`${ORIGIN}/callback/${account}`);
    expect(answers.join()).not.toContain('evil.example');
  });
});

describe('a failure of ours', () => {
  it('tells the caller nothing but where to look, and the log everything', async () => {
    const log = vi.spyOn(console, 'error');
    const shop = await makeShop([await makeAccount('ogone')]);
    vi.spyOn(serviceOf(env as unknown as Env).directory, 'payments').mockImplementation(() => {
      throw new Error('secret inner detail');
    });
    const response = await request('/v1/payments?limit=1', {
      headers: { authorization: `Bearer ${shop.apiKey}` },
    });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('secret inner detail');
    expect(JSON.parse(text)).toMatchObject({ code: 'internal_error' });
    expect(JSON.stringify(log.mock.calls)).toContain('secret inner detail');
  });
});

describe('the log', () => {
  it('never holds a key, a passphrase or a base string', async () => {
    const net = network();
    const lines: unknown[] = [];
    for (const level of ['log', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void lines.push(line));
    }
    const attempt = await journey('ogone');
    await attempt.notify('pay', 'bad-signature');
    await attempt.notify('pay');
    await request('/v1/payments', { headers: { authorization: `Bearer ${attempt.shop.apiKey}` } });
    const text = JSON.stringify(lines);
    expect(text).toContain('notification.refused');
    for (const secret of [
      String(demoSettings('ogone').sha_in),
      String(demoSettings('ogone').sha_out),
      attempt.shop.apiKey,
      attempt.shop.webhookSecret,
      'test-admin-token',
    ]) {
      expect(text).not.toContain(secret);
    }
    net.restore();
  });
});

describe('a preview of a link', () => {
  it('does not forward the shopper', async () => {
    const attempt = await journey('ogone');
    expect((await request(attempt.payment.checkoutUrl, { method: 'HEAD' })).status).toBe(200);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
  });
});

describe('the OpenAPI document', () => {
  it('is served, with a security scheme for each of the two callers', async () => {
    const document = await (await request('/openapi.json')).json<{
      openapi: string;
      paths: object;
      components: object;
    }>();
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths).length).toBeGreaterThan(15);
    expect(document.components).toMatchObject({ securitySchemes: { shop: {}, operator: {} } });
  });
});
