/** What the searchable copy has of payments, for the check of the books. */

import type { PlacedLeaf } from './anchors.ts';
import type { Database } from './database.ts';

/** A payment's row and movements, as they stand. */
export interface CopiedPayment {
  readonly id: string;
  /** Null: there is no row. */
  readonly row: CopiedRow | null;
  readonly movements: readonly CopiedMovement[];
  /** Providers' numbers that lead to it. */
  readonly references: readonly CopiedReference[];
  /** Its lines in anchors. */
  readonly leaves: readonly CopiedLeaf[];
}

interface CopiedReference {
  readonly payment: string;
  readonly reference: string;
}

interface CopiedLeaf extends Pick<PlacedLeaf, 'payment' | 'seq' | 'hash'> {
  readonly anchor: number;
}

export interface CopiedRow {
  /** Its id. */
  readonly payment: string;
  readonly shop: string;
  readonly version: number;
  readonly reference: string;
  readonly status: string;
  readonly currency: string;
  readonly account: string;
  readonly provider: string;
  readonly test: number;
  readonly amount: number;
  readonly paid: number;
  readonly refunded: number;
  readonly providerReference: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly email: string | null;
  /** JSON. */
  readonly metadata: string | null;
  readonly paidAt: string | null;
  readonly headSeq: number | null;
  readonly head: string | null;
  readonly body: string;
  /** JSON; null: an earlier version has pushed the row. */
  readonly earlier: string | null;
}

export interface CopiedMovement {
  readonly payment: string;
  readonly seq: number;
  readonly attempt: number;
  readonly at: string;
  readonly shop: string;
  readonly account: string;
  readonly currency: string;
  readonly test: number;
  readonly paid: number;
  readonly refunded: number;
  readonly chargedBack: number;
}

/** Every table that names payments: a row that is gone from one is still named by another. */
const NAMED = ['payments', 'movements', 'provider_references', 'anchor_leaves'] as const;

/** Ids of payments that anything in the copy names, in their order, after one. */
export async function namedPayments(db: Database, after: string, limit: number): Promise<string[]> {
  const parts = NAMED.map((table) => {
    const column = table === 'payments' ? 'id' : 'payment';
    return `SELECT id FROM (SELECT DISTINCT ${column} AS id FROM ${table} WHERE ${column} > ?1 ORDER BY 1 LIMIT ?2)`;
  });
  const { results } = await db
    .prepare(`SELECT id FROM (${parts.join(' UNION ')}) ORDER BY id LIMIT ?2`, [after, limit])
    .all<{ readonly id: string }>();
  return results.map(({ id }) => id);
}

/** Rows of an answer, by their payments. */
function byPayment<T extends { readonly payment: string }>(
  answer: { readonly results: readonly unknown[] } | undefined,
): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy((answer?.results ?? []) as readonly T[], ({ payment }) => payment);
}

/** What is there of payments. */
export async function copiedPayments(db: Database, ids: readonly string[]): Promise<CopiedPayment[]> {
  const list = JSON.stringify(ids);
  const of = 'IN (SELECT value FROM json_each(?))';
  const [rows, movements, leaves, references] = await db.batch([
    db.prepare(
      `SELECT id AS payment, shop, version, reference, status, currency, account, provider, test, amount, paid, refunded,
         provider_reference AS providerReference, created_at AS createdAt, updated_at AS updatedAt, email, metadata, paid_at AS paidAt, head_seq AS headSeq, head, body, earlier
       FROM payments WHERE id ${of}`,
      [list],
    ),
    db.prepare(
      `SELECT payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back AS chargedBack
       FROM movements WHERE payment ${of} ORDER BY payment, seq, attempt`,
      [list],
    ),
    db.prepare(
      `SELECT payment, anchor, seq, hash FROM anchor_leaves WHERE payment ${of}
       AND anchor <= (SELECT coalesce(max(number), 0) FROM anchors) ORDER BY payment, anchor`,
      [list],
    ),
    db.prepare(`SELECT payment, reference FROM provider_references WHERE payment ${of}`, [list]),
  ]);
  const rowOf = byPayment<CopiedRow>(rows);
  const movementsOf = byPayment<CopiedMovement>(movements);
  const leavesOf = byPayment<CopiedLeaf>(leaves);
  const referencesOf = byPayment<CopiedReference>(references);
  return ids.map((id) => ({
    id,
    row: rowOf.get(id)?.[0] ?? null,
    movements: movementsOf.get(id) ?? [],
    references: referencesOf.get(id) ?? [],
    leaves: leavesOf.get(id) ?? [],
  }));
}
