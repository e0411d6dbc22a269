/** Calls of tpay's Open API, with its tokens, and of the older transaction API. */
import { Problem } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { BearerTokens } from '../kit/oauth.ts';

/** What the calls need of an account's settings. */
export interface TpaySettings {
  readonly mode: 'openapi' | 'classic';
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly api_key?: string | undefined;
  readonly api_password?: string | undefined;
}

const tokens = new BearerTokens();

function host(account: ProviderAccount<TpaySettings>): string {
  const origin =
    account.environment === 'production' ? 'https://api.tpay.com' : 'https://openapi.sandbox.tpay.com';
  return atOrigin(`${origin}/`, account.endpoints.api).replace(/\/$/, '');
}

function token(
  account: ProviderAccount<TpaySettings>,
  fetcher: typeof fetch,
  now: Date,
  fresh: boolean,
): Promise<string> {
  const { client_id = '', client_secret = '' } = account.settings;
  return tokens.get({ name: `tpay/${account.id}/${client_id}/${client_secret}`, now, fresh }, () =>
    callApi(fetcher, `${host(account)}/oauth/auth`, {
      headers: { 'content-type': FORM },
      body: new URLSearchParams({ client_id, client_secret }).toString(),
    }),
  );
}

/** A call of the Open API; a token that has ended is fetched anew, once. `send` is for the one call of an operation. */
export async function call(
  account: ProviderAccount<TpaySettings>,
  world: { readonly fetch: typeof fetch; readonly now: Date; readonly send?: typeof fetch },
  method: string,
  path: string,
  body?: string,
): Promise<ApiAnswer> {
  const once = async (fresh: boolean) => {
    const bearer = await token(account, world.fetch, world.now, fresh);
    return callApi(world.send ?? world.fetch, `${host(account)}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      ...(body !== undefined && { body }),
    });
  };
  const first = await once(false);
  return first.status === 401 ? once(true) : first;
}

/** The amount as a JSON number with its two decimals, without a detour over floating point. */
export function withAmount(body: object, amount: string): string {
  return JSON.stringify(body).replace('"amount":"AMOUNT"', `"amount":${amount}`);
}

/** A transaction as the Open API shows it. */
export async function readTransaction(
  account: ProviderAccount<TpaySettings>,
  world: { readonly fetch: typeof fetch; readonly now: Date },
  id: string,
): Promise<Record<string, unknown>> {
  const answer = await call(account, world, 'GET', `/transactions/${encodeURIComponent(id)}`);
  if (answer.status !== 200)
    throw new Problem('provider_error', `tpay answered ${answer.status}`, { cause: answer.text });
  return jsonObject(answer.text);
}

/** A call of the older API, by the account's own address there. */
export async function callOlder(
  account: ProviderAccount<TpaySettings>,
  fetcher: typeof fetch,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const { api_key = '', api_password = '' } = account.settings;
  const url = `https://secure.tpay.com/api/gw/${encodeURIComponent(api_key)}/${path}`;
  const { text } = await callApi(fetcher, atOrigin(url, account.endpoints.api), {
    headers: { 'content-type': FORM },
    body: new URLSearchParams({ ...fields, api_password, json: '1' }).toString(),
  });
  return jsonObject(text);
}
