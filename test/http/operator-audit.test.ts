/**
 * What operators change, in the audit log. The failures ruled out: an entry names another operator's operation; a change is noted
 * nowhere, or is lost because whoever asked for it did not wait; what failed at the provider is noted as if it had not been tried.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  cut,
  journey,
  type LogEvent,
  makeAccount,
  makeShop,
  network,
  type Payment,
  request,
  unique,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  cut(null);
  net.restore();
});

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const entries = async (subject: string) =>
  (await admin<{ data: Entry[] }>('GET', `/audit?subject=${subject}`)).body.data;

async function paid() {
  const attempt = await journey('paybox');
  await attempt.notify('pay');
  return attempt;
}

describe('an entry of the audit log', () => {
  it('names the operation that its operator has made, however many come at the same time', async () => {
    const { payment, shop } = await paid();
    const tokens = await Promise.all([1, 2, 3].map(() => makeToken({ role: 'refund' })));
    const path = `/payments/${payment.id}/refund`;
    const asked = tokens.map(({ token }, index) => asToken(token)('POST', path, { amount: 100 + index }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const log: LogEvent[] = await shop.events(payment.id);
    const made = log
      .filter(({ type }) => type === 'operation.requested')
      .map(({ detail: { by, operation, amount } }) => `${by} ${operation} ${amount}`);
    const noted = (await entries(payment.id)).map(
      ({ actor, detail: { operation, amount } }) => `${actor} ${operation} ${amount}`,
    );
    expect(noted.toSorted()).toEqual(made.toSorted());
  });

  it('says of an operation whose answer was lost which one it was, once', async () => {
    const { payment } = await paid();
    cut('after');
    const { token } = await makeToken({ role: 'refund' });
    const refund = () =>
      asToken(token, { 'idempotency-key': 'lost' })('POST', `/payments/${payment.id}/refund`, {
        amount: 100,
      });
    const first = await refund();
    expect(first.status).toBeGreaterThanOrEqual(500);
    await refund();
    cut(null);
    expect(await entries(payment.id)).toMatchObject([
      { action: 'payment.refund', detail: { operation: 1, problem: first.body.code } },
    ]);
  });

  it('is there for a payment link whose amount is changed', async () => {
    const shop = await makeShop([await makeAccount('dummy')]);
    const { token } = await makeToken({ role: 'refund', shops: [shop.id] });
    const link = (body: object) =>
      asToken(token)<Payment>('POST', `/shops/${shop.id}/payments`, {
        reference: 'bill',
        currency: 'EUR',
        ...body,
      });
    const { body } = await link({ amount: 500 });
    const replaced = await link({ amount: 900, replace: true });
    expect([replaced.status, replaced.body.amount]).toEqual([200, 900]);
    // It is no repeat: the answer is another one than the first.
    expect(replaced.headers.has('idempotent-replayed')).toBe(false);
    const again = await link({ amount: 900 });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await entries(body.id)).toMatchObject([
      { action: 'payment.replaced', detail: { reference: 'bill', amount: 900 } },
      { action: 'payment.created', detail: { reference: 'bill', amount: 500 } },
    ]);
  });

  it('is written although nobody waits for the answer', async () => {
    const { payment } = await paid();
    const app = createApp(() => serviceOf(env as unknown as Env));
    const kept: Promise<unknown>[] = [];
    const context = {
      waitUntil: (work: Promise<unknown>) => void kept.push(work),
      passThroughOnException: () => {},
      props: {},
    };
    const call = (path: string, body: object) =>
      app.fetch(
        new Request(`https://pay.countersign.dev/v1/admin${path}`, {
          method: 'POST',
          headers: { authorization: 'Bearer test-admin-token' },
          body: JSON.stringify(body),
        }),
        env,
        context,
      );
    for (const [path, body, action] of [
      [`/payments/${payment.id}/refresh`, {}, 'payment.refreshed'],
      [`/payments/${payment.id}/erase`, {}, 'payment.erased'],
    ] as const) {
      const before = kept.length;
      const answering = call(path, body);
      await expect.poll(() => kept.length).toBeGreaterThan(before);
      // The platform lets what was handed over come to its end, and nothing else.
      await Promise.all(kept);
      expect(
        (await entries(payment.id)).map((entry) => entry.action),
        path,
      ).toContain(action);
      await answering;
    }
  });
});

describe('a shop that is not the operator’s', () => {
  it('is 404 as the filter of a list, and not a list of nothing', async () => {
    const [mine, other] = [await makeShop([]), await makeShop([])];
    const { token } = await makeToken({ role: 'view', shops: [mine.id] });
    const call = asToken(token);
    for (const list of ['attention', 'audit', 'payments']) {
      expect((await call('GET', `/${list}?shop=${mine.id}`)).status, list).toBe(200);
      expect((await call('GET', `/${list}?shop=${other.id}`)).status, list).toBe(404);
    }
    expect((await admin('GET', '/attention?shop=nobody')).status).toBe(404);
    // What was deleted is still in the audit log of who may see all.
    expect((await admin('GET', '/audit?shop=nobody')).status).toBe(200);
  });

  it('has a say in what its account needs: nobody else resolves that alone', async () => {
    const account = await makeAccount('ogone');
    const [mine] = [await makeShop([account]), await makeShop([account])];
    await admin('POST', `/accounts/${account}/secrets/sha_out/rotate`, {
      value: `another passphrase ${unique()}`,
      graceSeconds: 3600,
    });
    const { token } = await makeToken({ role: 'refund', shops: [mine.id] });
    const open = async () =>
      (
        await admin<{ data: { id: string; account: string }[] }>('GET', '/attention?kind=secret_ending')
      ).body.data.find((entry) => entry.account === account);
    const found = await open();
    const resolve = (call: typeof admin) => call('POST', `/attention/${found?.id}/resolve`, { note: 'done' });
    expect((await resolve(asToken(token))).status).toBe(403);
    expect(await open()).toEqual(found);
    expect((await resolve(admin)).status).toBe(200);
    expect((await request('/v1/admin/attention')).status).toBe(401);
  });
});
