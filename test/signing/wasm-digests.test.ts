/** Digests by WebAssembly: that the Worker has them and uses them, the values that their standards publish, and what stays in the memory. */
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hex, utf8 } from '../../src/signing/bytes.ts';
import { hmacBy, hmacOf, hmacText, digests as sha2 } from '../../src/signing/digests.ts';
import module from '../../src/signing/digests.wasm';
import { parseForm } from '../../src/signing/form.ts';
import { WasmDigests, wasmDigests } from '../../src/signing/wasm-digests.ts';

const digests = wasmDigests() as WasmDigests;

/** Of "abc": RFC 1321 A.5, FIPS 180-4's examples. */
const OF_ABC = {
  md5: '900150983cd24fb0d6963f7d28e17f72',
  sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha384: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
} as const;

/** Of "what do ya want for nothing?" with the key "Jefe": RFC 2202 and RFC 4231, test case 2. */
const OF_JEFE = {
  md5: '750c783e6ab0b503eaa86e310a5db738',
  sha1: 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
  sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  sha384: 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  sha512:
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
} as const;

/** Bytes of a message up to which they take less time than node:crypto (docs/speed.md). */
const LONGEST = { md5: 2048, sha1: 1280, sha256: 1408, sha384: 2048, sha512: 2048 };

const names = Object.keys(OF_ABC) as (keyof typeof OF_ABC)[];

describe('the Worker’s own digests', () => {
  it('are there, and take what is short', () => {
    expect(digests).toBeInstanceOf(WasmDigests);
    // Its memory has room for far more, also where each unit of a text has three bytes.
    for (const [name, longest] of Object.entries(LONGEST)) {
      expect(digests.takes(name, new Uint8Array(longest)), name).toBe(true);
      expect(digests.takes(name, 'x'.repeat(longest)), name).toBe(true);
      expect(digests.takes(name, 'x'.repeat(longest + 1)), name).toBe(false);
    }
    expect(digests.takes('sha224', new Uint8Array(1))).toBe(false);
    expect(digests.takes('toString', new Uint8Array(1))).toBe(false);
    expect(digests.hasRoomFor('x'.repeat(30_000))).toBe(true);
    expect(digests.hasRoomFor('x'.repeat(30_001))).toBe(false);
  });

  it.each(names)('have the published values of %s', (name) => {
    expect(hex(digests.digest(name, utf8('abc')))).toBe(OF_ABC[name]);
    const key = digests.ready(name, utf8('Jefe'));
    expect(hex(digests.hmac(name, key, utf8('what do ya want for nothing?')))).toBe(OF_JEFE[name]);
  });

  it.each(names)('leave nothing of a key or message of %s in the memory', (name) => {
    let memory: WebAssembly.Memory | undefined;
    const { Instance } = WebAssembly;
    // The one place that sees the memory: the instance that is made here.
    class Watched extends Instance {
      constructor(...args: ConstructorParameters<typeof Instance>) {
        super(...args);
        memory = this.exports.memory as WebAssembly.Memory;
      }
    }
    WebAssembly.Instance = Watched;
    try {
      const own = new WasmDigests(module);
      const clean = new Uint8Array(memory?.buffer ?? new ArrayBuffer()).slice();
      expect(clean.length).toBe(64 * 1024);
      // The last digest itself stays: it is what goes out, or is compared with what came.
      const isClean = (but: readonly [number, number] = [0, 0]) =>
        new Uint8Array(memory?.buffer ?? new ArrayBuffer()).every(
          (byte, at) => byte === clean[at] || (at >= but[0] && at < but[1]),
        );
      const placeOf = ({ byteOffset, length }: Uint8Array) => [byteOffset, byteOffset + length] as const;
      for (const length of [0, 1, 63, 64, 127, 128, 129, 1024]) {
        const message = new Uint8Array(length).fill(0xaa);
        expect(isClean(placeOf(own.digest(name, message))), `digest of ${length}`).toBe(true);
        own.kept(own.digest(name, message));
        expect(isClean(), `kept digest of ${length}`).toBe(true);
        const key = own.ready(name, message.subarray(0, 300));
        expect(isClean(), `key of ${length}`).toBe(true);
        expect(isClean(placeOf(own.hmac(name, key, message))), `HMAC of ${length}`).toBe(true);
      }
      own.kept(own.digest(name, ''));
      for (const text of ['%41%4', '%aa'.repeat(10_000), 'a'.repeat(30_000)]) {
        own.percentDecoded(text);
        expect(isClean(), `decoded: ${text.slice(0, 6)}`).toBe(true);
      }
    } finally {
      WebAssembly.Instance = Instance;
    }
  });
});

