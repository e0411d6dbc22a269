/** OAuth2 tokens of brokers' APIs (RFC 6749, client credentials), kept in the isolate until shortly before they end. */

import { type ApiAnswer, jsonObject } from './api-call.ts';
import { providerError } from './provider-error.ts';

/** A token is fetched anew this long before it ends. */
const MARGIN_MS = 60_000;

/** More accounts than one isolate serves; beyond it all are dropped. */
const LIMIT = 500;

export class BearerTokens {
  readonly #kept = new Map<string, { readonly token: string; readonly until: number }>();

  /**
   * A token.
   * @param which whose it is, and whether the one in memory was rejected.
   * @param call asks for a new one.
   * @throws Problem provider_error when the provider gives none.
   */
  async get(
    which: { readonly name: string; readonly now: Date; readonly fresh: boolean },
    call: () => Promise<ApiAnswer>,
  ): Promise<string> {
    const now = which.now.getTime();
    const kept = this.#kept.get(which.name);
    if (kept && kept.until > now && !which.fresh) return kept.token;
    const { status, text } = await call();
    if (status !== 200) {
      throw providerError(`the provider rejected our credentials: ${status}`, text);
    }
    const { access_token: token, expires_in: seconds } = jsonObject(text);
    if (typeof token !== 'string' || token === '') {
      throw providerError('the provider gave no token', text);
    }
    if (this.#kept.size >= LIMIT) this.#kept.clear();
    this.#kept.set(which.name, { token, until: now + Number(seconds ?? 0) * 1000 - MARGIN_MS });
    return token;
  }
}

/**
 * A call with a token. After a 401 it is made once more with a new token: the first one was not carried out.
 * @param tokenOf gives a token; `fresh`: not the one in memory.
 * @param call makes the call with this value of `Authorization`.
 */
export async function withBearer(
  tokenOf: (fresh: boolean) => Promise<string>,
  call: (authorization: string) => Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const once = async (fresh: boolean) => call(`Bearer ${await tokenOf(fresh)}`);
  const first = await once(false);
  return first.status === 401 ? once(true) : first;
}
