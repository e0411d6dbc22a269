/**
 * Merkle trees as RFC 9162 (and RFC 6962) has them, over SHA-256: a leaf is hashed with a zero byte before it, a node with a one, so that
 * neither passes for the other. A large tree is made in two steps, so that its leaves are never all in memory. They are cut into chunks, each
 * of the same power of two. The root of a chunk is a node of the whole tree; the tree over these roots is its upper part.
 */
import { concat, equalBytes, utf8 } from './bytes.ts';
import { digests } from './digests.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of a leaf: of a text in UTF-8. */
export function leafHash(text: string): Uint8Array {
  return digests.sha256(concat([LEAF, utf8(text)]));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return digests.sha256(concat([NODE, left, right]));
}

/** Where a tree of so many parts: the largest power of two below their number. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The root over hashes of leaves, or over roots of whole chunks; of none: the hash of nothing. */
export function merkleRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (!first) return digests.sha256(new Uint8Array());
  if (hashes.length === 1) return first;
  const split = splitOf(hashes.length);
  return nodeHash(merkleRoot(hashes.slice(0, split)), merkleRoot(hashes.slice(split)));
}

/** The hashes beside the way from one of the hashes to the root, from below. */
export function merklePath(hashes: readonly Uint8Array[], position: number): Uint8Array[] {
  if (hashes.length <= 1) return [];
  const split = splitOf(hashes.length);
  const isLeft = position < split;
  const [own, other] = isLeft
    ? [hashes.slice(0, split), hashes.slice(split)]
    : [hashes.slice(split), hashes.slice(0, split)];
  return [...merklePath(own, isLeft ? position : position - split), merkleRoot(other)];
}

/**
 * Whether a leaf stands at a position of a tree with this size and root (RFC 9162, 2.1.3.2).
 * @param leaf its hash.
 */
export function isInTree(
  leaf: Uint8Array,
  position: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(position) || position < 0 || position >= size) return false;
  let [index, last, hash] = [position, size - 1, leaf];
  for (const beside of path) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(beside, hash);
      while (index % 2 === 0 && index !== 0) [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
    } else hash = nodeHash(hash, beside);
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(root, hash);
}
