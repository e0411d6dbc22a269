/**
 * PayU after the payment: the ledger's money ends equal to PayU's. The failures ruled out: a message about one refund that settles
 * another, an operation of an order that is over that stays accepted, a list that lags taken for the truth, an answer about
 * something else believed.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  watched,
} from '../../support/bank-office.ts';
import { cut, type Journey, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const CLASSIC = {
  mode: 'legacy',
  pos_auth_key: '1234567',
  key1: 'fedcba9876543210fedcba9876543210',
  key2: '0123456789abcdef0123456789abcdef',
  auto_receive: false,
};
const customer = { ip: '203.0.113.9', email: 'jan@example.com', firstName: 'Jan', lastName: 'Nowak' };

const heldRest = () => paid('payu', { settings: { auto_receive: false }, fields: { capture: 'manual' } });
const heldClassic = () => paid('payu', { settings: CLASSIC, fields: { customer, currency: 'PLN' } });
const HELD = [
  ['rest', heldRest],
  ['classic', heldClassic],
] as const;

const isRefund = ({ method, url }: Request) => method === 'POST' && url.endsWith('/refunds');

async function twoAccepted(): Promise<Journey> {
  const attempt = await paid('payu');
  await slow(attempt);
  for (const key of ['first', 'second']) await ask(attempt, 'refund', 500, key);
  expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
  return attempt;
}

describe('two accepted refunds of one amount', () => {
  it('are told apart by the refundId of the message', async () => {
    const attempt = await twoAccepted();
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 1);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'failed']);
    await conclude(attempt, 0, 'done');
    await tell(attempt, 0);
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded', 'failed'], 500]);
  });

  it('are told apart by the list: pending, finalized, cancelled', async () => {
    const attempt = await twoAccepted();
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['accepted', 'accepted']);
    await conclude(attempt, 0, 'rejected');
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['failed', 'accepted']);
    await conclude(attempt, 1, 'done');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 500]);
  });

  it('are not settled by one made in the panel', async () => {
    const attempt = await twoAccepted();
    await slow(attempt, false);
    await inPanel(attempt, 'refund', 500);
    await tell(attempt, 2);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted', 'accepted'], 500]);
    await conclude(attempt, 0, 'done');
    await conclude(attempt, 1, 'rejected');
    const later = await refreshed(attempt, 1);
    expect([statesOf(later), later.amounts.refunded]).toEqual([['succeeded', 'failed'], 1000]);
  });
});

describe('a refund', () => {
  it('counts once, whichever of message, answer, list and status comes first', async () => {
    for (const isTold of [true, false]) {
      const attempt = await paid('payu');
      await ask(attempt, 'refund', 500);
      if (isTold) await tell(attempt, 0);
      await refreshed(attempt, 1);
      await tell(attempt, 0);
      const now = await refreshed(attempt, 60);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
    }
  });

  it('counts once where the message is faster than the answer', async () => {
    const attempt = await paid('payu');
    const restore = answering(isRefund, async (answer) => {
      await tell(attempt, 0);
      return answer;
    });
    await ask(attempt, 'refund', 500);
    restore();
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });

  it('of the panel, told while ours is unknown, does not settle ours', async () => {
    const attempt = await paid('payu');
    await slow(attempt);
    cut('after');
    await ask(attempt, 'refund', 500);
    await slow(attempt, false);
    await inPanel(attempt, 'refund', 500);
    await tell(attempt, 1);
    const between = await read(attempt);
    // A message about a refund that is none of ours has PayU asked, and its list shows ours as pending.
    expect([statesOf(between), between.amounts.refunded]).toEqual([['accepted'], 500]);
    await conclude(attempt, 0, 'rejected');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed'], 500]);
  });

  it('told while it is unknown counts once when the list names it', async () => {
    const attempt = await paid('payu');
    cut('after');
    await ask(attempt, 'refund', 500);
    await tell(attempt, 0);
    expect((await read(attempt)).amounts.refunded).toBe(500);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
    await tell(attempt, 0);
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(500);
  });

  it('of the panel adds to ours, before and after', async () => {
    const attempt = await paid('payu');
    await inPanel(attempt, 'refund', 300);
    await ask(attempt, 'refund', 500);
    await inPanel(attempt, 'refund', 200);
    await refreshed(attempt, 1);
    for (const index of [2, 1, 0]) await tell(attempt, index);
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(1000);
    expect((await entryAt(attempt)).returned).toBe(1000);
  });

  it('is not missing because a list lags, or is answered with 404', async () => {
    const attempt = await paid('payu');
    cut('after');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    const restore = answering(
      ({ method, url }) => method === 'GET' && url.endsWith('/refunds'),
      () => Response.json({ status: { statusCode: 'DATA_NOT_FOUND' } }, { status: 404 }),
    );
    for (const minutes of [1, 10, 15])
      expect(statesOf(await refreshed(attempt, minutes))).toEqual(['unknown']);
    restore();
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });

  it('never came where it is not in the list long after', async () => {
    const attempt = await paid('payu');
    cut('before');
    await ask(attempt, 'refund', 500);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['failed']);
  });
});

describe('the answer to a refund', () => {
  it.each([
    ['another amount', { refund: { amount: '1', status: 'PENDING', refundId: '1' } }],
    ['another currency', { refund: { amount: '700', currencyCode: 'EUR', status: 'PENDING' } }],
    ['another name', { refund: { amount: '700', extRefundId: 'OTHER', status: 'PENDING' } }],
    ['another order', { orderId: 'WZOTHER' }],
    ['no refund', { refund: null }],
    ['an unknown word', { refund: { amount: '700', status: 'STRANGE' } }],
    ['no word', { status: { statusCode: 'STRANGE' } }],
  ])('about something else is unknown, then the list decides: %s', async (_what, change) => {
    const attempt = await paid('payu');
    const restore = answering(isRefund, async (answer) =>
      Response.json({ ...(await answer.json<object>()), ...change }),
    );
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 700]);
  });

  it.each([
    [408, 'BUSINESS_ERROR'],
    [409, 'BUSINESS_ERROR'],
    [425, 'BUSINESS_ERROR'],
    [429, 'BUSINESS_ERROR'],
    [503, 'BUSINESS_ERROR'],
    [400, 'ERROR_INTERNAL'],
    [400, 'TIMEOUT'],
    [403, undefined],
  ])('is no no: HTTP %i %s', async (status, statusCode) => {
    const attempt = await paid('payu');
    const restore = answering(isRefund, () => Response.json({ status: { statusCode } }, { status }));
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });

  it('that says its status twice is unknown', async () => {
    const attempt = await paid('payu');
    const restore = answering(isRefund, async (answer) => {
      const text = await answer.text();
      return new Response(text.replace('"status":"PENDING"', '"status":"CANCELED","status":"PENDING"'));
    });
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });
});

describe('a list or an order', () => {
  it.each([
    ['another currency', { currencyCode: 'EUR' }],
    ['no amount', { amount: 'x' }],
  ])('about something else decides nothing: %s', async (_what, change) => {
    const attempt = await paid('payu');
    cut('after');
    await ask(attempt, 'refund', 500);
    const restore = changing('GET', /\/refunds$/, (body) => ({
      ...body,
      refunds: (body.refunds as object[]).map((one) => ({ ...one, ...change })),
    }));
    const now = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['unknown'], 0]);
    restore();
  });

  it.each([{ orderId: 'WZOTHER' }, { extOrderId: 'OTHER' }, { merchantPosId: '1' }, { currencyCode: 'EUR' }])(
    'about something else is no result: %j',
    async (change) => {
      const attempt = await heldRest();
      cut('after');
      await ask(attempt, 'capture');
      const restore = changing('GET', /\/orders\/\w+$/, (body) => ({
        ...body,
        orders: (body.orders as object[]).map((one) => ({ ...one, ...change })),
      }));
      const now = await refreshed(attempt, 1);
      expect([statesOf(now), now.amounts.paid]).toEqual([['unknown'], 0]);
      restore();
      expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
    },
  );
});

describe.each(HELD)('a capture (%s)', (_mode, held) => {
  it('of an order that ends cancelled has failed, told or asked', async () => {
    for (const isTold of [true, false]) {
      const attempt = await held();
      await slow(attempt);
      expect((await ask(attempt, 'capture')).status).toBe(200);
      expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['accepted']);
      await conclude(attempt, 0, 'rejected');
      await slow(attempt, false);
      await inPanel(attempt, 'cancel', 1999);
      if (isTold) await tell(attempt, 1);
      else {
        expect(statesOf(await watched(attempt, SETTLED_MINUTES))).toEqual(['failed']);
        await refreshed(attempt);
      }
      const now = await read(attempt);
      expect([statesOf(now), now.status]).toEqual([['failed'], 'cancelled']);
    }
  });

  it('is done when the order says so, told or asked', async () => {
    for (const isTold of [true, false]) {
      const attempt = await held();
      await slow(attempt);
      await ask(attempt, 'capture');
      await conclude(attempt, 0, 'done');
      if (isTold) await tell(attempt, 0);
      else await refreshed(attempt, 1);
      const now = await read(attempt);
      expect([statesOf(now), now.amounts.paid]).toEqual([['succeeded'], 1999]);
    }
  });

  it('whose answer was lost never came where the order still waits long after', async () => {
    const attempt = await held();
    cut('before');
    await ask(attempt, 'capture');
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['failed']);
    await ask(attempt, 'capture');
    expect((await refreshed(attempt, 1)).amounts.paid).toBe(1999);
  });

  it('ends a cancel that came after it', async () => {
    const attempt = await held();
    cut('before');
    await ask(attempt, 'cancel');
    await inPanel(attempt, 'capture', 1999);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.paid]).toEqual([['failed'], 1999]);
  });
});

it('a capture of an order that PayU rejects has failed', async () => {
  const attempt = await heldRest();
  await slow(attempt);
  await ask(attempt, 'capture');
  const restore = changing('GET', /\/orders\/\w+$/, (body) => ({
    ...body,
    orders: (body.orders as object[]).map((one) => ({ ...one, status: 'REJECTED' })),
  }));
  const now = await refreshed(attempt, 1);
  expect([statesOf(now), now.amounts.paid]).toEqual([['failed'], 0]);
  restore();
});

it('a capture of a part counts as the part, although the order names its whole', async () => {
  const attempt = await heldRest();
  await ask(attempt, 'capture', 700);
  await tell(attempt, 0);
  const now = await refreshed(attempt, 1);
  expect([statesOf(now), now.amounts.paid]).toEqual([['succeeded'], 700]);
});

describe('an answer of the classic API', () => {
  it.each([
    ['a number that is not documented', 'status:ERROR\nerror_nr:777\nerror_message:x'],
    ['temporary', 'status:ERROR\nerror_nr:200\nerror_message:x'],
    ['no number', 'status:ERROR'],
    ['a line twice', 'status:ERROR\nstatus:ERROR\nerror_nr:599\nerror_message:x'],
    ['another number too', 'status:ERROR\nerror_nr:599\nerror_nr:200\nerror_message:x'],
  ])('is no no: %s', async (_what, text) => {
    const attempt = await heldClassic();
    const restore = answering(
      ({ url }) => url.includes('/Payment/confirm/'),
      () => new Response(text),
    );
    await ask(attempt, 'capture');
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
  });
});
