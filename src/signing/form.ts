/**
 * application/x-www-form-urlencoded as payment providers use it: read into bytes first, because a signature
 * is over bytes, and turned into text only by the charset that the protocol says.
 */
import { utf8 } from './bytes.ts';
import type { Charset } from './charsets.ts';

/** One parameter as received: name and value percent-decoded to bytes, nothing more. */
export interface RawField {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;

function nibble(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Up to this length a loop is faster than a call into the engine. */
const SHORT = 48;

/** Whether there is something to decode: a percent sign, or a plus sign where that is a space. */
function hasAny(bytes: Uint8Array, plus: boolean): boolean {
  if (bytes.length > SHORT) return bytes.includes(PERCENT) || (plus && bytes.includes(PLUS));
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === PERCENT || (plus && byte === PLUS)) return true;
  }
  return false;
}

/**
 * Percent-decodes bytes; `+` becomes a space unless `plus` is 'literal'. Null when a `%` is not followed by
 * two hexadecimal digits.
 */
export function percentDecode(bytes: Uint8Array, plus: 'space' | 'literal' = 'space'): Uint8Array | null {
  // Most names and values have nothing to decode.
  if (!hasAny(bytes, plus === 'space')) return bytes;
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] ?? 0;
    if (byte === PERCENT) {
      const high = nibble(bytes[i + 1]);
      const low = nibble(bytes[i + 2]);
      if (high < 0 || low < 0) return null;
      byte = high * 16 + low;
      i += 2;
    } else if (byte === PLUS && plus === 'space') {
      byte = SPACE;
    }
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/**
 * The parameters of a query string or form body in the order received, repeats kept. Null when the
 * percent-encoding is broken. Empty parts (`a=1&&b=2`) are skipped; a part without `=` is a name with an
 * empty value.
 * @param most it ends after so many, and what follows is not read.
 */
export function parseForm(body: Uint8Array, most = Number.POSITIVE_INFINITY): RawField[] | null {
  const fields: RawField[] = [];
  let equals = body.indexOf(EQUALS);
  for (let start = 0; start < body.length && fields.length < most; ) {
    const next = body.indexOf(AMPERSAND, start);
    const end = next < 0 ? body.length : next;
    // Where there is none any more, it is not looked for again: a body of bare names is read in one pass too.
    if (equals >= 0 && equals < start) equals = body.indexOf(EQUALS, start);
    if (end > start) {
      const isBare = equals < 0 || equals >= end;
      const name = percentDecode(body.subarray(start, isBare ? end : equals));
      const value = percentDecode(body.subarray(isBare ? end : equals + 1, end));
      if (!name || !value) return null;
      fields.push({ name, value });
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
  return Array.from(fields, ([name, value]) => ({ name: utf8(name), value: utf8(value) }));
}
