/** Calls of PAYMILL's API, and what its transactions say. */
import { Problem } from '../../payments/errors.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
import type { ProviderAccount, Signed } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';

interface KeySettings {
  readonly private_key: string;
}

/** The user name is the private key, the password empty: the colon stays. */
export function basic({ private_key = '' }: Partial<KeySettings>): Signed {
  const base = utf8(`${private_key}:`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

/** As browsers post forms: a blank is a plus sign. */
export function formOf(fields: Iterable<readonly [string, string]>): string {
  return new URLSearchParams([...fields].map(([name, value]) => [name, value])).toString();
}

export interface Transaction {
  readonly id?: string;
  readonly amount?: string | number;
  readonly origin_amount?: number;
  readonly currency?: string;
  readonly status?: string;
  readonly response_code?: number;
  readonly description?: string | null;
  readonly livemode?: boolean;
  readonly preauthorization?: string | { readonly id?: string } | null;
}

/** The preauthorization that a transaction holds money by. */
export function preauthorizationOf({ preauthorization }: Transaction): string {
  return (typeof preauthorization === 'string' ? preauthorization : preauthorization?.id) ?? '';
}

/** HTTP 200 does not mean paid: status and response_code do. */
const TECHNICAL = new Set([50_000, 50_100]);
const EXPIRED = new Set([42_410, 50_820]);

function failure(code: number): Outcome {
  if (code === 50_700) return 'cancelled';
  if (EXPIRED.has(code)) return 'expired';
  return TECHNICAL.has(code) || (code >= 50_500 && code <= 50_502) ? 'error' : 'denied';
}

export const STATUSES: Readonly<Record<string, Outcome>> = {
  open: 'pending',
  pending: 'pending',
  closed: 'paid',
  preauth: 'authorized',
  preauthorize: 'authorized',
  failed: 'denied',
  partially_refunded: 'refunded',
  partial_refunded: 'refunded',
  refunded: 'refunded',
  chargeback: 'charged_back',
};

export function outcomeOf({ status = '', response_code = 0 }: Transaction): Outcome {
  if (status === 'failed') return failure(response_code);
  // Closed and not 20000: held, reversed or in doubt.
  if (status === 'closed' && response_code !== 20_000) return 'pending';
  return STATUSES[status] ?? 'none';
}

export function transactionOf(body: string): Transaction {
  return (jsonObject(body).data ?? {}) as Transaction;
}

/** An answer of the API, its HTTP status unjudged. */
export interface Answered {
  readonly status: number;
  readonly answer: Record<string, unknown>;
}

/**
 * Calls the API.
 * @throws Problem provider_unreachable, or provider_error when the answer is not JSON.
 */
export async function call(
  account: ProviderAccount<KeySettings>,
  fetcher: typeof fetch,
  path: string,
  fields?: readonly (readonly [string, string])[],
  method: string = fields ? 'POST' : 'GET',
): Promise<Answered> {
  const { status, text: body } = await callApi(
    fetcher,
    atOrigin(`https://api.paymill.com/v2.1/${path}`, account.endpoints.api),
    {
      method,
      headers: { authorization: basic(account.settings).signature, ...(fields && { 'content-type': FORM }) },
      ...(fields && { body: formOf(fields) }),
    },
  );
  return { status, answer: jsonObject(body) };
}

/** What went wrong, where the answer is an error. */
export function errorText({ answer }: Answered): string {
  return typeof answer.error === 'string' ? answer.error : JSON.stringify(answer.error ?? '');
}

/** @throws Problem unless the mode of an answer is the account's. */
export function requireMode({ environment }: ProviderAccount<KeySettings>, mode: unknown): void {
  if (typeof mode === 'string' && (mode === 'live') !== (environment === 'production'))
    throw new Problem('provider_error', `the provider answered in the mode ${mode}`);
}
