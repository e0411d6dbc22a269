/** The operator's routes for payments of all shops in scope: search, one payment, its log and webhooks, and payment links. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import { findPayments, type SearchRequest } from '../../gateway/payment-search.ts';
import { scopedPayment, scopedShop } from '../../gateway/scoped.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { Problem } from '../../payments/errors.ts';
import type { AppEnv } from '../app-env.ts';
import { idParam, queryOf } from '../body.ts';
import { checkoutUrl } from '../checkout-url.ts';
import { answerOf, CREATE_ERRORS, CREATE_HEADERS, createFor } from '../create-payment.ts';
import { documented } from '../openapi.ts';
import { demoPayment } from '../operation-examples.ts';
import { operatorOf } from '../operator.ts';
import { eventsAnswer, eventsPage, shownDelivery } from '../payment-log.ts';
import { qrCode } from '../qr-code.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

const utc = (time: string | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
const minor = (amount: string | undefined) => (amount === undefined ? undefined : Number(amount));

function searchOf(query: v.InferOutput<typeof schemas.paymentSearch>): SearchRequest {
  const { status, test, limit, metadata: _metadata, ...texts } = query;
  const { reference, id, providerReference, email, shop, group, account, provider, currency, cursor } = texts;
  return {
    reference,
    id,
    providerReference: providerReference?.trim(),
    email: email?.trim(),
    status: status ?? [],
    shop,
    group,
    account,
    provider,
    test: test === undefined ? undefined : test === 'true',
    currency,
    metadata: query.metadata && Object.keys(query.metadata).length > 0 ? query.metadata : undefined,
    amount: { from: minor(query.amountFrom), to: minor(query.amountTo) },
    created: { from: utc(query.createdFrom), to: utc(query.createdTo) },
    updated: { from: utc(query.updatedFrom), to: utc(query.updatedTo) },
    paid: { from: utc(query.paidFrom), to: utc(query.paidTo) },
    limit: Number(limit ?? 20),
    cursor,
  };
}

/** The payment of the path, if the operator may see it. */
export function paymentInPath(c: Context<AppEnv>) {
  return scopedPayment(c.get('service'), operatorOf(c).scope, c.req.param('id'));
}

export function operatorPaymentRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/payments',
    documented({
      summary: 'Search the payments of all shops, the newest first',
      description:
        'By creation, or by the time that `updatedFrom`, `updatedTo`, `paidFrom` or `paidTo` asks for. It follows within moments; with `id`, or `shop` and `reference`, the answer is always current.',
      auth: 'operator',
      permission: 'view',
      query: schemas.paymentSearch,
      success: { 200: schemas.operatorPaymentList },
      errors: ['invalid_request', 'not_found'],
      example: { query: 'provider=ecommpay&limit=5' },
    }),
    async (c) => {
      const service = c.get('service');
      const request = searchOf(queryOf(c, schemas.paymentSearch));
      const { data, nextCursor } = await findPayments(service, operatorOf(c).scope, request);
      const origin = originOf(service, c.req.url);
      const shown = data.map(({ shop, view }) => ({
        ...view,
        shop,
        checkoutUrl: checkoutUrl(service, origin, view.id),
      }));
      return c.json({ data: shown, nextCursor });
    },
  );

  routes.get(
    '/v1/admin/payments/:id',
    documented({
      summary: 'Read a payment with its attempts and operations',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.operatorPaymentRead },
      errors: ['not_found'],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-seen', 'automatic') },
    }),
    async (c) => {
      const service = c.get('service');
      const { read } = await paymentInPath(c);
      const answer = answerOf(service, read, originOf(service, c.req.url));
      return c.json({ ...answer, shop: read.shop, attempts: read.attempts });
    },
  );

  routes.get(
    '/v1/admin/payments/:id/events',
    documented({
      summary: "Read a payment's log, oldest first",
      auth: 'operator',
      permission: 'view',
      query: schemas.eventsQuery,
      success: { 200: schemas.events },
      errors: ['invalid_request', 'not_found'],
      example: {
        path: { id: '$PAID' },
        query: 'limit=10',
        before: demoPayment('PAID', 'docs-seen-log', 'automatic'),
      },
    }),
    async (c) => {
      const query = queryOf(c, schemas.eventsQuery);
      const { id } = await paymentInPath(c);
      const log = await c.get('service').ledger(id).events(eventsPage(query));
      if (!log) throw new Problem('not_found', 'there is no such payment');
      return c.json(eventsAnswer(log, query));
    },
  );

  routes.get(
    '/v1/admin/payments/:id/deliveries',
    documented({
      summary: "Read the tries of a payment's webhooks with what was sent and answered, oldest first",
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.operatorDeliveries },
      errors: ['not_found'],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-seen-tries', 'automatic') },
    }),
    async (c) => {
      const { id } = await paymentInPath(c);
      const found = await c.get('service').ledger(id).deliveriesWithBodies();
      return c.json({ data: (found?.deliveries ?? []).map(shownDelivery) });
    },
  );

  routes.post(
    '/v1/admin/shops/:id/payments',
    documented({
      summary: 'Make a payment link: a payment for an invoice, with its address and a QR code',
      description:
        "As the shop's own create, and the same payment where the shop has sent the same request. The address is `checkoutUrl`; `expiresAt` says how long it leads to a bank.",
      auth: 'operator',
      permission: 'refund',
      headers: CREATE_HEADERS,
      body: schemas.paymentOrder,
      success: { 201: schemas.paymentLink, 200: schemas.paymentLink },
      errors: CREATE_ERRORS,
      example: {
        path: { id: 'demo' },
        body: {
          reference: 'invoice-2026-77',
          amount: 12500,
          currency: 'EUR',
          description: 'Invoice 2026-77',
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const shop = await scopedShop(service, by.scope, idParam(c));
      if (!shop.active || !shop.adminEnabled)
        throw new Problem('invalid_state', 'this shop is switched off: nothing can be paid to it');
      const { answer, status, kind } = await createFor(c, shop, 'operator');
      const { id, reference, amount, currency, shortUrl: url } = answer;
      if (kind !== 'replayed') {
        const detail = { reference, amount, currency };
        await service.directory.noteAudit({
          by,
          action: `payment.${kind}`,
          subject: id,
          shop: shop.id,
          detail,
        });
      }
      return c.json({ ...answer, shop: shop.id, qr: await qrCode(url) }, status);
    },
  );

  return routes;
}
