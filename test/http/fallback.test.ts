/**
 * An account's fallback. The failures ruled out: shoppers who wait for a bank that is down although the shop has another; one who may be
 * paying and is sent to a second bank; an outage that never ends, or that few failures, an answer between them or another kind of call
 * make up; trials by everybody at once; and an outage that nobody is told of.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import type { Outage } from '../../src/sandbox/kit/bank.ts';
import { serviceOf } from '../../src/worker.ts';
import { notify } from '../ledger/support.ts';
import { changeAnswer } from '../providers/operations-support.ts';
import {
  admin,
  BANK_API,
  bankOutage,
  hopFailures,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  type Payment,
  type Problem,
  request,
  runAlarms,
  type TestShop,
} from '../support/harness.ts';

interface ShownAccount {
  readonly fallback: string | null;
  readonly outage: { since: string; triedAt: string } | null;
}

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(async () => {
  await bankOutage('przelewy24', null);
  net.restore();
  vi.useRealTimers();
});

const bankIs = (how: Outage | null) => bankOutage('przelewy24', how);

function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

const shown = async (id: string) => (await admin<ShownAccount>('GET', `/accounts/${id}`)).body;

/** Where the shopper of a payment goes. */
async function hopOf({ checkoutUrl }: Pick<Payment, 'checkoutUrl'>): Promise<number> {
  return (await request(checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } })).status;
}

const newest = async (shop: TestShop, id: string) =>
  (await shop.call<{ attempts: { account: string }[] }>('GET', `/payments/${id}`)).body.attempts.at(-1)
    ?.account;

/** A shop whose account registers its orders, with a fallback that does not. */
async function place() {
  const fallback = await makeAccount('ogone', { currencies: ['PLN', 'EUR'] });
  const account = await makeAccount('przelewy24', {
    endpoints: { api: BANK_API },
    currencies: ['PLN'],
    fallback,
  });
  const shop = await makeShop([account]);
  const pay = async (fields = {}) => {
    const { status, body } = await shop.pay({ currency: 'PLN', ...fields });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  };
  return { account, fallback, shop, pay };
}

type Setting = Awaited<ReturnType<typeof place>>;

/** Five shoppers who cannot be sent to the bank. */
async function outage({ account, pay }: Setting, how: Outage = 'down'): Promise<void> {
  await bankIs(how);
  const payments = [];
  for (let count = 0; count < 5; count++) payments.push(await pay());
  const statuses = await Promise.all(payments.map(hopOf));
  for (const status of statuses) expect(status).toBeGreaterThanOrEqual(500);
  await vi.waitFor(async () => expect((await shown(account)).outage).not.toBeNull());
}

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
    await vi.waitFor(async () => expect((await shown(account)).outage).toBeNull());
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

describe('an account is not down', () => {
  it('after four failures, after five with an answer between them, or five in more than a minute', async () => {
    const { account, pay, shop } = await place();
    const fail = async (count: number) => {
      await bankIs('down');
      for (let one = 0; one < count; one++) await hopOf(await pay());
    };
    await fail(4);
    await bankIs(null);
    await hopOf(await pay());
    await vi.waitFor(async () => expect(await failuresOf(account)).toBe(0));
    await fail(4);
    later(61_000);
    await fail(4);
    await vi.waitFor(async () => expect(await failuresOf(account)).toBe(4));
    expect((await shown(account)).outage).toBeNull();
    const payment = await pay();
    await bankIs(null);
    await hopOf(payment);
    expect(await newest(shop, payment.id)).toBe(account);
  });

  it.each([400, 401, 403, 404, 409, 429, 442])(
    'whose provider answers %i: it was reached, and rejects',
    async (status) => {
      const { account, pay, shop } = await place();
      changeAnswer('/transaction/register', () => Response.json({ error: 'no' }, { status }), 6);
      for (let count = 0; count < 6; count++) expect(await hopOf(await pay())).toBeGreaterThanOrEqual(400);
      expect(await failuresOf(account)).toBe(0);
      const payment = await pay();
      expect(await hopOf(payment)).toBeLessThan(400);
      expect(await newest(shop, payment.id)).toBe(account);
    },
  );

  it('by calls that no attempt needs', async () => {
    const { account, pay } = await place();
    const payment = await pay();
    await hopOf(payment);
    await bankIs('down');
    for (let count = 0; count < 6; count++) await admin('POST', `/accounts/${account}/check`);
    expect((await shown(account)).outage).toBeNull();
    expect(await failuresOf(account)).toBe(0);
  });
});

async function failuresOf(account: string): Promise<number> {
  const row = await env.DIRECTORY.prepare(
    'SELECT json_array_length(failures) AS count FROM outages WHERE account = ?',
  )
    .bind(account)
    .first<{ count: number }>();
  return row?.count ?? 0;
}

/** A shop whose account registers an order by two calls. */
async function placeOfTwoCalls() {
  const fallback = await makeAccount('ogone', { currencies: ['CHF'] });
  const account = await makeAccount('postfinance-checkout', {
    endpoints: { api: BANK_API },
    currencies: ['CHF'],
    fallback,
  });
  const shop = await makeShop([account]);
  const pay = async () => (await shop.pay({ currency: 'CHF' })).body;
  return { account, fallback, shop, pay };
}

