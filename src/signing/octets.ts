/**
 * Bytes as texts of one character a byte, U+0000 to U+00FF: "octets". What is signed is cut out of a message and joined again, and engines do
 * that with texts several times faster than with arrays. Of ASCII, which nearly all of a message is, octets and text are the same.
 */
import { Buffer } from 'node:buffer';
import { readable, type Signable, utf8 } from './bytes.ts';

/** Up to this length a loop is faster than a call into the platform. */
const SHORT = 48;

/** Whether a text is ASCII: any other character has more bytes than units. */
export function isAscii(text: string): boolean {
  if (text.length > SHORT) return Buffer.byteLength(text) === text.length;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** The octets of bytes. */
export function octets(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** The bytes that octets stand for. */
export function fromOctets(text: string): Uint8Array {
  if (text.length <= SHORT) {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }
  // The encoder of the platform is twice as fast as Buffer.
  if (isAscii(text)) return utf8(text);
  const { buffer, byteOffset, length } = Buffer.from(text, 'latin1');
  return new Uint8Array(buffer, byteOffset, length);
}

/** Octets as what is signed. */
export function signedOctets(text: string): Signable {
  return isAscii(text) ? text : fromOctets(text);
}

/** What is signed, as the text that was read of it; as bytes where it was not UTF-8, or may not have been: what is none is U+FFFD in a text. */
export function signedText(text: string, octetsOf: () => string): Signable {
  return text.includes('\uFFFD') ? signedOctets(octetsOf()) : text;
}

/** The octets of a text in UTF-8. */
export function utf8Octets(text: string): string {
  return isAscii(text) ? text : octets(utf8(text));
}

/** The text of octets that are UTF-8; broken sequences become U+FFFD. */
export function textOfOctets(text: string): string {
  return isAscii(text) ? text : readable(fromOctets(text));
}
