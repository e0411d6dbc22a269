/** How the providers of accounts answer: the last good notification, and calls that fail. */
import type { Database, Statement } from './database.ts';

export interface ProviderHealth {
  readonly lastNotificationAt: string | null;
  readonly lastAnswerAt: string | null;
  readonly lastFailureAt: string | null;
  /** Since when calls fail; null: they do not. */
  readonly failingSince: string | null;
  /** So many failed in a row, as far as they were written. */
  readonly failures: number;
  readonly lastError: string | null;
}

/** Writes that an account had a good notification. */
export function noteNotification(db: Database, account: string, at: string): Statement {
  return db
    .prepare(
      `INSERT INTO provider_health (account, last_notification_at, failures) VALUES (?, ?, 0)
       ON CONFLICT (account) DO UPDATE SET last_notification_at = max(coalesce(last_notification_at, ''), excluded.last_notification_at)`,
    )
    .bind(account, at);
}

/** Writes that a call failed. */
export function noteFailure(db: Database, account: string, at: string, error: string): Statement {
  return db
    .prepare(
      `INSERT INTO provider_health (account, last_failure_at, failing_since, failures, last_error) VALUES (?1, ?2, ?2, 1, ?3)
       ON CONFLICT (account) DO UPDATE SET last_failure_at = excluded.last_failure_at,
         failing_since = coalesce(failing_since, excluded.failing_since), failures = failures + 1, last_error = excluded.last_error`,
    )
    .bind(account, at, error);
}

/** Writes that a call was answered. */
export function noteAnswer(db: Database, account: string, at: string): Statement {
  return db
    .prepare(
      `INSERT INTO provider_health (account, last_answer_at, failures) VALUES (?, ?, 0)
       ON CONFLICT (account) DO UPDATE SET last_answer_at = excluded.last_answer_at, failing_since = NULL, failures = 0`,
    )
    .bind(account, at);
}

/** What is known of an account; null: nothing. */
export async function healthOf(db: Database, account: string): Promise<ProviderHealth | null> {
  return db
    .prepare(
      `SELECT last_notification_at AS lastNotificationAt, last_answer_at AS lastAnswerAt, last_failure_at AS lastFailureAt,
         failing_since AS failingSince, failures, last_error AS lastError FROM provider_health WHERE account = ?`,
    )
    .bind(account)
    .first<ProviderHealth>();
}
