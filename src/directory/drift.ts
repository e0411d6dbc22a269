/**
 * What was never seen before at a provider: codes, fields and addresses of messages that were believed. Bounded for each provider, so
 * that one that changes its names with every message fills nothing.
 */
import type { DriftSort, Noticed, Notified } from '../payments/attention.ts';
import type { Database, Statement } from './database.ts';

/** How many values of one sort are kept of a provider. */
const MOST_VALUES = 200;

/** Something that is not known of a provider. */
interface Drift extends Noticed {
  readonly provider: string;
}

/** Documented by nobody, so the first message of a provider says what is usual. */
const LEARNED: ReadonlySet<DriftSort> = new Set(['field', 'address']);

/**
 * What writes values that are not there yet. Fields and addresses of the first message of a provider are what is usual, and need nobody.
 */
export function driftStatements(
  db: Database,
  payments: readonly { readonly notified?: Notified }[],
): Statement[] {
  return payments.flatMap(({ notified }) =>
    notified
      ? notified.noticed.map(({ what, value, example }) =>
          db
            .prepare(
              `INSERT OR IGNORE INTO drift (provider, what, value, account, first_seen_at, example, is_first)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6,
                 CASE WHEN ?7 = 1 AND NOT EXISTS (SELECT 1 FROM drift WHERE provider = ?1 AND what = ?2 AND first_seen_at < ?5)
                   THEN 1 ELSE 0 END
               WHERE (SELECT count(*) FROM drift WHERE provider = ?1 AND what = ?2) < ${MOST_VALUES}`,
            )
            .bind(
              notified.provider,
              what,
              value,
              notified.account,
              notified.at,
              example,
              LEARNED.has(what) ? 1 : 0,
            ),
        )
      : [],
  );
}

/** Every value that needs somebody. */
export async function listDrift(db: Database): Promise<Pick<Drift, 'provider' | 'what' | 'value'>[]> {
  const { results } = await db
    .prepare('SELECT provider, what, value FROM drift WHERE is_first = 0')
    .all<Pick<Drift, 'provider' | 'what' | 'value'>>();
  return results;
}

/** Drops values that a newer version documents. */
export async function forgetDrift(
  db: Database,
  values: readonly Pick<Drift, 'provider' | 'what' | 'value'>[],
): Promise<void> {
  if (values.length === 0) return;
  await db.batch(
    values.map(({ provider, what, value }) =>
      db
        .prepare('DELETE FROM drift WHERE provider = ? AND what = ? AND value = ?')
        .bind(provider, what, value),
    ),
  );
}
