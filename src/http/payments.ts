/** The storefront's routes: creating and reading payments. */

import type { Shop } from '../directory/types.ts';
import type { LedgerClient, Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { derivePaymentId, paymentId } from '../payments/id.ts';
import { base64url, fromBase64url, fromUtf8, utf8 } from '../signing/bytes.ts';
import { authenticatedShop } from './auth.ts';
import { optionalJsonBody, queryOf } from './body.ts';
import { checkoutUrl } from './checkout-url.ts';
import { answerOf, CREATE_ERRORS, CREATE_HEADERS, createFor } from './create-payment.ts';
import { documented } from './openapi.ts';
import { demoPayment } from './operation-examples.ts';
import { eventsAnswer, eventsPage, shownDelivery } from './payment-log.ts';
import { Routes } from './router.ts';
import * as schemas from './schemas.ts';

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
  const bytes = fromBase64url(text);
  const [createdAt, id] = (bytes && fromUtf8(bytes))?.split(' ') ?? [];
  if (!createdAt || !id) throw new Problem('invalid_request', 'cursor: is not a cursor of this list');
  return { createdAt, id };
}

export function paymentRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/payments',
    documented({
      summary: 'Create a payment',
      description:
        'The same reference again with the same request returns the same payment. With another request it is `reference_conflict`, which names what differs; `replace: true` puts the new request in its place, as long as nobody was forwarded.',
      auth: 'shop',
      headers: CREATE_HEADERS,
      body: schemas.paymentOrder,
      success: { 201: schemas.payment, 200: schemas.payment },
      errors: ['forbidden', ...CREATE_ERRORS],
      example: {
        body: {
          reference: 'docs-1042',
          amount: 1999,
          currency: 'EUR',
          provider: 'ecommpay',
          description: 'Two tickets',
        },
        keep: { PAYMENT: 'id', CHECKOUT: 'checkoutUrl', SHORT: 'shortUrl' },
      },
    }),
    async (c) => {
      const { answer, status } = await createFor(c, await authenticatedShop(c));
      return c.json(answer, status);
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
        metadata: query.metadata,
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
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-read', 'automatic') },
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
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-log', 'automatic') },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const query = queryOf(c, schemas.eventsQuery);
      const ledger = ledgerAt(c.get('service'), c.req.param('id'));
      return c.json(eventsAnswer(ownedBy(shop, await ledger.events(eventsPage(query))), query));
    },
  );

  routes.get(
    '/v1/payments/:id/deliveries',
    documented({
      summary: "Read the tries of a payment's webhooks, oldest first",
      auth: 'shop',
      success: { 200: schemas.deliveries },
      errors: ['forbidden', 'not_found'],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-tries', 'automatic') },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const { deliveries } = ownedBy(shop, await ledgerAt(c.get('service'), c.req.param('id')).deliveries());
      return c.json({ data: deliveries.map(shownDelivery) });
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
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-again', 'automatic') },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      await optionalJsonBody(c, schemas.nothing);
      const ledger = ledgerAt(c.get('service'), c.req.param('id'));
      const { deliveries } = ownedBy(shop, await ledger.deliveries());
      if (!(await ledger.resend(shop.webhook.dialect === 'polybanking'))) {
        throw new Problem('invalid_state', 'nothing has happened yet that a webhook would tell');
      }
      return c.json({ data: deliveries.map(shownDelivery) }, 202);
    },
  );

  return routes;
}
