/**
 * Przelewy24 after the payment: the ledger's money ends equal to Przelewy24's. The failures ruled out: a notification about one refund
 * that settles another, an HTTP status taken for a no, a list that lags taken for the truth, refunds of the panel that nobody sees.
 */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BankOperation } from '../../../src/sandbox/kit/entry.ts';
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
import { bankOf, cut, deliver, type Journey, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const isRefund = ({ method, url }: Request) => method === 'POST' && url.endsWith('/transaction/refund');

async function twoAccepted(): Promise<Journey> {
  const attempt = await paid('przelewy24');
  await slow(attempt);
  for (const key of ['first', 'second']) await ask(attempt, 'refund', 500, key);
  expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
  return attempt;
}

/** The notification of a refund with other members, signed or not. */
async function tellChanged(attempt: Journey, change: Record<string, unknown>, isSigned: boolean) {
  const entry = await entryAt(attempt);
  const [operation] = entry.done;
  if (!operation) throw new Error('the bank has no operation');
  const over: BankOperation = {
    ...operation,
    state: operation.state === 'pending' ? 'done' : operation.state,
  };
  const message = bankOf('przelewy24').operationNotification?.(entry, over, attempt.merchant);
  if (!message) throw new Error('no notification');
  const members = { ...JSON.parse(String(message.body)), ...change };
  const { orderId, sessionId, refundsUuid, merchantId, amount, currency, status } = members;
  const crc = String(attempt.merchant.settings.crc);
  const text = { orderId, sessionId, refundsUuid, merchantId, amount, currency, status, crc };
  const sign = createHash('sha384').update(JSON.stringify(text)).digest('hex');
  const body = JSON.stringify({ ...members, ...(isSigned && { sign }) });
  return deliver({ ...message, body });
}

describe('two accepted refunds of one amount', () => {
  it('are told apart by the name in the notification', async () => {
    const attempt = await twoAccepted();
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 1);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'failed']);
    await conclude(attempt, 0, 'done');
    await tell(attempt, 0);
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded', 'failed'], 500]);
  });

  it('are not told apart by a name that is not signed', async () => {
    const attempt = await twoAccepted();
    await conclude(attempt, 0, 'rejected');
    const second = (await entryAt(attempt)).done[1]?.operationReference;
    expect((await tellChanged(attempt, { requestId: second }, true)).status).toBe(200);
    expect(statesOf(await read(attempt))).toEqual(['failed', 'accepted']);
  });

  it('are told apart by the list: pending, completed, rejected', async () => {
    const attempt = await twoAccepted();
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['accepted', 'accepted']);
    await conclude(attempt, 0, 'rejected');
    await conclude(attempt, 1, 'done');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 500]);
  });

  it('are not settled by one made in the panel, which counts', async () => {
    const attempt = await twoAccepted();
    await slow(attempt, false);
    await inPanel(attempt, 'refund', 500);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted', 'accepted'], 500]);
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 1);
    await conclude(attempt, 0, 'done');
    await tell(attempt, 0);
    const later = await refreshed(attempt, 1);
    expect([statesOf(later), later.amounts.refunded]).toEqual([['succeeded', 'failed'], 1000]);
  });
});

describe('a notification', () => {
  it('with another status than done and rejected says nothing', async () => {
    const attempt = await twoAccepted();
    expect((await tellChanged(attempt, { status: 7 }, true)).status).toBe(200);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
  });

  it('of a refund that is none of ours settles none of ours, and counts', async () => {
    const attempt = await twoAccepted();
    expect((await tellChanged(attempt, { refundsUuid: 'another', status: 0 }, true)).status).toBe(200);
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted', 'accepted'], 500]);
  });
});

