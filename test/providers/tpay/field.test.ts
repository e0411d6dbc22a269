/** tpay: what was read wrong in the field. */
import { createHash, createSign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tpay } from '../../../src/providers/tpay/index.ts';
import { SANDBOX_SIGNING_KEY } from '../../../src/sandbox/banks/tpay-keys.ts';
import { answering, changing, inPanel, paid, read, refreshed, tell } from '../../support/bank-office.ts';
import {
  admin,
  BANK_API,
  bankOf,
  deliver,
  demoSettings,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  request,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, begin, request as paymentOf, registered } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const FORM = 'application/x-www-form-urlencoded';

/** A body that tpay has signed by its JWS. */
function signed({ merchant }: Pick<Journey, 'merchant'>, body: string, type: string | null = FORM) {
  const x5u = 'https://secure.sandbox.tpay.com/x509/notifications-jws.pem';
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', x5u })).toString('base64url');
  const text = `${header}.${Buffer.from(body).toString('base64url')}`;
  const signature = createSign('RSA-SHA256').update(text).sign(SANDBOX_SIGNING_KEY).toString('base64url');
  return deliver({
    method: 'POST',
    url: merchant.callback,
    headers: { ...(type && { 'content-type': type }), 'x-jws-signature': `${header}..${signature}` },
    // A text would bring a type of its own.
    body: type ? body : new TextEncoder().encode(body),
  });
}

/** A basic notification about an attempt, changed. */
function told(attempt: Pick<Journey, 'merchant' | 'order' | 'payment'>, changes: Record<string, string>) {
  const { id, code } = attempt.merchant.settings;
  const fields: Record<string, string> = {
    id: String(id),
    tr_id: `TR-${attempt.order.order.toUpperCase()}`,
    tr_date: '2026-11-21 10:00:00',
    tr_crc: attempt.order.order,
    tr_amount: '19.99',
    tr_paid: '19.99',
    tr_status: 'TRUE',
    tr_error: 'none',
    test_mode: '0',
    tr_currency: attempt.payment.currency,
    ...changes,
  };
  const { tr_id, tr_amount, tr_crc } = fields;
  const md5sum = createHash('md5').update(`${id}${tr_id}${tr_amount}${tr_crc}${code}`).digest('hex');
  return signed(attempt, new URLSearchParams({ ...fields, md5sum }).toString());
}

describe('FALSE with surcharge', () => {
  it('was denied, and the whole was asked for again: the payment waits for a person', async () => {
    const attempt = await journey('tpay');
    const answer = await told(attempt, { tr_status: 'FALSE', tr_error: 'surcharge', tr_paid: '10.00' });
    expect(await answer.text()).toBe('TRUE');
    expect(await read(attempt)).toMatchObject({ status: 'pending', pendingReason: 'person_needed' });
    const before = net.calls.filter((url) => url.endsWith('/transactions')).length;
    const again = await request(attempt.payment.checkoutUrl);
    expect(again.headers.get('location')).toMatch(/thanks\?.*status=pending/);
    expect(net.calls.filter((url) => url.endsWith('/transactions'))).toHaveLength(before);
    await told(attempt, { tr_error: 'surcharge', tr_paid: '10.00' });
    expect(await read(attempt)).toMatchObject({ status: 'partially_paid', amounts: { paid: 1000 } });
  });

  it('was denied where the word is in capitals, as that of tr_status may be', async () => {
    const attempt = await journey('tpay');
    await told(attempt, { tr_status: 'FALSE', tr_error: 'SURCHARGE', tr_paid: '10.00' });
    expect((await read(attempt)).status).toBe('pending');
  });

  it('says why the payment waits although it waited before', async () => {
    const attempt = await journey('tpay');
    await told(attempt, { tr_status: 'FALSE', tr_error: 'overpay', tr_paid: '30.00' });
    await told(attempt, { tr_status: 'FALSE', tr_error: 'surcharge', tr_paid: '10.00' });
    expect(await read(attempt)).toMatchObject({ status: 'pending', pendingReason: 'person_needed' });
  });

  it('is no reason to wait without a sum that came: FALSE denies', async () => {
    const attempt = await journey('tpay');
    await told(attempt, { tr_status: 'FALSE' });
    expect((await read(attempt)).status).toBe('denied');
  });
});

