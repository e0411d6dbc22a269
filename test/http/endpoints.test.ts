/**
 * Webhook endpoints. The failures ruled out: a dead endpoint that holds up another, a message sent twice to one that has it, an
 * endpoint that gets what it did not ask for, a signature by another endpoint's secret, a secret that is read back, an address that is
 * tried for ever, and one that is switched off without a word.
 */
import { runInDurableObject } from 'cloudflare:test';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notify } from '../ledger/support.ts';
import {
  admin,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  objectOf,
  type Problem,
  type ReceivedWebhook,
  runAlarms,
  type TestShop,
  unique,
  WEBHOOK_URL,
} from '../support/harness.ts';

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly dialect: string;
  readonly events: readonly string[];
  readonly active: boolean;
  readonly failingSince: string | null;
  readonly switchedOffAt: string | null;
  readonly secret?: string;
}

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

const OTHER_URL = 'https://books.shop-demo.com/countersign';

const at = (url: string) => net.webhooks.filter((one) => one.url === url);
const typesAt = (url: string) => at(url).map(({ body }) => body.type);

/** Lets time pass, so that what is due later is due. */
function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

async function endpointOf(shop: TestShop, changes: Record<string, unknown> = {}) {
  const made = await admin<Endpoint & Problem>('POST', `/shops/${shop.id}/endpoints`, {
    url: OTHER_URL,
    ...changes,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
}

/** The provider says that the money was given back. */
const refunded = (account: string, id: string) =>
  ledgerOf(id).applyUpdate(notify({ account, key: 'R', movement: 'R', outcome: 'refunded' }));

const listed = async (shop: TestShop) =>
  (await admin<{ data: Endpoint[] }>('GET', `/shops/${shop.id}/endpoints`)).body.data;

/** A payment whose shopper has paid, at a shop with these endpoints beside its own. */
async function place(...endpoints: Record<string, unknown>[]) {
  const account = await makeAccount('ogone');
  const shop = await makeShop([account]);
  const made: (Endpoint & { readonly secret?: string })[] = [];
  for (const changes of endpoints) made.push(await endpointOf(shop, changes));
  const pay = async () => {
    const attempt = await journey('ogone', { place: { account, shop } });
    await attempt.notify('pay');
    return attempt.payment.id;
  };
  return { account, shop, made, pay };
}

describe('several endpoints', () => {
  it('each get every message once, under the same id, signed by their own secrets', async () => {
    const { shop, made, pay } = await place({});
    await runAlarms(await pay());
    expect(typesAt(WEBHOOK_URL)).toEqual(['payment.paid']);
    expect(typesAt(OTHER_URL)).toEqual(['payment.paid']);
    const [first, other] = [at(WEBHOOK_URL)[0], at(OTHER_URL)[0]];
    expect(first?.headers['webhook-id']).toBe(other?.headers['webhook-id']);
    expect(first?.raw).toBe(other?.raw);
    const verify = (secret: string, one: ReceivedWebhook | undefined) =>
      new Webhook(secret).verify(one?.raw ?? '', one?.headers ?? {});
    verify(shop.webhookSecret, first);
    verify(made[0]?.secret ?? '', other);
    expect(() => verify(shop.webhookSecret, other)).toThrow();
  });

  it('get the types that they name, and no others; one that is off gets none', async () => {
    const url = (name: string) => `https://${name}.shop-demo.com/hook`;
    const { account, pay } = await place(
      { url: url('refunds'), events: ['payment.refunded', 'payment.partially_refunded'] },
      { url: url('paid'), events: ['payment.paid'] },
      { url: url('off'), active: false },
    );
    const id = await pay();
    await runAlarms(id);
    await refunded(account, id);
    await runAlarms(id);
    expect(typesAt(url('paid'))).toEqual(['payment.paid']);
    expect(typesAt(url('refunds')).length).toBeGreaterThan(0);
    expect(typesAt(url('refunds')).every((type) => type.endsWith('refunded'))).toBe(true);
    expect(typesAt(url('off'))).toEqual([]);
    expect(typesAt(WEBHOOK_URL)[0]).toBe('payment.paid');
  });

  it('speak their own dialects', async () => {
    const { pay } = await place({ dialect: 'polybanking' });
    await runAlarms(await pay());
    expect(typesAt(WEBHOOK_URL)).toEqual(['payment.paid']);
    const [ipn] = at(OTHER_URL);
    const fields = new URLSearchParams(ipn?.raw);
    expect(fields.get('postfinance_status_good')).toBe('True');
    expect(fields.get('sign')).toMatch(/^[0-9a-f]{128}$/);
  });

  it('name themselves in the log of deliveries', async () => {
    const { shop, made, pay } = await place({});
    const id = await pay();
    await runAlarms(id);
    const { data } = (
      await shop.call<{ data: { endpoint: string; result: string }[] }>('GET', `/payments/${id}/deliveries`)
    ).body;
    expect(data.map(({ endpoint }) => endpoint).sort()).toEqual([made[0]?.id, 'first'].sort());
  });

  it('are looked up when a message is sent, not when it is queued', async () => {
    const { shop, pay } = await place();
    const id = await pay();
    await endpointOf(shop);
    await runAlarms(id);
    expect(typesAt(OTHER_URL)).toEqual(['payment.paid']);
  });
});

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
    await vi.waitFor(() => expect(typesAt(OTHER_URL)).toEqual(['payment.paid']), 2000);
    await refunded(account, id);
    await vi.waitFor(() => expect(typesAt(OTHER_URL)).toContain('payment.refunded'), 2000);
    // Another payment of the shop does not wait either.
    const second = await journey('ogone', { place: { account, shop } });
    await second.notify('pay');
    const other = runAlarms(second.payment.id);
    await vi.waitFor(
      () => expect(typesAt(OTHER_URL).filter((type) => type === 'payment.paid')).toHaveLength(2),
      2000,
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
    await vi.waitFor(() => expect(at(WEBHOOK_URL)).toHaveLength(2), 2000);
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

describe('the secret of an endpoint', () => {
  it('is shown at creation and rotation alone; both sign until the grace ends', async () => {
    const { shop, made, pay } = await place({});
    const [{ id = '', secret: old = '' } = {}] = made;
    expect(JSON.stringify(await listed(shop))).not.toContain('whsec_');
    const path = `/shops/${shop.id}/endpoints/${id}/rotate`;
    const { body } = await admin<Endpoint>('POST', path, { graceSeconds: 3600 });
    const fresh = body.secret ?? '';
    expect(fresh).toMatch(/^whsec_/);
    expect(fresh).not.toBe(old);
    await runAlarms(await pay());
    const [one] = at(OTHER_URL);
    for (const secret of [fresh, old]) new Webhook(secret).verify(one?.raw ?? '', one?.headers ?? {});
    later(3700_000);
    await runAlarms(await pay());
    const signatures = at(OTHER_URL)[1]?.headers['webhook-signature'];
    expect(signatures?.split(' ')).toHaveLength(1);
  });

  it('of the first one is the key of the shop', async () => {
    const { shop, pay } = await place();
    const { body } = await admin<Endpoint>('POST', `/shops/${shop.id}/endpoints/first/rotate`);
    await runAlarms(await pay());
    const [one] = at(WEBHOOK_URL);
    for (const secret of [shop.webhookSecret, body.secret ?? ''])
      new Webhook(secret).verify(one?.raw ?? '', one?.headers ?? {});
  });
});

describe('the first endpoint', () => {
  it('is the webhook of the shop: either changes the other', async () => {
    const { shop } = await place();
    expect(await listed(shop)).toMatchObject([{ id: 'first', url: WEBHOOK_URL, events: ['*'] }]);
    await admin('PUT', `/shops/${shop.id}/endpoints/first`, { url: OTHER_URL, events: ['payment.paid'] });
    const read = await admin<{ webhook: { url: string } }>('GET', `/shops/${shop.id}`);
    expect(read.body.webhook.url).toBe(OTHER_URL);
    await admin('PUT', `/shops/${shop.id}`, { webhook: { url: WEBHOOK_URL } });
    expect(await listed(shop)).toMatchObject([{ url: WEBHOOK_URL, events: ['payment.paid'] }]);
    expect((await admin('DELETE', `/shops/${shop.id}/endpoints/first`)).status).toBe(204);
    expect(await listed(shop)).toEqual([]);
    const after = await admin<{ webhook: { url: string | null } }>('GET', `/shops/${shop.id}`);
    expect(after.body.webhook.url).toBeNull();
  });
});

describe('a test', () => {
  it('sends a signed sample now, once, and says what came of it', async () => {
    const { shop, made } = await place({ active: false });
    const path = `/shops/${shop.id}/endpoints/${made[0]?.id}/test`;
    const good = await admin<{ result: string; status: number; webhook: string }>('POST', path);
    expect(good.body).toMatchObject({ result: 'delivered', status: 200, durationMs: expect.any(Number) });
    const [sample] = at(OTHER_URL);
    expect(sample?.headers['webhook-id']).toBe(good.body.webhook);
    expect(new Webhook(made[0]?.secret ?? '').verify(sample?.raw ?? '', sample?.headers ?? {})).toMatchObject(
      {
        type: 'payment.paid',
        sample: true,
        data: { test: true, reference: 'sample' },
      },
    );
    // As everywhere else, no secret and no card number that the website sends back is shown.
    answer = () => new Response(`${made[0]?.secret} 4111 1111 1111 1111`, { status: 404 });
    expect((await admin('POST', path)).body).toMatchObject({
      result: 'failed',
      status: 404,
      exchange: { answer: '‹secret› 411111******1111' },
    });
    expect(at(OTHER_URL)).toHaveLength(2);
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

describe('bad input', () => {
  it('is refused by its name', async () => {
    const { shop, made } = await place({});
    const list = `/shops/${shop.id}/endpoints`;
    const one = `${list}/${made[0]?.id}`;
    const time = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    const cases: [string, string, unknown, string][] = [
      ['POST', list, {}, 'url'],
      ['POST', list, { url: 'http://books.shop-demo.com/' }, 'url'],
      ['POST', list, { url: 'https://localhost/' }, 'url'],
      ['POST', list, { url: OTHER_URL, events: [] }, 'events'],
      ['POST', list, { url: OTHER_URL, events: ['payment.payed'] }, 'events.0'],
      ['POST', list, { url: OTHER_URL, dialect: 'soap' }, 'dialect'],
      ['POST', list, { url: OTHER_URL, secret: 'x' }, 'secret'],
      ['PUT', one, { active: 'yes' }, 'active'],
      ['PUT', one, { uri: OTHER_URL }, 'uri'],
      ['POST', `${one}/rotate`, { graceSeconds: -1 }, 'graceSeconds'],
      ['POST', `${one}/test`, { to: 'x' }, 'to'],
      ['POST', '/deliveries/resend', { ...time }, 'shop'],
      ['POST', '/deliveries/resend', { shop: shop.id, from: time.to, to: time.from }, 'to'],
      ['POST', '/deliveries/resend', { shop: shop.id, ...time, from: 'yesterday' }, 'from'],
      ['POST', '/deliveries/resend', { shop: shop.id, ...time, cursor: 'x' }, 'cursor'],
      ['GET', `${list}?limit=1`, undefined, 'limit'],
    ];
    for (const [method, path, body, name] of cases) {
      const refused = await admin<Problem>(method, path, body);
      expect([refused.status, refused.body.errors?.[0]?.path], `${method} ${path} ${name}`).toEqual([
        400,
        name,
      ]);
    }
    for (const [method, path] of [
      ['PUT', `${list}/ep_none`],
      ['DELETE', `${list}/ep_none`],
      ['POST', `${list}/ep_none/test`],
      ['POST', `${list}/ep_none/rotate`],
      ['GET', '/shops/no-such-shop/endpoints'],
    ] as const)
      expect((await admin(method, path, method === 'PUT' ? {} : undefined)).status, path).toBe(404);
    expect((await admin('POST', '/deliveries/resend', { shop: 'no-such-shop', ...time })).status).toBe(404);
    for (let count = 0; count < 3; count++) await endpointOf(shop);
    expect((await admin<Problem>('POST', list, { url: OTHER_URL })).body.code).toBe('invalid_state');
    expect((await admin('DELETE', one)).status).toBe(204);
    expect((await listed(shop)).map(({ id }) => id)).not.toContain(made[0]?.id);
  });
});

describe('how a website reaches its shop', () => {
  it('is told with the times of all keys and secrets, and without one of them', async () => {
    const shop = await makeShop([]);
    const made = await admin<{ id: string; secret: string }>('POST', `/shops/${shop.id}/endpoints`, {
      url: 'https://books.example.com/hook',
    });
    await admin('POST', `/shops/${shop.id}/keys/apiKey/rotate`, { graceSeconds: 3600 });
    await admin('POST', `/shops/${shop.id}/endpoints/${made.body.id}/rotate`, { graceSeconds: 60 });
    await admin('POST', `/shops/${shop.id}/keys/ipnKey/rotate`, { graceSeconds: 0 });
    const { body } = await admin<{
      url: string;
      keys: Record<string, { notBefore: string; notAfter: string | null }[]>;
      endpointSecrets: Record<string, { notBefore: string; notAfter: string | null }[]>;
    }>('GET', `/shops/${shop.id}/connection`);
    expect(body.url).toBe('https://pay.countersign.dev');
    const ends = (times: readonly { notAfter: string | null }[] = []) =>
      times.map(({ notAfter }) => notAfter && Math.round((Date.parse(notAfter) - Date.now()) / 60_000));
    expect(ends(body.keys.apiKey)).toEqual([null, 60]);
    expect(ends(body.keys.ipnKey)).toEqual([null]);
    expect(ends(body.keys.webhookSecret)).toEqual([null]);
    expect(ends(body.endpointSecrets[made.body.id])).toEqual([null, 1]);
    for (const secret of [shop.apiKey, shop.webhookSecret, made.body.secret])
      expect(JSON.stringify(body)).not.toContain(secret);
  });
});
