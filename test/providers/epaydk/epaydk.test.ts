/**
 * What a callback of ePay proves. The failures ruled out: digits moved between amount, currency and date, our own request read as
 * a callback, the order id of another attempt, a transaction of another order.
 */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countsAs } from '../../../src/gateway/proof.ts';
import type { ProviderRequest } from '../../../src/providers/contract.ts';
import { epaydk } from '../../../src/providers/epaydk/index.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  BANK_API,
  bankOf,
  CUSTOMER,
  request as call,
  deliver,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  type network as Network,
  network,
  type Payment,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, begin, CONTEXT, ID, ORDER, request } from '../support.ts';

const SECRET = String(demoSettings('epaydk').secret);
const N = '083000042';

type Fields = readonly (readonly [string, string])[];

const hashOf = (fields: Fields) =>
  createHash('md5')
    .update(fields.map(([, value]) => value).join('') + SECRET, 'utf8')
    .digest('hex');

/** A callback of the evening of the eighth of December by a card of the second series, with changes. */
function callback(changes: Readonly<Record<string, string>> = {}): Fields {
  const fields: Fields = [
    ['o', ORDER],
    ['n', N],
    ['txnid', '48384464'],
    ['orderid', N],
    ['amount', '100'],
    ['currency', '208'],
    ['date', '20261121'],
    ['time', '2026'],
    ['txnfee', '0'],
    ['paymenttype', '4'],
    ['cardno', '222222XXXXXX4000'],
  ];
  return fields.map(([name, value]) => [name, changes[name] ?? value]);
}

const message = (fields: Fields, hash = hashOf(fields)): ProviderRequest => ({
  method: 'GET',
  query: new TextEncoder().encode(
    new URLSearchParams(
      [...fields, ['hash', hash] as const].map(([name, value]) => [name, value]),
    ).toString(),
  ),
  body: new Uint8Array(),
  headers: {},
  contentType: null,
});

const read = (fields: Fields, hash?: string) =>
  epaydk.notification(message(fields, hash), accountOf(epaydk), 'notification', CONTEXT);

describe('a callback', () => {
  it('decides everything but whether the money was taken, and so does the accept return', async () => {
    expect(await read(callback())).toMatchObject({
      kind: 'update',
      order: ORDER,
      amount: 100,
      echo: { n: N },
    });
    for (const channel of ['notification', 'return'] as const) {
      expect(countsAs(epaydk, accountOf(epaydk).settings, channel)).toBe('query');
      expect(countsAs(epaydk, accountOf(epaydk, { web_service: false }).settings, channel)).toBe('person');
    }
  });

  it('whose text can be cut in two ways is only a reason to ask, however it is cut', async () => {
    const genuine = callback({ date: '20261208' });
    const forged = callback({
      amount: '10020820261',
      date: '20260422',
      time: '2222XXXXXX4000',
      txnfee: '',
      paymenttype: '',
      cardno: '',
    });
    expect(hashOf(forged)).toBe(hashOf(genuine));
    for (const fields of [genuine, forged])
      expect(await read(fields)).toMatchObject({
        unproven: true,
        order: ORDER,
        providerState: { txnid: '48384464' },
      });
  });

  it('loses no digit to a neighbour', async () => {
    const genuine = callback();
    const cuts = [
      { amount: '1002', currency: '082', date: '02611212' },
      { amount: '10', currency: '020', date: '82026112' },
      { txnid: '4838446', orderid: `4${N}`.slice(0, 9) },
      { n: `${N}4`.slice(0, 9), txnid: '8384464' },
    ];
    for (const cut of cuts)
      await expect(read(callback(cut), hashOf(genuine))).rejects.toMatchObject({
        reason: expect.stringMatching(/^(?:field_missing|malformed|signature_mismatch)$/),
      });
  });

  it('has its parameters in their order, under their names', async () => {
    const genuine = callback();
    const renamed = genuine.map(([name, value]) => [name === 'amount' ? 'sum' : name, value] as const);
    const moved = [...genuine.slice(2), ...genuine.slice(0, 2)];
    for (const fields of [renamed, moved])
      await expect(read(fields)).rejects.toMatchObject({ reason: 'field_missing' });
  });

  it('proves nothing to an account without an MD5 key', async () => {
    const account = accountOf(epaydk);
    const { secret: _secret, ...settings } = account.settings;
    const fields = callback();
    const text = fields.map(([, value]) => value).join('');
    const forged = message(fields, createHash('md5').update(text, 'utf8').digest('hex'));
    await expect(
      epaydk.notification(forged, { ...account, settings }, 'notification', CONTEXT),
    ).rejects.toMatchObject({ reason: 'signature_mismatch' });
  });
});