describe('a message about no payment', () => {
  const TOKEN = { tokenizationId: 'TO-1234', token: 'x', cardBrand: 'visa', cardTail: '1234' };

  it.each([
    ['tokenization', JSON.stringify({ type: 'tokenization', data: TOKEN }), 'application/json'],
    ['token_update', JSON.stringify({ type: 'token_update', data: TOKEN }), 'application/json'],
    [
      'marketplace_transaction',
      JSON.stringify({ type: 'marketplace_transaction', data: {} }),
      'application/json',
    ],
    ['tokenization as a form', 'type=tokenization&data%5Btoken%5D=x', FORM],
    ['ALIAS_REGISTER', 'id=1010&event=ALIAS_REGISTER&msg_value%5Bvalue%5D=x', FORM],
  ])('was refused, and is acknowledged: %s', async (_what, body, type) => {
    const attempt = await journey('tpay');
    const answer = await signed(attempt, body, type);
    expect([answer.status, await answer.text()]).toEqual([200, 'TRUE']);
    expect((await read(attempt)).status).toBe('forwarded');
  });

  it('was refused without a Content-Type, and is acknowledged', async () => {
    const attempt = await journey('tpay');
    const answer = await signed(attempt, JSON.stringify({ type: 'tokenization', data: TOKEN }), null);
    expect([answer.status, await answer.text()]).toEqual([200, 'TRUE']);
  });

  it.each(['4711', '', 'order_2024/7', 'A'.repeat(128)])(
    'that another software was paid is acknowledged and counts for nothing (tr_crc %j)',
    async (tr_crc) => {
      const attempt = await journey('tpay');
      for (const tr_status of ['TRUE', 'CHARGEBACK']) {
        const answer = await told(attempt, { tr_crc, tr_status });
        expect([answer.status, await answer.text()]).toEqual([200, 'TRUE']);
      }
      expect((await read(attempt)).status).toBe('forwarded');
      const forged = await deliver({
        method: 'POST',
        url: attempt.merchant.callback,
        headers: { 'content-type': FORM },
        body: new URLSearchParams({
          id: '1010',
          tr_id: 'TR-1',
          tr_amount: '1.00',
          tr_crc,
          md5sum: 'x',
        }).toString(),
      });
      expect(forged.status).toBe(403);
    },
  );

  it('is refused without the JWS, on an account that needs none for payments too', async () => {
    const attempt = await journey('tpay', { settings: { mode: 'classic', require_jws: false } });
    const body = 'type=tokenization&data%5Btoken%5D=x';
    const headers = { 'content-type': FORM };
    const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body });
    expect(answer.status).toBe(403);
  });

  it('from the panel to try the address out was refused, and is acknowledged', async () => {
    const attempt = await journey('tpay');
    const answer = await told(attempt, { tr_id: 'TR-XXX-TST123X', tr_crc: 'test', tr_amount: '0.10' });
    expect([answer.status, await answer.text()]).toEqual([200, 'TRUE']);
  });
});

it('equal partial refunds were taken for one: the list is asked for how many there are', async () => {
  const attempt = await paid('tpay');
  await inPanel(attempt, 'refund', 500);
  await tell(attempt, 0);
  expect((await read(attempt)).amounts.refunded).toBe(500);
  await inPanel(attempt, 'refund', 500);
  await tell(attempt, 1);
  expect((await read(attempt)).amounts.refunded).toBe(1000);
});

it('equal partial refunds were taken for one in mode classic: the older API is asked how many there are', async () => {
  const settings = { mode: 'classic', require_jws: false, api_key: 'key-of-tpay', api_password: 'secret' };
  const attempt = await paid('tpay', { settings });
  for (const index of [0, 1, 2]) {
    await inPanel(attempt, 'refund', 500);
    await tell(attempt, index);
  }
  expect((await read(attempt)).amounts.refunded).toBe(1500);
});

it('an equal refund was lost where the list of refunds was not to be had: it is asked for again', async () => {
  const attempt = await paid('tpay');
  await inPanel(attempt, 'refund', 500);
  await tell(attempt, 0);
  await inPanel(attempt, 'refund', 500);
  const restore = answering(
    ({ method, url }) => method === 'GET' && url.endsWith('/refunds'),
    () => new Response('Bad Gateway', { status: 502 }),
  );
  await tell(attempt, 1);
  expect((await attempt.shop.events(attempt.payment.id)).at(-1)).toMatchObject({
    type: 'confirm.failed',
    detail: { nextTryAt: expect.any(String) },
  });
  restore();
  expect((await refreshed(attempt)).amounts.refunded).toBe(1000);
});

