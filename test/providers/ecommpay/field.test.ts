/** ECommPay: what was read wrong in the field. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ecommpay } from '../../../src/providers/ecommpay/index.ts';
import { answering, paid, read as readPayment, refreshed } from '../../support/bank-office.ts';
import { deliver, demoSettings, journey, network, runAlarms } from '../../support/harness.ts';
import { accountOf, CONTEXT, ORDER } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const SECRET = String(demoSettings('ecommpay').secret_key);
const PROJECT = Number(demoSettings('ecommpay').project_id);

/** The lines `path:value` of a message. */
function linesOf(members: object, prefix = ''): string[] {
  return Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? linesOf(value, `${prefix}${name}:`)
      : [`${prefix}${name}:${String(value)}`],
  );
}

const signCallback = (members: object) =>
  createHmac('sha512', SECRET).update(linesOf(members).sort().join(';')).digest('base64');

const EUR = (amount: number) => ({ amount, currency: 'EUR' });

/** Reads a callback of some members under its signature. */
function read(members: Record<string, unknown>) {
  const body = { project_id: PROJECT, ...members };
  const text = JSON.stringify({ ...body, signature: signCallback(body) });
  const message = {
    method: 'POST' as const,
    query: new Uint8Array(),
    body: new TextEncoder().encode(text),
    headers: {},
    contentType: 'application/json',
  };
  return ecommpay.notification(message, accountOf(ecommpay), 'notification', CONTEXT);
}

const PAID = { id: ORDER, status: 'success', method: 'card' };
const SALE = { id: 7, type: 'sale', date: '2024-01-15T10:02:11+0000' };

describe('a callback without payment.sum', () => {
  it.each([
    ['sum_request', { sum_request: EUR(1999) }, 1999],
    ['sum_real, what was taken', { sum_request: EUR(1999), sum_real: EUR(1500) }, 1500],
    [
      'sum_request, where the channel took another currency',
      { sum_request: EUR(1999), sum_real: { amount: 2200, currency: 'USD' } },
      1999,
    ],
  ])('and with a transaction was without an amount: %s', async (_what, sums, amount) => {
    expect(await read({ payment: PAID, transaction: SALE, ...sums })).toMatchObject({
      kind: 'update',
      outcome: 'paid',
      amount,
      currency: 'EUR',
      movement: 'payment',
    });
  });

  it('and with an operation has that of the operation that made the payment', async () => {
    const operation = { id: 7, type: 'sale', status: 'success', sum_initial: EUR(1999) };
    expect(await read({ payment: PAID, operation })).toMatchObject({ outcome: 'paid', amount: 1999 });
  });

  it('never has that of a refund, of a declined operation or of one part', async () => {
    const refund = { id: 8, type: 'refund', status: 'success', sum_initial: EUR(500) };
    expect(await read({ payment: PAID, operation: refund })).toMatchObject({ amount: null });
    const declined = { id: 8, type: 'sale', status: 'decline', sum_initial: EUR(500) };
    expect(await read({ payment: PAID, operation: declined })).toMatchObject({ amount: null });
    const part = { id: 8, type: 'sale', status: 'success', sum_initial: EUR(500) };
    const payment = { ...PAID, status: 'partially paid' };
    expect(await read({ payment, operation: part })).toMatchObject({ amount: null });
  });

  it('and with several captures had that of the newest alone: what was paid is what they come to', async () => {
    const operations = [
      { id: 9, type: 'capture', status: 'success', sum_initial: EUR(999) },
      { id: 8, type: 'capture', status: 'decline', sum_initial: EUR(1) },
      { id: 7, type: 'capture', status: 'success', sum_initial: EUR(1000) },
      { id: 6, type: 'auth', status: 'success', sum_initial: EUR(1999) },
    ];
    expect(await read({ payment: PAID, operations })).toMatchObject({ outcome: 'paid', amount: 1999 });
    const foreign = {
      id: 5,
      type: 'capture',
      status: 'success',
      sum_initial: { amount: 1, currency: 'USD' },
    };
    expect(await read({ payment: PAID, operations: [...operations, foreign] })).toMatchObject({
      amount: null,
    });
  });

  it('has the sum of a refund in sum_refund', async () => {
    const payment = { ...PAID, status: 'partially refunded' };
    const transaction = { ...SALE, id: 9, type: 'refund' };
    expect(
      await read({ payment, transaction, request_id: 'r-1', sum_request: EUR(1999), sum_refund: EUR(500) }),
    ).toMatchObject({
      outcome: 'refunded',
      amount: 500,
      currency: 'EUR',
      operation: { kind: 'refund', amount: 500, state: 'succeeded', providerReference: 'r-1' },
    });
  });

  it('is no payment where its transaction is a refund that has succeeded: Gate is asked', async () => {
    const transaction = { ...SALE, type: 'refund' };
    expect(await read({ payment: PAID, transaction, sum_request: EUR(500) })).toMatchObject({ kind: 'hint' });
  });

  it('was acknowledged and never repeated: the payment is paid', async () => {
    const attempt = await journey('ecommpay');
    const { order, merchant } = attempt;
    const body = {
      general: { project_id: PROJECT, payment_id: order.order },
      payment: { ...PAID, id: order.order },
      transaction: SALE,
      sum_request: { amount: 1999, currency: order.currency },
      sum_real: { amount: 1999, currency: order.currency },
    };
    const signature = signCallback(body);
    const answer = await deliver({
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, general: { ...body.general, signature } }),
    });
    expect(answer.status).toBe(200);
    expect(await readPayment(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });
});

