/**
 * Payments that were taken over from PolyBanking, after the move. The failures ruled out: the bank is asked about another PAYID or
 * order number than it knows; money that was on its way is not recorded; somebody else's message, or a second import, changes a
 * payment that was taken over.
 */

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BankOrder, Decision, Merchant } from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  BANK_API,
  bankOf,
  cut,
  demoSettings,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  objectOf,
  type Problem,
  request,
  runAlarms,
  shopperAtBank,
  type TestShop,
  unique,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';
import { PolyBankingClient } from './client.ts';

/** A call of DirectLink as the bank received it. */
interface Call {
  readonly page: string;
  readonly fields: Readonly<Record<string, string>>;
}

let net: ReturnType<typeof network>;
let calls: Call[];
const untouched = globalThis.fetch;
beforeEach(() => {
  calls = [];
  net = network();
  const spied = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    if (sent.url.startsWith(BANK_API)) {
      const fields = Object.fromEntries(new URLSearchParams(await sent.clone().text()));
      calls.push({ page: sent.url.slice(sent.url.lastIndexOf('/') + 1), fields });
    }
    return spied(sent);
  };
});
afterEach(() => {
  net.restore();
  globalThis.fetch = untouched;
});

interface Moved {
  readonly shop: TestShop;
  readonly account: string;
  readonly merchant: Merchant;
  readonly client: PolyBankingClient;
  /** The key_ipn that its config had. */
  readonly ipnKey: string;
}

async function moved(changes: Record<string, unknown> = {}): Promise<Moved> {
  const account = await makeAccount('postfinance', { endpoints: { api: BANK_API }, ...changes });
  const keys = {
    request: `request ${unique()}`.padEnd(40, 'r'),
    ipn: `ipn ${unique()}`.padEnd(40, 'i'),
    api: `api-${unique()}`,
  };
  const shop = await makeShop([account], {
    returnUrl: { success: 'https://website-demo.com/ok', failure: 'https://website-demo.com/error' },
    webhook: { url: 'https://website-demo.com/ipn', dialect: 'polybanking' },
    keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
  });
  const settings = (changes.settings ?? {}) as Record<string, unknown>;
  return {
    shop,
    account,
    ipnKey: keys.ipn,
    merchant: merchant('postfinance', account, settings),
    client: new PolyBankingClient(shop.id, keys, (path, init) => request(path, init)),
  };
}

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

let numbers = 7000;
const nextNumber = () => String(++numbers);

/** The shopper of a transaction at the bank, sent there by the old server's form. */
async function atBankFromOldServer(
  { merchant: who }: Moved,
  number: string,
  manual = false,
): Promise<BankOrder> {
  const fields = [
    ['AMOUNT', '1050'],
    ['CURRENCY', 'CHF'],
    ...(manual ? [['OPERATION', 'RES']] : []),
    ['ORDERID', `polybanking-${number}`],
    ['PSPID', String(who.settings.pspid)],
  ].map(([name = '', value = '']) => ({ name, value }));
  const base = fields.map(({ name, value }) => `${name}=${value}${who.settings.sha_in}`).join('');
  const signature = createHash('sha512').update(base).digest('hex').toUpperCase();
  const url = 'https://e-payment.postfinance.ch/ncol/test/orderstandard.asp';
  return shopperAtBank(
    'postfinance',
    {
      kind: 'form',
      method: 'POST',
      url,
      charset: 'iso-8859-1',
      fields: [...fields, { name: 'SHASIGN', value: signature }],
    },
    who,
  );
}

/** The shopper decides at the bank. Returns the bank's message, and the PAYID. */
async function decides({ merchant: who }: Moved, order: BankOrder, decision: Decision) {
  const bank = bankOf('postfinance');
  await decided(memory, order, decision);
  await bank.decide?.(order, who, decision, memory);
  const body = String(bank.notification(order, who, decision, 'none').body);
  return { body, payid: new URLSearchParams(body).get('PAYID') ?? '' };
}

