/**
 * Operations that are asked for twice, at the same time, or where they may not be. The failures ruled out: one key that reaches the
 * provider twice, more money that goes back than came, and an operation that is tried although it cannot be.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BANK_API, network, request, trouble } from '../support/harness.ts';
import { call, held, paid, read } from './after-payment-support.ts';

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

describe('one key', () => {
  it('has one answer, and reaches the provider once', async () => {
    const attempt = await paid('sips2');
    const first = await call(attempt, 'refund', { amount: 500 }, 'key-1');
    const again = await call(attempt, 'refund', { amount: 500 }, 'key-1');
    await call(attempt, 'refund', { amount: 300 }, 'key-2');
    const late = await call(attempt, 'refund', { amount: 500 }, 'key-1');
    expect(first.status).toBe(200);
    for (const { body, headers } of [again, late]) {
      expect(body).toEqual(first.body);
      expect(headers.get('idempotent-replayed')).toBe('true');
    }
    expect(moneyCalls(REFUND)).toHaveLength(2);
    expect((await read(attempt)).amounts.refunded).toBe(800);
  });

  it('belongs to one request', async () => {
    const attempt = await paid('sips2');
    await call(attempt, 'refund', { amount: 500 }, 'key-1');
    const other = await call(attempt, 'refund', { amount: 600 }, 'key-1');
    expect([other.status, other.body.code]).toEqual([409, 'reference_conflict']);
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('has one answer for a decline too', async () => {
    const attempt = await paid('sips2');
    await trouble('sips2', 'fail');
    const first = await call(attempt, 'refund', {}, 'key-1');
    expect(await call(attempt, 'refund', {}, 'key-1')).toMatchObject({ status: 502, body: first.body });
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it.each(['', 'ü', 'x'.repeat(256)])('is rejected in the form %j', async (key) => {
    const attempt = await paid('sips2');
    const sent = request(`/v1/payments/${attempt.payment.id}/refund`, {
      method: 'POST',
      headers: { authorization: `Bearer ${attempt.shop.apiKey}`, 'idempotency-key': key },
    });
    expect((await sent).status).toBe(400);
  });
});

describe('at the same time', () => {
  it('two refunds of the whole are one refund and one 409', async () => {
    const attempt = await paid('sips2');
    const answers = await Promise.all([call(attempt, 'refund'), call(attempt, 'refund')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('invalid_state');
    expect(moneyCalls(REFUND)).toHaveLength(1);
    expect((await read(attempt)).amounts).toMatchObject({ paid: 1999, refunded: 1999 });
  });

  it('two parts that fit are both done', async () => {
    const attempt = await paid('sips2');
    const answers = await Promise.all([1000, 999].map((amount) => call(attempt, 'refund', { amount })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(attempt)).status).toBe('refunded');
  });

  it('one key twice is one operation', async () => {
    const attempt = await paid('sips2');
    const answers = await Promise.all([1, 2, 3].map(() => call(attempt, 'refund', {}, 'same')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('a capture and a cancel are one of the two', async () => {
    const attempt = await held('sips2');
    const answers = await Promise.all([call(attempt, 'capture'), call(attempt, 'cancel')]);
    const { amounts } = await read(attempt);
    const [captured, cancelled] = answers.map(({ status }) => status === 200);
    expect(captured || cancelled).toBe(true);
    // What was captured can still be taken back before it is settled, and then no money is left.
    expect(amounts.paid - amounts.refunded).toBe(captured && !cancelled ? 1999 : 0);
  });
});

describe('what may not be done', () => {
  it('is rejected before the provider is called', async () => {
    const attempt = await paid('sips2');
    const before = net.calls.length;
    expect(await call(attempt, 'capture')).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    expect(await call(attempt, 'refund', { amount: 2000 })).toMatchObject({
      status: 422,
      body: { code: 'amount_out_of_range', detail: expect.stringContaining('19.99') },
    });
    for (const body of [{ amount: 0 }, { amount: -1 }, { amount: 1.5 }, { amount: '5' }, { attempt: 0 }])
      expect((await call(attempt, 'refund', body)).status).toBe(400);
    expect(await call(attempt, 'refund', { attempt: 2 })).toMatchObject({ status: 400 });
    expect(net.calls.length).toBe(before);
    expect((await read(attempt)).operations).toEqual([]);
  });

  it('is said of a provider without the operation, and of an account without what it needs', async () => {
    const without = await paid('spplus');
    expect(await call(without, 'refund')).toMatchObject({
      status: 422,
      body: { code: 'unsupported_operation', detail: expect.stringContaining('SPPlus') },
    });
    expect((await call(without, 'refresh')).status).toBe(422);
    const bare = await paid('ogone', { settings: { userid: undefined, pswd: undefined } });
    expect(await call(bare, 'refund')).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('userid') },
    });
  });

  it('is nothing of another shop, and of nobody', async () => {
    const [mine, other] = [await paid('sips2'), await paid('sips2')];
    expect((await call({ ...mine, shop: other.shop }, 'refund')).status).toBe(404);
    const path = `/v1/payments/${mine.payment.id}/refund`;
    expect((await request(path, { method: 'POST' })).status).toBe(401);
    expect((await request(path)).status).toBe(405);
  });
});
