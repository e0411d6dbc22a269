/** Anchors: what is signed once a day, so that whoever keeps it elsewhere can tell whether a log was rewritten (docs/proof.md). */

/** A signed Merkle root over the newest lines of the logs that had changed. */
export interface Anchor {
  /** 1, 2, 3 ... without gaps. */
  readonly number: number;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** How many payments it is over. */
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
  /** SHA-256, in hexadecimal, of the signed text of the anchor before; zeros for the first one. */
  readonly previous: string;
  /** Base64url: Ed25519, 32 bytes. */
  readonly publicKey: string;
  /** Base64url: over `anchorText`. */
  readonly signature: string;
}

/** The newest line of a payment's log when an anchor was made. */
export interface AnchorLeaf {
  readonly payment: string;
  readonly seq: number;
  readonly hash: string;
}

/** The text of a leaf. */
export function anchorLeafText({ payment, seq, hash }: AnchorLeaf): string {
  return `${payment}\n${seq}\n${hash}`;
}

/** What an anchor signs. */
export function anchorText({
  number,
  at,
  size,
  root,
  previous,
}: Omit<Anchor, 'publicKey' | 'signature'>): string {
  return `countersign anchor v1\n${number}\n${at}\n${size}\n${root}\n${previous}`;
}
