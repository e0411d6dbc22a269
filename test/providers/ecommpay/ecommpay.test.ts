/** ECommPay: what its sheet says beyond the vectors. */
import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import type { Acknowledgement, Hint, ProviderUpdate } from '../../../src/providers/contract.ts';
import { ecommpay } from '../../../src/providers/ecommpay/index.ts';
import { leafText, memberOf, parseJsonTree } from '../../../src/providers/ecommpay/json-tree.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import { demoSettings } from '../../support/harness.ts';
import { accountOf, CONTEXT, ORDER, request, start } from '../support.ts';

const SECRET = String(demoSettings('ecommpay').secret_key);

/** Sends a callback. Its base string is given, so that this is no copy of our recipe. */
function notify(text: string, base: string): Promise<ProviderUpdate | Acknowledgement | Hint> {
  const signature = createHmac('sha512', SECRET).update(base).digest('base64');
  const body = utf8(text.replace('SIGNATURE', signature));
  const message = {
    method: 'POST' as const,
    query: new Uint8Array(),
    body,
    headers: {},
    contentType: 'application/json',
  };
  return ecommpay.notification(message, accountOf(ecommpay), 'notification', CONTEXT);
}

/** A callback about one operation of a payment. */
const callbackOf = (
  status: string,
  operation: { id: number; type: string; status: string; amount: number },
  sum: number,
) =>
  notify(
    JSON.stringify({
      project_id: 112,
      payment: { id: ORDER, status, sum: { amount: sum, currency: 'EUR' } },
      operation: {
        id: operation.id,
        type: operation.type,
        status: operation.status,
        sum_initial: { amount: operation.amount, currency: 'EUR' },
      },
      signature: 'SIGNATURE',
    }),
    `operation:id:${operation.id};operation:status:${operation.status};operation:sum_initial:amount:${operation.amount};operation:sum_initial:currency:EUR;operation:type:${operation.type};payment:id:${ORDER};payment:status:${status};payment:sum:amount:${sum};payment:sum:currency:EUR;project_id:112`,
  );

/** JSON.parse of an engine that does not tell how a number was written. */
function withoutSource() {
  const parse = JSON.parse;
  return vi
    .spyOn(JSON, 'parse')
    .mockImplementation((text, reviver) =>
      parse(text, reviver && ((name: string, value: unknown) => reviver.call(null, name, value))),
    );
}

it('signs nothing with other digits than were sent: an engine that does not tell them is a clear error', () => {
  const spy = withoutSource();
  try {
    // A text with an escape is left to the engine.
    expect(() => parseJsonTree('{"\\u0069d":12345678901234567890}')).toThrow('take Node 22 or newer');
    expect(leafText(memberOf(parseJsonTree('{"id":12345678901234567890}') ?? undefined, 'id'))).toBe(
      '12345678901234567890',
    );
    expect(parseJsonTree('{"id":"1"}')).toEqual({ id: '1' });
  } finally {
    spy.mockRestore();
  }
  expect(leafText(memberOf(parseJsonTree('{"id":12345678901234567890}') ?? undefined, 'id'))).toBe(
    '12345678901234567890',
  );
});

describe('the page address', () => {
  it('never leaves without a signature, or without the address to call back', () => {
    const redirect = start(ecommpay);
    expect(redirect.kind).toBe('url');
    const url = new URL(redirect.kind === 'url' ? redirect.url : '');
    expect(url.origin + url.pathname).toBe('https://paymentpage.ecommpay.com/payment');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      project_id: '112',
      payment_id: ORDER,
      payment_amount: '1999',
      payment_currency: 'EUR',
      operation_type: 'sale',
      merchant_callback_url: 'https://pay.test/callback/account',
      customer_phone: '33612345678',
    });
  });

  it('never carries the semicolon that the vendor forbids: a comma in text for people, an error in a shop’s own field', () => {
    const redirect = start(ecommpay, request(ecommpay, { description: 'Tickets; two' }));
    expect(redirect.kind === 'url' && redirect.url).toContain('payment_description=Tickets%2C%20two');
    const customer = { firstName: 'Zoé;x' };
    const named = start(ecommpay, request(ecommpay, { customer }));
    expect(named.kind === 'url' && new URL(named.url).searchParams.get('customer_first_name')).toBe('Zoé,x');
    const providerFields = { customer_id: 'a;b' };
    expect(() => start(ecommpay, request(ecommpay, { providerFields }))).toThrow(
      'providerFields.customer_id',
    );
  });

  it('offers no currency whose decimals are unverified', () => {
    expect(ecommpay.currencies).toContain('JPY');
    for (const code of ['TND', 'KWD', 'CLF']) expect(ecommpay.currencies).not.toContain(code);
  });
});

