/**
 * A switch that is thrown once and never back: whether secrets that an older version has sealed are closed.
 *
 * It is a Durable Object and not a row of the directory, because it guards against somebody who can write rows. Such a record has
 * less authenticated with it, so that an old copy of the database holds values that would open in the rows of today.
 */
import { DurableObject } from 'cloudflare:workers';

export class OneWaySwitch<Env> extends DurableObject<Env> {
  isClosed(): boolean {
    const { sql } = this.ctx.storage;
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'closed'").toArray().length === 0) return false;
    return sql.exec('SELECT 1 FROM closed').toArray().length > 0;
  }

  /**
   * Closes it for good.
   * @param at RFC 3339 UTC.
   * @returns whether it was open.
   */
  close(at: string): boolean {
    if (this.isClosed()) return false;
    const { sql } = this.ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS closed (at TEXT NOT NULL) STRICT');
    sql.exec('INSERT INTO closed (at) VALUES (?)', at);
    return true;
  }
}
