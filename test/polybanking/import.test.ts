/**
 * The import from PolyBanking itself. The failures ruled out: a second import changes a payment that was taken over; a dry run writes
 * something; what users did and what was changed at the old server is lost.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, network, objectOf, type Problem, request, unique } from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';
import { find, imports, log, moved, nextNumber, sha256 } from './imported-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** Has a shop get a new key_ipn, beside which the one before is good for a day. @returns the new one. */
async function rotatedIpnKey(shop: string): Promise<string> {
  const { status, body } = await admin<{ keys: { ipnKey: string } }>(
    'POST',
    `/shops/${shop}/keys/ipnKey/rotate`,
    { graceSeconds: 86_400 },
  );
  expect(status).toBe(200);
  return body.keys.ipnKey;
}

describe('a transaction', () => {
  it('is not taken into a shop of the same number that is another one, nor in a dry run', async () => {
    const [site, other, number] = [await moved(), await moved(), nextNumber()];
    for (const dryRun of [true, false]) {
      const into = (configKeys: object) => imports(site, number, {}, { configKeys, dryRun });
      const refused = await into({ ipnKey: sha256(other.ipnKey), requestKey: sha256(site.ipnKey) });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'configKeys' }] } });
      expect((await into({})).status).toBe(400);
      expect((await into({ ipnKey: site.ipnKey })).status).toBe(400);
    }
    const { body } = await site.shop.call<{ data: [] }>('GET', `/payments?reference=r-${number}`);
    expect(body.data).toEqual([]);
    expect((await imports(site, number)).body.result).toBe('imported');
  });

  it('is taken by any key of its config that is still good, and told why by no other', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const newest = await rotatedIpnKey(site.shop.id);
    expect((await imports(site, number)).body.result).toBe('imported');
    expect((await imports({ ...site, ipnKey: newest }, number)).body.result).toBe('unchanged');
    const { status, body } = await imports({ ...site, ipnKey: 'a third one' }, nextNumber());
    expect([status, body.detail, body.errors]).toEqual([
      400,
      `configKeys: the shop ${site.shop.id} has other keys than the config: it is another one, or its keys were rotated since`,
      [{ path: 'configKeys', message: expect.any(String) }],
    ]);
  });

  it('of an account that its shop does not have is told so', async () => {
    const [site, other] = [await moved(), await moved()];
    const refused = await imports({ ...site, account: other.account }, nextNumber());
    const message = `the shop ${site.shop.id} has no account ${other.account}`;
    expect([refused.status, refused.body.errors]).toEqual([400, [{ path: 'account', message }]]);
  });

  it('is kept as the old server had it, and is the same to every later version', async () => {
    const site = await moved();
    const { body } = await imports(
      site,
      '',
      { reference: 'order-7', brand: null, card: null },
      { number: null, logs: [log('created', 36), { ...log('ipnfailled', 37), extraData: null }] },
    );
    expect(body.result).toBe('imported');
    const { body: found } = await site.shop.call<{ data: { id: string }[] }>(
      'GET',
      '/payments?reference=order-7',
    );
    const record = await runInDurableObject(objectOf(found.data[0]?.id ?? ''), (_object, { storage }) =>
      storage.sql.exec<{ record: string }>('SELECT record FROM payment').one(),
    );
    expect(JSON.parse(record.record).original).toEqual({
      // Another one, and all that was taken over before would differ.
      importHash: 'dbdb8889bdc26b4c8cf192726fde0bd7694af840f3860f57473ca678f2e8a107',
      postfinanceId: null,
      internalStatus: 'fw',
      ipnNeeded: false,
      brand: '',
      card: '',
      created: '2026-11-25T21:36:00.080Z',
      forwarded: '2026-11-25T21:36:01.457Z',
      back: null,
      notified: null,
      ipn: null,
      logs: [
        { when: '2026-11-25T21:36:01.500Z', type: 'created', extraData: '' },
        { when: '2026-11-25T21:37:01.500Z', type: 'ipnfailled', extraData: '' },
      ],
    });
  });

  it('is another one by another number of the old server, which then names nothing', async () => {
    const [site, number, other] = [await moved(), nextNumber(), nextNumber()];
    expect((await imports(site, number)).body.result).toBe('imported');
    expect((await imports(site, other, { reference: `r-${number}` })).body.result).toBe('differs');
    const { results } = await env.DIRECTORY.prepare(
      'SELECT order_number, payment FROM imported_orders WHERE order_number IN (?, ?)',
    )
      .bind(`polybanking-${number}`, `polybanking-${other}`)
      .all();
    const { id } = await find(site, number);
    expect(results).toEqual([{ order_number: `polybanking-${number}`, payment: id }]);
  });
});

