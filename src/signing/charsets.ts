/**
 * The charsets of payment protocols, in both directions and exact: a character that a charset lacks is never
 * replaced by a look-alike behind the caller's back.
 */
import { fromUtf8, utf8 } from './bytes.ts';

export type CharsetName = 'utf-8' | 'iso-8859-1' | 'windows-1251';

export interface Charset {
  /** The name as HTML's accept-charset and HTTP write it. */
  readonly name: CharsetName;
  /** Bytes of a text, or null when it holds a character that the charset lacks (`firstMissing` names it). */
  encode(text: string): Uint8Array | null;
  /** Text of bytes, or null when they are not valid in the charset. */
  decode(bytes: Uint8Array): string | null;
  /** The first character that the charset lacks, or null. */
  firstMissing(text: string): string | null;
}

const UNPAIRED_SURROGATE = /\p{Cs}/u;

const utf8Charset: Charset = {
  name: 'utf-8',
  encode: (text) => (text.isWellFormed() ? utf8(text) : null),
  decode: fromUtf8,
  firstMissing: (text) => UNPAIRED_SURROGATE.exec(text)?.[0] ?? null,
};

/** A charset of one byte a character, from the 256 characters in byte order (null: the byte has none). */
function singleByte(name: CharsetName, characters: readonly (string | null)[]): Charset {
  const byteOf = new Map<string, number>();
  characters.forEach((character, byte) => {
    if (character !== null) byteOf.set(character, byte);
  });
  return {
    name,
    encode(text) {
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        // The first half is ASCII in all of them. A character of two units is in none, nor is one of its units.
        const byte = code < 0x80 ? code : byteOf.get(text.charAt(i));
        if (byte === undefined) return null;
        bytes[i] = byte;
      }
      return bytes;
    },
    decode(bytes) {
      let text = '';
      for (const byte of bytes) {
        const character = characters[byte] ?? null;
        if (character === null) return null;
        text += character;
      }
      return text;
    },
    firstMissing(text) {
      for (const character of text) if (!byteOf.has(character)) return character;
      return null;
    },
  };
}

const everyByte = Array.from({ length: 256 }, (_, byte) => byte);

/** ISO/IEC 8859-1: byte and code point are the same. TextDecoder cannot do it: its label means windows-1252. */
const latin1 = singleByte(
  'iso-8859-1',
  everyByte.map((byte) => String.fromCharCode(byte)),
);

/** Byte 0x98 has no character in windows-1251; the WHATWG decoder gives U+0098, which we do not take for text. */
const windows1251Decoder = new TextDecoder('windows-1251');
const windows1251 = singleByte(
  'windows-1251',
  everyByte.map((byte) => (byte === 0x98 ? null : windows1251Decoder.decode(Uint8Array.of(byte)))),
);

const charsets: Record<CharsetName, Charset> = {
  'utf-8': utf8Charset,
  'iso-8859-1': latin1,
  'windows-1251': windows1251,
};

/** The charset of that name. */
export function charset(name: CharsetName): Charset {
  return charsets[name];
}
