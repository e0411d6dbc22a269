/** Creating a payment over HTTP, for a shop by its key or by an operator: the same members, checks and answers. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import type { Shop } from '../directory/types.ts';
import { payByCode } from '../gateway/blik-code.ts';
import { createPayment, type Replacement } from '../gateway/create-payment.ts';
import type { Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import type { PaymentWithRedirect } from '../ledger/commands.ts';
import { invalidField, Problem, type ProblemCode } from '../payments/errors.ts';
import { derivePaymentId } from '../payments/id.ts';
import type { Installments } from '../payments/installments.ts';
import type { Minor } from '../payments/money.ts';
import type { Customer, LineItem, PaymentRequest } from '../payments/types.ts';
import type { AppEnv } from './app-env.ts';
import { jsonBody } from './body.ts';
import { checkoutUrl, shortUrl } from './checkout-url.ts';
import * as schemas from './schemas.ts';

/** What a create may be answered with, beside what its key is. */
export const CREATE_ERRORS: readonly ProblemCode[] = [
  'invalid_request',
  'not_found',
  'reference_conflict',
  'conflict_version',
  'invalid_state',
  'payload_too_large',
  'unsupported_currency',
  'unsupported_operation',
  'amount_out_of_range',
  'provider_error',
  'provider_unreachable',
];

export const CREATE_HEADERS = {
  'If-Match': 'With `replace`: the version of the payment that is to be replaced, in quotation marks',
};

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
    ...moreOf(body),
  };
}

/** What a request has beside what every payment has. A BLIK code is left out: what is stored, hashed and shown has none. */
function moreOf({ metadata, lineItems, method, installments }: CreateBody): Partial<PaymentRequest> {
  const isTold = metadata && Object.keys(metadata).length > 0;
  return {
    ...(isTold && { metadata }),
    ...(lineItems && lineItems.length > 0 && { lineItems: lineItems.map(compact) as LineItem[] }),
    ...(method && { method: method.kind === 'bank' ? method : { kind: method.kind } }),
    ...(installments && { installments: compact(installments) as Installments }),
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
export function answerOf(service: Service, found: PaymentWithRedirect, origin: string) {
  const { view, redirect, isOver } = found;
  const url = checkoutUrl(service, origin, view.id);
  // An order that has to be registered first is registered when the shopper comes to our checkout, and a choice is made there.
  const checkout = { kind: 'url', method: 'GET', url } as const;
  return {
    ...view,
    redirect: isOver ? null : (redirect ?? checkout),
    checkoutUrl: url,
    shortUrl: shortUrl(service, origin, view.id),
  };
}

/**
 * Creates the payment of the request's body for a shop.
 * @param by who asks for it, where that is not the shop.
 */
export async function createFor(c: Context<AppEnv>, shop: Shop, by?: 'operator') {
  const body = await jsonBody(c, schemas.paymentOrder);
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  const { account = null, provider = null } = body;
  const blikCode = body.method?.kind === 'blik' ? body.method.code : null;
  const request = requestOf(body);
  const order = { request, account, provider, ...(by && { by }), ...(blikCode && { byCode: true as const }) };
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
  const paid =
    blikCode === null
      ? result
      : await payByCode(service, result, {
          ip: request.customer.ip ?? null,
          chosen: null,
          origin,
          requestId: c.get('requestId'),
          blikCode,
        });
  if (result.kind === 'replayed') c.header('Idempotent-Replayed', 'true');
  const isCreated = result.kind === 'created';
  return {
    answer: answerOf(service, paid, origin),
    status: isCreated ? (201 as const) : (200 as const),
    kind: result.kind,
  };
}
