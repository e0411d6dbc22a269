/**
 * Rotating keys and secrets. The failures ruled out: an old value that stops working before its grace ends, or goes on after; a rotation
 * that ends an earlier one's grace; an old value that is put back or moved to another row and opens; secrets that stay sealed under an
 * old key.
 */
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import { base64url, hex } from '../../src/signing/bytes.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  bankOf,
  deliver,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Problem,
  request,
  runAlarms,
  shopperAtBank,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

type AccountAnswer = {
  settings: Record<string, unknown>;
  setup: { value: string }[];
  secrets: Record<string, object[]>;
  endpoints: object;
};

/** A record as versions before 0.2 have sealed it under the tests' master key: its row is not in it. */
async function sealedByVersion1(purpose: string, secret: string): Promise<string> {
  const master = Uint8Array.from(atob(env.MASTER_KEY), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', master, 'AES-GCM', false, ['encrypt']);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder();
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: text.encode(purpose) },
    key,
    text.encode(secret),
  );
  const id = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', master))).slice(0, 8);
  return ['v1', id, base64url(nonce), base64url(new Uint8Array(sealed))].join('.');
}

describe('rotating a secret of a provider', () => {
  it('signs with the new one at once, verifies with the old one until its grace ends, and says which', async () => {
    const attempt = await journey('ogone');
    const value = 'the-new-sha-out-passphrase';
    const rotated = await admin<AccountAnswer>(
      'POST',
      `/accounts/${attempt.account}/secrets/sha_out/rotate`,
      {
        value,
        graceSeconds: 600,
      },
    );
    expect(rotated.body.secrets.sha_out).toHaveLength(2);
    const renewed = merchant('ogone', attempt.account, { sha_out: value });
    const notifyAs = (who: typeof renewed, decision: 'pay' | 'decline') =>
      deliver(bankOf('ogone').notification(attempt.order, who, decision, 'none'));
    expect((await notifyAs(attempt.merchant, 'decline')).status).toBe(200);
    expect((await notifyAs(renewed, 'pay')).status).toBe(200);
    const applied = (await attempt.shop.events(attempt.payment.id)).filter(
      ({ type }) => type === 'notification.applied',
    );
    expect(applied.map(({ detail }) => detail.signedBy)).toEqual([
      'sha_out (earlier, in its grace)',
      'current',
    ]);
    vi.setSystemTime(Date.now() + 601_000);
    const late = bankOf('ogone').notification(
      { ...attempt.order, data: { ...attempt.order.data, PAYID: '1' } },
      attempt.merchant,
      'pay',
      'none',
    );
    expect((await deliver(late)).status).toBe(403);
  });

  it('of a request signs the next redirect', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    const value = 'the-new-sha-in-passphrase';
    await admin('POST', `/accounts/${account}/secrets/sha_in/rotate`, { value, graceSeconds: 600 });
    const { body } = await shop.pay();
    const order = await shopperAtBank('ogone', body.redirect, merchant('ogone', account, { sha_in: value }));
    expect(order.amount).toBe(1999);
  });

  it('twice leaves three, and each ends at its own time', async () => {
    const attempt = await journey('ogone');
    const rotate = (value: string, graceSeconds: number) =>
      admin<AccountAnswer>('POST', `/accounts/${attempt.account}/secrets/sha_out/rotate`, {
        value,
        graceSeconds,
      });
    const [second, third] = ['the-second-sha-out-phrase', 'the-third-sha-out-phrase!'];
    const started = Date.now();
    await rotate(second, 600);
    vi.setSystemTime(started + 60_000);
    expect((await rotate(third, 3600)).body.secrets.sha_out).toHaveLength(3);
    const as = (value: unknown, payid: string) =>
      deliver(
        bankOf('ogone').notification(
          { ...attempt.order, data: { ...attempt.order.data, PAYID: payid } },
          merchant('ogone', attempt.account, { sha_out: value }),
          'wait',
          'none',
        ),
      ).then(({ status }) => status);
    const first = demoSettings('ogone').sha_out;
    expect([await as(first, '1'), await as(second, '2'), await as(third, '3')]).toEqual([200, 200, 200]);
    const log = await attempt.shop.events(attempt.payment.id);
    expect(
      log.filter(({ type }) => type.startsWith('notification.')).map(({ detail }) => detail.signedBy),
    ).toEqual(['sha_out (earlier by 2, in its grace)', 'sha_out (earlier, in its grace)', 'current']);
    vi.setSystemTime(started + 601_000);
    expect([await as(first, '4'), await as(second, '5'), await as(third, '6')]).toEqual([403, 200, 200]);
    vi.setSystemTime(started + 60_000 + 3_601_000);
    expect([await as(second, '7'), await as(third, '8')]).toEqual([403, 200]);
  });

  it('more than four times within the grace ends no key early: it is rejected, with what to do instead', async () => {
    const account = await makeAccount('ogone');
    const rotate = (count: number, graceSeconds = 3600) =>
      admin<AccountAnswer & Problem>('POST', `/accounts/${account}/secrets/sha_out/rotate`, {
        value: `the-sha-out-passphrase-${count}`,
        graceSeconds,
      });
    const started = Date.now();
    for (let count = 0; count < 4; count++) expect((await rotate(count, 600)).status).toBe(200);
    const live = async () =>
      (await admin<AccountAnswer>('GET', `/accounts/${account}`)).body.secrets.sha_out ?? [];
    const before = await live();
    expect(before).toHaveLength(5);
    const rejected = await rotate(5);
    expect(rejected).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    expect(rejected.body.detail).toContain('"graceSeconds": 0');
    expect(await live()).toEqual(before);
    // Without a grace the current one makes room itself, as after a leak.
    const [, ...earlier] = before;
    expect((await rotate(6, 0)).status).toBe(200);
    const [newest, ...rest] = await live();
    expect(newest).toMatchObject({ notAfter: null });
    expect(rest).toEqual(earlier);
    vi.setSystemTime(started + 660_000);
    expect((await rotate(7)).status).toBe(200);
  });

  it('to what stands for a secret is refused', async () => {
    const account = await makeAccount('ogone');
    for (const value of ['********', '*'.repeat(20)]) {
      const answer = await admin<Problem>('POST', `/accounts/${account}/secrets/sha_out/rotate`, { value });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'value' }] } });
      const given = { ...demoSettings('ogone'), sha_out: '*'.repeat(20) };
      const put = await admin<Problem>('PUT', `/accounts/${account}`, { provider: 'ogone', settings: given });
      expect(put).toMatchObject({ status: 400, body: { errors: [{ path: 'settings.sha_out' }] } });
    }
  });

  it('to a short one warns, and says which', async () => {
    type Warned = { warnings: string[] };
    const settings = { ...demoSettings('assist'), salt: 'short' };
    const put = await admin<Warned>('PUT', `/accounts/${unique()}`, { provider: 'assist', settings });
    expect(put.body.warnings).toEqual(expect.arrayContaining([expect.stringContaining('settings.salt')]));
    const ogone = await makeAccount('ogone');
    const long = await admin<Warned>('PUT', `/accounts/${ogone}`, { provider: 'ogone' });
    expect(long.body.warnings).toEqual([]);
  });

  it('does not open an old value that is put back, or one of another row', async () => {
    const account = await makeAccount('ogone');
    type Row = { id: string; setting: string; sealed: string };
    const rows = async () =>
      (
        await env.DIRECTORY.prepare('SELECT id, setting, sealed FROM account_secrets WHERE account = ?')
          .bind(account)
          .all<Row>()
      ).results;
    const before = (await rows()).find(({ setting }) => setting === 'sha_out');
    await admin('PUT', `/accounts/${account}`, {
      provider: 'ogone',
      settings: { ...demoSettings('ogone'), sha_out: 'the-new-sha-out-passphrase' },
    });
    const after = (await rows()).find(({ setting }) => setting === 'sha_out');
    expect(after?.id).not.toBe(before?.id);
    await env.DIRECTORY.prepare('UPDATE account_secrets SET sealed = ? WHERE id = ?')
      .bind(before?.sealed ?? '', after?.id ?? '')
      .run();
    vi.setSystemTime(Date.now() + 6000);
    expect(await admin('GET', `/accounts/${account}`)).toMatchObject({
      status: 500,
      body: { code: 'misconfigured' },
    });
    // The other tests of this file read every account.
    await admin('DELETE', `/accounts/${account}`);
    await env.DIRECTORY.prepare('DELETE FROM accounts WHERE id = ?').bind(account).run();
  });

  it('rejects what is no secret, or not a good one', async () => {
    const account = await makeAccount('ogone');
    const rotate = (setting: string, value: string) =>
      admin<Problem>('POST', `/accounts/${account}/secrets/${setting}/rotate`, { value });
    expect((await rotate('pspid', 'x')).status).toBe(404);
    expect(await rotate('sha_out', 'short')).toMatchObject({ status: 400 });
    expect((await admin('POST', '/accounts/nobody/secrets/sha_out/rotate', { value: 'x' })).status).toBe(404);
  });
});

