/** Calls of tpay's Open API: OAuth2 tokens (client credentials), JSON with amounts as numbers, errors. Facts: SHEET.md. */
import { Declined, Problem } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { mayDecline } from '../kit/declining.ts';
import { FORM } from '../kit/form-message.ts';
import { BearerTokens, withBearer } from '../kit/oauth.ts';
import type { TpaySettings } from './settings.ts';

/** What a call needs of whoever makes it. */
interface Caller {
  readonly fetch: typeof fetch;
  readonly now: Date;
  /** For the one call of an operation; left out: `fetch`. */
  readonly send?: typeof fetch;
}

const tokens = new BearerTokens();

function host(account: ProviderAccount<TpaySettings>): string {
  const origin =
    account.environment === 'production' ? 'https://api.tpay.com' : 'https://openapi.sandbox.tpay.com';
  return atOrigin(`${origin}/`, account.endpoints.api).replace(/\/$/, '');
}

/** A token. @param fresh whether the one in memory is not to be used. @throws Problem provider_error when tpay gives none. */
export function tokenOf(
  account: ProviderAccount<TpaySettings>,
  caller: Caller,
  fresh: boolean,
): Promise<string> {
  const { client_id = '', client_secret = '' } = account.settings;
  const name = `tpay/${account.id}/${client_id}/${client_secret}`;
  return tokens.get({ name, now: caller.now, fresh }, () =>
    callApi(caller.fetch, `${host(account)}/oauth/auth`, {
      headers: { 'content-type': FORM },
      body: new URLSearchParams({ client_id, client_secret }).toString(),
    }),
  );
}

/**
 * Calls the Open API. After a 401 the call is made once more with a new token.
 * @throws Problem provider_unreachable; provider_error when there is no token to be had.
 */
export async function callOpenApi(
  account: ProviderAccount<TpaySettings>,
  caller: Caller,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<ApiAnswer> {
  return withBearer(
    (fresh) => tokenOf(account, caller, fresh),
    (authorization) =>
      callApi(caller.send ?? caller.fetch, `${host(account)}${path}`, {
        method,
        headers: { 'content-type': 'application/json', authorization },
        ...(body !== undefined && { body }),
      }),
  );
}

/** A body whose member `amount` stands for the amount that `jsonWithAmount` puts there. */
interface AmountBody {
  readonly amount: 'AMOUNT';
}

/** JSON text in which the amount is a number with its two decimals, without a detour over floating point. */
export function jsonWithAmount(body: AmountBody, amount: string): string {
  return JSON.stringify(body).replace('"amount":"AMOUNT"', `"amount":${amount}`);
}

/** Words of `result` in an answer that is no error. */
const GOOD_RESULTS: ReadonlySet<unknown> = new Set(['success', 'correct', 'pending']);

/**
 * The body of an answer to an operation.
 * @throws Declined for tpay's own error: the result `failed`, or another one than a good one with HTTP 4xx; Problem
 *   provider_error for everything else that is no success.
 */
export function operationBody({ status, text }: ApiAnswer): Record<string, unknown> {
  const isGood = status === 200 || status === 201;
  if (!isGood && !mayDecline(status))
    throw new Problem('provider_error', `tpay answered ${status}`, { cause: text });
  const body = jsonObject(text);
  const { result, errors } = body;
  if (isGood && GOOD_RESULTS.has(result)) return body;
  const isError = typeof result === 'string' && (result === 'failed' || !isGood) && !GOOD_RESULTS.has(result);
  if (!isError)
    throw new Problem('provider_error', `tpay answered ${status} with the result ${String(result)}`, {
      cause: text,
    });
  const [first] = Array.isArray(errors) ? (errors as { errorCode?: string; errorMessage?: string }[]) : [];
  throw new Declined(first?.errorCode || String(status), first?.errorMessage ?? '');
}

/**
 * The body of the answer to a question.
 * @throws Problem provider_error unless it is a good one.
 */
export function answeredBody({ status, text }: ApiAnswer): Record<string, unknown> {
  const body = status === 200 ? jsonObject(text) : {};
  if (body.result !== undefined && body.result !== 'success')
    throw new Problem('provider_error', `tpay answered the result ${String(body.result)}`, { cause: text });
  if (status !== 200) throw new Problem('provider_error', `tpay answered ${status}`, { cause: text });
  return body;
}

/** An amount of an answer, a number or a decimal text, in minor units of PLN; null: it has none that can be read. */
export function tpayMinor(amount: unknown): number | null {
  return typeof amount === 'number' || typeof amount === 'string' ? fromDecimal(String(amount), 2) : null;
}
