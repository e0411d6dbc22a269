/**
 * ECDSA over P-256 with SHA-256 (FIPS 186-5), by WebCrypto. Signatures on the wire are DER (RFC 3279 section 2.2.3); WebCrypto takes
 * `r` and `s` of 32 bytes each, one after the other.
 */
import { concat, fromBase64 } from './bytes.ts';
import { keptAwaited } from './kept.ts';

/** Bytes of `r` and of `s` on P-256. */
const SCALAR = 32;

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * An unsigned INTEGER at a place in DER, as the scalar that it is, with the place behind it, where the DER may have ended before; null: none
 * that is spelt as DER has it.
 */
function scalarAt(der: Uint8Array, at: number): { readonly scalar: Uint8Array; readonly end: number } | null {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== INTEGER || length === 0) return null;
  const digits = der.subarray(at + 2, end);
  const [first = 0, second = 0] = digits;
  // A number that is negative, or has a zero byte that it does not need, has another spelling: there is one for each.
  if (first >= 0x80 || (first === 0 && length > 1 && second < 0x80)) return null;
  const plain = first === 0 ? digits.subarray(1) : digits;
  if (plain.length > SCALAR) return null;
  const scalar = new Uint8Array(SCALAR);
  scalar.set(plain, SCALAR - plain.length);
  return { scalar, end };
}

/**
 * A DER signature as WebCrypto takes it: 64 bytes. Null when it is not exactly the DER of two numbers of P-256, with nothing behind.
 */
export function rawEcdsaSignature(der: Uint8Array): Uint8Array | null {
  // Two numbers of 33 bytes at most: the length is one byte.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return null;
  const r = scalarAt(der, 2);
  const s = r && scalarAt(der, r.end);
  return r && s?.end === der.length ? concat([r.scalar, s.scalar]) : null;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };

/** Null when the text is no key of P-256. */
const publicKey = /* @__PURE__ */ keptAwaited(async (spki) => {
  const der = fromBase64(spki);
  if (!der) return null;
  try {
    return await crypto.subtle.importKey('spki', der, P256, false, ['verify']);
  } catch (error) {
    // WebCrypto's word for bytes that are no such key.
    if (error instanceof DOMException) return null;
    throw error;
  }
});

/**
 * Whether a DER signature is that of a message.
 * @param spki the SubjectPublicKeyInfo of the key in base64.
 * @returns null when the key is none of P-256.
 */
export async function verifyEcdsa(
  spki: string,
  message: Uint8Array,
  der: Uint8Array,
): Promise<boolean | null> {
  const key = await publicKey(spki);
  if (!key) return null;
  const signature = rawEcdsaSignature(der);
  if (!signature) return false;
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, message);
}