describe('our own request', () => {
  it('is hashed like a callback and never begins like one', async () => {
    for (const description of [null, `${ORDER}${N}`, ORDER]) {
      const { redirect, bound } = await begin(epaydk, request(epaydk, { description }));
      if (redirect.kind !== 'url') throw new Error('not an address');
      const values = [...new URL(redirect.url).searchParams];
      const text = values.flatMap(([name, value]) => (name === 'hash' ? [] : [value])).join('');
      expect(text).toMatch(/^https:/);
      expect(bound).toEqual({ n: new URLSearchParams(new URL(redirect.url).search).get('orderid') });
      expect(new URLSearchParams(new URL(redirect.url).search).get('description') ?? '').not.toContain(ORDER);
    }
  });

  it('takes only fields of the window', async () => {
    for (const providerFields of [
      { txnid: '1' },
      { o: ORDER },
      { n: N },
      { date: '20261121' },
      { error: '1' },
    ])
      await expect(begin(epaydk, request(epaydk, { providerFields }))).rejects.toMatchObject({
        code: 'invalid_request',
      });
    const providerFields = { ordertext: `x ${ORDER}` };
    await expect(begin(epaydk, request(epaydk, { providerFields }))).rejects.toMatchObject({
      errors: [{ path: 'providerFields.ordertext' }],
    });
    await begin(epaydk, request(epaydk, { providerFields: { ordertext: 'x' }, customer: CUSTOMER }));
  });
});

describe('a status query', () => {
  const query = (
    orderid: string,
    {
      hint = {},
      providerState = {},
      currency = '208',
    }: { hint?: Record<string, string>; providerState?: Record<string, string>; currency?: string },
  ) =>
    epaydk.queryStatus?.({
      order: ORDER,
      account: accountOf(epaydk),
      amount: 100,
      currency: 'DKK',
      capture: 'automatic',
      providerState,
      startedAt: CONTEXT.now,
      now: CONTEXT.now,
      hint,
      fetch: (async () =>
        new Response(
          `<Envelope><Body><gettransactionResponse><gettransactionResult>true</gettransactionResult><transactionInformation>${orderid && `<orderid>${orderid}</orderid>`}<currency>${currency}</currency><authamount>100</authamount><capturedamount>100</capturedamount><creditedamount>0</creditedamount><status>PAYMENT_CAPTURED</status></transactionInformation></gettransactionResponse></Body></Envelope>`,
        )) as typeof fetch,
      daily: async () => 1,
    });
  const hint = { txnid: '7' };

  it('believes an answer about our order only', async () => {
    expect(await query(N, { hint, providerState: { n: N } })).toMatchObject([
      { outcome: 'paid', amount: 100 },
    ]);
    // ePay may have kept it as a number.
    expect(await query('83000042', { hint, providerState: { n: N } })).toHaveLength(1);
    for (const [orderid, providerState] of [
      ['083000043', { n: N }],
      ['', { n: N }],
      [N, {}],
    ] as const)
      await expect(query(orderid, { hint, providerState })).rejects.toMatchObject({
        reason: 'wrong_account',
      });
  });

  it('goes on for attempts of an older version, whose transaction a callback has named', async () => {
    for (const orderid of [N, '']) expect(await query(orderid, { providerState: hint })).toHaveLength(1);
  });

  const held = (capture: 'automatic' | 'manual', minutes: number) =>
    epaydk.queryStatus?.({
      order: ORDER,
      account: accountOf(epaydk),
      amount: 100,
      currency: 'DKK',
      capture,
      providerState: { n: N },
      startedAt: new Date(CONTEXT.now.getTime() - minutes * 60_000),
      now: CONTEXT.now,
      hint,
      fetch: (async () =>
        new Response(
          `<Envelope><Body><gettransactionResponse><gettransactionResult>true</gettransactionResult><transactionInformation><orderid>${N}</orderid><currency>208</currency><authamount>100</authamount><capturedamount>0</capturedamount><creditedamount>0</creditedamount><status>PAYMENT_NEW</status></transactionInformation></gettransactionResponse></Body></Envelope>`,
        )) as typeof fetch,
      daily: async () => 1,
    });

  it('says that money is held which was to be taken at once, when it stays so, and never that it is paid', async () => {
    expect(await held('automatic', 5)).toBeNull();
    expect(await held('automatic', 31)).toMatchObject([
      { outcome: 'authorized', amount: 100, providerState: { txnid: '7' } },
    ]);
    expect(await held('manual', 0)).toMatchObject([{ outcome: 'authorized' }]);
  });

  it('about another currency is none', async () => {
    await expect(query(N, { hint, providerState: { n: N }, currency: '392' })).rejects.toMatchObject({
      reason: 'wrong_account',
    });
    expect(await query(N, { hint, providerState: { n: N } })).toMatchObject([{ currency: 'DKK' }]);
  });
});

