/**
 * The words to the shop after the payment. The failures ruled out: a refund, a declined refund or a person's word that changes the payment
 * and that no webhook tells; an old retry that cannot be told from news; an operation told to a website of PolyBanking.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, paid, read } from '../providers/operations-support.ts';
import { admin, cut, type Journey, network, placeAt, runAlarms, trouble } from '../support/harness.ts';

let isOut = false;
let net: ReturnType<typeof network>;
beforeEach(() => {
  isOut = false;
  net = network(() => new Response(null, { status: isOut ? 500 : 200 }));
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

/** What the shop has been told since, after what is due is done. */
async function toldOf({ payment }: Pick<Journey, 'payment'>) {
  await runAlarms(payment.id);
  return net.webhooks.splice(0).map(({ body }) => body);
}

const typesOf = async (attempt: Journey) => (await toldOf(attempt)).map(({ type }) => type);

describe('a change that leaves the status as it was', () => {
  it('is told: the second part of a refund, with its amounts', async () => {
    const attempt = await paid('paybox');
    await toldOf(attempt);
    await call(attempt, 'refund', { amount: 500 });
    expect((await toldOf(attempt)).map(({ type, data }) => [type, data.amounts.refunded])).toEqual([
      ['payment.partially_refunded', 500],
      ['operation.succeeded', 500],
    ]);
    await call(attempt, 'refund', { amount: 700 });
    expect((await toldOf(attempt)).map(({ type, data }) => [type, data.amounts.refunded])).toEqual([
      ['payment.partially_refunded', 1200],
      ['operation.succeeded', 1200],
    ]);
  });
});

describe('an operation', () => {
  it('that the provider declines at once is told, and moves nothing', async () => {
    const attempt = await paid('paybox');
    await toldOf(attempt);
    await trouble('paybox', 'fail');
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(502);
    const told = await toldOf(attempt);
    expect(told.map(({ type, data }) => [type, data.status])).toEqual([['operation.failed', 'paid']]);
    expect(told[0]?.data.operations).toMatchObject([{ kind: 'refund', state: 'failed', amount: 500 }]);
  });

  it('whose answer is lost is told as unknown, and told again when it is known', async () => {
    const attempt = await paid('sips2');
    await toldOf(attempt);
    cut('after');
    expect((await call(attempt, 'refund')).status).toBe(504);
    expect(await typesOf(attempt)).toEqual(['operation.unknown']);
    await call(attempt, 'refresh');
    expect(await typesOf(attempt)).toEqual(['payment.refunded', 'operation.succeeded']);
  });

  it.each([
    ['succeeded', ['payment.partially_refunded', 'operation.succeeded']],
    ['failed', ['operation.failed']],
  ] as const)('that a person says has %s is told', async (outcome, types) => {
    const attempt = await paid('paybox');
    await toldOf(attempt);
    cut('before');
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(504);
    expect(await typesOf(attempt)).toEqual(['operation.unknown']);
    const settled = await admin('POST', `/payments/${attempt.payment.id}/operations/1`, { outcome });
    expect(settled.status).toBe(200);
    expect(await typesOf(attempt)).toEqual(types);
  });

  it('is not told to a website of PolyBanking, whose original knows none', async () => {
    const place = await placeAt('postfinance', {}, { webhook: { dialect: 'polybanking' } });
    const attempt = await paid('postfinance', { place });
    await toldOf(attempt);
    net.webhooks.length = 0;
    cut('before');
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(504);
    await runAlarms(attempt.payment.id);
    expect(net.webhooks).toEqual([]);
    expect((await read(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
  });
});

describe('an old message that arrives late', () => {
  it('is seen to be old: its version is below that of what came before it', async () => {
    isOut = true;
    const attempt = await paid('paybox');
    const [first] = await toldOf(attempt);
    expect(first?.type).toBe('payment.paid');
    isOut = false;
    await call(attempt, 'refund', { amount: 500 });
    const newer = await toldOf(attempt);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    const retried = (await toldOf(attempt)).filter(({ type }) => type === 'payment.paid');
    expect(retried).toHaveLength(1);
    expect(retried[0]?.data.version).toBe(first?.data.version);
    for (const { data } of newer) expect(data.version).toBeGreaterThan(retried[0]?.data.version ?? 99);
    expect((await read(attempt)).version).toBe(newer.at(-1)?.data.version);
  });

  it('holds what its shop needs: the version, the operations, when it was paid, whether it is a test', async () => {
    const attempt = await paid('paybox');
    await call(attempt, 'refund', { amount: 500 });
    const told = await toldOf(attempt);
    const now = await read(attempt);
    expect(told.at(-1)?.data).toMatchObject({
      version: now.version,
      operations: [{ kind: 'refund', state: 'succeeded', amount: 500 }],
      paidAt: now.paidAt,
      test: true,
    });
    expect(now.paidAt).toEqual(expect.any(String));
    expect(told.at(-1)?.data).not.toHaveProperty('redirect');
  });
});
