/** What holds for the whole installation, in D1 as JSON by name. */
import { recordAudit } from './audit.ts';
import type { Database, Statement } from './database.ts';
import type { Subject } from './recent-changes.ts';
import type { Actor } from './types.ts';

/** Above which amount, in minor units by currency, an operator's refund needs a second person. A currency that is not named has no limit. */
export type ApprovalLimits = Readonly<Record<string, number>>;

const APPROVALS = 'approvals';

/** Where the daily report goes. */
export interface ReportTarget {
  readonly url: string;
  readonly timeZone: string;
  /** Of that zone, from 0 to 23. */
  readonly hour: number;
  /** Another one for each time that it is set: its secret follows from it. */
  readonly nonce: string;
  /** The first day that is reported, `YYYY-MM-DD`; targets of before have none. */
  readonly firstDay?: string;
  /** The last day that was delivered, `YYYY-MM-DD`. */
  readonly lastDay: string | null;
}

const REPORT = 'report';

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
    return (await this.#read<ApprovalLimits>(APPROVALS)) ?? {};
  }

  /** Where the daily report goes; null: nowhere. */
  report(): Promise<ReportTarget | null> {
    return this.#read<ReportTarget>(REPORT);
  }

  async #read<T>(name: string): Promise<T | null> {
    const row = await this.#db
      .prepare('SELECT value FROM settings WHERE name = ?', [name])
      .first<{ readonly value: string }>();
    return row && (JSON.parse(row.value) as T);
  }

  async putApprovals(limits: ApprovalLimits, before: ApprovalLimits, by: Actor): Promise<void> {
    await this.#begin(`setting/${APPROVALS}`);
    const at = new Date(this.#now()).toISOString();
    await this.#db.batch([
      this.#put(APPROVALS, limits, at),
      recordAudit(this.#db, at, {
        by,
        action: 'approvals.updated',
        subject: APPROVALS,
        shop: null,
        detail: { from: before, to: limits },
      }),
    ]);
  }

  async putReport(target: ReportTarget, by: Actor): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    const { url, timeZone, hour } = target;
    const detail = { url, timeZone, hour };
    await this.#db.batch([
      this.#put(REPORT, target, at),
      recordAudit(this.#db, at, { by, action: 'report.updated', subject: REPORT, shop: null, detail }),
    ]);
  }

  async deleteReport(by: Actor): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    await this.#db.batch([
      this.#db.prepare('DELETE FROM settings WHERE name = ?', [REPORT]),
      recordAudit(this.#db, at, { by, action: 'report.deleted', subject: REPORT, shop: null, detail: {} }),
    ]);
  }

  /** Notes that a day was reported to a target, unless it was replaced meanwhile. */
  async reported(nonce: string, day: string): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE settings SET value = json_set(value, '$.lastDay', ?2)
         WHERE name = ?1 AND value ->> 'nonce' = ?3 AND coalesce(value ->> 'lastDay', '') < ?2`,
        [REPORT, day, nonce],
      )
      .run();
  }

  #put(name: string, value: object, at: string): Statement {
    return this.#db.prepare(
      `INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
      [name, JSON.stringify(value), at],
    );
  }
}
