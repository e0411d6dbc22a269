/**
 * What the clock does after the payment: status queries by schedule, and what is overdue. The failures ruled out: a payment whose result
 * nobody asks for, and a bank that is asked without end.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  journey,
  makeAccount,
  makeShop,
  memory,
  network,
  request,
  runAlarms,
} from '../support/harness.ts';
import { read } from './after-payment-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

describe('the clock', () => {
  const cron = () => everyTenMinutes(serviceOf(env as unknown as Env));
  const HOUR = 3_600_000;
  let clock: number;
  beforeEach(async () => {
    // A cron serves every account and payment there is: those of other tests are over.
    await (env as unknown as Env).DIRECTORY.exec('DELETE FROM accounts');
    await (env as unknown as Env).DIRECTORY.exec('DELETE FROM payments');
    clock = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: clock });
  });
  const cronAfter = async (hours: number) => {
    vi.setSystemTime(clock + hours * HOUR);
    await cron();
  };

  it('queries a payment without a result by schedule, and takes the answer', async () => {
    const attempt = await journey('ecommpay');
    await request(attempt.payment.checkoutUrl);
    await runAlarms(attempt.payment.id);
    const queries = () => net.calls.filter((url) => url.endsWith('/payment/status')).length;
    await cronAfter(0.1);
    await runAlarms(attempt.payment.id);
    expect(queries()).toBe(0);
    await cronAfter(0.5);
    await runAlarms(attempt.payment.id);
    expect(queries()).toBe(1);
    await cronAfter(0.6);
    await runAlarms(attempt.payment.id);
    const { order } = attempt;
    await decided(memory, order, 'pay');
    await cronAfter(1.5);
    await runAlarms(attempt.payment.id);
    expect((await read(attempt)).status).toBe('paid');
    const before = queries();
    await cronAfter(30);
    await runAlarms(attempt.payment.id);
    expect(queries()).toBe(before);
    expect((await read(attempt)).status).toBe('paid');
  });

  it.each(['created', 'forwarded', 'pending'])(
    'gives up what stays %s, and later money still counts',
    async (status) => {
      const attempt = await journey('paybox');
      if (status !== 'created') await request(attempt.payment.checkoutUrl);
      if (status === 'pending') await attempt.notify('wait');
      await runAlarms(attempt.payment.id);
      await cronAfter(23);
      await runAlarms(attempt.payment.id);
      expect((await read(attempt)).status).toBe(status);
      await cronAfter(25);
      await runAlarms(attempt.payment.id);
      expect((await read(attempt)).status).toBe('expired');
      expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.expired');
      await attempt.notify('pay');
      expect((await read(attempt)).status).toBe('paid');
    },
  );

  it("keeps to the account's own limit", async () => {
    const account = await makeAccount('spplus', { expireAfterHours: 2 });
    const shop = await makeShop([account]);
    const { body: payment } = await shop.pay();
    await runAlarms(payment.id);
    await cronAfter(1.5);
    expect((await shop.payment(payment.id)).status).toBe('created');
    await cronAfter(2.5);
    await runAlarms(payment.id);
    expect((await shop.payment(payment.id)).status).toBe('expired');
    for (const expireAfterHours of [0, 1.5, 10_000])
      expect(
        (await admin('PUT', `/accounts/${account}`, { provider: 'spplus', expireAfterHours })).status,
      ).toBe(400);
  });

  it('leaves alone what has a result, and wakes no ledger twice without reason', async () => {
    const attempt = await journey('paybox');
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const row = () =>
      (env as unknown as Env).DIRECTORY.prepare('SELECT check_at FROM payments WHERE id = ?')
        .bind(attempt.payment.id)
        .first<{ check_at: string | null }>();
    expect((await row())?.check_at).toBeNull();
    await cronAfter(48);
    expect((await read(attempt)).status).toBe('paid');
  });

  it('goes on where one payment fails', async () => {
    const [broken, fine] = [await journey('paybox'), await journey('paybox')];
    for (const { payment } of [broken, fine]) await runAlarms(payment.id);
    await (env as unknown as Env).DIRECTORY.exec(
      `UPDATE payments SET id = 'not an id' WHERE id = '${broken.payment.id}'`,
    );
    await cronAfter(25);
    expect((await read(fine)).status).toBe('expired');
  });
});
