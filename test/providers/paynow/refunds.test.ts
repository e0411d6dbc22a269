/**
 * Refunds at Paynow, of which there is no list. The failures ruled out: one that is made twice because its answer was lost, or is taken for
 * made because a message is about another one; a refund of the panel that nobody hears of; one of the wrong payment where a buyer has paid
 * twice.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paymentToRefund } from '../../../src/providers/paynow/payments.ts';
import { setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import { cut, type Journey, memory, network, runAlarms, trouble } from '../../support/harness.ts';
import {
  bankEntry,
  call,
  changeAnswer,
  conclude,
  inBackOffice,
  outcome,
  paid,
  refreshed,
  tell,
  wait,
  withJson,
} from '../operations-support.ts';

const ID = 'paynow';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

/** Requests for a refund that have reached the network. */
function posted(): number {
  const { calls } = vi.mocked(globalThis.fetch).mock;
  return calls.filter(([input, init]) => {
    const url = String(input instanceof Request ? input.url : input);
    return url.endsWith('/refunds') && init?.method === 'POST';
  }).length;
}

async function slow(attempt: Journey): Promise<void> {
  await setSlow(memory, attempt.order.order, true);
}

describe('a refund', () => {
  it('is accepted, and done when Paynow says so under its number', async () => {
    const attempt = await paid(ID);
    await slow(attempt);
    expect((await call(attempt, 'refund', { amount: 345 })).status).toBe(200);
    expect(await outcome(attempt)).toEqual({ states: ['accepted'], paid: 10_000, refunded: 0 });
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['accepted']);
    const [operation] = (await bankEntry(attempt)).done;
    if (operation) await conclude(attempt, operation, 'done');
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 345 });
  });

  it.each([
    ['done', 'succeeded', 345],
    ['rejected', 'failed', 0],
  ] as const)('is told of when it is %s, once', async (result, state, refunded) => {
    const attempt = await paid(ID);
    await slow(attempt);
    await call(attempt, 'refund', { amount: 345 });
    const [pending] = (await bankEntry(attempt)).done;
    if (!pending) throw new Error('there is no refund');
    const operation = await conclude(attempt, pending, result);
    for (const _ of [1, 2]) {
      expect((await tell(attempt, operation)).status).toBe(200);
      await runAlarms(attempt.payment.id);
    }
    expect(await outcome(attempt)).toEqual({ states: [state], paid: 10_000, refunded });
  });

  it.each(['after', 'before'] as const)(
    'cut %s the call: unknown, never repeated, and for a person',
    async (when) => {
      const attempt = await paid(ID);
      cut(when);
      expect((await call(attempt, 'refund', { amount: 345 }, 'one-key')).status).toBe(504);
      expect((await call(attempt, 'refund', { amount: 345 }, 'one-key')).status).toBe(504);
      expect((await call(attempt, 'refund', { amount: 1 })).status).toBe(409);
      wait();
      const { operations } = await refreshed(attempt);
      expect(operations).toMatchObject([{ state: 'unknown', lookUp: expect.stringContaining('paynow') }]);
      expect(posted()).toBe(1);
    },
  );

  it('of the panel, told meanwhile, settles none of ours, and is a conflict until a person has looked', async () => {
    const attempt = await paid(ID);
    cut('before');
    await call(attempt, 'refund', { amount: 345 });
    const panel = await inBackOffice(attempt, 'refund', 345);
    expect((await tell(attempt, panel)).status).toBe(200);
    await runAlarms(attempt.payment.id);
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
    const events = await attempt.shop.events(attempt.payment.id);
    expect(events.find(({ type }) => type === 'notification.conflict')?.detail).toMatchObject({
      reason: 'amount_missing',
      providerStatus: 'refund SUCCESSFUL',
    });
  });

  it.each([
    ['a page of a proxy', 500, '<html>'],
    ['CONFLICT', 409, JSON.stringify({ errors: [{ errorType: 'CONFLICT', message: 'x' }] })],
    ['RATE_LIMIT_REACHED', 429, JSON.stringify({ errors: [{ errorType: 'RATE_LIMIT_REACHED' }] })],
    ['an error that is not documented', 400, JSON.stringify({ errors: [{ errorType: 'ODD' }] })],
    ['a status that is not documented', 201, '{"refundId":"REFX-123-435-213","status":"ODD"}'],
    ['no number', 201, '{"status":"NEW"}'],
  ])('answered with %s is unknown', async (_name, status, body) => {
    const attempt = await paid(ID);
    changeAnswer('/refunds', () => new Response(body, { status }));
    expect((await call(attempt, 'refund', { amount: 345 })).body.detail).toContain('not known');
    expect((await outcome(attempt)).states).toEqual(['unknown']);
  });

  it.each([
    ['INSUFFICIENT_BALANCE_FUNDS', 400],
    ['VALIDATION_ERROR', 400],
    ['NOT_FOUND', 404],
  ])('answered with %s has failed, with its words', async (errorType, status) => {
    const attempt = await paid(ID);
    changeAnswer('/refunds', () => Response.json({ errors: [{ errorType, message: 'words' }] }, { status }));
    const { body } = await call(attempt, 'refund', { amount: 345 });
    expect(body.provider).toEqual({ code: errorType, text: 'words' });
    expect((await outcome(attempt)).states).toEqual(['failed']);
  });

  it('answered with 401 was not made', async () => {
    const attempt = await paid(ID);
    changeAnswer('/refunds', () =>
      Response.json({ errors: [{ errorType: 'UNAUTHORIZED' }] }, { status: 401 }),
    );
    await call(attempt, 'refund', { amount: 345 });
    expect((await outcome(attempt)).states).toEqual(['failed']);
  });

  it('is not settled by an answer about another one', async () => {
    const attempt = await paid(ID);
    await slow(attempt);
    await call(attempt, 'refund', { amount: 345 });
    changeAnswer('/v3/refunds/', withJson({ refundId: 'REFX-123-435-213', status: 'SUCCESSFUL' }));
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['accepted']);
  });

  it('declined for want of balance can be asked for again', async () => {
    const attempt = await paid(ID);
    await trouble(ID, 'fail');
    await call(attempt, 'refund', { amount: 345 });
    await call(attempt, 'refund', { amount: 345 });
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({
      states: ['failed', 'succeeded'],
      paid: 10_000,
      refunded: 345,
    });
  });
});

