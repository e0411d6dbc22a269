/** Secrets at rest, the rotation of the master key, and the configuration. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import type { VaultSwitchClient } from '../../src/directory/older-records.ts';
import type { StandbyClient } from '../../src/directory/standby.ts';
import { itself } from '../../src/directory/types.ts';
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

const openVault = (current: Uint8Array, previous: Uint8Array | null) =>
  new Vault(current, previous, random, { areClosed: async () => false });

/** The switch of the Worker, named anew: it cannot be opened again. */
function newSwitch(): () => VaultSwitchClient {
  const id = env.VAULT_SWITCH.idFromName(unique());
  return () => env.VAULT_SWITCH.get(id) as unknown as VaultSwitchClient;
}

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
  const id = (await openVault(OLD, null).seal(place('p'), '')).split('.')[1];
  return ['v1', id, base64url(nonce), base64url(new Uint8Array(sealed))].join('.');
}

describe('the vault', () => {
  it('opens what it sealed, for the same purpose only', async () => {
    const vault = openVault(OLD, null);
    const sealed = await vault.seal(place('account/a/key'), 'Zoé’s secret');
    expect(sealed).toMatch(/^v2\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(await vault.open(place('account/a/key'), sealed)).toBe('Zoé’s secret');
    await expect(vault.open(place('account/b/key'), sealed)).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await vault.seal(place('account/a/key'), 'Zoé’s secret')).not.toBe(sealed);
  });

  it('does not open a value in another row of the same secret, nor one called an older version', async () => {
    const vault = openVault(OLD, null);
    const sealed = await vault.seal(place('account/a/key'), 'secret');
    await expect(vault.open(place('account/a/key', 'row-2'), sealed)).rejects.toThrow('changed or moved');
    const older = sealed.replace('v2', 'v1');
    await expect(vault.open(place('account/a/key'), older)).rejects.toThrow('changed or moved');
    await expect(vault.open(place('account/a/key'), sealed.replace('v2', 'v3'))).rejects.toThrow('v3');
  });

  it('opens what an older version sealed until that is closed, then only when the operator says so', async () => {
    const sealed = await sealedBefore('account/a/key', 'secret');
    expect(await openVault(OLD, null).open(place('account/a/key'), sealed)).toBe('secret');
    expect(sealed.startsWith(openVault(OLD, null).prefix)).toBe(false);
    const closed = new Vault(OLD, null, random, { areClosed: async () => true });
    await expect(closed.open(place('account/a/key'), sealed)).rejects.toThrow('put back');
    expect(await closed.open(place('account/a/key'), sealed, { acceptOlder: true })).toBe('secret');
    const newest = await closed.seal(place('p'), 'newest');
    expect(await closed.open(place('p'), newest)).toBe('newest');
  });

  it('does not open a record of which any part was changed', async () => {
    const vault = openVault(OLD, null);
    const sealed = await vault.seal(place('p'), 'secret');
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await expect(vault.open(place('p'), changed)).rejects.toMatchObject({ code: 'misconfigured' });
    }
  });

  it('opens records of the previous master key while that is given, and says so afterwards', async () => {
    const sealed = await openVault(OLD, null).seal(place('p'), 'secret');
    const during = openVault(NEW, OLD);
    expect(await during.open(place('p'), sealed)).toBe('secret');
    expect(sealed.startsWith(during.prefix)).toBe(false);
    await expect(openVault(NEW, null).open(place('p'), sealed)).rejects.toThrow('MASTER_KEY_PREVIOUS');
  });
});

/** A directory as an isolate has it. */
function directory(
  masterKey: Uint8Array,
  previousMasterKey: Uint8Array | null,
  vaultSwitch: () => VaultSwitchClient,
) {
  return new Directory({
    db: env.DIRECTORY,
    masterKey,
    previousMasterKey,
    hashKey: OLD,
    now: () => Date.now(),
    random,
    standby: () => STANDBY,
    vaultSwitch,
    pause: async () => {},
  });
}

const { sha_in, sha_out, ...settings } = demoSettings('ogone');

/** An account with two secrets. Returns its id. */
async function putAccount(into: Directory): Promise<string> {
  const id = `ogone-${unique()}`;
  await into.accounts.put(
    {
      id,
      provider: 'ogone',
      caption: 'x',
      displayName: null,
      kind: null,
      environment: 'test',
      currencies: ['EUR'],
      settings,
      endpoints: {},
      allowedIps: [],
      trustUnprovenNotifications: false,
      expireAfterHours: 24,
      fallback: null,
      secrets: { sha_in: String(sha_in), sha_out: String(sha_out) },
    },
    null,
    itself('test'),
  );
  return id;
}

/** What somebody does who can write rows: another text in the row of an account's sha_out. */
async function writeSealed(account: string, sealed: string): Promise<void> {
  await env.DIRECTORY.prepare(
    "UPDATE account_secrets SET sealed = ? WHERE account = ? AND setting = 'sha_out'",
  )
    .bind(sealed, account)
    .run();
}

const forgetSecrets = () =>
  env.DIRECTORY.batch(
    ['account_secrets', 'shop_keys'].map((table) => env.DIRECTORY.prepare(`DELETE FROM ${table}`)),
  );

