/** Primitives against published vectors: FIPS 180-4, RFC 1321, RFC 2202, RFC 4231, RFC 4648, FIPS 81. */
import { describe, expect, it, vi } from 'vitest';
import { derivePaymentId } from '../../src/payments/id.ts';
import {
  base64,
  base64url,
  compareBytes,
  concat,
  equalBytes,
  equalText,
  fromBase64,
  fromHex,
  fromUtf8,
  hex,
  hexUpper,
  readable,
  utf8,
} from '../../src/signing/bytes.ts';
import { charset } from '../../src/signing/charsets.ts';
import { checkoutKey, linkToken } from '../../src/signing/checkout-token.ts';
import { digests, hmacOf } from '../../src/signing/digests.ts';
import { anchorSeed } from '../../src/signing/ed25519.ts';
import { encodeForm, parseForm, percentDecode, percentEncode } from '../../src/signing/form.ts';
import { rsaSign, rsaVerify } from '../../src/signing/rsa.ts';
import { desCbcDecrypt, desCbcEncrypt, weakDigests } from '../../src/signing/weak.ts';
import paybox from '../providers/paybox/vectors.json' with { type: 'json' };

const bytes = (digits: string) => fromHex(digits) ?? new Uint8Array();

describe('digests', () => {
  it.each([
    ['sha1', weakDigests.sha1, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['md5', weakDigests.md5, '900150983cd24fb0d6963f7d28e17f72'],
    ['sha224', digests.sha224, '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7'],
    ['sha256', digests.sha256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha384',
      digests.sha384,
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    ],
    [
      'sha512',
      digests.sha512,
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ] as const)('%s of "abc"', (_name, digest, expected) => {
    expect(hex(digest(utf8('abc')))).toBe(expected);
  });
});

describe('HMACs', () => {
  const message = utf8('what do ya want for nothing?');
  it.each([
    ['md5', '750c783e6ab0b503eaa86e310a5db738'],
    ['sha1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['sha224', 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44'],
    ['sha256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      'sha384',
      'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    ],
    [
      'sha512',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
  ] as const)('%s under "Jefe"', (algorithm, expected) => {
    expect(hex(hmacOf(algorithm, utf8('Jefe'), message))).toBe(expected);
  });
});

describe('an engine that is no pure TypeScript', () => {
  it.each([
    ['md5', '74e6f7298a9c2d168935f58c001bad88'],
    ['sha1', 'fbdb1d1b18aa6c08324b7d64b71fb76370690e1d'],
    ['sha256', 'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad'],
  ] as const)('%s takes an empty key and an empty message', (algorithm, expected) => {
    expect(hex(hmacOf(algorithm, new Uint8Array(), new Uint8Array()))).toBe(expected);
  });

  it('gives plain bytes of their own: a copy is a copy, and no later digest writes over an earlier one', () => {
    const first = digests.sha256(utf8('abc'));
    expect(first.constructor).toBe(Uint8Array);
    const copy = first.slice();
    copy[0] = 0;
    for (let round = 0; round < 1000; round++) digests.sha256(utf8(String(round)));
    expect(hex(first)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('derives the key of the links as before (RFC 5869 without a salt)', () => {
    const key = checkoutKey(utf8('id key of the tests.............'));
    expect(hex(key)).toBe('b07ee1bea9c3a653382d7e9a3a10f0a93898ae57f8d14d46d5b74645a077be55');
    expect(linkToken(key, '7ZK0M3Q9T2V8XW4B')).toBe('FazHR-mEqxs7DCRsCP2jrw');
    expect(hex(anchorSeed(utf8('id key of the tests.............')))).toBe(
      '9b6b71e2e05332f0f68cce4c3f5aefe09b395ed1fb826dfc4de24c47331f30cf',
    );
    expect(derivePaymentId(utf8('id key of the tests.............'), 'shop', 'order-\ud800é')).toBe(
      'PHX4EHQZQ1XCWGJ6',
    );
  });
});

describe('RSA', () => {
  it.each(['SHA-1', 'SHA-256'] as const)(
    'signs and verifies with %s, and does not verify another message',
    async (hash) => {
      const message = utf8('amount=1999&ref=7ZK0M3Q9T2V8XW4B01');
      const signature = await rsaSign(hash, paybox.keys.private_key, message);
      expect(signature).toHaveLength(128);
      expect(rsaVerify(hash, paybox.keys.public_key, message, signature)).toBe(true);
      expect(rsaVerify(hash, paybox.keys.public_key, utf8('amount=1'), signature)).toBe(false);
      // Of another length, or none.
      for (const other of [signature.subarray(1), Uint8Array.from([...signature, 0]), new Uint8Array()])
        expect(rsaVerify(hash, paybox.keys.public_key, message, other)).toBe(false);
    },
  );

  it('says so when a key is no PEM', async () => {
    expect(() => rsaVerify('SHA-1', 'not a key', utf8(''), new Uint8Array())).toThrow('PEM public key');
    await expect(rsaSign('SHA-1', 'not a key', utf8(''))).rejects.toThrow('PEM private key');
  });
});

describe('DES-CBC', () => {
  it('reproduces FIPS 81, both ways', () => {
    const key = bytes('0123456789abcdef');
    const iv = bytes('1234567890abcdef');
    const plain = utf8('Now is the time for all ');
    const encrypted = bytes('e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6');
    expect(hex(desCbcEncrypt(key, iv, plain))).toBe(hex(encrypted));
    expect(fromUtf8(desCbcDecrypt(key, iv, encrypted))).toBe('Now is the time for all ');
  });

  it('takes no key of another length', () => {
    expect(() => desCbcEncrypt(new Uint8Array(7), new Uint8Array(8), new Uint8Array(8))).toThrow('8 bytes');
  });
});

describe('text forms', () => {
  it('writes hexadecimal in both cases and reads either', () => {
    expect(hex(Uint8Array.of(0, 171, 255))).toBe('00abff');
    expect(hexUpper(Uint8Array.of(0, 171, 255))).toBe('00ABFF');
    expect(fromHex('00aBfF')).toEqual(Uint8Array.of(0, 171, 255));
    for (const wrong of ['0', 'zz', '0x', 'ab cd']) expect(fromHex(wrong)).toBeNull();
  });

  it('takes one spelling of base64 only', () => {
    expect(base64(utf8('fo'))).toBe('Zm8=');
    expect(fromBase64('Zm8=')).toEqual(utf8('fo'));
    for (const wrong of ['Zm8', 'Zm9=', 'Zm8=\n', 'Zm-_', '====', 'Z']) expect(fromBase64(wrong)).toBeNull();
    expect(base64url(Uint8Array.of(251, 255))).toBe('-_8');
  });

  it('never takes broken UTF-8 for text', () => {
    expect(fromUtf8(Uint8Array.of(0xc3, 0x28))).toBeNull();
    expect(readable(Uint8Array.of(0xc3, 0x28))).toBe('\ufffd(');
  });

  it('takes nothing for equal that only begins so, ends so, or is empty', () => {
    expect(equalText('abc', 'abc')).toBe(true);
    for (const [a, b] of [
      ['abc', 'abd'],
      ['abc', 'xbc'],
      ['abc', 'ab'],
      ['abc', 'bc'],
      ['ab', 'abc'],
      ['ab', 'abab'],
      ['', 'a'],
      ['', '\0'],
      ['abc', ''],
    ] as const) {
      expect(equalText(a, b), `${a} ${b}`).toBe(false);
    }
    expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  describe.each([
    [
      'bytes',
      (right: string, sent: string) => {
        let read = 0;
        const counting = new Proxy(utf8(sent), {
          get(target, name) {
            const member: unknown = Reflect.get(target, name);
            if (typeof name === 'string' && /^\d+$/.test(name)) read += 1;
            return member;
          },
        });
        equalBytes(utf8(right), counting);
        return read;
      },
    ],
    [
      'a text',
      (right: string, sent: string) => {
        const spy = vi.spyOn(String.prototype, 'charCodeAt');
        equalText(right, sent);
        const read = spy.mock.contexts.filter((text) => String(text) === sent).length;
        spy.mockRestore();
        return read;
      },
    ],
  ] as const)('a comparison of %s', (_, unitsRead) => {
    it('reads every byte of what it was sent, wherever that differs: the time says nothing of the right one', () => {
      const right = 'a-secret-of-24-letters-x';
      const guesses = Array.from(
        { length: right.length },
        (__, at) => `${right.slice(0, at)}~${right.slice(at + 1)}`,
      );
      for (const guess of guesses) expect(unitsRead(right, guess), guess).toBe(right.length);
      for (const other of ['b', 'y', `${right}-and-more`, right.slice(0, -1)])
        expect(unitsRead(right, other), other).toBe(other.length);
    });
  });

  it('orders bytes by the first that differs, and joins them in order', () => {
    expect(compareBytes(utf8('a'), utf8('ab'))).toBeLessThan(0);
    expect(compareBytes(utf8('b'), utf8('a'))).toBeGreaterThan(0);
    expect(concat([utf8('a'), utf8('bc')])).toEqual(utf8('abc'));
  });
});

describe('charsets', () => {
  it('keeps ISO-8859-1 apart from windows-1252', () => {
    const latin1 = charset('iso-8859-1');
    expect(latin1.encode('Zoé ÿ')).toEqual(Uint8Array.of(90, 111, 233, 32, 255));
    expect(latin1.decode(Uint8Array.of(0x80, 0xe9))).toBe('\u0080é');
    expect(latin1.encode('€')).toBeNull();
    expect(latin1.firstMissing('10 €')).toBe('€');
  });

  it('goes both ways in windows-1251', () => {
    const cyrillic = charset('windows-1251');
    const bytesOf = Uint8Array.of(0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2);
    expect(cyrillic.encode('Привет')).toEqual(bytesOf);
    expect(cyrillic.decode(bytesOf)).toBe('Привет');
    expect(cyrillic.decode(Uint8Array.of(0x98))).toBeNull();
    expect(cyrillic.encode('é')).toBeNull();
  });

  it.each(['utf-8', 'iso-8859-1', 'windows-1251'] as const)('%s gives every character back', (name) => {
    const { encode, decode, firstMissing } = charset(name);
    for (let point = 0; point < 0x500; point++) {
      const character = String.fromCodePoint(point);
      const encoded = encode(character);
      if (encoded) expect(decode(encoded)).toBe(character);
      expect(firstMissing(character)).toBe(encoded ? null : character);
    }
  });

  it('does not encode half a surrogate pair in UTF-8', () => {
    expect(charset('utf-8').encode('a\ud83d')).toBeNull();
    expect(charset('utf-8').firstMissing('a\ud83d')).toBe('\ud83d');
    expect(charset('utf-8').encode('😀')).toHaveLength(4);
  });
});

describe('forms', () => {
  it('keeps order, repeats and bytes', () => {
    const fields = parseForm(utf8('a=1&b=%E9+%2B&a=&c&&=x'));
    expect(fields).toEqual([
      { name: 'a', value: '1', octets: '1' },
      { name: 'b', value: '\ufffd +', octets: '\u00e9 +' },
      { name: 'a', value: '', octets: '' },
      { name: 'c', value: '', octets: '' },
      { name: '', value: 'x', octets: 'x' },
    ]);
  });

  it('reads UTF-8, escaped or not, short or long, as text and as its bytes', () => {
    const long = 'Zo\u00e9 \u20ac'.repeat(100);
    for (const text of ['Zo\u00e9', long]) {
      const octets = Buffer.from(text).toString('latin1');
      for (const form of [`n=${text}`, `n=${encodeURIComponent(text)}`])
        expect(parseForm(utf8(form))).toEqual([{ name: 'n', value: text, octets }]);
    }
  });

  it.each(['a=%', 'a=%4', 'a=%zz', '%=1'])('does not decode broken percent-encoding: %s', (text) => {
    expect(parseForm(utf8(text))).toBeNull();
  });

  it('encodes in the given charset, or says that it cannot', () => {
    expect(percentEncode('é +', charset('iso-8859-1'))).toBe('%E9%20%2B');
    expect(percentEncode('é', charset('utf-8'))).toBe('%C3%A9');
    expect(encodeForm([['a', '€']], charset('iso-8859-1'))).toBeNull();
    expect(encodeForm([['a b', '1&2']], charset('utf-8'))).toBe('a%20b=1%262');
    expect(percentDecode('a+b%20c', 'literal')).toBe('a+b c');
    expect(percentDecode('a+b%2')).toBeNull();
  });
});
