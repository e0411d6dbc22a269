/** What ECommPay's signature proves: nothing else is read from a signed text than what was signed. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import { ecommpay } from '../../../src/providers/ecommpay/index.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import {
  BANK_API,
  deliver,
  demoSettings,
  network as fakeNetwork,
  makeAccount,
  makeShop,
  memory,
  merchant,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, CONTEXT, ORDER, request, start } from '../support.ts';

const SECRET = String(demoSettings('ecommpay').secret_key);
const OTHER = `${ORDER.slice(0, -2)}07`;

const sign = (base: string) => createHmac('sha512', SECRET).update(base).digest('base64');

/** Reads a body under the signature of a text that ECommPay has signed. */
function read(body: object, signedText: string) {
  const message = {
    method: 'POST' as const,
    query: new Uint8Array(),
    body: utf8(JSON.stringify({ ...body, signature: sign(signedText) })),
    headers: {},
    contentType: 'application/json',
  };
  return ecommpay.notification(message, accountOf(ecommpay), 'notification', CONTEXT);
}

const PAYMENT = { id: ORDER, status: 'success', sum: { amount: 1999, currency: 'EUR' } };
const PAYMENT_LINES = `payment:id:${ORDER};payment:status:success;payment:sum:amount:1999;payment:sum:currency:EUR`;

describe('a signed text', () => {
  it('is never another payment when a value holds lines of one', async () => {
    // Signed: {"description":"x;payment:id:...","project_id":112,"recurring":{"id":1}}
    const base = `description:x;${PAYMENT_LINES};project_id:112;recurring:id:1`;
    const recut = { description: 'x', payment: PAYMENT, project_id: 112, recurring: { id: 1 } };
    expect(await read(recut, base)).toMatchObject({ kind: 'hint', order: ORDER, about: {} });
    const asSigned = { description: `x;${PAYMENT_LINES}`, project_id: 112, recurring: { id: 1 } };
    expect(await read(asSigned, base)).toMatchObject({ kind: 'hint' });
  });

  it('is never about two payments', async () => {
    const base = `payment:description:x;payment:id:${OTHER};payment:id:${ORDER};payment:status:success`;
    const body = { payment: { description: `x;payment:id:${OTHER}`, id: ORDER, status: 'success' } };
    await expect(read(body, base)).rejects.toThrow('twice');
    const recut = {
      payment: { description: 'x', id: OTHER, status: 'success' },
      '': { payment: { id: ORDER } },
    };
    await expect(read(recut, base)).rejects.toThrow(Refusal);
  });

  it('is only asked about where a text of a person holds the separator', async () => {
    const message = 'Declined; call the bank';
    const body = { operation: { message }, payment: PAYMENT };
    expect(await read(body, `operation:message:${message};${PAYMENT_LINES}`)).toEqual({
      kind: 'hint',
      order: ORDER,
      about: {},
    });
    // The same signed text with the border moved: the rest of the message as a line of its own.
    const named = { ...body, operation: { message: 'Declined', ' call the bank': null } };
    await expect(read(named, `operation:message:${message};${PAYMENT_LINES}`)).rejects.toThrow(Refusal);
  });

  it('is read the same whatever JSON is around it: what contributes nothing changes nothing', async () => {
    const refund = {
      id: 3,
      type: 'refund',
      status: 'success',
      sum_initial: { amount: 500, currency: 'EUR' },
    };
    const payment = { ...PAYMENT, status: 'partially refunded' };
    const base = `operations:0:id:3;operations:0:status:success;operations:0:sum_initial:amount:500;operations:0:sum_initial:currency:EUR;operations:0:type:refund;${PAYMENT_LINES.replace('success', 'partially refunded')}`;
    const expected = { kind: 'update', outcome: 'refunded', amount: 500, movement: 'refund/3' };
    for (const body of [
      { operations: [refund], payment },
      { operations: [refund], operation: {}, payment },
      { operations: { 0: refund }, payment },
      { operations: [refund], operation: { frame_mode: refund }, payment: { ...payment, frame_mode: 'x' } },
      { '': { operations: [refund] }, payment: { ...payment, id: ORDER } },
    ])
      expect(await read(body, base)).toMatchObject(expected);
  });

  it('never has its operation replaced by one that stands beside', async () => {
    const base = `customer:phone:1;operation:status:success;operation:type:cancel;operations:0:status:canceled;operations:0:type:sale;${PAYMENT_LINES.replace('success', 'canceled')}`;
    const body = {
      customer: { phone: '1' },
      operation: { status: 'success', type: 'cancel' },
      operations: [{ status: 'canceled', type: 'sale' }],
      payment: { ...PAYMENT, status: 'canceled' },
    };
    expect(await read(body, base)).toMatchObject({ kind: 'hint' });
  });

  it('is never moved between names by a colon', async () => {
    const base = `payment:description:id:${OTHER};${PAYMENT_LINES}`;
    for (const description of [`id:${OTHER}`, { id: OTHER }])
      expect(await read({ payment: { ...PAYMENT, description } }, base)).toMatchObject({ order: ORDER });
    await expect(read({ payment: { ...PAYMENT, 'description:id': OTHER } }, base)).rejects.toThrow(Refusal);
  });
});

