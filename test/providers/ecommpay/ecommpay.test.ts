/** ECommPay: what its sheet says beyond the vectors. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import type { Acknowledgement, Hint, ProviderUpdate } from '../../../src/providers/contract.ts';
import { ecommpay } from '../../../src/providers/ecommpay/index.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import { accountOf, ORDER, request, start, WORLD } from '../support.ts';

const SECRET = 'demo-ecommpay-secret-key';

/** A callback as the platform sends it: text whose base string is given, so that this is no copy of our recipe. */
function callback(text: string, base: string): Promise<ProviderUpdate | Acknowledgement | Hint> {
  const signature = createHmac('sha512', SECRET).update(base).digest('base64');
  const body = utf8(text.replace('SIGNATURE', signature));
  const message = {
    method: 'POST' as const,
    query: new Uint8Array(),
    body,
    headers: {},
    contentType: 'application/json',
  };
  return ecommpay.notification(message, accountOf(ecommpay), 'notification', WORLD);
}

const of = (
  status: string,
  operation: { id: number; type: string; status: string; amount: number },
  sum: number,
) =>
  callback(
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

describe('the page address', () => {
  it('is one signed URL, and the bank is told where to call', () => {
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

  it('writes a comma for the semicolon that the vendor forbids, and refuses it where it would change data', () => {
    const redirect = start(ecommpay, request(ecommpay, { description: 'Tickets; two' }));
    expect(redirect.kind === 'url' && redirect.url).toContain('payment_description=Tickets%2C%20two');
    const customer = { firstName: 'Zoé;x' };
    expect(() => start(ecommpay, request(ecommpay, { customer }))).toThrow('customer.firstName');
  });

  it('has no currency whose decimals are unverified', () => {
    expect(ecommpay.currencies).toContain('JPY');
    for (const code of ['TND', 'KWD', 'CLF']) expect(ecommpay.currencies).not.toContain(code);
  });
});

describe('the callback', () => {
  const sale = { id: 1, type: 'sale', status: 'success', amount: 1999 };

  it('is one movement of money, however many operations tell of it', async () => {
    const first = (await of('success', sale, 1999)) as ProviderUpdate;
    const later = (await of(
      'success',
      { id: 2, type: 'refund', status: 'decline', amount: 500 },
      1999,
    )) as ProviderUpdate;
    expect(first).toMatchObject({ outcome: 'paid', amount: 1999, movement: 'payment' });
    expect(later).toMatchObject({ outcome: 'paid', amount: 1999, movement: 'payment' });
  });

  it('takes the refund from the operation, and only one that succeeded', async () => {
    const done = await of(
      'partially refunded',
      { id: 3, type: 'refund', status: 'success', amount: 500 },
      1499,
    );
    expect(done).toMatchObject({ outcome: 'refunded', amount: 500, movement: 'refund/3' });
    const declined = await of(
      'partially refunded',
      { id: 4, type: 'refund', status: 'decline', amount: 700 },
      1499,
    );
    expect(declined).toMatchObject({ outcome: 'none' });
    expect(await of('refunded', { id: 5, type: 'refund', status: 'success', amount: 1499 }, 0)).toMatchObject(
      {
        outcome: 'reversed',
      },
    );
  });

  it('tells a shopper who gave up from an authorization that was released', async () => {
    expect(await of('canceled', { ...sale, status: 'canceled' }, 1999)).toMatchObject({
      outcome: 'cancelled',
    });
    const released = { id: 6, type: 'cancel', status: 'success', amount: 1999 };
    expect(await of('canceled', released, 1999)).toMatchObject({ outcome: 'voided' });
  });

  it('takes an unknown status for pending', async () => {
    expect(await of('awaiting moonrise', sale, 1999)).toMatchObject({ outcome: 'pending' });
  });

  it('keeps the digits of numbers beyond 2^53', async () => {
    const text = `{"payment":{"id":"${ORDER}","status":"success","sum":{"amount":1999,"currency":"EUR"}},"operation":{"id":90071992547409931,"status":"success"},"rate":1.50,"signature":"SIGNATURE"}`;
    const base = `operation:id:90071992547409931;operation:status:success;payment:id:${ORDER};payment:status:success;payment:sum:amount:1999;payment:sum:currency:EUR;rate:1.5`;
    expect(await callback(text, base)).toMatchObject({ key: '90071992547409931/success/success' });
  });

  it('of another project is refused, and one without a payment acknowledged', async () => {
    const other = callback(
      `{"project_id":7,"payment":{"id":"${ORDER}"},"signature":"SIGNATURE"}`,
      `payment:id:${ORDER};project_id:7`,
    );
    await expect(other).rejects.toThrow('project 7');
    expect(await callback('{"recurring":{"id":1},"signature":"SIGNATURE"}', 'recurring:id:1')).toMatchObject({
      kind: 'acknowledgement',
    });
  });

  it('is refused when a field is added', async () => {
    const added = callback(
      `{"payment":{"id":"${ORDER}"},"extra":1,"signature":"SIGNATURE"}`,
      `payment:id:${ORDER}`,
    );
    await expect(added).rejects.toThrow(Refusal);
  });
});