describe('a refund', () => {
  it('counts once, whichever of answer, notification, list and status comes first', async () => {
    const early = await paid('przelewy24');
    const restore = answering(isRefund, async (answer) => {
      await tell(early, 0);
      return answer;
    });
    await ask(early, 'refund', 500);
    restore();
    for (const isTold of [true, false, null]) {
      const attempt = isTold === null ? early : await paid('przelewy24');
      if (isTold !== null) await ask(attempt, 'refund', 500);
      if (isTold) await tell(attempt, 0);
      await refreshed(attempt, 1);
      await tell(attempt, 0);
      const now = await refreshed(attempt, 60);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
    }
  });

  it('of the panel adds to ours, before and after, to the whole', async () => {
    const attempt = await paid('przelewy24');
    await inPanel(attempt, 'refund', 500);
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(500);
    await ask(attempt, 'refund', 500);
    await inPanel(attempt, 'refund', 999);
    const now = await refreshed(attempt, 1);
    expect([now.status, now.amounts.refunded, now.amounts.paid]).toEqual(['refunded', 1999, 1999]);
  });

  it('is not missing because a list lags, or is answered with 404', async () => {
    const attempt = await paid('przelewy24');
    cut('after');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    const restore = answering(
      ({ url }) => url.includes('/refund/by/orderId/'),
      () => Response.json({ error: 'Refund not found', code: 404 }, { status: 404 }),
    );
    for (const minutes of [1, 10, 15])
      expect(statesOf(await refreshed(attempt, minutes))).toEqual(['unknown']);
    restore();
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });

  it('never came where it is not in the list long after', async () => {
    const attempt = await paid('przelewy24');
    cut('before');
    await ask(attempt, 'refund', 500);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['failed']);
  });
});

describe('the answer to a refund', () => {
  const item = { sessionId: 'OTHER', status: false, message: 'Insufficient funds available' };

  it.each([
    ['408', { error: 'Timeout', code: 408 }, 408],
    ['429', { error: 'Too many requests', code: 429 }, 429],
    ['425', { error: 'Too early', code: 425 }, 425],
    ['500', { error: 'Unknown error', code: 500 }, 500],
    ['404', { error: 'Not found', code: 404 }, 404],
    ['409 without a refund', { error: 'Conflict', code: 409 }, 409],
    ['409 about another refund', { error: [item], code: 409 }, 409],
    ['409 that is no no', { error: [{ status: true }], code: 409 }, 409],
    ['a refund that is there already', { error: 'Request already exists', code: 400 }, 400],
    ['400 without a word', {}, 400],
    ['another session', { data: [{ sessionId: 'OTHER', status: true }] }, 201],
    ['another order', { data: [{ orderId: 1, status: true }] }, 201],
    ['another amount', { data: [{ amount: 1, status: true }] }, 201],
    ['two refunds', { data: [{ status: true }, { status: true }] }, 201],
    ['no refund', { data: [] }, 201],
    ['no status', { data: [{}] }, 201],
    ['another code than 201', { data: [{ status: true }] }, 200],
  ])('leaves it unknown, then the list decides: %s', async (_what, body, status) => {
    const attempt = await paid('przelewy24');
    const restore = answering(isRefund, () => Response.json(body, { status }));
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 700]);
  });

  it('that says its status twice is unknown', async () => {
    const attempt = await paid('przelewy24');
    const restore = answering(
      isRefund,
      () => new Response('{"data":[{"status":false,"status":true}]}', { status: 201 }),
    );
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });

  it('is a no with the words of Przelewy24', async () => {
    const attempt = await paid('przelewy24');
    const restore = answering(isRefund, () =>
      Response.json({ error: 'Invalid input data', code: 400 }, { status: 400 }),
    );
    const { body } = await ask(attempt, 'refund', 700);
    restore();
    expect(body.provider).toEqual({ code: '400', text: 'Invalid input data' });
    expect(statesOf(await read(attempt))).toEqual(['failed']);
  });
});

it.each([{ sessionId: 'OTHER' }, { orderId: 1 }, { currency: 'EUR' }, { refunds: null }, { refunds: [{}] }])(
  'a list about something else decides nothing: %j',
  async (change) => {
    const attempt = await paid('przelewy24');
    cut('after');
    await ask(attempt, 'refund', 500);
    const restore = changing('GET', /\/refund\/by\/orderId\//, (body) => ({
      ...body,
      data: { ...(body.data as object), ...change },
    }));
    const now = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['unknown'], 0]);
    restore();
  },
);
