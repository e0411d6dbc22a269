/**
 * Digests and HMACs, and which engine computes what (docs/speed.md has the times):
 *
 * - node:crypto, built into workerd and Node, computes digests and HMACs, and DES (weak.ts), and verifies RSA (rsa.ts). It is
 *   synchronous, so a signature can be made inside one Durable Object turn without opening a gate; it is native code; it has MD5 and
 *   SHA-1 the same way; and it is nothing that the Worker carries.
 * - wasm-digests.ts is faster in workerd for nearly everything that is signed: for messages of up to a kilobyte. It is in the Workers that import
 *   workerd.ts; anywhere else node:crypto makes these digests too, and there it is fast.
 * - WebCrypto signs with RSA (rsa.ts), and does ECDSA (ecdsa.ts), Ed25519 (ed25519.ts) and AES-GCM (directory/vault.ts).
 */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { base64, hex, type Signable, signedBytes, utf8 } from './bytes.ts';
import { kept } from './kept.ts';
import { type ReadyKey, wasmDigests } from './wasm-digests.ts';

/** The same bytes without what a Buffer adds to them. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** What node:crypto is given. A text as it is takes it less time in Node than bytes that are made of it first; in workerd it takes longer. */
function forNodeCrypto(message: Signable): Signable {
  return wasmDigests() ? signedBytes(message) : message;
}

/** An unkeyed digest. */
export interface Digest {
  (message: Signable): Uint8Array;
  /** In lower-case hexadecimal: both engines write that faster than they hand out bytes. */
  hex(message: Signable): string;
}

/** The digest that node:crypto has under a name. */
export function digestNamed(name: string): Digest {
  const digest = (message: Signable) => {
    const wasm = wasmDigests();
    return wasm?.takes(name, message)
      ? wasm.kept(wasm.digest(name, message))
      : plain(createHash(name).update(forNodeCrypto(message)).digest());
  };
  return Object.assign(digest, {
    hex: (message: Signable) => {
      const wasm = wasmDigests();
      return wasm?.takes(name, message)
        ? hex(wasm.digest(name, message))
        : createHash(name).update(forNodeCrypto(message)).digest('hex');
    },
  });
}

/** SHA-2 (FIPS 180-4). SHA-1 and MD5 live in weak.ts, whose name says what they are. */
export const digests = {
  sha224: digestNamed('sha224'),
  sha256: digestNamed('sha256'),
  sha384: digestNamed('sha384'),
  sha512: digestNamed('sha512'),
};

export type MacAlgorithm = 'md5' | 'sha1' | keyof typeof digests;

/** How a tag is written. */
type Spelling = 'hex' | 'base64';

function spelled(tag: Uint8Array, spelling: Spelling): string {
  return spelling === 'hex' ? hex(tag) : base64(tag);
}

/** No key of a protocol is longer; node:crypto takes any. */
const LONGEST_KEY = 1024;

/**
 * HMAC (RFC 2104) by one key, which is made ready once: an account has its key for years.
 * @param key its bytes are not to be changed.
 * @returns the tag of a message as text.
 */
export function hmacBy(
  algorithm: MacAlgorithm,
  key: Uint8Array,
): (message: Signable, spelling: Spelling) => string {
  let ready: ReadyKey | null = null;
  let nodeKey: KeyObject | null = null;
  return (message, spelling) => {
    const wasm = wasmDigests();
    if (wasm?.takes(algorithm, message) && key.length <= LONGEST_KEY) {
      ready ??= wasm.ready(algorithm, key);
      return spelled(wasm.hmac(algorithm, ready, message), spelling);
    }
    nodeKey ??= createSecretKey(key);
    return createHmac(algorithm, nodeKey).update(forNodeCrypto(message)).digest(spelling);
  };
}

/** By the algorithm, for keys that are texts. */
const ofTexts = new Map<MacAlgorithm, (key: string) => ReturnType<typeof hmacBy>>();

/**
 * The HMAC of a message as text.
 * @param key its bytes are those of UTF-8.
 */
export function hmacText(
  algorithm: MacAlgorithm,
  key: string,
  message: Signable,
  spelling: Spelling,
): string {
  let keys = ofTexts.get(algorithm);
  if (!keys) {
    keys = kept((text) => hmacBy(algorithm, utf8(text)));
    ofTexts.set(algorithm, keys);
  }
  return keys(key)(message, spelling);
}

/** The raw bytes of an HMAC, by a key that is used once or seldom. */
export function hmacOf(algorithm: MacAlgorithm, key: Uint8Array | string, message: Signable): Uint8Array {
  const bytes = signedBytes(key);
  const wasm = wasmDigests();
  return wasm?.takes(algorithm, message) && bytes.length <= LONGEST_KEY
    ? wasm.kept(wasm.hmac(algorithm, wasm.ready(algorithm, bytes), message))
    : plain(createHmac(algorithm, bytes).update(forNodeCrypto(message)).digest());
}
