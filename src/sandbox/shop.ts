/**
 * The demo shop: the example of examples/shop-typescript, served under /shop on nothing but the HTTP contract; and behind the scenes a
 * workbench for every simulated bank, with the log of a payment and the webhooks that have come.
 */
import { type Context, Hono } from 'hono';
import { Webhook } from 'standardwebhooks';
import type { Order, OrderStore } from '../../examples/shop-typescript/src/orders.ts';
import { createShop } from '../../examples/shop-typescript/src/shop.tsx';
import { type BenchAccount, behindPage, benchPage, type ShownEvent } from './behind-pages.tsx';
import { DEMO_KEYS, TEA_KEYS } from './demo.ts';
import type { SandboxStore } from './kit/store.ts';
import type { Sandbox } from './sandbox.ts';

interface ApiPayment {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly checkoutUrl: string;
}

async function api<T>(
  sandbox: Sandbox,
  path: string,
  { body, apiKey = DEMO_KEYS.apiKey }: { readonly body?: unknown; readonly apiKey?: string } = {},
): Promise<T | null> {
  const response = await sandbox.fetch(
    new Request(sandbox.origin + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

/** The message of a body, signed or not; null: it is none about a payment. */
function messageIn(body: string): { readonly type: string; readonly data: { readonly id: string } } | null {
  try {
    const { type, data } = JSON.parse(body) as {
      readonly type?: unknown;
      readonly data?: { readonly id?: unknown };
    };
    return typeof type === 'string' && typeof data?.id === 'string' ? { type, data: { id: data.id } } : null;
  } catch {
    return null;
  }
}

/** Why a webhook verifies with neither shop's secret, or null. */
function webhookProblem(body: string, headers: Record<string, string>): string | null {
  let problem: string | null = null;
  for (const { webhookSecret } of [DEMO_KEYS, TEA_KEYS]) {
    try {
      new Webhook(webhookSecret).verify(body, headers);
      return null;
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
    }
  }
  return problem;
}

const ORDERS = 'tea/orders';

/** The tea shop's orders, in the sandbox's own table: they live as long as the payments do. */
export function storedOrders(store: SandboxStore): OrderStore {
  const nameOf = (reference: string) => `tea/order/${reference}`;
  const get = async (reference: string) => {
    const found = await store.get(nameOf(reference));
    return found === null ? null : (JSON.parse(found) as Order);
  };
  return {
    get,
    add: async (order) => {
      const { reference } = order;
      await store.change(nameOf(reference), (found) => found ?? JSON.stringify(order));
      await store.change(ORDERS, (known) => {
        const references = JSON.parse(known ?? '[]') as string[];
        return JSON.stringify([...new Set([reference, ...references])].slice(0, 50));
      });
    },
    change: async (reference, to) => {
      if ((await get(reference)) === null) return;
      await store.change(nameOf(reference), (found) => JSON.stringify(to(JSON.parse(found ?? '') as Order)));
    },
    list: async () => {
      const references = JSON.parse((await store.get(ORDERS)) ?? '[]') as string[];
      return (await Promise.all(references.map(get))).filter((order) => order !== null);
    },
  };
}

/** The example, as it runs at an address of this server. */
function teaShop({ origin, store, fetch }: Sandbox): Hono {
  return createShop({
    countersign: { url: origin, ...TEA_KEYS, fetch },
    orders: storedOrders(store),
    origin,
    base: '/shop',
    keeperPassword: null,
    behind: '/shop/behind',
  });
}

/** A payment of either shop with its log. */
async function found(sandbox: Sandbox, id: string) {
  for (const { apiKey } of [DEMO_KEYS, TEA_KEYS]) {
    const path = `/v1/payments/${encodeURIComponent(id)}`;
    const payment = await api<ApiPayment>(sandbox, path, { apiKey });
    const log = payment && (await api<{ data: ShownEvent[] }>(sandbox, `${path}/events`, { apiKey }));
    if (payment && log) return { payment, events: log.data };
  }
  return null;
}

export function demoShopRoutes(sandboxOf: (c: Context) => Sandbox): Hono {
  const routes = new Hono();

  routes.get('/', (c) => c.redirect('/shop', 302));

  routes.get('/shop/behind', async (c) => {
    const accounts = await api<{ data: BenchAccount[] }>(sandboxOf(c), '/v1/accounts');
    return c.html(benchPage(accounts?.data ?? []));
  });

  routes.post('/shop/behind/orders', async (c) => {
    const form = await c.req.parseBody();
    const [account, currency] = String(form.account).split(' ');
    const body = {
      reference: `order-${Date.now()}`,
      amount: Number(form.amount),
      currency,
      account,
      description: 'Two tickets',
      customer: {
        email: 'jane@example.com',
        firstName: 'Jane',
        lastName: 'Doe',
        address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
      },
    };
    const payment = await api<ApiPayment>(sandboxOf(c), '/v1/payments', { body });
    return c.redirect(payment?.checkoutUrl ?? '/shop/behind', 303);
  });

  routes.get('/shop/back', async (c) => {
    const sandbox = sandboxOf(c);
    const known = await found(sandbox, c.req.query('payment') ?? '');
    if (!known) return c.notFound();
    const { payment, events } = known;
    return c.html(behindPage(payment, events, await sandbox.store.webhooks(payment.id)));
  });

  routes.post('/shop/webhook', async (c) => {
    const sandbox = sandboxOf(c);
    const request = c.req.raw.clone();
    const body = await c.req.text();
    const headers = c.req.header();
    const problem = webhookProblem(body, headers);
    const message = messageIn(body);
    if (!message) return c.json({ problem: 'this is no message about a payment' }, 400);
    await sandbox.store.saveWebhook({
      at: new Date().toISOString(),
      payment: message.data.id,
      id: headers['webhook-id'] ?? '',
      type: message.type,
      verified: problem === null,
      problem,
      body,
    });
    // Of the two shops only the tea shop has orders: it checks the signature with its own code.
    if (problem === null) await teaShop(sandbox).fetch(request);
    return c.body(null, problem === null ? 204 : 401);
  });

  /** What the shop's webhook received about a payment, for scripts. */
  routes.get('/shop/webhooks/:payment', async (c) =>
    c.json({ data: await sandboxOf(c).store.webhooks(c.req.param('payment')) }),
  );

  routes.all('/shop', (c) => teaShop(sandboxOf(c)).fetch(c.req.raw));
  routes.all('/shop/*', (c) => teaShop(sandboxOf(c)).fetch(c.req.raw));

  return routes;
}
