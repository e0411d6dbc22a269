/**
 * tpay after the payment: the ledger's money ends equal to tpay's. The failures ruled out: a refund that is pending or was refused
 * taken for done, one refund taken for another, an answer about something else believed.
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
} from '../../support/bank-office.ts';
import { cut, type Journey, journey, network, request } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const CLASSIC = { mode: 'classic', api_key: 'key-of-tpay', api_password: 'secret', require_jws: false };
const MODES = [
  ['openapi', {}],
  ['classic', CLASSIC],
] as const;

/** Makes the answers to a refund other ones while `work` is done. */
async function withAnswer(answer: () => Response, work: () => Promise<unknown>): Promise<void> {
  const restore = answering(
    (sent) => sent.method === 'POST' && sent.url.endsWith('/refunds'),
    () => answer(),
  );
  await work();
  restore();
}

describe.each(MODES)('a refund that is pending (%s)', (_mode, settings) => {
  const pending = async (amount = 345): Promise<Journey> => {
    const attempt = await paid('tpay', { settings });
    await slow(attempt);
    expect((await ask(attempt, 'refund', amount)).status).toBe(200);
    return attempt;
  };

  it('is not done while the list has it pending, nor missing after any time', async () => {
    const attempt = await pending();
    for (const minutes of [1, SETTLED_MINUTES]) {
      const now = await refreshed(attempt, minutes);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted'], 0]);
    }
  });

  it('fails when tpay rejects it', async () => {
    const attempt = await pending();
    await conclude(attempt, 0, 'rejected');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed'], 0]);
    expect(net.webhooks.length).toBeGreaterThan(0);
    await slow(attempt, false);
    await ask(attempt, 'refund', 345);
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(345);
  });

  it('counts once when tpay has done it, whichever of list and notification says so first', async () => {
    for (const isTold of [true, false]) {
      const attempt = await pending();
      await conclude(attempt, 0, 'done');
      if (isTold) await tell(attempt, 0);
      await refreshed(attempt, 1);
      if (!isTold) await tell(attempt, 0);
      const now = await refreshed(attempt, 1);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 345]);
    }
  });

  it('is told apart from one whose answer was lost', async () => {
    const attempt = await pending(500);
    cut('after');
    expect((await ask(attempt, 'refund', 300)).status).toBe(504);
    await conclude(attempt, 0, 'rejected');
    await conclude(attempt, 1, 'done');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 300]);
  });

  it('does not hide that the next one never came', async () => {
    const attempt = await pending(500);
    await conclude(attempt, 0, 'done');
    await refreshed(attempt, 1);
    cut('before');
    expect((await ask(attempt, 'refund', 500)).status).toBe(504);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['succeeded', 'unknown']);
    const now = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded', 'failed'], 500]);
  });
});

describe('an answer that is no word of success', () => {
  it.each([
    ['error in HTTP 200', () => Response.json({ result: 'error', errors: [{ errorCode: 'x' }] })],
    ['an unknown status', () => Response.json({ result: 'success', status: 'strange' })],
    ['nothing', () => Response.json({})],
    ['408', () => Response.json({ result: 'failed', errors: [] }, { status: 408 })],
    ['409', () => Response.json({ result: 'failed', errors: [] }, { status: 409 })],
    ['429', () => Response.json({ result: 'failed', errors: [] }, { status: 429 })],
    ['503', () => Response.json({ result: 'failed', errors: [] }, { status: 503 })],
    ['a refusal without tpay in it', () => Response.json({ message: 'Forbidden' }, { status: 403 })],
    ['the result twice', () => new Response('{"result":"failed","result":"success"}')],
    ['a refusal twice', () => new Response('{"result":"success","result":"failed"}')],
    ['another amount', () => Response.json({ result: 'success', amount: 0.01 })],
    ['another currency', () => Response.json({ result: 'success', currency: 'EUR' })],
    ['another transaction', () => Response.json({ result: 'success', transactionId: '01OTHER' })],
  ])('leaves the refund unknown, and the list decides: %s', async (_what, answer) => {
    const attempt = await paid('tpay');
    await withAnswer(answer, () => ask(attempt, 'refund', 345));
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 345]);
  });

  it.each([
    [{ result: 'failed', errors: [{ errorCode: 'ERR43', errorMessage: 'balance' }] }, 200],
    [{ result: 'error', errors: [{ errorCode: 'ERR43', errorMessage: 'balance' }] }, 400],
    [{ result: 'success', status: 'rejected' }, 200],
  ])('is a no where tpay says no: %j', async (body, status) => {
    const attempt = await paid('tpay');
    await withAnswer(
      () => Response.json(body, { status }),
      () => ask(attempt, 'refund', 345),
    );
    expect(statesOf(await read(attempt))).toEqual(['failed']);
  });

  it.each([
    ['502', () => Response.json({ result: 1 }, { status: 502 })],
    ['true', () => Response.json({ result: true })],
    ['a code that is not documented', () => Response.json({ result: 0, err: 'ERR7' })],
    ['both', () => Response.json({ result: 1, err: 'ERR45' })],
  ])('leaves it unknown in the older API too: %s', async (_what, answer) => {
    const attempt = await paid('tpay', { settings: CLASSIC });
    const restore = answering(({ url }) => url.endsWith('/chargeback/any'), answer);
    await ask(attempt, 'refund', 345);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 345]);
  });
});

