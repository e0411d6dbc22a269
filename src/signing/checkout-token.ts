/**
 * The token of a checkout link, `/pay/:id/:token`. A payment's id is not secret: it stands in the shop's return address, in webhooks and
 * in the orders of providers. Behind the link stand the shopper's name and address, in the form for the provider. Nothing is stored: the
 * token follows from the id.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64url, equalText, utf8 } from './bytes.ts';

/** What the key is for, so that it is none of those that the ID_KEY itself is used for. */
const LABEL = 'countersign checkout link';

const KEY_BYTES = 32;

/** 128 bits. */
const TOKEN_BYTES = 16;

/** The key of the tokens, derived from the ID_KEY (HKDF-SHA-256, RFC 5869): 32 bytes. */
export function checkoutKey(idKey: Uint8Array): Uint8Array {
  return hkdf(sha256, idKey, undefined, utf8(LABEL), KEY_BYTES);
}

/** The token of a payment: 22 characters, base64url without padding of the first 128 bits of HMAC-SHA-256 of its id. */
export function checkoutToken(key: Uint8Array, id: string): string {
  return base64url(hmac(sha256, key, utf8(id)).subarray(0, TOKEN_BYTES));
}

/** Whether a text is the token of a payment. The time it takes says nothing about the right one. */
export function isCheckoutToken(key: Uint8Array, id: string, text: string): boolean {
  return equalText(checkoutToken(key, id), text);
}
