/**
 * Webhook endpoints. The failures ruled out: an endpoint that gets what it did not ask for, a signature by another endpoint's secret, a
 * secret that is read back, and input that nobody meant.
 */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  admin,
  makeShop,
  network,
  type Problem,
  type ReceivedWebhook,
  runAlarms,
  WEBHOOK_URL,
} from '../support/harness.ts';
import { type Endpoint, endpointOf, later, listed, OTHER_URL, place, refunded } from './endpoints-support.ts';

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
