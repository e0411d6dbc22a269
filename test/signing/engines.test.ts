/** What computes what is signed, node:crypto and our own module of WebAssembly, against @noble/hashes, which shares no line with either. */

import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, hex, utf8 } from '../../src/signing/bytes.ts';
import { checkoutKey } from '../../src/signing/checkout-token.ts';
import { digests, hmacBy, hmacOf, hmacText, type MacAlgorithm } from '../../src/signing/digests.ts';
import { weakDigests } from '../../src/signing/weak.ts';

const NOBLE = { md5, sha1, sha224, sha256, sha384, sha512 } as const;

/** Around the blocks of each algorithm, where padding goes wrong. */
const bytes = fc.uint8Array({ maxLength: 300 });

/** Every length around the blocks, and around the longest one that wasm-digests.ts takes. */
const lengths = [
  ...Array(280).keys(),
  447,
  448,
  511,
  512,
  895,
  896,
  1023,
  1024,
  1279,
  1280,
  1281,
  1407,
  1408,
  1409,
  2048,
  2049,
];

describe('another engine agrees about', () => {
  it.each(Object.entries({ ...digests, ...weakDigests }))(
    '%s and its HMAC of every length',
    (name, digest) => {
      const noble = NOBLE[name as keyof typeof NOBLE];
      for (const length of lengths) {
        const message = Uint8Array.from({ length }, (_, i) => 37 * i + length);
        expect(hex(digest(message)), String(length)).toBe(hex(noble(message)));
        expect(digest.hex(message)).toBe(hex(digest(message)));
        const key = 'x'.repeat(length);
        const expected = hmac(noble, utf8(key), message);
        expect(hex(hmacOf(name as MacAlgorithm, key, message)), String(length)).toBe(hex(expected));
        expect(hmacText(name as MacAlgorithm, key, message, 'base64')).toBe(base64(expected));
        expect(hmacBy(name as MacAlgorithm, utf8(key))(message, 'hex')).toBe(hex(expected));
      }
    },
  );

  it.each(Object.entries({ ...digests, ...weakDigests }))('%s of any bytes', (name, digest) => {
    fc.assert(
      fc.property(bytes, (message) => {
        expect(hex(digest(message))).toBe(hex(NOBLE[name as keyof typeof NOBLE](message)));
      }),
    );
  });

  it.each(Object.keys(NOBLE) as MacAlgorithm[])('HMAC-%s with any key', (name) => {
    fc.assert(
      fc.property(bytes, bytes, (key, message) => {
        expect(hex(hmacOf(name, key, message))).toBe(hex(hmac(NOBLE[name], key, message)));
      }),
    );
  });

  it('the keys that follow from the ID_KEY', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 64 }), (key) => {
        const expected = hkdf(sha256, key, undefined, utf8('countersign checkout link'), 32);
        expect(hex(checkoutKey(key))).toBe(hex(expected));
      }),
    );
  });
});
