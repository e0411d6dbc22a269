/** When each account's report was fetched, and how far it was read: one row an account. */

import type { Database } from './database.ts';

/** The outcome of one run. */
export interface ReportOutcome {
  readonly rows: number;
  /** Rows that were new to a payment. */
  readonly applied: number;
  /** Rows that could not be read, with the first reasons. */
  readonly problems: readonly string[];
  readonly error: string | null;
}

/**
 * Takes the right to fetch a report now. Of any number of callers at one time, one gets it.
 * @param notSince the right is free when the last fetch was at this time (RFC 3339) or before.
 * @returns null: the last fetch was later, or another caller was quicker.
 */
export async function claimReport(
  db: Database,
  account: string,
  at: string,
  notSince: string,
): Promise<{ readonly cursor: string | null } | null> {
  return db
    .prepare(
      `INSERT INTO reports (account, asked_at) VALUES (?, ?)
         ON CONFLICT (account) DO UPDATE SET asked_at = excluded.asked_at WHERE asked_at <= ?
         RETURNING mark AS cursor`,
    )
    .bind(account, at, notSince)
    .first<{ cursor: string | null }>();
}

/** Records the outcome of a run. `cursor` is null when it was not read to its end: the next run reads the same again. */
export async function finishReport(
  db: Database,
  account: string,
  cursor: string | null,
  outcome: ReportOutcome,
): Promise<void> {
  await db
    .prepare('UPDATE reports SET mark = COALESCE(?, mark), outcome = ? WHERE account = ?')
    .bind(cursor, JSON.stringify(outcome), account)
    .run();
}