describe('through the gateway', () => {
  let net: ReturnType<typeof Network>;
  beforeEach(() => {
    net = network();
  });
  afterEach(() => net.restore());

  /** A payment in production, and what the bank does with it. */
  async function real(settings: Record<string, unknown> = {}) {
    const account = await makeAccount('epaydk', {
      environment: 'production',
      settings: { ...demoSettings('epaydk'), ...settings },
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ currency: 'DKK', capture: 'automatic' });
    const who = merchant('epaydk', account, settings);
    if (body.redirect.kind !== 'url') throw new Error('no address');
    return { shop, id: body.id, address: body.redirect.url, who };
  }

  it('counts as held what a shopper has made held by renaming a field of the form, whose hash stays right', async () => {
    const { shop, id, address, who } = await real();
    const renamed = address
      .replace('&instantcapture=1&', '&ordertext=1&')
      .replace('&language=', '&instantcapture=');
    expect(renamed).not.toBe(address);
    const order = await shopperAtBank('epaydk', { kind: 'url', method: 'GET', url: renamed }, who);
    await decided(memory, { ...order, manual: true }, 'pay');
    await bankOf('epaydk').decide?.(order, who, 'pay', memory);
    await deliver(bankOf('epaydk').notification(order, who, 'pay', 'none'));
    await runAlarms(id);
    await call(bankOf('epaydk').back(order, who, 'pay'));
    expect(await shop.payment(id)).toMatchObject({ status: 'created', amounts: { paid: 0 } });
    vi.setSystemTime(Date.now() + 36 * 60_000);
    await runAlarms(id);
    expect(await shop.payment(id)).toMatchObject({ status: 'authorized', amounts: { paid: 0 } });
  });

  it('counts as paid what the web service says was taken, and knows its number for a refund', async () => {
    const { shop, id, address, who } = await real();
    const order = await shopperAtBank('epaydk', { kind: 'url', method: 'GET', url: address }, who);
    await decided(memory, order, 'pay');
    await bankOf('epaydk').decide?.(order, who, 'pay', memory);
    await deliver(bankOf('epaydk').notification(order, who, 'pay', 'none'));
    await runAlarms(id);
    expect(await shop.payment(id)).toMatchObject({ status: 'paid', signed: true });
    expect((await shop.call<Payment>('POST', `/payments/${id}/refund`, {})).body.status).toBe('refunded');
  });

  it('makes a payment wait for a person where there is no web service', async () => {
    const { shop, id, address, who } = await real({ web_service: false });
    const order = await shopperAtBank('epaydk', { kind: 'url', method: 'GET', url: address }, who);
    await deliver(bankOf('epaydk').notification(order, who, 'pay', 'none'));
    expect(await shop.payment(id)).toMatchObject({ status: 'pending', pendingReason: 'proof_missing' });
  });

  it('a callback with the order id of another attempt moves nothing', async () => {
    const { order, payment, shop, notify } = await journey('epaydk');
    const { callbackurl = '', orderid = '' } = order.data;
    const other = String(Number(orderid) + 1).padStart(9, '0');
    const fields = callback({ o: order.order, n: other, orderid: other, amount: String(order.amount) });
    const url = new URL(callbackurl);
    url.search = new URLSearchParams(
      [...fields, ['hash', hashOf(fields)] as const].map((pair) => [...pair]),
    ).toString();
    const refused = await call(url.href);
    expect(await refused.text()).not.toBe('OK');
    expect((await shop.payment(payment.id)).status).not.toBe('paid');
    expect((await notify('pay')).status).toBe(200);
    expect((await shop.payment(payment.id)).status).toBe('paid');
    expect(ID).not.toBe(payment.id);
  });
});
