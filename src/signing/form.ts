/**
 * application/x-www-form-urlencoded as payment providers use it. A signature is over bytes, so the bytes of a value are kept beside its text:
 * as a text of one character a byte, which engines cut and join several times faster than arrays.
 */
import type { Charset } from './charsets.ts';
import { fromOctets, isAscii, octets, textOfOctets, utf8Octets } from './octets.ts';
import { wasmDigests } from './wasm-digests.ts';

/** One parameter as received, percent-decoded and nothing more. */
export interface RawField {
  readonly name: string;
  /** Read in UTF-8; what is none becomes U+FFFD. */
  readonly value: string;
  /** The value as it came, for what is signed over bytes (octets.ts). */
  readonly octets: string;
}

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/** The values of hexadecimal digits by their codes; -1: none. */
const NIBBLES = /* @__PURE__ */ Int8Array.from({ length: 256 }, (_, code) => {
  const digit = String.fromCharCode(code);
  return /[0-9a-f]/i.test(digit) ? Number.parseInt(digit, 16) : -1;
});

/** Behind the end of a text the code is NaN, which is no digit. */
function nibble(code: number): number {
  return NIBBLES[code] ?? -1;
}

/** Beyond so many characters bytes are decoded into an array: joining pieces costs more for each. */
const LONG = 256;

/** The byte that the two digits behind a percent sign are; negative where they are none. */
function byteAt(text: string, percent: number): number {
  return (nibble(text.charCodeAt(percent + 1)) << 4) | nibble(text.charCodeAt(percent + 2));
}

function decodedPieces(text: string, plusIsSpace: boolean): string | null {
  let out = '';
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === PERCENT) {
      const byte = byteAt(text, i);
      if (byte < 0) return null;
      out += text.slice(done, i) + String.fromCharCode(byte);
      i += 2;
      done = i + 1;
    } else if (code === PLUS && plusIsSpace) {
      out += `${text.slice(done, i)} `;
      done = i + 1;
    }
  }
  return out + text.slice(done);
}

function decodedBytes(text: string, plusIsSpace: boolean): string | null {
  const bytes = fromOctets(text);
  let length = 0;
  // What is decoded is never longer, so it is written over what was read.
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] as number;
    if (byte === PERCENT) {
      // Looking behind the end would make the whole loop slower.
      if (i + 2 >= bytes.length) return null;
      byte = ((NIBBLES[bytes[i + 1] as number] as number) << 4) | (NIBBLES[bytes[i + 2] as number] as number);
      if (byte < 0) return null;
      i += 2;
    } else if (byte === PLUS && plusIsSpace) byte = SPACE;
    bytes[length++] = byte;
  }
  return octets(bytes.subarray(0, length));
}

/** Percent-decodes octets. Null when a `%` is not followed by two hexadecimal digits. */
function decodedOctets(text: string, plusIsSpace: boolean): string | null {
  // Most names and values have nothing to decode.
  if (!text.includes('%') && !(plusIsSpace && text.includes('+'))) return text;
  if (text.length <= LONG) return decodedPieces(text, plusIsSpace);
  const wasm = wasmDigests();
  return wasm?.hasRoomFor(text) && isAscii(text)
    ? wasm.percentDecoded(plusIsSpace ? text.replaceAll('+', ' ') : text)
    : decodedBytes(text, plusIsSpace);
}

/**
 * Percent-decodes a text, whose bytes are UTF-8; `+` becomes a space unless `plus` is 'literal'. Null when a `%` is not followed by two
 * hexadecimal digits.
 */
export function percentDecode(text: string, plus: 'space' | 'literal' = 'space'): string | null {
  if (!text.includes('%') && !(plus === 'space' && text.includes('+'))) return text.toWellFormed();
  const decoded = decodedOctets(utf8Octets(text), plus === 'space');
  return decoded === null ? null : textOfOctets(decoded);
}

/**
 * The parameters of a query string or form body in the order received, repeats kept. Null when the
 * percent-encoding is broken. Empty parts (`a=1&&b=2`) are skipped; a part without `=` is a name with an
 * empty value.
 * @param body its bytes, or their octets.
 * @param most it ends after so many, and what follows is not read.
 */
export function parseForm(body: Uint8Array | string, most = Number.POSITIVE_INFINITY): RawField[] | null {
  const text = typeof body === 'string' ? body : octets(body);
  // Nearly every body is ASCII. What was not decoded is then no other text either.
  const isText = isAscii(text);
  const fields: RawField[] = [];
  let equals = text.indexOf('=');
  for (let start = 0; start < text.length && fields.length < most; ) {
    const next = text.indexOf('&', start);
    const end = next < 0 ? text.length : next;
    // Where there is none any more, it is not looked for again: a body of bare names is read in one pass too.
    if (equals >= 0 && equals < start) equals = text.indexOf('=', start);
    if (end > start) {
      const isBare = equals < 0 || equals >= end;
      const rawName = text.slice(start, isBare ? end : equals);
      const rawValue = isBare ? '' : text.slice(equals + 1, end);
      const name = decodedOctets(rawName, true);
      const value = decodedOctets(rawValue, true);
      if (name === null || value === null) return null;
      fields.push({
        name: isText && name === rawName ? name : textOfOctets(name),
        value: isText && value === rawValue ? value : textOfOctets(value),
        octets: value,
      });
    }
    start = end + 1;
  }
  return fields;
}

const UNRESERVED = /[A-Za-z0-9\-_.~]/;

/** Percent-encodes a text in a charset (`%20` for a space). Null when the charset lacks a character. */
export function percentEncode(text: string, charset: Charset): string | null {
  const bytes = charset.encode(text);
  if (!bytes) return null;
  let out = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    out += UNRESERVED.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** A form body or query string of names and values in a charset. Null when the charset lacks a character. */
export function encodeForm(
  fields: Iterable<readonly [name: string, value: string]>,
  charset: Charset,
): string | null {
  const parts: string[] = [];
  for (const [name, value] of fields) {
    const encodedName = percentEncode(name, charset);
    const encodedValue = percentEncode(value, charset);
    if (encodedName === null || encodedValue === null) return null;
    parts.push(`${encodedName}=${encodedValue}`);
  }
  return parts.join('&');
}

/** Fields given as text turned into the raw form, each value the bytes of the text in UTF-8. */
export function rawFields(fields: Iterable<readonly [name: string, value: string]>): RawField[] {
  return Array.from(fields, ([name, value]) => ({ name, value, octets: utf8Octets(value) }));
}
