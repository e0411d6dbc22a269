/**
 * Successions in D1: from now on the payments of one account go to another. An account is succeeded by one that is in use, so that a chain
 * never leads back; the one exception is the way back, which ends the succession that it undoes in the same transaction.
 */
import { endsOf, type Moves } from '../payments/moves.ts';
import { recordAuditWhere } from './audit.ts';
import type { Database } from './database.ts';
import { scopeCondition } from './scope.ts';
import type { Actor, Scope } from './types.ts';

/** Where payments go that name an account. */
export interface AccountLink {
  readonly id: string;
  /** Its successor; null: none. */
  readonly successor: string | null;
  readonly fallback: string | null;
}

/** Every account that has a successor or a fallback. */
export async function accountLinks(db: Database): Promise<readonly AccountLink[]> {
  const { results } = await db
    .prepare(
      `SELECT id, succeeded_by AS successor, fallback FROM accounts
       WHERE succeeded_by IS NOT NULL OR fallback IS NOT NULL ORDER BY id`,
    )
    .all<AccountLink>();
  return results;
}

export function movesOf(links: readonly AccountLink[]): Moves {
  return endsOf(
    new Map(links.flatMap(({ id, successor }) => (successor === null ? [] : [[id, successor] as const]))),
  );
}

/** Accounts with those that their payments may go to. */
export function withReachable(ids: Iterable<string>, links: readonly AccountLink[]): ReadonlySet<string> {
  const byId = new Map(links.map((link) => [link.id, link]));
  const reached = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    const { successor = null, fallback = null } = byId.get(id) ?? {};
    for (const next of [successor, fallback]) if (next !== null) waiting.push(next);
  }
  return reached;
}

/**
 * Has an account succeeded by another, unless that one is not in use. Where the other was succeeded by this one, that ends.
 * @returns false: the other is retired, or has a successor of its own.
 */
export async function succeed(
  db: Database,
  {
    from,
    to,
    by,
    at,
  }: { readonly from: string; readonly to: string; readonly by: Actor; readonly at: string },
): Promise<boolean> {
  const isDone = {
    sql: 'EXISTS (SELECT 1 FROM accounts WHERE id = ? AND succeeded_by = ? AND succeeded_at = ?)',
    values: [from, to, at],
  };
  const [, moved] = await db.batch([
    db
      .prepare(
        'UPDATE accounts SET succeeded_by = NULL, succeeded_at = NULL WHERE id = ? AND succeeded_by = ? AND retired_at IS NULL',
      )
      .bind(to, from),
    db
      .prepare(
        `UPDATE accounts SET succeeded_by = ?1, succeeded_at = ?2 WHERE id = ?3 AND id <> ?1
           AND EXISTS (SELECT 1 FROM accounts WHERE id = ?1 AND retired_at IS NULL AND succeeded_by IS NULL) RETURNING id`,
      )
      .bind(to, at, from),
    recordAuditWhere(
      db,
      at,
      { by, action: 'account.succeeded', subject: from, shop: null, detail: { by: to } },
      isDone,
    ),
  ]);
  return (moved?.results.length ?? 0) > 0;
}

/** Statuses of a payment that still needs its account. */
export type OpenCounts = Readonly<Record<string, number>>;

/** As the index `payments_open` has them: it is used for no other text. */
export const OPEN_STATUSES = "('created', 'forwarded', 'pending', 'authorized', 'partially_paid')";

/** How many open payments there are of each status and currency, by the account of their newest attempt. */
export interface OpenPayments {
  readonly account: string;
  readonly status: string;
  readonly currency: string;
  readonly count: number;
}

/** What is open of accounts, of the shops of a scope. */
export async function openPayments(
  db: Database,
  accounts: readonly string[],
  scope: Scope,
): Promise<readonly OpenPayments[]> {
  if (accounts.length === 0) return [];
  const seen = scopeCondition(scope, 'shop');
  const { results } = await db
    .prepare(
      `SELECT account, status, currency, count(*) AS count FROM payments
       WHERE status IN ${OPEN_STATUSES} AND account IN (SELECT value FROM json_each(?)) AND ${seen.sql}
       GROUP BY account, status, currency ORDER BY account, status, currency`,
    )
    .bind(JSON.stringify(accounts), ...seen.values)
    .all<OpenPayments>();
  return results;
}

/** The counts of one account by status. */
export function countsOf(open: readonly OpenPayments[], account: string): OpenCounts {
  const counts: Record<string, number> = {};
  for (const entry of open)
    if (entry.account === account) counts[entry.status] = (counts[entry.status] ?? 0) + entry.count;
  return counts;
}