describe('another currency than złoty', () => {
  it('was never taken: an account of the Open API names those of its contract', async () => {
    const account = await makeAccount('tpay', { currencies: ['PLN', 'EUR'], endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    expect((await shop.pay({ currency: 'EUR' })).status).toBe(201);
    expect((await shop.pay({ currency: 'CZK' })).status).toBe(422);
    const sent = await registered(tpay, paymentOf(tpay, { currency: 'EUR' }));
    expect(sent.transactions).toMatchObject({ currency: 'EUR', amount: 19.99 });
  });

  it('is none of an account that names no currencies, and of the classic form', async () => {
    const account = `tpay-${Date.now()}`;
    await admin('PUT', `/accounts/${account}`, { provider: 'tpay', settings: demoSettings('tpay') });
    const { body } = await admin<{ currencies: string[] }>('GET', `/accounts/${account}`);
    expect(body.currencies).toEqual(['PLN']);
    const classic = accountOf(tpay, { mode: 'classic' });
    await expect(begin(tpay, paymentOf(tpay, { currency: 'EUR' }), classic)).rejects.toThrow('currency');
  });

  it('is read from the notification and the answer: a payment in złoty does not pay one in euros', async () => {
    const account = await makeAccount('tpay', { currencies: ['EUR'], endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    const { body: payment } = await shop.pay({ currency: 'EUR' });
    const who = merchant('tpay', account);
    const order = await shopperAtBank('tpay', payment.redirect, who);
    const attempt = { merchant: who, payment, shop, order };
    await told(attempt, { tr_currency: 'PLN' });
    expect((await shop.payment(payment.id)).amounts.paid).toBe(0);
    await bankOf('tpay').decide?.(order, who, 'pay', memory);
    await shop.call('POST', `/payments/${payment.id}/refresh`);
    expect(await shop.payment(payment.id)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
    await told(attempt, { tr_currency: 'EUR' });
    expect((await shop.payment(payment.id)).amounts.paid).toBe(1999);
  });
});

describe('providerFields of the Open API', () => {
  it('were refused: the choice of BLIK or a bank goes into the transaction, in its types', async () => {
    const providerFields = { 'pay.groupId': '150', 'pay.method': 'pay_by_link', 'payer.taxId': '5250000000' };
    const { transactions } = await registered(tpay, paymentOf(tpay, { providerFields }));
    expect(transactions).toMatchObject({
      pay: { groupId: 150, method: 'pay_by_link' },
      payer: { email: 'zoe@example.com', taxId: '5250000000' },
    });
  });

  it.each([
    ['pay.groupId', 'blik'],
    ['pay.blikPaymentData.blikToken', '777123'],
    ['amount', '1'],
    ['payer', '{}'],
  ])('are refused by name: %s', async (name, value) => {
    const payment = paymentOf(tpay, { providerFields: { [name]: value } });
    await expect(begin(tpay, payment)).rejects.toMatchObject({
      errors: [{ path: `providerFields.${name}` }],
    });
  });
});

it.each([
  ['uk', 'EN'],
  ['fr', 'FR'],
])('the classic form sent any language of the shopper: %s is %s', async (language, sent) => {
  const payment = paymentOf(tpay, { customer: { email: 'zoe@example.com', language } });
  const { redirect } = await begin(tpay, payment, accountOf(tpay, { mode: 'classic' }));
  expect(redirect).toMatchObject({ fields: expect.arrayContaining([{ name: 'language', value: sent }]) });
});

it('a pending transaction whose sum is a text in one place and a number in the other waits for nobody', async () => {
  const attempt = await journey('tpay');
  changing('GET', /\/transactions\/\w+$/, (body) => ({ ...body, amount: 19.99, amountPaid: '19.99' }));
  expect((await refreshed(attempt)).status).toBe('forwarded');
});

it('a transaction of which a part was paid waits for a person, learnt by asking too', async () => {
  const attempt = await journey('tpay');
  changing('GET', /\/transactions\/\w+$/, (body) => ({ ...body, amountPaid: 10 }));
  expect(await refreshed(attempt)).toMatchObject({ status: 'pending', pendingReason: 'person_needed' });
});
