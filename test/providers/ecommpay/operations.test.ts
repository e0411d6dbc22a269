/**
 * ECommPay after the payment: the ledger's money ends equal to ECommPay's. The failures ruled out: a message about one refund that
 * settles another, a refund of the dashboard taken for ours, a payment that cannot be refunded because of how it became known, and
 * an answer about something else believed.
 */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  answering,
  ask,
  changing,
  conclude,
  entryAt,
  inPanel,
  paid,
  read,
  refreshed,
  SETTLED_MINUTES,
  slow,
  statesOf,
  tell,
} from '../../support/bank-office.ts';
import { bankOf, cut, deliver, type Journey, journey, memory, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const held = () => paid('ecommpay', { fields: { capture: 'manual' } });
const refundedOf = async (attempt: Journey) => (await read(attempt)).amounts.refunded;

/** Two refunds of 5.00 that ECommPay has accepted. */
async function twoAccepted(): Promise<Journey> {
  const attempt = await paid('ecommpay');
  await slow(attempt);
  for (const key of ['first', 'second']) await ask(attempt, 'refund', 500, key);
  expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
  return attempt;
}

/** The callback about an operation, without our name for it. */
async function tellWithoutName(attempt: Journey, index: number): Promise<void> {
  const entry = await entryAt(attempt);
  const operation = entry.done[index];
  if (!operation) throw new Error('the bank has no such operation');
  const unnamed = { ...operation, operationReference: '' };
  const message = bankOf('ecommpay').operationNotification?.(entry, unnamed, attempt.merchant);
  if (!message) throw new Error('no callback');
  expect((await deliver(message)).status).toBe(200);
}

/** Answers without the signature over what was changed; Gate's answers need not have one. */
const unsigned = ({ signature: _signature, ...body }: Record<string, unknown>) => body;

describe('two accepted refunds of one amount', () => {
  it('are told apart by the request_id of the callback', async () => {
    const attempt = await twoAccepted();
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 1);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'failed']);
    await conclude(attempt, 0, 'done');
    await tell(attempt, 0);
    expect(statesOf(await read(attempt))).toEqual(['succeeded', 'failed']);
    expect(await refundedOf(attempt)).toBe(500);
  });

  it('are told apart by the request_id alone', async () => {
    const attempt = await twoAccepted();
    await conclude(attempt, 1, 'rejected');
    await tellWithoutName(attempt, 1);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'failed']);
  });

  it('are told apart by the list', async () => {
    const attempt = await twoAccepted();
    await conclude(attempt, 0, 'rejected');
    await conclude(attempt, 1, 'done');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 500]);
  });

  it('stay accepted while the list has them in process', async () => {
    const attempt = await twoAccepted();
    const now = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted', 'accepted'], 0]);
  });

  it('are not settled by one made in the dashboard', async () => {
    const attempt = await twoAccepted();
    await slow(attempt, false);
    await inPanel(attempt, 'refund', 500);
    await tell(attempt, 2);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['accepted', 'accepted']);
    expect(await refundedOf(attempt)).toBe(500);
    await conclude(attempt, 0, 'rejected');
    await tell(attempt, 0);
    await conclude(attempt, 1, 'done');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 1000]);
  });
});

it('one of the dashboard, only asked about, settles no accepted one of the same amount', async () => {
  const attempt = await paid('ecommpay');
  await slow(attempt);
  await ask(attempt, 'refund', 500);
  await slow(attempt, false);
  await inPanel(attempt, 'refund', 500);
  const now = await refreshed(attempt, 1);
  expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted'], 500]);
  await conclude(attempt, 0, 'rejected');
  expect(statesOf(await refreshed(attempt, 1))).toEqual(['failed']);
});

describe('a refund whose answer was lost', () => {
  it('is named by the callback, which carries our own name for it', async () => {
    const attempt = await paid('ecommpay');
    await slow(attempt);
    await inPanel(attempt, 'refund', 500);
    cut('after');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    await conclude(attempt, 0, 'done');
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 0);
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    await tell(attempt, 1);
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed'], 500]);
  });

  it('never came, where everything in the list is explained', async () => {
    const attempt = await paid('ecommpay');
    await ask(attempt, 'refund', 500);
    await refreshed(attempt, 1);
    cut('before');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['succeeded', 'unknown']);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['succeeded', 'failed']);
    await ask(attempt, 'refund', 500);
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(1000);
  });

  it('is not missing where the answer shows no operations', async () => {
    const attempt = await paid('ecommpay');
    cut('before');
    await ask(attempt, 'refund', 500);
    const restore = changing('POST', /\/status$/, ({ operations: _operations, ...body }) => unsigned(body));
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['unknown']);
    restore();
    expect(statesOf(await refreshed(attempt))).toEqual(['failed']);
  });
});

