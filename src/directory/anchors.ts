/**
 * What anchors are made of, and the anchors. Leaves are gathered in chunks of `CHUNK`, each in one transaction with the marks of its
 * payments, so that a run that breaks off loses none and takes none twice.
 */
import type { Anchor, AnchorLeaf } from '../payments/anchors.ts';
import type { Database } from './database.ts';

/** Leaves of one chunk: a power of two, so that its root is a node of the whole tree. Only the last one of an anchor has fewer. */
export const CHUNK = 1024;

export interface Chunk {
  readonly chunk: number;
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
}

/** A leaf, and where it stands. */
export interface PlacedLeaf extends AnchorLeaf {
  readonly position: number;
}

interface AnchorRow extends Omit<Anchor, 'publicKey'> {
  readonly public_key: string;
}

const COLUMNS = 'number, at, size, root, previous, public_key, signature';

function anchorOf({ public_key: publicKey, ...row }: AnchorRow): Anchor {
  return { ...row, publicKey };
}

export class Anchors {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The newest anchors first, those before a number if given. */
  async list(limit: number, before: number | null): Promise<Anchor[]> {
    const { results } = await this.#db
      .prepare(`SELECT ${COLUMNS} FROM anchors WHERE number < ? ORDER BY number DESC LIMIT ?`)
      .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
      .all<AnchorRow>();
    return results.map(anchorOf);
  }

  async get(number: number): Promise<Anchor | null> {
    const found = await this.next(number - 1);
    return found?.number === number ? found : null;
  }

  /** The first one after a number. */
  async next(after: number): Promise<Anchor | null> {
    const row = await this.#db
      .prepare(`SELECT ${COLUMNS} FROM anchors WHERE number > ? ORDER BY number LIMIT 1`)
      .bind(after)
      .first<AnchorRow>();
    return row && anchorOf(row);
  }

  /** The highest number under which leaves were ever gathered; 0: none were. */
  async gathered(): Promise<number> {
    const row = await this.#db
      .prepare('SELECT max(anchor) AS number FROM anchor_leaves')
      .first<{ readonly number: number | null }>();
    return row?.number ?? 0;
  }

  /**
   * Payments whose newest line no anchor has, in order of id; without those that the anchor in the making has with an earlier line. Their
   * turn is in the next one: with two lines of a payment in one anchor, whoever rewrites the later lines could show the earlier one.
   */
  async unanchored(anchor: number, limit: number): Promise<AnchorLeaf[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT id AS payment, head_seq AS seq, head AS hash FROM payments WHERE unanchored = 1 AND head_seq IS NOT NULL AND head IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM anchor_leaves WHERE payment = payments.id AND anchor = ?)
         ORDER BY id LIMIT ?`,
      )
      .bind(anchor, limit)
      .all<AnchorLeaf>();
    return results;
  }

  /** The chunks of an anchor, in order. */
  async chunks(anchor: number): Promise<Chunk[]> {
    const { results } = await this.#db
      .prepare('SELECT chunk, size, root FROM anchor_chunks WHERE anchor = ? ORDER BY chunk')
      .bind(anchor)
      .all<Chunk>();
    return results;
  }

  /** Adds a chunk, and marks its payments; one that has a newer line meanwhile keeps its mark for the next anchor. */
  async addChunk(anchor: number, { chunk, size, root }: Chunk, leaves: readonly AnchorLeaf[]): Promise<void> {
    const placed = leaves.map((leaf, index) => ({ ...leaf, position: chunk * CHUNK + index }));
    const list = JSON.stringify(placed);
    await this.#db.batch([
      this.#db.prepare('INSERT INTO anchor_chunks (anchor, chunk, size, root) VALUES (?, ?, ?, ?)', [
        anchor,
        chunk,
        size,
        root,
      ]),
      this.#db.prepare(
        `INSERT INTO anchor_leaves (anchor, position, payment, seq, hash)
         SELECT ?, value ->> 'position', value ->> 'payment', value ->> 'seq', value ->> 'hash' FROM json_each(?)`,
        [anchor, list],
      ),
      this.#db.prepare(
        `UPDATE payments SET unanchored = NULL
         FROM (SELECT value ->> 'payment' AS payment, value ->> 'hash' AS hash FROM json_each(?)) AS taken
         WHERE payments.id = taken.payment AND payments.head = taken.hash`,
        [list],
      ),
    ]);
  }

  async add({ number, at, size, root, previous, publicKey, signature }: Anchor): Promise<void> {
    await this.#db
      .prepare(
        'INSERT INTO anchors (number, at, size, root, previous, public_key, signature) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .bind(number, at, size, root, previous, publicKey, signature)
      .run();
  }

  /**
   * Where a payment stands in an anchor.
   * @param anchor its number; null: the newest that has the payment.
   */
  async placeOf(
    payment: string,
    anchor: number | null,
  ): Promise<(PlacedLeaf & { readonly anchor: number }) | null> {
    return this.#db
      .prepare(
        `SELECT anchor, position, payment, seq, hash FROM anchor_leaves
         WHERE payment = ? AND anchor BETWEEN ? AND (SELECT coalesce(max(number), 0) FROM anchors)
           AND anchor <= ? ORDER BY anchor DESC LIMIT 1`,
      )
      .bind(payment, anchor ?? 0, anchor ?? Number.MAX_SAFE_INTEGER)
      .first();
  }

  /** The leaves of one chunk, in order. */
  async leaves(anchor: number, chunk: number): Promise<AnchorLeaf[]> {
    const { results } = await this.#db
      .prepare(
        'SELECT payment, seq, hash FROM anchor_leaves WHERE anchor = ? AND position >= ? AND position < ? ORDER BY position',
      )
      .bind(anchor, chunk * CHUNK, (chunk + 1) * CHUNK)
      .all<AnchorLeaf>();
    return results;
  }
}
