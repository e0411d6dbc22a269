/**
 * What was never seen before at a provider: codes, fields and addresses of messages that were believed. Bounded for each provider, so
 * that one that changes its names with every message fills nothing.
 */
import type { Database } from './database.ts';

/** How many values of one sort are kept of a provider. */
const MOST_VALUES = 200;

export const DRIFT_SORTS = ['code', 'field', 'address'] as const;
export type DriftSort = (typeof DRIFT_SORTS)[number];

/** Something that is not known of a provider. */
export interface Drift {
  readonly provider: string;
  readonly what: DriftSort;
  readonly value: string;
  readonly account: string;
  /** The message's names and values, masked; for people. */
  readonly example: string;
}

/** Documented by nobody, so the first message of a provider says what is usual. */
const LEARNED: ReadonlySet<DriftSort> = new Set(['field', 'address']);

/**
 * Writes values that are not there yet. Fields and addresses of the first message of a provider are what is usual, and need nobody.
 * @param isDocumented whether the fields of the provider are documented, so that its first message has none that is usual but unknown.
 */
export async function recordDrift(
  db: Database,
  at: string,
  values: readonly (Drift & { readonly isDocumented: boolean })[],
): Promise<void> {
  await db.batch(
    values.map(({ provider, what, value, account, example, isDocumented }) =>
      db
        .prepare(
          `INSERT OR IGNORE INTO drift (provider, what, value, account, first_seen_at, example, is_first)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6,
             CASE WHEN ?7 = 1 AND NOT EXISTS (SELECT 1 FROM drift WHERE provider = ?1 AND what = ?2 AND first_seen_at < ?5)
               THEN 1 ELSE 0 END
           WHERE (SELECT count(*) FROM drift WHERE provider = ?1 AND what = ?2) < ${MOST_VALUES}`,
        )
        .bind(
          provider,
          what,
          value,
          account,
          at,
          example,
          LEARNED.has(what) && (what === 'address' || !isDocumented) ? 1 : 0,
        ),
    ),
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
