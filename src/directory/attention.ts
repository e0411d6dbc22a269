/**
 * What needs a person, in D1. Payments' rows are pushed by their ledgers; the others are made by attention-causes.ts. A person resolves
 * a row with a note; it comes back when its cause comes anew.
 */
import type { AttentionKind, PaymentAttention } from '../payments/attention.ts';
import { INSERT, KEPT_UNLESS_NEW } from './attention-causes.ts';
import { recordAudit } from './audit.ts';
import type { Database, Statement } from './database.ts';
import { accountsOf, type Condition, scopeCondition } from './scope.ts';
import type { Actor, Scope } from './types.ts';

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
  readonly sight: Sight;
}

/** What an operator sees of it. */
export interface Sight {
  readonly scope: Scope;
  /** Whether what is about the installation itself is shown too: its tokens, which no shop and no account has. */
  readonly ofInstallation: boolean;
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

// --- What an operator sees --------------------------------------------------------------------------------

function attentionOf({ id, detail, ...row }: AttentionRow): Attention {
  return { ...row, id: String(id), detail: JSON.parse(detail) as Attention['detail'] };
}

/** What is about a shop of the scope, or about an account that one of its shops uses. */
function inSight({ scope, ofInstallation }: Sight): Condition[] {
  if (scope.all)
    return ofInstallation ? [] : [{ sql: 'coalesce(payment, account, shop) IS NOT NULL', values: [] }];
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
  { kind, shop, limit, cursor, sight }: AttentionFilter,
): Promise<{
  readonly data: readonly Attention[];
  readonly next: AttentionCursor | null;
  readonly counts: Readonly<Partial<Record<AttentionKind, number>>>;
}> {
  const within: Condition[] = [
    ...inSight(sight),
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

/** A row that is open, of what an operator sees; null: there is none. */
export async function openAttention(db: Database, id: number, sight: Sight): Promise<Attention | null> {
  const { sql, values } = joined([
    { sql: 'id = CAST(? AS INTEGER)', values: [String(id)] },
    ...inSight(sight),
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