describe('the callback', () => {
  const sale = { id: 1, type: 'sale', status: 'success', amount: 1999 };

  it('never counts the money of a payment twice, however many operations repeat it', async () => {
    const first = (await callbackOf('success', sale, 1999)) as ProviderUpdate;
    const repeated = (await callbackOf(
      'success',
      { id: 2, type: 'refund', status: 'decline', amount: 500 },
      1999,
    )) as ProviderUpdate;
    expect(first).toMatchObject({ outcome: 'paid', amount: 1999, movement: 'payment' });
    expect(repeated).toMatchObject({ outcome: 'paid', amount: 1999, movement: 'payment' });
  });

  it('never takes what is left for what was refunded, nor a declined refund for a refund', async () => {
    const done = await callbackOf(
      'partially refunded',
      { id: 3, type: 'refund', status: 'success', amount: 500 },
      1499,
    );
    expect(done).toMatchObject({ outcome: 'refunded', amount: 500, movement: 'refund/3' });
    const declined = await callbackOf(
      'partially refunded',
      { id: 4, type: 'refund', status: 'decline', amount: 700 },
      1499,
    );
    expect(declined).toMatchObject({ outcome: 'none' });
    expect(
      await callbackOf('refunded', { id: 5, type: 'refund', status: 'success', amount: 1499 }, 0),
    ).toMatchObject({
      outcome: 'reversed',
    });
  });

  it('never confuses a shopper who gave up with an authorization that was released', async () => {
    expect(await callbackOf('canceled', { ...sale, status: 'canceled' }, 1999)).toMatchObject({
      outcome: 'cancelled',
    });
    const released = { id: 6, type: 'cancel', status: 'success', amount: 1999 };
    expect(await callbackOf('canceled', released, 1999)).toMatchObject({ outcome: 'voided' });
  });

  it('never takes a result from a status or an operation that the sheet does not have', async () => {
    for (const status of ['awaiting moonrise', 'constructor', 'Success'])
      expect(await callbackOf(status, sale, 1999)).toMatchObject({ outcome: 'pending' });
    const unknown = { id: 7, type: 'constructor', status: 'decline', amount: 1999 };
    expect(await callbackOf('success', unknown, 1999)).not.toHaveProperty('declines');
  });

  it('never loses digits of numbers beyond 2^53', async () => {
    const text = `{"payment":{"id":"${ORDER}","status":"success","sum":{"amount":1999,"currency":"EUR"}},"operation":{"id":90071992547409931,"status":"success"},"rate":1.50,"signature":"SIGNATURE"}`;
    const base = `operation:id:90071992547409931;operation:status:success;payment:id:${ORDER};payment:status:success;payment:sum:amount:1999;payment:sum:currency:EUR;rate:1.5`;
    expect(await notify(text, base)).toMatchObject({ key: '90071992547409931/success/success' });
  });

  it('is refused for another project, and moves nothing without a payment', async () => {
    const other = notify(
      `{"project_id":7,"payment":{"id":"${ORDER}"},"signature":"SIGNATURE"}`,
      `payment:id:${ORDER};project_id:7`,
    );
    await expect(other).rejects.toThrow('project 7');
    expect(await notify('{"recurring":{"id":1},"signature":"SIGNATURE"}', 'recurring:id:1')).toMatchObject({
      kind: 'acknowledgement',
    });
  });

  it('is refused when a field was added after signing', async () => {
    const added = notify(
      `{"payment":{"id":"${ORDER}"},"extra":1,"signature":"SIGNATURE"}`,
      `payment:id:${ORDER}`,
    );
    await expect(added).rejects.toThrow(Refusal);
  });
});
