/** The audit log: who changed what, when. Entries are written in the same batch as the change itself. */
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
export function recordAudit(db: D1Database, at: string, entry: AuditRecord): D1PreparedStatement {
  return db
    .prepare('INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)')
    .bind(at, entry.actor, entry.action, entry.subject, JSON.stringify(entry.detail));
}

/** The newest entries first, those before an entry id if given. */
export async function listAudit(db: D1Database, limit: number, before: number | null): Promise<AuditEntry[]> {
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
