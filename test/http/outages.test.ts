/**
 * When an account counts as down. The failures ruled out: an outage that few failures, an answer between them, or another kind of call
 * make up; a bank that is down and not noticed, because a call of two never ends or because we sign by ourselves.
 */

import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { serviceOf } from '../../src/worker.ts';
import { changeAnswer } from '../providers/operations-support.ts';
import { eventually } from '../support/eventually.ts';
import {
  admin,
  BANK_API,
  bankOutage,
  hopFailures,
  makeAccount,
  makeShop,
  network,
  runAlarms,
} from '../support/harness.ts';
import { bankIs, hopOf, later, newest, place, shown } from './fallback-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(async () => {
  await bankOutage('przelewy24', null);
  net.restore();
  vi.useRealTimers();
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
    await eventually(async () => expect(await failuresOf(account)).toBe(0));
    await fail(4);
    later(61_000);
    await fail(4);
    await eventually(async () => expect(await failuresOf(account)).toBe(4));
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
    await eventually(async () => expect((await shown(account)).outage).not.toBeNull());
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
    await eventually(async () => expect((await shown(account)).outage).toBeNull());
  });

  it('whose answers begin and never end', async () => {
    const { account, fallback, shop, pay } = await placeOfTwoCalls();
    changeAnswer('/transaction/create', endless, 5);
    const payments = await Promise.all([pay(), pay(), pay(), pay(), pay()]);
    for (const status of await Promise.all(payments.map(hopOf))) expect(status).toBeGreaterThanOrEqual(500);
    await eventually(async () => expect((await shown(account)).outage).not.toBeNull());
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
