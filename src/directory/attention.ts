/**
 * What needs a person, in D1. Payments' rows are pushed by their ledgers. The rows of shops, accounts, endpoints and providers are
 * made from what else stands in D1, whenever somebody looks and by the cron: they open and close with their causes. A person resolves a
 * row with a note; it comes back when its cause comes anew.
 */
import type { AttentionKind, PaymentAttention } from '../payments/attention.ts';
import { recordAudit } from './audit.ts';
import type { Database, Statement } from './database.ts';
import { accountsOf, type Condition, scopeCondition } from './scope.ts';
import type { Actor, Scope } from './types.ts';

/** A refusal needs a person for so long after it, in milliseconds. */
const REFUSALS_FOR_MS = 86_400_000;

/** A secret is about to end so long before, in milliseconds. */
const ENDING_WITHIN_MS = 7 * 86_400_000;

/** Calls of a provider that fail in a row before it is said. */
const FAILED_CALLS = 2;

/** One row as an operator sees it. */
export interface Attention {
  readonly id: string;
  readonly kind: AttentionKind;
  readonly payment: string | null;
  readonly account: string | null;
  readonly shop: string | null;
  readonly since: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AttentionFilter {
  readonly kind?: AttentionKind | undefined;
  readonly shop?: string | undefined;
  readonly limit: number;
  readonly cursor?: AttentionCursor | undefined;
  readonly scope: Scope;
}

/** The last row of the page before. */
export interface AttentionCursor {
  readonly since: string;
  readonly id: number;
}

interface AttentionRow {
  readonly id: number;
  readonly kind: AttentionKind;
  readonly payment: string | null;
  readonly account: string | null;
  readonly shop: string | null;
  readonly since: string;
  readonly detail: string;
}

/** A row that is there already keeps its answer, unless its cause is another one. */
const KEPT_UNLESS_NEW = `
  ON CONFLICT (kind, subject) DO UPDATE SET
    since = CASE WHEN excluded.cause = attention.cause OR attention.resolved_at IS NULL THEN attention.since ELSE excluded.since END,
    resolved_at = CASE WHEN excluded.cause = attention.cause THEN attention.resolved_at END,
    resolved_by = CASE WHEN excluded.cause = attention.cause THEN attention.resolved_by END,
    note = CASE WHEN excluded.cause = attention.cause THEN attention.note END,
    cause = excluded.cause, detail = excluded.detail
  WHERE excluded.cause <> attention.cause OR excluded.detail <> attention.detail`;

const INSERT = 'INSERT INTO attention (kind, subject, cause, payment, account, shop, since, detail)';

// --- Payments ---------------------------------------------------------------------------------------------

/** Writes what payments need a person for, in one transaction: rows that are not named any more are deleted. */
export async function writePaymentAttention(
  db: Database,
  payments: readonly PaymentAttention[],
): Promise<void> {
  await db.batch(payments.flatMap((payment) => statementsOf(db, payment)));
}

function statementsOf(db: Database, { payment, shop, items }: PaymentAttention): Statement[] {
  const names = items.map(({ kind, subject }) => `${kind} ${subject}`);
  const gone = db
    .prepare(
      `DELETE FROM attention WHERE payment = ? AND kind || ' ' || subject NOT IN (SELECT value FROM json_each(?))`,
    )
    .bind(payment, JSON.stringify(names));
  const insert = db.prepare(`${INSERT} VALUES (?, ?, ?, ?, ?, ?, ?, ?) ${KEPT_UNLESS_NEW}`);
  return [
    gone,
    ...items.map(({ kind, subject, cause, account, since, detail }) =>
      insert.bind(kind, subject, cause, payment, account, shop, since, JSON.stringify(detail)),
    ),
  ];
}

// --- Shops, accounts, endpoints, providers ----------------------------------------------------------------

/** One kind that follows from what else stands in D1: the query that makes its rows (subject to detail), and its values. */
interface Derived {
  readonly kind: AttentionKind;
  /** Selects subject, cause, payment, account, shop, since, detail. */
  readonly select: string;
  readonly values: readonly string[];
}

function derived(now: number): Derived[] {
  const at = new Date(now).toISOString();
  const soon = new Date(now + ENDING_WITHIN_MS).toISOString();
  const lately = new Date(now - REFUSALS_FOR_MS).toISOString();
  return [
    {
      kind: 'accepted_risk',
      select: `SELECT id AS subject, 'trusted' AS cause, NULL AS payment, id AS account, NULL AS shop, updated_at AS since,
          json_object('provider', provider, 'environment', environment) AS detail
        FROM accounts WHERE trust_unproven = 1 OR json_extract(settings, '$.trust_unsigned_notification') = 1`,
      values: [],
    },
    {
      kind: 'endpoint_off',
      select: `SELECT endpoints.shop || '/' || endpoints.id AS subject, switched_off_at AS cause, NULL AS payment, NULL AS account,
          endpoints.shop AS shop, switched_off_at AS since,
          json_object('endpoint', endpoints.id, 'url', coalesce(url, webhook_url), 'failingSince', failing_since) AS detail
        FROM endpoints JOIN shops ON shops.id = endpoints.shop WHERE switched_off_at IS NOT NULL`,
      values: [],
    },
    {
      kind: 'refusals',
      select: `SELECT account || '/' || reason AS subject, max(id) AS cause, NULL AS payment, account, NULL AS shop, min(at) AS since,
          json_object('reason', reason, 'count', count(*), 'newest', max(at)) AS detail
        FROM refusals WHERE at > ?1 GROUP BY account, reason`,
      values: [lately],
    },
    {
      kind: 'provider_failing',
      select: `SELECT account AS subject, failing_since AS cause, NULL AS payment, account, NULL AS shop, failing_since AS since,
          json_object('failures', failures, 'error', last_error, 'lastFailureAt', last_failure_at, 'lastAnswerAt', last_answer_at,
            'lastNotificationAt', last_notification_at) AS detail
        FROM provider_health WHERE failing_since IS NOT NULL AND failures >= ${FAILED_CALLS}`,
      values: [],
    },
    {
      kind: 'fallback',
      select: `SELECT outages.account AS subject, down_since AS cause, NULL AS payment, outages.account AS account, NULL AS shop,
          down_since AS since, json_object('fallback', accounts.fallback, 'triedAt', tried_at, 'error', last_error) AS detail
        FROM outages JOIN accounts ON accounts.id = outages.account WHERE down_since IS NOT NULL AND accounts.fallback IS NOT NULL`,
      values: [],
    },
    {
      kind: 'drift',
      select: `SELECT provider || '/' || what || '/' || value AS subject, first_seen_at AS cause, NULL AS payment, account, NULL AS shop,
          first_seen_at AS since,
          json_object('provider', provider, 'what', what, 'value', value, 'example', example) AS detail
        FROM drift WHERE is_first = 0`,
      values: [],
    },
    {
      kind: 'secret_ending',
      select: `SELECT 'account/' || id AS subject, not_after AS cause, NULL AS payment, account, NULL AS shop, ?1 AS since,
          json_object('secret', setting, 'endsAt', not_after) AS detail
        FROM account_secrets WHERE not_after > ?1 AND not_after <= ?2
        UNION ALL SELECT 'shop/' || id, not_after, NULL, NULL, shop, ?1, json_object('secret', kind, 'endsAt', not_after)
        FROM shop_keys WHERE not_after > ?1 AND not_after <= ?2
        UNION ALL SELECT 'endpoint/' || id, not_after, NULL, NULL, shop, ?1,
          json_object('secret', 'endpoint ' || endpoint, 'endsAt', not_after)
        FROM endpoint_secrets WHERE not_after > ?1 AND not_after <= ?2`,
      values: [at, soon],
    },
  ];
}

/** Brings the rows of shops, accounts, endpoints and providers in line with their causes. */
export async function refreshAttention(db: Database, now: number): Promise<void> {
  await db.batch(
    derived(now).flatMap(({ kind, select, values }) => [
      db
        .prepare(
          `DELETE FROM attention WHERE kind = '${kind}' AND subject NOT IN (SELECT subject FROM (${select}))`,
        )
        .bind(...values),
      db
        .prepare(
          `${INSERT} SELECT '${kind}', subject, cause, payment, account, shop, since, detail FROM (${select}) WHERE true ${KEPT_UNLESS_NEW}`,
        )
        .bind(...values),
    ]),
  );
}

// --- What an operator sees --------------------------------------------------------------------------------

function attentionOf({ id, detail, ...row }: AttentionRow): Attention {
  return { ...row, id: String(id), detail: JSON.parse(detail) as Attention['detail'] };
}

/** What is about a shop of the scope, or about an account that one of its shops uses. */
function scoped(scope: Scope): Condition[] {
  if (scope.all) return [];
  const own = scopeCondition(scope, 'shop');
  const used = accountsOf(scope);
  return [
    {
      sql: `(${own.sql} OR (shop IS NULL AND account IN (${used.sql})))`,
      values: [...own.values, ...used.values],
    },
  ];
}

function joined(conditions: readonly Condition[]): Condition {
  return {
    sql: ['resolved_at IS NULL', ...conditions.map(({ sql }) => sql)].join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** What is open, the newest first, where the next page starts, and how many there are of each kind within the scope and the shop. */
export async function listAttention(
  db: Database,
  { kind, shop, limit, cursor, scope }: AttentionFilter,
): Promise<{
  readonly data: readonly Attention[];
  readonly next: AttentionCursor | null;
  readonly counts: Readonly<Partial<Record<AttentionKind, number>>>;
}> {
  const within: Condition[] = [
    ...scoped(scope),
    ...(shop === undefined ? [] : [{ sql: 'shop = ?', values: [shop] }]),
  ];
  const page = joined([
    ...within,
    ...(kind === undefined ? [] : [{ sql: 'kind = ?', values: [kind] }]),
    ...(cursor
      ? [{ sql: '(since, id) < (?, CAST(? AS INTEGER))', values: [cursor.since, String(cursor.id)] }]
      : []),
  ]);
  const all = joined(within);
  const [rows, counted] = await db.batch([
    db
      .prepare(
        `SELECT id, kind, payment, account, shop, since, detail FROM attention WHERE ${page.sql} ORDER BY since DESC, id DESC LIMIT ?`,
      )
      .bind(...page.values, limit + 1),
    db
      .prepare(`SELECT kind, count(*) AS count FROM attention WHERE ${all.sql} GROUP BY kind ORDER BY kind`)
      .bind(...all.values),
  ]);
  const found = (rows?.results ?? []) as readonly AttentionRow[];
  const last = found[limit - 1];
  return {
    data: found.slice(0, limit).map(attentionOf),
    next: found.length > limit && last ? { since: last.since, id: last.id } : null,
    counts: Object.fromEntries(
      ((counted?.results ?? []) as readonly { readonly kind: string; readonly count: number }[]).map(
        (row) => [row.kind, row.count],
      ),
    ),
  };
}

/** A row that is open, within a scope; null: there is none. */
export async function openAttention(db: Database, id: number, scope: Scope): Promise<Attention | null> {
  const { sql, values } = joined([
    { sql: 'id = CAST(? AS INTEGER)', values: [String(id)] },
    ...scoped(scope),
  ]);
  const row = await db
    .prepare(`SELECT id, kind, payment, account, shop, since, detail FROM attention WHERE ${sql}`)
    .bind(...values)
    .first<AttentionRow>();
  return row && attentionOf(row);
}

/** Resolves a row with a note. */
export async function resolveAttention(
  db: Database,
  { id, kind, payment, account, shop }: Attention,
  how: { readonly by: Actor; readonly at: string; readonly note: string },
): Promise<void> {
  const { by, at, note } = how;
  await db.batch([
    db
      .prepare('UPDATE attention SET resolved_at = ?, resolved_by = ?, note = ? WHERE id = ?')
      .bind(at, by.actor, note, Number(id)),
    recordAudit(db, at, {
      by,
      action: 'attention.resolved',
      subject: payment ?? shop ?? account ?? kind,
      shop,
      detail: { attention: id, kind, note },
    }),
  ]);
}
