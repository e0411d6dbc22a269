/**
 * A website of PolyBanking whose bank has changed from PostFinance e-payment to PostFinance Checkout: its client does the same round over
 * both, and sees the same. The failures ruled out: an answer, a code or an IPN that a website does not know; a payment that is good before
 * FULFILL or AUTHORIZED; a new payment that still goes to the old bank.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Redirect } from '../../src/payments/types.ts';
import { codeInItsPlace } from '../../src/payments/website-messages.ts';
import type { BankOrder, Decision } from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { formOfPage } from '../../src/sandbox/kit/shopper.ts';
import { isGoodForWebsite, postfinanceCode } from '../../src/webhooks/polybanking.ts';
import { bankEntry, changeAnswer, conclude, inBackOffice, tell } from '../providers/operations-support.ts';
import {
  admin,
  BANK_API,
  bankOf,
  deliver,
  demoSettings,
  type Journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  ORIGIN,
  request,
  runAlarms,
  shopperAtBank,
  unique,
} from '../support/harness.ts';
import { type Keys, PolyBankingClient } from './client.ts';
import { amountsOf, minorOf } from './money.ts';

const IPN_URL = 'https://website-demo.com/polybanking/ipn';
const SHOPPER = { 'cf-connecting-ip': '203.0.113.9' };

let net: ReturnType<typeof network>;
let ipns: string[];
beforeEach(() => {
  ipns = [];
  net = network(({ raw }) => {
    ipns.push(raw);
    return new Response(null, { status: 200 });
  });
});
afterEach(() => net.restore());

const accountAt = (providerId: string) =>
  makeAccount(providerId, { settings: demoSettings(providerId), endpoints: { api: BANK_API } });

/** A website, whose config lists these accounts. */
async function website(accounts: readonly string[]) {
  const suffix = unique();
  const keys: Keys = {
    request: `r;=${suffix}é`.padEnd(40, 'r'),
    ipn: `ipn-key ${suffix}`.padEnd(40, 'i'),
    api: `a${suffix}`,
  };
  const settings = {
    returnUrl: { success: 'https://website-demo.com/ok?x=1', failure: 'https://website-demo.com/error' },
    webhook: { url: IPN_URL, dialect: 'polybanking' },
    keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
  };
  const shop = await makeShop(accounts, settings);
  const client = new PolyBankingClient(shop.id, keys, (path, init) => request(path, init));
  return { shop: { ...shop, apiKey: keys.api }, client, settings, keys };
}

type Website = Awaited<ReturnType<typeof website>>;

const idOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/** The shopper opens the address that the website was given, and is at the bank. */
async function atBank(providerId: string, account: string, url: string): Promise<BankOrder> {
  const page = await request(url, { headers: SHOPPER });
  const location = page.headers.get('location');
  const redirect: Redirect = location
    ? { kind: 'url', method: 'GET', url: location }
    : formOfPage(await page.text());
  return shopperAtBank(providerId, redirect, merchant(providerId, account));
}

/** The shopper decides, and the bank tells it at the address in its back office. */
async function decide(order: BankOrder, account: string, decision: Decision): Promise<void> {
  const bank = bankOf(order.bank);
  const who = merchant(order.bank, account);
  await decided(memory, order, decision);
  await bank.decide?.(order, who, decision, memory);
  expect((await deliver(bank.notification(order, who, decision, 'none'))).status).toBe(200);
  await runAlarms(order.order.slice(0, 16));
}

/** The way back, as the bank sends its shoppers there. */
async function comesBack(order: BankOrder, account: string, decision: Decision): Promise<string | null> {
  const address = bankOf(order.bank).back(order, merchant(order.bank, account), decision);
  const back = await request(address, { headers: SHOPPER });
  expect([302, 303]).toContain(back.status);
  return back.headers.get('location');
}

/** What the website's IPNs have said, as code and good, each signed rightly. */
const told = ({ client }: Website) =>
  ipns.map((raw) => {
    const ipn = client.readIpn(raw);
    return [ipn?.status, ipn?.good] as const;
  });

