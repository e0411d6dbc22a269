/**
 * The example shop. Ruled out: a webhook that comes while the shop waits for an answer, and is undone by what the shop writes then; a return
 * that is taken for another order.
 */

import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { CountersignShop } from '../../examples/shop-typescript/src/countersign.ts';
import { type Order, ordersInMemory } from '../../examples/shop-typescript/src/orders.ts';
import { createShop } from '../../examples/shop-typescript/src/shop.tsx';
import { signReturnUrl, signWebhook } from '../../src/client/testing.ts';
import { SandboxStore } from '../../src/sandbox/kit/store.ts';
import { storedOrders } from '../../src/sandbox/shop.ts';

const SECRET = 'whsec_ZGVtby1zaG9wLXdlYmhvb2stc2VjcmV0LTAx';

const PAID: Order = {
  reference: 'tea-1',
  placedAt: '2026-11-01T10:00:00Z',
  email: 'jane@example.com',
  lines: [],
  total: 1250,
  payment: '7ZK0M3Q9T2V8XW4B',
  status: 'paid',
  version: 3,
  refunded: 0,
  isRefundAsked: false,
};

const payment = (status: string, version: number, refunded: number) => ({
  id: '7ZK0M3Q9T2V8XW4B',
  reference: 'tea-1',
  status,
  version,
  amounts: { paid: 1250, refunded },
});

