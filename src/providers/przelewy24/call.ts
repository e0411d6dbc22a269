/** Calls of Przelewy24's REST API v1. Facts: SHEET.md; Przelewy24 developer portal (OpenAPI). */
import type { Problem } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { providerError } from '../kit/provider-error.ts';
import { p24Host, p24PosId } from './account.ts';
import type { P24Settings } from './settings.ts';
import { p24Authorization } from './signatures.ts';

/** An answer of the REST API, its HTTP status unjudged. */
export interface P24Answer {
  readonly status: number;
  readonly answer: Record<string, unknown>;
}

/**
 * Calls the REST API.
 * @param path below `/api/v1`, percent-encoded.
 * @throws Problem provider_unreachable, or provider_error when the answer is not JSON.
 */
export async function callP24(
  account: ProviderAccount<P24Settings>,
  fetcher: typeof fetch,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
): Promise<P24Answer> {
  const { api_key: key = '' } = account.settings;
  const { status, text } = await callApi(
    fetcher,
    atOrigin(`${p24Host(account)}/api/v1${path}`, account.endpoints.api),
    {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: p24Authorization(p24PosId(account), key).signature,
      },
      ...(body && { body: JSON.stringify(body) }),
    },
  );
  return { status, answer: jsonObject(text) };
}

/** The error of an answer that is not the expected one. `what` follows the provider's name: `rejected the order`. */
export function unexpectedP24Answer(what: string, { status, answer }: P24Answer): Problem {
  const text = typeof answer.error === 'string' ? answer.error : '';
  const words = text ? { code: String(answer.code ?? status), text } : undefined;
  return providerError(`Przelewy24 ${what}: ${status} ${text}`.trim(), answer, words);
}
