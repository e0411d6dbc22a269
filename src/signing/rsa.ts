/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) with SHA-1 or SHA-256, by WebCrypto. Keys are PEM texts. */
import { fromBase64 } from './bytes.ts';

export type RsaHash = 'SHA-1' | 'SHA-256';

/** The DER bytes inside a PEM text, or null when it is not one with that label. */
function pemBody(pem: string, label: 'PUBLIC KEY' | 'PRIVATE KEY'): Uint8Array | null {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem);
  return match?.[1] ? fromBase64(match[1].replace(/\s+/g, '')) : null;
}

const algorithm = (hash: RsaHash) => ({ name: 'RSASSA-PKCS1-v1_5', hash });

/** Keys by their PEM, which is looked up as it is: an account has the same text for years. */
type Imported = Readonly<Record<RsaHash, Map<string, CryptoKey>>>;

/**
 * Imported keys: parsing a PEM costs far more than a verification. The keys are kept, not the promises of them: a promise belongs to the
 * request that made it.
 */
const publicKeys: Imported = { 'SHA-1': new Map(), 'SHA-256': new Map() };
const privateKeys: Imported = { 'SHA-1': new Map(), 'SHA-256': new Map() };
const IMPORTED_LIMIT = 100;

async function imported(keys: Imported, hash: RsaHash, pem: string): Promise<CryptoKey> {
  const isPublic = keys === publicKeys;
  const der = pemBody(pem, isPublic ? 'PUBLIC KEY' : 'PRIVATE KEY');
  if (!der) throw new TypeError(`not a PEM ${isPublic ? 'public' : 'private'} key`);
  const key = await crypto.subtle.importKey(isPublic ? 'spki' : 'pkcs8', der, algorithm(hash), false, [
    isPublic ? 'verify' : 'sign',
  ]);
  if (keys[hash].size >= IMPORTED_LIMIT) keys[hash].clear();
  keys[hash].set(pem, key);
  return key;
}

/**
 * Whether `signature` (raw bytes) is that of `message` under a PEM public key.
 * @throws TypeError when the key is not a PEM public key.
 */
export async function rsaVerify(
  hash: RsaHash,
  pem: string,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = publicKeys[hash].get(pem) ?? (await imported(publicKeys, hash, pem));
  return crypto.subtle.verify(algorithm(hash), key, signature, message);
}

/**
 * The raw signature of `message` under a PEM private key (PKCS #8).
 * @throws TypeError when the key is not a PEM private key.
 */
export async function rsaSign(hash: RsaHash, pem: string, message: Uint8Array): Promise<Uint8Array> {
  const key = privateKeys[hash].get(pem) ?? (await imported(privateKeys, hash, pem));
  return new Uint8Array(await crypto.subtle.sign(algorithm(hash), key, message));
}