describe('the payment that a refund is of', () => {
  const A = 'NAAA-AAA-AAA-AA0';
  const B = 'NBBB-BBB-BBB-BB0';
  const both = { paymentId: A, [`retry/${B}`]: '', [`paid/${A}`]: '', [`paid/${B}`]: '' };

  it.each([
    [
      'the one that was paid, not the one that was registered',
      { paymentId: A, [`paid/${B}`]: '' },
      0,
      100,
      B,
    ],
    ['the one that was registered, where nothing else is known', { paymentId: A }, 0, 100, A],
    ['of two the first', both, 0, 100, A],
    ['of two the first, up to its end', both, 40, 60, A],
    [
      'of two the second, while a refund of the first is under way',
      { ...both, 'of/R1': `${A} 100` },
      100,
      100,
      B,
    ],
    [
      'of two the first again, after its refund was not made',
      { ...both, 'of/R1': `${A} 100`, 'of/R2': `${B} 100`, 'undone/R1': '' },
      100,
      100,
      A,
    ],
    ['of two the first, where the panel has given back too', { ...both, 'of/R1': `${B} 100` }, 150, 50, A],
    ['of two the second, when the first is given back', both, 100, 100, B],
  ] as const)('is %s', (_name, state, refunded, amount, expected) => {
    const money = { paid: `paid/${A}` in state ? 200 : 100, refunded };
    expect(paymentToRefund(state, money, amount)).toBe(expected);
  });

  it('is none where the refund would need both, or there is none', () => {
    const refusal = (state: Readonly<Record<string, string>>, amount: number) => () =>
      paymentToRefund(state, { paid: 200, refunded: 40 }, amount);
    expect(refusal(both, 61)).toThrow(/at most 60/);
    expect(refusal({}, 1)).toThrow(/nothing is registered/);
    expect(() => paymentToRefund(both, { paid: 200, refunded: 200 }, 1)).toThrow(/at most 0/);
  });
});
