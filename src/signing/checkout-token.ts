/**
 * The tokens of a payment's links. A payment's id is not secret: it stands in the shop's return address, in webhooks and in the orders of
 * providers. So each link has a token beside the id. Nothing is stored: a token follows from the id. There are two, each of its own key:
 *
 * - `/pay/:id/:token` is the checkout. It shows the shopper's name and address, in the form for the provider.
 * - `/pay/:id/:token/wait` waits for a result. `/return` leads there, and takes the bare id: if it gave out the token of the checkout,
 *   whoever knows an id could open the checkout.
 */
import { base64url, equalText, hexUpper, utf8 } from './bytes.ts';
import { derivedKey } from './derived-key.ts';
import { hmacOf } from './digests.ts';

/** What a short code is made over, so that it is no beginning of a token. */
const SHORT_LABEL = 'short ';

/** What each key is for, so that it is none of those that the ID_KEY itself is used for. */
const CHECKOUT_LABEL = 'countersign checkout link';
const WAITING_LABEL = 'countersign waiting page';

/** 128 bits. */
const TOKEN_BYTES = 16;

/** The key of the checkout's tokens, derived from the ID_KEY (HKDF-SHA-256, RFC 5869): 32 bytes. */
export function checkoutKey(idKey: Uint8Array): Uint8Array {
  return derivedKey(idKey, CHECKOUT_LABEL);
}

/** The key of the waiting page's tokens, derived as the checkout's is: 32 bytes. */
export function waitingKey(idKey: Uint8Array): Uint8Array {
  return derivedKey(idKey, WAITING_LABEL);
}

/** The token of a payment's link: 22 characters, base64url without padding of the first 128 bits of HMAC-SHA-256 of its id. */
export function linkToken(key: Uint8Array, id: string): string {
  return base64url(hmacOf('sha256', key, utf8(id)).subarray(0, TOKEN_BYTES));
}

/** Whether a text is the token that a key makes for a payment. The time it takes says nothing about the right one. */
export function isLinkToken(key: Uint8Array, id: string, text: string): boolean {
  return equalText(linkToken(key, id), text);
}

/** 48 bits: more than anybody tries at a service, and a code that a telephone reads from a till. */
const SHORT_BYTES = 6;

/** What opens a payment's link by its short address: 12 characters, digits and capital letters, which make the smallest QR code. */
export function shortToken(key: Uint8Array, id: string): string {
  return hexUpper(hmacOf('sha256', key, utf8(SHORT_LABEL + id)).subarray(0, SHORT_BYTES));
}

/** Whether a text is the short token of a payment, in the same time whatever it is. */
export function isShortToken(key: Uint8Array, id: string, text: string): boolean {
  return equalText(shortToken(key, id), text);
}
