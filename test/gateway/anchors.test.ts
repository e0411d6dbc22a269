/**
 * How an anchor is gathered and signed, and where a payment stands in it. The failures ruled out: a chunk after one that is not full, which
 * no way leads to; a run without an end; two anchors of a day; an anchor that no log is told of.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHUNK, type Chunk } from '../../src/directory/anchors.ts';
import { anchorProof, makeAnchor } from '../../src/gateway/anchors.ts';
import type { Service } from '../../src/gateway/service.ts';
import { type Anchor, type AnchorLeaf, anchorLeafText, anchorText } from '../../src/payments/anchors.ts';
import { fromHex, hex, utf8 } from '../../src/signing/bytes.ts';
import { digests } from '../../src/signing/digests.ts';
import { verifyEd25519 } from '../../src/signing/ed25519.ts';
import { isInTree, leafHash, merkleRoot } from '../../src/signing/merkle.ts';

const NOW = Date.parse('2026-11-26T23:50:00.000Z');

const leafOf = (index: number): AnchorLeaf => ({ payment: `P${index}`, seq: 3, hash: `hash ${index}` });
const leavesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => leafOf(first + index));
const rootOf = (leaves: readonly AnchorLeaf[]) =>
  hex(merkleRoot(leaves.map((leaf) => leafHash(anchorLeafText(leaf)))));

/** A chunk whose leaves nobody asks for. */
const full = (chunk: number): Chunk => ({ chunk, size: CHUNK, root: 'ab'.repeat(32) });

/** A directory that answers with these leaves, one page after the other, and has these chunks and anchors already. */
function gathering({
  pages = [],
  chunks = [],
  newest,
}: {
  readonly pages?: readonly (readonly AnchorLeaf[])[];
  readonly chunks?: readonly Chunk[];
  readonly newest?: Anchor;
}) {
  const added: { readonly anchor: number; readonly chunk: Chunk; readonly leaves: number }[] = [];
  const signed: Anchor[] = [];
  const waiting = [...pages];
  const anchors = {
    list: async () => (newest ? [newest] : []),
    chunks: async () => [...chunks],
    unanchored: async () => waiting.shift() ?? [],
    addChunk: async (anchor: number, chunk: Chunk, leaves: readonly AnchorLeaf[]) => {
      added.push({ anchor, chunk, leaves: leaves.length });
    },
    add: async (anchor: Anchor) => {
      signed.push(anchor);
    },
  };
  const service = {
    directory: { anchors },
    config: { anchorSeed: new Uint8Array(32) },
    now: () => NOW,
  } as unknown as Service;
  return { service, added, signed, waiting };
}

let told: unknown[];
beforeEach(() => {
  told = [];
  vi.spyOn(console, 'log').mockImplementation((...line) => void told.push(line));
});
afterEach(() => vi.restoreAllMocks());

