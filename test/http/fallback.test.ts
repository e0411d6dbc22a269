/**
 * An account's fallback while its bank is down. The failures ruled out: shoppers who wait for a bank that is down although the shop has
 * another; one who may be paying and is sent to a second bank; an outage that never ends; trials by everybody at once; and an outage that
 * nobody is told of.
 */

import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serviceOf } from '../../src/worker.ts';
import { notify } from '../ledger/support.ts';
import { eventually } from '../support/eventually.ts';
import {
  admin,
  BANK_API,
  bankOutage,
  hopFailures,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  type Problem,
  runAlarms,
} from '../support/harness.ts';
import { bankIs, hopOf, later, newest, outage, place, shown } from './fallback-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(async () => {
  await bankOutage('przelewy24', null);
  net.restore();
  vi.useRealTimers();
});

it('an account that was a fallback is not deleted: a shopper who was at its bank may have paid there', async () => {
  const setting = await place();
  await outage(setting);
  const payment = await setting.pay();
  expect(await hopOf(payment)).toBeLessThan(400);
  expect(await newest(setting.shop, payment.id)).toBe(setting.fallback);
  // Its shopper comes again, and the bank of the account answers again.
  await bankIs(null);
  const { attempts } = (
    await setting.shop.call<{ attempts: { attempt: number }[] }>('GET', `/payments/${payment.id}`)
  ).body;
  const attempt = attempts.at(-1)?.attempt ?? 0;
  const denied = {
    account: setting.fallback,
    attempt,
    outcome: 'denied',
    amount: null,
    currency: 'PLN',
  } as const;
  await ledgerOf(payment.id).applyUpdate(notify(denied));
  await admin('PUT', `/accounts/${setting.account}`, { provider: 'przelewy24', fallback: null });
  later(61_000);
  expect(await hopOf(payment)).toBeLessThan(400);
  expect(await newest(setting.shop, payment.id)).toBe(setting.account);
  await runAlarms(payment.id);
  const { status, body } = await admin<Problem>('DELETE', `/accounts/${setting.fallback}`);
  expect([status, body.detail]).toEqual([409, expect.stringContaining('payments have gone')]);
});