/** Everything that a client of a website can see of one round, with what differs between any two rounds left out. */
async function round(providerId: string, decision: Decision) {
  const account = await accountAt(providerId);
  const site = await website([account]);
  const [status, started] = await site.client.start('1050', 'order=1;a', 'a=b;c');
  expect(started.url).toMatch(new RegExp(`^${ORIGIN}/paiements/go/[0-9A-Z]{16}$`));
  const created = await site.client.transaction('order=1;a');
  const order = await atBank(providerId, account, started.url);
  const forwarded = await site.client.transaction('order=1;a');
  await decide(order, account, decision);
  const location = await comesBack(order, account, decision);
  const after = await site.client.transaction('order=1;a');
  const again = await request(started.url);
  const logs = await site.client.logs('order=1;a');
  const repeat = await site.client.start('1050', 'order=1;a', 'a=b;c');
  const isThere = (value: unknown) => typeof value === 'string' && value !== '' && value !== 'None';
  const seen = (shown: Record<string, unknown>) => ({
    ...shown,
    // Numbers, times, and the card, which Checkout does not tell.
    postfinance_id: isThere(shown.postfinance_id),
    brand: null,
    card: null,
    ...Object.fromEntries(
      Object.entries(shown).flatMap(([name, value]) =>
        name.endsWith('_date') ? [[name, isThere(value)]] : [],
      ),
    ),
  });
  return {
    start: [status, started.status],
    order: [order.amount, order.currency],
    created: seen(created),
    forwarded: seen(forwarded),
    after: seen(after),
    told: told(site),
    ipn: ipns.map((raw) => [...new URLSearchParams(raw).keys()].sort()),
    location,
    again: again.status,
    logs: logs.map(({ log_type, log_type_text }) => [log_type, log_type_text]).sort(),
    codes: logs.flatMap(({ log_type, extra_data }) => (log_type === 'postfinanceStatus' ? [extra_data] : [])),
    repeat: [repeat[0], repeat[1].status],
    list: await site.client.transactions(),
  };
}

describe('the whole round of a client', () => {
  it.each(['pay', 'decline'] as const)('is the same over both banks: %s', async (decision) => {
    const before = await round('postfinance', decision);
    ipns = [];
    const now = await round('postfinance-checkout', decision);
    expect(now).toEqual(before);
    expect(now.told).toEqual([decision === 'pay' ? ['9', true] : ['2', false]]);
    expect(now.location).toBe(
      decision === 'pay' ? 'https://website-demo.com/ok?x=1' : 'https://website-demo.com/error',
    );
  });

  it("is the same at wallee's own name", async () => {
    const before = await round('postfinance-checkout', 'pay');
    ipns = [];
    expect(await round('wallee', 'pay')).toEqual(before);
  });
});

/** A website's transaction at Checkout, whose shopper is at the bank. */
async function atCheckout(options: { readonly manual?: true } = {}) {
  const account = await makeAccount('postfinance-checkout', {
    settings: {
      ...demoSettings('postfinance-checkout'),
      ...(options.manual && { completion: 'COMPLETE_DEFERRED' }),
    },
    endpoints: { api: BANK_API },
  });
  const site = await website([account]);
  const [, { url }] = await site.client.start('1050', 'order');
  const order = await atBank('postfinance-checkout', account, url);
  const who = merchant('postfinance-checkout', account);
  const attempt = { shop: site.shop, account, merchant: who, payment: { id: idOf(url) }, order };
  const code = async () => (await site.client.transaction('order')).postfinance_status;
  const v1 = async (path: string, body: object = {}) =>
    request(`/v1/payments/${idOf(url)}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.keys.api}`, 'idempotency-key': unique() },
      body: JSON.stringify(body),
    });
  return { site, account, order, attempt: attempt as unknown as Journey, code, v1, id: idOf(url) };
}

/** The bank tells that a transaction has changed, and says this of it when it is asked. */
async function says(at: Awaited<ReturnType<typeof atCheckout>>, changes: Record<string, unknown>) {
  changeAnswer('/transaction/read', (text) => JSON.stringify({ ...JSON.parse(text), ...changes }), 9);
  const message = bankOf('postfinance-checkout').notification(at.order, at.attempt.merchant, 'wait', 'none');
  expect((await deliver(message)).status).toBe(200);
  await runAlarms(at.id);
}

