/**
 * What reaches Worldline's addresses here. Ruled out: the check of an address that becomes a page, a return that asks about a payment which
 * is not its own, a webhook under a key that was revoked, an earlier secret under a later name.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { worldline } from '../../../src/providers/worldline/index.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import { ask, paid, read as readPayment, refreshed } from '../../support/bank-office.ts';
import {
  admin,
  bankOf,
  deliver,
  demoSettings,
  type Journey,
  journey,
  known,
  memory,
  merchant,
  network,
  runAlarms,
  request as send,
} from '../../support/harness.ts';
import { begin } from '../support.ts';

const SETTINGS = demoSettings('worldline');

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

describe('the check of the webhook address', () => {
  const probe = (account: string, value: string, method = 'GET') =>
    send(`/callback/${account}`, {
      method,
      headers: { 'X-GCS-Webhooks-Endpoint-Verification': value, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });

  it('is answered with its own header as text', async () => {
    const { account } = await journey('worldline');
    const answer = await probe(account, 'a3f1c7e2-0d55-4c1c-9a47-55f0a2d1c9bb');
    expect([answer.status, await answer.text()]).toEqual([200, 'a3f1c7e2-0d55-4c1c-9a47-55f0a2d1c9bb']);
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['<script>alert(1)</script>', 'a b', 'x'.repeat(257)])('echoes nothing like %s', async (value) => {
    const { account } = await journey('worldline');
    const answer = await probe(account, value);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toContain(value);
  });

  it('makes no notification of a POST', async () => {
    const { account } = await journey('worldline');
    expect((await probe(account, 'abc', 'POST')).status).toBe(403);
  });
});

describe('a return', () => {
  const calls = () => net.calls.filter((url) => url.includes('/hostedcheckouts/'));

  /** The shopper pays, nobody is told, and the browser comes back. */
  async function back(change: (url: URL) => void = () => {}): Promise<Journey> {
    const attempt = await journey('worldline');
    const bank = bankOf('worldline');
    await decided(memory, attempt.order, 'pay');
    await bank.decide?.(attempt.order, attempt.merchant, 'pay', memory);
    const url = new URL(bank.back(attempt.order, attempt.merchant, 'pay'));
    change(url);
    net.calls.length = 0;
    expect((await send(url.href)).status).toBe(303);
    return attempt;
  }

  it('with the RETURNMAC of its session has the provider asked, and is paid by the answer', async () => {
    const attempt = await back();
    expect(calls()).toHaveLength(1);
    expect((await readPayment(attempt)).status).toBe('paid');
  });

  it.each([
    [
      'another RETURNMAC',
      (url: URL) => url.searchParams.set('RETURNMAC', 'cd62cb91-0000-0000-0000-000000000000'),
    ],
    ['another session', (url: URL) => url.searchParams.set('hostedCheckoutId', '10083980755')],
    ['no RETURNMAC', (url: URL) => url.searchParams.delete('RETURNMAC')],
    ['two of them', (url: URL) => url.searchParams.append('RETURNMAC', 'x')],
  ])('with %s asks nobody, moves nothing and is logged', async (_what, change) => {
    const attempt = await back(change);
    await runAlarms(attempt.payment.id);
    expect(calls()).toHaveLength(0);
    expect((await readPayment(attempt)).status).toBe('forwarded');
    const { body } = await admin<{ data: { channel: string; reason: string }[] }>(
      'GET',
      `/accounts/${attempt.account}/refusals`,
    );
    expect(body.data[0]).toMatchObject({ channel: 'return' });
  });

  it('of a stranger, again and again, asks nobody, is refused each time, and does not hold up the shopper', async () => {
    const attempt = await journey('worldline');
    const bank = bankOf('worldline');
    await decided(memory, attempt.order, 'pay');
    await bank.decide?.(attempt.order, attempt.merchant, 'pay', memory);
    const own = bank.back(attempt.order, attempt.merchant, 'pay');
    const forged = new URL(own);
    forged.searchParams.set('RETURNMAC', 'cd62cb91-0000-0000-0000-000000000000');
    net.calls.length = 0;
    for (let times = 0; times < 3; times += 1) await send(forged.href);
    await runAlarms(attempt.payment.id);
    expect(calls()).toHaveLength(0);
    const { body } = await admin<{ data: { channel: string; count: number }[] }>(
      'GET',
      `/accounts/${attempt.account}/refusals`,
    );
    expect(body.data.filter(({ channel }) => channel === 'return').length).toBeGreaterThan(0);
    await send(own);
    expect(calls()).toHaveLength(1);
    expect((await readPayment(attempt)).status).toBe('paid');
  });

  it('is compared with what is stored as a digest alone', async () => {
    const started = await begin(worldline);
    const { returnmacHash = '', hostedCheckoutId } = started.providerState ?? {};
    expect(returnmacHash).toMatch(/^[0-9a-f]{64}$/);
    const about = { RETURNMAC: returnmacHash, hostedCheckoutId: String(hostedCheckoutId) };
    expect(worldline.isOwnReturn?.(about, started.providerState ?? {})).toBe(false);
    expect(worldline.isOwnReturn?.({ RETURNMAC: 'x' }, {})).toBe(false);
    expect(worldline.isOwnReturn?.({ RETURNMAC: '' }, { returnmacHash: '' })).toBe(false);
  });
});

