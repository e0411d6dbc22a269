/**
 * Bytes and texts at their edges. Ruled out: bytes that are dropped while they become text, letters that stand for bits of base64, and
 * digits that depend on how new an engine is.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  base64,
  base64url,
  fromBase64,
  fromBase64url,
  fromUtf8,
  hex,
  readable,
} from '../../src/signing/bytes.ts';

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

describe('digits', () => {
  const { prototype } = Uint8Array;
  const names = ['toHex', 'toBase64'] as const;
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)] as const);
  const toHex = vi.fn(() => 'its own');
  const toBase64 = vi.fn((_options?: unknown) => 'its own');
  const engine = (methods: Readonly<Record<(typeof names)[number], unknown>>) => {
    for (const name of names)
      Object.defineProperty(prototype, name, { value: methods[name], configurable: true });
  };
  afterEach(() => {
    for (const [name, descriptor] of before)
      if (descriptor) Object.defineProperty(prototype, name, descriptor);
      else Reflect.deleteProperty(prototype, name);
  });

  describe('of an engine that has none of its own', () => {
    beforeEach(() => engine({ toHex: undefined, toBase64: undefined }));

    it.each([
      ['', '', ''],
      ['00', 'AA==', 'AA'],
      ['fbff', '+/8=', '-_8'],
      ['fbefbefbefbe0f', '++++++++Dw==', '--------Dw'],
      ['ffffffffffff', '////////', '________'],
    ])('are those of every engine: %s', (digits, standard, inUrls) => {
      const bytes = Uint8Array.from(Buffer.from(digits, 'hex'));
      expect([hex(bytes), base64(bytes), base64url(bytes)]).toEqual([digits, standard, inUrls]);
    });
  });

  it('are the own of an engine that has them, without padding in addresses', () => {
    engine({ toHex, toBase64 });
    const bytes = Uint8Array.of(0);
    expect([hex(bytes), base64(bytes), base64url(bytes)]).toEqual(['its own', 'its own', 'its own']);
    expect(toBase64.mock.calls).toEqual([[], [{ alphabet: 'base64url', omitPadding: true }]]);
  });
});