describe.each([
  ['in memory', () => ordersInMemory()],
  ['in the sandbox', () => storedOrders(new SandboxStore(env.DIRECTORY))],
])('orders %s', (_where, made) => {
  it.each([
    ['a refund', '/shop/keeper/tea-1/refund', payment('paid', 4, 0)],
    [
      'a payment',
      '/shop/orders/tea-1/pay',
      { ...payment('paid', 3, 0), checkoutUrl: 'https://pay.example/' },
    ],
  ])('keep what a webhook says during %s', async (_what, path, answer) => {
    const orders = made();
    await orders.add(PAID);
    const shop = createShop({
      countersign: {
        url: 'https://pay.example',
        apiKey: 'x',
        webhookSecret: SECRET,
        // The bank was quicker than the answer.
        fetch: async () => {
          const { headers, body } = await signWebhook(
            { data: payment('refunded', 5, 1250) as never },
            SECRET,
          );
          const told = await shop.request('/shop/webhook', { method: 'POST', headers, body });
          expect(told.status).toBe(204);
          return Response.json(answer);
        },
      },
      orders,
      origin: 'https://shop.example',
      base: '/shop',
      keeperPassword: null,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://shop.example' };
    const clicked = await shop.request(path, { method: 'POST', headers });
    expect(clicked.status).toBe(303);
    expect(await orders.get('tea-1')).toMatchObject({ status: 'refunded', version: 5, refunded: 1250 });
  });

  it('are all listed of those that are made at the same moment', async () => {
    const orders = made();
    const references = Array.from({ length: 8 }, (_, index) => `tea-many-${index}`);
    await Promise.all(references.map((reference) => orders.add({ ...PAID, reference })));
    const listed = (await orders.list()).map(({ reference }) => reference);
    expect(listed.filter((reference) => reference.startsWith('tea-many')).sort()).toEqual(references);
  });
});

describe('a return', () => {
  it('is not taken for another order when a border between its signed parts is moved', async () => {
    const shop = new CountersignShop({ url: 'https://pay.example', apiKey: 'x', webhookSecret: SECRET });
    const signed = { payment: '7ZK0M3Q9T2V8XW4B', reference: '2026.1042', status: 'paid' } as const;
    const address = new URL(await signReturnUrl('https://shop.example/thanks', signed, SECRET));
    expect(await shop.signedReturn(address.href)).toMatchObject({ reference: '2026.1042' });
    address.searchParams.set('payment', '7ZK0M3Q9T2V8XW4B.2026');
    address.searchParams.set('reference', '1042');
    expect(await shop.signedReturn(address.href)).toBe(null);
    address.searchParams.set('payment', '7ZK0M3Q9T2V8XW4B');
    address.searchParams.set('reference', '2026');
    address.searchParams.set('status', '1042.paid');
    expect(await shop.signedReturn(address.href)).toBe(null);
  });
});

describe('one basket', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://shop.example' };

  it.each([
    ['in memory', () => ordersInMemory()],
    ['in the sandbox', () => storedOrders(new SandboxStore(env.DIRECTORY))],
  ])('is one order and one payment, by two clicks at once and by Back and Pay: %s', async (_where, made) => {
    const orders = made();
    const before = (await orders.list()).length;
    const references: unknown[] = [];
    const shop = createShop({
      countersign: {
        url: 'https://pay.example',
        apiKey: 'x',
        webhookSecret: SECRET,
        fetch: async (sent) => {
          const { reference } = (await sent.json()) as { readonly reference: unknown };
          references.push(reference);
          return Response.json({
            ...payment('created', 1, 0),
            reference,
            checkoutUrl: 'https://pay.example/pay',
          });
        },
      },
      orders,
      origin: 'https://shop.example',
      keeperPassword: null,
    });
    /** What a browser keeps, by name. */
    const jar = new Map<string, string>();
    const ask = async (path: string, body?: string) => {
      const headers = {
        ...(body !== undefined && form),
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      };
      const answer = await shop.request(path, {
        headers,
        ...(body !== undefined && { method: 'POST', body }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/max-age=0/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    };
    const paid = async () => {
      const order = /name="order" value="([^"]+)"/.exec(await (await ask('/basket')).text())?.[1];
      return `email=jane%40example.com&order=${order}`;
    };
    await ask('/basket', 'add=green');
    const click = await paid();
    await Promise.all([ask('/checkout', click), ask('/checkout', click)]);
    await ask('/checkout', await paid());
    expect([references.length, new Set(references).size]).toEqual([3, 1]);
    expect((await orders.list()).length - before).toBe(1);
    // Another basket is another order.
    await ask('/basket', 'add=pot');
    await ask('/checkout', await paid());
    expect(new Set(references).size).toBe(2);
  });
});

describe('a form of another page', () => {
  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: 'https://other.shop.example' }],
    [{}],
  ])('refunds nothing, buys nothing and pays nothing: %j', async (from) => {
    const orders = ordersInMemory();
    await orders.add(PAID);
    let calls = 0;
    const shop = createShop({
      countersign: {
        url: 'https://pay.example',
        apiKey: 'x',
        webhookSecret: SECRET,
        fetch: async () => {
          calls += 1;
          return Response.json(payment('refunded', 5, 1250));
        },
      },
      orders,
      origin: 'https://shop.example',
      base: '/shop',
      keeperPassword: null,
    });
    const paths = ['/keeper/tea-1/refund', '/orders/tea-1/pay', '/checkout', '/basket'];
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain', null])
      for (const path of paths) {
        const headers = { ...from, ...(type !== null && { 'content-type': type }) };
        const { status } = await shop.request(`/shop${path}`, { method: 'POST', headers });
        expect([path, type, status]).toEqual([path, type, 403]);
      }
    expect([calls, (await orders.get('tea-1'))?.isRefundAsked]).toEqual([0, false]);
  });

  it('is not what the form of the shop itself is taken for', async () => {
    const shop = createShop({
      countersign: { url: 'https://pay.example', apiKey: 'x', webhookSecret: SECRET },
      orders: ordersInMemory(),
      origin: 'https://shop.example',
      keeperPassword: null,
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const own of [{ origin: 'https://shop.example' }, { 'sec-fetch-site': 'same-origin' }])
      expect(
        (await shop.request('/basket', { method: 'POST', headers: { ...form, ...own }, body: 'empty=1' }))
          .status,
      ).toBe(303);
    expect((await shop.request('/basket')).headers.get('referrer-policy')).toBe('same-origin');
  });
});
