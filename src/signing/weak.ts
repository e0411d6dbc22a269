/**
 * MD5, SHA-1 and DES: broken, and demanded by protocols that leave no choice. Nothing of ours uses them: they are for files of providers, and
 * for users of the library. HMACs of MD5 and SHA-1 are in digests.ts (`hmacOf`).
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { digestNamed } from './digests.ts';

/** MD5 (RFC 1321) and SHA-1 (FIPS 180-4). */
export const weakDigests = { md5: digestNamed('md5'), sha1: digestNamed('sha1') };

/**
 * Single DES is triple DES with one key three times: OpenSSL 3 keeps plain `des-cbc` in a provider that Node
 * does not load, while `des-ede3-cbc` is everywhere.
 */
function tripled(key: Uint8Array): Uint8Array {
  if (key.length !== 8) throw new RangeError('a DES key has 8 bytes');
  return Uint8Array.from([...key, ...key, ...key]);
}

/** DES-CBC (FIPS 81) without padding: the input's length must be a multiple of 8 bytes. */
export function desCbcEncrypt(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede3-cbc', tripled(key), iv).setAutoPadding(false);
  return Uint8Array.from([...cipher.update(plain), ...cipher.final()]);
}

/** The inverse of `desCbcEncrypt`. */
export function desCbcDecrypt(key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede3-cbc', tripled(key), iv).setAutoPadding(false);
  return Uint8Array.from([...decipher.update(encrypted), ...decipher.final()]);
}