describe('while the provider of an account', () => {
  it.each(['down', 'silent'] as const)(
    'is %s, new attempts go to its fallback',
    { timeout: 40_000 },
    async (how) => {
      const setting = await place();
      await outage(setting, how);
      const payment = await setting.pay();
      expect(payment.account).toBe(setting.account);
      const before = net.calls.length;
      expect(await hopOf(payment)).toBeLessThan(400);
      expect(await newest(setting.shop, payment.id)).toBe(setting.fallback);
      expect(net.calls.slice(before).filter((url) => url.startsWith(BANK_API))).toEqual([]);
      const forwarded = (await setting.shop.events(payment.id)).find(({ type }) => type === 'forwarded');
      expect(forwarded?.detail).toMatchObject({ account: setting.fallback, insteadOf: setting.account });
      const attention = await admin<{ data: { kind: string; account: string; detail: object }[] }>(
        'GET',
        '/attention?kind=fallback',
      );
      expect(attention.body.data.find(({ account }) => account === setting.account)?.detail).toMatchObject({
        fallback: setting.fallback,
      });
    },
  );

  it('is down, it is tried each minute by one shopper, who is not the worse for it, until it answers', async () => {
    const setting = await place();
    const { account, fallback, shop, pay } = setting;
    await outage(setting);
    later(61_000);
    // One of these tries. Nobody sees a page of error.
    const tried = [await pay(), await pay(), await pay(), await pay()];
    const statuses = await Promise.all(tried.map(hopOf));
    for (const status of statuses) expect(status).toBeLessThan(400);
    for (const { id } of tried) expect(await newest(shop, id)).toBe(fallback);
    const failures = await Promise.all(tried.map(({ id }) => hopFailures(id)));
    expect(failures.flat()).toHaveLength(1);
    expect((await shown(account)).outage).not.toBeNull();

    await bankIs(null);
    // Within the minute nobody asks.
    const between = await pay();
    await hopOf(between);
    expect(await newest(shop, between.id)).toBe(fallback);
    later(61_000);
    const trial = await pay();
    await hopOf(trial);
    expect(await newest(shop, trial.id)).toBe(account);
    await eventually(async () => expect((await shown(account)).outage).toBeNull());
    const next = await pay();
    await hopOf(next);
    expect(await newest(shop, next.id)).toBe(account);
    const attention = await admin<{ data: { account: string }[] }>('GET', '/attention?kind=fallback');
    expect(attention.body.data.filter((entry) => entry.account === account)).toEqual([]);
  });

  it('is down, one of another environment takes nothing, whoever made it one', async () => {
    const setting = await place();
    const { account, fallback, shop, pay } = setting;
    await outage(setting);
    await env.DIRECTORY.prepare(
      "UPDATE accounts SET environment = CASE environment WHEN 'test' THEN 'sandbox' ELSE 'test' END WHERE id = ?",
    )
      .bind(fallback)
      .run();
    later(6000);
    const payment = await pay();
    expect(await hopOf(payment)).toBeGreaterThanOrEqual(500);
    expect(await newest(shop, payment.id)).toBe(account);
  });

  it('is down, a fallback whose payments go to the account itself is none', async () => {
    const fallback = await makeAccount('ogone', { currencies: ['PLN'] });
    const account = await makeAccount('przelewy24', {
      endpoints: { api: BANK_API },
      currencies: ['PLN'],
      fallback,
    });
    const shop = await makeShop([account]);
    const pay = async () => (await shop.pay({ currency: 'PLN' })).body;
    expect((await admin('POST', `/accounts/${fallback}/succeed`, { account })).status).toBe(200);
    await outage({ account, fallback, shop, pay });
    await bankIs(null);
    const payment = await pay();
    expect(await hopOf(payment)).toBeLessThan(400);
    const forwarded = (await shop.events(payment.id)).find(({ type }) => type === 'forwarded');
    expect(forwarded?.detail).toMatchObject({ account });
    expect(forwarded?.detail).not.toHaveProperty('insteadOf');
  });

  it('is down, who may be paying is never sent to a second bank', async () => {
    const setting = await place();
    const { account, shop, pay } = setting;
    const begun = await pay();
    expect(await hopOf(begun)).toBeLessThan(400);
    expect((await shop.payment(begun.id)).status).toBe('forwarded');
    await outage(setting);
    // Its order number cannot be used again: a new attempt is needed, and stays where it is.
    await hopOf(begun);
    const attempts = await ledgerOf(begun.id).read();
    expect(attempts?.attempts.map((attempt) => attempt.account)).not.toContain(setting.fallback);
    expect(await newest(shop, begun.id)).toBe(account);
  });

  it('was down, who paid at the fallback in vain goes to the account again', async () => {
    const setting = await place();
    const { account, fallback, shop, pay } = setting;
    await outage(setting);
    const payment = await pay();
    await hopOf(payment);
    expect(await newest(shop, payment.id)).toBe(fallback);
    await bankIs(null);
    const service = serviceOf(env as never);
    const stored = await service.directory.account(account);
    if (!stored) throw new Error('no account');
    await service.directory.noteReached(stored, null);
    // At the fallback his redirect is still good; when it has ended, the next attempt is at the account.
    const { notify } = await import('../ledger/support.ts');
    await ledgerOf(payment.id).applyUpdate(
      notify({ account: fallback, outcome: 'denied', amount: null, currency: null, movement: 'D', key: 'D' }),
    );
    await hopOf(payment);
    expect(await newest(shop, payment.id)).toBe(account);
  });
});

describe('a fallback is rejected', () => {
  it.each([
    ['of another environment', { environment: 'test' }],
    ['that takes none of the currencies', { currencies: ['CHF'] }],
  ] as const)('%s', async (_name, changes) => {
    const fallback = await makeAccount('ogone', changes);
    const account = await makeAccount('ogone', { currencies: ['EUR'] });
    const answer = await admin<Problem>('PUT', `/accounts/${account}`, { provider: 'ogone', fallback });
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, 'fallback']);
  });

  it('that is the account itself, is not there, or begins nothing', async () => {
    const [account, retired] = [await makeAccount('ogone'), await makeAccount('ogone')];
    await admin('POST', `/accounts/${retired}/retire`);
    for (const fallback of [account, 'no-such-account', retired, 7, '']) {
      const answer = await admin<Problem>('PUT', `/accounts/${account}`, { provider: 'ogone', fallback });
      expect([fallback, answer.status, answer.body.errors?.[0]?.path]).toEqual([fallback, 400, 'fallback']);
    }
    expect((await shown(account)).fallback).toBeNull();
  });
});
