/**
 * The operator's routes for accounts and shops. The failures ruled out: a secret that is read back; settings that are not checked, or
 * that a change forgets; a change that nobody is named for; a copy that runs backwards; a route that is open.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  objectOf,
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

/** Everything that is stored, as text: what must not be found in it was not stored in the clear. */
async function everythingStored(): Promise<string> {
  const tables = ['accounts', 'account_secrets', 'shops', 'shop_keys', 'audit', 'payments'];
  const rows = await Promise.all(
    tables.map((table) => env.DIRECTORY.prepare(`SELECT * FROM ${table}`).all()),
  );
  return JSON.stringify(rows.map(({ results }) => results));
}

describe('accounts', () => {
  it('keep their secrets to themselves', async () => {
    const id = await makeAccount('ogone');
    const { body } = await admin<AccountAnswer>('GET', `/accounts/${id}`);
    expect(body.settings).toMatchObject({ pspid: 'DemoOgone', sha_in: '********', sha_out: '********' });
    expect(JSON.stringify(body.setup)).toContain(`/callback/${id}`);
    const stored = await everythingStored();
    const listed = JSON.stringify((await admin('GET', '/accounts')).body);
    for (const secret of [demoSettings('ogone').sha_in, demoSettings('ogone').sha_out]) {
      expect(stored).not.toContain(String(secret));
      expect(listed).not.toContain(String(secret));
    }
  });

  it('keep what a change leaves out or gives masked', async () => {
    const id = await makeAccount('ogone');
    const settings = (await admin<AccountAnswer>('GET', `/accounts/${id}`)).body.settings;
    await admin('PUT', `/accounts/${id}`, {
      provider: 'ogone',
      settings: { ...settings, language: 'nl_NL' },
    });
    const shop = await makeShop([id]);
    const { body } = await shop.pay();
    const order = await shopperAtBank('ogone', body.redirect, merchant('ogone', id));
    expect(order.order).toBe(`${body.id}01`);
  });

  it.each([
    ['provider', { provider: 'nobody' }],
    ['settings.sha_in', { settings: { pspid: 'x', sha_out: 'x'.repeat(20) } }],
    ['settings.sha_out', { settings: { pspid: 'x', sha_in: 'x'.repeat(20), sha_out: 'short' } }],
    ['settings.colour', { settings: { ...demoSettings('ogone'), colour: 'red' } }],
    ['settings.hash_algorithm', { settings: { ...demoSettings('ogone'), hash_algorithm: 'md5' } }],
    ['currencies', { currencies: ['JPY'] }],
    ['currencies', { currencies: ['ABC'] }],
    ['currencies', { currencies: [] }],
    ['endpoints.page', { endpoints: { page: 'http://bank.com' } }],
    ['endpoints.page', { endpoints: { page: 'https://bank.com/path' } }],
    ['endpoints.api', { endpoints: { api: 'https://127.0.0.1' } }],
    ['endpoints.api', { endpoints: { api: 'https://localhost' } }],
    ['allowedIps.0', { allowedIps: ['everyone'] }],
    ['allowedIps.1', { allowedIps: ['10.0.0.0/8', '10.0.0.0/24/8'] }],
    ['environment', { environment: 'staging' }],
  ])('with a wrong %s are rejected: %j', async (path, changes) => {
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, {
      provider: 'ogone',
      settings: demoSettings('ogone'),
      ...changes,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('cannot change their provider, nor go while a shop uses them', async () => {
    const id = await makeAccount('ogone');
    const shop = await makeShop([id]);
    expect(
      (await admin('PUT', `/accounts/${id}`, { provider: 'paybox', settings: demoSettings('paybox') }))
        .status,
    ).toBe(400);
    expect(await admin('DELETE', `/accounts/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'invalid_state' },
    });
    await admin('PUT', `/shops/${shop.id}`, { accounts: [] });
    expect((await admin('DELETE', `/accounts/${id}`)).status).toBe(204);
    expect((await admin('GET', `/accounts/${id}`)).status).toBe(404);
    expect((await admin('PUT', '/accounts/a%2Fb', { provider: 'ogone' })).status).toBe(400);
  });
});

describe('what an account’s messages prove', () => {
  type Shown = { id: string; proof: { keyOf: string }; trustUnprovenNotifications: boolean };

  it('is shown to the shop as to the operator, and that an operator trusts what is not proven', async () => {
    const accepted = { trustUnprovenNotifications: true };
    const trusted = [
      await makeAccount('tipi', accepted),
      // By the name that it had at TIPI before there was one for all.
      await makeAccount('tipi', {
        settings: { ...demoSettings('tipi'), trust_unsigned_notification: true },
      }),
    ];
    const signed = await makeAccount('ogone');
    const shop = await makeShop([...trusted, signed]);
    const forShop = (await shop.call<{ data: Shown[] }>('GET', '/accounts')).body.data;
    expect(
      forShop.map(({ id, proof, trustUnprovenNotifications }) => [
        id,
        proof.keyOf,
        trustUnprovenNotifications,
      ]),
    ).toEqual([...trusted.map((id) => [id, 'nobody', true]), [signed, 'merchant', false]]);
    for (const { id, proof, trustUnprovenNotifications } of forShop) {
      const { body } = await admin<Shown>('GET', `/accounts/${id}`);
      expect(body).toMatchObject({ proof, trustUnprovenNotifications });
    }
  });
});

describe('shops', () => {
  it('show their keys once, and never again', async () => {
    const shop = await makeShop([]);
    const { body } = await admin('GET', `/shops/${shop.id}`);
    expect(body).not.toHaveProperty('keys');
    const stored = await everythingStored();
    expect(stored).not.toContain(shop.apiKey);
    expect(stored).not.toContain(shop.webhookSecret);
    expect((await admin('PUT', `/shops/${shop.id}`, { name: 'New name' })).body).not.toHaveProperty('keys');
  });

  it('take over keys as they are given', async () => {
    const keys = { apiKey: `moved-${unique()}`, requestKey: 'a'.repeat(128), ipnKey: 'b'.repeat(128) };
    const answer = await admin<{ keys: Record<string, string> }>('PUT', `/shops/${unique()}`, { keys });
    expect(answer.body.keys).toMatchObject(keys);
    const response = await request('/v1/accounts', { headers: { authorization: `Bearer ${keys.apiKey}` } });
    expect(response.status).toBe(200);
    const taken = await admin<Problem>('PUT', `/shops/${unique()}`, { keys: { apiKey: keys.apiKey } });
    expect(taken).toMatchObject({ status: 400, body: { errors: [{ path: 'keys.apiKey' }] } });
  });

  it.each([
    ['accounts.0', { accounts: ['nobody'] }],
    ['webhook.url', { webhook: { url: 'http://shop-demo.com' } }],
    ['webhook.url', { webhook: { url: 'https://10.0.0.1/hook' } }],
    ['webhook.url', { webhook: { url: 'https://user:pass@shop-demo.com' } }],
    ['webhook.url', { webhook: { url: 'ftp://shop-demo.com' } }],
    ['region', { region: 'moon' }],
    ['keys.apiKey', { keys: { apiKey: 'with space' } }],
    ['returnUrl.success', { returnUrl: { success: 'x' } }],
    ['keys.requestKey', { keys: { requestKey: 'r'.repeat(31) } }],
    ['keys.ipnKey', { keys: { ipnKey: 'short' } }],
    ['keys.webhookSecret', { keys: { webhookSecret: 'whsec_c2hvcnQ=' } }],
    // As many characters as a key has, and bytes that anybody can guess.
    ['keys.webhookSecret', { keys: { webhookSecret: `whsec_${' '.repeat(26)}` } }],
    ['keys.webhookSecret', { keys: { webhookSecret: `whsec_${' '.repeat(25)}x` } }],
    ['keys.webhookSecret', { keys: { webhookSecret: `whsec_${'A'.repeat(40)}` } }],
    // What other programs read as other bytes, or not at all.
    ['keys.webhookSecret', { keys: { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBB==' } }],
    ['keys.webhookSecret', { keys: { webhookSecret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBB==' } }],
    ['keys.webhookSecret', { keys: { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBA' } }],
    ['keys.ipnKey', { keys: { ipnKey: ' '.repeat(64) } }],
    ['keys.requestKey', { keys: { requestKey: `${'\u200b'.repeat(40)}key` } }],
    ['keys.apiKey', { keys: { apiKey: '********' } }],
    ['keys.ipnKey', { keys: { ipnKey: '*'.repeat(64) } }],
  ])('with a wrong %s are rejected: %j', async (path, body) => {
    const answer = await admin<Problem>('PUT', `/shops/${unique()}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('keep what a change leaves out', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account], { group: 'north', region: 'weur' });
    await admin('PUT', `/shops/${shop.id}`, { name: 'Other' });
    expect((await admin('GET', `/shops/${shop.id}`)).body).toMatchObject({
      name: 'Other',
      group: 'north',
      region: 'weur',
      accounts: [account],
      active: true,
    });
  });
});

describe('an account without what checks its messages', () => {
  it.each([
    ['payu', { second_key: null }, 'second_key'],
    ['payu', { mode: 'legacy' }, 'key2'],
    ['assist', { salt: null }, 'salt'],
    ['assist', { mode: 'legacy' }, 'sendresult_secret'],
  ])('is rejected: %s %j', async (provider, changes, setting) => {
    const settings = { ...demoSettings(provider), ...changes };
    const { status, body } = await admin<Problem>('PUT', `/accounts/${provider}-bare`, {
      provider,
      settings,
    });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ path: `settings.${setting}` }]);
  });
});

describe('the audit log', () => {
  it('says who changed what, from what to what, without secrets', async () => {
    const account = await makeAccount('ogone');
    await admin('PUT', `/accounts/${account}`, {
      provider: 'ogone',
      caption: 'New',
      settings: { ...demoSettings('ogone'), language: 'nl_NL' },
    });
    type Entry = { action: string; subject: string; actor: string; detail: Record<string, unknown> };
    const { body } = await admin<{ data: Entry[]; nextCursor: string | null }>('GET', '/audit?limit=1');
    expect(body.data[0]).toMatchObject({
      actor: 'operator',
      action: 'account.updated',
      subject: account,
      detail: { caption: { to: 'New' }, secrets: ['sha_in', 'sha_out', 'pswd'] },
    });
    expect(JSON.stringify(body)).not.toContain(String(demoSettings('ogone').sha_in));
    const older = await admin<{ data: Entry[] }>('GET', `/audit?cursor=${body.nextCursor}`);
    expect(older.body.data[0]).toMatchObject({ action: 'account.created', subject: account });
  });
});

describe('the searchable copy', () => {
  it('is rebuilt from the ledgers, by object or page by page, and never runs backwards', async () => {
    const attempt = await journey('paybox');
    const { id } = attempt.payment;
    await attempt.notify('pay');
    await runAlarms(id);
    const row = () =>
      env.DIRECTORY.prepare('SELECT status, version FROM payments WHERE id = ?').bind(id).first();
    expect(await row()).toMatchObject({ status: 'paid' });
    await env.DIRECTORY.prepare('DELETE FROM payments WHERE id = ?').bind(id).run();
    const byObject = await admin('POST', '/payments/rebuild', {
      objects: [objectOf(id).id.toString(), '0'.repeat(64)],
    });
    expect(byObject.status).toBe(400);
    expect(
      (await admin('POST', '/payments/rebuild', { objects: [objectOf(id).id.toString()] })).body,
    ).toMatchObject({ queued: 1, empty: 0 });
    await runAlarms(id);
    expect(await row()).toMatchObject({ status: 'paid' });
    await env.DIRECTORY.prepare("UPDATE payments SET status = 'created' WHERE id = ?").bind(id).run();
    await admin('POST', '/payments/rebuild', {});
    await runAlarms(id);
    expect(await row()).toMatchObject({ status: 'paid' });
    await env.DIRECTORY.prepare('UPDATE payments SET version = 99 WHERE id = ?').bind(id).run();
    await admin('POST', '/payments/rebuild', {});
    await runAlarms(id);
    expect(await row()).toMatchObject({ version: 99 });
  });
});

describe('who may', () => {
  it.each(['/v1/admin/accounts', '/v1/admin/shops', '/v1/admin/audit'])(
    '%s: the operator alone',
    async (path) => {
      expect((await request(path)).status).toBe(401);
      const shop = await makeShop([]);
      expect((await request(path, { headers: { authorization: `Bearer ${shop.apiKey}` } })).status).toBe(401);
      expect((await request(path, { headers: { authorization: 'Bearer test-admin-token' } })).status).toBe(
        200,
      );
    },
  );

  it('an unknown address is 404 for everybody, and every answer has a request id', async () => {
    const response = await request('/nowhere');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-request-id')).toBeTruthy();
    expect((await response.json<Problem>()).code).toBe('not_found');
  });
});
