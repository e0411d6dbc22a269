/**
 * A small shop on nothing but countersign's HTTP contract: a basket, one call and one redirect to pay, a thank-you page by the signed
 * return, an order page that the webhooks keep up to date, and a refund by the shopkeeper.
 */
import { type Context, Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { type CountersignOptions, CountersignShop, type Payment } from './countersign.ts';
import {
  type Basket,
  CURRENCY,
  linesOf,
  type Order,
  type OrderStore,
  PRODUCTS,
  readBasket,
  totalOf,
  writeBasket,
} from './orders.ts';
import {
  BasketPage,
  CataloguePage,
  type Frame,
  isRefundOnItsWay,
  KeeperPage,
  OrderPage,
  STYLE,
  ThanksPage,
} from './pages.tsx';

export interface ShopOptions {
  readonly countersign: CountersignOptions;
  readonly orders: OrderStore;
  /** Where the shop is, like `https://shop.example.com`. */
  readonly origin: string;
  /** The path that it begins at; empty: the root. */
  readonly base?: string;
  /** Of the user `keeper`; null: everybody is the shopkeeper, on a laptop. */
  readonly keeperPassword: string | null;
  /** A page for developers, in the footer. */
  readonly behind?: string;
}

/** Nothing is loaded from elsewhere; a form may lead to countersign, and from there to a bank. */
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Statuses after which nothing more is to come by itself. */
const OVER = new Set(['paid', 'refunded', 'denied', 'cancelled', 'expired', 'error', 'charged_back']);

/** A reference that nobody guesses: whoever has it sees the order. */
function newReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `tea-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

const REFERENCE = /^tea-[0-9a-f]{12}$/;

/** A page, in the mode of standards. */
function page(c: Context, content: Child): Response | Promise<Response> {
  return c.html(html`<!doctype html>${content}`);
}

export function createShop(options: ShopOptions): Hono {
  const { orders, origin, base = '', keeperPassword, behind = null } = options;
  const countersign = new CountersignShop(options.countersign);
  const shop = new Hono().basePath(base || '/');

  const cookie = { path: base || '/', httpOnly: true, sameSite: 'Lax' } as const;
  const basketOf = (c: Context): Basket => readBasket(getCookie(c, 'basket'));

  /** The reference of the order that a basket becomes, kept beside it: a second click, and Back and Pay, are the same order. */
  const nextReference = (c: Context): string => {
    const kept = getCookie(c, 'order');
    if (kept !== undefined && REFERENCE.test(kept)) return kept;
    const made = newReference();
    setCookie(c, 'order', made, cookie);
    return made;
  };
  const frameOf = (c: Context): Frame => {
    const count = [...basketOf(c).values()].reduce((sum, one) => sum + one, 0);
    return { base, count, behind };
  };

  shop.use(async (c, next) => {
    await next();
    c.res.headers.set('content-security-policy', POLICY);
    // With no-referrer, a browser would not say of a form that it is the shop's own.
    c.res.headers.set('referrer-policy', 'same-origin');
  });

  // A browser that is signed in as the shopkeeper posts what a page elsewhere has told it to: a form has to be one of the shop's own. The
  // webhook is JSON, which a form cannot post, and proves itself.
  shop.use(csrf({ origin: new URL(origin).origin }));

  shop.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));

  shop.get('/', (c) => page(c, <CataloguePage frame={frameOf(c)} />));

  shop.get('/basket', (c) => {
    const lines = linesOf(basketOf(c));
    const order = lines.length > 0 ? nextReference(c) : '';
    return page(c, <BasketPage frame={frameOf(c)} lines={lines} total={totalOf(lines)} order={order} />);
  });

  shop.post('/basket', async (c) => {
    const form = await c.req.parseBody();
    const basket = new Map(basketOf(c));
    const id = String(form.add ?? '');
    if (form.empty) basket.clear();
    else if (PRODUCTS.some((product) => product.id === id)) basket.set(id, (basket.get(id) ?? 0) + 1);
    setCookie(c, 'basket', writeBasket(basket), cookie);
    // Another basket is another order.
    deleteCookie(c, 'order', cookie);
    return c.redirect(`${base}/basket`, 303);
  });

  /** Step 1: the order is kept, then its payment is created. The same reference always gives the same payment. */
  const pay = async (c: Context, order: Order): Promise<Response> => {
    const things = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const back = `${origin}${base}/thanks`;
    const payment = await countersign.create({
      reference: order.reference,
      amount: order.total,
      currency: CURRENCY,
      description: `${things} ${things === 1 ? 'thing' : 'things'} from Leaf & Kettle`,
      lineItems: order.lines,
      customer: { email: order.email },
      returnUrl: { success: back, failure: back },
    });
    await orders.change(order.reference, (now) => ({ ...now, payment: payment.id }));
    // Step 2: the shopper goes to the checkout.
    return c.redirect(payment.checkoutUrl ?? `${base}/orders/${order.reference}`, 303);
  };

  shop.post('/checkout', async (c) => {
    const form = await c.req.parseBody();
    const lines = linesOf(basketOf(c));
    if (lines.length === 0) return c.redirect(`${base}/basket`, 303);
    const given = String(form.order ?? '');
    const reference = REFERENCE.test(given) ? given : newReference();
    const earlier = await orders.get(reference);
    // A page of an earlier basket, from another tab: what is paid is what the shopper sees there.
    if (earlier) return pay(c, earlier);
    const order: Order = {
      reference,
      placedAt: new Date().toISOString(),
      email: String(form.email ?? ''),
      lines,
      total: totalOf(lines),
      payment: null,
      status: 'created',
      version: 0,
      refunded: 0,
      isRefundAsked: false,
    };
    await orders.add(order);
    return pay(c, order);
  });

  /** Step 3: the shopper is back. The status counts only because it is signed; the goods go out by the webhook. */
  shop.get('/thanks', async (c) => {
    const signed = await countersign.signedReturn(c.req.url);
    const order = signed && (await orders.get(signed.reference));
    if (signed) for (const name of ['basket', 'order']) deleteCookie(c, name, cookie);
    const frame = { ...frameOf(c), ...(signed && { count: 0 }) };
    return page(c, <ThanksPage frame={frame} status={signed?.status ?? null} order={order} />);
  });

  const known = async (c: Context): Promise<Order | null> => orders.get(c.req.param('reference') ?? '');

  shop.get('/orders/:reference', async (c) => {
    const order = await known(c);
    if (!order) return c.notFound();
    // It shows what the webhooks say, without a script: the browser loads it again after three seconds.
    if (!OVER.has(order.status) || isRefundOnItsWay(order)) c.header('Refresh', '3');
    return page(c, <OrderPage frame={frameOf(c)} order={order} />);
  });

  shop.post('/orders/:reference/pay', async (c) => {
    const order = await known(c);
    return order ? pay(c, order) : c.notFound();
  });

  /** What countersign has said of a payment goes into its order, unless something newer is there already. */
  const note = ({ reference, status, version, amounts }: Payment): Promise<void> =>
    orders.change(reference, (order) =>
      order.version < version ? { ...order, status, version, refunded: amounts.refunded } : order,
    );

  /** Step 4: the webhook, which is the truth. Any 2xx says that we have it; without one it comes again. */
  shop.post('/webhook', async (c) => {
    const payment = await countersign.webhook(c.req.raw.headers, await c.req.text());
    if (!payment) return c.text('the signature does not verify', 401);
    await note(payment);
    return c.body(null, 204);
  });

  if (keeperPassword !== null)
    shop.use('/keeper/*', basicAuth({ username: 'keeper', password: keeperPassword }));

  shop.get('/keeper', async (c) => page(c, <KeeperPage frame={frameOf(c)} orders={await orders.list()} />));

  /** Step 5: money back. The key makes a second click the same refund. */
  shop.post('/keeper/:reference/refund', async (c) => {
    const order = await known(c);
    if (!order?.payment) return c.notFound();
    const payment = await countersign.refund(order.payment, `refund-${order.reference}`);
    await orders.change(order.reference, (now) => ({ ...now, isRefundAsked: true }));
    await note(payment);
    return c.redirect(`${base}/keeper`, 303);
  });

  return shop;
}