describe('a refund', () => {
  it('counts once, whichever of callback, list and status comes first', async () => {
    for (const order of ['told', 'asked']) {
      const attempt = await paid('ecommpay');
      await ask(attempt, 'refund', 500);
      if (order === 'told') await tell(attempt, 0);
      await refreshed(attempt, 1);
      await tell(attempt, 0);
      await refreshed(attempt, 60);
      const now = await read(attempt);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
    }
  });

  it('of the dashboard adds to ours, told or asked for, in either order', async () => {
    for (const isFirst of [true, false]) {
      const attempt = await paid('ecommpay');
      if (isFirst) await inPanel(attempt, 'refund', 300);
      await ask(attempt, 'refund', 500);
      if (!isFirst) await inPanel(attempt, 'refund', 300);
      await refreshed(attempt, 1);
      expect(await refundedOf(attempt)).toBe(800);
      for (const index of [0, 1]) await tell(attempt, index);
      await refreshed(attempt, 1);
      expect(await refundedOf(attempt)).toBe(800);
      expect((await entryAt(attempt)).returned).toBe(800);
    }
  });

  it('of the whole is known by the word alone, without its operations', async () => {
    const attempt = await paid('ecommpay');
    await inPanel(attempt, 'refund', 1999);
    const restore = changing('POST', /\/status$/, ({ operations: _operations, ...body }) => unsigned(body));
    const now = await refreshed(attempt);
    expect([now.status, now.amounts.paid, now.amounts.refunded]).toEqual(['refunded', 1999, 1999]);
    restore();
  });

  it('of a part is what is missing in the sum, without its operations', async () => {
    const attempt = await paid('ecommpay');
    await inPanel(attempt, 'refund', 500);
    const restore = changing('POST', /\/status$/, ({ operations: _operations, ...body }) => unsigned(body));
    const now = await refreshed(attempt);
    expect([now.status, now.amounts.paid, now.amounts.refunded]).toEqual(['partially_refunded', 1999, 500]);
    restore();
  });
});

describe('a payment that was learnt by asking', () => {
  it('can be refunded: its method is kept', async () => {
    const attempt = await journey('ecommpay');
    await decided(memory, attempt.order, 'pay');
    expect((await refreshed(attempt)).status).toBe('paid');
    expect((await ask(attempt, 'refund', 500)).status).toBe(200);
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(500);
  });

  it('can be refunded although the callback had no method', async () => {
    const attempt = await journey('ecommpay');
    await decided(memory, attempt.order, 'pay');
    const body = {
      project_id: attempt.merchant.settings.project_id,
      payment: { id: attempt.order.order, status: 'success', sum: { amount: 1999, currency: 'EUR' } },
    };
    const base = `payment:id:${attempt.order.order};payment:status:success;payment:sum:amount:1999;payment:sum:currency:EUR;project_id:${body.project_id}`;
    const secret = String(attempt.merchant.settings.secret_key);
    const signature = createHmac('sha512', secret).update(base).digest('base64');
    const told = await deliver({
      method: 'POST',
      url: attempt.merchant.callback,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, signature }),
    });
    expect(told.status).toBe(200);
    expect((await ask(attempt, 'refund', 500)).status).toBe(200);
  });
});

