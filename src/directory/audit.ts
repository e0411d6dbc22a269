/** The audit log: who changed what, when. Entries are written in the same batch as the change itself. */
import type { Database, Statement } from './database.ts';
import type { AuditEntry } from './types.ts';

interface AuditRow {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}

/** What is recorded of a change; `detail` holds old and new values, never a secret. */
export interface AuditRecord {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The statement that records a change. */
export function recordAudit(db: Database, at: string, entry: AuditRecord): Statement {
  return db
    .prepare('INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)')
    .bind(at, entry.actor, entry.action, entry.subject, JSON.stringify(entry.detail));
}

/** The same for an entry that waited: a second time changes nothing. */
export function recordAuditOnce(db: Database, at: string, entry: AuditRecord): Statement {
  const { actor, action, subject, detail } = entry;
  return db
    .prepare(
      `INSERT INTO audit (at, actor, action, subject, detail) SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS
         (SELECT 1 FROM audit WHERE at = ?1 AND actor = ?2 AND action = ?3 AND subject = ?4 AND detail = ?5)`,
    )
    .bind(at, actor, action, subject, JSON.stringify(detail));
}

/** The newest entries first, those before an entry id if given. */
export async function listAudit(db: Database, limit: number, before: number | null): Promise<AuditEntry[]> {
  const { results } = await db
    .prepare('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?')
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<AuditRow>();
  return results.map((row) => ({ ...row, detail: JSON.parse(row.detail) as AuditEntry['detail'] }));
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
