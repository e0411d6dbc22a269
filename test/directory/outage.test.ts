/**
 * D1 is down: it fails, or it hangs. What was known a moment ago serves on, what cannot be served says so, and nothing is lost: it is all
 * caught up with when D1 is there again. Through the running Worker, its ledgers and its standby.
 */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import type { VaultSwitchClient } from '../../src/directory/older-records.ts';
import type { StandbyClient } from '../../src/directory/standby.ts';
import { itself } from '../../src/directory/types.ts';
import { readConfig } from '../../src/env.ts';
import { Problem as Failure } from '../../src/payments/errors.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  bankOf,
  cut,
  deliver,
  journey,
  makeAccount,
  makeShop,
  network,
  objectOf,
  type Problem,
  request,
  runAlarms,
  unique,
} from '../support/harness.ts';

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

const standby = () => env.STANDBY.get(env.STANDBY.idFromName('directory'));

let broken: MockInstance[] = [];

/** D1 does not work from now on. */
function breakDown(how: 'fails' | 'hangs' = 'fails'): void {
  const fail = () => {
    throw new Error('D1_ERROR: database is locked: SQLITE_BUSY');
  };
  const hang = { bind: () => hang, first: never, all: never, run: never, raw: never };
  broken = [
    vi.spyOn(env.DIRECTORY, 'prepare').mockImplementation(how === 'fails' ? fail : () => hang as never),
    vi.spyOn(env.DIRECTORY, 'batch').mockImplementation(how === 'fails' ? fail : never),
  ];
}

const never = () => new Promise<never>(() => {});

function recover(): void {
  for (const spy of broken) spy.mockRestore();
  broken = [];
}

function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

const events = () => log.mock.calls.map(([line]) => line as Record<string, unknown>);

/** Another isolate of the same deployment: a cache of its own over the same D1 and the same standby. */
function otherIsolate(): Directory {
  const config = readConfig(env as unknown as Env);
  return new Directory({
    db: env.DIRECTORY,
    masterKey: config.masterKey,
    previousMasterKey: null,
    hashKey: config.idKey,
    now: () => Date.now(),
    random: (bytes) => void crypto.getRandomValues(bytes),
    standby: () => standby() as unknown as StandbyClient,
    vaultSwitch: () =>
      env.VAULT_SWITCH.get(env.VAULT_SWITCH.idFromName('older records')) as unknown as VaultSwitchClient,
    pause: async () => {},
  });
}

/** Has everything read anew, as in a new isolate; what the standby says stays known for its five seconds. */
function forget(): void {
  serviceOf(env as unknown as Env).directory.changed();
}

/** Long enough ago that a change is not in doubt any more. */
const SETTLED = 61_000;

/** The longest pause before what our own storage has held up is tried again: half a minute, and a fifth of it. */
const HELD_UP = 36_000;

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
    pass(3_599_000);
    expect((await shop.pay()).status).toBe(201);
    pass(1000);
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

