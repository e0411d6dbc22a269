/**
 * Settings that a provider's schema takes and that cannot be right. The failures ruled out: real money signed for with a key that
 * everybody has; an account in production of which every payment is a test, or the other way round.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { open } from '../../src/gateway/accounts.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  demoSettings,
  makeAccount,
  makeShop,
  network,
  type Problem,
  request,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

type Answer = Problem & { settings: Record<string, unknown>; warnings: string[] };

const put = (provider: string, body: object, id = unique()) =>
  admin<Answer>('PUT', `/accounts/${id}`, { provider, ...body });

/** Every secret of the demo accounts, which stand in this repository, and those that providers have published. */
const PUBLISHED: readonly (readonly [provider: string, setting: string, secret: string])[] = [
  ...providers.flatMap(({ id, settings }) =>
    secretNames(settings).flatMap((name) => {
      const secret = DEMO_ACCOUNTS[id]?.settings[name];
      return secret === undefined ? [] : [[id, name, String(secret)] as const];
    }),
  ),
  ['sips2', 'secret_key', '002001000000001_KEY1'],
  ['sips2', 'secret_key', '002001000000003_KEY1'],
  ['sips2', 'secret_key', 'S9i8qClCnb2CZU3y3Vn0toIOgz3z_aBi79akR30vM9o'],
  ['ecommpay', 'secret_key', 'kHRhsQHHhOUHeD+rt4kgH7OZiwE='],
  ['payu', 'second_key', 'b6ca15b0d1020e8094d9b5f8d163db54'],
  ['payu', 'second_key', 'B6CA15B0D1020E8094D9B5F8D163DB54'],
  ['payu', 'second_key', '13a980d4f851f3d9a1cfc792fb1f5e50'],
  ['payu', 'client_secret', 'c8d4b7ac61758704f38ed5564d8c0ae0'],
  ['paybox', 'hmac_key', '0123456789abcdef'.repeat(8)],
  ['spplus', 'cle', '586dfc9c3491 9b863ffd6463c9134a26 ba29741ec7e98079'],
  ['ogone', 'sha_out', 'Mysecretsig1875!?'],
  ['payzen', 'key', '1122334455667788'],
  ['tpay', 'code', 'demo'],
];

describe.each(PUBLISHED)('%s in production', (provider, setting, secret) => {
  it(`takes no published ${setting}: ${secret.slice(0, 24)}`, async () => {
    const saisie = provider === 'tipi' ? { saisie: 'W' } : {};
    const settings = { ...demoSettings(provider), ...saisie };
    const answer = await put(provider, {
      environment: 'production',
      settings: { ...settings, [setting]: secret },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: `settings.${setting}` }] } });
    const id = await makeAccount(provider, { environment: 'production' });
    const rotated = await admin<Problem>('POST', `/accounts/${id}/secrets/${setting}/rotate`, {
      value: secret,
    });
    expect(rotated).toMatchObject({ status: 400, body: { errors: [{ path: `settings.${setting}` }] } });
    const test = await put(provider, { environment: 'test', settings: { ...settings, [setting]: secret } });
    expect(test.status).toBe(201);
    expect(
      (
        await put(
          provider,
          { environment: 'production' },
          String((test.body as unknown as { id: string }).id),
        )
      ).status,
    ).toBe(400);
  });
});

/** The account as a database of before may hold it. */
async function inProduction(id: string): Promise<void> {
  await env.DIRECTORY.prepare("UPDATE accounts SET environment = 'production' WHERE id = ?").bind(id).run();
  vi.setSystemTime(Date.now() + 6000);
}

