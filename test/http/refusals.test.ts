/** Refused notifications are kept with what explains them, and noise does not fill the directory. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Env, serviceOf } from '../../src/worker.ts';
import { admin, bankOf, demoSettings, journey, network, request } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Refusals {
  readonly data: readonly {
    readonly id: number;
    readonly channel: string;
    readonly reason: string;
    readonly requestId: string;
    readonly explanation: {
      readonly expected: string;
      readonly firstDifference: { readonly at: number; readonly expected: string };
      readonly base: string;
      readonly likelyCauses: readonly string[];
      readonly keysTried: readonly object[];
    };
  }[];
  readonly nextCursor: string | null;
}

const refusals = async (account: string, query = '') =>
  (await admin<Refusals>('GET', `/accounts/${account}/refusals${query}`)).body;

describe('a refused notification', () => {
  it('can be looked up with its explanation, by the id of its answer', async () => {
    const attempt = await journey('ogone');
    const answer = await attempt.notify('pay', 'bad-signature');
    const [refusal] = (await refusals(attempt.account)).data;
    expect(refusal).toMatchObject({
      channel: 'notification',
      reason: 'signature_mismatch',
      requestId: answer.headers.get('x-request-id'),
      explanation: { charset: 'utf-8', likelyCauses: [expect.stringContaining('changed')] },
    });
    expect(refusal?.explanation.base).toContain('AMOUNT=0.01‹sha_out›');
    const stored = JSON.stringify(await env.DIRECTORY.prepare('SELECT * FROM refusals').all());
    expect(stored).not.toContain(String(demoSettings('ogone').sha_out));
  });

  it('is not paid by what the operator reads of it, however often it is tried', async () => {
    const attempt = await journey('ogone');
    const genuine = String(
      bankOf('ogone').notification(attempt.order, attempt.merchant, 'decline', 'none').body,
    );
    const forged = genuine.replace('STATUS=2', 'STATUS=9');
    expect(forged).not.toBe(genuine);
    const post = (body: string) =>
      request(`/callback/${attempt.account}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
    let guess = '0'.repeat(128);
    for (let count = 0; count < 20; count++) {
      expect((await post(forged.replace(/SHASIGN=\w+/, `SHASIGN=${guess}`))).status).toBe(403);
      const [refusal] = (await refusals(attempt.account)).data;
      if (!refusal) throw new Error('it was not stored');
      const { expected, firstDifference: difference } = refusal.explanation;
      expect(expected).toHaveLength(8);
      expect(difference.at).toBeLessThanOrEqual(8);
      // The attacker writes everything that is shown into the next try.
      guess = (expected + guess.slice(8, difference.at) + difference.expected).padEnd(128, '0');
    }
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
  });

  it('names every live key that was tried', async () => {
    const attempt = await journey('ogone');
    await admin('POST', `/accounts/${attempt.account}/secrets/sha_out/rotate`, {
      value: 'the-new-sha-out-passphrase',
    });
    await attempt.notify('pay', 'bad-signature');
    const [refusal] = (await refusals(attempt.account)).data;
    expect(refusal?.explanation.keysTried).toMatchObject([
      { setting: 'sha_out', which: 'current' },
      { setting: 'sha_out', which: expect.stringContaining('earlier') },
    ]);
  });

  it('and a refused return as well', async () => {
    const attempt = await journey('paybox');
    await request(
      bankOf('paybox').back(attempt.order, attempt.merchant, 'pay').replace('amount=1999', 'amount=1'),
    );
    expect((await refusals(attempt.account)).data[0]).toMatchObject({
      channel: 'return',
      reason: 'signature_mismatch',
    });
  });

  it('is kept thirty times a minute for each account, and answered always', async () => {
    const attempt = await journey('ogone');
    for (let count = 0; count < 35; count++)
      expect((await attempt.notify('pay', 'bad-signature')).status).toBe(403);
    expect((await refusals(attempt.account, '?limit=100')).data).toHaveLength(30);
    vi.setSystemTime(Date.now() + 61_000);
    await attempt.notify('pay', 'bad-signature');
    expect((await refusals(attempt.account, '?limit=100')).data).toHaveLength(31);
  });
});

describe('the list', () => {
  it('goes page by page and keeps the newest 200', async () => {
    const attempt = await journey('ogone');
    const { directory } = serviceOf(env as unknown as Env);
    for (let count = 0; count < 205; count++) {
      await directory.recordRefusal({
        account: attempt.account,
        channel: 'notification',
        reason: 'malformed',
        requestId: String(count),
        ip: null,
        explanation: {},
      });
    }
    const first = await refusals(attempt.account, '?limit=100');
    const second = await refusals(attempt.account, `?limit=100&cursor=${first.nextCursor}`);
    const third = await refusals(attempt.account, `?limit=100&cursor=${second.nextCursor}`);
    expect([first, second, third].map(({ data }) => data.length)).toEqual([100, 100, 0]);
    expect([first.data[0]?.requestId, second.data.at(-1)?.requestId]).toEqual(['204', '5']);
    expect((await admin('GET', '/accounts/nobody/refusals')).status).toBe(404);
  });
});
