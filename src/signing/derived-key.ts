/** Keys that follow from the installation's ID_KEY, so that nothing has to be stored or could be replaced. */
import { hkdfSync } from 'node:crypto';
import { utf8 } from './bytes.ts';

const KEY_BYTES = 32;
const NO_SALT = new Uint8Array();

/**
 * A key of 32 bytes by HKDF-SHA-256 (RFC 5869).
 * @param label what the key is for, so that it is none of those that the ID_KEY itself is used for.
 */
export function derivedKey(idKey: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', idKey, NO_SALT, utf8(label), KEY_BYTES));
}
