/** Floods and guesses at the routes: what they cost the directory, and whom they keep out. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { ShopLimits } from '../../src/gateway/shop-limits.ts';
import {
  admin,
  bankOf,
  deliver,
  journey,
  makeAccount,
  makeShop,
  type Problem,
  request,
  type TestShop,
  unique,
} from '../support/harness.ts';

afterEach(() => vi.restoreAllMocks());

/** Statements to D1 while something is done. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const prepare = vi.spyOn(env.DIRECTORY, 'prepare');
  await work();
  const count = prepare.mock.calls.length;
  prepare.mockRestore();
  return count;
}

const repeated = (times: number, call: () => Promise<unknown>) => async () => {
  for (let count = 0; count < times; count += 1) await call();
};

const withKey = (key: string) => request('/v1/payments', { headers: { authorization: `Bearer ${key}` } });
const callbackOf = (account: string) => request(`/callback/${account}`, { method: 'POST', body: 'a=b' });
const startOf = (config: string) =>
  request('/paiements/start/', {
    method: 'POST',
    body: new URLSearchParams({ config_id: config, sign: 'x' }),
  });

describe('a guess', () => {
  it.each([
    ['an account', callbackOf, 2],
    ['a shop', startOf, 1],
    ['an API key', withKey, 1],
  ] as const)('at %s is one query however often it is repeated', async (_, call, queries) => {
    const name = `nobody-${unique()}`;
    const again = repeated(20, () => call(name));
    expect(await statements(again)).toBe(queries);
    vi.setSystemTime(Date.now() + 3000);
    expect(await statements(again)).toBe(queries);
  });

  it('at something longer than any id is no query at all', async () => {
    expect(await statements(() => callbackOf('x'.repeat(500)))).toBe(0);
    expect(await statements(() => startOf('x'.repeat(60_000)))).toBe(0);
  });

  it('does not hide a shop and an account that are made right after it', async () => {
    const [id, account, apiKey] = [`new-${unique()}`, `ogone-${unique()}`, `key-${unique()}`];
    expect((await withKey(apiKey)).status).toBe(401);
    expect((await callbackOf(account)).status).toBe(404);
    expect((await (await startOf(id)).json<{ status: string }>()).status).toBe('CONFIG_ERROR');
    await makeAccount('ogone', { id: account });
    await admin('PUT', `/shops/${id}`, { accounts: [account], keys: { apiKey } });
    expect((await withKey(apiKey)).status).toBe(200);
    expect((await callbackOf(account)).status).not.toBe(404);
    expect((await (await startOf(id)).json<{ status: string }>()).status).toBe('KEY_ERROR');
  });
});

describe('the limit of a key', () => {
  const take = (
    limits: ShopLimits,
    times: number,
    key = 'k',
    limit: Parameters<ShopLimits['take']>[1] = null,
  ) => {
    let taken = 0;
    for (let count = 0; count < times; count += 1) {
      try {
        limits.take(key, limit);
        taken += 1;
      } catch {}
    }
    return taken;
  };

  it('lets 600 through at one time and 6000 in a minute, and each key has its own', () => {
    let now = 0;
    const limits = new ShopLimits(() => now);
    expect(take(limits, 1000)).toBe(600);
    expect(take(limits, 10, 'another')).toBe(10);
    let taken = 0;
    for (; now < 60_000; now += 100) taken += take(limits, 50);
    expect(taken).toBeGreaterThan(5900);
    expect(taken).toBeLessThanOrEqual(6000);
    now += 3_600_000;
    expect(take(limits, 1000)).toBe(600);
  });

  it('says when there is a token again, and keeps the word', () => {
    let now = 0;
    const limits = new ShopLimits(() => now);
    const slow = { perMinute: 2, burst: 1 };
    limits.take('k', slow);
    expect(() => limits.take('k', slow)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfter: 30 }),
    );
    now = 29_999;
    expect(take(limits, 1, 'k', slow)).toBe(0);
    now = 30_000;
    expect(take(limits, 1, 'k', slow)).toBe(1);
    // A clock that is set back takes nothing away, and gives nothing.
    now = 0;
    expect(take(limits, 1, 'k', slow)).toBe(0);
  });

  const limited = async (rateLimit: object | null): Promise<TestShop> =>
    makeShop([await makeAccount('ogone')], { rateLimit });

  it('is 429 with Retry-After at every route of the shop, and no payment is made', async () => {
    const shop = await limited({ perMinute: 6, burst: 2 });
    const first = await shop.pay();
    expect([first.status, (await shop.pay()).status]).toEqual([201, 201]);
    const ledgers = vi.spyOn(env.LEDGER, 'get');
    const more = await shop.pay();
    expect(more).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(more.headers.get('retry-after')).toBe('10');
    expect(ledgers).not.toHaveBeenCalled();
    expect((await shop.call('GET', `/payments/${first.body.id}`)).status).toBe(429);
    expect((await shop.call('POST', `/payments/${first.body.id}/refund`, {})).status).toBe(429);
    const classic = await request('/api/transactions/', {
      method: 'POST',
      body: new URLSearchParams({ config_id: shop.id, secret: shop.apiKey }),
    });
    expect(classic.status).toBe(429);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await shop.pay()).status).toBe(201);
  });

  it('of one key does not keep out another key of the shop, and that of a shop no other shop', async () => {
    const shop = await limited({ perMinute: 1, burst: 1 });
    const other = await limited(null);
    await shop.pay();
    expect((await shop.pay()).status).toBe(429);
    expect((await other.pay()).status).toBe(201);
    const { body } = await admin<{ keys: { apiKey: string } }>(
      'POST',
      `/shops/${shop.id}/keys/apiKey/rotate`,
      {},
    );
    expect((await withKey(body.keys.apiKey)).status).toBe(200);
    expect((await shop.pay()).status).toBe(429);
  });

  it('of a shop that is paying does not keep out its bank', async () => {
    const attempt = await journey('ogone');
    await admin('PUT', `/shops/${attempt.shop.id}`, { rateLimit: { perMinute: 1, burst: 1 } });
    await attempt.shop.pay();
    expect((await attempt.shop.pay()).status).toBe(429);
    expect((await attempt.notify('pay')).status).toBe(200);
  });

  it('cannot be used up by somebody who has no key of the shop', async () => {
    const shop = await limited({ perMinute: 1, burst: 1 });
    for (let count = 0; count < 5; count += 1) await startOf(shop.id);
    expect((await shop.pay()).status).toBe(201);
  });

  it('is a setting of the shop, with a burst of a tenth unless one is given, and goes back to the default', async () => {
    const shop = await limited({ perMinute: 55 });
    const read = async () =>
      (await admin<{ rateLimit: object | null }>('GET', `/shops/${shop.id}`)).body.rateLimit;
    expect(await read()).toEqual({ perMinute: 55, burst: 6 });
    await admin('PUT', `/shops/${shop.id}`, { name: 'kept' });
    expect(await read()).toEqual({ perMinute: 55, burst: 6 });
    await admin('PUT', `/shops/${shop.id}`, { rateLimit: null });
    expect(await read()).toBeNull();
    for (const rateLimit of [
      { perMinute: 0 },
      { perMinute: 1.5 },
      { perMinute: 5, burst: 0 },
      { burst: 5 },
    ]) {
      const { status, body } = await admin<Problem>('PUT', `/shops/${shop.id}`, { rateLimit });
      expect([status, body.errors?.[0]?.path.startsWith('rateLimit.')]).toEqual([400, true]);
    }
  });
});

describe('the limit of an address', () => {
  let counted: MockInstance<RateLimit['limit']>;
  const keys = () => counted.mock.calls.map(([options]) => options.key);
  beforeEach(() => {
    counted = vi.spyOn(env.ADDRESS_LIMIT, 'limit').mockImplementation(async () => ({ success: true }));
  });

  const from = (ip: string, path: string, init: RequestInit = {}) =>
    request(path, { ...init, headers: { 'cf-connecting-ip': ip, ...init.headers } });

  it('is 429 with Retry-After at what is open to everybody, before anything is done', async () => {
    counted.mockImplementation(async () => ({ success: false }));
    const get = vi.spyOn(env.LEDGER, 'get');
    const paths = [
      '/pay/MFTAVK79J0MV5YCK',
      '/return/a/MFTAVK79J0MV5YCK',
      '/callback/a',
      '/paiements/go/MFTAVK79J0MV5YCK',
      '/openapi.json',
      '/nothing',
    ];
    const cost = await statements(async () => {
      for (const path of paths) {
        const response = await from('203.0.113.9', path);
        expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 429, '60']);
      }
    });
    expect([cost, get.mock.calls.length]).toEqual([0, 0]);
    expect(keys()).toEqual(
      ['pay', 'return', 'callback', 'paiements', 'page', 'page'].map((door) => `${door}/203.0.113.9`),
    );
  });

  it('counts a key that is none, and no request with a good one', async () => {
    const shop = await makeShop([await makeAccount('ogone')]);
    counted.mockClear();
    const authorization = { headers: { authorization: `Bearer ${shop.apiKey}` } };
    expect((await from('203.0.113.9', '/v1/payments', authorization)).status).toBe(200);
    expect(keys()).toEqual([]);
    const guess = { headers: { authorization: 'Bearer guess' } };
    expect((await from('203.0.113.9', '/v1/payments', guess)).status).toBe(401);
    expect((await from('203.0.113.9', '/v1/admin/shops', guess)).status).toBe(401);
    expect(keys()).toEqual(['guess/203.0.113.9', 'guess/203.0.113.9']);
    counted.mockImplementation(async () => ({ success: false }));
    expect((await from('203.0.113.9', '/v1/payments', guess)).status).toBe(429);
    expect((await from('203.0.113.9', '/v1/admin/shops', guess)).status).toBe(429);
    expect((await from('203.0.113.9', '/v1/payments', authorization)).status).toBe(200);
  });

  it('takes a network of one customer for one address, and an IPv4 address in IPv6 for itself', async () => {
    for (const ip of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1', '::ffff:203.0.113.9'])
      await from(ip, '/health');
    expect(keys()).toEqual([
      'page/20010db800010002/64',
      'page/20010db800010002/64',
      'page/20010db800010003/64',
      'page/203.0.113.9',
    ]);
  });

  it('does not close the door when it does not work itself', async () => {
    counted.mockImplementation(async () => {
      throw new Error('no limit');
    });
    const attempt = await journey('ogone');
    const message = bankOf('ogone').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const headers = { ...message.headers, 'cf-connecting-ip': '203.0.113.9' };
    expect((await deliver({ ...message, headers })).status).toBe(200);
  });

  it('is bound in what is deployed', async () => {
    counted.mockRestore();
    expect(await env.ADDRESS_LIMIT.limit({ key: 'anybody' })).toEqual({ success: true });
  });
});
