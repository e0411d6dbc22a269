/**
 * PAYMILL after the payment: the ledger's money ends equal to PAYMILL's. The failures ruled out: a capture believed by the word of
 * every good preauthorization, a cancel that never ends, a transaction that later refunds cannot name, an answer about something
 * else believed.
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

const held = () => paid('paymill', { fields: { capture: 'manual' } });

const isRefund = ({ method, url }: Request) => method === 'POST' && url.includes('/refunds/');
const isCapture = ({ method, url }: Request) => method === 'POST' && url.endsWith('/transactions');

const moneyOf = async (attempt: Journey) => {
  const { paid: came, refunded } = (await read(attempt)).amounts;
  return [came, refunded];
};

/** Changes the data of an answer. */
const withData = (change: object) => (body: Record<string, unknown>) => ({
  ...body,
  data: { ...(body.data as object), ...change },
});

describe('a capture whose answer was lost', () => {
  it('has not happened because the preauthorization is closed', async () => {
    const attempt = await held();
    cut('before');
    expect((await ask(attempt, 'capture')).status).toBe(504);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.paid]).toEqual([['unknown'], 0]);
    const later = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(later), later.status]).toEqual([['failed'], 'authorized']);
    await ask(attempt, 'capture', 500);
    expect(await moneyOf(attempt)).toEqual([500, 0]);
  });

  it('is found by the transaction that was made from it, which a refund then names', async () => {
    const attempt = await held();
    cut('after');
    expect((await ask(attempt, 'capture', 1200)).status).toBe(504);
    expect(statesOf(await watched(attempt))).toEqual(['succeeded']);
    expect((await ask(attempt, 'refund', 200)).status).toBe(200);
    expect(await moneyOf(attempt)).toEqual([1200, 200]);
    expect((await entryAt(attempt)).returned).toBe(200);
  });
});

describe('a capture that is pending', () => {
  it.each(['done', 'rejected'] as const)('is accepted until it is %s', async (end) => {
    for (const isTold of [true, false]) {
      const attempt = await held();
      await slow(attempt);
      expect((await ask(attempt, 'capture')).status).toBe(200);
      expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['accepted']);
      await conclude(attempt, 0, end);
      if (isTold) await tell(attempt, 0);
      const now = await refreshed(attempt, 1);
      expect(statesOf(now)).toEqual([end === 'done' ? 'succeeded' : 'failed']);
      expect(now.status).toBe(end === 'done' ? 'paid' : 'authorized');
      if (end === 'done') expect((await ask(attempt, 'refund', 500)).status).toBe(200);
      else {
        await slow(attempt, false);
        expect((await ask(attempt, 'capture')).status).toBe(200);
      }
    }
  });
});

describe('a cancel whose answer was lost', () => {
  it('is done where the preauthorization is deleted', async () => {
    const attempt = await held();
    cut('after');
    expect((await ask(attempt, 'cancel')).status).toBe(504);
    const now = await refreshed(attempt);
    expect([statesOf(now), now.status]).toEqual([['succeeded'], 'cancelled']);
  });

  it('has failed where it is not, long after', async () => {
    const attempt = await held();
    cut('before');
    expect((await ask(attempt, 'cancel')).status).toBe(504);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['failed']);
    expect((await ask(attempt, 'cancel')).status).toBe(200);
  });
});

it('an authorization deleted in the panel is cancelled, learnt by asking', async () => {
  const attempt = await held();
  await inPanel(attempt, 'cancel', 1999);
  expect((await refreshed(attempt)).status).toBe('cancelled');
});

describe('a refund', () => {
  it('whose answer was lost is found by its description', async () => {
    const attempt = await paid('paymill');
    await inPanel(attempt, 'refund', 500);
    cut('before');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['unknown'], 500]);
    const later = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(later), later.amounts.refunded]).toEqual([['failed'], 500]);
    cut('after');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    const found = await refreshed(attempt, 1);
    expect([statesOf(found), found.amounts.refunded]).toEqual([['failed', 'succeeded'], 1000]);
  });

  it('that is pending is accepted, then done or refused by name, in any order', async () => {
    for (const isTold of [true, false]) {
      const attempt = await paid('paymill');
      await slow(attempt);
      for (const key of ['one', 'two']) await ask(attempt, 'refund', 500, key);
      expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['accepted', 'accepted']);
      await conclude(attempt, 0, 'rejected');
      if (isTold) await tell(attempt, 0);
      else await refreshed(attempt, 1);
      expect(statesOf(await read(attempt))).toEqual(['failed', 'accepted']);
      await conclude(attempt, 1, 'done');
      if (isTold) await tell(attempt, 1);
      else await refreshed(attempt, 1);
      const now = await read(attempt);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 500]);
    }
  });

  it('of the panel adds to ours, however often it is told and asked', async () => {
    const attempt = await paid('paymill');
    await ask(attempt, 'refund', 500);
    await inPanel(attempt, 'refund', 500);
    await ask(attempt, 'refund', 200);
    for (const index of [1, 0, 2]) await tell(attempt, index);
    for (const minutes of [0, 5]) await refreshed(attempt, minutes);
    expect(await moneyOf(attempt)).toEqual([1999, 1200]);
    expect((await entryAt(attempt)).returned).toBe(1200);
  });
});

