/** Bytes and texts at their edges. Ruled out: bytes that are dropped while they become text, and letters that stand for bits of base64. */
import { describe, expect, it } from 'vitest';
import { fromBase64, fromBase64url, fromUtf8, readable } from '../../src/signing/bytes.ts';

describe('the text of bytes', () => {
  it('has the byte order mark that they begin with: without it another message would be the same', () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61);
    expect(fromUtf8(bytes)).toBe('\ufeffa');
    expect(readable(bytes)).toBe('\ufeffa');
  });

  it('is none where a long one breaks off, and readable all the same', () => {
    const bytes = new Uint8Array(100).fill(0x61);
    bytes[99] = 0xc3;
    expect(fromUtf8(bytes)).toBeNull();
    expect(readable(bytes)).toBe(`${'a'.repeat(99)}\ufffd`);
  });
});

describe('base64', () => {
  it.each(['é', '\u0080', '€', '\ud83d', '\0'])('has no %j, at any place', (letter) => {
    for (const digits of ['AAAA', 'AAA', 'AA'])
      for (let at = 0; at < digits.length; at++) {
        const text = digits.slice(0, at) + letter + digits.slice(at + 1);
        expect(fromBase64(text.padEnd(4, '=')), text).toBeNull();
        expect(fromBase64url(text), text).toBeNull();
      }
  });
});
