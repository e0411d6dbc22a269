/** The storefront's routes: creating and reading payments. */
import { type Context, Hono } from 'hono';
import type * as v from 'valibot';
import type { Shop } from '../directory/types.ts';
import { createPayment, type Replacement } from '../gateway/create-payment.ts';
import type { LedgerClient, Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import type { PaymentWithRedirect } from '../ledger/commands.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { derivePaymentId, paymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { Customer, PaymentRequest } from '../payments/types.ts';
import { base64url, fromBase64, fromUtf8, utf8 } from '../signing/bytes.ts';
import type { AppEnv } from './app-env.ts';
import { authenticatedShop } from './auth.ts';
import { jsonBody, optionalJsonBody, queryOf } from './body.ts';
import { checkoutUrl } from './checkout-url.ts';
import { documented } from './openapi.ts';
import * as schemas from './schemas.ts';

type CreateBody = v.InferOutput<typeof schemas.paymentOrder>;

/** Drops what was left out, given as null, or empty: they mean the same. */
function compact<T extends object>(value: T): T {
  const entries = Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (member === null || member === undefined || member === '') return [];
    if (typeof member !== 'object') return [[name, member] as const];
    const inner = compact(member);
    return Object.keys(inner).length > 0 ? [[name, inner] as const] : [];
  });
  return Object.fromEntries(entries) as T;
}

function requestOf(body: CreateBody): PaymentRequest {
  const customer = compact(body.customer ?? {}) as Customer;
  return {
    reference: body.reference,
    amount: body.amount as Minor,
    currency: body.currency,
    description: body.description || null,
    capture: body.capture ?? null,
    customer: {
      ...customer,
      ...(customer.language && { language: customer.language.slice(0, 2).toLowerCase() }),
    },
    returnUrl: compact(body.returnUrl ?? {}) as PaymentRequest['returnUrl'],
    extraData: body.extraData ?? null,
    providerFields: body.providerFields ?? {},
    ...(body.expiresAt && { expiresAt: new Date(body.expiresAt).toISOString() }),
  };
}

/** Whether a request replaces the payment that has its reference. */
function replacementOf(c: Context<AppEnv>, { replace }: CreateBody): Replacement | null {
  const given = c.req.header('if-match');
  if (given === undefined) return replace ? { ifVersion: null } : null;
  if (!replace) throw invalidField('replace', 'goes with the header If-Match: true');
  const version = /^"(\d{1,9})"$/.exec(given)?.[1];
  if (version === undefined)
    throw new Problem('invalid_request', 'the header If-Match is a version in quotation marks, like "3"');
  return { ifVersion: Number(version) };
}

/** A payment as its shop gets it. */
function answerOf(service: Service, found: PaymentWithRedirect, origin: string) {
  const { view, redirect, isOver } = found;
  const url = checkoutUrl(service, origin, view.id);
  // An order that has to be registered first is registered when the shopper comes to our checkout, and a choice is made there.
  const checkout = { kind: 'url', method: 'GET', url } as const;
  return { ...view, redirect: isOver ? null : (redirect ?? checkout), checkoutUrl: url };
}

/** Events that one page has where the shop does not say. */
const EVENTS_A_PAGE = 500;

function unknownPayment(): Problem {
  return new Problem('not_found', 'this shop has no such payment');
}

/** The ledger of an id in the path. */
function ledgerAt(service: Service, text: string): LedgerClient {
  const id = paymentId(text);
  if (!id) throw unknownPayment();
  return service.ledger(id);
}

/** What a ledger answered, if it is about a payment of this shop: others learn nothing of it. */
function ownedBy<T extends { readonly shop: string }>(shop: Shop, answer: T | null): T {
  if (answer?.shop !== shop.id) throw unknownPayment();
  return answer;
}

function cursorText(cursor: { readonly createdAt: string; readonly id: string } | null): string | null {
  return cursor && base64url(utf8(`${cursor.createdAt} ${cursor.id}`));
}

function cursorOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
  const [createdAt, id] = (bytes && fromUtf8(bytes))?.split(' ') ?? [];
  if (!createdAt || !id) throw new Problem('invalid_request', 'cursor: is not a cursor of this list');
  return { createdAt, id };
}

