/**
 * Webhook endpoints that do not answer, and messages that are sent again. The failures ruled out: a dead endpoint that holds up another,
 * a message sent twice to one that has it, an address that is tried for ever, and one that is switched off without a word.
 */

import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  admin,
  journey,
  network,
  objectOf,
  type ReceivedWebhook,
  runAlarms,
  unique,
  WEBHOOK_URL,
} from '../support/harness.ts';
import { endpointOf, later, listed, OTHER_URL, place, refunded } from './endpoints-support.ts';

let net = network();
let answer: (webhook: ReceivedWebhook) => Response | Promise<Response>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

const at = (url: string) => net.webhooks.filter((one) => one.url === url);
const typesAt = (url: string) => at(url).map(({ body }) => body.type);

describe('an endpoint that does not answer', () => {
  it('delays no other: messages that come meanwhile arrive there while it hangs', async () => {
    const { account, shop, pay } = await place({});
    const hung = Promise.withResolvers<void>();
    answer = async ({ url }) => {
      if (url === WEBHOOK_URL) await hung.promise;
      return new Response(null, { status: url === WEBHOOK_URL ? 503 : 200 });
    };
    const id = await pay();
    const alarm = runAlarms(id);
    await eventually(() => expect(typesAt(OTHER_URL)).toEqual(['payment.paid']));
    await refunded(account, id);
    await eventually(() => expect(typesAt(OTHER_URL)).toContain('payment.refunded'));
    // Another payment of the shop does not wait either.
    const second = await journey('ogone', { place: { account, shop } });
    await second.notify('pay');
    const other = runAlarms(second.payment.id);
    await eventually(() =>
      expect(typesAt(OTHER_URL).filter((type) => type === 'payment.paid')).toHaveLength(2),
    );
    expect(typesAt(WEBHOOK_URL)).toEqual(['payment.paid', 'payment.paid']);
    hung.resolve();
    await Promise.all([alarm, other]);
  });

  it('brings back no shopper who was erased while it hung', async () => {
    const { account, shop } = await place();
    const email = `gone-${unique()}@example.com`;
    const attempt = await journey('ogone', { place: { account, shop }, fields: { customer: { email } } });
    const { id } = attempt.payment;
    answer = () => new Response(null, { status: 503 });
    await attempt.notify('pay');
    await runAlarms(id);
    later(3600_000);
    const hung = Promise.withResolvers<void>();
    answer = async ({ raw }) => {
      await hung.promise;
      return new Response(raw, { status: 503 });
    };
    const alarm = runAlarms(id);
    await eventually(() => expect(at(WEBHOOK_URL)).toHaveLength(2));
    expect((await admin('POST', `/payments/${id}/erase`, {})).status).toBe(200);
    hung.resolve();
    await alarm;
    const left = await runInDurableObject(objectOf(id), (_object, { storage: { sql } }) =>
      JSON.stringify(
        ['payment', 'events', 'jobs'].map((table) => sql.exec(`SELECT * FROM ${table}`).toArray()),
      ),
    );
    expect(left).not.toContain(email);
    // Its log of tries goes on.
    expect((await admin<{ data: object[] }>('GET', `/payments/${id}/deliveries`)).body.data).toHaveLength(2);
  });

  it('is tried again alone: the others have the message once', async () => {
    const { pay } = await place({});
    answer = ({ url }) => new Response(null, { status: url === OTHER_URL ? 503 : 200 });
    const id = await pay();
    for (let count = 0; count < 3; count++) {
      await runAlarms(id);
      later(3600_000);
    }
    expect(at(WEBHOOK_URL)).toHaveLength(1);
    expect(at(OTHER_URL)).toHaveLength(3);
    expect(new Set(at(OTHER_URL).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    answer = () => new Response();
    await runAlarms(id);
    later(24 * 3600_000);
    await runAlarms(id);
    expect(at(OTHER_URL)).toHaveLength(4);
    expect(at(WEBHOOK_URL)).toHaveLength(1);
  });

  it('is left alone for a message that it answers with 410, the others are not', async () => {
    const { pay } = await place({});
    answer = ({ url }) => new Response(null, { status: url === OTHER_URL ? 410 : 503 });
    const id = await pay();
    await runAlarms(id);
    later(60_000);
    await runAlarms(id);
    expect(at(OTHER_URL)).toHaveLength(1);
    expect(at(WEBHOOK_URL)).toHaveLength(2);
  });

  it('is switched off after five days in which it took nothing, and on again by an operator', async () => {
    const { shop, made, pay } = await place({});
    answer = ({ url }) => new Response(null, { status: url === OTHER_URL ? 500 : 200 });
    const find = async () => (await listed(shop)).find(({ id }) => id === made[0]?.id);
    await runAlarms(await pay());
    later(6000);
    expect((await find())?.failingSince).toEqual(expect.any(String));
    later(4 * 86_400_000);
    await runAlarms(await pay());
    expect((await find())?.active).toBe(true);
    later(86_400_000);
    await runAlarms(await pay());
    expect(await find()).toMatchObject({ active: false, switchedOffAt: expect.any(String) });
    const before = at(OTHER_URL).length;
    later(6000);
    await runAlarms(await pay());
    expect(at(OTHER_URL)).toHaveLength(before);
    expect(typesAt(WEBHOOK_URL)).toHaveLength(4);
    answer = () => new Response();
    await admin('PUT', `/shops/${shop.id}/endpoints/${made[0]?.id}`, { active: true });
    expect(await find()).toMatchObject({ active: true, switchedOffAt: null, failingSince: null });
    await runAlarms(await pay());
    expect(at(OTHER_URL)).toHaveLength(before + 1);
  });

  it('is not switched off when it took something in between', async () => {
    const { shop, made, pay } = await place({});
    const statuses = [500, 200, 500];
    answer = ({ url }) => new Response(null, { status: url === OTHER_URL ? (statuses.shift() ?? 500) : 200 });
    for (let count = 0; count < 3; count++) {
      await runAlarms(await pay());
      later(3 * 86_400_000);
    }
    const found = (await listed(shop)).find(({ id }) => id === made[0]?.id);
    expect(found).toMatchObject({ active: true, switchedOffAt: null });
  });
});

describe('many messages sent again', () => {
  it('are those of the payments that changed in the time, to every endpoint that wants them', async () => {
    const { shop, pay } = await place();
    answer = () => new Response(null, { status: 410 });
    const ids = [await pay(), await pay()];
    for (const id of ids) await runAlarms(id);
    const from = new Date(Date.now() - 60_000).toISOString();
    const to = new Date(Date.now() + 60_000).toISOString();
    await shop.pay();
    await endpointOf(shop);
    answer = () => new Response();
    const sent = await admin('POST', '/deliveries/resend', { shop: shop.id, from, to });
    expect(sent.status).toBe(202);
    expect(sent.body).toMatchObject({ queued: 2, nextCursor: null });
    for (const id of ids) await runAlarms(id);
    expect(at(OTHER_URL)).toHaveLength(2);
    expect(at(WEBHOOK_URL)).toHaveLength(4);
    expect(new Set(at(WEBHOOK_URL).map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    const { data } = (await admin<{ data: { action: string }[] }>('GET', '/audit?limit=5')).body;
    expect(data.map(({ action }) => action)).toContain('deliveries.resent');
    const none = { shop: shop.id, from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
    expect((await admin('POST', '/deliveries/resend', none)).body).toMatchObject({ queued: 0, skipped: 0 });
  });
});
