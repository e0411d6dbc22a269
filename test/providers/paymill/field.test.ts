/** PAYMILL: what was read wrong in the field. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { paymill } from '../../../src/providers/paymill/index.ts';
import type { PaymillTransaction } from '../../../src/providers/paymill/transactions.ts';
import { transactionIn } from '../../../src/providers/paymill/transactions.ts';
import { answering, paid, read, refreshed } from '../../support/bank-office.ts';
import { bankOf, deliver, journey, memory, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const TRANSACTION = {
  id: 'tran_1',
  amount: '4200',
  origin_amount: 4200,
  currency: 'EUR',
  status: 'preauth',
  description: null,
  livemode: false,
  preauthorization: null,
};
const PREAUTHORIZATION = {
  id: 'preauth_1',
  amount: '4200',
  currency: 'EUR',
  description: 'ORDER',
  status: 'closed',
  livemode: false,
};

/** The recipe for answers of the API. */
function statusOf(data: object) {
  const recipe = paymill.signatures['api-response'];
  if (recipe?.kind !== 'case') throw new Error('there is no such recipe');
  return recipe.answer({}, { raw: JSON.stringify({ data, mode: 'test' }) });
}

describe('a closed preauthorization', () => {
  it('was pending: it is authorized where its transaction is preauth', async () => {
    expect(await statusOf({ ...PREAUTHORIZATION, transaction: TRANSACTION })).toMatchObject({
      status: 'authorized',
    });
    expect(
      transactionIn({ ...PREAUTHORIZATION, transaction: TRANSACTION as PaymillTransaction }),
    ).toMatchObject({
      description: 'ORDER',
      preauthorization: 'preauth_1',
    });
  });

  it.each([
    ['failed', { ...TRANSACTION, status: 'failed', response_code: 50102 }, 'denied'],
    ['no transaction', null, 'pending'],
  ])('is what its transaction says: %s', async (_what, transaction, status) => {
    expect(await statusOf({ ...PREAUTHORIZATION, transaction })).toMatchObject({ status });
  });

  it('holds the money of a payment', async () => {
    const attempt = await paid('paymill', { fields: { capture: 'manual' } });
    expect(await read(attempt)).toMatchObject({ status: 'authorized', amounts: { authorized: 1999 } });
  });
});

it.each([
  'payout.transferred',
  'invoice.available',
  'client.updated',
  'payment.expired',
  'app.merchant.activated',
  'subscription.created',
])(
  'an event about no payment was refused, until PAYMILL switches the webhook off: %s',
  async (event_type) => {
    const attempt = await journey('paymill');
    const body = JSON.stringify({ event: { event_type, event_resource: { id: 'x_1', amount: 4200 } } });
    const headers = { 'content-type': 'application/json' };
    const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body });
    expect(answer.status).toBe(200);
  },
);

it('the transaction of a preauthorization was refused: it is the preauthorization that has our description', async () => {
  const attempt = await paid('paymill', { fields: { capture: 'manual' } });
  const preauthorization = { id: 'preauth_1', description: attempt.order.order };
  const event_resource = { ...TRANSACTION, status: 'closed', preauthorization };
  const body = JSON.stringify({ event: { event_type: 'transaction.succeeded', event_resource } });
  const headers = { 'content-type': 'application/json' };
  const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body });
  expect(answer.status).toBe(200);
});

it('a transaction in process that was learnt by asking was thrown away: the payment is pending', async () => {
  const attempt = await journey('paymill');
  await bankOf('paymill').decide?.(attempt.order, attempt.merchant, 'pay', memory);
  const description = attempt.order.order;
  const pending = { ...TRANSACTION, description, status: 'pending', response_code: 31102 };
  const failed = { ...TRANSACTION, id: 'tran_0', description, status: 'failed', response_code: 50102 };
  answering(
    ({ method, url }) => method === 'GET' && new URL(url).pathname.endsWith('/transactions'),
    () => Response.json({ data: [failed, pending], data_count: '2', mode: 'test' }),
  );
  expect(await refreshed(attempt)).toMatchObject({ status: 'pending', pendingReason: 'processing' });
});

it.each([
  ['no description', {}],
  ['a null description', { description: null }],
  ['a description of its own', { description: 'Order 4711' }],
  ['a reference of its own in our form', { description: '7ZK0M3Q9T2V8XW4B01' }],
])('a transaction of another software was refused: with %s it is acknowledged', async (_what, changes) => {
  const attempt = await journey('paymill');
  const { description: _ours, ...others } = TRANSACTION as Record<string, unknown>;
  const event_resource = { ...others, ...changes };
  const body = JSON.stringify({ event: { event_type: 'transaction.succeeded', event_resource } });
  const headers = { 'content-type': 'application/json' };
  const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body });
  expect(answer.status).toBe(200);
  expect((await read(attempt)).status).toBe('created');
});