describe('a stored account in production with a key that everybody has', () => {
  it('is not used, neither to send nor to receive, and says so where it is shown', async () => {
    const id = await makeAccount('sips2', { settings: DEMO_ACCOUNTS.sips2?.settings, environment: 'test' });
    const shop = await makeShop([id]);
    await inProduction(id);
    await env.DIRECTORY.prepare('UPDATE shops SET test_mode = 0 WHERE id = ?').bind(shop.id).run();
    expect((await shop.pay()).status).toBe(500);
    const callback = await request(`/callback/${id}`, { method: 'POST', body: 'Data=x&Seal=y' });
    expect([callback.status, (await callback.json<Problem>()).code]).toEqual([500, 'misconfigured']);
    const shown = await admin<Answer & { proof: unknown }>('GET', `/accounts/${id}`);
    expect(shown.body.proof).toBeNull();
    expect(shown.body.warnings).toEqual([expect.stringContaining('settings.secret_key is a published key')]);
    await admin('PUT', `/accounts/${id}`, { provider: 'sips2', settings: demoSettings('sips2') });
    expect((await shop.pay()).status).toBe(201);
  });

  it('is not used for an earlier key that is in its grace either', async () => {
    const id = await makeAccount('ogone', { settings: DEMO_ACCOUNTS.ogone?.settings });
    await admin('POST', `/accounts/${id}/secrets/sha_in/rotate`, { value: 'a passphrase of its own' });
    await admin('POST', `/accounts/${id}/secrets/sha_out/rotate`, { value: 'another one of its own' });
    await admin('POST', `/accounts/${id}/secrets/pswd/rotate`, {
      value: 'a password of its own',
      graceSeconds: 0,
    });
    await inProduction(id);
    const account = await serviceOf(env as unknown as Env).directory.accounts.get(id);
    expect(() => open(account as Account)).toThrow('published key');
  });
});

describe('an account whose payments are all of the other environment', () => {
  it.each([
    ['tipi', 'saisie', { saisie: 'T' }, 'production'],
    ['tipi', 'saisie', { saisie: 'X' }, 'production'],
    ['tipi', 'saisie', {}, 'production'],
    ['tipi', 'saisie', { saisie: 'W' }, 'test'],
    ['tipi', 'saisie', { mode: 'url', saisie: 'A' }, 'sandbox'],
    [
      'payu',
      'testing',
      { mode: 'legacy', testing: true, pos_auth_key: 'Zb12Cd3', key1: 'a'.repeat(32), key2: 'b'.repeat(32) },
      'production',
    ],
    ['assist', 'server', { server: 'https://payments.demo.paysecure.ru' }, 'production'],
    ['payzen', 'rest_password', { rest_password: 'testpassword_of_my_own' }, 'production'],
    ['systempay', 'rest_password', { rest_password: 'prodpassword_of_my_own' }, 'test'],
  ] as const)('is rejected: %s by its %s, %j in %s', async (provider, setting, changes, environment) => {
    const settings = { ...demoSettings(provider), ...changes };
    expect(await put(provider, { environment, settings })).toMatchObject({
      status: 400,
      body: { errors: [{ path: `settings.${setting}` }] },
    });
  });

  it('says so where it is shown, if it was stored before, and cannot be moved to production', async () => {
    const id = await makeAccount('tipi', { environment: 'test' });
    const move = await put('tipi', { environment: 'production' }, id);
    expect(move).toMatchObject({ status: 400, body: { errors: [{ path: 'settings.saisie' }] } });
    await inProduction(id);
    const { data } = (await admin<{ data: (Answer & { id: string })[] }>('GET', '/accounts')).body;
    const warned = data.find((account) => account.id === id)?.warnings;
    expect(warned).toEqual([expect.stringContaining('settings.saisie is T, a test')]);
    await admin('DELETE', `/accounts/${id}`);
  });
});

describe('one passphrase for both directions', () => {
  it.each(['ogone', 'postfinance'])('warns, at %s', async (provider) => {
    const same = { ...demoSettings(provider), sha_out: demoSettings(provider).sha_in };
    const { body } = await put(provider, { settings: same });
    expect(body.warnings).toEqual([expect.stringContaining('settings.sha_in is the same as sha_out')]);
    expect((await put(provider, { settings: demoSettings(provider) })).body.warnings).toEqual([]);
  });
});
