/**
 * Bytes of a file as text: which charset they are in, and the whole lines of a piece. A byte that is none of the charset's is an error
 * with its line. UTF-8, UTF-16 and windows-125x are the platform's decoders (WHATWG Encoding: iso-8859-1 is read as windows-1252).
 */
import type { FileCharset } from '../payments/reconciled.ts';
import { UnreadableFile } from './fault.ts';

/** Byte order marks, the charset each is of. */
const MARKS: readonly (readonly [charset: FileCharset, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** The charset that a file's first bytes name, and how many of them do; null: they name none. */
export function markedCharset(
  first: Uint8Array,
): { readonly charset: FileCharset; readonly length: number } | null {
  const found = MARKS.find(([, mark]) => mark.every((byte, index) => first[index] === byte));
  return found ? { charset: found[0], length: found[1].length } : null;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What the bytes of a file say of UTF-8. */
export interface Utf8Finding {
  readonly isUtf8: boolean;
  /** The line of the first byte that is none, in a file that is UTF-8 otherwise; null: it is another charset, or all is well. */
  readonly damagedLine: number | null;
}

/** How many bytes follow the first one of a character, and the least that the second may be; null: no character begins so. */
function characterOf(
  first: number,
): { readonly more: number; readonly from: number; readonly to: number } | null {
  if (first >= 0xc2 && first <= 0xdf) return { more: 1, from: 0x80, to: 0xbf };
  // No longer forms of shorter characters, no halves of pairs, nothing beyond U+10FFFF.
  if (first >= 0xe0 && first <= 0xef)
    return { more: 2, from: first === 0xe0 ? 0xa0 : 0x80, to: first === 0xed ? 0x9f : 0xbf };
  if (first >= 0xf0 && first <= 0xf4)
    return { more: 3, from: first === 0xf0 ? 0x90 : 0x80, to: first === 0xf4 ? 0x8f : 0xbf };
  return null;
}

/**
 * Whether pieces of a file together are UTF-8. Where not, whether they would be but for a few bytes: other charsets have characters of
 * several bytes by chance ("SPÓŁKA" in windows-1250), but fewer than bytes that are none.
 */
export class Utf8Check {
  #line = 1;
  /** Whether the byte before was a CR: with the LF that may follow it ends one line. */
  #isReturned = false;
  #long = 0;
  #wrong = 0;
  #wrongLine: number | null = null;
  /** Of the character that has begun: bytes that are missing, and which the next may be. */
  #more = 0;
  #from = 0x80;
  #to = 0xbf;

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#more > 0) {
        if (byte >= this.#from && byte <= this.#to) {
          this.#more -= 1;
          [this.#from, this.#to] = [0x80, 0xbf];
          if (this.#more === 0) this.#long += 1;
          continue;
        }
        this.#refuse();
      }
      if (byte < 0x80) {
        if (byte === CARRIAGE_RETURN || (byte === LINE_FEED && !this.#isReturned)) this.#line += 1;
        this.#isReturned = byte === CARRIAGE_RETURN;
        continue;
      }
      this.#isReturned = false;
      const character = characterOf(byte);
      if (character === null) this.#refuse();
      else ({ more: this.#more, from: this.#from, to: this.#to } = character);
    }
  }

  #refuse(): void {
    this.#more = 0;
    this.#wrong += 1;
    this.#wrongLine ??= this.#line;
  }

  end(): Utf8Finding {
    if (this.#more > 0) this.#refuse();
    const isUtf8 = this.#wrong === 0;
    const isDamaged = !isUtf8 && this.#long > 0 && this.#long >= this.#wrong;
    return { isUtf8, damagedLine: isDamaged ? this.#wrongLine : null };
  }
}

/** Bytes of one character of a line break. */
function unitOf(charset: FileCharset): 1 | 2 {
  return charset === 'utf-16le' || charset === 'utf-16be' ? 2 : 1;
}

/** The character of one byte or two that stands somewhere; none of a line break's: anything else. */
function signAt(bytes: Uint8Array, at: number, charset: FileCharset): number | undefined {
  if (unitOf(charset) === 1) return bytes[at];
  const [low = 0, high = 0] =
    charset === 'utf-16le' ? [bytes[at], bytes[at + 1]] : [bytes[at + 1], bytes[at]];
  return high * 256 + low;
}

/** Whether a line ends behind the sign there: an LF, or a CR that is known to have none after it. */
function endsLine(bytes: Uint8Array, at: number, charset: FileCharset): boolean {
  const sign = signAt(bytes, at, charset);
  if (sign !== CARRIAGE_RETURN) return sign === LINE_FEED;
  const next = at + unitOf(charset);
  return next + unitOf(charset) <= bytes.length && signAt(bytes, next, charset) !== LINE_FEED;
}

/** Where the last line of some bytes ends: after its line break; 0: none ends here. A CR at the very end may be half of CR LF. */
export function endOfLines(bytes: Uint8Array, charset: FileCharset): number {
  const unit = unitOf(charset);
  for (let at = bytes.length - (bytes.length % unit) - unit; at >= 0; at -= unit)
    if (endsLine(bytes, at, charset)) return at + unit;
  return 0;
}

/** The first line of some bytes. */
function firstLine(bytes: Uint8Array, charset: FileCharset): Uint8Array {
  const unit = unitOf(charset);
  for (let at = 0; at + unit <= bytes.length; at += unit)
    if (endsLine(bytes, at, charset)) return bytes.subarray(0, at + unit);
  return bytes;
}

/**
 * Bytes as text.
 * @param bytes whole lines.
 * @param line of the first of them, from 1.
 * @throws UnreadableFile with the line that is none of the charset's.
 */
export function decodeLines(bytes: Uint8Array, charset: FileCharset, line: number): string {
  const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    let number = line;
    for (let rest = bytes; rest.length > 0; number += 1) {
      const first = firstLine(rest, charset);
      try {
        decoder.decode(first);
      } catch {
        break;
      }
      rest = rest.subarray(first.length);
    }
    throw new UnreadableFile('encoding', number, `is not ${charset}: say in which charset the file is`);
  }
}
