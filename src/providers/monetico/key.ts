/**
 * The key's two forms (SHEET.md, "Key"): the 40 characters that the portal shows, of which the last two may be letters that are no
 * hexadecimal digits, and the 20 bytes that sign.
 */
import { fromHex } from '../../signing/bytes.ts';

/** The last two of the 40 characters as hexadecimal digits. */
function lastDigits(a: string, b: string): string {
  const code = a.charCodeAt(0);
  if (code > 'F'.charCodeAt(0) && code < 'a'.charCodeAt(0)) return String.fromCharCode(code - 23) + b;
  return a + (b === 'M' ? '0' : b);
}

/** The 20 bytes of a key as the portal shows it; null: it is none. */
export function moneticoKeyBytes(key: string): Uint8Array | null {
  if (key.length !== 40) return null;
  return fromHex(key.slice(0, 38) + lastDigits(key.charAt(38), key.charAt(39)));
}
