/** The daily anchor: gathered by the cron in bounded runs, then signed. And where a payment stands in one. */
import { CHUNK, type Chunk } from '../directory/anchors.ts';
import { type Anchor, anchorLeafText, anchorText } from '../payments/anchors.ts';
import { fromHex, hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { signEd25519 } from '../signing/ed25519.ts';
import { leafHash, merklePath, merkleRoot } from '../signing/merkle.ts';
import type { AnchorProof } from './log-proof.ts';
import type { Service } from './service.ts';

/** Chunks that one run gathers: 65,536 payments. The next run goes on. */
const CHUNKS_A_RUN = 64;

/** Chunks of one anchor: two million payments. What is left is in the next one. */
const MOST_CHUNKS = 2048;

const FIRST_PREVIOUS = '0'.repeat(64);

function rootOf(chunks: readonly Chunk[]): string {
  return hex(merkleRoot(chunks.map(({ root }) => fromHex(root) ?? new Uint8Array())));
}

const dayOf = (time: string) => time.slice(0, 'YYYY-MM-DD'.length);

/**
 * Goes on with today's anchor, unless it is made.
 * @returns the anchor that this run has signed; null: none.
 */
export async function makeAnchor(service: Service): Promise<Anchor | null> {
  const { anchors } = service.directory;
  const at = new Date(service.now()).toISOString();
  const [newest] = await anchors.list(1, null);
  if (newest && dayOf(newest.at) >= dayOf(at)) return null;
  const number = (newest?.number ?? 0) + 1;
  const chunks = await anchors.chunks(number);
  const isWhole = () => {
    const last = chunks.at(-1);
    return (last !== undefined && last.size < CHUNK) || chunks.length >= MOST_CHUNKS;
  };
  for (let run = 0; run < CHUNKS_A_RUN && !isWhole(); run += 1) {
    const leaves = await anchors.unanchored(number, CHUNK);
    if (leaves.length === 0) return sign(service, { number, at, newest, chunks });
    const root = hex(merkleRoot(leaves.map((leaf) => leafHash(anchorLeafText(leaf)))));
    const chunk = { chunk: chunks.length, size: leaves.length, root };
    await anchors.addChunk(number, chunk, leaves);
    chunks.push(chunk);
  }
  return isWhole() ? sign(service, { number, at, newest, chunks }) : null;
}

interface Gathered {
  readonly number: number;
  readonly at: string;
  readonly newest: Anchor | undefined;
  readonly chunks: readonly Chunk[];
}

async function sign(service: Service, { number, at, newest, chunks }: Gathered): Promise<Anchor> {
  const unsigned = {
    number,
    at,
    size: chunks.reduce((total, { size }) => total + size, 0),
    root: rootOf(chunks),
    previous: newest ? hex(digests.sha256(utf8(anchorText(newest)))) : FIRST_PREVIOUS,
  };
  const anchor = { ...unsigned, ...(await signEd25519(service.config.anchorSeed, anchorText(unsigned))) };
  await service.directory.anchors.add(anchor);
  // A log that is kept elsewhere keeps the anchors too.
  console.log({ event: 'anchor.made', ...anchor });
  return anchor;
}

/**
 * An anchor with the way from a payment's line to its root.
 * @param number of the anchor; null: the newest that has the payment.
 * @returns null when there is none.
 */
export async function anchorProof(
  service: Service,
  payment: string,
  number: number | null,
): Promise<AnchorProof | null> {
  const { anchors } = service.directory;
  const place = await anchors.placeOf(payment, number);
  const anchor = place && (await anchors.get(place.anchor));
  if (!place || !anchor) return null;
  const { position, seq, hash } = place;
  const chunk = Math.floor(position / CHUNK);
  const [leaves, chunks] = await Promise.all([
    anchors.leaves(anchor.number, chunk),
    anchors.chunks(anchor.number),
  ]);
  const below = leaves.map((leaf) => leafHash(anchorLeafText(leaf)));
  const above = chunks.map(({ root }) => fromHex(root) ?? new Uint8Array());
  const path = [...merklePath(below, position % CHUNK), ...merklePath(above, chunk)];
  return { ...anchor, leaf: { seq, hash }, position, path: path.map(hex) };
}