describe('the anchor of a day', () => {
  it('is over what has changed, follows zeros as the first one, is signed, kept and told', async () => {
    const { service, added, signed } = gathering({ pages: [leavesFrom(0, 3)] });
    const anchor = await makeAnchor(service);
    expect(anchor).toEqual({
      number: 1,
      at: '2026-11-26T23:50:00.000Z',
      size: 3,
      root: rootOf(leavesFrom(0, 3)),
      previous: '0'.repeat(64),
      publicKey: expect.any(String),
      signature: expect.any(String),
    });
    expect(anchor && (await verifyEd25519(anchor, anchorText(anchor)))).toBe(true);
    expect(signed).toEqual([anchor]);
    expect(added).toEqual([
      { anchor: 1, chunk: { chunk: 0, size: 3, root: rootOf(leavesFrom(0, 3)) }, leaves: 3 },
    ]);
    expect(told).toEqual([[{ event: 'anchor.made', ...anchor }]]);
  });

  it('is made once on that day, and follows the one before on the next', async () => {
    const { signed } = gathering({});
    const newest = { ...(await makeAnchor(gathering({}).service)), number: 7 } as Anchor;
    const today = { ...newest, at: '2026-11-26T00:10:00.000Z' };
    expect(await makeAnchor(gathering({ newest: today, pages: [leavesFrom(0, 1)] }).service)).toBeNull();
    const before = { ...newest, at: '2026-11-25T23:59:59.999Z' };
    expect(await makeAnchor(gathering({ newest: before }).service)).toMatchObject({
      number: 8,
      size: 0,
      previous: hex(digests.sha256(utf8(anchorText(before)))),
    });
    expect(signed).toEqual([]);
  });

  it('has no chunk where nothing has changed', async () => {
    const { service, added, signed } = gathering({});
    expect(await makeAnchor(service)).toMatchObject({ size: 0, root: rootOf([]) });
    expect([added, signed.length]).toEqual([[], 1]);
  });

  it('ends with the chunk that is not full: what changes meanwhile is in the next one', async () => {
    const meanwhile = leavesFrom(5000, 1);
    const { service, added, waiting } = gathering({ pages: [leavesFrom(0, 3), meanwhile] });
    expect(await makeAnchor(service)).toMatchObject({ size: 3 });
    expect([added.length, waiting]).toEqual([1, [meanwhile]]);
    // So does a run that goes on after one that broke off just then.
    const again = gathering({
      chunks: [full(0), { chunk: 1, size: 3, root: 'cd'.repeat(32) }],
      pages: [meanwhile],
    });
    expect(await makeAnchor(again.service)).toMatchObject({ size: CHUNK + 3 });
    expect([again.added, again.waiting]).toEqual([[], [meanwhile]]);
  });

  it('goes on after chunks that are full, with the next number', async () => {
    const { service, added } = gathering({
      chunks: [full(0)],
      pages: [leavesFrom(0, CHUNK), leavesFrom(CHUNK, 5)],
    });
    expect(await makeAnchor(service)).toMatchObject({
      size: 2 * CHUNK + 5,
      root: hex(
        merkleRoot(
          [full(0).root, rootOf(leavesFrom(0, CHUNK)), rootOf(leavesFrom(CHUNK, 5))].map(
            (root) => fromHex(root) ?? new Uint8Array(),
          ),
        ),
      ),
    });
    expect(added.map(({ chunk, leaves }) => [chunk.chunk, chunk.size, leaves])).toEqual([
      [1, CHUNK, CHUNK],
      [2, 5, 5],
    ]);
  });

  it('is gathered 64 chunks a run, and signed by a later one', async () => {
    const page = leavesFrom(0, CHUNK);
    const { service, added, signed, waiting } = gathering({ pages: Array(66).fill(page) });
    expect(await makeAnchor(service)).toBeNull();
    expect([added.length, signed, waiting.length]).toEqual([64, [], 2]);
  });

  it('is signed with 2048 chunks, although there is more', async () => {
    const chunks = Array.from({ length: 2048 }, (_, chunk) => full(chunk));
    const whole = gathering({ chunks, pages: [leavesFrom(0, 1)] });
    expect(await makeAnchor(whole.service)).toMatchObject({ size: 2048 * CHUNK });
    expect(whole.added).toEqual([]);
    const nearly = gathering({
      chunks: chunks.slice(0, -1),
      pages: [leavesFrom(0, CHUNK), leavesFrom(0, 1)],
    });
    expect(await makeAnchor(nearly.service)).toMatchObject({ size: 2048 * CHUNK });
    expect(nearly.added).toHaveLength(1);
  });
});

describe('the way from a payment to an anchor', () => {
  const all = leavesFrom(0, 2 * CHUNK + 9);
  const chunkOf = (chunk: number) => all.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
  const anchor: Anchor = {
    number: 4,
    at: '2026-11-26T23:50:00.000Z',
    size: all.length,
    root: rootOf(all),
    previous: '0'.repeat(64),
    publicKey: 'key',
    signature: 'signature',
  };
  const anchors = {
    placeOf: async (payment: string, number: number | null) => {
      const position = all.findIndex((leaf) => leaf.payment === payment);
      const leaf = all[position];
      return leaf && number !== 5 ? { ...leaf, position, anchor: 4 } : null;
    },
    get: async (number: number) => (number === 4 ? anchor : null),
    chunks: async () => [0, 1, 2].map((chunk) => ({ chunk, size: CHUNK, root: rootOf(chunkOf(chunk)) })),
    leaves: async (_number: number, chunk: number) => chunkOf(chunk),
  };
  const service = { directory: { anchors } } as unknown as Service;

  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 2, 2 * CHUNK + 8])(
    'leads there from position %i',
    async (position) => {
      const leaf = leafOf(position);
      const proof = await anchorProof(service, leaf.payment, null);
      expect(proof).toEqual({
        ...anchor,
        leaf: { seq: 3, hash: leaf.hash },
        position,
        path: expect.any(Array),
      });
      const path = proof?.path.map((step) => fromHex(step) ?? new Uint8Array()) ?? [];
      const root = fromHex(anchor.root) ?? new Uint8Array();
      expect(isInTree(leafHash(anchorLeafText(leaf)), position, anchor.size, path, root)).toBe(true);
    },
  );

  it('is none from a payment that no anchor has, or not that one', async () => {
    expect(await anchorProof(service, 'NOBODY', null)).toBeNull();
    expect(await anchorProof(service, 'P1', 5)).toBeNull();
  });
});
