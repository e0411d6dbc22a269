/** Calls of Paynow's API v3, and its answers. Facts: SHEET.md; docs.paynow.pl v3; pay-now/paynow-php-sdk 3.0.0. */
import * as v from 'valibot';
import { Declined, Problem, type ProviderWords } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { mayDecline } from '../kit/declining.ts';
import { isPaynowNumber } from './messages.ts';
import { asciiJson, signPaynowCall } from './request-signature.ts';
import type { PaynowSettings } from './settings.ts';
import { PAYNOW_DECLINING_ERRORS } from './statuses.ts';

/** What a call needs of whoever makes it. */
export interface PaynowCaller {
  readonly account: ProviderAccount<PaynowSettings>;
  readonly fetch: typeof fetch;
}

export interface PaynowCall {
  readonly method: 'GET' | 'POST';
  /** With its query, percent-encoded. */
  readonly path: string;
  /** At most 45 characters. The same one again, with the same body, gives the first result. */
  readonly idempotencyKey: string;
  readonly body?: object;
}

const HOSTS = { production: 'https://api.paynow.pl', sandbox: 'https://api.sandbox.paynow.pl' } as const;

/**
 * One call.
 * @throws Problem provider_unreachable
 */
export function callPaynow(
  { account, fetch: fetcher }: PaynowCaller,
  { method, path, idempotencyKey, body }: PaynowCall,
): Promise<ApiAnswer> {
  const { settings, environment, endpoints } = account;
  const host = environment === 'production' ? HOSTS.production : HOSTS.sandbox;
  const text = body ? asciiJson(body) : '';
  const [, query = ''] = path.split('?');
  const apiKey = settings.api_key;
  const { signature } = signPaynowCall({ apiKey, idempotencyKey, query, body: text }, settings);
  return callApi(fetcher, atOrigin(`${host}${path}`, endpoints.api), {
    method,
    headers: {
      accept: 'application/json',
      'api-key': apiKey,
      'idempotency-key': idempotencyKey,
      signature,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: text }),
  });
}

/** The key of a call that only asks: another one each time, so that no earlier answer can stand for this one. */
export function askingKey(prefix: string, now: Date): string {
  return `${prefix}-${now.getTime()}`;
}

const ERRORS = v.object({
  errors: v.array(v.object({ errorType: v.string(), message: v.nullish(v.string()) })),
});

/** What an error says first; null: it is none of Paynow's. */
export function paynowErrorIn(text: string): ProviderWords | null {
  try {
    const parsed = v.safeParse(ERRORS, jsonObject(text));
    const [first] = parsed.success ? parsed.output.errors : [];
    return first ? { code: first.errorType, text: first.message ?? '' } : null;
  } catch {
    // A page of a proxy.
    return null;
  }
}

/** The error of an answer that is not the expected one. `what` follows the provider's name: `rejected the payment`. */
export function unexpectedPaynowAnswer(what: string, { status, text }: ApiAnswer): Problem {
  const words = paynowErrorIn(text);
  const said = words ? `${words.code} ${words.text}` : '';
  return new Problem('provider_error', `Paynow ${what}: ${status} ${said}`.trim(), {
    cause: text,
    ...(words && { provider: words }),
  });
}

/** @throws Declined for Paynow's own no; Problem for everything else, which decides nothing. */
export function declinedByPaynow(answer: ApiAnswer): never {
  const words = paynowErrorIn(answer.text);
  const isNo = answer.status !== 200 && mayDecline(answer.status);
  if (words && isNo && PAYNOW_DECLINING_ERRORS.has(words.code)) throw new Declined(words.code, words.text);
  throw unexpectedPaynowAnswer('answered', answer);
}

/** A payment that was registered. */
export interface CreatedPayment {
  readonly paymentId: string;
  readonly redirectUrl: string;
}

/** @throws Problem provider_error when it is no payment with a page. */
export function readCreatedPayment(answer: ApiAnswer): CreatedPayment {
  const isGood = answer.status === 200 || answer.status === 201;
  const { paymentId, redirectUrl } = isGood ? jsonObject(answer.text) : {};
  if (!isPaynowNumber(paymentId) || typeof redirectUrl !== 'string' || !/^https?:\/\//.test(redirectUrl))
    throw unexpectedPaynowAnswer('rejected the payment', answer);
  return { paymentId, redirectUrl };
}

/** A payment or refund with its status, as an answer has it. */
export interface PaynowState {
  readonly id: string;
  readonly status: string;
}

/** @param member the name of its number. @throws Problem provider_error when it says no status of one. */
export function readPaynowState(answer: ApiAnswer, member: 'paymentId' | 'refundId'): PaynowState {
  const isGood = answer.status === 200 || answer.status === 201;
  const { [member]: id, status } = isGood ? jsonObject(answer.text) : {};
  if (!isPaynowNumber(id) || typeof status !== 'string')
    throw unexpectedPaynowAnswer('was asked for a status', answer);
  return { id, status };
}
