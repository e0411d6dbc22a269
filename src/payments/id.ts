/**
 * A payment's id is derived, not looked up: a keyed hash of (shop, reference). A repeated create lands on the
 * same ledger without any registry, and nobody without the key can guess an id from a reference.
 */
import { createHmac } from 'node:crypto';

/** 16 characters of Crockford base32: 80 bits. */
export type PaymentId = string & { readonly __brand: 'PaymentId' };

/** Crockford's alphabet: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Characters of an id. */
export const ID_LENGTH = 16;
const PATTERN = /^[0-9A-HJKMNP-TV-Z]{16}$/;

function crockford(bytes: Uint8Array, length: number): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += ALPHABET[(buffer >>> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  return text;
}

const encoder = new TextEncoder();

/**
 * The id of a shop's payment.
 * @param key the ID_KEY: 32 bytes, never rotated, or every id changes.
 * @param reference the shop's own, unique in the shop.
 */
export function derivePaymentId(key: Uint8Array, shop: string, reference: string): PaymentId {
  // A shop id holds no NUL, so the two parts cannot run into each other.
  const mac = createHmac('sha256', key)
    .update(encoder.encode(`${shop}\0${reference}`))
    .digest();
  return crockford(mac, ID_LENGTH) as PaymentId;
}

/** A text as a payment id, or null. */
export function paymentId(text: string): PaymentId | null {
  return PATTERN.test(text) ? (text as PaymentId) : null;
}

/** A payment can be tried 99 times: what a provider sees is the id and two digits. */
export const MAX_ATTEMPTS = 99;

/** What a provider sees of an attempt: the payment's id and the attempt's number, 18 characters. */
export function orderNumber(id: PaymentId, attempt: number): string {
  return id + String(attempt).padStart(2, '0');
}

/** The payment and attempt of an order number that a provider echoes, or null. */
export function fromOrderNumber(order: string): { id: PaymentId; attempt: number } | null {
  const id = paymentId(order.slice(0, ID_LENGTH));
  const number = /^\d\d$/.test(order.slice(ID_LENGTH)) ? Number(order.slice(ID_LENGTH)) : 0;
  return id && number > 0 ? { id, attempt: number } : null;
}
