/** Forms and percent-encoding at their edges. Ruled out: a byte that another spelling hides, and a field that is read as another one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/signing/bytes.ts';
import { charset } from '../../src/signing/charsets.ts';
import { encodeForm, parseForm, percentDecode, percentEncode } from '../../src/signing/form.ts';

/** Texts of more than 256 characters are decoded in another way. */
const FILL = 'x'.repeat(300);

describe.each([
  ['short', ''],
  ['long', FILL],
])('a %s text', (_, before) => {
  it('has a zero byte where it says so', () => {
    expect(percentDecode(`${before}a%00b`)).toBe(`${before}a\0b`);
  });

  it.each(['%', '%4', '%zz', '%4z', '%z4', '%%41'])('that ends in %j is none', (end) => {
    expect(percentDecode(before + end)).toBeNull();
  });

  it('has a space for a plus, unless that is literal', () => {
    expect(percentDecode(`${before}a+b`)).toBe(`${before}a b`);
    expect(percentDecode(`${before}a+b%21`)).toBe(`${before}a b!`);
    expect(percentDecode(`${before}a+b%21`, 'literal')).toBe(`${before}a+b!`);
  });
});

describe('a text of more than 256 characters', () => {
  /** By the letter of RFC 3986. */
  const expected = (text: string) =>
    /%(?![\da-f]{2})/i.test(text)
      ? null
      : text.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
          String.fromCharCode(Number.parseInt(digits, 16)),
        );
  const octetsOf = (text: string) => parseForm(utf8(`a=${text}`))?.[0]?.octets ?? null;

  it('is decoded alike wherever its percent signs stand', () => {
    for (let length = 257; length < 257 + 33; length++)
      for (let place = length - 40; place < length; place++) {
        const text = `${'y'.repeat(place)}%e9%2B`.padEnd(length, 'z');
        expect(octetsOf(text), `${place} of ${length}`).toBe(expected(text));
      }
  });

  it('is refused wherever it is cut in the middle of a byte, whatever was decoded before', () => {
    const whole = '%41'.repeat(120);
    for (let length = 258; length < whole.length; length++) {
      expect(octetsOf('%42'.repeat(130))).toBe('B'.repeat(130));
      const text = whole.slice(0, length);
      expect(octetsOf(text), String(length)).toBe(expected(text));
    }
  });

  it('has each byte by its two digits, and by nothing else', () => {
    for (let high = 0; high < 128; high++)
      for (const low of ['0', '9', 'a', 'f', 'A', 'F', 'g', 'G', '/', ':', '@', '`', '%', ' ']) {
        const text = `${FILL}%${String.fromCharCode(high)}${low}-`;
        if (!text.includes('&')) expect(octetsOf(text), JSON.stringify(text.slice(300))).toBe(expected(text));
      }
  });

  it('is the same whichever way it is decoded: as what is not ASCII, and beyond what WebAssembly has room for', () => {
    const text = 'ab%20%C3%A9%ff,%00'.repeat(20);
    expect(octetsOf(`${text}\u00e9`)).toBe(`${expected(text)}\u00c3\u00a9`);
    for (const length of [29_999, 30_000, 30_001, 31_001, 100_000]) {
      const long = text
        .repeat(Math.ceil(length / text.length))
        .slice(0, length)
        .replace(/%.?$/, 'xx')
        .slice(0, length);
      expect(octetsOf(long) === expected(long), String(length)).toBe(true);
    }
  });

  it('that is any text is decoded as by regular expressions', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.constantFrom('%', '%4', '%41', '%fF', '%zz', '%2', '%25', '%%'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = (FILL + pieces.join('')).replaceAll(/[&=+]/g, '_');
        expect(octetsOf(text)).toBe(expected(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a form', () => {
  const pairs = (text: string, most?: number) =>
    parseForm(text, most)?.map(({ name, value }) => [name, value]) ?? null;

  it.each([
    ['a', [['a', '']]],
    [
      'a&b',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    [
      'a&b=1',
      [
        ['a', ''],
        ['b', '1'],
      ],
    ],
    ['=x', [['', 'x']]],
    [
      '=x&a=1',
      [
        ['', 'x'],
        ['a', '1'],
      ],
    ],
    ['&a=1&', [['a', '1']]],
    ['a+b=c+d', [['a b', 'c d']]],
    ['a=b=c', [['a', 'b=c']]],
    ['', []],
  ])('%j is %j', (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  it('ends after as many fields as were asked for', () => {
    expect(pairs('a=1&b=2&c=3', 2)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(pairs('a=1&b=%zz', 1)).toEqual([['a', '1']]);
  });

  it('is what was encoded, and what URLSearchParams reads', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (fields) => {
        const encoded = encodeForm(fields, charset('utf-8')) ?? '';
        expect(pairs(encoded)).toEqual(fields);
        expect([...new URLSearchParams(encoded)]).toEqual(fields);
      }),
    );
  });

  it('has two digits for each byte that it encodes', () => {
    expect(percentEncode('a\n\u00e9', charset('utf-8'))).toBe('a%0A%C3%A9');
  });

  it('is none where its charset lacks a character of a name or a value', () => {
    const latin = charset('iso-8859-1');
    expect(encodeForm([['€', 'x']], latin)).toBeNull();
    expect(encodeForm([['x', '€']], latin)).toBeNull();
    expect(encodeForm([['x', 'é']], latin)).toBe('x=%E9');
  });

  it('of bytes is the form of their octets', () => {
    expect(parseForm(utf8('a=%E9&b=é'))).toEqual(parseForm('a=%E9&b=\u00c3\u00a9'));
  });
});
