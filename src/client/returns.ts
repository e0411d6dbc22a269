/**
 * Checks the address that a shopper came back by. It says how the payment stood at that moment, for the page to show: goods are given
 * out by a webhook, or by the payment as it is read. Without the signature anybody can write any status into the address.
 */
import { equalText } from '../signing/bytes.ts';
import { clientProblem, optionObject } from './errors.ts';
import { type Secrets, secretList } from './mac.ts';
import { returnSignature } from './return-signature.ts';
import type { PaymentStatus } from './types.ts';

/** The address: whole or from its path on, as a text, a URL, or in the request. */
export type ReturnAddress = string | { readonly href: string } | { readonly url: string };

/** A return that countersign has signed. */
export interface VerifiedReturn {
  /** The id of the payment. */
  readonly payment: string;
  readonly reference: string;
  /** When the shopper came back. It may have changed since. */
  readonly status: PaymentStatus;
  /** Until when the address counts: seconds since 1970. */
  readonly expires: number;
}

/** How a return is checked. */
export interface ReturnOptions {
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

const SIGNED = ['payment', 'reference', 'status', 'expires'] as const;

function queryOfAddress(address: ReturnAddress): URLSearchParams {
  const text: unknown = typeof address === 'string' ? address : (Object(address).href ?? Object(address).url);
  if (typeof text !== 'string')
    throw clientProblem('invalid_option', 'give the address that the shopper came back by, or the request');
  const [beforeHash = ''] = text.split('#', 1);
  const at = beforeHash.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : beforeHash.slice(at + 1));
}

/** A parameter that is there once. @throws CountersignError */
function one(query: URLSearchParams, name: string): string {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw clientProblem('malformed', `the parameter ${name} is there twice`);
  if (value) return value;
  throw clientProblem('signature_missing', `the parameter ${name} is missing: nothing proves this return`);
}

/**
 * Checks the address by which a shopper came back.
 * @param secrets the webhook secret of the shop, or several while it is rotated.
 * @throws CountersignError `signature_missing`, `signature_mismatch`, `signature_expired`, `malformed`: show the payment as it is read,
 *   or a page that says nothing of it.
 */
export async function verifyReturn(
  address: ReturnAddress,
  secrets: Secrets,
  options: ReturnOptions = {},
): Promise<VerifiedReturn> {
  const { now = Date.now } = optionObject('the options', options);
  const keys = secretList(secrets);
  const query = queryOfAddress(address);
  const [payment, reference, status, expires] = SIGNED.map((name) => one(query, name)) as [
    string,
    string,
    string,
    string,
  ];
  const signature = one(query, 'signature');
  let isGenuine = false;
  for (const secret of keys) {
    const expected = await returnSignature(secret, { payment, reference, status, expires });
    isGenuine = equalText(expected, signature) || isGenuine;
  }
  if (!isGenuine) throw clientProblem('signature_mismatch', 'no secret fits the signature of this return');
  if (Number(expires) * 1000 < now())
    throw clientProblem('signature_expired', 'the time of this return is over');
  return { payment, reference, status: status as PaymentStatus, expires: Number(expires) };
}
