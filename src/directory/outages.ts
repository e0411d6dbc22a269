/**
 * Outages of accounts that have a fallback, in D1. That an account is down is read with the account itself, so that it costs a payment no
 * query; failures are written beside the answers. What is accepted: other isolates know it as late as they know any change of an account,
 * within five seconds.
 *
 * An account is down after five failed calls within a minute with no answer between them. It is tried again each minute, by one attempt
 * in all isolates; an answer ends the outage.
 */
import { BoundedMap } from './bounded-map.ts';
import type { Database, Statement } from './database.ts';

/** Failed calls after which an account is down, and the time in which they happen, in milliseconds. */
export const FAILURES_TO_BE_DOWN = 5;
export const WITHIN_MS = 60_000;

/** Between two attempts that try an account again, in milliseconds. */
export const TRIED_EVERY_MS = 60_000;

/** Accounts that one isolate remembers. */
const MOST_ACCOUNTS = 2000;

/** The times of the failures of the last minute, the newest five, with one that is now. */
const FAILURES = `(SELECT json_group_array(value) FROM (SELECT value FROM (
    SELECT value FROM json_each(json_insert(outages.failures, '$[#]', ?2)) WHERE value > ?3 ORDER BY value DESC LIMIT ${FAILURES_TO_BE_DOWN}
  ) ORDER BY value))`;

/** Whether the failure of now is the one that makes the account be down. */
const IS_DOWN_NOW = `outages.down_since IS NULL AND
  (SELECT count(*) FROM json_each(outages.failures) WHERE value > ?3) >= ${FAILURES_TO_BE_DOWN - 1}`;

/** Writes a failed call. @returns whether the account is down since this one. */
export async function writeFailure(
  db: Database,
  account: string,
  now: number,
  error: string,
): Promise<boolean> {
  const [at, minuteAgo] = [now, now - WITHIN_MS].map((time) => new Date(time).toISOString());
  const row = await db
    .prepare(
      `INSERT INTO outages (account, failures, last_error) VALUES (?1, json_array(?2), ?4)
       ON CONFLICT (account) DO UPDATE SET failures = ${FAILURES}, last_error = excluded.last_error,
         tried_at = CASE WHEN ${IS_DOWN_NOW} THEN ?2 ELSE tried_at END,
         down_since = CASE WHEN ${IS_DOWN_NOW} THEN ?2 ELSE down_since END
       RETURNING down_since = ?2 AS isDownNow`,
    )
    .bind(account, at, minuteAgo, error)
    .first<{ readonly isDownNow: number | null }>();
  return row?.isDownNow === 1;
}

/** The end of an outage, and of what might have become one. @returns whether the account was down. */
export async function endOutage(db: Database, account: string): Promise<boolean> {
  const row = await db
    .prepare('DELETE FROM outages WHERE account = ? RETURNING down_since')
    .bind(account)
    .first<{ readonly down_since: string | null }>();
  return row?.down_since != null;
}

/** Forgets what is known of an account that has no fallback any more, within a batch. */
export function forgetOutage(db: Database, account: string): Statement {
  return db.prepare('DELETE FROM outages WHERE account = ?').bind(account);
}

/** The right to try an account again: one has it in a minute, in all isolates. */
export async function claimTrial(db: Database, account: string, now: number): Promise<boolean> {
  const row = await db
    .prepare(
      'UPDATE outages SET tried_at = ?2 WHERE account = ?1 AND down_since IS NOT NULL AND tried_at <= ?3 RETURNING account',
    )
    .bind(account, ...[now, now - TRIED_EVERY_MS].map((time) => new Date(time).toISOString()))
    .first();
  return row !== null;
}

/** Which accounts have failed in this isolate since they last answered: only then an answer is worth a write. */
export class FailedAccounts {
  readonly #failed = new BoundedMap<true>(MOST_ACCOUNTS);

  failed(account: string): void {
    this.#failed.set(account, true);
  }

  /** Whether it had failed; from now on it has not. */
  answered(account: string): boolean {
    const had = this.#failed.get(account) === true;
    this.#failed.delete(account);
    return had;
  }
}
