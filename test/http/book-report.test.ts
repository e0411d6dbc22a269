/**
 * The daily report of the books. The failures ruled out: a day that is sent under another's sums, is lost because nobody answered, or
 * cannot be verified.
 */
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dueDays, sendDailyReports } from '../../src/gateway/daily-report.ts';
import type { Minor } from '../../src/payments/money.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { create, newId, notify } from '../ledger/support.ts';
import {
  admin,
  ledgerOf,
  makeShop,
  network,
  type Problem,
  type ReceivedWebhook,
  runAlarms,
} from '../support/harness.ts';

let answer: (webhook: ReceivedWebhook) => Response;
let net: ReturnType<typeof network>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => net.restore());

describe('the daily report', () => {
  const target = { url: 'https://books.example.com/report', timeZone: 'Europe/Zurich', hour: 6 };

  it('is due from its hour on, for each day that was not sent, a week at most', () => {
    const of = (lastDay: string | null, time: string) =>
      dueDays({ ...target, nonce: 'a', lastDay }, Date.parse(time));
    expect(of(null, '2030-03-31T03:59:00Z')).toEqual([]);
    // Summer time began at two: six o'clock is four in UTC.
    expect(of(null, '2030-03-31T04:00:00Z')).toEqual(['2030-03-30']);
    expect(of('2030-03-30', '2030-03-31T23:00:00Z')).toEqual([]);
    expect(of('2030-03-28', '2030-03-31T04:00:00Z')).toEqual(['2030-03-29', '2030-03-30']);
    expect(of('2030-01-01', '2030-03-31T04:00:00Z')).toHaveLength(7);
    // None that nobody has taken is lost, from the first on.
    const first = dueDays(
      { ...target, nonce: 'a', firstDay: '2030-03-26', lastDay: null },
      Date.parse('2030-03-31T04:00:00Z'),
    );
    expect(first).toEqual(['2030-03-26', '2030-03-27', '2030-03-28', '2030-03-29', '2030-03-30']);
  });

  it('of midnight waits until what moved in the last moments of the day is in the copy', () => {
    const of = (time: string) =>
      dueDays({ ...target, hour: 0, nonce: 'a', lastDay: '2030-03-29' }, Date.parse(time));
    expect(of('2030-03-30T23:00:00Z')).toEqual([]);
    expect(of('2030-03-30T23:09:59Z')).toEqual([]);
    expect(of('2030-03-30T23:10:00Z')).toEqual(['2030-03-30']);
  });

  it('has the sums of the day before, verifies, and is sent once: again only where nobody took it', async () => {
    vi.setSystemTime(new Date('2031-05-05T03:00:00Z'));
    const { status, body: set } = await admin<{ secret: string }>('PUT', '/report', target);
    expect(status).toBe(200);
    const shop = await makeShop([]);
    vi.setSystemTime(new Date('2031-05-04T21:59:59Z'));
    const id = newId();
    await ledgerOf(id).create(create(id, { shop: shop.id }));
    await ledgerOf(id).applyUpdate(notify());
    await ledgerOf(id).applyUpdate(
      notify({ key: 'r', movement: 'R', outcome: 'refunded', amount: 400 as Minor }),
    );
    await runAlarms(id);
    const service = serviceOf(env as unknown as Env);
    const received = () => net.webhooks.filter(({ url }) => url === target.url);
    vi.setSystemTime(new Date('2031-05-05T03:59:59Z'));
    await sendDailyReports(service);
    expect(received()).toEqual([]);
    vi.setSystemTime(new Date('2031-05-05T04:00:00Z'));
    answer = () => new Response(null, { status: 503 });
    await sendDailyReports(service);
    answer = () => new Response();
    await sendDailyReports(service);
    await sendDailyReports(service);
    const [failed, taken, ...more] = received();
    expect(more).toEqual([]);
    expect(taken?.headers['webhook-id']).toBe(failed?.headers['webhook-id']);
    const message = new Webhook(set.secret).verify(taken?.raw ?? '', taken?.headers ?? {}) as {
      type: string;
      data: { day: string; sums: object[]; totals: object[]; attention: { counts: object } };
    };
    expect(message).toMatchObject({
      type: 'report.daily',
      data: {
        day: '2031-05-04',
        timeZone: 'Europe/Zurich',
        sums: [{ key: shop.id, currency: 'EUR', gross: 1999, refunds: 400, net: 1599 }],
        totals: [{ currency: 'EUR', net: 1599 }],
      },
    });
    expect((await admin('GET', '/report')).body).toEqual({ ...target, lastDay: '2031-05-04' });
    expect((await admin('DELETE', '/report')).status).toBe(204);
    expect((await admin('GET', '/report')).status).toBe(404);
    vi.setSystemTime(new Date('2031-05-06T04:00:00Z'));
    await sendDailyReports(service);
    expect(received()).toHaveLength(2);
  });

  it('begins with the day before it was set, although nobody takes it for days', async () => {
    vi.setSystemTime(new Date('2032-05-05T12:00:00Z'));
    await admin('PUT', '/report', target);
    const service = serviceOf(env as unknown as Env);
    answer = () => new Response(null, { status: 503 });
    await sendDailyReports(service);
    vi.setSystemTime(new Date('2032-05-07T12:00:00Z'));
    // Another address takes over what the first one did not take.
    const { body } = await admin<object>('PUT', '/report', { ...target, hour: 5 });
    expect(body).not.toHaveProperty('firstDay');
    answer = () => new Response();
    await sendDailyReports(service);
    const days = net.webhooks.map(({ raw }) => (JSON.parse(raw) as { data: { day: string } }).data.day);
    expect(days).toEqual(['2032-05-04', '2032-05-04', '2032-05-05', '2032-05-06']);
    expect((await admin('DELETE', '/report')).status).toBe(204);
  });

  it.each([
    [{ ...target, url: 'https://10.0.0.1/x' }, 'url'],
    [{ ...target, url: 'http://books.example.com' }, 'url'],
    [{ ...target, timeZone: 'Europe/Nowhere' }, 'timeZone'],
    [{ ...target, hour: 24 }, 'hour'],
    [{ url: target.url, hour: 3 }, 'timeZone'],
  ])('goes nowhere that cannot be: %o', async (body, path) => {
    const answered = await admin<Problem>('PUT', '/report', body);
    expect(answered.status).toBe(400);
    expect(answered.body.errors?.[0]?.path).toBe(path);
  });
});
