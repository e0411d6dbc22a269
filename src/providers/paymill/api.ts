/** Calls of PAYMILL's API, version 2.1. */
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { providerError } from '../kit/provider-error.ts';
import { requirePaymillMode } from './members.ts';
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

/**
 * The answer to a question, in the account's mode.
 * @throws Problem provider_error unless it is a good one; Refusal when it is of another mode.
 */
export async function askPaymill(
  account: ProviderAccount<PaymillSettings>,
  fetcher: typeof fetch,
  path: string,
): Promise<Record<string, unknown>> {
  const answered = await callPaymill(account, fetcher, path);
  requireGood(answered);
  requirePaymillMode(account, answered.answer.mode);
  return answered.answer;
}

/** @throws Problem provider_error unless the answer is a good one. */
export function requireGood(answered: PaymillAnswer): void {
  const { status, answer } = answered;
  if (status === 200) return;
  throw providerError(`PAYMILL answered ${status} ${paymillErrorText(answered)}`.trim(), answer);
}

/** How many entries of a list are read, the newest ones. */
const LISTED = 50;

/**
 * A list, the newest entries first, and whether these are all.
 * @throws Problem, Refusal as `askPaymill`
 */
export async function listPaymill(
  account: ProviderAccount<PaymillSettings>,
  fetcher: typeof fetch,
  resource: 'transactions' | 'refunds',
  filter: Readonly<Record<string, string>>,
): Promise<{ readonly data: readonly Readonly<Record<string, unknown>>[]; readonly complete: boolean }> {
  const query = new URLSearchParams({ ...filter, order: 'created_at_desc', count: String(LISTED) });
  const { data, data_count = 0 } = await askPaymill(account, fetcher, `${resource}?${query}`);
  if (!Array.isArray(data)) throw providerError('PAYMILL answered no list');
  return { data, complete: data.length < LISTED && Number(data_count) <= data.length };
}
