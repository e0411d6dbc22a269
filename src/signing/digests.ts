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
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { base64, hex, utf8 } from './bytes.ts';
import { kept } from './kept.ts';
import { type ReadyKey, type WasmAlgorithm, type WasmDigests, wasmDigests } from './wasm-digests.ts';

/** The same bytes without what a Buffer adds to them. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** An unkeyed digest of some bytes. */
export interface Digest {
  (message: Uint8Array): Uint8Array;
  /** In lower-case hexadecimal: node:crypto writes that faster than it hands out bytes. */
  hex(message: Uint8Array): string;
}

/** The digest that node:crypto has under a name. */
export function digestNamed(name: string): Digest {
  const digest = (message: Uint8Array) => {
    const wasm = wasmDigests();
    return wasm?.takes(name, message)
      ? wasm.digest(name, message)
      : plain(createHash(name).update(message).digest());
  };
  return Object.assign(digest, {
    hex: (message: Uint8Array) => {
      const wasm = wasmDigests();
      return wasm?.takes(name, message)
        ? hex(wasm.digest(name, message))
        : createHash(name).update(message).digest('hex');
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

/** A text as a key: its bytes in UTF-8. Made ready once, it is taken in two thirds of the time (workerd), or a fifth of that for bytes (Node). */
const readyKey = kept((text) => createSecretKey(text, 'utf8'));

/** The same for wasm-digests.ts, by the algorithm. */
const wasmKeys = new Map<string, (key: string) => ReadyKey>();

function wasmKey(engine: WasmDigests, algorithm: WasmAlgorithm, key: string): ReadyKey {
  let keys = wasmKeys.get(algorithm);
  if (!keys) {
    keys = kept((text) => engine.ready(algorithm, utf8(text)));
    wasmKeys.set(algorithm, keys);
  }
  return keys(key);
}

/** The HMAC by node:crypto. */
function nodeHmac(algorithm: MacAlgorithm, key: Uint8Array | string, message: Uint8Array) {
  const isText = typeof key === 'string' && key !== '';
  return createHmac(algorithm, isText ? readyKey(key) : key).update(message);
}

/** The HMAC by WebAssembly; null where that does not make it. */
function wasmHmac(algorithm: MacAlgorithm, key: Uint8Array | string, message: Uint8Array): Uint8Array | null {
  const wasm = wasmDigests();
  if (!wasm?.takes(algorithm, message)) return null;
  const ready = typeof key === 'string' ? wasmKey(wasm, algorithm, key) : wasm.ready(algorithm, key);
  return wasm.hmac(algorithm, ready, message);
}

/**
 * HMAC (RFC 2104) of a message; the raw bytes of the tag.
 * @param key a text is its bytes in UTF-8.
 */
export function hmacOf(algorithm: MacAlgorithm, key: Uint8Array | string, message: Uint8Array): Uint8Array {
  return wasmHmac(algorithm, key, message) ?? plain(nodeHmac(algorithm, key, message).digest());
}

/** The same as text. */
export function hmacText(
  algorithm: MacAlgorithm,
  key: Uint8Array | string,
  message: Uint8Array,
  spelling: 'hex' | 'base64',
): string {
  const mac = wasmHmac(algorithm, key, message);
  if (mac === null) return nodeHmac(algorithm, key, message).digest(spelling);
  return spelling === 'hex' ? hex(mac) : base64(mac);
}
