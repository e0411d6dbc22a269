/**
 * MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4) of short messages, and their HMACs (RFC 2104). node:crypto makes a stream for each digest,
 * which in workerd costs more than a digest of a few hundred bytes (docs/speed.md); of longer messages it is faster.
 */

type ShortAlgorithm = 'md5' | 'sha1' | 'sha256';

/** The longest message, in bytes, that is digested here in less time than by node:crypto. */
const LONGEST = 512;

/** Whether a digest of a message is made here. @param name as node:crypto has it. */
export function isShortDigest(name: string, message: Uint8Array): name is ShortAlgorithm {
  return message.length <= LONGEST && Object.hasOwn(ALGORITHMS, name);
}

/** All of them take blocks of 64 bytes. */
const BLOCK = 64;
/** What ends a message needs a byte for its beginning, and eight for the length. */
const ENDING = 9;

interface Algorithm {
  /** The state before the first block. */
  readonly start: Int32Array;
  /** Words are written with their lowest byte first. */
  readonly lowFirst: boolean;
  /** Works a block into a state. */
  readonly mix: (state: Int32Array, bytes: Uint8Array, at: number) => void;
}

// --- The numbers of the standards -------------------------------------------------------------------------

/** The first 32 bits behind the point. */
function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) | 0;
}

/** Of a root of each of the first primes. */
function rootsOfPrimes(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let next = 2; primes.length < count; next++)
    if (primes.every((prime) => next % prime !== 0)) primes.push(next);
  return Int32Array.from(primes, (prime) => fraction(root(prime)));
}

const MD5_SINES = /* @__PURE__ */ Int32Array.from({ length: 64 }, (_, round) =>
  fraction(Math.abs(Math.sin(round + 1))),
);
/** How far each of the four kinds of rounds rotates, by turns. */
const MD5_TURNS = /* @__PURE__ */ Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
const SHA256_ROOTS = /* @__PURE__ */ rootsOfPrimes(64, Math.cbrt);

// --- The rounds -------------------------------------------------------------------------------------------

/** The words of a block, and what is made of them. A block is over before another one begins. */
const words = /* @__PURE__ */ new Int32Array(80);

