/**
 * What a person says of an operation whose outcome the provider does not say. The failures ruled out: one that stays unknown for ever, or
 * is concluded twice; a word that the audit log does not have; and a log in which nobody sees that somebody has to look.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering } from '../support/bank-office.ts';
import { admin, cut, type Journey, network, objectOf, runAlarms } from '../support/harness.ts';
import { type Answer, call, paid, read } from './after-payment-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

describe('a person', () => {
  const conclude = (id: string, body: object, number = 1) =>
    admin<Answer>('POST', `/payments/${id}/operations/${number}`, body);

  /** A payment whose provider does not say what became of its refunds. */
  async function unanswered(): Promise<Journey> {
    answering(
      ({ url }) => url.endsWith('/chargeback/status'),
      () => new Response('', { status: 503 }),
    );
    return paid('tpay', {
      settings: { mode: 'classic', api_key: 'key-of-tpay', api_password: 'secret', require_jws: false },
    });
  }

  it('says what became of an operation whose outcome stays unknown', async () => {
    const attempt = await unanswered();
    cut('after');
    expect((await call(attempt, 'refund')).status).toBe(504);
    await call(attempt, 'refresh');
    const { id } = attempt.payment;
    expect((await read(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
    for (const [body, status] of [
      [{}, 400],
      [{ outcome: 'perhaps' }, 400],
    ] as const)
      expect((await conclude(id, body)).status).toBe(status);
    expect((await conclude(id, { outcome: 'failed' }, 2)).status).toBe(404);
    const concluded = await conclude(id, { outcome: 'succeeded', note: 'seen in the panel' });
    expect(concluded).toMatchObject({ status: 200, body: { status: 'refunded' } });
    expect((await conclude(id, { outcome: 'failed' })).status).toBe(409);
    const { body } = await admin<{ data: { action: string; subject: string; detail: object }[] }>(
      'GET',
      '/audit',
    );
    expect(body.data[0]).toMatchObject({
      action: 'operation.settled',
      subject: id,
      detail: { operation: 1, outcome: 'succeeded', note: 'seen in the panel' },
    });
  });

  it('sees in the log what was requested, what came of it, and that somebody has to look', async () => {
    const attempt = await unanswered();
    cut('before');
    await call(attempt, 'refund', { amount: 700 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    for (let tries = 0; tries < 12; tries += 1) {
      vi.setSystemTime(Date.now() + 400_000_000);
      await runAlarms(attempt.payment.id);
    }
    const log = await attempt.shop.events(attempt.payment.id);
    const types = log.map(({ type }) => type).filter((type) => type.startsWith('operation'));
    expect(types).toEqual(['operation.requested', 'operation.unknown', 'operation.abandoned']);
    expect(log.find(({ type }) => type === 'operation.requested')?.detail).toMatchObject({
      kind: 'refund',
      amount: 700,
    });
    expect(await ledgerIsWhole(attempt)).toBeNull();
    expect((await call(attempt, 'refund')).status).toBe(409);
  });
});

const ledgerIsWhole = ({ payment }: Journey) =>
  (objectOf(payment.id) as unknown as { brokenLink(): Promise<number | null> }).brokenLink();
