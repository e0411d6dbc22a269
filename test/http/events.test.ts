/**
 * The shop's feed of events. The failures ruled out: an event that no webhook says or that is missing, one that is there twice or with
 * another body, one of another shop, a reader who misses some without being told, a shopper who was erased and is still in it.
 */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serviceOf } from '../../src/worker.ts';
import { call } from '../providers/bank-journeys.ts';
import {
  journey,
  ledgerOf,
  network,
  objectOf,
  type Problem,
  placeAt,
  type ReceivedWebhook,
  runAlarms,
  type TestShop,
} from '../support/harness.ts';

let answer: (webhook: ReceivedWebhook) => Response;
let net: ReturnType<typeof network>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => {
  vi.restoreAllMocks();
  net.restore();
  vi.useRealTimers();
});

interface FeedAnswer extends Problem {
  readonly data: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: { readonly id: string };
  }[];
  readonly nextCursor: string | null;
  readonly after?: string;
}

const page = (shop: TestShop, query = '') => shop.call<FeedAnswer>('GET', `/events${query}`);

/** Every event of a shop, page by page. */
async function all(shop: TestShop, limit = 3) {
  const events: FeedAnswer['data'][number][] = [];
  for (let after = ''; ; ) {
    const { body } = await page(shop, `?limit=${limit}${after}`);
    events.push(...body.data);
    if (body.nextCursor === null) return events;
    after = `&after=${body.nextCursor}`;
  }
}

/** What arrived at a shop's endpoint, each message once. */
const arrived = () => new Map(net.webhooks.map(({ headers, raw }) => [headers['webhook-id'] ?? '', raw]));

const DAY = 86_400_000;

/** Lets time pass. */
function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** What the cron does with events that are kept no more. */
const forget = () => serviceOf(env as never).directory.forgetFeed();

describe('the feed', () => {
  it('has the ids and bodies of the webhooks, in the order of each payment, whatever becomes of their delivery', async () => {
    const place = await placeAt('ecommpay');
    let count = 0;
    // Every other one fails.
    answer = () => new Response(null, { status: count++ % 2 === 0 ? 500 : 200 });
    const payments = [];
    for (let made = 0; made < 4; made++) {
      const attempt = await journey('ecommpay', { place, fields: { amount: 5000 } });
      await attempt.notify('pay');
      await runAlarms(attempt.payment.id);
      await call(attempt, 'refund', { amount: 1000 });
      await runAlarms(attempt.payment.id);
      payments.push(attempt.payment.id);
    }
    for (let hours = 0; hours < 3; hours++) {
      later(7 * 3_600_000);
      for (const id of payments) await runAlarms(id);
    }
    const events = await all(place.shop);
    const webhooks = arrived();
    expect(events.length).toBeGreaterThan(8);
    expect(new Map(events.map(({ id, ...body }) => [id, JSON.stringify(body)]))).toEqual(webhooks);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const payment of payments) {
      const own = events.filter(({ data }) => data.id === payment).map(({ id }) => id);
      expect(own).toEqual(own.toSorted());
    }
  }, 30_000);

  it('has what nobody wants to be called for, and nothing of another shop', async () => {
    const place = await placeAt('ecommpay', {}, { webhook: { url: null } });
    const other = await placeAt('ecommpay');
    const attempt = await journey('ecommpay', { place });
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    expect(net.webhooks).toHaveLength(0);
    expect((await all(place.shop)).map(({ type }) => type)).toContain('payment.paid');
    expect(await all(other.shop)).toEqual([]);
    const [first] = await all(place.shop);
    // The id of an event of another shop is none of this one's.
    expect((await page(other.shop, `?after=${first?.id}`)).status).toBe(410);
  });

  it('goes on from a cursor, or from the id of an event, and has no end', async () => {
    const place = await placeAt('ecommpay');
    const first = await journey('ecommpay', { place });
    await first.notify('decline');
    await runAlarms(first.payment.id);
    const before = await all(place.shop);
    const { body: end } = await page(place.shop);
    expect((await page(place.shop, `?after=${end.nextCursor}`)).body).toEqual({ data: [], nextCursor: null });
    await first.notify('pay');
    await runAlarms(first.payment.id);
    const { body: byCursor } = await page(place.shop, `?after=${end.nextCursor}`);
    const { body: byId } = await page(place.shop, `?after=${before.at(-1)?.id}`);
    expect(byCursor.data.map(({ type }) => type)).toEqual(['payment.paid']);
    expect(byId).toEqual(byCursor);
  });

  it('has an event once, however often its ledger is evicted, pushes, or is told to push again', async () => {
    const attempt = await journey('ecommpay');
    const { id } = attempt.payment;
    await attempt.notify('pay');
    await runAlarms(id);
    const before = await all(attempt.shop);
    for (let again = 0; again < 2; again++) {
      await evictDurableObject(objectOf(id));
      await ledgerOf(id).reproject();
      await runAlarms(id);
    }
    expect(await all(attempt.shop)).toEqual(before);
  });

  it('has everything once D1 answers again', async () => {
    const attempt = await journey('ecommpay');
    const { id } = attempt.payment;
    await runAlarms(id);
    const batch = vi.spyOn(env.DIRECTORY, 'batch').mockRejectedValue(new Error('D1_ERROR: down'));
    await attempt.notify('pay');
    await runAlarms(id);
    batch.mockRestore();
    // What was not told is not known after an eviction either.
    await evictDurableObject(objectOf(id));
    later(600_000);
    await runAlarms(id);
    const events = await all(attempt.shop);
    expect(new Map(events.map(({ id: name, ...body }) => [name, JSON.stringify(body)]))).toEqual(arrived());
    expect(events.map(({ type }) => type)).toContain('payment.paid');
  });
});

