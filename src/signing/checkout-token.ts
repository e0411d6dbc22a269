/**
 * The tokens of a payment's links. A payment's id is not secret: it stands in the shop's return address, in webhooks and in the orders of
 * providers. Behind the checkout link, `/pay/:id/:token`, stand the shopper's name and address, in the form for the provider. Nothing is
 * stored: a token follows from the id.
 *
 * The page that waits for a result, `/pay/:id/:token/wait`, has a token of another key. `/return` takes the bare id and leads there: with
 * the checkout's token in that address, whoever knows an id would be handed the checkout.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64url, equalText, utf8 } from './bytes.ts';

/** What each key is for, so that it is none of those that the ID_KEY itself is used for. */
const CHECKOUT_LABEL = 'countersign checkout link';
const WAITING_LABEL = 'countersign waiting page';

const KEY_BYTES = 32;

/** 128 bits. */
const TOKEN_BYTES = 16;

function derived(idKey: Uint8Array, label: string): Uint8Array {
  return hkdf(sha256, idKey, undefined, utf8(label), KEY_BYTES);
}

/** The key of the checkout's tokens, derived from the ID_KEY (HKDF-SHA-256, RFC 5869): 32 bytes. */
export function checkoutKey(idKey: Uint8Array): Uint8Array {
  return derived(idKey, CHECKOUT_LABEL);
}

/** The key of the waiting page's tokens, derived as the checkout's is: 32 bytes. */
export function waitingKey(idKey: Uint8Array): Uint8Array {
  return derived(idKey, WAITING_LABEL);
}

/** The token of a payment's link: 22 characters, base64url without padding of the first 128 bits of HMAC-SHA-256 of its id. */
export function linkToken(key: Uint8Array, id: string): string {
  return base64url(hmac(sha256, key, utf8(id)).subarray(0, TOKEN_BYTES));
}

/** Whether a text is the token that a key makes for a payment. The time it takes says nothing about the right one. */
export function isLinkToken(key: Uint8Array, id: string, text: string): boolean {
  return equalText(linkToken(key, id), text);
}
