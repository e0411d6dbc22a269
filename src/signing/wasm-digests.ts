/**
 * Digests of short messages, and their HMACs (RFC 2104), by a module of WebAssembly (`digests.wasm`, whose source is build/wasm/digest-module.ts).
 * node:crypto makes a stream for each digest, which in workerd costs more than a digest of a few hundred bytes (docs/speed.md); of long messages
 * it is faster. The module decodes long values of forms as well, which loops of JavaScript take three times as long for.
 */
import { Buffer } from 'node:buffer';
import type { Signable } from './bytes.ts';

type WasmAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** A key worked into the states with which the inner and the outer digest begin. */
export interface ReadyKey {
  readonly inner: Int32Array;
  readonly outer: Int32Array;
}

/** Works the blocks from one address to another into the state. */
type Mix = (state: number, from: number, to: number) => void;

interface Algorithm {
  /** The state before the first block: 32 bits each, of a word of 64 the lower ones first. */
  readonly start: Int32Array;
  /** Bytes of a block. */
  readonly block: 64 | 128;
  /** Bytes of the digest. */
  readonly size: number;
  /** The longest message that is digested here in less time than by node:crypto: bytes, or units of a text. */
  readonly longest: number;
  /** Words are written with their lowest byte first. */
  readonly lowFirst: boolean;
  readonly mix: Mix;
  /** Where a digest is until the next one: making room for each takes as long as two blocks. */
  readonly result: Uint8Array;
}

const SHA1_START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/** Each word's lower half, and its upper one. */
const SHA512_START = [
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a, 0xade682d1,
  0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
];
const SHA384_START = [
  0xc1059ed8, 0xcbbb9d5d, 0x367cd507, 0x629a292a, 0x3070dd17, 0x9159015a, 0xf70e5939, 0x152fecd8, 0xffc00b31,
  0x67332667, 0x68581511, 0x8eb44a87, 0x64f98fa7, 0xdb0c2e0d, 0xbefa4fa4, 0x47b5481d,
];

/** Addresses in the memory: of a digest, of what is made of a block, of the state, and of the message. What lies before are constants. */
const [RESULT, SCHEDULE, STATE, MESSAGE] = [960, 1024, 1664, 1728] as const;

const encoder = new TextEncoder();

/** The functions and the memory of an instance of the module. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly md5: Mix;
  readonly sha1: Mix;
  readonly sha256: Mix;
  readonly sha512: Mix;
  /** Decodes the text from one address to another to a third one, and writes at a fourth one where that ends, or -1. */
  readonly percentDecode: (from: number, to: number, target: number, result: number) => void;
}

/** The address of what is percent-decoded, and the longest text of which that is done here. */
const [DECODED, LONGEST_ENCODED] = [1 << 15, 30_000] as const;

export class WasmDigests {
  readonly #bytes: Uint8Array;
  /** Where messages are. */
  readonly #room: Uint8Array;
  readonly #words: Int32Array;
  readonly #numbers: DataView;
  readonly #buffer: Buffer;
  readonly #percentDecode: Exports['percentDecode'];
  readonly #algorithms: Readonly<Record<WasmAlgorithm, Algorithm>>;