describe('the rest, while the refund of a part is pending', () => {
  it('is asked for as an amount: the transaction as a whole would be more', async () => {
    const attempt = await paid('tpay', { settings: CLASSIC });
    await slow(attempt);
    await ask(attempt, 'refund', 345);
    const rest = (await read(attempt)).amounts.paid - 345;
    const restore = answering(
      ({ url }) => url.endsWith('/chargeback/transaction'),
      () => Response.json({ result: 0, err: 'ERR45' }),
    );
    expect((await ask(attempt, 'refund', rest)).status).toBe(200);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
  });
});

describe('a list that is about something else', () => {
  it.each([
    ['another transaction', { transactionId: '01OTHER' }],
    ['no amount', { amount: null }],
    ['another currency', { currency: 'EUR' }],
  ])('decides nothing: %s', async (_what, change) => {
    const attempt = await paid('tpay');
    cut('after');
    await ask(attempt, 'refund', 345);
    const restore = changing('GET', /\/refunds$/, (body) => ({
      ...body,
      refunds: (body.refunds as object[]).map((one) => ({ ...one, ...change })),
    }));
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['unknown']);
    restore();
    expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
  });

  it.each([
    ['no list', () => Response.json({ result: 'success' })],
    ['no success', () => Response.json({ result: 'failed', refunds: [] })],
    ['twice a list', () => new Response('{"result":"success","refunds":[{}],"refunds":[]}')],
  ])('decides nothing: %s', async (_what, answer) => {
    const attempt = await paid('tpay');
    cut('after');
    await ask(attempt, 'refund', 345);
    const restore = answering(({ url, method }) => method === 'GET' && url.endsWith('/refunds'), answer);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['unknown']);
    restore();
    expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
  });
});

describe('a refund made in the panel', () => {
  it('adds to ours, and settles none of ours', async () => {
    const attempt = await paid('tpay');
    await slow(attempt);
    await ask(attempt, 'refund', 500);
    await slow(attempt, false);
    await inPanel(attempt, 'refund', 500);
    const between = await refreshed(attempt, 1);
    expect([statesOf(between), between.amounts.refunded]).toEqual([['accepted'], 500]);
    await conclude(attempt, 0, 'rejected');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed'], 500]);
    expect((await entryAt(attempt)).returned).toBe(500);
  });

  it('counts once, told and listed, before and after one of ours', async () => {
    const attempt = await paid('tpay');
    await inPanel(attempt, 'refund', 300);
    await tell(attempt, 0);
    await ask(attempt, 'refund', 500);
    await inPanel(attempt, 'refund', 200);
    await tell(attempt, 1);
    for (const minutes of [0, 1, 5]) expect((await refreshed(attempt, minutes)).amounts.refunded).toBe(1000);
  });
});

describe('the status query', () => {
  it('changes nothing when it is asked again', async () => {
    const attempt = await paid('tpay');
    await ask(attempt, 'refund', 500);
    const first = await refreshed(attempt, 1);
    const again = await refreshed(attempt, 60);
    expect(again.amounts).toEqual(first.amounts);
    expect(again.amounts.refunded).toBe(500);
  });

  it('takes a full refund of an unknown payment for paid and refunded', async () => {
    const attempt = await journey('tpay');
    await attempt.notify('pay');
    const restore = changing('GET', /\/transactions\/\w+$/, (body) => ({ ...body, status: 'refund' }));
    expect((await refreshed(attempt)).status).toBe('refunded');
    restore();
  });

  it.each([
    { title: 'TR-OTHER' },
    { hiddenDescription: 'OTHER' },
    { transactionId: '01OTHER' },
    { currency: 'EUR' },
    { result: 'failed' },
  ])('believes nothing about something else: %j', async (change) => {
    const attempt = await journey('tpay');
    await request(attempt.payment.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    const restore = changing('GET', /\/transactions\/\w+$/, (body) => ({
      ...body,
      status: 'correct',
      ...change,
    }));
    expect((await refreshed(attempt)).amounts.paid).toBe(0);
    restore();
  });
});

describe('a cancel whose answer was lost', () => {
  const open = async () => {
    const attempt = await journey('tpay');
    await request(attempt.payment.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    return attempt;
  };

  it('is done when the transaction has the documented word for it', async () => {
    const attempt = await open();
    cut('after');
    // Its links are over, whatever the provider says.
    expect((await ask(attempt, 'cancel')).status).toBe(200);
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt);
    expect([statesOf(now), now.status]).toEqual([['succeeded'], 'cancelled']);
  });

  it('has failed when the transaction is as it was, long after', async () => {
    const attempt = await open();
    cut('before');
    expect((await ask(attempt, 'cancel')).status).toBe(200);
    expect(statesOf(await refreshed(attempt))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['failed']);
  });
});

it('is sent once', async () => {
  const attempt = await paid('tpay');
  cut('after');
  await ask(attempt, 'refund', 345, 'one-key');
  for (let count = 0; count < 3; count++) await ask(attempt, 'refund', 345, 'one-key');
  await refreshed(attempt, 1);
  expect((await ask(attempt, 'refund', 345, 'one-key')).status).toBe(200);
  expect((await entryAt(attempt)).done).toHaveLength(1);
});
