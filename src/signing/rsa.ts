/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) with SHA-1 or SHA-256. Keys are PEM texts. node:crypto verifies, because a message waits for
 * nothing there, and WebCrypto signs.
 */

import { Buffer } from 'node:buffer';
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { kept, keptAwaited } from './kept.ts';
import { pemBody } from './pem.ts';

export type RsaHash = 'SHA-1' | 'SHA-256';

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

const keysThatSign = (hash: RsaHash) =>
  keptAwaited(async (pem) => {
    const der = pemBody(pem, 'PRIVATE KEY');
    if (!der) throw new TypeError('not a PEM private key');
    return crypto.subtle.importKey('pkcs8', der, algorithm(hash), false, ['sign']);
  });

/** WebCrypto imports a key for one digest. */
const privateKey = {
  'SHA-1': /* @__PURE__ */ keysThatSign('SHA-1'),
  'SHA-256': /* @__PURE__ */ keysThatSign('SHA-256'),
};

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
  const key = await privateKey[hash](pem);
  return new Uint8Array(await crypto.subtle.sign(algorithm(hash), key, message));
}