/** A message of the bank with some of its fields changed by the bank. */
function resigned(
  { merchant: who }: Moved,
  message: URLSearchParams,
  change: Record<string, string>,
): string {
  const { SHASIGN: _signature, ...fields } = { ...Object.fromEntries(message), ...change };
  const signed = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name.toUpperCase(), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}${who.settings.sha_out}`);
  const signature = createHash('sha512').update(signed.join('')).digest('hex').toUpperCase();
  return String(new URLSearchParams({ ...fields, SHASIGN: signature }));
}

const log = (type: string, minute: number, extraData = '') => ({
  type,
  extraData,
  when: `2026-11-25T21:${minute}:01.500Z`,
});

/** Imports a transaction; by default one whose shopper is at the bank. */
function imports(
  { shop, account, ipnKey }: Moved,
  number: string,
  changes: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
) {
  return admin<Problem & { result: string }>('POST', '/imports/polybanking/transaction', {
    config: shop.id,
    configKeys: { ipnKey: sha256(ipnKey) },
    account,
    number,
    transaction: {
      reference: `r-${number}`,
      extraData: '',
      amount: 1050,
      postfinanceId: null,
      postfinanceStatus: '??',
      internalStatus: 'fw',
      ipnNeeded: false,
      brand: '',
      card: '',
      created: '2026-11-25T21:36:00.080Z',
      forwarded: '2026-11-25T21:36:01.457Z',
      ...changes,
    },
    logs: [log('created', 36), log('userForwarded', 36, '192.0.2.1')],
    ...more,
  });
}

/** Imports one that the bank has paid or holds. */
async function imported(site: Moved, number: string, payid: string, code: string) {
  const logs = [
    log('created', 36),
    log('userForwarded', 36, '192.0.2.1'),
    log('postfinanceId', 37, '198.51.100.7'),
    log('postfinanceStatus', 37, code),
    log('ipnsuccess', 38),
  ];
  const changes = { postfinanceId: payid, postfinanceStatus: code, internalStatus: 'fb' };
  const { body } = await imports(site, number, changes, { logs });
  expect(body.result).toBe('imported');
}

interface Found {
  readonly id: string;
  readonly status: string;
  readonly providerReference: string | null;
  readonly amounts: { readonly authorized: number; readonly paid: number; readonly refunded: number };
  readonly checkoutUrl: string;
}

async function find({ shop }: Moved, number: string): Promise<Found> {
  const { body } = await shop.call<{ data: Found[] }>('GET', `/payments?reference=r-${number}`);
  const [found] = body.data;
  if (!found) throw new Error(`there is no payment r-${number}`);
  return found;
}

function operate(site: Moved, id: string, kind: string, amount?: number) {
  const headers = { 'idempotency-key': `${kind}-${unique()}` };
  const body = amount === undefined ? {} : { amount };
  return site.shop.call<Found & Problem>('POST', `/payments/${id}/${kind}`, body, headers);
}

const ipn = (body: string, path = '/paiements/ipn') =>
  request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });

describe('an operation on an imported payment', () => {
  it('is about the PAYID and the order number that the bank knows: a refund', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, number, payid, '9');
    const { id, providerReference } = await find(site, number);
    expect(providerReference).toBe(payid);
    const refunded = await operate(site, id, 'refund', 300);
    expect(refunded.status).toBe(200);
    expect(calls).toMatchObject([
      { page: 'maintenancedirect.asp', fields: { PAYID: payid, OPERATION: 'RFD', AMOUNT: '300' } },
    ]);
    const { body } = await site.shop.call<{ operations: object[] }>('GET', `/payments/${id}`);
    expect(body.operations).toMatchObject([{ kind: 'refund', state: 'accepted', amount: 300 }]);
    // What the bank says later, about its own order number.
    await site.shop.call('POST', `/payments/${id}/refresh`);
    expect(calls.at(-1)?.fields.PAYID).toBe(payid);
    expect(await find(site, number)).toMatchObject({
      status: 'partially_refunded',
      amounts: { paid: 1050, refunded: 300 },
    });
  });

  it('is about them: a capture, a cancel and a refresh', async () => {
    for (const [kind, operation] of [
      ['capture', 'SAS'],
      ['cancel', 'DES'],
    ] as const) {
      const [site, number] = [await moved(), nextNumber()];
      const { payid } = await decides(site, await atBankFromOldServer(site, number, true), 'pay');
      await imported(site, number, payid, '5');
      const { id, status } = await find(site, number);
      expect(status).toBe('authorized');
      expect((await operate(site, id, kind)).status).toBe(200);
      expect(calls.at(-1)).toMatchObject({ fields: { PAYID: payid, OPERATION: operation } });
      expect((await site.shop.call('POST', `/payments/${id}/refresh`)).status).toBe(200);
      expect(calls.at(-1)).toMatchObject({ page: 'querydirect.asp', fields: { PAYID: payid } });
      expect((await find(site, number)).status).toBe(kind === 'capture' ? 'paid' : 'cancelled');
    }
  });

  it('is not believed when the bank answers about another order number', async () => {
    const [site, number, other] = [await moved(), nextNumber(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, other, payid, '9');
    const { id } = await find(site, other);
    const refunded = await operate(site, id, 'refund');
    expect(refunded.body.detail).toContain(`about the order polybanking-${number}`);
    expect((await find(site, other)).amounts.refunded).toBe(0);
  });

  it('asks by the order number where the PAYID is not known, or is that of a declined try', async () => {
    const site = await moved();
    const waiting = nextNumber();
    const first = await decides(site, await atBankFromOldServer(site, waiting), 'pay');
    await imports(site, waiting);
    await site.shop.call('POST', `/payments/${(await find(site, waiting)).id}/refresh`);
    expect(calls.at(-1)?.fields).toMatchObject({ ORDERID: `polybanking-${waiting}` });
    expect(await find(site, waiting)).toMatchObject({ status: 'paid', providerReference: first.payid });

    const tried = nextNumber();
    const { payid } = await decides(site, await atBankFromOldServer(site, tried), 'pay');
    const logs = [log('created', 36), log('postfinanceStatus', 37, '2'), log('postfinanceStatus', 38, '9')];
    const changes = { postfinanceId: '30999', postfinanceStatus: '9', internalStatus: 'fb' };
    await imports(site, tried, changes, { logs });
    const { id } = await find(site, tried);
    await site.shop.call('POST', `/payments/${id}/refresh`);
    expect(calls.at(-1)?.fields).toMatchObject({ ORDERID: `polybanking-${tried}` });
    expect((await operate(site, id, 'refund')).status).toBe(200);
    expect(calls.at(-1)?.fields.PAYID).toBe(payid);
    expect((await find(site, tried)).amounts.paid).toBe(1050);
  });
});

describe('a message of the bank that the old server has taken', () => {
  it('is a repeat: no line, no IPN, no money', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid, body } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    // Of which the old server took one twice, as it did.
    const logs = [log('created', 36), log('postfinanceStatus', 37, '9'), log('postfinanceStatus', 38, '9')];
    const changes = { postfinanceId: payid, postfinanceStatus: '9', internalStatus: 'fb' };
    expect((await imports(site, number, changes, { logs })).body.result).toBe('imported');
    const before = await site.client.logs(`r-${number}`);
    expect((await ipn(body)).status).toBe(200);
    const { id, amounts } = await find(site, number);
    await runAlarms(id);
    expect(await site.client.logs(`r-${number}`)).toEqual(before);
    expect([net.webhooks, amounts.paid]).toEqual([[], 1050]);
    expect(await site.client.transaction(`r-${number}`)).toMatchObject({
      postfinance_status: '9',
      last_postfinance_ipn_date: expect.stringMatching(/^2/),
    });
    // Another message about it is none.
    const resent = new URLSearchParams(body);
    expect((await ipn(resigned(site, resent, { STATUS: '81' }))).status).toBe(200);
    expect((await site.client.logs(`r-${number}`))[0]).toMatchObject({ extra_data: '81' });
  });

  it('counts its money once where the PAYID that was kept is that of a declined try', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid, body } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    const logs = [log('created', 36), log('postfinanceStatus', 37, '2'), log('postfinanceStatus', 38, '9')];
    const changes = { postfinanceId: '30999', postfinanceStatus: '9', internalStatus: 'fb' };
    expect((await imports(site, number, changes, { logs })).body.result).toBe('imported');
    expect((await ipn(body)).status).toBe(200);
    expect(await find(site, number)).toMatchObject({
      status: 'paid',
      amounts: { paid: 1050 },
      providerReference: payid,
    });
  });
});

describe('an IPN that the website still needed at the old server', () => {
  it('is needed after an operation here, too, and is sent on demand', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    const changes = {
      postfinanceId: payid,
      postfinanceStatus: '9',
      internalStatus: 'fb',
      ipnNeeded: true,
    };
    await imports(site, number, changes, { logs: [log('created', 36), log('postfinanceStatus', 37, '9')] });
    const { id } = await find(site, number);
    const needed = async () => (await site.client.transaction(`r-${number}`)).ipn_needed;
    expect(await needed()).toBe('True');
    cut('before');
    expect((await operate(site, id, 'refund')).status).not.toBe(200);
    await runAlarms(id);
    expect(await needed()).toBe('True');
    expect((await site.shop.call('POST', `/payments/${id}/deliveries`)).status).toBe(202);
    await runAlarms(id);
    expect(net.webhooks.map(({ raw }) => site.client.readIpn(raw))).toMatchObject([
      { status: '9', good: true },
    ]);
    expect(await needed()).toBe('False');
  });
});

describe('an order number of the old server', () => {
  it.each(['/paiements/ipn', '/callback/'])('leads the bank to the payment: %s', async (address) => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    const { body, payid } = await decides(site, order, 'pay');
    const path = address === '/callback/' ? `/callback/${site.account}` : address;
    const answer = await ipn(body, path);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    const { id, ...found } = await find(site, number);
    expect(found).toMatchObject({ status: 'paid', providerReference: payid });
    await runAlarms(id);
    expect(net.webhooks.map(({ raw }) => site.client.readIpn(raw))).toMatchObject([
      { reference: `r-${number}`, status: '9', good: true },
    ]);
    // What came before stands as it was; what comes now, after it.
    expect(await site.client.transaction(`r-${number}`)).toMatchObject({
      creation_date: '2026-11-25 22:36:00.080000+01:00',
      last_userforwarded_date: '2026-11-25 22:36:01.457000+01:00',
      postfinance_id: payid,
      brand: 'VISA',
      ipn_needed: 'False',
    });
    expect((await site.client.logs(`r-${number}`)).map((line) => line.log_type)).toEqual([
      'ipnsuccess',
      'postfinanceStatus',
      'postfinanceId',
      'userForwarded',
      'created',
    ]);
    expect((await ipn(body, path)).status).toBe(200);
    expect((await find(site, number)).amounts.paid).toBe(1050);
  });

  it.each(['/paiements/return', '/return/'])('leads the shopper back: %s', async (address) => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    const { body } = await decides(site, order, 'pay');
    const { id } = await find(site, number);
    const path = address === '/return/' ? `/return/${site.account}/${id}` : address;
    const back = await request(`${path}?${body}`, { headers: { 'cf-connecting-ip': '192.0.2.1' } });
    expect(back.headers.get('location')).toMatch(/^https:\/\/website-demo\.com\/ok/);
    expect(await find(site, number)).toMatchObject({ status: 'paid' });
    expect(await site.client.transaction(`r-${number}`)).toMatchObject({
      last_user_back_from_postfinance_date: expect.stringMatching(/^2/),
    });
  });

  it('takes the message about a shopper who was forwarded after the dump was made', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number, { internalStatus: 'cr', forwarded: null }, { logs: [log('created', 36)] });
    expect((await ipn((await decides(site, order, 'pay')).body)).status).toBe(200);
    expect(await find(site, number)).toMatchObject({ status: 'paid' });
  });

  it('is the one under which the shopper is sent to the bank again', async () => {
    const [site, number] = [await moved(), nextNumber()];
    await imports(site, number);
    const page = await request((await find(site, number)).checkoutUrl);
    expect(await page.text()).toContain(`name="ORDERID" value="polybanking-${number}"`);
  });

  it('of a message that another account has signed changes nothing', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const thief = await moved({
      settings: { ...demoSettings('postfinance'), pspid: 'ThiefTEST', sha_out: 'passphrase of a thief!' },
    });
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    await decided(memory, order, 'pay');
    const forged = String(bankOf('postfinance').notification(order, thief.merchant, 'pay', 'none').body);
    const refused = await ipn(forged);
    expect([refused.status, await refused.json()]).toEqual([404, { status: 'UNVALID_SHA', url: '' }]);
    // Its own account verifies it, and has no such payment.
    expect((await ipn(forged, `/callback/${thief.account}`)).status).toBe(404);
    expect((await request(`/paiements/return?${forged}`)).status).toBe(404);
    const { id } = await find(site, number);
    await request(`/return/${thief.account}/${id}?${forged}`);
    expect(await find(site, number)).toMatchObject({ status: 'forwarded', amounts: { paid: 0 } });
  });

  it('never comes to name another payment', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    const taken = await imports(site, number, { reference: 'another' });
    expect([taken.status, taken.body.code]).toEqual([409, 'invalid_state']);
    expect((await site.shop.call<{ data: [] }>('GET', '/payments?reference=another')).body.data).toEqual([]);
    expect((await ipn((await decides(site, order, 'pay')).body)).status).toBe(200);
    expect(await find(site, number)).toMatchObject({ status: 'paid' });
  });

  it('does not lead to a payment of the same reference that was made here', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const [, { url }] = await site.client.start('1050', `r-${number}`);
    expect((await request(url)).status).toBe(200);
    const { body } = await imports(site, number);
    expect(body.result).toBe('differs');
    const order = await atBankFromOldServer(site, number);
    expect((await ipn((await decides(site, order, 'pay')).body)).status).toBe(404);
    expect(await find(site, number)).toMatchObject({ status: 'forwarded' });
  });

  it('of a shop is not taken from a shop of another mode, or an account that is not its own', async () => {
    const [site, other] = [await moved(), await moved()];
    expect((await imports({ ...site, account: other.account }, nextNumber())).status).toBe(400);
  });
});

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

describe('what an earlier version imported', () => {
  /** As version 0.1.0 stored it: a caller's address for the PAYID, and nothing of the original. */
  async function asStoredBefore(id: string) {
    await runInDurableObject(objectOf(id), (_object, state) => {
      const { sql } = state.storage;
      const [row] = sql.exec<{ record: string }>('SELECT record FROM payment').toArray();
      const { original: _original, ...record } = JSON.parse(row?.record ?? '');
      const [{ order: _order, providerState: _state, told: _told, ...attempt }] = record.attempts;
      const old = {
        ...record,
        providerReference: '198.51.100.7',
        providerStatus: '9',
        attempts: [{ ...attempt, state: { ...attempt.state, paid: { '198.51.100.7/0': 1050 } } }],
      };
      sql.exec("UPDATE payment SET record = ?, request_hash = 'old'", JSON.stringify(old));
    });
    await evictDurableObject(objectOf(id));
  }

  it('is mended by the import, once, and the bank is asked about the right PAYID', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid, body } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, number, payid, '9');
    const { id } = await find(site, number);
    await asStoredBefore(id);
    expect((await find(site, number)).providerReference).toBe('198.51.100.7');
    await imported(site, number, payid, '9');
    expect(await find(site, number)).toMatchObject({ providerReference: payid, amounts: { paid: 1050 } });
    const events = await site.shop.events(id);
    expect(events.at(-1)).toMatchObject({ type: 'import.completed', source: 'operator' });
    const { result } = (
      await imports(
        site,
        number,
        { postfinanceId: payid, postfinanceStatus: '9', internalStatus: 'fb' },
        {
          logs: [
            log('created', 36),
            log('userForwarded', 36, '192.0.2.1'),
            log('postfinanceId', 37, '198.51.100.7'),
            log('postfinanceStatus', 37, '9'),
            log('ipnsuccess', 38),
          ],
        },
      )
    ).body;
    expect(result).toBe('unchanged');
    // The same money is not counted again when the bank repeats itself.
    expect((await ipn(body)).status).toBe(200);
    expect((await find(site, number)).amounts.paid).toBe(1050);
    expect((await operate(site, id, 'refund')).status).toBe(200);
    expect(calls.at(-1)?.fields.PAYID).toBe(payid);
  });

  it('is left as it is where something has moved it since', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, number, payid, '9');
    const { id } = await find(site, number);
    await operate(site, id, 'refund', 100);
    await asStoredBefore(id);
    const changes = { postfinanceId: payid, postfinanceStatus: '9', internalStatus: 'fb' };
    expect((await imports(site, number, changes)).body.result).toBe('differs');
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
