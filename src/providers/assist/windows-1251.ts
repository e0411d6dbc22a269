/** The charset of ASSIST's legacy protocol. The current one is UTF-8 throughout. Facts: SHEET.md, "Starting a payment, legacy". */
import { fromUtf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';

const windows1251 = charset('windows-1251');

/** A text as a browser percent-encodes it in a form in windows-1251. */
export function percent1251(text: string): string {
  return Array.from(windows1251.encode(text) ?? [], (byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w.*-]/.test(character)) return character;
    return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** A text of ASSIST's web services and reports, which do not say their charset: UTF-8, else windows-1251. */
export function utf8Or1251(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? windows1251.decode(bytes) ?? '';
}
