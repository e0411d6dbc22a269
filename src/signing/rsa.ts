/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) with SHA-1 or SHA-256. Keys are PEM texts. node:crypto verifies, because a message waits for
 * nothing there, and WebCrypto signs.
 */

import { Buffer } from 'node:buffer';
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { fromBase64 } from './bytes.ts';
import { kept } from './kept.ts';

export type RsaHash = 'SHA-1' | 'SHA-256';

/** The DER bytes inside a PEM text, or null when it is not one with that label. */
function pemBody(pem: string, label: 'PUBLIC KEY' | 'PRIVATE KEY'): Uint8Array | null {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem);
  return match?.[1] ? fromBase64(match[1].replace(/\s+/g, '')) : null;
}

const algorithm = (hash: RsaHash) => ({ name: 'RSASSA-PKCS1-v1_5', hash });

/** An RSA key of a SubjectPublicKeyInfo in DER. @throws TypeError when it is none. */
export function rsaPublicKey(der: Uint8Array): KeyObject {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'rsa') throw new TypeError('not an RSA key');
  return key;
}

/** Parsing a PEM costs far more than a verification, and an account keeps its key for years. */
const publicKey = /* @__PURE__ */ kept((pem) => {
  const der = pemBody(pem, 'PUBLIC KEY');
  if (!der) throw new TypeError('not a PEM public key');
  return rsaPublicKey(der);
});

/** Whether `signature` (raw bytes) is that of `message` under a public key. */
export function rsaVerifyBy(
  key: KeyObject,
  hash: RsaHash,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(hash === 'SHA-1' ? 'RSA-SHA1' : 'RSA-SHA256', message, key, signature);
}

/** Imported keys. The keys are kept, not the promises of them: a promise belongs to the request that made it. */
const privateKeys = new Map<string, CryptoKey>();
const PRIVATE_KEYS_LIMIT = 100;

async function privateKey(pem: string, hash: RsaHash): Promise<CryptoKey> {
  const name = `${hash} ${pem}`;
  const known = privateKeys.get(name);
  if (known) return known;
  const der = pemBody(pem, 'PRIVATE KEY');
  if (!der) throw new TypeError('not a PEM private key');
  const key = await crypto.subtle.importKey('pkcs8', der, algorithm(hash), false, ['sign']);
  if (privateKeys.size >= PRIVATE_KEYS_LIMIT) privateKeys.clear();
  privateKeys.set(name, key);
  return key;
}

/**
 * Whether `signature` (raw bytes) is that of `message` under a PEM public key.
 * @throws TypeError when the key is not a PEM public key.
 */
export function rsaVerify(hash: RsaHash, pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  return rsaVerifyBy(publicKey(pem), hash, message, signature);
}

/**
 * The raw signature of `message` under a PEM private key (PKCS #8).
 * @throws TypeError when the key is not a PEM private key.
 */
export async function rsaSign(hash: RsaHash, pem: string, message: Uint8Array): Promise<Uint8Array> {
  const key = await privateKey(pem, hash);
  return new Uint8Array(await crypto.subtle.sign(algorithm(hash), key, message));
}
