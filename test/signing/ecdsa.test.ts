/**
 * ECDSA with DER signatures, in workerd. Ruled out: a signature that has two spellings, numbers that are shorter than 32 bytes read at the
 * wrong end, a key of another curve, bytes that make an error in place of a no.
 */
import { createSign, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { base64, concat, hex } from '../../src/signing/bytes.ts';
import { rawEcdsaSignature, verifyEcdsa } from '../../src/signing/ecdsa.ts';

const pairOf = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const spkiOf = (pair: ReturnType<typeof pairOf>) =>
  base64(new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })));

const pair = pairOf('P-256');
const spki = spkiOf(pair);
const signed = (message: Uint8Array) =>
  new Uint8Array(createSign('SHA256').update(message).sign(pair.privateKey));

/** DER of a number, in as few bytes as it takes. */
function integer(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((byte) => byte !== 0);
  const digits = at < 0 ? Uint8Array.of(0) : bytes.subarray(at);
  const padded = (digits[0] ?? 0) >= 0x80 ? concat([Uint8Array.of(0), digits]) : digits;
  return concat([Uint8Array.of(0x02, padded.length), padded]);
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  const inner = concat(parts);
  return concat([Uint8Array.of(0x30, inner.length), inner]);
}

describe('a DER signature', () => {
  it('is r and s of 32 bytes each, whatever their length', () => {
    const scalar = fc.uint8Array({ minLength: 1, maxLength: 32 }).map((short) => {
      const bytes = new Uint8Array(32);
      bytes.set(short, 32 - short.length);
      return bytes;
    });
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        expect(rawEcdsaSignature(sequence(integer(r), integer(s)))).toEqual(concat([r, s]));
      }),
    );
  });

  const one = Uint8Array.of(0x02, 1, 7);
  it.each([
    ['nothing', Uint8Array.of()],
    ['one number', sequence(one)],
    ['three numbers', sequence(one, one, one)],
    ['something behind', concat([sequence(one, one), Uint8Array.of(0)])],
    ['a longer spelling of its length', Uint8Array.of(0x30, 0x81, 6, 2, 1, 7, 2, 1, 7)],
    ['a zero byte that is not needed', sequence(one, Uint8Array.of(0x02, 2, 0, 7))],
    ['a negative number', sequence(one, Uint8Array.of(0x02, 1, 0x80))],
    ['an empty number', sequence(one, Uint8Array.of(0x02, 0))],
    [
      '33 bytes that are no padding',
      sequence(one, concat([Uint8Array.of(0x02, 33), new Uint8Array(33).fill(1)])),
    ],
    ['34 bytes', sequence(one, concat([Uint8Array.of(0x02, 34, 0, 0x80), new Uint8Array(32)]))],
    ['a number that ends behind it', Uint8Array.of(0x30, 6, 2, 1, 7, 2, 9, 7)],
    ['another type', sequence(one, Uint8Array.of(0x03, 1, 7))],
    ['another type of the whole', Uint8Array.of(0x31, 6, 2, 1, 7, 2, 1, 7)],
    ['a length of the whole that is too small', Uint8Array.of(0x30, 5, 2, 1, 7, 2, 1, 7)],
    ['a length of the whole that is too large', Uint8Array.of(0x30, 7, 2, 1, 7, 2, 1, 7)],
    ['a zero that is spelt in two bytes', sequence(one, Uint8Array.of(0x02, 2, 0, 0))],
  ])('is refused with %s', (_name, der) => {
    expect(rawEcdsaSignature(der)).toBeNull();
  });

  it('may have a zero, which is a number: what it proves is nothing', () => {
    const zero = new Uint8Array(32);
    expect(rawEcdsaSignature(sequence(integer(zero), integer(zero)))).toEqual(concat([zero, zero]));
  });

  it('has one spelling: any bytes that are taken are what the numbers make', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const raw = rawEcdsaSignature(bytes);
        if (raw)
          expect(hex(sequence(integer(raw.subarray(0, 32)), integer(raw.subarray(32))))).toBe(hex(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('verifying', () => {
  it('takes what node:crypto signs, and nothing of which a byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (message, at, mask) => {
          const der = signed(message);
          expect(await verifyEcdsa(spki, message, der)).toBe(true);
          const other = Uint8Array.from(message);
          other[at % other.length] = (other[at % other.length] ?? 0) ^ mask;
          expect(await verifyEcdsa(spki, other, der)).toBe(false);
          const changed = Uint8Array.from(der);
          changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ mask;
          expect(await verifyEcdsa(spki, message, changed)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('hides no fault of the platform behind "no key"', async () => {
    vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(new TypeError('out of order'));
    const fresh = spkiOf(pairOf('P-256'));
    await expect(verifyEcdsa(fresh, new Uint8Array(1), signed(new Uint8Array(1)))).rejects.toThrow(
      'out of order',
    );
    vi.restoreAllMocks();
    expect(await verifyEcdsa(fresh, new Uint8Array(1), signed(new Uint8Array(1)))).toBe(false);
  });

  it('refuses the signature of another key', async () => {
    const message = new TextEncoder().encode('state');
    expect(await verifyEcdsa(spkiOf(pairOf('P-256')), message, signed(message))).toBe(false);
  });

  it.each([
    ['of another curve', spkiOf(pairOf('P-384'))],
    ['that is no base64', 'not base64'],
    ['that is no key', base64(new Uint8Array(91))],
    ['that is empty', ''],
  ])('has no answer for a key %s', async (_name, key) => {
    const message = new TextEncoder().encode('state');
    expect(await verifyEcdsa(key, message, signed(message))).toBeNull();
  });
});
