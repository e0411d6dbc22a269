/**
 * Digests and HMACs, and which engine computes what (docs/speed.md has the times):
 *
 * - node:crypto, built into workerd and Node, computes every digest and HMAC, and DES (weak.ts). It is synchronous, so a signature can
 *   be made inside one Durable Object turn without opening a gate; it is native code; it has MD5 and SHA-1 the same way; and it is
 *   nothing that the Worker carries.
 * - WebCrypto does RSA (rsa.ts), Ed25519 (ed25519.ts) and AES-GCM (directory/vault.ts).
 */
import { createHash, createHmac } from 'node:crypto';

/** The same bytes without what a Buffer adds to them. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** An unkeyed digest of some bytes. */
export type Digest = (message: Uint8Array) => Uint8Array;

/** The digest that node:crypto has under a name. */
export function digestNamed(name: string): Digest {
  return (message) => plain(createHash(name).update(message).digest());
}

/** SHA-2 (FIPS 180-4). SHA-1 and MD5 live in weak.ts, whose name says what they are. */
export const digests = {
  sha224: digestNamed('sha224'),
  sha256: digestNamed('sha256'),
  sha384: digestNamed('sha384'),
  sha512: digestNamed('sha512'),
};

export type MacAlgorithm = 'md5' | 'sha1' | keyof typeof digests;

/**
 * HMAC (RFC 2104) of a message; the raw bytes of the tag.
 * @param key a text is its bytes in UTF-8: Node takes it in a quarter of the time that it needs for bytes.
 */
export function hmacOf(algorithm: MacAlgorithm, key: Uint8Array | string, message: Uint8Array): Uint8Array {
  return plain(createHmac(algorithm, key).update(message).digest());
}