describe('rotating a key of a shop', () => {
  it('lets the old API key work until its grace ends', async () => {
    const shop = await makeShop([]);
    const { body } = await admin<{ keys: { apiKey: string } }>(
      'POST',
      `/shops/${shop.id}/keys/apiKey/rotate`,
      { graceSeconds: 60 },
    );
    const status = async (key: string) =>
      (await request('/v1/accounts', { headers: { authorization: `Bearer ${key}` } })).status;
    expect([await status(shop.apiKey), await status(body.keys.apiKey)]).toEqual([200, 200]);
    vi.setSystemTime(Date.now() + 61_000);
    expect([await status(shop.apiKey), await status(body.keys.apiKey)]).toEqual([401, 200]);
  });

  it('signs webhooks with both until then', async () => {
    const attempt = await journey('paybox');
    const { body } = await admin<{ keys: { webhookSecret: string } }>(
      'POST',
      `/shops/${attempt.shop.id}/keys/webhookSecret/rotate`,
      { graceSeconds: 60 },
    );
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const [sent] = net.webhooks;
    expect(sent?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    vi.useRealTimers();
    const verify = (secret: string) => {
      vi.setSystemTime(Number(sent?.headers['webhook-timestamp']) * 1000);
      return new Webhook(secret).verify(sent?.raw ?? '', sent?.headers ?? {});
    };
    expect(verify(attempt.shop.webhookSecret)).toBeTruthy();
    expect(verify(body.keys.webhookSecret)).toBeTruthy();
  });

  it('twice lets three work, each until its own end', async () => {
    const shop = await makeShop([]);
    const rotate = async (graceSeconds: number) =>
      (
        await admin<{ keys: { apiKey: string } }>('POST', `/shops/${shop.id}/keys/apiKey/rotate`, {
          graceSeconds,
        })
      ).body.keys.apiKey;
    const started = Date.now();
    const second = await rotate(60);
    vi.setSystemTime(started + 10_000);
    const third = await rotate(600);
    const statuses = () =>
      Promise.all(
        [shop.apiKey, second, third].map(
          async (key) =>
            (await request('/v1/accounts', { headers: { authorization: `Bearer ${key}` } })).status,
        ),
      );
    expect(await statuses()).toEqual([200, 200, 200]);
    vi.setSystemTime(started + 61_000);
    expect(await statuses()).toEqual([401, 200, 200]);
    vi.setSystemTime(started + 611_000);
    expect(await statuses()).toEqual([401, 401, 200]);
  });

  it('more than four times within the grace takes no key from the shop: it is rejected', async () => {
    const attempt = await journey('paybox');
    const rotate = () => admin<Problem>('POST', `/shops/${attempt.shop.id}/keys/webhookSecret/rotate`, {});
    for (let count = 0; count < 4; count++) expect((await rotate()).status).toBe(200);
    expect(await rotate()).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const signatures = net.webhooks[0]?.headers['webhook-signature']?.split(' ');
    expect(signatures).toHaveLength(5);
    const verify = () => {
      vi.setSystemTime(Number(net.webhooks[0]?.headers['webhook-timestamp']) * 1000);
      return new Webhook(attempt.shop.webhookSecret).verify(
        net.webhooks[0]?.raw ?? '',
        net.webhooks[0]?.headers ?? {},
      );
    };
    expect(verify()).toBeTruthy();
  });

  it('has no other kinds', async () => {
    const shop = await makeShop([]);
    expect((await admin('POST', `/shops/${shop.id}/keys/rootKey/rotate`, {})).status).toBe(404);
  });
});

describe('sealing secrets again', () => {
  it('is done by the cron, so that an upgrade does not wait for somebody to remember it', async () => {
    const service = serviceOf(env as unknown as Env);
    const id = await makeAccount('ogone');
    const row = () =>
      env.DIRECTORY.prepare(
        "SELECT id, sealed FROM account_secrets WHERE account = ? AND setting = 'sha_out'",
      )
        .bind(id)
        .first<{ id: string; sealed: string }>();
    const older = await sealedByVersion1(`account/${id}/sha_out`, String(demoSettings('ogone').sha_out));
    const write = (sealed: string) =>
      env.DIRECTORY.prepare("UPDATE account_secrets SET sealed = ? WHERE account = ? AND setting = 'sha_out'")
        .bind(sealed, id)
        .run();
    await write(older);
    expect((await admin('GET', `/accounts/${id}`)).status).toBe(200);
    await everyTenMinutes(service);
    expect((await row())?.sealed).toMatch(/^v2\./);
    expect((await admin('GET', `/accounts/${id}`)).status).toBe(200);
    await write(older);
    expect(await admin('GET', `/accounts/${id}`)).toMatchObject({
      status: 500,
      body: { code: 'misconfigured' },
    });
    const again = (body: object) => admin('POST', '/secrets/re-encrypt', body);
    expect((await again({})).body).toMatchObject({ accounts: 0, failed: [`account/${id}/sha_out`] });
    expect((await again({ acceptOlder: true })).body).toMatchObject({ accounts: 1, failed: [] });
    expect((await admin('GET', `/accounts/${id}`)).status).toBe(200);
  });
});
