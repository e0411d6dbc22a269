/** Ed25519 (RFC 8032) by WebCrypto, with a key that follows from the installation's ID_KEY: nothing is stored that could be replaced. */
import { base64url, concat, fromBase64url, utf8 } from './bytes.ts';
import { derivedKey } from './derived-key.ts';

/** What comes before the 32 bytes of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

const LABEL = 'countersign anchors';

/** The private key of an installation's anchors, derived from its ID_KEY (HKDF-SHA-256, RFC 5869): 32 bytes. */
export function anchorSeed(idKey: Uint8Array): Uint8Array {
  return derivedKey(idKey, LABEL);
}

export interface Ed25519Signature {
  /** Base64url of the 32 bytes. */
  readonly publicKey: string;
  /** Base64url of the 64 bytes. */
  readonly signature: string;
}

/** Signs a text in UTF-8. */
export async function signEd25519(seed: Uint8Array, text: string): Promise<Ed25519Signature> {
  const key = await crypto.subtle.importKey('pkcs8', concat([PKCS8, seed]), 'Ed25519', true, ['sign']);
  const { x = '' } = (await crypto.subtle.exportKey('jwk', key)) as JsonWebKey;
  const signature = await crypto.subtle.sign('Ed25519', key, utf8(text));
  return { publicKey: x, signature: base64url(new Uint8Array(signature)) };
}

/** Whether a signature is of a text, under a public key. */
export async function verifyEd25519(
  { publicKey, signature }: Ed25519Signature,
  text: string,
): Promise<boolean> {
  const [key, bytes] = [fromBase64url(publicKey), fromBase64url(signature)];
  if (key?.length !== 32 || bytes?.length !== 64) return false;
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', imported, bytes, utf8(text));
}
