/** The audit log: who changed what, when. Entries are written in the same batch as the change itself. */
import type { Database, Statement } from './database.ts';
import { accountsOf, type Condition, scopeCondition } from './scope.ts';
import { type Actor, type AuditEntry, itself, type Scope } from './types.ts';

type AuditRow = Omit<AuditEntry, 'detail' | 'actorName'> & {
  readonly actor_name: string | null;
  readonly detail: string;
};

/** What is recorded of a change; `detail` holds old and new values, never a secret. */
export interface AuditRecord {
  readonly by: Actor;
  readonly action: string;
  readonly subject: string;
  /** The shop that it is about, whose operators see it; null: none, or several. */
  readonly shop: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A record as it waits while D1 is down; those of versions before tokens and users name the actor alone. */
export type WaitingAudit = AuditRecord | (Omit<AuditRecord, 'by' | 'shop'> & { readonly actor: string });

const COLUMNS = 'at, actor, actor_name, address, request, action, subject, shop, detail';

function valuesOf(at: string, { by, action, subject, shop, detail }: AuditRecord): readonly unknown[] {
  return [at, by.actor, by.actorName, by.address, by.request, action, subject, shop, JSON.stringify(detail)];
}

/** The statement that records a change. */
export function recordAudit(db: Database, at: string, entry: AuditRecord): Statement {
  return db
    .prepare(`INSERT INTO audit (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .bind(...valuesOf(at, entry));
}

/** The same, where a condition holds within the transaction. */
export function recordAuditWhere(
  db: Database,
  at: string,
  entry: AuditRecord,
  condition: Condition,
): Statement {
  return db
    .prepare(`INSERT INTO audit (${COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE ${condition.sql}`)
    .bind(...valuesOf(at, entry), ...condition.values);
}

/** The same for an entry that waited: a second time changes nothing. */
export function recordAuditOnce(db: Database, at: string, waiting: WaitingAudit): Statement {
  const entry = 'by' in waiting ? waiting : { ...waiting, by: itself(waiting.actor), shop: null };
  return db
    .prepare(
      `INSERT INTO audit (${COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS
         (SELECT 1 FROM audit WHERE at = ?1 AND actor = ?2 AND request IS ?5 AND action = ?6 AND subject = ?7 AND detail = ?9)`,
    )
    .bind(...valuesOf(at, entry));
}

/** Which entries are wanted: each member narrows them; what is left out does not. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  readonly shop?: string | undefined;
  readonly address?: string | undefined;
  readonly request?: string | undefined;
  /** Milliseconds since 1970; the entry of that very moment is in. */
  readonly from?: number | undefined;
  /** The entry of that very moment is out. */
  readonly to?: number | undefined;
  /** Whose shops they are about. */
  readonly scope: Scope;
  /** An entry's id: only those before it. */
  readonly before: number | null;
  readonly limit: number;
}

const EQUAL = ['actor', 'action', 'subject', 'shop', 'address', 'request'] as const;

/** The entries that an operator of a scope sees: those about its shops, and about the accounts that these use. */
function visible(scope: Scope): Condition {
  if (scope.all) return scopeCondition(scope, 'shop');
  const ofShop = scopeCondition(scope, 'audit.shop');
  const ofUser = accountsOf(scope);
  return {
    sql: `(${ofShop.sql} OR (substr(action, 1, 8) = 'account.' AND subject IN (${ofUser.sql})))`,
    values: [...ofShop.values, ...ofUser.values],
  };
}

/** The newest entries first. */
export async function listAudit(db: Database, filter: AuditFilter): Promise<AuditEntry[]> {
  const { from, to, scope, before, limit } = filter;
  const equal = EQUAL.flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ sql: `audit.${name} = ?`, values: [value] }];
  });
  const time = (sql: string, at: number | undefined): Condition[] =>
    at === undefined ? [] : [{ sql, values: [new Date(at).toISOString()] }];
  const conditions = [...equal, ...time('at >= ?', from), ...time('at < ?', to), visible(scope)];
  const { results } = await db
    .prepare(
      `SELECT id, ${COLUMNS} FROM audit WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} AND id < ? ORDER BY id DESC LIMIT ?`,
    )
    .bind(...conditions.flatMap(({ values }) => values), before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<AuditRow>();
  return results.map(({ actor_name, detail, ...row }) => ({
    ...row,
    actorName: actor_name,
    detail: JSON.parse(detail) as AuditEntry['detail'],
  }));
}

/** The members in which two records differ, as `{ name: { from, to } }`. */
export function changes(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>>,
): Record<string, { readonly from: unknown; readonly to: unknown }> {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  const found: Record<string, { from: unknown; to: unknown }> = {};
  for (const name of names) {
    const [from, to] = [before?.[name] ?? null, after[name] ?? null];
    if (JSON.stringify(from) !== JSON.stringify(to)) found[name] = { from, to };
  }
  return found;
}
