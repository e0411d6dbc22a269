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

/** Whether an account was ever succeeded: payments that began there may have gone on elsewhere, and be paid at the old bank all the same. */
export async function wasSucceeded(db: Database, account: string): Promise<boolean> {
  const found = await db
    .prepare("SELECT 1 FROM audit WHERE subject = ? AND action = 'account.succeeded' LIMIT 1")
    .bind(account)
    .first();
  return found !== null;
}

/** Statuses of a payment that still needs its account. */
export type OpenCounts = Readonly<Record<string, number>>;

/** As the index `payments_open` has them: it is used for no other text. */
export const OPEN_STATUSES = "('created', 'forwarded', 'pending', 'authorized', 'partially_paid')";

/** How many payments there are of which an attempt at an account is open, by status and currency. */
export interface OpenPayments {
  readonly account: string;
  readonly status: string;
  readonly currency: string;
  readonly count: number;
}

/** Payments whose status an attempt at an account decides. @param shops the condition that they are of shops of a scope. */
export function openByNewest(shops: string): string {
  return `SELECT account, status, currency, count(*) AS count FROM payments
    WHERE status IN ${OPEN_STATUSES} AND account IN (SELECT value FROM json_each(?)) AND ${shops}
    GROUP BY account, status, currency`;
}

/**
 * Payments that another attempt decides, each once for an account, by what is nearest to money. Their banks do not always say that a
 * shopper has given up: where one was only sent there, that ends as a payment without a result does, so many hours after the next attempt
 * began. What a bank processes or holds is open until it says more, and a part that came while the rest is missing.
 * @param shops as above, with the name `p` of the table.
 */
export function openByEarlier(shops: string): string {
  const at = 'FROM accounts a CROSS JOIN earlier_attempts e ON e.account = a.id';
  const named = 'a.id IN (SELECT value FROM json_each(?1))';
  return `WITH gone_on AS (
      SELECT e.payment, e.account, e.status ${at} AND e.status IN ('authorized', 'partially_paid', 'pending') WHERE ${named}
      UNION ALL SELECT e.payment, e.account, e.status ${at} AND e.status IN ('created', 'forwarded')
        AND e.left_at > strftime('%Y-%m-%dT%H:%M:%fZ', ?2, '-' || a.expire_after_hours || ' hours') WHERE ${named}
    )
    SELECT account, status, currency, count(*) AS count FROM (
      SELECT g.account AS account, g.status AS status, p.currency AS currency,
        max(CASE g.status WHEN 'authorized' THEN 5 WHEN 'partially_paid' THEN 4 WHEN 'pending' THEN 3 WHEN 'forwarded' THEN 2 ELSE 1 END)
      FROM gone_on g CROSS JOIN payments p ON p.id = g.payment
      WHERE (g.status <> 'partially_paid' OR p.status = 'partially_paid')
        AND NOT (p.account = g.account AND p.status IN ${OPEN_STATUSES}) AND ${shops}
      GROUP BY g.account, g.payment
    ) GROUP BY account, status, currency`;
}

/** What is open of accounts, of the shops of a scope. @param of.now milliseconds since 1970. */
export async function openPayments(
  db: Database,
  of: { readonly accounts: readonly string[]; readonly scope: Scope; readonly now: number },
): Promise<readonly OpenPayments[]> {
  if (of.accounts.length === 0) return [];
  const accounts = JSON.stringify(of.accounts);
  const [byNewest, byEarlier] = [scopeCondition(of.scope, 'shop'), scopeCondition(of.scope, 'p.shop')];
  const answers = await db.batch([
    db.prepare(openByNewest(byNewest.sql), [accounts, ...byNewest.values]),
    db.prepare(openByEarlier(byEarlier.sql), [accounts, new Date(of.now).toISOString(), ...byEarlier.values]),
  ]);
  return answers.flatMap(({ results }) => results as readonly OpenPayments[]);
}

/** The counts of one account by status. */
export function countsOf(open: readonly OpenPayments[], account: string): OpenCounts {
  const counts: Record<string, number> = {};
  for (const entry of open)
    if (entry.account === account) counts[entry.status] = (counts[entry.status] ?? 0) + entry.count;
  return counts;
}
