/** Merkle trees against the test vectors of Certificate Transparency's own implementation (RFC 6962), and against every wrong path. */
import { describe, expect, it } from 'vitest';
import { fromHex, hex } from '../../src/signing/bytes.ts';
import { digests } from '../../src/signing/digests.ts';
import { isInTree, leafHash, merklePath, merkleRoot } from '../../src/signing/merkle.ts';

const bytes = (digits: string) => fromHex(digits) ?? new Uint8Array();

/** The leaves of the vectors. Those that are no text in UTF-8 are hashed here, with the zero byte before them. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const HASHES = LEAVES.map((leaf) => digests.sha256(bytes(`00${leaf}`)));

/** The roots of the first one, two, three ... leaves. */
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('a Merkle tree', () => {
  it.each(ROOTS.map((root, index) => [index + 1, root] as const))(
    'of %i leaves has the published root',
    (size, root) => {
      expect(hex(merkleRoot(HASHES.slice(0, size)))).toBe(root);
    },
  );

  it('of nothing is the hash of nothing, and a leaf is hashed with a zero byte before it', () => {
    expect(hex(merkleRoot([]))).toBe(hex(digests.sha256(new Uint8Array())));
    expect(hex(leafHash(' !'))).toBe(hex(HASHES[3] ?? new Uint8Array()));
  });

  it('over chunks of a power of two is the tree over the leaves', () => {
    const chunks = [HASHES.slice(0, 4), HASHES.slice(4, 7)];
    expect(hex(merkleRoot(chunks.map(merkleRoot)))).toBe(ROOTS[6]);
  });
});

describe('a path', () => {
  const cases = ROOTS.flatMap((root, index) =>
    Array.from({ length: index + 1 }, (_, position) => [position, index + 1, bytes(root)] as const),
  );

  it('leads from each leaf of each tree to its root', () => {
    for (const [position, size, root] of cases) {
      const path = merklePath(HASHES.slice(0, size), position);
      expect(isInTree(HASHES[position] ?? root, position, size, path, root), `${position} of ${size}`).toBe(
        true,
      );
    }
  });

  it('leads from no other leaf, position, size, path or root', () => {
    for (const [position, size, root] of cases) {
      const path = merklePath(HASHES.slice(0, size), position);
      const leaf = HASHES[position] ?? root;
      const isIn = (changes: {
        leaf?: Uint8Array;
        position?: number;
        path?: readonly Uint8Array[];
        root?: Uint8Array;
      }) => {
        const asked = { leaf, position, path, root, ...changes };
        return isInTree(asked.leaf, asked.position, size, asked.path, asked.root);
      };
      const where = `${position} of ${size}`;
      expect(isIn({ leaf: digests.sha256(leaf) }), where).toBe(false);
      expect(isIn({ root: digests.sha256(root) }), where).toBe(false);
      expect(isIn({ path: [...path, leaf] }), where).toBe(false);
      expect(isIn({ path: path.map((hash) => digests.sha256(hash)) }), where).toBe(path.length === 0);
      if (path.length > 0) expect(isIn({ path: path.slice(1) }), where).toBe(false);
      if (path.length > 0) expect(isIn({ path: path.slice(0, -1) }), where).toBe(false);
      for (let other = 0; other < size; other++)
        expect(isIn({ position: other }), `${where} at ${other}`).toBe(other === position);
      for (const none of [-1, size, size + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
        expect(isIn({ position: none }), `${where} at ${none}`).toBe(false);
    }
  });

  it('leads no further than to the root: a tree that is smaller than its root says has no such leaf', () => {
    const [first, second] = HASHES as [Uint8Array, Uint8Array];
    // The root of two is the hash of what a path of a tree of one leaf would join.
    expect(isInTree(second, 0, 1, [first], bytes(ROOTS[1] ?? ''))).toBe(false);
  });

  it('leads nowhere in a tree of nothing', () => {
    expect(isInTree(HASHES[0] ?? new Uint8Array(), 0, 0, [], HASHES[0] ?? new Uint8Array())).toBe(false);
    expect(merklePath([], 0)).toEqual([]);
  });
});
