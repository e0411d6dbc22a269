/**
 * What each user's forms have done: a Durable Object a user. A form carries a one-time operation id; whoever presses twice, reloads, or comes
 * back after a session ended gets what the first press did, and nothing is done a second time.
 *
 * Accepted: when the Worker dies between the change and its record, a second press is told that nobody knows, unless the form says that the
 * API itself does the same operation id once.
 */
import { DurableObject } from 'cloudflare:workers';

/** A form that nobody sent within a day belongs to a session that is over. */
const KEPT_MS = 24 * 3_600_000;

/** Whoever has not finished by then will not. */
const RUNNING_MS = 90_000;

/** What is known of an operation when a form is posted. */
export type Begun =
  | { readonly kind: 'first' }
  /** Another request is at it, or died over it. */
  | { readonly kind: 'running' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'done'; readonly to: string };

export class OnceLog extends DurableObject {
  /** Begins an operation, if it is the first time. @param repeatable the same again does no harm: the API does it once. */
  async begin(id: string, repeatable: boolean): Promise<Begun> {
    const { sql } = this.ctx.storage;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, begun_at INTEGER NOT NULL, went_to TEXT)',
    );
    const now = Date.now();
    const [row] = sql
      .exec<{ begun_at: number; went_to: string | null }>(
        'SELECT begun_at, went_to FROM operations WHERE id = ?',
        id,
      )
      .toArray();
    if (row?.went_to) return { kind: 'done', to: row.went_to };
    if (row && now - row.begun_at < RUNNING_MS) return { kind: 'running' };
    if (row && !repeatable) return { kind: 'unknown' };
    sql.exec('INSERT OR REPLACE INTO operations (id, begun_at, went_to) VALUES (?, ?, NULL)', id, now);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now + KEPT_MS);
    return { kind: 'first' };
  }

  /** The operation is done. @param to the page that shows what came of it. */
  finish(id: string, to: string): void {
    this.ctx.storage.sql.exec('UPDATE operations SET went_to = ? WHERE id = ?', to, id);
  }

  /** Nothing was done: the form may be sent again. */
  forget(id: string): void {
    this.ctx.storage.sql.exec('DELETE FROM operations WHERE id = ?', id);
  }

  /** What came of it is not known: the same again is told so. */
  lose(id: string): void {
    this.ctx.storage.sql.exec('UPDATE operations SET begun_at = begun_at - ? WHERE id = ?', RUNNING_MS, id);
  }

  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec('DELETE FROM operations WHERE begun_at <= ?', Date.now() - KEPT_MS);
    const [oldest] = sql.exec<{ at: number | null }>('SELECT min(begun_at) AS at FROM operations').toArray();
    if (oldest?.at) await this.ctx.storage.setAlarm(oldest.at + KEPT_MS);
    else await this.ctx.storage.deleteAll();
  }
}
