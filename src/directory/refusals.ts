/** Refused notifications and returns in D1: bounded per account, so that noise at a route cannot fill the database. */

import type { Database } from './database.ts';

/** How many refusals of an account are stored. */
export const MOST_REFUSALS = 200;

/** One refusal, with what explains it; secrets and card numbers are masked before it gets here. */
export interface RefusalRecord {
  readonly account: string;
  readonly channel: string;
  readonly reason: string;
  readonly requestId: string;
  readonly ip: string | null;
  readonly explanation: object;
}

export interface StoredRefusal extends RefusalRecord {
  readonly id: number;
  readonly at: string;
}

interface RefusalRow {
  readonly id: number;
  readonly at: string;
  readonly account: string;
  readonly channel: string;
  readonly reason: string;
  readonly request_id: string;
  readonly ip: string | null;
  readonly explanation: string;
}

/** Writes a refusal, once, and drops the account's oldest ones. */
export async function recordRefusal(db: Database, at: string, entry: RefusalRecord): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO refusals (at, account, channel, reason, request_id, ip, explanation)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS
             (SELECT 1 FROM refusals WHERE account = ?2 AND at = ?1 AND request_id = ?5 AND channel = ?3)`,
      )
      .bind(
        at,
        entry.account,
        entry.channel,
        entry.reason,
        entry.requestId,
        entry.ip,
        JSON.stringify(entry.explanation),
      ),
    db
      .prepare(
        `DELETE FROM refusals WHERE account = ? AND id <=
           (SELECT id FROM refusals WHERE account = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      )
      .bind(entry.account, entry.account, MOST_REFUSALS),
  ]);
}

/** An account's refusals, the newest first, those before an id if given. */
export async function listRefusals(
  db: Database,
  account: string,
  limit: number,
  before: number | null,
): Promise<StoredRefusal[]> {
  const { results } = await db
    .prepare(
      `SELECT id, at, account, channel, reason, request_id, ip, explanation
       FROM refusals WHERE account = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    )
    .bind(account, before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<RefusalRow>();
  return results.map(({ request_id, explanation, ...row }) => ({
    ...row,
    requestId: request_id,
    explanation: JSON.parse(explanation) as object,
  }));
}
