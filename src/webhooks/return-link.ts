/**
 * The signature of a shopper's way back to the shop: what its thank-you page may show without asking. The key is not that of the
 * webhooks, so that no return is ever a webhook.
 */
import { base64url, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';
import { webhookKey } from './standard.ts';

/** How long a return is good, in seconds: a page that is loaded again an hour later asks the API. */
const GOOD_FOR_SECONDS = 3600;

/** What is signed of a return. */
export interface ReturnFacts {
  readonly payment: string;
  readonly reference: string;
  readonly status: string;
}

/**
 * Until when it is good (seconds since 1970), and its signature: base64url of HMAC-SHA-256 over `payment.reference.status.expires`.
 * Of these only the reference may hold dots. Whoever verifies has to check that (see `returnSignature` of the client): with dots in the
 * others, the same text would be that of another reference.
 * @param secret the shop's newest `webhookSecret`.
 * @param now milliseconds since 1970.
 */
export function signReturn(
  secret: string,
  { payment, reference, status }: ReturnFacts,
  now: number,
): { readonly expires: string; readonly signature: string } {
  const expires = String(Math.floor(now / 1000) + GOOD_FOR_SECONDS);
  const key = hmacOf('sha256', webhookKey(secret), utf8('return'));
  const signature = hmacOf('sha256', key, utf8([payment, reference, status, expires].join('.')));
  return { expires, signature: base64url(signature) };
}
