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

/** What is signed: bytes, or a text for its bytes in UTF-8, which are made only where somebody asks for them. */
export type Signable = Uint8Array | string;

/** The bytes that are signed. */
export function signedBytes(signable: Signable): Uint8Array {
  return typeof signable === 'string' ? utf8(signable) : signable;
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

/** The text of what was signed, for people to read (logs, explanations): broken sequences become U+FFFD. */
export function readable(signable: Signable): string {
  if (typeof signable === 'string') return signable.toWellFormed();
  return shortText(signable) ?? lenientDecoder.decode(signable);
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

/** The six bits of each character of an alphabet by its code; -1: it is none of it. */
function sextetsOf(alphabet: string): Int8Array {
  return Int8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const STANDARD = /* @__PURE__ */ sextetsOf(`${ALPHANUMERIC}+/`);
const IN_URLS = /* @__PURE__ */ sextetsOf(`${ALPHANUMERIC}-_`);

/** @param length without padding. Null where another character is in it, or where bits that stand for nothing are set. */
function fromSextets(text: string, length: number, sextets: Int8Array): Uint8Array | null {
  const bytes = new Uint8Array((3 * length) >> 2);
  const sextet = (place: number) => sextets[text.charCodeAt(place)] ?? -1;
  // Negative as soon as one of them is.
  let all = 0;
  let at = 0;
  let place = 0;
  for (; place + 4 <= length; place += 4) {
    const a = sextet(place);
    const b = sextet(place + 1);
    const c = sextet(place + 2);
    const d = sextet(place + 3);
    all |= a | b | c | d;
    bytes[at] = (a << 2) | (b >> 4);
    bytes[at + 1] = (b << 4) | (c >> 2);
    bytes[at + 2] = (c << 6) | d;
    at += 3;
  }
  const left = length - place;
  if (left === 1) return null;
  if (left > 1) {
    const a = sextet(place);
    const b = sextet(place + 1);
    const c = left === 3 ? sextet(place + 2) : 0;
    all |= a | b | c;
    bytes[at] = (a << 2) | (b >> 4);
    if (left === 3) bytes[at + 1] = (b << 4) | (c >> 2);
    if ((left === 3 ? c & 3 : b & 15) !== 0) return null;
  }
  return all < 0 ? null : bytes;
}

/** The length of a text without the padding at its end. */
function unpadded(text: string): number {
  if (!text.endsWith('=')) return text.length;
  return text.length - (text.endsWith('==') ? 2 : 1);
}

/**
 * Bytes of standard base64, or null. Strict: the alphabet of RFC 4648 section 4, padding required, no
 * white space, so that one value has one spelling.
 */
export function fromBase64(text: string): Uint8Array | null {
  return text.length % 4 === 0 ? fromSextets(text, unpadded(text), STANDARD) : null;
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  const own = (bytes as Uint8Array & Spelling).toBase64?.({ alphabet: 'base64url', omitPadding: true });
  return own ?? base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Base64url with its padding or without any, as bytes; null where it is none. Strict, as `fromBase64` is. */
export function fromBase64url(text: string): Uint8Array | null {
  const length = unpadded(text);
  return length === text.length || text.length % 4 === 0 ? fromSextets(text, length, IN_URLS) : null;
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