function turned(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function readBlock(bytes: Uint8Array, at: number): void {
  for (let i = 0, from = at; i < 16; i++, from += 4)
    words[i] =
      ((bytes[from] as number) << 24) |
      ((bytes[from + 1] as number) << 16) |
      ((bytes[from + 2] as number) << 8) |
      (bytes[from + 3] as number);
}

function mixMd5(state: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0, from = at; i < 16; i++, from += 4)
    words[i] =
      (bytes[from] as number) |
      ((bytes[from + 1] as number) << 8) |
      ((bytes[from + 2] as number) << 16) |
      ((bytes[from + 3] as number) << 24);
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let round = 0; round < 64; round++) {
    let mixed = 0;
    let place = round;
    if (round < 16) mixed = (b & c) | (~b & d);
    else if (round < 32) {
      mixed = (d & b) | (~d & c);
      place = (5 * round + 1) & 15;
    } else if (round < 48) {
      mixed = b ^ c ^ d;
      place = (3 * round + 5) & 15;
    } else {
      mixed = c ^ (b | ~d);
      place = (7 * round) & 15;
    }
    const sum = (a + mixed + (MD5_SINES[round] as number) + (words[place] as number)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + turned(sum, MD5_TURNS[((round >> 4) << 2) | (round & 3)] as number)) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

function mixSha1(state: Int32Array, bytes: Uint8Array, at: number): void {
  readBlock(bytes, at);
  for (let i = 16; i < 80; i++) {
    const before = (words[i - 3] as number) ^ (words[i - 8] as number);
    words[i] = turned(before ^ (words[i - 14] as number) ^ (words[i - 16] as number), 1);
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  for (let round = 0; round < 80; round++) {
    let mixed = 0;
    if (round < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (round < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (round < 60) mixed = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const sum = (turned(a, 5) + mixed + e + (words[round] as number)) | 0;
    e = d;
    d = c;
    c = turned(b, 30);
    b = a;
    a = sum;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
}

function mixSha256(state: Int32Array, bytes: Uint8Array, at: number): void {
  readBlock(bytes, at);
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15] as number;
    const late = words[i - 2] as number;
    words[i] =
      (words[i - 16] as number) +
      (words[i - 7] as number) +
      (turned(early, 25) ^ turned(early, 14) ^ (early >>> 3)) +
      (turned(late, 15) ^ turned(late, 13) ^ (late >>> 10));
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let round = 0; round < 64; round++) {
    const chosen = g ^ (e & (f ^ g));
    const numbers = (SHA256_ROOTS[round] as number) + (words[round] as number);
    const lower = (h + (turned(e, 26) ^ turned(e, 21) ^ turned(e, 7)) + chosen + numbers) | 0;
    const upper = (turned(a, 30) ^ turned(a, 19) ^ turned(a, 10)) + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = (d + lower) | 0;
    d = c;
    c = b;
    b = a;
    a = (lower + upper) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

const SHA1_START = /* @__PURE__ */ Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

const ALGORITHMS: Readonly<Record<ShortAlgorithm, Algorithm>> = {
  md5: { start: /* @__PURE__ */ SHA1_START.subarray(0, 4), lowFirst: true, mix: mixMd5 },
  sha1: { start: SHA1_START, lowFirst: false, mix: mixSha1 },
  sha256: { start: /* @__PURE__ */ rootsOfPrimes(8, Math.sqrt), lowFirst: false, mix: mixSha256 },
};

// --- Digests and HMACs ------------------------------------------------------------------------------------

/** The last block of a message, or the last two; the first one of an HMAC. */
const ending = /* @__PURE__ */ new Uint8Array(2 * BLOCK);

/** @param before how many bytes of the message are in the state already. */
function finished(
  { mix, lowFirst }: Algorithm,
  state: Int32Array,
  message: Uint8Array,
  before: number,
): Uint8Array {
  let at = 0;
  for (; at + BLOCK <= message.length; at += BLOCK) mix(state, message, at);
  const left = message.length - at;
  for (let i = 0; i < left; i++) ending[i] = message[at + i] as number;
  const size = left + ENDING > BLOCK ? 2 * BLOCK : BLOCK;
  ending[left] = 0x80;
  for (let i = left + 1; i < size; i++) ending[i] = 0;
  const bits = 8 * (before + message.length);
  // No short message has more bits than three bytes hold.
  for (let i = 0; i < 3; i++) ending[lowFirst ? size - 8 + i : size - 1 - i] = bits >>> (8 * i);
  for (let block = 0; block < size; block += BLOCK) mix(state, ending, block);
  const digest = new Uint8Array(4 * state.length);
  for (let i = 0; i < digest.length; i++)
    digest[i] = (state[i >> 2] as number) >>> (8 * (lowFirst ? i & 3 : 3 - (i & 3)));
  return digest;
}

/** The digest of a short message. */
export function shortDigest(name: ShortAlgorithm, message: Uint8Array): Uint8Array {
  const algorithm = ALGORITHMS[name];
  return finished(algorithm, algorithm.start.slice(), message, 0);
}

/** A key worked into the states with which the inner and the outer digest begin. */
interface ReadyKey {
  readonly inner: Int32Array;
  readonly outer: Int32Array;
}

/** Makes a key ready, which takes as long as two blocks of a message. */
export function readyShortKey(name: ShortAlgorithm, key: Uint8Array): ReadyKey {
  const { start, mix } = ALGORITHMS[name];
  const short = key.length > BLOCK ? shortDigest(name, key) : key;
  const stateWith = (mask: number) => {
    const state = start.slice();
    for (let i = 0; i < BLOCK; i++) ending[i] = mask ^ (i < short.length ? (short[i] as number) : 0);
    mix(state, ending, 0);
    return state;
  };
  return { inner: stateWith(0x36), outer: stateWith(0x5c) };
}

/** The HMAC of a short message. */
export function shortHmac(name: ShortAlgorithm, { inner, outer }: ReadyKey, message: Uint8Array): Uint8Array {
  const algorithm = ALGORITHMS[name];
  return finished(algorithm, outer.slice(), finished(algorithm, inner.slice(), message, BLOCK), BLOCK);
}
