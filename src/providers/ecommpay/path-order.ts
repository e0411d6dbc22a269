/** The orders in which ECommPay's SDKs sort the paths of what they sign. SHEET.md, "Signature", compares the SDKs. */
import { compareBytes, utf8 } from '../../signing/bytes.ts';

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Where the run of digits that starts at `from` ends. */
function digitsEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

/** Compares two paths: runs of digits as numbers, everything else by code points, which is the order of UTF-8. */
export function naturalOrder(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  // What both begin with decides nothing; a number is compared from its first digit on.
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i) && !isDigit(a.charCodeAt(i))) i += 1;
  let j = i;
  while (i < a.length && j < b.length) {
    if (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      const [iEnd, jEnd] = [digitsEnd(a, i), digitsEnd(b, j)];
      const difference = compareNumbers(a.slice(i, iEnd), b.slice(j, jEnd));
      if (difference !== 0) return difference;
      [i, j] = [iEnd, jEnd];
      continue;
    }
    const [one, other] = [a.codePointAt(i) ?? 0, b.codePointAt(j) ?? 0];
    if (one !== other) return one - other;
    i += one > 0xffff ? 2 : 1;
    j += one > 0xffff ? 2 : 1;
  }
  return a.length - i - (b.length - j);
}

/** Compares two paths byte by byte, as the SDKs for Python, Go and Java do. */
export function byteOrder(a: string, b: string): number {
  return compareBytes(utf8(a), utf8(b));
}