describe('the answer to a refund', () => {
  it.each([
    ['another amount', withData({ amount: '1' })],
    ['another transaction', withData({ transaction: { id: 'tran_other' } })],
    ['another refund', withData({ description: 'another' })],
    ['a word that is not documented', withData({ status: 'strange' })],
    ['done with the code of a failure', withData({ response_code: 50_102 })],
    ['nothing', () => ({ mode: 'test' })],
    ['live', (body: object) => ({ ...body, mode: 'live' })],
    ['an error in HTTP 200', (body: object) => ({ ...body, error: 'strange' })],
  ])(
    'about something else, or without a word, is unknown until the list says it: %s',
    async (_what, change) => {
      const attempt = await paid('paymill');
      const restore = answering(isRefund, async (answer) => Response.json(change(await answer.json())));
      await ask(attempt, 'refund', 700);
      restore();
      expect(statesOf(await read(attempt))).toEqual(['unknown']);
      expect(statesOf(await refreshed(attempt, 1))).toEqual(['succeeded']);
      expect(await moneyOf(attempt)).toEqual([1999, 700]);
    },
  );

  it.each([408, 409, 425, 429, 500, 503])('HTTP %i is no no', async (status) => {
    const attempt = await paid('paymill');
    const restore = answering(isRefund, () => Response.json({ error: 'strange' }, { status }));
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });

  it('without an error of PAYMILL is no no', async () => {
    const attempt = await paid('paymill');
    const restore = answering(isRefund, () => Response.json({ message: 'Forbidden' }, { status: 403 }));
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });

  it('that says its status twice is unknown', async () => {
    const attempt = await paid('paymill');
    const restore = answering(isRefund, async (answer) => {
      const text = await answer.text();
      return new Response(text.replace('"status":"refunded"', '"status":"failed","status":"refunded"'));
    });
    await ask(attempt, 'refund', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });
});

describe('the answer to a capture', () => {
  it.each([
    ['another amount', { origin_amount: 1 }],
    ['another currency', { currency: 'USD' }],
    ['another order', { description: 'OTHER' }],
    ['another preauthorization', { preauthorization: { id: 'preauth_other' } }],
    ['the reservation', { status: 'preauth' }],
  ])('about something else is unknown until the list says it: %s', async (_what, change) => {
    const attempt = await held();
    const restore = answering(isCapture, async (answer) =>
      Response.json(withData(change)(await answer.json())),
    );
    await ask(attempt, 'capture', 700);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['succeeded']);
    expect(await moneyOf(attempt)).toEqual([700, 0]);
  });
});

describe('a question that is not answered', () => {
  it.each([400, 403, 404, 412, 429, 500])('decides nothing: HTTP %i', async (status) => {
    const attempt = await paid('paymill');
    cut('after');
    await ask(attempt, 'refund', 700);
    const restore = answering(
      ({ method }) => method === 'GET',
      () => Response.json({ error: 'strange' }, { status }),
    );
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['unknown']);
    restore();
    expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
  });

  it('decides nothing where the list is about another transaction, or not whole', async () => {
    const attempt = await paid('paymill');
    cut('before');
    await ask(attempt, 'refund', 700);
    for (const change of [
      { data: [{ id: 'refund_1', amount: '700', status: 'refunded', transaction: { id: 'tran_other' } }] },
      { data: [], data_count: '51' },
      { data: { 0: 1 } },
    ]) {
      const restore = changing('GET', /\/refunds$/, (body) => ({ ...body, ...change }));
      expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['unknown']);
      restore();
    }
    expect(statesOf(await refreshed(attempt))).toEqual(['failed']);
  });
});
