/** The storefront's routes after a payment: capture, cancel, refund and refresh. */
import type { Context } from 'hono';
import { originOf } from '../gateway/start-attempt.ts';
import { refresh } from '../gateway/status-query.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { OPERATION_KINDS } from '../payments/operations.ts';
import type { AppEnv } from './app-env.ts';
import { authenticatedShop } from './auth.ts';
import { optionalJsonBody } from './body.ts';
import { checkoutUrl } from './checkout-url.ts';
import { documented } from './openapi.ts';
import { OPERATION_ERRORS, OPERATION_HEADERS, OPERATION_SUMMARIES, operate } from './operate.ts';
import { demoPayment, operationExamples, REFRESHED } from './operation-examples.ts';
import { Routes } from './router.ts';
import * as schemas from './schemas.ts';

const EXAMPLES = operationExamples('', {
  capture: ['HELD', 'docs-held'],
  cancel: ['RELEASED', 'docs-released'],
  refund: ['PAID', 'docs-paid'],
});

function unknownPayment(): Problem {
  return new Problem('not_found', 'this shop has no such payment');
}

/** The payment of the path, if it is the caller's. */
async function ownPayment(c: Context<AppEnv>): Promise<{ id: PaymentId; shop: string; read: PaymentRead }> {
  const shop = await authenticatedShop(c);
  const id = paymentId(c.req.param('id') ?? '');
  const read = id && (await c.get('service').ledger(id).read());
  if (!id || read?.shop !== shop.id) throw unknownPayment();
  return { id, shop: shop.id, read };
}

export function operationRoutes(): Routes {
  const routes = new Routes();
  for (const kind of OPERATION_KINDS) {
    routes.post(
      `/v1/payments/:id/${kind}`,
      documented({
        summary: OPERATION_SUMMARIES[kind],
        description:
          'Without an amount it is the whole; a cancel takes none. The same Idempotency-Key gives the same answer and reaches the provider once. An answer about an operation that was begun has `operation.state`: `failed`, or `unknown`, where it may have been carried out; an unknown one is asked about, never repeated.',
        auth: 'shop',
        ...(kind === 'cancel' ? { optionalBody: schemas.cancel } : { body: schemas.operationRequest }),
        headers: OPERATION_HEADERS,
        success: { 200: schemas.payment },
        errors: ['forbidden', ...OPERATION_ERRORS],
        example: EXAMPLES[kind],
      }),
      async (c) => operate(c, kind, await ownPayment(c)),
    );
  }

  routes.post(
    '/v1/payments/:id/refresh',
    documented({
      summary: 'Ask the provider what became of a payment',
      description:
        'Its answer counts like a notification. Operations whose outcome is unknown are asked about too.',
      auth: 'shop',
      optionalBody: schemas.nothing,
      success: { 200: schemas.payment },
      errors: [
        'invalid_request',
        'forbidden',
        'not_found',
        'payload_too_large',
        'unsupported_operation',
        'provider_error',
        'provider_unreachable',
      ],
      example: {
        path: { id: '$PAID' },
        before: demoPayment('PAID', 'docs-refreshed', 'automatic'),
        answer: REFRESHED,
      },
    }),
    async (c) => {
      await optionalJsonBody(c, schemas.nothing);
      const { id, read } = await ownPayment(c);
      const service = c.get('service');
      await refresh(service, id, read);
      const now = await service.ledger(id).read();
      if (!now) throw unknownPayment();
      return c.json({ ...now.view, checkoutUrl: checkoutUrl(service, originOf(service, c.req.url), id) });
    },
  );
  return routes;
}
