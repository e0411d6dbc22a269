/** Calls of PAYMILL's API, version 2.1. */
import { Problem } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import type { PaymillSettings } from './settings.ts';
import { paymillAuthorization, paymillBody } from './signatures.ts';

/** An answer of the API, its HTTP status unjudged. */
export interface PaymillAnswer {
  readonly status: number;
  readonly answer: Record<string, unknown>;
}

/**
 * Calls the API.
 * @param path below `/v2.1/`, percent-encoded.
 * @param fields the form to post; left out: a GET without a body.
 * @throws Problem provider_unreachable, or provider_error when the answer is not JSON.
 */
export async function callPaymill(
  account: ProviderAccount<PaymillSettings>,
  fetcher: typeof fetch,
  path: string,
  fields?: readonly (readonly [string, string])[],
  method: string = fields ? 'POST' : 'GET',
): Promise<PaymillAnswer> {
  const { status, text } = await callApi(
    fetcher,
    atOrigin(`https://api.paymill.com/v2.1/${path}`, account.endpoints.api),
    {
      method,
      headers: {
        authorization: paymillAuthorization(account.settings).signature,
        ...(fields && { 'content-type': FORM }),
      },
      ...(fields && { body: paymillBody(fields) }),
    },
  );
  return { status, answer: jsonObject(text) };
}

/** What went wrong, where the answer is an error: `error` is a text or an object. */
export function paymillErrorText({ answer }: PaymillAnswer): string {
  return typeof answer.error === 'string' ? answer.error : JSON.stringify(answer.error ?? '');
}

/** @throws Problem provider_error unless the mode of an answer, `test` or `live`, is the account's. */
export function requirePaymillMode({ environment }: ProviderAccount<PaymillSettings>, mode: unknown): void {
  if (typeof mode === 'string' && (mode === 'live') !== (environment === 'production'))
    throw new Problem('provider_error', `the provider answered in the mode ${mode}`);
}
