/** What holds for the whole installation, in D1 as JSON by name. */
import { recordAudit } from './audit.ts';
import type { Database } from './database.ts';
import type { Subject } from './recent-changes.ts';
import type { Actor } from './types.ts';

/** Above which amount, in minor units by currency, an operator's refund needs a second person. A currency that is not named has no limit. */
export type ApprovalLimits = Readonly<Record<string, number>>;

const APPROVALS = 'approvals';

export class Settings {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #begin: (subject: Subject) => Promise<void>;

  constructor(db: Database, now: () => number, begin: (subject: Subject) => Promise<void>) {
    this.#db = db;
    this.#now = now;
    this.#begin = begin;
  }

  async approvals(): Promise<ApprovalLimits> {
    const row = await this.#db
      .prepare('SELECT value FROM settings WHERE name = ?')
      .bind(APPROVALS)
      .first<{ readonly value: string }>();
    return row ? (JSON.parse(row.value) as ApprovalLimits) : {};
  }

  async putApprovals(limits: ApprovalLimits, before: ApprovalLimits, by: Actor): Promise<void> {
    await this.#begin(`setting/${APPROVALS}`);
    const at = new Date(this.#now()).toISOString();
    await this.#db.batch([
      this.#db
        .prepare(
          `INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
        )
        .bind(APPROVALS, JSON.stringify(limits), at),
      recordAudit(this.#db, at, {
        by,
        action: 'approvals.updated',
        subject: APPROVALS,
        shop: null,
        detail: { from: before, to: limits },
      }),
    ]);
  }
}
