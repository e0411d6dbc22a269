/** How the providers of accounts answer: the last good notification, and calls that fail. */
import type { Notified } from '../payments/attention.ts';
import { BoundedMap } from './bounded-map.ts';
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
function noteNotification(db: Database, account: string, at: string): Statement {
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

/** How often a good notification of an account is written by one isolate, and an answer of a provider, in milliseconds. */
const NOTED_EVERY_MS = 60_000;

/** How often failures of one account are written by one isolate, in milliseconds. */
const FAILURES_EVERY_MS = 1000;

/** Accounts that one isolate remembers. */
const MOST_ACCOUNTS = 2000;

/** Which of what an isolate sees of providers is worth a write. */
export class HealthNotes {
  readonly #notified = new BoundedMap<number>(MOST_ACCOUNTS);
  readonly #failed = new BoundedMap<number>(MOST_ACCOUNTS);
  readonly #answered = new BoundedMap<number>(MOST_ACCOUNTS);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  #isDue(known: BoundedMap<number>, account: string, every: number): boolean {
    const now = this.#now();
    if (Math.abs(now - (known.get(account) ?? Number.NEGATIVE_INFINITY)) < every) return false;
    known.set(account, now);
    return true;
  }

  /** What is written of notifications beside the payments that they moved. */
  notifications(db: Database, payments: readonly { readonly notified?: Notified }[]): Statement[] {
    return payments.flatMap(({ notified }) =>
      notified?.byNotification && this.#isDue(this.#notified, notified.account, NOTED_EVERY_MS)
        ? [noteNotification(db, notified.account, notified.at)]
        : [],
    );
  }

  /** Whether a failed call is to be written. The next answer is written then too. */
  isFailureDue(account: string): boolean {
    this.#answered.delete(account);
    return this.#isDue(this.#failed, account, FAILURES_EVERY_MS);
  }

  /** Whether an answer is to be written: another isolate may have seen calls fail. */
  isAnswerDue(account: string): boolean {
    return this.#isDue(this.#answered, account, NOTED_EVERY_MS);
  }
}
