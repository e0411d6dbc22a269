/** Answers of the API about sessions of the hosted page, read, and its errors. Facts: SHEET.md. */
import * as v from 'valibot';
import { Problem, Refusal } from '../../payments/errors.ts';
import type { Json } from '../contract.ts';
import { jsonObject } from '../kit/api-call.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { statusAlone } from '../kit/verdict.ts';
import { PAYMENT, type WorldlinePayment } from './members.ts';
import { updateOfPayment } from './messages.ts';
import { WORLDLINE_CHECKOUT_STATUSES } from './statuses.ts';

/**
 * The members of an answer that a schema names.
 * @throws Problem provider_error when it is no such JSON.
 */
export function readAnswer<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, jsonObject(text), { abortEarly: true });
  if (result.success) return result.output;
  const path = v.getDotPath(result.issues[0]) ?? 'it';
  throw providerError(`Worldline answered something else: ${path} has another type`, text.slice(0, 1000));
}

/** What an answer that is an error says first. */
export interface WorldlineError {
  /** `errorCode`, or else `code`. */
  readonly code: string;
  readonly id: string;
  readonly message: string;
  readonly property: string;
  readonly retriable: boolean;
}

const TEXT = v.nullish(v.string());

const ERRORS = v.object({
  errors: v.nullish(
    v.array(
      v.object({
        errorCode: TEXT,
        code: TEXT,
        id: TEXT,
        message: TEXT,
        propertyName: TEXT,
        retriable: v.nullish(v.boolean()),
      }),
    ),
  ),
});

/** The error of an answer; null: it is none. One that cannot be read has no code and no text. */
export function readWorldlineError(http: number, text: string): WorldlineError | null {
  if (http >= 200 && http < 300) return null;
  let first: NonNullable<v.InferOutput<typeof ERRORS>['errors']>[number] | undefined;
  try {
    first = readAnswer(ERRORS, text).errors?.[0];
  } catch {
    // A page of a proxy: the HTTP status has to do.
  }
  return {
    code: first?.errorCode || first?.code || '',
    id: first?.id ?? '',
    message: first?.message ?? '',
    property: first?.propertyName ?? '',
    retriable: first?.retriable ?? false,
  };
}

/** An error of the API as a problem of ours. @param what follows the provider's name: `rejected the order`. */
export function worldlineProblem(what: string, http: number, text: string): Problem {
  const { code = '', id = '', message = '', property = '' } = readWorldlineError(http, text) ?? {};
  const words = [id, message === id ? '' : message, property].filter(Boolean).join(' ');
  return new Problem('provider_error', `Worldline ${what}: ${http} ${code} ${words}`.trim(), {
    cause: text.slice(0, 1000),
    ...(code && { provider: { code, text: words } }),
  });
}

/** A session as it is created. */
interface CreatedCheckout {
  readonly redirectUrl: string;
  readonly returnmac: string;
  readonly hostedCheckoutId: string;
}

const CREATED = v.object({
  RETURNMAC: v.pipe(v.string(), v.minLength(8), v.maxLength(200)),
  hostedCheckoutId: v.pipe(v.string(), v.regex(/^[\w-]{1,50}$/)),
  redirectUrl: v.pipe(v.string(), v.regex(/^https:\/\/[^\s]{1,2000}$/)),
});

/** @throws Problem provider_error when the answer lacks one of them. `partialRedirectUrl` lacks a part of the host, and is not read. */
export function readCreatedCheckout(text: string): CreatedCheckout {
  const { RETURNMAC, hostedCheckoutId, redirectUrl } = readAnswer(CREATED, text);
  return { returnmac: RETURNMAC, hostedCheckoutId, redirectUrl };
}

const CHECKOUT = v.object({
  status: TEXT,
  createdPaymentOutput: v.nullish(v.object({ payment: v.nullish(PAYMENT) })),
});

/** A session as it is asked about. */
export interface CheckoutAnswer {
  readonly status: string;
  /** Null: the shopper has tried none yet. */
  readonly payment: WorldlinePayment | null;
}

/** @throws Problem provider_error when it is no such JSON. */
export function readCheckout(text: string): CheckoutAnswer {
  const { status, createdPaymentOutput } = readAnswer(CHECKOUT, text);
  return { status: status ?? '', payment: createdPaymentOutput?.payment ?? null };
}

/** What a session says alone, for the vectors: its status, and the payment's amount, currency and numbers. */
export function statusOfCheckout({ status, payment }: CheckoutAnswer): Readonly<Record<string, Json>> {
  if (!payment) {
    if (status === 'IN_PROGRESS') return { status: 'forwarded' };
    const outcome = meaningOf(WORLDLINE_CHECKOUT_STATUSES, status)?.outcome ?? 'none';
    return outcome === 'none' ? {} : { status: outcome };
  }
  try {
    const update = updateOfPayment(payment, payment.paymentOutput?.references?.merchantReference ?? '');
    const alone = statusAlone(update);
    return {
      ...(alone && { status: alone }),
      expected: {
        amount: typeof update.amount === 'number' ? update.amount : null,
        currency: update.currency,
        reference: update.order,
        payment_id: update.providerReference,
      },
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { valid: false };
  }
}
