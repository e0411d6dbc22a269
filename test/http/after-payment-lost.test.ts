/**
 * Operations whose answer is lost, forged or never written down. The failures ruled out: an operation that is executed again, one that
 * stays open for ever, and an answer that nobody has signed and that counts.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryOf } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  answerNextCall,
  BANK_API,
  type Journey,
  memory,
  network,
  objectOf,
  runAlarms,
  trouble,
} from '../support/harness.ts';
import { call, paid, read } from './after-payment-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

const moneyCalls = (path: string) =>
  net.calls.filter((url) => url.startsWith(BANK_API) && url.includes(path));
const REFUND = '/cashManagement/refund';

describe('an answer that does not come', () => {
  it('is waited for ten seconds; the operation is unknown, and reconciled by the alarm', {
    timeout: 30_000,
  }, async () => {
    const attempt = await paid('sips2');
    await trouble('sips2', 'lost');
    const { status, body } = await call(attempt, 'refund');
    expect([status, body.code]).toEqual([504, 'provider_unreachable']);
    expect(body.detail).toContain('not known');
    expect((await read(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
    expect((await call(attempt, 'refund')).body.detail).toContain('not known yet');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 37_000 });
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('is not waited for where the calls before it hang: then nothing has happened', {
    timeout: 30_000,
  }, async () => {
    const attempt = await paid('payu');
    // The token has ended: a new one is asked for first.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 50_000_000 });
    answerNextCall(
      (_input, init) =>
        new Promise((_, fail) => init?.signal?.addEventListener('abort', () => fail(new Error('aborted')))),
    );
    const { status, body } = await call(attempt, 'refund');
    expect(status).toBe(504);
    expect(body.detail).not.toContain('not known');
    expect((await read(attempt)).operations).toMatchObject([{ state: 'failed' }]);
    expect((await call(attempt, 'refund')).status).toBe(200);
  });
});

describe('a crash between the call and its outcome', () => {
  /** The object dies when the bank has answered, before the outcome is written. */
  async function crashed(attempt: Journey): Promise<void> {
    const { id } = attempt.payment;
    await runInDurableObject(objectOf(id), (_object, state) => {
      const real = state.storage.transactionSync.bind(state.storage);
      let commits = 0;
      vi.spyOn(state.storage, 'transactionSync').mockImplementation((work) => {
        commits += 1;
        if (commits === 2) throw new Error('crashed before the commit');
        return real(work);
      });
    });
    expect((await call(attempt, 'refund', {}, 'crashed')).status).toBe(500);
    await evictDurableObject(objectOf(id));
  }

  it('leaves it unknown, reconciled by a query, and never executed again', async () => {
    const attempt = await paid('sips2');
    await crashed(attempt);
    expect((await read(attempt)).operations).toMatchObject([{ state: 'running' }]);
    const again = await call(attempt, 'refund', {}, 'crashed');
    expect([again.status, again.body.code]).toEqual([504, 'provider_unreachable']);
    expect((await call(attempt, 'refund')).status).toBe(409);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    expect((await call(attempt, 'refund', {}, 'crashed')).status).toBe(200);
    expect(moneyCalls(REFUND)).toHaveLength(1);
    expect((await entryOf(memory, attempt.order.order))?.returned).toBe(1999);
  });

  it('is noticed by the alarm, where nobody refreshes', async () => {
    const attempt = await paid('sips2');
    await crashed(attempt);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).toContain('operation.unknown');
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });
});

describe('a token that the provider does not take any more', () => {
  it.each(['payu', 'tpay'])('is fetched anew, and the operation is executed once: %s', async (provider) => {
    const attempt = await paid(provider);
    answerNextCall(async () => Response.json({}, { status: 401 }));
    expect((await call(attempt, 'refund')).status).toBe(200);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'refunded', amounts: { refunded: 1999 } });
    expect((await entryOf(memory, attempt.order.order))?.done).toHaveLength(1);
  });
});

describe('an answer whose signature is wrong', () => {
  it.each(['sips2', 'assist'])('is no success: %s', async (provider) => {
    const attempt = await paid(provider);
    await trouble(provider, 'bad-signature');
    const { status, body } = await call(attempt, 'refund');
    expect([status, body.code]).toEqual([502, 'provider_error']);
    expect(body.detail).toContain('not to be believed');
    expect(await read(attempt)).toMatchObject({ status: 'paid', operations: [{ state: 'unknown' }] });
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
  });
});
