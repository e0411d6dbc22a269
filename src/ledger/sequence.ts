/**
 * Numbers for protocols whose order numbers are short and must be unique on a day: one Durable Object per contract
 * counts from 0. A number that was given and not used is lost; none is given twice.
 */
import { DurableObject } from 'cloudflare:workers';

export class DailySequence<Env> extends DurableObject<Env> {
  /** The next number of a UTC day, `YYYY-MM-DD`. */
  next(day: string): number {
    const { sql } = this.ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, used INTEGER NOT NULL) STRICT');
    const { used } = sql
      .exec<{ used: number }>(
        'INSERT INTO days (day, used) VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET used = used + 1 RETURNING used',
        day,
      )
      .one();
    // Clocks differ by seconds around midnight: the day before is still counted.
    if (used === 1)
      sql.exec('DELETE FROM days WHERE day NOT IN (SELECT day FROM days ORDER BY day DESC LIMIT 2)');
    return used - 1;
  }
}
