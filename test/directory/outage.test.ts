/**
 * D1 is down: it fails, or it hangs. What was known a moment ago serves on, what cannot be served says so, and what was revoked or
 * changed serves no more. Through the running Worker, its ledgers and its standby.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { itself } from '../../src/directory/types.ts';
import {
  admin,
  bankOf,
  deliver,
  journey,
  makeAccount,
  makeShop,
  network,
  type Problem,
  request,
  unique,
} from '../support/harness.ts';
import { breakDown, forget, otherIsolate, pass, recover, SETTLED } from './outage-support.ts';

let net: ReturnType<typeof network>;
let log: MockInstance<typeof console.warn>;
beforeEach(() => {
  forget();
  net = network();
  log = vi.spyOn(console, 'warn');
});
afterEach(() => {
  recover();
  net.restore();
  vi.restoreAllMocks();
});

const events = () => log.mock.calls.map(([line]) => line as Record<string, unknown>);

describe.each(['fails', 'hangs'] as const)('while D1 %s', (how) => {
  it('creates and notifications of known shops and accounts go on, with the age in the log', async () => {
    const attempt = await journey('ogone');
    pass(SETTLED);
    await attempt.shop.pay({ account: attempt.account });
    await deliver(bankOf('ogone').notification(attempt.order, attempt.merchant, 'pay', 'bad-signature'));
    pass(6000);
    breakDown(how);
    expect((await attempt.shop.pay({ account: attempt.account })).status).toBe(201);
    expect((await attempt.notify('pay')).status).toBe(200);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    const served = events().filter(({ event }) => event === 'directory.served_stale');
    expect(served.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([`shop/${attempt.shop.id}`, `account/${attempt.account}`]),
    );
    for (const { ageMs } of served) expect(ageMs).toBeGreaterThan(5000);
    expect(JSON.stringify(events())).not.toContain(attempt.shop.apiKey);
  });

  it('what is not known is 503 with Retry-After, at every route', async () => {
    const attempt = await journey('ogone');
    forget();
    breakDown(how);
    const authorization = `Bearer ${attempt.shop.apiKey}`;
    const { id } = attempt.payment;
    const answers = await Promise.all([
      attempt.shop.pay(),
      attempt.shop.call('GET', '/payments?limit=1'),
      attempt.notify('pay'),
      request('/callback/nobody', { method: 'POST', body: 'a=b' }),
      request(`/return/${attempt.account}/${id}?STATUS=9`),
      request('/v1/payments', { method: 'POST', headers: { authorization: 'Bearer guess' }, body: '{}' }),
      request('/v1/accounts', { headers: { authorization } }),
      request('/paiements/start/', { method: 'POST', body: new URLSearchParams({ config_id: 'x' }) }),
      admin('GET', '/shops'),
      admin('PUT', `/shops/${attempt.shop.id}`, { name: 'other' }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    expect((await answers[1].body) as unknown as Problem).toMatchObject({ code: 'unavailable' });
    recover();
    expect((await attempt.notify('pay')).status).toBe(200);
    // Each waits for D1 until its own limit.
  }, 20_000);
});

describe('what is served while D1 is down', () => {
  it('is an hour old at most', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    pass(SETTLED);
    await shop.pay();
    breakDown();
    // The clock goes on meanwhile, on a busy machine for seconds.
    pass(3_570_000);
    expect((await shop.pay()).status).toBe(201);
    pass(30_000);
    expect((await shop.pay()).status).toBe(503);
  });

  it('is no key that was revoked in another isolate, whenever this one read it last', async () => {
    const account = await makeAccount('ogone');
    const [revoked, replaced, other] = [
      await makeShop([account]),
      await makeShop([account]),
      await makeShop([account]),
    ];
    pass(SETTLED);
    for (const shop of [revoked, replaced, other]) expect((await shop.pay()).status).toBe(201);
    pass(1000);
    const elsewhere = otherIsolate();
    await elsewhere.shops.rotate(revoked.id, 'apiKey', 0, itself('test'));
    const before = await elsewhere.shops.get(replaced.id);
    if (!before) throw new Error('no shop');
    await elsewhere.shops.put(before, { apiKey: `new-${unique()}` }, before, itself('test'));
    pass(6000);
    breakDown();
    expect((await revoked.pay()).status).toBe(503);
    expect((await replaced.pay()).status).toBe(503);
    expect((await other.pay()).status).toBe(201);
    recover();
    pass(6000);
    expect((await revoked.pay()).status).toBe(401);
    expect((await replaced.pay()).status).toBe(401);
  });

  it('is no secret of an account that was rotated or deleted in another isolate', async () => {
    const attempt = await journey('ogone');
    pass(SETTLED);
    await attempt.shop.pay({ account: attempt.account });
    await otherIsolate().accounts.rotate(
      attempt.account,
      { setting: 'sha_out', value: 'a new passphrase for it', graceSeconds: 0 },
      itself('test'),
    );
    pass(20_000);
    breakDown();
    expect((await attempt.notify('pay')).status).toBe(503);
    recover();
    expect((await attempt.notify('pay')).status).toBe(403);
  });

  it('is no key whose grace has ended', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    await admin('POST', `/shops/${shop.id}/keys/apiKey/rotate`, { graceSeconds: 120 });
    pass(SETTLED);
    expect((await shop.pay()).status).toBe(201);
    breakDown();
    pass(50_000);
    expect((await shop.pay()).status).toBe(201);
    pass(10_000);
    expect((await shop.pay()).status).toBe(401);
  });

  it('is nothing that somebody has tried to change meanwhile', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    pass(SETTLED);
    await shop.pay();
    pass(6000);
    breakDown();
    expect((await shop.pay()).status).toBe(201);
    await expect(otherIsolate().shops.rotate(shop.id, 'apiKey', 0, itself('test'))).rejects.toMatchObject({
      code: 'unavailable',
    });
    pass(6000);
    expect((await shop.pay()).status).toBe(503);
  });

  it('is nothing when nobody can say what was changed', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    pass(SETTLED);
    await shop.pay();
    pass(6000);
    breakDown();
    vi.spyOn(env.STANDBY, 'get').mockImplementation(() => {
      throw new Error('no standby');
    });
    expect((await shop.pay()).status).toBe(503);
    expect((await admin<Problem>('PUT', `/shops/${shop.id}`, { name: 'x' })).body.code).toBe('unavailable');
  });
});