describe('after D1 was down', () => {
  it('the searchable copy catches up', async () => {
    const attempt = await journey('ogone');
    await runAlarms(attempt.payment.id);
    breakDown();
    await attempt.notify('pay');
    await runDurableObjectAlarm(objectOf(attempt.payment.id));
    recover();
    const listed = async () =>
      (await attempt.shop.call<{ data: { status: string }[] }>('GET', '/payments')).body.data[0]?.status;
    expect(await listed()).toBe('created');
    pass(1200);
    await runAlarms(attempt.payment.id);
    expect(await listed()).toBe('paid');
  });

  it('the webhook is sent by the first try, which our own outage has not used up', async () => {
    const attempt = await journey('ogone');
    await attempt.notify('pay');
    forget();
    breakDown();
    for (let count = 0; count < 5; count += 1) {
      await runDurableObjectAlarm(objectOf(attempt.payment.id));
      pass(HELD_UP);
    }
    expect(net.webhooks).toEqual([]);
    recover();
    await runDurableObjectAlarm(objectOf(attempt.payment.id));
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid']);
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).not.toContain('webhook.failed');
    expect(types).toContain('webhook.delivered');
  });

  it('a status query is made that our own outage has not given up', async () => {
    const attempt = await journey('przelewy24');
    await attempt.notify('pay');
    forget();
    breakDown();
    for (let count = 0; count < 5; count += 1) {
      await runDurableObjectAlarm(objectOf(attempt.payment.id));
      pass(HELD_UP);
    }
    recover();
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).not.toContain('confirm.failed');
    expect(types).not.toContain('confirm.abandoned');
  });

  it('an operation works under the key that was answered with 503: nothing of it was recorded', async () => {
    const attempt = await journey('payzen');
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const refund = () =>
      attempt.shop.call<Problem & { amounts: { refunded: number } }>(
        'POST',
        `/payments/${attempt.payment.id}/refund`,
        {},
        { 'idempotency-key': 'once' },
      );
    pass(SETTLED);
    await attempt.shop.pay({ account: attempt.account });
    pass(6000);
    breakDown();
    // The shop's isolate knows the account, the ledger's does not.
    const { directory } = serviceOf(env as unknown as Env);
    const account = vi.spyOn(directory, 'account');
    const real = await directory.account(attempt.account);
    account
      .mockResolvedValueOnce(real)
      .mockRejectedValueOnce(new Failure('unavailable', 'the directory does not answer'));
    expect(await refund()).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    account.mockRestore();
    recover();
    expect(await refund()).toMatchObject({ status: 200, body: { amounts: { refunded: 1999 } } });
  });

  it('refusals and audit lines are there, once each, with the time at which they happened', async () => {
    const attempt = await journey('ogone');
    pass(SETTLED);
    await attempt.shop.pay({ account: attempt.account });
    pass(6000);
    breakDown();
    const happened = new Date().toISOString();
    const spoilt = bankOf('ogone').notification(attempt.order, attempt.merchant, 'pay', 'bad-signature');
    expect((await deliver(spoilt)).status).toBe(403);
    const subject = `noted-${unique()}`;
    const { directory } = serviceOf(env as unknown as Env);
    const entry = { by: itself('operator'), action: 'operation.settled', subject, shop: null };
    await directory.noteAudit({ ...entry, detail: { operation: 2 } });
    pass(HELD_UP);
    expect(await runDurableObjectAlarm(standby())).toBe(true);
    recover();
    // D1 had written it, and only its answer was lost.
    await directory.writeWaiting({
      kind: 'audit',
      at: happened,
      bound: null,
      body: JSON.stringify({
        actor: 'operator',
        action: 'operation.settled',
        subject,
        detail: { operation: 2 },
      }),
    });
    pass(HELD_UP);
    expect(await runDurableObjectAlarm(standby())).toBe(true);
    expect(await runDurableObjectAlarm(standby())).toBe(false);
    const refusals = await admin<{ data: { at: string; reason: string }[] }>(
      'GET',
      `/accounts/${attempt.account}/refusals`,
    );
    expect(refusals.body.data.map(({ at, reason }) => [at, reason])).toEqual([
      [happened, 'signature_mismatch'],
    ]);
    const audit = await admin<{ data: { at: string; subject: string; detail: object }[] }>('GET', '/audit');
    expect(audit.body.data.filter((line) => line.subject === subject)).toMatchObject([
      { at: happened, detail: { operation: 2 } },
    ]);
  });

  it('what an operator said of a payment meanwhile is in the audit log', async () => {
    const attempt = await journey('payzen');
    const { id } = attempt.payment;
    await attempt.notify('pay');
    await runAlarms(id);
    cut('after');
    expect((await attempt.shop.call('POST', `/payments/${id}/refund`, {})).status).toBe(504);
    breakDown();
    expect((await admin('POST', `/payments/${id}/operations/1`, { outcome: 'succeeded' })).status).toBe(200);
    recover();
    pass(HELD_UP);
    while (await runDurableObjectAlarm(standby()));
    const { body } = await admin<{ data: { action: string; subject: string }[] }>('GET', '/audit?limit=5');
    expect(body.data.filter(({ subject }) => subject === id)).toMatchObject([
      { action: 'operation.settled' },
    ]);
  });
});

describe('the standby', () => {
  const row = (group: string, body: string) => ({
    kind: 'refusal' as const,
    at: new Date().toISOString(),
    bound: { group, most: 200 },
    body,
  });
  const client = () => standby() as unknown as StandbyClient;
  const waiting = (group: string) =>
    runInDurableObject(standby(), (_object, state) =>
      state.storage.sql
        .exec<{ body: string }>('SELECT body FROM waiting WHERE "group" = ? ORDER BY id', group)
        .toArray()
        .map(({ body }) => body),
    );

  it('is not filled by the noise at one account', async () => {
    await runInDurableObject(standby(), async (object) => {
      for (let count = 0; count < 230; count += 1) await object.keep(row('noisy', String(count)));
    });
    const kept = await waiting('noisy');
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([200, '30', '229']);
  });

  it('is not held up by a row that can never be written', async () => {
    const account = await makeAccount('ogone');
    const refusal = { account, channel: 'return', reason: 'x', requestId: '1', ip: null, explanation: {} };
    await client().keep(row('poison', 'no JSON'));
    await client().keep(row(account, JSON.stringify(refusal)));
    pass(HELD_UP);
    while (await runDurableObjectAlarm(standby()));
    expect([await waiting('poison'), await waiting(account)]).toEqual([[], []]);
    const { body } = await admin<{ data: unknown[] }>('GET', `/accounts/${account}/refusals`);
    expect(body.data).toHaveLength(1);
  });

  it('lists a thousand changes and then takes them for one of everything', async () => {
    const until = Date.now() + 60_000;
    await runInDurableObject(standby(), (object) => {
      for (let count = 0; count < 1001; count += 1) object.changing(`shop/s${count}`, until);
    });
    const listed = new Map(await client().changes());
    expect(listed.get('*')).toBeGreaterThanOrEqual(until);
    expect(listed.has('shop/s0')).toBe(false);
    expect(listed.size).toBeLessThan(1000);
    // Older ones than anything that is served do not matter.
    pass(3_700_000);
    await client().changing('shop/new', Date.now() + 60_000);
    const left = (await client().changes()).map(([subject]) => subject);
    expect(left).toContain('shop/new');
    expect(left).not.toContain('shop/s1000');
  });
});