describe('a request of ours', () => {
  it('is never taken for a callback', async () => {
    const redirect = start(ecommpay);
    const { signature, ...page } = Object.fromEntries(
      new URL(redirect.kind === 'url' ? redirect.url : '').searchParams,
    );
    const base = Object.entries(page)
      .map(([name, value]) => `${name}:${value}`)
      .sort()
      .join(';');
    expect(sign(base)).toBe(signature);
    await expect(read(page, base)).rejects.toThrow('of a request');
    const gate = `general:merchant_callback_url:https://pay.test;general:payment_id:${ORDER};general:project_id:112;payment:amount:1999;payment:currency:EUR`;
    const general = { merchant_callback_url: 'https://pay.test', payment_id: ORDER, project_id: 112 };
    await expect(read({ general, payment: { amount: 1999, currency: 'EUR' } }, gate)).rejects.toThrow(
      'of a request',
    );
  });

  it('never carries a name that the sheet lacks, nor a separator in a text', () => {
    for (const name of ['payment', 'operation', 'status', 'general', '_plugin', 'payment:id']) {
      const providerFields = { [name]: `id:${OTHER}` };
      expect(() => start(ecommpay, request(ecommpay, { providerFields }))).toThrow(`providerFields.${name}`);
    }
    const redirect = start(ecommpay, request(ecommpay, { providerFields: { customer_id: 'c-7' } }));
    expect(redirect.kind === 'url' && redirect.url).toContain('customer_id=c-7');
    for (const providerFields of [{ customer_id: `x;payment:id:${OTHER}` }, { payment_description: 'a;b' }])
      expect(() => start(ecommpay, request(ecommpay, { providerFields }))).toThrow('semicolon');
  });
});

describe('an account whose money is real', () => {
  let net: ReturnType<typeof fakeNetwork>;
  beforeEach(() => {
    net = fakeNetwork();
  });
  afterEach(() => net.restore());

  it('never counts what may be read in two ways, and never loses it: ECommPay is asked', async () => {
    const account = await makeAccount('ecommpay', {
      environment: 'production',
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([account]);
    const { body: payment } = await shop.pay();
    const order = await shopperAtBank('ecommpay', payment.redirect, merchant('ecommpay', account));
    const post = async () => {
      const lines = PAYMENT_LINES.replace(ORDER, order.order);
      const body = { payment: { ...PAYMENT, description: 'a;b', id: order.order } };
      const signature = sign(`payment:description:a;b;${lines}`);
      const response = await deliver({
        method: 'POST',
        url: `https://pay.countersign.dev/callback/${account}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, signature }),
      });
      expect(response.status).toBe(200);
      await runAlarms(payment.id);
      return shop.payment(payment.id);
    };
    expect((await post()).amounts.paid).toBe(0);
    await decided(memory, order, 'pay');
    await runAlarms(payment.id);
    expect(await post()).toMatchObject({ status: 'paid', signed: true, amounts: { paid: 1999 } });
  });
});