describe('a config', () => {
  it('that is there already is told every value in which it differs, and no other', async () => {
    const [site, other] = [await moved(), await moved()];
    const keys = Object.fromEntries(
      (['apiKey', 'requestKey', 'ipnKey', 'webhookSecret'] as const).map((kind) => [
        kind,
        `whsec_${btoa(`${kind} ${unique()}`.padEnd(33, 'k'))}`,
      ]),
    );
    const config = {
      id: `config-${unique()}`,
      name: 'Concerts',
      group: 'Music',
      active: true,
      adminEnabled: true,
      testMode: true,
      accounts: [site.account],
      returnUrl: { success: 'https://website-demo.com/ok', failure: 'https://website-demo.com/error' },
      webhook: { url: 'https://website-demo.com/ipn', dialect: 'polybanking', newPayments: false },
      keys,
    };
    const put = async (changes: object) => {
      const { body } = await admin<Problem & { result: string }>('POST', '/imports/polybanking/shop', {
        ...config,
        ...changes,
      });
      return [body.result, body.detail];
    };
    const differs = (names: string) => ['differs', `there already, with other values: ${names}`];
    expect(await put({})).toEqual(['imported', null]);
    expect(await put({})).toEqual(['unchanged', null]);
    expect(await put({ keys: {} })).toEqual(['unchanged', null]);
    expect(await put({ group: 'Theatre' })).toEqual(differs('group'));
    expect(
      await put({
        name: 'Theatre',
        group: null,
        active: false,
        adminEnabled: false,
        testMode: false,
        returnUrl: { success: null, failure: null },
        webhook: { ...config.webhook, newPayments: true },
        keys: Object.fromEntries(Object.keys(keys).map((kind) => [kind, 'another'.padEnd(40, 'k')])),
      }),
    ).toEqual(
      differs(
        'name, group, active, adminEnabled, testMode, returnUrl, webhook, keys.apiKey, keys.requestKey, keys.ipnKey, keys.webhookSecret',
      ),
    );
    expect(await put({ keys: { ...keys, apiKey: other.shop.apiKey } })).toEqual(differs('keys.apiKey'));
    // A key that was rotated is still its own while it is good.
    const newest = await rotatedIpnKey(config.id);
    expect(await put({})).toEqual(['unchanged', null]);
    expect(await put({ keys: { ipnKey: newest } })).toEqual(['unchanged', null]);
  });
});

describe('a dry run', () => {
  it('stores nothing, and says what the import then says', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const first = await imports(site, number, {}, { dryRun: true });
    expect(first.body.result).toBe('imported');
    const { body } = await site.shop.call<{ data: [] }>('GET', `/payments?reference=r-${number}`);
    expect(body.data).toEqual([]);
    expect(
      await env.DIRECTORY.prepare('SELECT * FROM imported_orders WHERE order_number = ?')
        .bind(`polybanking-${number}`)
        .first(),
    ).toBeNull();
    expect((await imports(site, number)).body.result).toBe('imported');
    expect((await imports(site, number, {}, { dryRun: true })).body.result).toBe('unchanged');
    expect((await imports(site, number)).body.result).toBe('unchanged');
    const change = { amount: 1 };
    expect((await imports(site, number, change, { dryRun: true })).body.result).toBe('differs');
    expect((await imports(site, number, change)).body.result).toBe('differs');
  });

  it('checks a transaction against the shop as it will be', async () => {
    const site = await moved();
    const config = `config-${unique()}`;
    const shop = { testMode: true, accounts: [site.account] };
    const assumed = (more: object) =>
      imports(site, nextNumber(), {}, { config, dryRun: true, ...more }).then(({ status }) => status);
    expect(await assumed({ shop })).toBe(200);
    expect(await assumed({ shop: { ...shop, testMode: false } })).toBe(400);
    expect(await assumed({ shop: { ...shop, accounts: [] } })).toBe(400);
    expect(await assumed({})).toBe(404);
    // It is no way to import into a shop that is not there.
    expect(await assumed({ shop, dryRun: false })).toBe(404);
  });

  it('of a config makes none', async () => {
    const site = await moved();
    const id = `config-${unique()}`;
    const put = (body: object) =>
      admin<Problem & { result: string; warnings: string[] }>('POST', '/imports/polybanking/shop', {
        id,
        testMode: true,
        accounts: [site.account],
        keys: { ipnKey: 'short' },
        ...body,
      });
    const dry = await put({ dryRun: true });
    expect(dry.body).toMatchObject({ result: 'imported', warnings: [expect.stringContaining('ipnKey')] });
    expect((await admin('GET', `/shops/${id}`)).status).toBe(404);
    const bad = { webhook: { url: 'http://website-demo.com/ipn', dialect: 'polybanking' } };
    expect((await put({ ...bad, dryRun: true })).body.detail).toBe((await put(bad)).body.detail);
    expect((await put({})).body).toEqual(dry.body);
    expect((await put({ dryRun: true })).body.result).toBe('unchanged');
  });
});