export function paymentRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post(
    '/v1/payments',
    documented({
      summary: 'Create a payment',
      description:
        'The same reference again with the same request returns the same payment. With another request it is `reference_conflict`, which names what differs; `replace: true` puts the new request in its place, as long as nobody was forwarded.',
      auth: 'shop',
      headers: {
        'If-Match': 'With `replace`: the version of the payment that is to be replaced, in quotation marks',
      },
      body: schemas.paymentOrder,
      success: { 201: schemas.payment, 200: schemas.payment },
      errors: [
        'invalid_request',
        'forbidden',
        'not_found',
        'reference_conflict',
        'conflict_version',
        'invalid_state',
        'payload_too_large',
        'unsupported_currency',
        'amount_out_of_range',
      ],
      example: {
        body: {
          reference: 'docs-1042',
          amount: 1999,
          currency: 'EUR',
          provider: 'ecommpay',
          description: 'Two tickets',
        },
        keep: { PAYMENT: 'id', CHECKOUT: 'checkoutUrl' },
      },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const body = await jsonBody(c, schemas.paymentOrder);
      const service = c.get('service');
      const origin = originOf(service, c.req.url);
      const { account = null, provider = null } = body;
      const order = { request: requestOf(body), account, provider };
      const replacement = replacementOf(c, body);
      const result = await createPayment(service, shop, order, origin, replacement);
      if (result.kind === 'conflict') {
        const { differences } = result;
        throw new Problem(
          'reference_conflict',
          `the reference ${body.reference} belongs to another request of this shop: ${differences.join(', ')} ${differences.length === 1 ? 'differs' : 'differ'}`,
          {
            conflict: {
              payment: derivePaymentId(service.config.idKey, shop.id, body.reference),
              differences,
            },
          },
        );
      }
      if (result.kind === 'replayed') c.header('Idempotent-Replayed', 'true');
      return c.json(answerOf(service, result, origin), result.kind === 'created' ? 201 : 200);
    },
  );

  routes.get(
    '/v1/payments',
    documented({
      summary: 'Find a payment by its reference, or list payments, the newest first',
      description: 'With `reference` the answer is always current; the list follows within moments.',
      auth: 'shop',
      query: schemas.listQuery,
      success: { 200: schemas.paymentList },
      errors: ['invalid_request', 'forbidden'],
      example: { query: 'limit=10' },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const query = queryOf(c, schemas.listQuery);
      const service = c.get('service');
      const origin = originOf(service, c.req.url);
      if (query.reference !== undefined) {
        const [other] = Object.keys(query).filter((name) => name !== 'reference' && name !== 'limit');
        if (other !== undefined) throw invalidField(other, 'goes without reference, which finds one payment');
        const id = derivePaymentId(service.config.idKey, shop.id, query.reference);
        const found = await service.ledger(id).read();
        return c.json({ data: found ? [answerOf(service, found, origin)] : [], nextCursor: null });
      }
      const { data, next } = await service.directory.payments({
        shop: shop.id,
        status: query.status,
        account: query.account,
        from: query.from && new Date(query.from).toISOString(),
        to: query.to && new Date(query.to).toISOString(),
        limit: Number(query.limit ?? 20),
        cursor: cursorOf(query.cursor),
      });
      return c.json({
        data: data.map((view) => ({ ...view, checkoutUrl: checkoutUrl(service, origin, view.id) })),
        nextCursor: cursorText(next),
      });
    },
  );

  routes.get(
    '/v1/payments/:id',
    documented({
      summary: 'Read a payment',
      auth: 'shop',
      success: { 200: schemas.paymentRead },
      errors: ['forbidden', 'not_found'],
      example: { path: { id: '$PAYMENT' } },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const service = c.get('service');
      const found = ownedBy(shop, await ledgerAt(service, c.req.param('id')).read());
      return c.json({ ...answerOf(service, found, originOf(service, c.req.url)), attempts: found.attempts });
    },
  );

  routes.get(
    '/v1/payments/:id/events',
    documented({
      summary: "Read a payment's log, oldest first",
      description:
        'Each event holds the hash of the one before it, so that an exported log can be checked. 500 events unless `limit` says otherwise; `nextCursor` leads to the next ones. What strangers can cause is counted after its first 30 events.',
      auth: 'shop',
      query: schemas.eventsQuery,
      success: { 200: schemas.events },
      errors: ['invalid_request', 'forbidden', 'not_found'],
      example: { path: { id: '$PAYMENT' } },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const query = queryOf(c, schemas.eventsQuery);
      const limit = Number(query.limit ?? EVENTS_A_PAGE);
      const page = { after: Number(query.cursor ?? 0), limit: limit + 1 };
      const { events, pending } = ownedBy(
        shop,
        await ledgerAt(c.get('service'), c.req.param('id')).events(page),
      );
      const data = events.slice(0, limit);
      return c.json({ data, pending, nextCursor: events.length > limit ? String(data.at(-1)?.seq) : null });
    },
  );

  routes.get(
    '/v1/payments/:id/deliveries',
    documented({
      summary: "Read the tries of a payment's webhooks, oldest first",
      auth: 'shop',
      success: { 200: schemas.deliveries },
      errors: ['forbidden', 'not_found'],
      example: { path: { id: '$PAYMENT' } },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const { deliveries } = ownedBy(shop, await ledgerAt(c.get('service'), c.req.param('id')).deliveries());
      return c.json({ data: deliveries });
    },
  );

  routes.post(
    '/v1/payments/:id/deliveries',
    documented({
      summary: 'Send the newest webhook of a payment again',
      auth: 'shop',
      optionalBody: schemas.nothing,
      success: { 202: schemas.deliveries },
      errors: ['invalid_request', 'forbidden', 'not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: '$PAYMENT' }, before: 'curl -sf "$CHECKOUT" > /dev/null' },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      await optionalJsonBody(c, schemas.nothing);
      const ledger = ledgerAt(c.get('service'), c.req.param('id'));
      const { deliveries } = ownedBy(shop, await ledger.deliveries());
      if (!(await ledger.resend(shop.webhook.dialect === 'polybanking'))) {
        throw new Problem('invalid_state', 'nothing has happened yet that a webhook would tell');
      }
      return c.json({ data: deliveries }, 202);
    },
  );

  return routes;
}
