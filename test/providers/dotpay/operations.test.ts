/**
 * Dotpay after the payment: the ledger's money ends equal to Dotpay's. The failures ruled out: a refund of the panel taken for ours, a
 * refund of ours counted twice or under another's key, an answer about something else believed.
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
import { bankOf, cut, deliver, type Journey, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const isRefund = ({ method, url }: Request) => method === 'POST' && url.includes('/refund/');
const isSearch = ({ url }: Request) => url.includes('/operations/?');

/** Two refunds of 5.00 that Dotpay has accepted. */
async function twoAccepted(): Promise<Journey> {
  const attempt = await paid('dotpay');
  await slow(attempt);
  for (const key of ['first', 'second']) await ask(attempt, 'refund', 500, key);
  expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
  return attempt;
}

describe('two accepted refunds of one amount', () => {
  it('are told apart by the description in the notification', async () => {
    const attempt = await twoAccepted();
    await tell(attempt, 0);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 1);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'failed']);
    await conclude(attempt, 0, 'done');
    await tell(attempt, 0);
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded', 'failed'], 500]);
  });

  it('are told apart by the search', async () => {
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
    await tell(attempt, 2);
    const between = await read(attempt);
    expect([statesOf(between), between.amounts.refunded]).toEqual([['accepted', 'accepted'], 500]);
    await conclude(attempt, 0, 'rejected');
    await tell(attempt, 0);
    await conclude(attempt, 1, 'done');
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['failed', 'succeeded'], 1000]);
    expect((await entryAt(attempt)).returned).toBe(1000);
  });
});

describe('a refund', () => {
  it('counts once, whichever of notification and search comes first', async () => {
    for (const isTold of [true, false]) {
      const attempt = await paid('dotpay');
      await ask(attempt, 'refund', 500);
      if (isTold) await tell(attempt, 0);
      await refreshed(attempt, 1);
      await tell(attempt, 0);
      const now = await refreshed(attempt, 60);
      expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
    }
  });

  it('counts once although the notification had not our description, and the search finds it', async () => {
    const attempt = await paid('dotpay');
    await ask(attempt, 'refund', 500);
    const entry = await entryAt(attempt);
    const [operation] = entry.done;
    if (!operation) throw new Error('the bank has no refund');
    const unnamed = { ...operation, operationReference: '' };
    const message = bankOf('dotpay').operationNotification?.(entry, unnamed, attempt.merchant);
    if (!message) throw new Error('no notification');
    expect((await deliver(message)).status).toBe(200);
    const between = await read(attempt);
    expect([statesOf(between), between.amounts.refunded]).toEqual([['accepted'], 500]);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
    await tell(attempt, 0);
    await inPanel(attempt, 'refund', 500);
    await tell(attempt, 1);
    expect((await read(attempt)).amounts.refunded).toBe(1000);
  });

  it('is never missing: what the search does not find may be there', async () => {
    const attempt = await paid('dotpay');
    cut('before');
    await ask(attempt, 'refund', 500);
    expect(statesOf(await refreshed(attempt, SETTLED_MINUTES))).toEqual(['unknown']);
  });

  it('whose answer was lost is found', async () => {
    const attempt = await paid('dotpay');
    cut('after');
    await ask(attempt, 'refund', 500);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });
});

describe('the answer to a refund', () => {
  it.each([
    ['408', { detail: 'Timeout' }, 408],
    ['409', { detail: 'Conflict' }, 409],
    ['429', { detail: 'Too many' }, 429],
    ['500', { detail: 'Error' }, 500],
    ['no word of Dotpay', { message: 'Forbidden' }, 403],
    ['another order', { detail: 'ok', control: 'OTHER' }, 200],
    ['another currency', { detail: 'ok', currency: 'EUR' }, 200],
  ])('leaves it unknown: %s', async (_what, body, status) => {
    const attempt = await paid('dotpay');
    const restore = answering(isRefund, () => Response.json(body, { status }));
    await ask(attempt, 'refund', 500);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['succeeded']);
  });

  it.each(['strange words', 'ERROR 5', '<html>', ''])('of mode legacy is no no: %s', async (text) => {
    const attempt = await paid('dotpay', { settings: { mode: 'legacy' } });
    const restore = answering(
      ({ url }) => url.endsWith('/api/cancel/'),
      () => new Response(text),
    );
    await ask(attempt, 'refund', 500);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });
});

describe('what a search finds', () => {
  it.each([
    ['another order', { control: 'OTHER' }],
    ['another currency', { original_currency: 'EUR' }],
    ['another payment', { related_operation: 'M1-1' }],
    ['another type', { type: 'payout' }],
    ['an unknown word', { status: 'strange' }],
  ])('decides nothing about ours: %s', async (_what, change) => {
    const attempt = await paid('dotpay');
    cut('after');
    await ask(attempt, 'refund', 500);
    const restore = changing('GET', /\/operations\/$/, (body) => ({
      ...body,
      results: (body.results as object[]).map((one) => ({ ...one, ...change })),
    }));
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['unknown'], 0]);
    restore();
    expect(statesOf(await refreshed(attempt))).toEqual(['succeeded']);
  });

  it('is money but not ours where its amount is another', async () => {
    const attempt = await paid('dotpay');
    cut('after');
    await ask(attempt, 'refund', 500);
    const restore = changing('GET', /\/operations\/$/, (body) => ({
      ...body,
      results: (body.results as object[]).map((one) => ({ ...one, original_amount: '-0.01' })),
    }));
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['unknown'], 1]);
    restore();
    const later = await refreshed(attempt);
    expect([statesOf(later), later.amounts.refunded]).toEqual([['succeeded'], 500]);
  });

  it('is no answer where the list stands in it twice', async () => {
    const attempt = await paid('dotpay');
    cut('after');
    await ask(attempt, 'refund', 500);
    const restore = answering(isSearch, async (answer) => {
      const text = await answer.text();
      return new Response(text.replace('"results"', '"results":[],"results"'));
    });
    expect(statesOf(await refreshed(attempt, 1))).toEqual(['unknown']);
    restore();
  });
});