  constructor(module: WebAssembly.Module) {
    const { memory, md5, sha1, sha256, sha512, percentDecode } = new WebAssembly.Instance(module, {})
      .exports as unknown as Exports;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#room = this.#bytes.subarray(MESSAGE);
    this.#words = new Int32Array(memory.buffer, STATE);
    this.#numbers = new DataView(memory.buffer);
    this.#buffer = Buffer.from(memory.buffer);
    this.#percentDecode = percentDecode;
    const algorithm = (
      start: readonly number[],
      size: number,
      mix: Mix,
      longest: number,
      block: 64 | 128 = 64,
    ): Algorithm => ({
      start: Int32Array.from(start),
      size,
      mix,
      longest,
      block,
      lowFirst: mix === md5,
      result: new Uint8Array(memory.buffer, RESULT, size),
    });
    // SHA-256 begins with the upper halves of SHA-512's words.
    const upper = SHA512_START.filter((_, place) => place % 2 === 1);
    this.#algorithms = {
      // MD5 begins with the first four words, and reads no fifth.
      md5: algorithm(SHA1_START, 16, md5, 2048),
      sha1: algorithm(SHA1_START, 20, sha1, 1280),
      sha256: algorithm(upper, 32, sha256, 1408),
      sha384: algorithm(SHA384_START, 48, sha512, 2048, 128),
      sha512: algorithm(SHA512_START, 64, sha512, 2048, 128),
    };
  }

  /** Whether it digests a message. @param name as node:crypto has it. */
  takes(name: string, message: Signable): name is WasmAlgorithm {
    return (
      Object.hasOwn(this.#algorithms, name) &&
      message.length <= this.#algorithms[name as WasmAlgorithm].longest
    );
  }

  /** The digest of a message. It is in the memory only until the next one. */
  digest(name: WasmAlgorithm, message: Signable): Uint8Array {
    const algorithm = this.#algorithms[name];
    this.#forget(this.#finish(algorithm, algorithm.start, this.#put(message), 0, RESULT));
    return algorithm.result;
  }

  /** Makes a key ready, which takes as long as two blocks of a message. */
  ready(name: WasmAlgorithm, key: Uint8Array): ReadyKey {
    const algorithm = this.#algorithms[name];
    const { block, start, mix } = algorithm;
    const short = key.length > block ? this.kept(this.digest(name, key)) : key;
    const stateWith = (mask: number) => {
      this.#words.set(start);
      this.#bytes.set(short, MESSAGE);
      for (let i = MESSAGE; i < MESSAGE + block; i++) this.#bytes[i] = (this.#bytes[i] as number) ^ mask;
      mix(STATE, MESSAGE, MESSAGE + block);
      const state = this.#words.slice(0, start.length);
      this.#forget(MESSAGE + block);
      return state;
    };
    return { inner: stateWith(0x36), outer: stateWith(0x5c) };
  }

  /** The HMAC of a message. It is in the memory only until the next digest. */
  hmac(name: WasmAlgorithm, { inner, outer }: ReadyKey, message: Signable): Uint8Array {
    const algorithm = this.#algorithms[name];
    const { size, block, result } = algorithm;
    const end = this.#finish(algorithm, inner, this.#put(message), block, MESSAGE);
    this.#forget(Math.max(end, this.#finish(algorithm, outer, size, block, RESULT)));
    return result;
  }

  /** Whether there is room to percent-decode a text. */
  hasRoomFor(text: string): boolean {
    return text.length <= LONGEST_ENCODED;
  }

  /**
   * The octets of a percent-encoded text; null where no two hexadecimal digits stand behind a percent sign.
   * @param text ASCII, for which there is room.
   */
  percentDecoded(text: string): string | null {
    // Behind it are zeros, as everywhere where nothing is.
    const end = MESSAGE + encoder.encodeInto(text, this.#room).written;
    this.#percentDecode(MESSAGE, end, DECODED, STATE);
    const decodedEnd = this.#words[0] as number;
    const decoded = decodedEnd === -1 ? null : this.#buffer.toString('latin1', DECODED, decodedEnd);
    this.#forget(end);
    this.#bytes.fill(0, DECODED, DECODED + text.length + 16);
    return decoded;
  }

  /** A digest to keep: it may be a key, and leaves nothing in the memory. */
  kept(result: Uint8Array): Uint8Array {
    const bytes = result.slice();
    result.fill(0);
    return bytes;
  }

  /** Puts a message into the memory; how many bytes it has. */
  #put(message: Signable): number {
    if (typeof message === 'string') return encoder.encodeInto(message, this.#room).written;
    this.#bytes.set(message, MESSAGE);
    return message.length;
  }

  /**
   * Works the message that is in the memory into a state, with its ending, and writes the digest; the address behind the ending.
   * @param before how many bytes were worked into the state already.
   * @param to the address of the digest.
   */
  #finish(
    { size, block, lowFirst, mix }: Algorithm,
    state: Int32Array,
    length: number,
    before: number,
    to: number,
  ): number {
    const bytes = this.#bytes;
    // A byte for the beginning of the ending, and eight or sixteen for the length.
    const end = MESSAGE + ((length + 1 + block / 8 + block - 1) & -block);
    bytes.fill(0, MESSAGE + length, end);
    bytes[MESSAGE + length] = 0x80;
    this.#numbers.setUint32(lowFirst ? end - 8 : end - 4, 8 * (before + length), lowFirst);
    const words = this.#words;
    for (let i = 0; i < state.length; i++) words[i] = state[i] as number;
    mix(STATE, MESSAGE, end);
    // Of a word of 64 bits the upper half comes first.
    const turn = block === 128 ? 1 : 0;
    for (let i = 0; i < size / 4; i++)
      this.#numbers.setInt32(to + 4 * i, words[i ^ turn] as number, lowFirst);
    return end;
  }

  /** Keys and secrets were in it, or what one could make them of. A key is made ready where zeros are. */
  #forget(end: number): void {
    this.#bytes.fill(0, SCHEDULE, end);
  }
}

let made: WasmDigests | null = null;

/** Has short messages digested here from now on: called once, where a Worker begins (workerd.ts). */
export function useWasmDigests(module: WebAssembly.Module): void {
  made = new WasmDigests(module);
}

/** What digests short messages; null outside of the Workers, where node:crypto does that too, and is fast. */
export function wasmDigests(): WasmDigests | null {
  return made;
}