describe('users and changes', () => {
  const user = {
    id: '3',
    username: 'alice',
    name: 'Alice Example',
    email: 'alice@example.com',
    superuser: false,
    staff: true,
    active: true,
    groups: ['treasurers'],
    configs: ['21', '22'],
  };
  const put = (what: string, body: object) =>
    admin<Problem & { result: string }>('POST', `/imports/polybanking/${what}`, body).then(
      ({ body: answer }) => [answer.result ?? answer.code, answer.detail],
    );

  it('are kept as names, once; a number gets its name, nothing else is changed', async () => {
    const known = { ...user, id: '4', username: null, name: '', email: '', staff: false, groups: [] };
    expect(await put('user', { ...user, dryRun: true })).toEqual(['imported', null]);
    expect((await admin('GET', '/imports/polybanking/users')).body).toEqual({ data: [] });
    expect(await put('user', user)).toEqual(['imported', null]);
    expect(await put('user', known)).toEqual(['imported', null]);
    expect(await put('user', user)).toEqual(['unchanged', null]);
    expect(await put('user', { ...known, username: 'bob', name: 'Bob' })).toEqual(['imported', null]);
    expect(await put('user', { ...user, superuser: true })).toEqual([
      'differs',
      'there already, with other values: superuser',
    ]);
    const { body } = await admin<{ data: object[] }>('GET', '/imports/polybanking/users');
    expect(body.data).toEqual([user, { ...known, username: 'bob', name: 'Bob' }]);
  });

  it('are read by the operator alone', async () => {
    for (const path of ['users', 'changes']) {
      const answer = await request(`/v1/admin/imports/polybanking/${path}`, {
        headers: { authorization: 'Bearer another-token' },
      });
      expect(answer.status).toBe(401);
    }
  });

  it('come with the log of each config, the newest first', async () => {
    const change = (id: number, config: string) => ({
      id,
      config,
      at: `2015-10-2${id}T19:50:00Z`,
      user: '3',
      text: `Config has been updated: \n\nName=Concerts ${id}`,
    });
    expect(await put('change', { ...change(1, '21'), dryRun: true })).toEqual(['imported', null]);
    for (const [id, config] of [
      [1, '21'],
      [2, '22'],
      [3, '21'],
    ] as const) {
      expect(await put('change', change(id, config))).toEqual(['imported', null]);
    }
    expect(await put('change', change(1, '21'))).toEqual(['unchanged', null]);
    expect((await put('change', { ...change(1, '21'), text: 'another' }))[0]).toBe('differs');
    const read = (query: string) =>
      admin<{ data: { id: number }[]; nextCursor: string | null }>(
        'GET',
        `/imports/polybanking/changes?${query}`,
      ).then(({ body }) => [body.data.map(({ id }) => id), body.nextCursor]);
    expect(await read('')).toEqual([[3, 2, 1], null]);
    expect(await read('config=21')).toEqual([[3, 1], null]);
    expect(await read('limit=2')).toEqual([[3, 2], '2']);
    expect(await read('limit=2&cursor=2')).toEqual([[1], null]);
  });

  it('show the log of a config to whoever may see that shop, and of no other', async () => {
    const mine = await admin('PUT', '/shops/4711', { name: 'Mine' });
    expect(mine.status).toBe(201);
    const change = {
      id: 90,
      config: '4711',
      at: '2015-10-21T19:50:00Z',
      user: '3',
      text: 'Config has been updated',
    };
    expect(await put('change', change)).toEqual(['imported', null]);
    const { token } = await makeToken({ role: 'view', shops: ['4711'] });
    const read = (query: string) =>
      asToken(token)<{ data: { id: number }[] }>('GET', `/imports/polybanking/changes${query}`);
    expect((await read('?config=4711')).body.data.map(({ id }) => id)).toEqual([90]);
    expect((await read('?config=21')).status).toBe(404);
    expect((await read('')).status).toBe(400);
    expect((await asToken(token)('GET', '/imports/polybanking/users')).status).toBe(403);
  });
});