describe('a state of Checkout is the code that websites know', () => {
  it.each([
    ['PROCESSING', '91', false],
    ['AUTHORIZED', '5', true],
    ['COMPLETED', '5', true],
    ['FULFILL', '9', true],
    ['FAILED', '2', false],
    ['DECLINE', '0', false],
  ])('%s is %s', async (state, code, good) => {
    const at = await atCheckout();
    await says(at, { state, authorizationAmount: 10.5, completedAmount: 10.5 });
    expect(told(at.site)).toEqual([[code, good]]);
    expect(await at.code()).toBe(code);
    const [line] = (await at.site.client.logs('order')).filter(
      ({ log_type }) => log_type === 'postfinanceStatus',
    );
    expect(line?.extra_data).toBe(code);
  });

  it.each(['AUTHORIZED', 'COMPLETED'])('%s of less than the order is 5, and not good', async (state) => {
    const at = await atCheckout({ manual: true });
    await says(at, { state, authorizationAmount: 5, completedAmount: 5 });
    expect(told(at.site)).toEqual([['5', false]]);
    expect(await comesBack(at.order, at.account, 'pay')).toMatch(/^https:\/\/website-demo\.com\/error/);
  });

  it.each([
    ['INTERNAL', '2'],
    ['END_USER', '2'],
  ])('FAILED for %s is %s', async (category, code) => {
    const at = await atCheckout();
    await says(at, { state: 'FAILED', failureReason: { category } });
    expect(told(at.site)).toEqual([[code, false]]);
  });

  it('AUTHORIZED and then COMPLETED is told once, and FULFILL after them', async () => {
    const at = await atCheckout();
    await decide(at.order, at.account, 'wait');
    const money = { authorizationAmount: 10.5, completedAmount: 10.5 };
    for (const state of ['AUTHORIZED', 'COMPLETED', 'FULFILL']) {
      net.restore();
      net = network(({ raw }) => {
        ipns.push(raw);
        return new Response(null, { status: 200 });
      });
      await says(at, { state, ...money });
    }
    expect(told(at.site)).toEqual([
      ['91', false],
      ['5', true],
      ['9', true],
    ]);
  });

  it('VOIDED is 6, by the back office and by our own cancel', async () => {
    for (const isOurs of [true, false]) {
      ipns = [];
      const at = await atCheckout({ manual: true });
      await decide(at.order, at.account, 'pay');
      if (isOurs) expect((await at.v1('cancel')).status).toBe(200);
      else await tell(at.attempt, await inBackOffice(at.attempt, 'cancel', null));
      await runAlarms(at.id);
      expect(told(at.site)).toEqual([
        ['5', true],
        ['6', false],
      ]);
      expect(await at.code()).toBe('6');
    }
  });

  it('each refund is 8, also a second part of the back office', async () => {
    const at = await atCheckout();
    await decide(at.order, at.account, 'pay');
    expect((await at.v1('refund', { amount: 300 })).status).toBe(200);
    await runAlarms(at.id);
    for (const amount of [200, 100]) {
      await tell(at.attempt, await inBackOffice(at.attempt, 'refund', amount));
      await runAlarms(at.id);
    }
    expect(told(at.site)).toEqual([
      ['9', true],
      ['8', false],
      ['8', false],
      ['8', false],
    ]);
    expect(await at.code()).toBe('8');
    expect((await bankEntry(at.attempt)).returned).toBe(600);
  });

  it('a refund that is under way changes nothing, and one that fails neither', async () => {
    const at = await atCheckout();
    await decide(at.order, at.account, 'pay');
    const done = await inBackOffice(at.attempt, 'refund', 100);
    await conclude(at.attempt, done, 'done');
    expect(await at.code()).toBe('9');
  });

  it('fits the status alone that a payment has', () => {
    const known = { provider: 'postfinance-checkout', pendingReason: null } as const;
    for (const [providerStatus, status, code] of [
      ['FULFILL', 'partially_paid', '9'],
      ['FULFILL', 'partially_refunded', '8'],
      ['FULFILL', 'charged_back', '96'],
      ['AUTHORIZED', 'cancelled', '6'],
      ['PROCESSING', 'expired', '1'],
      ['PROCESSING', 'cancelled', '1'],
      ['FAILED TIMEOUT', 'expired', '2'],
      ['SOMETHING', 'paid', '9'],
    ] as const)
      expect(postfinanceCode({ ...known, providerStatus, status }), `${providerStatus} ${status}`).toBe(code);
    const money = { amount: minorOf(1050), amounts: amountsOf({ paid: 500 }) };
    const part = { ...known, ...money, providerStatus: 'FULFILL', status: 'partially_paid' } as const;
    expect(isGoodForWebsite(part)).toBe(false);
    expect(codeInItsPlace('ecommpay', 'FULFILL', 'paid')).toBeNull();
  });
});

describe('the move', () => {
  it('sends new payments to the account that a website lists first, and ends the others where they began', async () => {
    const [old, now] = [await accountAt('postfinance'), await accountAt('postfinance-checkout')];
    const site = await website([old, now]);
    const first = await site.client.start('500', 'before');
    const atOld = await atBank('postfinance', old, first[1].url);
    await admin('PUT', `/shops/${site.shop.id}`, { accounts: [now, old] });
    const second = await site.client.start('700', 'after');
    const atNow = await atBank('postfinance-checkout', now, second[1].url);
    await decide(atNow, now, 'pay');
    await decide(atOld, old, 'pay');
    expect(await site.client.transaction('before')).toMatchObject({ postfinance_status: '9' });
    expect(await site.client.transaction('after')).toMatchObject({ postfinance_status: '9' });
    expect(told(site)).toEqual([
      ['9', true],
      ['9', true],
    ]);
  });

  it('goes on where the old account is retired', async () => {
    const [old, now] = [await accountAt('postfinance'), await accountAt('postfinance-checkout')];
    const site = await website([old, now]);
    expect((await admin('POST', `/accounts/${old}/retire`, {})).status).toBeLessThan(300);
    const [status, { url }] = await site.client.start('700', 'after');
    expect(status).toBe(200);
    await atBank('postfinance-checkout', now, url);
  });
});
