/** The storefront's routes after a payment: capture, cancel, refund and refresh. */
import { type Context, Hono } from 'hono';
import { cancelPayment } from '../gateway/cancel-payment.ts';
import { operationRules } from '../gateway/operation-rules.ts';
import { originOf } from '../gateway/start-attempt.ts';
import { refresh } from '../gateway/status-query.ts';
import { valid } from '../gateway/validation.ts';
import type { OperationCommandResult, PaymentRead } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { OPERATION_KINDS, type OperationKind } from '../payments/operations.ts';
import { hex } from '../signing/bytes.ts';
import type { AppEnv } from './app-env.ts';
import { authenticatedShop } from './auth.ts';
import { jsonBody, optionalJsonBody } from './body.ts';
import { checkoutUrl } from './checkout-url.ts';
import { documented, type Example } from './openapi.ts';
import * as schemas from './schemas.ts';

/** A payment of the demo shop whose money is held or has come, for the examples: the sandbox's shopper pays it. */
export function demoPayment(variable: string, reference: string, capture: 'manual' | 'automatic'): string {
  const body = JSON.stringify({ reference, amount: 1999, currency: 'EUR', provider: 'sips2', capture });
  return [
    `${variable}=$(curl -sf -X POST "$BASE/v1/payments" -H "Authorization: Bearer $SHOP_KEY" -d '${body}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
    `curl -sf -X POST "$BASE/sandbox/payments/$${variable}" -d '{"decision":"pay"}' > /dev/null`,
  ].join('\n');
}

const EXAMPLES: Record<OperationKind, Example> = {
  capture: {
    path: { id: '$HELD' },
    headers: { 'Idempotency-Key': 'capture-1' },
    body: { amount: 500 },
    before: demoPayment('HELD', 'docs-held', 'manual'),
  },
  cancel: {
    path: { id: '$RELEASED' },
    headers: { 'Idempotency-Key': 'cancel-1' },
    body: {},
    before: demoPayment('RELEASED', 'docs-released', 'manual'),
  },
  refund: {
    path: { id: '$PAID' },
    headers: { 'Idempotency-Key': 'refund-1' },
    body: { amount: 500 },
    before: demoPayment('PAID', 'docs-paid', 'automatic'),
  },
};

const SUMMARIES: Record<OperationKind, string> = {
  capture: 'Take the money of an authorized payment, whole or in part',
  cancel:
    'Call off a payment that nobody has paid, release an authorization, or take back an order before its money is settled',
  refund: 'Give back money that was paid, whole or in part',
};

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

function idempotencyKey(c: Context<AppEnv>): string {
  const given = c.req.header('idempotency-key');
  if (given !== undefined) return valid(schemas.idempotencyKey, given);
  const bytes = new Uint8Array(16);
  c.get('service').random(bytes);
  return `made/${hex(bytes)}`;
}

function answer(c: Context<AppEnv>, result: OperationCommandResult, origin: string): Response {
  switch (result.kind) {
    case 'none':
      throw unknownPayment();
    case 'problem': {
      const { code, detail, provider } = result.problem;
      throw new Problem(code, detail, { provider });
    }
    case 'done':
      if (result.replayed) c.header('Idempotent-Replayed', 'true');
      return c.json({ ...result.view, checkoutUrl: checkoutUrl(c.get('service'), origin, result.view.id) });
  }
}

function operateBody(
  c: Context<AppEnv>,
  kind: OperationKind,
): Promise<{ readonly amount?: number | undefined; readonly attempt?: number | undefined }> {
  return kind === 'cancel' ? optionalJsonBody(c, schemas.cancel) : jsonBody(c, schemas.operate);
}

async function operate(c: Context<AppEnv>, kind: OperationKind): Promise<Response> {
  const { id, shop, read } = await ownPayment(c);
  const { amount = null, attempt = null } = await operateBody(c, kind);
  const key = idempotencyKey(c);
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  if (kind === 'cancel') {
    const working = cancelPayment(service, id, read, { shop, attempt, key, origin });
    c.executionCtx.waitUntil(working.catch(() => {}));
    return answer(c, await working, origin);
  }
  const { rules, reasons } = await operationRules(service, read, kind);
  if (Object.values(rules).every((rule) => rule === null)) {
    throw new Problem('unsupported_operation', reasons.join('; '));
  }
  const working = service.ledger(id).executeOperation({ shop, kind, amount, attempt, key, origin, rules });
  // A shop that does not wait for the answer does not break the call off.
  c.executionCtx.waitUntil(working.catch(() => {}));
  return answer(c, await working, origin);
}

export function operationRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const kind of OPERATION_KINDS) {
    routes.post(
      `/v1/payments/:id/${kind}`,
      documented({
        summary: SUMMARIES[kind],
        description:
          'Without an amount it is the whole; a cancel takes none. The same Idempotency-Key gives the same answer and reaches the provider once. 502 and 504 say in their detail whether the operation failed or its outcome is unknown; an unknown one is asked about, never repeated.',
        auth: 'shop',
        ...(kind === 'cancel' ? { optionalBody: schemas.cancel } : { body: schemas.operate }),
        headers: {
          'Idempotency-Key': '1 to 255 printable characters; left out, each call is an operation of its own',
        },
        success: { 200: schemas.payment },
        errors: [
          'invalid_request',
          'forbidden',
          'not_found',
          'invalid_state',
          'reference_conflict',
          'payload_too_large',
          'unsupported_operation',
          'amount_out_of_range',
          'provider_error',
          'provider_unreachable',
        ],
        example: EXAMPLES[kind],
      }),
      (c) => operate(c, kind),
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
      example: { path: { id: '$PAID' } },
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