describe('an authorization', () => {
  it('voided in the dashboard is cancelled, learnt by asking or by the callback', async () => {
    for (const isTold of [true, false]) {
      const attempt = await held();
      await inPanel(attempt, 'cancel', 1999);
      if (isTold) await tell(attempt, 0);
      else await refreshed(attempt);
      const now = await read(attempt);
      expect([now.status, now.amounts.authorized]).toEqual(['cancelled', 0]);
    }
  });

  it('that has ended is cancelled, although the answer shows no operation', async () => {
    for (const status of ['canceled', 'expired']) {
      const attempt = await held();
      const restore = changing('POST', /\/status$/, (body) => ({
        ...unsigned(body),
        payment: { ...(body.payment as object), status },
      }));
      expect((await refreshed(attempt)).status).toBe('cancelled');
      restore();
    }
  });

  it('voided in the dashboard ends an accepted capture of ours', async () => {
    const attempt = await held();
    await slow(attempt);
    await ask(attempt, 'capture');
    await conclude(attempt, 0, 'rejected');
    await slow(attempt, false);
    await inPanel(attempt, 'cancel', 1999);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.status]).toEqual([['failed'], 'cancelled']);
  });

  it.each([
    ['capture', 'paid'],
    ['cancel', 'cancelled'],
  ] as const)('%s: accepted, then as the callback says', async (kind, status) => {
    for (const end of ['done', 'rejected'] as const) {
      const attempt = await held();
      await slow(attempt);
      await ask(attempt, kind);
      expect(statesOf(await refreshed(attempt, 1))).toEqual(['accepted']);
      await conclude(attempt, 0, end);
      await tell(attempt, 0);
      const now = await read(attempt);
      expect(statesOf(now)).toEqual([end === 'done' ? 'succeeded' : 'failed']);
      expect(now.status).toBe(end === 'done' ? status : 'authorized');
    }
  });
});

describe('the answer to a refund', () => {
  it.each([
    ['another payment', () => Response.json({ status: 'success', payment_id: 'OTHER', request_id: 'r' })],
    ['another project', () => Response.json({ status: 'success', project_id: 1, request_id: 'r' })],
    ['no of another payment', () => Response.json({ status: 'error', code: '1', payment_id: 'OTHER' })],
    ['another word', () => Response.json({ status: 'strange', request_id: 'r' })],
    ['429', () => Response.json({ status: 'error', code: '1' }, { status: 429 })],
    ['408', () => Response.json({ status: 'error', code: '1' }, { status: 408 })],
    ['500', () => Response.json({ status: 'error', code: '1' }, { status: 500 })],
    ['no error of Gate', () => Response.json({ message: 'Forbidden' }, { status: 403 })],
    ['a wrong signature', () => Response.json({ status: 'error', code: '1', signature: 'x' })],
    ['twice the status', () => new Response('{"status":"success","status":"error","code":"1"}')],
  ])('leaves it unknown, and the list decides: %s', async (_what, answer) => {
    const attempt = await paid('ecommpay');
    const restore = answering(({ url }) => url.endsWith('/card/refund'), answer);
    await ask(attempt, 'refund', 500);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });

  it('with the request_id of another refund is no answer', async () => {
    const attempt = await paid('ecommpay');
    await slow(attempt);
    await ask(attempt, 'refund', 500);
    const [first] = (await read(attempt)).operations;
    const restore = answering(
      ({ url }) => url.endsWith('/card/refund'),
      () => Response.json({ status: 'success', request_id: first?.providerReference }),
    );
    await ask(attempt, 'refund', 300);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'unknown']);
  });
});

describe('a status answer', () => {
  it.each([
    [{ payment: { id: 'OTHER', status: 'success', sum: { amount: 1999, currency: 'EUR' } } }],
    [{ project_id: 1 }],
    [{ general: { payment_id: 'OTHER' } }],
    [{ operations: [{ type: 'refund', status: 'success', sum_initial: { amount: 500, currency: 'USD' } }] }],
  ])('about something else decides nothing: %j', async (change) => {
    const attempt = await paid('ecommpay');
    cut('after');
    await ask(attempt, 'refund', 500);
    const restore = changing('POST', /\/status$/, (body) => ({ ...unsigned(body), ...change }));
    const now = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['unknown'], 0]);
    restore();
    expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
  });

  it('in another currency is no payment', async () => {
    const attempt = await journey('ecommpay');
    await decided(memory, attempt.order, 'pay');
    const restore = changing('POST', /\/status$/, (body) => ({
      ...unsigned(body),
      payment: { ...(body.payment as object), sum: { amount: 1999, currency: 'USD' } },
    }));
    expect((await refreshed(attempt)).amounts.paid).toBe(0);
    restore();
  });
});
