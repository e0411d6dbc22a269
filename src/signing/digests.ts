/**
 * Digests and HMACs, and which engine computes what (docs/speed.md has the times):
 *
 * - node:crypto, built into workerd and Node, computes digests and HMACs, and DES (weak.ts), and verifies RSA (rsa.ts). It is
 *   synchronous, so a signature can be made inside one Durable Object turn without opening a gate; it is native code; it has MD5 and
 *   SHA-1 the same way; and it is nothing that the Worker carries.
 * - short-digests.ts is faster for most of what is signed: for MD5, SHA-1 and SHA-256 of a few hundred bytes.
 * - WebCrypto signs with RSA (rsa.ts), and does ECDSA (ecdsa.ts), Ed25519 (ed25519.ts) and AES-GCM (directory/vault.ts).
 */
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { base64, hex, utf8 } from './bytes.ts';
import { kept } from './kept.ts';
import { isShortDigest, readyShortKey, shortDigest, shortHmac } from './short-digests.ts';

/** The same bytes without what a Buffer adds to them. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** An unkeyed digest of some bytes. */
export interface Digest {
  (message: Uint8Array): Uint8Array;
  /** In lower-case hexadecimal: node:crypto writes that faster than it hands out bytes. */
  hex(message: Uint8Array): string;
}

/** The digest that node:crypto has under a name. */
export function digestNamed(name: string): Digest {
  const digest = (message: Uint8Array) =>
    isShortDigest(name, message)
      ? shortDigest(name, message)
      : plain(createHash(name).update(message).digest());
  return Object.assign(digest, {
    hex: (message: Uint8Array) =>
      isShortDigest(name, message)
        ? hex(shortDigest(name, message))
        : createHash(name).update(message).digest('hex'),
  });
}

/** SHA-2 (FIPS 180-4). SHA-1 and MD5 live in weak.ts, whose name says what they are. */
export const digests = {
  sha224: digestNamed('sha224'),
  sha256: digestNamed('sha256'),
  sha384: digestNamed('sha384'),
  sha512: digestNamed('sha512'),
};

export type MacAlgorithm = 'md5' | 'sha1' | keyof typeof digests;

/** A text as a key: its bytes in UTF-8. Made ready once, it is taken in two thirds of the time (workerd), or a fifth of that for bytes (Node). */
const readyKey = kept((text) => createSecretKey(text, 'utf8'));

const shortKeys = {
  md5: kept((text) => readyShortKey('md5', utf8(text))),
  sha1: kept((text) => readyShortKey('sha1', utf8(text))),
  sha256: kept((text) => readyShortKey('sha256', utf8(text))),
};

/** The HMAC of a message that is long, or of another digest than short-digests.ts has. */
function longHmac(algorithm: MacAlgorithm, key: Uint8Array | string, message: Uint8Array) {
  const isText = typeof key === 'string' && key !== '';
  return createHmac(algorithm, isText ? readyKey(key) : key).update(message);
}

/** The HMAC of a short message; null for any other. */
function hmacOfShort(
  algorithm: MacAlgorithm,
  key: Uint8Array | string,
  message: Uint8Array,
): Uint8Array | null {
  if (!isShortDigest(algorithm, message)) return null;
  const ready = typeof key === 'string' ? shortKeys[algorithm](key) : readyShortKey(algorithm, key);
  return shortHmac(algorithm, ready, message);
}

/**
 * HMAC (RFC 2104) of a message; the raw bytes of the tag.
 * @param key a text is its bytes in UTF-8.
 */
export function hmacOf(algorithm: MacAlgorithm, key: Uint8Array | string, message: Uint8Array): Uint8Array {
  return hmacOfShort(algorithm, key, message) ?? plain(longHmac(algorithm, key, message).digest());
}

/** The same as text. */
export function hmacText(
  algorithm: MacAlgorithm,
  key: Uint8Array | string,
  message: Uint8Array,
  spelling: 'hex' | 'base64',
): string {
  const short = hmacOfShort(algorithm, key, message);
  if (short === null) return longHmac(algorithm, key, message).digest(spelling);
  return spelling === 'hex' ? hex(short) : base64(short);
}
