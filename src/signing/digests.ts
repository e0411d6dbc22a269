/**
 * Digests and HMACs, and which engine computes what (measured, see the README's bench section):
 *
 * - @noble/hashes computes every digest and HMAC. It is synchronous, so a signature can be made inside one
 *   Durable Object turn without opening a gate; it has MD5 and SHA-1 the same way; it runs alike in workerd
 *   and in Node; and below about 100 bytes it is on a par with WebCrypto. The microseconds it loses on longer
 *   input are a small part of one request.
 * - WebCrypto does what noble/hashes does not: RSA (rsa.ts) and AES-GCM (directory/vault.ts).
 * - node:crypto, built into workerd and Node, does DES (weak.ts), which WebCrypto left out.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';

/** SHA-2 (FIPS 180-4). `digest.sha1` and `digest.md5` live in weak.ts, whose name says what they are. */
export const digests = { sha224, sha256, sha384, sha512 };

const macs = { md5, sha1, ...digests };
export type MacAlgorithm = keyof typeof macs;

/** HMAC (RFC 2104) of a message; the raw bytes of the tag. */
export function hmacOf(algorithm: MacAlgorithm, key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(macs[algorithm], key, message);
}
