/** Calls of PayU's REST API 2.1: OAuth2 tokens, and errors. Facts: SHEET.md; PayU Europe developer documentation. */
import type { Problem } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { BearerTokens, withBearer } from '../kit/oauth.ts';
import { providerError } from '../kit/provider-error.ts';
import type { PayuSettings } from './settings.ts';

const tokens = new BearerTokens();

type Account = ProviderAccount<PayuSettings>;

function originOf(account: Account): string {
  const origin =
    account.environment === 'production' ? 'https://secure.payu.com' : 'https://secure.snd.payu.com';
  return atOrigin(`${origin}/`, account.endpoints.api).replace(/\/$/, '');
}

/** `POST oauth/authorize`. @throws Problem provider_error when PayU does not take the credentials. */
export function authorize(
  account: Account,
  fetcher: typeof fetch,
  now: Date,
  fresh: boolean,
): Promise<string> {
  const { settings } = account;
  const client = settings.client_id ?? settings.pos_id;
  return tokens.get({ name: `payu/${account.id}/${client}/${settings.client_secret}`, now, fresh }, () =>
    callApi(fetcher, `${originOf(account)}/pl/standard/user/oauth/authorize`, {
      headers: { 'content-type': FORM },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client,
        client_secret: settings.client_secret ?? '',
      }).toString(),
    }),
  );
}

/**
 * A call with a token. After a 401 it is made once more with a new token.
 * @param ports `send`, where given, makes the call itself: the one call of an operation.
 * @throws Problem provider_unreachable; provider_error when there is no token.
 */
export async function callPayuRest(
  account: Account,
  ports: { readonly fetch: typeof fetch; readonly now: Date; readonly send?: typeof fetch },
  method: string,
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  return withBearer(
    (fresh) => authorize(account, ports.fetch, ports.now, fresh),
    (authorization) =>
      callApi(ports.send ?? ports.fetch, `${originOf(account)}${path}`, {
        method,
        headers: { 'content-type': 'application/json', authorization },
        ...(body && { body: JSON.stringify(body) }),
      }),
  );
}

/** The member `status` of every answer. */
export interface PayuStatus {
  readonly statusCode?: string;
  readonly statusDesc?: string;
}

/** The member `status` of an answer; empty: it has none, as the page of a proxy. */
export function payuStatusOf({ text }: ApiAnswer): PayuStatus {
  try {
    return (jsonObject(text).status ?? {}) as PayuStatus;
  } catch {
    return {};
  }
}

/** The error of an answer that is not the expected one. `what` follows the provider's name: `rejected the order`. */
export function unexpectedPayuAnswer(what: string, answer: ApiAnswer): Problem {
  const { statusCode = '', statusDesc = '' } = payuStatusOf(answer);
  const said = `PayU ${what}: ${answer.status} ${statusCode} ${statusDesc}`.trim();
  return providerError(said, answer.text, { code: statusCode, text: statusDesc });
}
