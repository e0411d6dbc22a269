/**
 * Bytes and their text forms. Everything that is signed is bytes; text becomes bytes exactly once, by a
 * protocol's charset (charsets.ts) or by `utf8` here.
 */

const encoder = new TextEncoder();
const lenientDecoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Names and values of messages are short, and mostly ASCII: up to this length a loop is several times faster than the
 * call into the platform's encoder and decoder.
 */
const SHORT = 48;

/** The bytes of a short text in ASCII; null for any other. */
function shortAscii(text: string): Uint8Array | null {
  if (text.length > SHORT) return null;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return null;
    bytes[i] = code;
  }
  return bytes;
}

/** The text of a few bytes of ASCII; null for any other. */
function shortText(bytes: Uint8Array): string | null {
  if (bytes.length > SHORT) return null;
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return shortAscii(text) ?? encoder.encode(text);
}

/** The text of UTF-8 bytes, or null when they are not well-formed UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  const short = shortText(bytes);
  if (short !== null) return short;
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The text of bytes for people to read (logs, explanations): broken sequences become U+FFFD. */
export function readable(bytes: Uint8Array): string {
  return shortText(bytes) ?? lenientDecoder.decode(bytes);
}

/** What newer engines have themselves, workerd among them. */
interface Spelling {
  toHex?(): string;
  toBase64?(options?: { readonly alphabet: 'base64url'; readonly omitPadding: true }): string;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  const own = (bytes as Uint8Array & Spelling).toHex?.();
  if (own !== undefined) return own;
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Upper-case hexadecimal digits. */
export function hexUpper(bytes: Uint8Array): string {
  return hex(bytes).toUpperCase();
}

/** Bytes of hexadecimal digits in either case, or null when the text is anything else. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function base64(bytes: Uint8Array): string {
  const own = (bytes as Uint8Array & Spelling).toBase64?.();
  if (own !== undefined) return own;
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Bytes of standard base64, or null. Strict: the alphabet of RFC 4648 section 4, padding required, no
 * white space, so that one value has one spelling.
 */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  // Only the last group can have a second spelling: its unused bits.
  const last = Math.max(0, text.length / 4 - 1);
  return base64(bytes.subarray(3 * last)) === text.slice(4 * last) ? bytes : null;
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  const own = (bytes as Uint8Array & Spelling).toBase64?.({ alphabet: 'base64url', omitPadding: true });
  return own ?? base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Base64url with its padding or without any, as bytes; null where it is none. Strict, as `fromBase64` is. */
export function fromBase64url(text: string): Uint8Array | null {
  if (/[+/]/.test(text)) return null;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  const length = standard.includes('=') ? standard.length : Math.ceil(standard.length / 4) * 4;
  return fromBase64(standard.padEnd(length, '='));
}

/** One array of all the given ones, in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (part.length > SHORT) whole.set(part, at);
    else for (let i = 0; i < part.length; i++) whole[at + i] = part[i] as number;
    at += part.length;
  }
  return whole;
}

/**
 * Whether two byte strings are equal, in a time that depends on the length of the second alone: what an
 * attacker sends decides nothing about how long the answer takes.
 */
export function equalBytes(expected: Uint8Array, received: Uint8Array): boolean {
  let difference = expected.length ^ received.length;
  for (let i = 0; i < received.length; i++) {
    difference |= (expected[i % (expected.length || 1)] ?? 0) ^ (received[i] ?? 0);
  }
  return difference === 0;
}

/** `equalBytes` over two texts, by their UTF-16 units. */
export function equalText(expected: string, received: string): boolean {
  let difference = expected.length ^ received.length;
  // Behind the end of a text there is no unit: NaN counts as zero.
  for (let i = 0; i < received.length; i++) difference |= expected.charCodeAt(i) ^ received.charCodeAt(i);
  return difference === 0;
}

/** Orders two byte strings by their first differing byte; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