describe('of several operations', () => {
  const older = {
    id: 70,
    type: 'refund',
    status: 'success',
    date: '2024-01-15T10:02:11+0000',
    sum_initial: EUR(300),
  };
  const newer = {
    id: 8,
    type: 'refund',
    status: 'success',
    date: '2024-01-16T09:00:00+0000',
    sum_initial: EUR(500),
  };
  const payment = { ...PAID, status: 'partially refunded', sum: EUR(1199) };

  it.each([
    ['last', [older, newer]],
    ['first', [newer, older]],
  ])('the last counted, however old: the newest does, where it is the %s', async (_where, operations) => {
    expect(await read({ payment, operations })).toMatchObject({
      amount: 500,
      movement: expect.stringContaining('8'),
    });
  });

  it.each([
    ['done', 500, 800],
    ['declined', 0, 300],
  ])(
    'a refund beside the newest one was thrown away: Gate is asked, where the newest is %s',
    async (_what, own, all) => {
      const attempt = await paid('ecommpay');
      const { currency } = attempt.order;
      const status = own > 0 ? 'success' : 'decline';
      const sums = (amount: number) => ({ sum_initial: { amount, currency } });
      const body = {
        project_id: PROJECT,
        payment: { ...payment, id: attempt.order.order, sum: { amount: 1999 - all, currency } },
        operations: [
          { ...older, id: 6, ...sums(300) },
          { ...newer, status, ...sums(500) },
        ],
      };
      answering(
        ({ url }) => url.endsWith('/payment/status'),
        () => Response.json(body),
      );
      const text = JSON.stringify({ ...body, signature: signCallback(body) });
      const headers = { 'content-type': 'application/json' };
      await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body: text });
      expect((await readPayment(attempt)).amounts.refunded).toBe(own);
      await runAlarms(attempt.payment.id);
      expect((await readPayment(attempt)).amounts.refunded).toBe(all);
    },
  );

  it('the newest has the highest number where no time says it', async () => {
    const [one, other] = [older, newer].map(({ date: _date, ...operation }) => operation);
    for (const operations of [
      [one, other],
      [other, one],
    ])
      expect(await read({ payment, operations })).toMatchObject({ amount: 300 });
  });
});

it.each([
  ['sum_real', { sum_request: EUR(1999), sum_real: EUR(1500) }, 1500],
  [
    'the sales of its operations',
    {
      operations: [
        { id: 1, type: 'sale', status: 'decline', sum_initial: EUR(1) },
        { id: 2, type: 'sale', status: 'success', sum_initial: EUR(1999) },
      ],
    },
    1999,
  ],
])('an answer of Gate without payment.sum was without an amount: %s', async (_what, sums, amount) => {
  const attempt = await journey('ecommpay', { fields: { currency: 'EUR' } });
  const payment = { id: attempt.order.order, status: 'success', method: 'card' };
  answering(
    ({ url }) => url.endsWith('/payment/status'),
    () => Response.json({ payment, ...sums }),
  );
  expect((await refreshed(attempt)).amounts.paid).toBe(amount);
});

it('a callback without Content-Type was refused, and is taken', async () => {
  const attempt = await paid('ecommpay');
  const body = {
    project_id: PROJECT,
    payment: { ...PAID, id: attempt.order.order, sum: { amount: 1999, currency: attempt.order.currency } },
  };
  const text = JSON.stringify({ ...body, signature: signCallback(body) });
  const bytes = new TextEncoder().encode(text);
  const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers: {}, body: bytes });
  expect(answer.status).toBe(200);
});
