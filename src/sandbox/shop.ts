/** The demo shop: a storefront as its developer would write it, on nothing but the HTTP contract. */
import { type Context, Hono } from 'hono';
import { Webhook } from 'standardwebhooks';
import { DEMO_KEYS } from './demo.ts';
import { backPage, shopPage } from './kit/pages.tsx';
import type { Sandbox } from './sandbox.ts';

interface ApiPayment {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly checkoutUrl: string;
}

async function api<T>(sandbox: Sandbox, path: string, body?: unknown): Promise<T> {
  const response = await sandbox.fetch(
    new Request(sandbox.origin + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

/** Why a webhook does not verify, or null. */
function webhookProblem(body: string, headers: Record<string, string>): string | null {
  try {
    new Webhook(DEMO_KEYS.webhookSecret).verify(body, headers);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function demoShopRoutes(sandboxOf: (c: Context) => Sandbox): Hono {
  const routes = new Hono();

  routes.get('/', (c) => c.redirect('/shop', 302));

  routes.get('/shop', async (c) => {
    const { data } = await api<{ data: { id: string; caption: string; currencies: string[] }[] }>(
      sandboxOf(c),
      '/v1/accounts',
    );
    return c.html(shopPage(data));
  });

  routes.post('/shop/orders', async (c) => {
    const form = await c.req.parseBody();
    const [account, currency] = String(form.account).split(' ');
    const payment = await api<ApiPayment>(sandboxOf(c), '/v1/payments', {
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
    });
    return c.redirect(payment.checkoutUrl, 303);
  });

  routes.get('/shop/back', async (c) => {
    const sandbox = sandboxOf(c);
    const id = c.req.query('payment') ?? '';
    const payment = await api<ApiPayment>(sandbox, `/v1/payments/${encodeURIComponent(id)}`);
    const { data } = await api<{ data: Parameters<typeof backPage>[1] }>(
      sandbox,
      `/v1/payments/${payment.id}/events`,
    );
    return c.html(backPage(payment, data, await sandbox.store.webhooks(payment.id)));
  });

  routes.post('/shop/webhook', async (c) => {
    const sandbox = sandboxOf(c);
    const body = await c.req.text();
    const headers = c.req.header();
    const problem = webhookProblem(body, headers);
    const message = JSON.parse(body) as { readonly type: string; readonly data: { readonly id: string } };
    await sandbox.store.saveWebhook({
      at: new Date().toISOString(),
      payment: message.data.id,
      id: headers['webhook-id'] ?? '',
      type: message.type,
      verified: problem === null,
      problem,
      body,
    });
    return c.body(null, problem === null ? 204 : 401);
  });

  /** What the shop's webhook received about a payment, for scripts. */
  routes.get('/shop/webhooks/:payment', async (c) =>
    c.json({ data: await sandboxOf(c).store.webhooks(c.req.param('payment')) }),
  );

  return routes;
}
