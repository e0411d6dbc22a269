/** Octets and base64url. Ruled out: a text of other letters that counts as ASCII, and a second spelling of one value. */
import { describe, expect, it } from 'vitest';
import { base64url, fromBase64url } from '../../src/signing/bytes.ts';
import {
  fromOctets,
  isAscii,
  octets,
  signedText,
  textOfOctets,
  utf8Octets,
} from '../../src/signing/octets.ts';

describe.each([
  ['short', ''],
  ['long', 'x'.repeat(100)],
])('the octets of a %s text', (_, before) => {
  it.each([
    ['é', '\u00c3\u00a9', [0xc3, 0xa9]],
    ['\u007f', '\u007f', [0x7f]],
    ['', '', []],
  ])('with %j', (text, expected, bytes) => {
    expect(isAscii(before + text)).toBe(text !== 'é');
    expect(utf8Octets(before + text)).toBe(before + expected);
    expect(textOfOctets(before + expected)).toBe(before + text);
    expect([...fromOctets(before + expected)].slice(before.length)).toEqual(bytes);
    expect(octets(fromOctets(before + expected))).toBe(before + expected);
  });

  it('are one byte for each character up to U+00FF', () => {
    expect([...fromOctets(`${before}é`)].at(-1)).toBe(0xe9);
  });
});

describe('what is signed', () => {
  it.each(['à venir', '3€', 'plain'])('is the text %s where that is all of it', (text) => {
    expect(signedText(text, () => utf8Octets(text))).toBe(text);
  });

  it('is the bytes as they came where they are no UTF-8: the text has lost them', () => {
    expect(signedText(textOfOctets('caf\u00e9'), () => 'caf\u00e9')).toEqual(
      Uint8Array.of(0x63, 0x61, 0x66, 0xe9),
    );
  });
});

describe('base64url', () => {
  const bytes = Uint8Array.of(0xfb, 0xff, 0xbf, 1);

  it('is read with its padding, and without', () => {
    expect(base64url(bytes)).toBe('-_-_AQ');
    expect(fromBase64url('-_-_AQ')).toEqual(bytes);
    expect(fromBase64url('-_-_AQ==')).toEqual(bytes);
    expect(fromBase64url('')).toEqual(new Uint8Array());
  });

  it.each(['-_-_AQ=', '-_-_AQ====', '-_=-_AQ', '+/+/AQ', '-_-_AR', '-_-_A', '-_-_AQ\n'])(
    'is not %j',
    (text) => {
      expect(fromBase64url(text)).toBeNull();
    },
  );
});