describe('the master key', () => {
  afterEach(forgetSecrets);

  it('is rotated by sealing everything again', async () => {
    const before = directory(OLD, null, newSwitch());
    const id = await putAccount(before);
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
        expireAfterMinutes: null,
        accounts: [],
        returnUrl: { success: null, failure: null },
        webhook: { url: null, dialect: 'standard', newPayments: false },
      },
      {},
      null,
      itself('test'),
    );
    const during = directory(NEW, OLD, newSwitch());
    const seal = () => during.sealAgain({ by: itself('test'), acceptOlder: false });
    expect(await seal()).toEqual({ accounts: 2, shops: 3, users: 0, failed: [] });
    expect(await seal()).toEqual({ accounts: 0, shops: 0, users: 0, failed: [] });
    const after = directory(NEW, null, newSwitch());
    expect((await after.accounts.get(id))?.secrets.sha_out?.[0]?.value).toBe(sha_out);
    expect(await after.shops.keys(shopId, 'webhookSecret')).toHaveLength(1);
    await expect(before.accounts.get(id)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('a secret that an older version has sealed', () => {
  afterEach(forgetSecrets);
  const secretOf = async (from: Directory, id: string) =>
    (await from.accounts.get(id))?.secrets.sha_out?.[0]?.value;

  it('is sealed again by itself, and cannot be put back into the row afterwards', async () => {
    const vaultSwitch = newSwitch();
    const isolate = directory(OLD, null, vaultSwitch);
    const id = await putAccount(isolate);
    const backup = await sealedBefore(`account/${id}/sha_out`, String(sha_out));
    await writeSealed(id, backup);
    expect(await secretOf(isolate, id)).toBe(sha_out);
    expect(await isolate.sealAgain({ by: itself('countersign'), acceptOlder: false })).toEqual({
      accounts: 1,
      shops: 0,
      users: 0,
      failed: [],
    });
    expect(await secretOf(isolate, id)).toBe(sha_out);
    expect((await isolate.audit({ limit: 1, before: null, scope: { all: true } }))[0]).toMatchObject({
      actor: 'countersign',
      action: 'secrets.sealed_again',
      detail: { sealed: [`account/${id}/sha_out`], olderClosed: true },
    });
    await writeSealed(id, backup);
    const warnings = vi.spyOn(console, 'warn');
    // In this isolate, and in one that starts now: what is closed is not written in the database.
    for (const reader of [isolate, directory(OLD, null, vaultSwitch)]) {
      await expect(secretOf(reader, id)).rejects.toThrow('it was put back');
      expect(warnings).toHaveBeenLastCalledWith(
        expect.objectContaining({ event: 'vault.older_record_refused', secret: `account/${id}/sha_out` }),
      );
    }
    warnings.mockRestore();
    // No later run takes it for genuine.
    for (let run = 0; run < 2; run++)
      expect(await isolate.sealAgain({ by: itself('countersign'), acceptOlder: false })).toEqual({
        accounts: 0,
        shops: 0,
        users: 0,
        failed: [`account/${id}/sha_out`],
      });
    await expect(secretOf(isolate, id)).rejects.toThrow('it was put back');
  });

  it('that does not open keeps nothing open: the others are sealed, and the older version is closed', async () => {
    const isolate = directory(OLD, null, newSwitch());
    const [broken, whole] = [await putAccount(isolate), await putAccount(isolate)];
    await writeSealed(broken, await sealedBefore('account/another/sha_out', 'x'));
    const backup = await sealedBefore(`account/${whole}/sha_out`, String(sha_out));
    await writeSealed(whole, backup);
    expect(await isolate.sealAgain({ by: itself('countersign'), acceptOlder: false })).toMatchObject({
      accounts: 1,
      failed: [`account/${broken}/sha_out`],
    });
    expect(await secretOf(isolate, whole)).toBe(sha_out);
    await writeSealed(whole, backup);
    await expect(secretOf(isolate, whole)).rejects.toThrow('it was put back');
  });

  it('opens once more for an operator who has restored the database, and is closed again', async () => {
    const isolate = directory(OLD, null, newSwitch());
    const id = await putAccount(isolate);
    const backup = await sealedBefore(`account/${id}/sha_out`, String(sha_out));
    await isolate.sealAgain({ by: itself('countersign'), acceptOlder: false });
    await writeSealed(id, backup);
    expect(await isolate.sealAgain({ by: itself('operator'), acceptOlder: true })).toMatchObject({
      accounts: 1,
    });
    expect((await isolate.audit({ limit: 1, before: null, scope: { all: true } }))[0]).toMatchObject({
      actor: 'operator',
      detail: { acceptOlder: true, sealed: [`account/${id}/sha_out`] },
    });
    expect(await secretOf(isolate, id)).toBe(sha_out);
    await writeSealed(id, backup);
    await expect(secretOf(isolate, id)).rejects.toThrow('it was put back');
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
      expect(() => requireLoopback(config, `https://${host}/health`)).toThrow(
        expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('LOCAL=1') }),
      );
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
