/**
 * Worldline after the payment. Ruled out: an operation that is sent twice, one whose answer was lost taken for done or for failed, two
 * refunds of one amount mixed up, a cancel that is only asked for taken for a release.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
import { cut, network, trouble } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  cut(null);
  vi.useRealTimers();
});

const held = () => paid('worldline', { fields: { capture: 'manual' } });
const sent = (kind: string) => net.calls.filter((url) => url.endsWith(`/${kind}`)).length;
const isRefund = ({ method, url }: Request) => method === 'POST' && url.endsWith('/refund');

describe('a capture', () => {
  it('is made in parts, and the rest is let go', async () => {
    const attempt = await held();
    expect((await read(attempt)).status).toBe('authorized');
    await ask(attempt, 'capture', 500);
    await tell(attempt, 0);
    expect((await read(attempt)).amounts.paid).toBe(500);
    await ask(attempt, 'capture', 700);
    await tell(attempt, 1);
    expect((await read(attempt)).amounts.paid).toBe(1200);
    await ask(attempt, 'cancel');
    await tell(attempt, 2);
    const now = await refreshed(attempt);
    expect([statesOf(now), now.amounts]).toEqual([
      ['succeeded', 'succeeded', 'succeeded'],
      expect.objectContaining({ paid: 1200, authorized: 0 }),
    ]);
    const { taken, released } = await entryAt(attempt);
    expect([taken, released]).toEqual([1200, 799]);
  });

  it('is final where it is of all that is left', async () => {
    const bodies: Record<string, unknown>[] = [];
    const restore = answering(
      ({ method, url }) => method === 'POST' && url.endsWith('/capture'),
      async (answer, request) => {
        bodies.push({ ...(await request.json<object>()), key: request.headers.get('x-gcs-idempotence-key') });
        return answer;
      },
    );
    const attempt = await held();
    await ask(attempt, 'capture', 500);
    await tell(attempt, 0);
    await ask(attempt, 'capture');
    restore();
    expect(bodies.map(({ amount, isFinal }) => [amount, isFinal])).toEqual([
      [500, false],
      [1499, true],
    ]);
    const keys = bodies.map(({ key }) => String(key));
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^[0-9A-Za-z]{1,40}$/);
  });

  it('that is declined later leaves what was captured before', async () => {
    const attempt = await held();
    await ask(attempt, 'capture', 500);
    await tell(attempt, 0);
    await slow(attempt);
    await ask(attempt, 'capture', 700);
    await conclude(attempt, 1, 'rejected');
    await tell(attempt, 1);
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.paid]).toEqual([['succeeded', 'failed'], 500]);
  });
});

describe('a cancel', () => {
  it('that is only asked for (61) lets nothing go, told or asked', async () => {
    for (const isTold of [true, false]) {
      const attempt = await held();
      await slow(attempt);
      await ask(attempt, 'cancel');
      if (isTold) await tell(attempt, 0);
      const now = await refreshed(attempt, 1);
      expect([statesOf(now), now.status]).toEqual([['accepted'], 'authorized']);
      await conclude(attempt, 0, isTold ? 'done' : 'rejected');
      await tell(attempt, 0);
      const after = await refreshed(attempt, 1);
      expect([statesOf(after), after.status]).toEqual(
        isTold ? [['succeeded'], 'cancelled'] : [['failed'], 'authorized'],
      );
    }
  });
});

describe('a refund', () => {
  it('is made in parts, each under a key of its own', async () => {
    const keys: (string | null)[] = [];
    const restore = answering(isRefund, (answer, request) => {
      keys.push(request.headers.get('x-gcs-idempotence-key'));
      return answer;
    });
    const attempt = await paid('worldline');
    await ask(attempt, 'refund', 500);
    await ask(attempt, 'refund', 500);
    restore();
    expect(new Set(keys).size).toBe(2);
    expect(statesOf(await read(attempt))).toEqual(['accepted', 'accepted']);
    for (const index of [1, 0]) await tell(attempt, index);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.status, now.amounts.refunded]).toEqual([
      ['succeeded', 'succeeded'],
      'partially_refunded',
      1000,
    ]);
    await tell(attempt, 0);
    expect((await refreshed(attempt, 60)).amounts.refunded).toBe(1000);
  });

  it.each([
    ['a 500 with a page', () => trouble('worldline', 'html'), 'failed'],
    ['a connection that is cut before it arrives', async () => cut('before'), 'failed'],
    ['a connection that is cut after it arrived', async () => cut('after'), 'succeeded'],
  ])('and %s: unknown, never sent again, and found out later', async (_what, break_, end) => {
    const attempt = await paid('worldline');
    await break_();
    const key = 'the key of the shop';
    const first = await ask(attempt, 'refund', 500, key);
    expect(first.status).toBeGreaterThanOrEqual(500);
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    await ask(attempt, 'refund', 500, key);
    expect((await ask(attempt, 'refund', 500)).body.code).toBe('invalid_state');
    expect(sent('refund')).toBe(1);
    const now = await refreshed(attempt, SETTLED_MINUTES);
    expect([statesOf(now), now.amounts.refunded]).toEqual([[end], end === 'succeeded' ? 500 : 0]);
    expect(sent('refund')).toBe(1);
  });

  it('that the acquirer declines has failed', async () => {
    const attempt = await paid('worldline');
    await trouble('worldline', 'fail');
    const { status, body } = await ask(attempt, 'refund', 500);
    expect([status, body.provider?.code]).toEqual([502, '30001001']);
    expect(statesOf(await read(attempt))).toEqual(['failed']);
  });

  const UNCLEAR: readonly (readonly [status: number, retriable: boolean])[] = [
    [408, false],
    [409, false],
    [425, false],
    [429, false],
    [500, false],
    [503, false],
    // What may be tried again has no answer yet.
    [400, true],
    [402, true],
  ];

  it.each(UNCLEAR)('answered with %i (retriable: %s) is unknown', async (status, retriable) => {
    const attempt = await paid('worldline');
    const errors = [{ errorCode: '50001111', id: 'X', message: 'X', retriable }];
    const restore = answering(isRefund, () => Response.json({ errors }, { status }));
    await ask(attempt, 'refund', 500);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
  });

  it.each([
    ['another payment', { id: '9999999999_1' }],
    ['another amount', { refundOutput: { amountOfMoney: { amount: 1, currencyCode: 'EUR' } } }],
    ['another currency', { refundOutput: { amountOfMoney: { amount: 500, currencyCode: 'USD' } } }],
    ['another order', { refundOutput: { references: { merchantReference: 'OTHER' } } }],
    ['another operation', { refundOutput: { operationReferences: { merchantReference: 'OTHER' } } }],
    ['an unknown word', { status: 'STRANGE' }],
    ['a number that contradicts it', { statusOutput: { statusCode: 83 } }],
    ['no id', { id: null }],
  ])('answered about something else is unknown, then the list decides: %s', async (_what, change) => {
    const attempt = await paid('worldline');
    const restore = answering(isRefund, async (answer) =>
      Response.json({ ...(await answer.json<object>()), ...change }, { status: 201 }),
    );
    await ask(attempt, 'refund', 500);
    restore();
    expect(statesOf(await read(attempt))).toEqual(['unknown']);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });

  it('of the portal adds to ours, told or asked, and settles none of ours', async () => {
    const attempt = await paid('worldline');
    await inPanel(attempt, 'refund', 300);
    await tell(attempt, 0);
    await slow(attempt);
    await ask(attempt, 'refund', 300);
    await slow(attempt, false);
    await inPanel(attempt, 'refund', 200);
    const now = await refreshed(attempt, 1);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['accepted'], 500]);
    await conclude(attempt, 1, 'done');
    expect((await refreshed(attempt, 1)).amounts.refunded).toBe(800);
  });
});

describe('the details of a payment', () => {
  it.each([
    ['another order', { references: { merchantReference: 'OTHER' } }],
    ['no order', { references: null }],
    ['another currency', { amountOfMoney: { amount: 1999, currencyCode: 'USD' } }],
  ])('about %s are no answer', async (_what, change) => {
    const attempt = await held();
    await inPanel(attempt, 'capture', 1999);
    const restore = changing('GET', /\/details$/, (body) => ({
      ...body,
      paymentOutput: { ...(body.paymentOutput as object), ...change },
    }));
    expect((await refreshed(attempt, 1)).amounts.paid).toBe(0);
    restore();
    expect((await refreshed(attempt, 1)).amounts.paid).toBe(1999);
  });
});