describe('new webhook keys', () => {
  const rotate = (account: string, body: object, setting = 'webhook_secret') =>
    admin<{ settings: Record<string, unknown>; errors?: { path: string }[] }>(
      'POST',
      `/accounts/${account}/secrets/${setting}/rotate`,
      body,
    );

  it('are chosen by X-GCS-KeyId, the old ones until their grace ends', async () => {
    const attempt = await journey('worldline');
    const value = 'the new webhook secret';
    const { body } = await rotate(attempt.account, { value, keyId: 'key-2', graceSeconds: 600 });
    expect(body.settings.webhook_key_id).toBe('key-2');
    const renewed = merchant('worldline', attempt.account, {
      webhook_secret: value,
      webhook_key_id: 'key-2',
    });
    const tell = (who: typeof renewed, decision: 'wait' | 'decline' | 'pay') =>
      deliver(bankOf('worldline').notification(attempt.order, who, decision, 'none'));
    // A new secret under the old name, and the other way round, are neither.
    for (const webhook_key_id of [String(SETTINGS.webhook_key_id), 'key-3'])
      expect(
        (await tell(merchant('worldline', attempt.account, { webhook_secret: value, webhook_key_id }), 'pay'))
          .status,
      ).toBe(403);
    expect(
      (await tell(merchant('worldline', attempt.account, { webhook_key_id: 'key-2' }), 'pay')).status,
    ).toBe(403);
    expect((await tell(attempt.merchant, 'decline')).status).toBe(200);
    expect((await tell(renewed, 'pay')).status).toBe(200);
    const applied = (await attempt.shop.events(attempt.payment.id)).filter(
      ({ type }) => type === 'notification.applied',
    );
    expect(applied.map(({ detail }) => detail.signedBy)).toEqual([
      'webhook_secret (earlier, in its grace)',
      'current',
    ]);
    // Worldline revokes at once: what comes under the old key after the grace is nobody's.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    expect((await tell(attempt.merchant, 'wait')).status).toBe(403);
  });

  it('twice keep each earlier secret with its own id', async () => {
    const attempt = await journey('worldline');
    for (const number of [2, 3])
      await rotate(attempt.account, {
        value: `webhook secret ${number}`,
        keyId: `key-${number}`,
        graceSeconds: 600,
      });
    const second = merchant('worldline', attempt.account, {
      webhook_secret: 'webhook secret 2',
      webhook_key_id: 'key-2',
    });
    for (const [who, decision] of [
      [attempt.merchant, 'wait'],
      [second, 'decline'],
    ] as const)
      expect(
        (await deliver(bankOf('worldline').notification(attempt.order, who, decision, 'none'))).status,
      ).toBe(200);
  });

  it('need their id, and secrets without ids take none', async () => {
    const { account } = await journey('worldline');
    const value = 'the new webhook secret';
    const missing = await rotate(account, { value });
    expect([missing.status, missing.body.errors?.[0]?.path]).toEqual([400, 'keyId']);
    const long = await rotate(account, { value, keyId: 'k'.repeat(65) });
    expect([long.status, long.body.errors?.[0]?.path]).toEqual([400, 'keyId']);
    const other = await journey('ogone');
    const named = await rotate(other.account, { value: 'a passphrase of 16', keyId: 'x' }, 'sha_out');
    expect([named.status, named.body.errors?.[0]?.path]).toEqual([400, 'keyId']);
  });

  it('of the API sign the next call under their own id', async () => {
    const attempt = await paid('worldline');
    const value = 'the new secret of the API';
    await rotate(attempt.account, { value, keyId: 'API2', graceSeconds: 0 }, 'api_secret');
    known(merchant('worldline', attempt.account, { api_secret: value, api_key_id: 'API2' }));
    expect((await ask(attempt, 'refund', 500)).status).toBe(200);
  });
});

it('a shopper who gave up and one who was declined and then paid are known by a status query', async () => {
  const gaveUp = await journey('worldline');
  await gaveUp.notify('cancel');
  expect((await readPayment(gaveUp)).status).toBe('cancelled');
  const retried = await journey('worldline');
  await retried.notify('decline');
  expect((await readPayment(retried)).status).toBe('denied');
  await retried.notify('pay');
  expect((await refreshed(retried)).status).toBe('paid');
});
