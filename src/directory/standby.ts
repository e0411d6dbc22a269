/**
 * What has to hold while D1 is down, in a Durable Object beside it: which shops and accounts were changed lately, and rows that could
 * not be written. Rows are written as soon as D1 answers again. There is one such object.
 */
import { DurableObject } from 'cloudflare:workers';
import { isUnavailable } from '../payments/errors.ts';
import { nextPause, STANDBY_PAUSES } from '../payments/retries.ts';

/** The longest time after a read in which anything is served while D1 is down: an hour. Older changes do not matter. */
export const SERVED_FOR_MS = 3_600_000;

/** Changes that are listed. Where there are more within an hour, all of them count as one change of everything. */
const MOST_CHANGES = 1000;

/** The subject that stands for all of them. */
export const EVERYTHING = '*';

/** Rows that are read at one time. */
const PAGE = 50;

/** A row that could not be written. */
export interface WaitingRow {
  readonly kind: 'audit' | 'refusal';
  /** When it happened, RFC 3339 UTC. */
  readonly at: string;
  /** Rows of one group beyond `most` end the oldest of it; null: none is ever dropped. */
  readonly bound: { readonly group: string; readonly most: number } | null;
  /** JSON. */
  readonly body: string;
}

/** The standby as its callers see it. */
export interface StandbyClient {
  changing(subject: string, until: number): Promise<void>;
  changes(): Promise<(readonly [string, number])[]>;
  keep(row: WaitingRow): Promise<void>;
}

export interface StandbyPorts {
  now(): number;
  random(bytes: Uint8Array): void;
  /** Writes a row to D1, once: a second call for the same row changes nothing. */
  write(row: WaitingRow): Promise<void>;
}

type StoredRow = {
  readonly id: number;
  readonly kind: string;
  readonly at: string;
  readonly body: string;
};

export abstract class DirectoryStandby<Env> extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS changes (subject TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT');
    sql.exec(
      'CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at TEXT NOT NULL, "group" TEXT, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0) STRICT',
    );
  }

  /** Made anew for each use. */
  protected abstract ports(): StandbyPorts;

  // --- Changes --------------------------------------------------------------------------------------------

  /**
   * A change of a subject has begun.
   * @param until reads of before this time (milliseconds since 1970) may have found what was there before the change.
   */
  changing(subject: string, until: number): void {
    const { sql } = this.ctx.storage;
    sql.exec(
      'INSERT INTO changes (subject, until) VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET until = max(until, excluded.until)',
      subject,
      until,
    );
    sql.exec('DELETE FROM changes WHERE until < ?', this.ports().now() - SERVED_FOR_MS);
    const { count, newest } = sql
      .exec<{ count: number; newest: number }>('SELECT count(*) AS count, max(until) AS newest FROM changes')
      .one();
    if (count <= MOST_CHANGES) return;
    sql.exec('DELETE FROM changes');
    sql.exec('INSERT INTO changes (subject, until) VALUES (?, ?)', EVERYTHING, newest);
  }

  /** Every subject that was changed lately, and until when reads may be of before. */
  changes(): [string, number][] {
    return this.ctx.storage.sql
      .exec<{ subject: string; until: number }>('SELECT subject, until FROM changes')
      .toArray()
      .map(({ subject, until }) => [subject, until]);
  }

  // --- Rows that wait -------------------------------------------------------------------------------------

  /** Keeps a row until it can be written. */
  async keep({ kind, at, bound, body }: WaitingRow): Promise<void> {
    const { sql } = this.ctx.storage;
    const group = bound?.group ?? null;
    sql.exec('INSERT INTO waiting (kind, at, "group", body) VALUES (?, ?, ?, ?)', kind, at, group, body);
    if (bound)
      sql.exec(
        'DELETE FROM waiting WHERE "group" = ?1 AND id <= (SELECT id FROM waiting WHERE "group" = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)',
        bound.group,
        bound.most,
      );
    if ((await this.ctx.storage.getAlarm()) === null) await this.#wake();
  }

  #wake(): Promise<void> {
    const { now, random } = this.ports();
    return this.ctx.storage.setAlarm(now() + nextPause(STANDBY_PAUSES, 1, random));
  }

  /** Writes the rows that wait, the oldest first; after a failure those that were not tried as often. */
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const ports = this.ports();
    for (;;) {
      const rows = sql.exec<StoredRow>('SELECT * FROM waiting ORDER BY tries, id LIMIT ?', PAGE).toArray();
      if (rows.length === 0) return;
      for (const { id, kind, at, body } of rows) {
        try {
          await ports.write({ kind: kind as WaitingRow['kind'], at, bound: null, body });
        } catch (error) {
          if (isUnavailable(error)) {
            sql.exec('UPDATE waiting SET tries = tries + 1 WHERE id = ?', id);
            return this.#wake();
          }
          // It can never be written, and must not hold up the others. It has no secrets: the log may keep it.
          console.error({ event: 'standby.row_not_written', kind, at, body, error: String(error) });
        }
        sql.exec('DELETE FROM waiting WHERE id = ?', id);
      }
    }
  }
}
