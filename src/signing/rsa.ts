/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) with SHA-1 or SHA-256, by WebCrypto. Keys are PEM texts. */
import { fromBase64 } from './bytes.ts';

export type RsaHash = 'SHA-1' | 'SHA-256';

/** The DER bytes inside a PEM text, or null when it is not one with that label. */
function pemBody(pem: string, label: 'PUBLIC KEY' | 'PRIVATE KEY'): Uint8Array | null {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem);
  return match?.[1] ? fromBase64(match[1].replace(/\s+/g, '')) : null;
}

const algorithm = (hash: RsaHash) => ({ name: 'RSASSA-PKCS1-v1_5', hash });

/**
 * Imported keys: parsing a PEM costs far more than a verification, and an account keeps its key for years. The
 * keys are kept, not the promises of them: a promise belongs to the request that made it.
 */
const imported = new Map<string, CryptoKey>();
const IMPORTED_LIMIT = 200;

async function importOnce(name: string, load: () => Promise<CryptoKey>): Promise<CryptoKey> {
  const known = imported.get(name);
  if (known) return known;
  const key = await load();
  if (imported.size >= IMPORTED_LIMIT) imported.clear();
  imported.set(name, key);
  return key;
}

function publicKey(pem: string, hash: RsaHash): Promise<CryptoKey> {
  return importOnce(`${hash} ${pem}`, async () => {
    const der = pemBody(pem, 'PUBLIC KEY');
    if (!der) throw new TypeError('not a PEM public key');
    return crypto.subtle.importKey('spki', der, algorithm(hash), false, ['verify']);
  });
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
  return crypto.subtle.verify(algorithm(hash), await publicKey(pem, hash), signature, message);
}

/**
 * The raw signature of `message` under a PEM private key (PKCS #8).
 * @throws TypeError when the key is not a PEM private key.
 */
export async function rsaSign(hash: RsaHash, pem: string, message: Uint8Array): Promise<Uint8Array> {
  const key = await importOnce(`sign ${hash} ${pem}`, async () => {
    const der = pemBody(pem, 'PRIVATE KEY');
    if (!der) throw new TypeError('not a PEM private key');
    return crypto.subtle.importKey('pkcs8', der, algorithm(hash), false, ['sign']);
  });
  return new Uint8Array(await crypto.subtle.sign(algorithm(hash), key, message));
}
