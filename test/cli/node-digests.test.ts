/** Digests in Node, where node:crypto is given a text as it is. Ruled out: a text that is not digested as its bytes in UTF-8. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { utf8 } from '../../src/signing/bytes.ts';
import { digests, hmacBy, hmacOf } from '../../src/signing/digests.ts';
import { wasmDigests } from '../../src/signing/wasm-digests.ts';

const text = fc
  .array(fc.oneof(fc.integer({ max: 0x7f }), fc.integer({ max: 0xffff })), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units));

it('are those of the bytes of a text, halves of a character among them', () => {
  expect(wasmDigests()).toBeNull();
  const key = utf8('key');
  const hmac = hmacBy('sha256', key);
  fc.assert(
    fc.property(text, (message) => {
      const bytes = utf8(message);
      expect(digests.sha256(message)).toEqual(digests.sha256(bytes));
      expect(digests.sha512.hex(message)).toBe(digests.sha512.hex(bytes));
      expect(hmac(message, 'hex')).toBe(hmac(bytes, 'hex'));
      expect(hmacOf('sha1', key, message)).toEqual(hmacOf('sha1', key, bytes));
    }),
    { numRuns: 1000 },
  );
});
