/**
 * Refunds at Lyra that are told in any order, or carried out later. The failures ruled out: a refund that is counted twice or never, one
 * of the back office that is taken for ours, and one that the bank refuses later and that still counts.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import { cut, type Journey, memory, network } from '../../support/harness.ts';
import {
  bankEntry,
  call,
  changeAnswer,
  conclude,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
  tell,
  wait,
} from '../operations-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});
const EDITION = 'systempay';

const state = async (attempt: Journey) => (await outcome(attempt)).states.at(-1);
const newest = async (attempt: Journey) => {
  const operation = (await bankEntry(attempt)).done.at(-1);
  if (!operation) throw new Error('the bank has none');
  return operation;
};

describe('a refund that is booked late', () => {
  it('is not given up while the platform does not show it, and counts when it does', async () => {
    const attempt = await paid(EDITION);
    cut('before');
    expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(504);
    for (const seconds of [1, 60, 300]) {
      wait(seconds * 1000);
      await refreshed(attempt);
      expect(await state(attempt)).toBe('unknown');
      expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(409);
    }
    await inBackOffice(attempt, 'refund', 5000);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 5000 });
  });

  it('that never was is failed after its time, and can be made again', async () => {
    const attempt = await paid(EDITION);
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    wait();
    await refreshed(attempt);
    expect(await state(attempt)).toBe('failed');
    expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(200);
    expect((await bankEntry(attempt)).returned).toBe(5000);
  });
});

describe('a refund of the back office', () => {
  it.each([2500, 500])('of %i adds to ours of 2500, whichever is told first', async (amount) => {
    for (const order of ['panel first', 'ours first', 'ours lost, panel told', 'asked']) {
      const attempt = await paid(EDITION);
      if (order === 'panel first') await tell(attempt, await inBackOffice(attempt, 'refund', amount));
      if (order === 'ours lost, panel told') cut('after');
      await call(attempt, 'refund', { amount: 2500 });
      const ours = await newest(attempt);
      if (order !== 'panel first') {
        const panel = await inBackOffice(attempt, 'refund', amount);
        if (order !== 'asked') await tell(attempt, panel);
      }
      if (order !== 'asked') await tell(attempt, ours);
      await refreshed(attempt);
      const expected = { states: ['succeeded'], paid: 10_000, refunded: 2500 + amount };
      expect(await outcome(attempt), order).toEqual(expected);
      await tell(attempt, ours);
      await refreshed(attempt);
      expect(await outcome(attempt), order).toEqual(expected);
    }
  });

  it('that was learnt by asking adds to one of ours after it', async () => {
    const attempt = await paid(EDITION);
    await inBackOffice(attempt, 'refund', 300);
    expect((await refreshed(attempt)).amounts.refunded).toBe(300);
    await call(attempt, 'refund', { amount: 500 });
    expect((await read(attempt)).amounts.refunded).toBe(800);
    expect((await refreshed(attempt)).amounts.refunded).toBe(800);
  });

  it('of the same amount does not settle one that never was', async () => {
    const attempt = await paid(EDITION);
    const panel = await inBackOffice(attempt, 'refund', 2500);
    await tell(attempt, panel);
    cut('before');
    await call(attempt, 'refund', { amount: 2500 });
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['failed'], paid: 10_000, refunded: 2500 });
  });

  it('that the list does not show yet is not taken for one that never was', async () => {
    const attempt = await paid(EDITION);
    cut('after');
    await call(attempt, 'refund', { amount: 2500 });
    wait();
    changeAnswer('"CREDIT"', (text) => JSON.stringify({ ...JSON.parse(text), answer: { transactions: [] } }));
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 2500 });
  });

  it('that is more than the platform lists is a sum', async () => {
    const attempt = await paid(EDITION);
    cut('before');
    await call(attempt, 'refund', { amount: 2500 });
    for (let count = 0; count < 31; count += 1) await inBackOffice(attempt, 'refund', 10);
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['failed'], paid: 10_000, refunded: 310 });
  });
});

describe('refunds that the platform carries out later', () => {
  async function twoAccepted() {
    const attempt = await paid(EDITION);
    await setSlow(memory, attempt.order.order, true);
    for (const key of ['one', 'two']) {
      const { status } = await call(attempt, 'refund', { amount: 500 }, `${key}-${attempt.payment.id}`);
      expect(status).toBe(200);
    }
    await setSlow(memory, attempt.order.order, false);
    const [first, second] = (await bankEntry(attempt)).done;
    if (!first || !second) throw new Error('the bank has not both');
    expect((await outcome(attempt)).states).toEqual(['accepted', 'accepted']);
    return { attempt, first, second };
  }

  it('and rejects: the one that the message names has failed', async () => {
    const { attempt, first, second } = await twoAccepted();
    await tell(attempt, await conclude(attempt, second, 'rejected'));
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted', 'failed'], refunded: 0 });
    await tell(attempt, await conclude(attempt, first, 'done'));
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 500 });
  });

  it('and says so only when it is asked', async () => {
    const { attempt, first, second } = await twoAccepted();
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['accepted', 'accepted']);
    await conclude(attempt, second, 'rejected');
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['accepted', 'failed']);
    await conclude(attempt, first, 'done');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 500 });
  });

  it('are not settled by the sum of what the back office has refunded', async () => {
    const attempt = await paid(EDITION);
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    await inBackOffice(attempt, 'refund', 500);
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted'], refunded: 500 });
  });

  it('are never given up for being late', async () => {
    const { attempt } = await twoAccepted();
    wait(86_400_000);
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['accepted', 'accepted']);
  });

  it('and one that is lost meanwhile are told apart', async () => {
    const attempt = await paid(EDITION);
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    wait();
    await conclude(attempt, await newest(attempt), 'done');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 500 });
  });
});
