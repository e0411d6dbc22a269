/** Secrets at rest, the rotation of the master key, and the cache. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Cache } from '../../src/directory/cache.ts';
import { Directory } from '../../src/directory/directory.ts';
import { Vault } from '../../src/directory/vault.ts';
import { readConfig } from '../../src/env.ts';
import { base64 } from '../../src/signing/bytes.ts';
import { demoSettings, unique } from '../support/harness.ts';

const random = (bytes: Uint8Array) => {
  crypto.getRandomValues(bytes);
};
const OLD = new Uint8Array(32).fill(1);
const NEW = new Uint8Array(32).fill(2);

describe('the vault', () => {
  it('opens what it sealed, for the same purpose only', async () => {
    const vault = new Vault(OLD, null, random);
    const sealed = await vault.seal('account/a/key', 'Zoé’s secret');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(await vault.open('account/a/key', sealed)).toBe('Zoé’s secret');
    await expect(vault.open('account/b/key', sealed)).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await vault.seal('account/a/key', 'Zoé’s secret')).not.toBe(sealed);
  });

  it('does not open a record of which any part was changed', async () => {
    const vault = new Vault(OLD, null, random);
    const sealed = await vault.seal('p', 'secret');
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await expect(vault.open('p', changed)).rejects.toMatchObject({ code: 'misconfigured' });
    }
  });

  it('opens records of the previous master key while that is given, and says so afterwards', async () => {
    const sealed = await new Vault(OLD, null, random).seal('p', 'secret');
    const during = new Vault(NEW, OLD, random);
    expect(await during.open('p', sealed)).toBe('secret');
    expect(during.isCurrent(sealed)).toBe(false);
    await expect(new Vault(NEW, null, random).open('p', sealed)).rejects.toThrow('MASTER_KEY_PREVIOUS');
  });
});

describe('the master key', () => {
  const directory = (masterKey: Uint8Array, previousMasterKey: Uint8Array | null) =>
    new Directory({
      db: env.DIRECTORY,
      masterKey,
      previousMasterKey,
      hashKey: OLD,
      now: () => Date.now(),
      random,
      pause: async () => {},
    });

  it('is rotated by sealing everything again', async () => {
    await env.DIRECTORY.batch(
      ['account_secrets', 'shop_keys'].map((table) => env.DIRECTORY.prepare(`DELETE FROM ${table}`)),
    );
    const id = `ogone-${unique()}`;
    const { sha_in, sha_out, ...settings } = demoSettings('ogone');
    const before = directory(OLD, null);
    await before.accounts.put(
      {
        id,
        provider: 'ogone',
        caption: 'x',
        environment: 'test',
        currencies: ['EUR'],
        settings,
        endpoints: {},
        allowedIps: [],
        trustUnprovenNotifications: false,
        expireAfterHours: 24,
        secrets: { sha_in: String(sha_in), sha_out: String(sha_out) },
      },
      null,
      'test',
    );
    const shopId = `shop-${unique()}`;
    await before.shops.put(
      {
        id: shopId,
        name: 'x',
        group: null,
        active: true,
        adminEnabled: true,
        testMode: false,
        region: null,
        accounts: [],
        returnUrl: { success: null, failure: null },
        webhook: { url: null, dialect: 'standard', newPayments: false },
      },
      {},
      null,
      'test',
    );
    const during = directory(NEW, OLD);
    expect([await during.accounts.reseal(), await during.shops.reseal()]).toEqual([2, 3]);
    expect([await during.accounts.reseal(), await during.shops.reseal()]).toEqual([0, 0]);
    const after = directory(NEW, null);
    expect((await after.accounts.get(id))?.secrets.sha_out?.[0]?.value).toBe(sha_out);
    expect(await after.shops.keys(shopId, 'webhookSecret')).toHaveLength(1);
    await expect(before.accounts.get(id)).rejects.toMatchObject({ code: 'misconfigured' });
    await env.DIRECTORY.batch(
      ['account_secrets', 'shop_keys'].map((table) => env.DIRECTORY.prepare(`DELETE FROM ${table}`)),
    );
  });
});

describe('the cache', () => {
  it('serves a read for five seconds, and never one that found nothing', async () => {
    let now = 0;
    let loads = 0;
    const cache = new Cache(() => now);
    const read = (value: string | null) =>
      cache.read('name', async () => {
        loads += 1;
        return value;
      });
    expect([await read(null), await read('a'), await read('b')]).toEqual([null, 'a', 'a']);
    expect(loads).toBe(2);
    now = 4999;
    expect(await read('b')).toBe('a');
    now = 5001;
    expect(await read('b')).toBe('b');
    cache.clear();
    expect(await read('c')).toBe('c');
  });

  it('does not grow without bound', async () => {
    const cache = new Cache(() => 0);
    for (let count = 0; count < 2500; count++) await cache.read(`name ${count}`, async () => count);
    expect(await cache.read('name 2499', async () => -1)).toBe(2499);
    expect(await cache.read('name 0', async () => -1)).toBe(-1);
  });
});

describe('the configuration', () => {
  const good = { MASTER_KEY: base64(OLD), ID_KEY: base64(NEW), ADMIN_TOKEN: 'a token of 16 letters' };

  it.each([
    ['MASTER_KEY', { ...good, MASTER_KEY: undefined }],
    ['MASTER_KEY', { ...good, MASTER_KEY: 'c2hvcnQ=' }],
    ['ID_KEY', { ...good, ID_KEY: '' }],
    ['MASTER_KEY_PREVIOUS', { ...good, MASTER_KEY_PREVIOUS: 'x' }],
    ['ADMIN_TOKEN', { ...good, ADMIN_TOKEN: 'short' }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: 'pay.example' }],
  ])('names %s when it is missing or wrong', (name, variables) => {
    expect(() => readConfig(variables as Record<string, string>)).toThrow(name);
  });

  it('has no defaults that are lenient', () => {
    expect(readConfig(good)).toMatchObject({ local: false, publicUrl: null, previousMasterKey: null });
    expect(readConfig({ ...good, LOCAL: '1', PUBLIC_URL: 'https://pay.shop.com/' })).toMatchObject({
      local: true,
      publicUrl: 'https://pay.shop.com',
    });
  });
});
