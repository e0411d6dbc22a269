/** Secrets at rest, the rotation of the master key, and the configuration. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import type { StandbyClient } from '../../src/directory/standby.ts';
import { Vault } from '../../src/directory/vault.ts';
import { readConfig, requireLoopback } from '../../src/env.ts';
import { base64, base64url } from '../../src/signing/bytes.ts';
import { demoSettings, unique } from '../support/harness.ts';

const random = (bytes: Uint8Array) => {
  crypto.getRandomValues(bytes);
};

/** A standby in which nothing has changed. */
const STANDBY: StandbyClient = {
  changing: async () => {},
  changes: async () => [],
  keep: async () => {},
};

const OLD = new Uint8Array(32).fill(1);
const NEW = new Uint8Array(32).fill(2);

const place = (purpose: string, row = 'row-1') => ({ purpose, row });

/** A record as versions before 0.2 have sealed it: its row is not in it. */
async function sealedBefore(purpose: string, secret: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', OLD, 'AES-GCM', false, ['encrypt']);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder();
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: text.encode(purpose) },
    key,
    text.encode(secret),
  );
  const id = (await new Vault(OLD, null, random).seal(place('p'), '')).split('.')[1];
  return ['v1', id, base64url(nonce), base64url(new Uint8Array(sealed))].join('.');
}

describe('the vault', () => {
  it('opens what it sealed, for the same purpose only', async () => {
    const vault = new Vault(OLD, null, random);
    const sealed = await vault.seal(place('account/a/key'), 'Zoé’s secret');
    expect(sealed).toMatch(/^v2\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(await vault.open(place('account/a/key'), sealed)).toBe('Zoé’s secret');
    await expect(vault.open(place('account/b/key'), sealed)).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await vault.seal(place('account/a/key'), 'Zoé’s secret')).not.toBe(sealed);
  });

  it('does not open a value in another row of the same secret, nor one called an older version', async () => {
    const vault = new Vault(OLD, null, random);
    const sealed = await vault.seal(place('account/a/key'), 'secret');
    await expect(vault.open(place('account/a/key', 'row-2'), sealed)).rejects.toThrow('changed or moved');
    const older = sealed.replace('v2', 'v1');
    await expect(vault.open(place('account/a/key'), older)).rejects.toThrow('changed or moved');
    await expect(vault.open(place('account/a/key'), sealed.replace('v2', 'v3'))).rejects.toThrow('v3');
  });

  it('opens what an older version sealed, and says that it is to be sealed again', async () => {
    const vault = new Vault(OLD, null, random);
    const sealed = await sealedBefore('account/a/key', 'secret');
    expect(await vault.open(place('account/a/key'), sealed)).toBe('secret');
    expect(vault.isCurrent(sealed)).toBe(false);
  });

  it('does not open a record of which any part was changed', async () => {
    const vault = new Vault(OLD, null, random);
    const sealed = await vault.seal(place('p'), 'secret');
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await expect(vault.open(place('p'), changed)).rejects.toMatchObject({ code: 'misconfigured' });
    }
  });

  it('opens records of the previous master key while that is given, and says so afterwards', async () => {
    const sealed = await new Vault(OLD, null, random).seal(place('p'), 'secret');
    const during = new Vault(NEW, OLD, random);
    expect(await during.open(place('p'), sealed)).toBe('secret');
    expect(during.isCurrent(sealed)).toBe(false);
    await expect(new Vault(NEW, null, random).open(place('p'), sealed)).rejects.toThrow(
      'MASTER_KEY_PREVIOUS',
    );
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
      standby: () => STANDBY,
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
        rateLimit: null,
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
    // What an older version sealed is sealed anew with its row, under the same key too.
    const [row] = (
      await env.DIRECTORY.prepare("SELECT id FROM account_secrets WHERE setting = 'sha_out'").all<{
        id: string;
      }>()
    ).results;
    const old = await sealedBefore(`account/${id}/sha_out`, String(sha_out));
    await env.DIRECTORY.prepare('UPDATE account_secrets SET sealed = ? WHERE id = ?')
      .bind(old, row?.id)
      .run();
    expect((await during.accounts.get(id))?.secrets.sha_out?.[0]?.value).toBe(sha_out);
    expect(await during.accounts.reseal()).toBe(1);
    const after = directory(NEW, null);
    expect((await after.accounts.get(id))?.secrets.sha_out?.[0]?.value).toBe(sha_out);
    expect(await after.shops.keys(shopId, 'webhookSecret')).toHaveLength(1);
    await expect(before.accounts.get(id)).rejects.toMatchObject({ code: 'misconfigured' });
    await env.DIRECTORY.batch(
      ['account_secrets', 'shop_keys'].map((table) => env.DIRECTORY.prepare(`DELETE FROM ${table}`)),
    );
  });
});

