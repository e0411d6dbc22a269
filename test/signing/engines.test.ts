/** node:crypto, which computes what is signed, against @noble/hashes, which is pure TypeScript and shares no line with it. */

import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, utf8 } from '../../src/signing/bytes.ts';
import { checkoutKey } from '../../src/signing/checkout-token.ts';
import { digests, hmacOf, type MacAlgorithm } from '../../src/signing/digests.ts';
import { weakDigests } from '../../src/signing/weak.ts';

const NOBLE = { md5, sha1, sha224, sha256, sha384, sha512 } as const;

/** Around the blocks of each algorithm, where padding goes wrong. */
const bytes = fc.uint8Array({ maxLength: 300 });

describe('the platform agrees with an engine in pure TypeScript about', () => {
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