/** An answer that begins and never ends. */
function endless(): Response {
  return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array([123])) }));
}

describe('an account is down', () => {
  it('whose first call is answered and whose second is not, and a trial of it does not end that', async () => {
    const { account, fallback, shop, pay } = await placeOfTwoCalls();
    changeAnswer('/payment-page-url', () => new Response('', { status: 500 }), 6);
    for (let count = 0; count < 5; count++) expect(await hopOf(await pay())).toBeGreaterThanOrEqual(500);
    await vi.waitFor(async () => expect((await shown(account)).outage).not.toBeNull());
    const payment = await pay();
    expect(await hopOf(payment)).toBeLessThan(400);
    expect(await newest(shop, payment.id)).toBe(fallback);

    later(61_000);
    const trial = await pay();
    expect(await hopOf(trial)).toBeLessThan(400);
    expect(await newest(shop, trial.id)).toBe(fallback);
    expect(await hopFailures(trial.id)).toHaveLength(1);
    expect((await shown(account)).outage).not.toBeNull();
    // It has come back.
    later(61_000);
    const again = await pay();
    expect(await hopOf(again)).toBeLessThan(400);
    expect(await newest(shop, again.id)).toBe(account);
    await vi.waitFor(async () => expect((await shown(account)).outage).toBeNull());
  });

  it('whose answers begin and never end', { timeout: 40_000 }, async () => {
    const { account, fallback, shop, pay } = await placeOfTwoCalls();
    changeAnswer('/transaction/create', endless, 5);
    const payments = await Promise.all([pay(), pay(), pay(), pay(), pay()]);
    for (const status of await Promise.all(payments.map(hopOf))) expect(status).toBeGreaterThanOrEqual(500);
    await vi.waitFor(async () => expect((await shown(account)).outage).not.toBeNull());
    const payment = await pay();
    expect(await hopOf(payment)).toBeLessThan(400);
    expect(await newest(shop, payment.id)).toBe(fallback);
  });
});

describe('an account that signs by itself', () => {
  it('goes to its fallback by its other calls, and is tried again by an attempt', async () => {
    const fallback = await makeAccount('paybox', { currencies: ['EUR'] });
    const account = await makeAccount('ogone', {
      currencies: ['EUR'],
      endpoints: { api: BANK_API },
      fallback,
    });
    const shop = await makeShop([account]);
    const { directory } = serviceOf(env as never);
    for (let count = 0; count < 5; count++) await failedCall(directory, account);
    expect((await shown(account)).outage).not.toBeNull();
    const payment = await shop.pay({ providerFields: { TITLE: 'Tickets' } });
    expect([payment.status, payment.body.account]).toEqual([201, fallback]);
    const [created] = await shop.events(payment.body.id);
    expect(created?.detail).toMatchObject({ account: fallback, insteadOf: account, leftOut: ['TITLE'] });
    // A repeat is the same payment.
    later(61_000);
    expect((await shop.pay()).body.account).toBe(account);
    expect((await shown(account)).outage).toBeNull();
    await runAlarms(payment.body.id);
  });

  it('is tried again by one of all that want to at once, in each minute', async () => {
    const account = await makeAccount('ogone', { fallback: await makeAccount('ogone') });
    const { directory } = serviceOf(env as never);
    for (let count = 0; count < 5; count++) await failedCall(directory, account);
    const claims = async () =>
      (await Promise.all(Array.from({ length: 20 }, () => directory.claimTrial(account)))).filter(Boolean);
    expect(await claims()).toEqual([]);
    later(61_000);
    expect(await claims()).toEqual([true]);
    later(30_000);
    expect(await claims()).toEqual([]);
    later(31_000);
    expect(await claims()).toEqual([true]);
  });

  it('stays where its fallback cannot take the payment', async () => {
    const fallback = await makeAccount('ogone', { currencies: ['EUR'] });
    const account = await makeAccount('ogone', { currencies: ['EUR', 'CHF'], fallback });
    const shop = await makeShop([account]);
    const { directory } = serviceOf(env as never);
    for (let count = 0; count < 5; count++) await failedCall(directory, account);
    expect((await shop.pay({ currency: 'CHF' })).body.account).toBe(account);
    expect((await shop.pay()).body.account).toBe(fallback);
    await admin('POST', `/accounts/${fallback}/retire`);
    expect((await shop.pay()).body.account).toBe(account);
  });

  it('goes to the successor of its fallback', async () => {
    const [first, second] = [await makeAccount('ogone'), await makeAccount('ogone')];
    const account = await makeAccount('ogone', { fallback: first });
    const shop = await makeShop([account]);
    await admin('POST', `/accounts/${first}/succeed`, { account: second });
    const { directory } = serviceOf(env as never);
    for (let count = 0; count < 5; count++) await failedCall(directory, account);
    expect((await shop.pay()).body.account).toBe(second);
    // Without its fallback the outage is over.
    await admin('PUT', `/accounts/${account}`, { provider: 'ogone', fallback: null });
    expect(await shown(account)).toMatchObject({ fallback: null, outage: null });
    expect((await shop.pay()).body.account).toBe(account);
  });
});

async function failedCall(directory: Directory, id: string): Promise<void> {
  directory.changed();
  const account = await directory.account(id);
  if (account) await directory.noteReached(account, 'it answered 503');
}

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