describe('the configuration', () => {
  const good = {
    MASTER_KEY: base64(OLD),
    ID_KEY: base64(NEW),
    ADMIN_TOKEN: 'a token of 16 letters',
    PUBLIC_URL: 'https://pay.shop.com/',
  };

  it.each([
    ['MASTER_KEY', { ...good, MASTER_KEY: undefined }],
    ['MASTER_KEY', { ...good, MASTER_KEY: 'c2hvcnQ=' }],
    ['ID_KEY', { ...good, ID_KEY: '' }],
    ['MASTER_KEY_PREVIOUS', { ...good, MASTER_KEY_PREVIOUS: 'x' }],
    ['ADMIN_TOKEN', { ...good, ADMIN_TOKEN: 'short' }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: undefined }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: ' ' }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: 'pay.example' }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: 'http://pay.shop.com' }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: 'https://pay.shop.com/countersign' }],
    ['PUBLIC_URL', { ...good, PUBLIC_URL: 'https://user@pay.shop.com' }],
    ['OUTGOING_PORTS', { ...good, OUTGOING_PORTS: '8443 9443' }],
    ['OUTGOING_PORTS', { ...good, OUTGOING_PORTS: '0' }],
    ['OUTGOING_PORTS', { ...good, OUTGOING_PORTS: '65536' }],
  ])('names %s when it is missing or wrong', (name, variables) => {
    expect(() => readConfig(variables as Record<string, string>)).toThrow(name);
  });

  const example = {
    ADMIN_TOKEN: 'local-admin-token',
    MASTER_KEY: 'bG9jYWwtbWFzdGVyLWtleS0zMi1ieXRlcy1sb25nISE=',
    ID_KEY: 'bG9jYWwtaWQta2V5LXRoYXQtaXMtMzItYnl0ZXMtLS0=',
  };

  it.each([
    ['ADMIN_TOKEN', { ADMIN_TOKEN: example.ADMIN_TOKEN }],
    ['MASTER_KEY', { MASTER_KEY: example.MASTER_KEY }],
    ['MASTER_KEY', { MASTER_KEY: ` ${example.MASTER_KEY}\n` }],
    ['MASTER_KEY_PREVIOUS', { MASTER_KEY_PREVIOUS: example.MASTER_KEY }],
    ['ID_KEY', { ID_KEY: example.ID_KEY }],
  ])('refuses in production the %s that everybody has', (name, variables) => {
    for (const LOCAL of [undefined, '0', 'true']) {
      const given = { ...good, ...variables, ...(LOCAL && { LOCAL }) };
      expect(() => readConfig(given)).toThrow(name);
    }
    expect(readConfig({ ...good, ...variables, LOCAL: '1' })).toMatchObject({ local: true });
  });

  it('that is lenient serves this machine alone', () => {
    const config = readConfig({ ...good, ...example, LOCAL: '1' });
    for (const host of ['localhost:8787', '127.0.0.1', '127.8.9.1:80', '[::1]:8787', 'shop.localhost']) {
      expect(() => requireLoopback(config, `http://${host}/v1/payments`)).not.toThrow();
      expect(() => requireLoopback({ local: false }, `http://${host}/v1/payments`)).not.toThrow();
    }
    for (const host of [
      'pay.example.com',
      '192.168.1.4',
      '128.0.0.1',
      '127.0.0.1.example.com',
      'notlocalhost',
      '[::2]',
    ]) {
      expect(() => requireLoopback(config, `https://${host}/health`)).toThrow('LOCAL=1');
      expect(() => requireLoopback({ local: false }, `https://${host}/health`)).not.toThrow();
    }
  });

  it('lists the ports that calls may go to', () => {
    expect(readConfig(good).outgoingPorts).toEqual([]);
    expect(readConfig({ ...good, OUTGOING_PORTS: ' 8443, 9443,' }).outgoingPorts).toEqual([8443, 9443]);
  });

  it('has no defaults that are lenient', () => {
    expect(readConfig(good)).toMatchObject({
      local: false,
      publicUrl: 'https://pay.shop.com',
      previousMasterKey: null,
    });
    for (const PUBLIC_URL of [undefined, ''])
      expect(readConfig({ ...good, LOCAL: '1', PUBLIC_URL } as Record<string, string>)).toMatchObject({
        local: true,
        publicUrl: null,
      });
    expect(readConfig({ ...good, LOCAL: '1', PUBLIC_URL: 'http://localhost:8787' })).toMatchObject({
      publicUrl: 'http://localhost:8787',
    });
  });
});
