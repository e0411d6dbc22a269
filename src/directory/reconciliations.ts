/** The list of reconciliations, how accounts' files are read, and what persons have said of differences. The files are elsewhere. */
import type { ReconciliationStatus } from '../payments/reconciled.ts';
import { recordAudit } from './audit.ts';
import type { Database } from './database.ts';
import type { Actor } from './types.ts';

export interface ListedReconciliation {
  readonly id: string;
  readonly account: string;
  /** As the operator's browser or command names it; for people. */
  readonly fileName: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly createdByName: string | null;
  readonly status: ReconciliationStatus;
  /** Null: it has not been compared yet. */
  readonly differences: number | null;
  readonly finishedAt: string | null;
}

const COLUMNS = `id, account, file_name AS fileName, created_at AS createdAt, created_by AS createdBy, created_by_name AS createdByName,
  status, differences, finished_at AS finishedAt`;

export class Reconciliations {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * The newest first.
   * @param accounts of these alone; null: of all.
   * @param before the last of the page before; null: the first page.
   */
  async list(
    accounts: readonly string[] | null,
    before: { readonly createdAt: string; readonly id: string } | null,
    limit: number,
  ): Promise<readonly ListedReconciliation[]> {
    const conditions = [
      ...(accounts ? ['account IN (SELECT value FROM json_each(?))'] : []),
      ...(before ? ['(created_at, id) < (?, ?)'] : []),
    ];
    const { results } = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM reconciliations ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
         ORDER BY created_at DESC, id DESC LIMIT ?`,
        [
          ...(accounts ? [JSON.stringify(accounts)] : []),
          ...(before ? [before.createdAt, before.id] : []),
          limit,
        ],
      )
      .all<ListedReconciliation>();
    return results;
  }

  get(id: string): Promise<ListedReconciliation | null> {
    return this.#db.prepare(`SELECT ${COLUMNS} FROM reconciliations WHERE id = ?`, [id]).first();
  }

  async add(id: string, account: string, fileName: string, by: Actor): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    await this.#db.batch([
      this.#db.prepare(
        `INSERT INTO reconciliations (id, account, file_name, created_at, created_by, created_by_name, status)
         VALUES (?, ?, ?, ?, ?, ?, 'receiving')`,
        [id, account, fileName, at, by.actor, by.actorName],
      ),
      this.#audit(at, by, 'reconciliation.created', account, { reconciliation: id, file: fileName }),
    ]);
  }

  async drop({ id, account }: ListedReconciliation, by: Actor): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    await this.#db.batch([
      this.#db.prepare('DELETE FROM reconciliations WHERE id = ?', [id]),
      this.#audit(at, by, 'reconciliation.deleted', account, { reconciliation: id }),
    ]);
  }

  /** Keeps what a person says of a difference, for newer files too. @param reason null: nothing any more. */
  async putMark(
    { id, account }: ListedReconciliation,
    { key, shop }: { readonly key: string; readonly shop: string | null },
    reason: string | null,
    by: Actor,
  ): Promise<string> {
    const at = new Date(this.#now()).toISOString();
    if (reason === null && !(await this.#hasMark(account, key))) return at;
    await this.#db.batch([
      reason === null
        ? this.#db.prepare('DELETE FROM reconciliation_marks WHERE account = ? AND key = ?', [account, key])
        : this.#db.prepare(
            `INSERT INTO reconciliation_marks (account, key, reason, marked_by, marked_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (account, key) DO UPDATE SET reason = excluded.reason, marked_by = excluded.marked_by,
               marked_at = excluded.marked_at`,
            [account, key, reason, by.actorName ?? by.actor, at],
          ),
      this.#audit(
        at,
        by,
        reason === null ? 'reconciliation.unmarked' : 'reconciliation.marked',
        account,
        { reconciliation: id, about: key, ...(reason !== null && { reason }) },
        shop,
      ),
    ]);
    return at;
  }

  async #hasMark(account: string, key: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM reconciliation_marks WHERE account = ? AND key = ?';
    return (await this.#db.prepare(sql, [account, key]).first()) !== null;
  }

  #audit(
    at: string,
    by: Actor,
    action: string,
    subject: string,
    detail: Readonly<Record<string, unknown>>,
    shop: string | null = null,
  ) {
    return recordAudit(this.#db, at, { by, action, subject, shop, detail });
  }
}