describe('what is received in the Worker', () => {
  it.each([
    ['a long value', `a=${'%41'.repeat(86)}`, 1],
    ['a short one, which a loop decodes sooner', `a=${'%41'.repeat(85)}`, 0],
    ['one that is not ASCII', `a=\u00e9${'%41'.repeat(86)}`, 0],
    ['one for which there is no room', `a=${'%41'.repeat(10_001)}`, 0],
    ['what has nothing to decode', `a=${'a'.repeat(300)}`, 0],
  ])('is decoded there: %s', (_, form, times) => {
    const spy = vi.spyOn(WasmDigests.prototype, 'percentDecoded');
    parseForm(utf8(form));
    expect(spy.mock.calls.length).toBe(times);
    spy.mockRestore();
  });
});

describe('what is signed in the Worker', () => {
  afterEach(() => vi.restoreAllMocks());

  /** How often something is computed by WebAssembly while some work is done. */
  function computed(what: 'digest' | 'hmac' | 'ready', work: () => unknown): number {
    const spy = vi.spyOn(WasmDigests.prototype, what);
    work();
    const { length } = spy.mock.calls;
    spy.mockRestore();
    return length;
  }

  it('is digested there when it is short, and by node:crypto when it is long', () => {
    for (const digest of [sha2.sha256, sha2.sha256.hex]) {
      expect(computed('digest', () => digest('abc'))).toBe(1);
      expect(computed('digest', () => digest('a'.repeat(1409)))).toBe(0);
    }
  });

  it.each([
    ['hmacOf', (key: Uint8Array, message: string) => hex(hmacOf('sha256', key, message))],
    ['hmacBy', (key: Uint8Array, message: string) => hmacBy('sha256', key)(message, 'hex')],
  ] as const)(
    'has its HMAC from there under keys of up to a kilobyte, and under longer ones by node:crypto: %s',
    (_, tagOf) => {
      const long = 'a'.repeat(1409);
      for (const [length, message, times] of [
        [0, 'abc', 1],
        [64, 'abc', 1],
        [1024, 'abc', 1],
        [1025, 'abc', 0],
        // It has no room in the memory of the module.
        [100_000, 'abc', 0],
        [0, long, 0],
        [64, long, 0],
      ] as const) {
        const key = new Uint8Array(length).fill(7);
        expect(
          computed('hmac', () => tagOf(key, message)),
          `${length}`,
        ).toBe(times);
        expect(tagOf(key, message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
      }
    },
  );

  it('has its key made ready once', () => {
    const tag = hmacBy('sha256', utf8('a key'));
    const three = (work: (message: string) => unknown) => () => ['1', '2', '3'].map(work);
    expect(
      computed(
        'ready',
        three((message) => tag(message, 'hex')),
      ),
    ).toBe(1);
    const byText = (key: string) => three((message) => hmacText('sha512', key, message, 'base64'));
    expect(computed('ready', byText('a text for a key'))).toBe(1);
    expect(computed('ready', byText('another'))).toBe(1);
    expect(computed('ready', byText('a text for a key'))).toBe(0);
  });
});
