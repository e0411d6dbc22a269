/**
 * D1 was down, and is there again: nothing is lost, it is all caught up with, and what waits meanwhile in the standby is bounded. Through
 * the running Worker, its ledgers and its standby.
 */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StandbyClient } from '../../src/directory/standby.ts';
import { itself } from '../../src/directory/types.ts';
import { Problem as Failure } from '../../src/payments/errors.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  bankOf,
  cut,
  deliver,
  journey,
  makeAccount,
  network,
  objectOf,
  type Problem,
  runAlarms,
  unique,
} from '../support/harness.ts';
import { breakDown, forget, HELD_UP, pass, recover, SETTLED, standby } from './outage-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  forget();
  net = network();
});
afterEach(() => {
  recover();
  net.restore();
  vi.restoreAllMocks();
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