describe('what is kept no more', () => {
  it('is gone after 30 days, and whoever has not read it is told where to start again', async () => {
    const place = await placeAt('ecommpay');
    const old = await journey('ecommpay', { place });
    await old.notify('decline');
    await old.notify('pay');
    await runAlarms(old.payment.id);
    const events = await all(place.shop);
    const { body: first } = await page(place.shop, '?limit=1');
    later(29 * DAY);
    await forget();
    expect(await all(place.shop)).toEqual(events);
    later(1.01 * DAY);
    const recent = await journey('ecommpay', { place });
    await recent.notify('pay');
    await runAlarms(recent.payment.id);
    await forget();
    for (const after of [first.nextCursor, events[0]?.id]) {
      const gone = await page(place.shop, `?after=${after}`);
      expect([gone.status, gone.body.code]).toEqual([410, 'expired']);
      const again = await page(place.shop, `?after=${gone.body.after}&limit=100`);
      expect(again.body.data).toEqual(await all(place.shop));
    }
    expect((await all(place.shop)).every(({ data }) => data.id === recent.payment.id)).toBe(true);
    // A ledger that pushes again brings nothing back.
    await ledgerOf(old.payment.id).reproject();
    await runAlarms(old.payment.id);
    expect((await all(place.shop)).every(({ data }) => data.id === recent.payment.id)).toBe(true);
  });

  it('is gone however many there are, and is not shown while they are still there', async () => {
    const place = await placeAt('ecommpay');
    const old = await journey('ecommpay', { place });
    await old.notify('pay');
    await runAlarms(old.payment.id);
    const [first] = await all(place.shop);
    // More than one batch removes.
    await env.DIRECTORY.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
       INSERT INTO feed (shop, id, body, written_at, erased) SELECT ?1, printf('msg_0000000000000000_%04xa', i), '{}', ?2, 0 FROM n`,
    )
      .bind(place.shop.id, new Date().toISOString())
      .run();
    later(30.01 * DAY);
    const recent = await journey('ecommpay', { place });
    await recent.notify('pay');
    await runAlarms(recent.payment.id);
    const shown = await all(place.shop);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.every(({ data }) => data.id === recent.payment.id)).toBe(true);
    const readFrom = async () => {
      const gone = await page(place.shop, `?after=${first?.id}`);
      expect([gone.status, gone.body.code]).toEqual([410, 'expired']);
      expect((await page(place.shop, `?after=${gone.body.after}&limit=100`)).body.data).toEqual(shown);
    };
    await readFrom();
    expect((await page(place.shop, '?after=msg_0000000000000000_1194a&limit=100')).body.data).toEqual(shown);
    await forget();
    const left = await env.DIRECTORY.prepare('SELECT count(*) AS count FROM feed WHERE shop = ?')
      .bind(place.shop.id)
      .first<{ count: number }>();
    expect(left?.count).toBe(shown.length);
    expect(await all(place.shop)).toEqual(shown);
    await readFrom();
  });

  it('is told of each time that some is gone, to whoever has read no further than the time before', async () => {
    const place = await placeAt('ecommpay');
    const pay = async () => {
      const attempt = await journey('ecommpay', { place });
      await attempt.notify('pay');
      await runAlarms(attempt.payment.id);
    };
    await pay();
    const { body: first } = await page(place.shop, '?limit=100');
    const last = first.data.at(-1);
    for (let month = 0; month < 2; month++) {
      later(31 * DAY);
      await forget();
      await pay();
    }
    for (const after of [first.nextCursor, last?.id]) {
      const gone = await page(place.shop, `?after=${after}`);
      expect([gone.status, gone.body.code]).toEqual([410, 'expired']);
      const again = await page(place.shop, `?after=${gone.body.after}&limit=100`);
      expect(again.body.data).toEqual(await all(place.shop));
    }
  });

  it('leaves the place of a shop that has read all of it, however quiet it was', async () => {
    const place = await placeAt('ecommpay');
    const attempt = await journey('ecommpay', { place });
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const last = (await all(place.shop)).at(-1);
    const { body } = await page(place.shop, '?limit=100');
    later(40 * DAY);
    await forget();
    for (const after of [body.nextCursor, last?.id])
      expect((await page(place.shop, `?after=${after}`)).body).toEqual({ data: [], nextCursor: null });
  });

  it('is not taken for a place that the feed has never had', async () => {
    const { shop } = await placeAt('ecommpay');
    expect((await page(shop, '?after=999999999')).status).toBe(410);
    expect((await page(shop, '?after=msg_0000000000000000_0001a')).status).toBe(410);
    expect((await page(shop, '?after=yesterday')).status).toBe(400);
    expect((await page(shop, '?limit=101')).status).toBe(400);
  });
});

describe('a shop that asks for numbers that it was not given', () => {
  it('does not find out how much the others sell', async () => {
    const attempt = await journey('ecommpay');
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const newest = await env.DIRECTORY.prepare('SELECT max(seq) AS seq FROM feed').first<{ seq: number }>();
    const { shop: other } = await placeAt('ecommpay');
    for (const after of [1, newest?.seq ?? 0, (newest?.seq ?? 0) + 1]) {
      const answer = await page(other, `?after=${after}`);
      expect([after, answer.status, answer.body.after]).toEqual([after, 410, '0']);
    }
    expect((await page(other, '?after=0')).status).toBe(200);
  });
});

describe('a shopper who is erased', () => {
  it('is erased from the feed too, and an older push brings nothing back', async () => {
    const attempt = await journey('ecommpay', { fields: { metadata: { seat: 'row 7 of Zoe' } } });
    const { id } = attempt.payment;
    await attempt.notify('pay');
    await runAlarms(id);
    expect(JSON.stringify(await all(attempt.shop))).toContain('zoe@example.com');
    const { results: before } = await env.DIRECTORY.prepare('SELECT id, body FROM feed WHERE shop = ?')
      .bind(attempt.shop.id)
      .all<{ id: string; body: string }>();
    expect(await ledgerOf(id).erase()).toBe('erased');
    await runAlarms(id);
    const erased = JSON.stringify(await all(attempt.shop));
    expect(erased).not.toMatch(/zoe@example|row 7/);
    const view = await attempt.shop.payment(id);
    expect([view.metadata, view.lineItems]).toEqual([{}, []]);
    const stale = {
      shop: attempt.shop.id,
      version: 1,
      view,
      head: { seq: 1, hash: '' },
      providerReferences: [],
      earlier: [],
      movements: [],
      messages: before.map((row) => ({ ...row, createdAt: new Date().toISOString(), erased: false })),
    };
    await serviceOf(env as never).directory.project(stale);
    expect(JSON.stringify(await all(attempt.shop))).toBe(erased);
  });

  it('after the events are gone, brings none of them back', async () => {
    const attempt = await journey('ecommpay', { fields: { metadata: { seat: 'row 7 of Zoe' } } });
    const { id } = attempt.payment;
    await attempt.notify('pay');
    await runAlarms(id);
    const { body: before } = await page(attempt.shop, '?limit=100');
    expect(before.data).not.toEqual([]);
    later(31 * DAY);
    await forget();
    expect(await ledgerOf(id).erase()).toBe('erased');
    await runAlarms(id);
    const after = await all(attempt.shop);
    const known = new Set(before.data.map((event) => event.id));
    expect(after.filter((event) => known.has(event.id))).toEqual([]);
    expect((await page(attempt.shop, `?after=${before.nextCursor}&limit=100`)).body.data).toEqual(after);
  });
});
