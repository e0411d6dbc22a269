/**
 * How many values of one secret or key live at a time: the current one, and those before it that are in their grace. Each
 * keeps its own end, so that a rotation that would be one too many is rejected: it must not end an earlier one before its time.
 */
import { Problem } from '../payments/errors.ts';
import type { Database, Statement } from './database.ts';

/** Each live value is tried on each message that does not verify, and a key of a shop signs beside the others. */
const MOST_LIVE_VALUES = 5;

/** One row of the values of a secret. */
interface LivingRow {
  /** RFC 3339 UTC; null: the current value. */
  readonly not_after: string | null;
}

/** The values of one secret or key: their table, and the columns that say whose they are. */
interface ValuesOf {
  readonly db: Database;
  readonly table: string;
  readonly whose: Readonly<Record<string, string>>;
}

/**
 * What a rotation does to the values that there are, in this order: those that have ended go, the current one gets its end.
 * @throws Problem as `requireRoom`.
 */
export async function rotationOf(
  { db, table, whose }: ValuesOf,
  rotation: Rotation & { readonly until: string },
): Promise<readonly [forgotten: Statement, ended: Statement]> {
  const { at, until } = rotation;
  const own = Object.keys(whose)
    .map((name) => `${name} = ?`)
    .join(' AND ');
  const values = Object.values(whose);
  const { results } = await db
    .prepare(`SELECT not_after FROM ${table} WHERE ${own}`, values)
    .all<LivingRow>();
  requireRoom(results, rotation);
  return [
    db.prepare(`DELETE FROM ${table} WHERE ${own} AND not_after <= ?`, [...values, at]),
    db.prepare(`UPDATE ${table} SET not_after = ? WHERE ${own} AND not_after IS NULL`, [until, ...values]),
  ];
}

interface Rotation {
  readonly name: string;
  /** When it is made, RFC 3339 UTC. */
  readonly at: string;
  readonly graceSeconds: number;
  /** What ends all earlier values at once. */
  readonly instead: string;
}

/**
 * @param rows those of one secret or key.
 * @throws Problem invalid_state when a rotation would leave more values than may live, with what to do instead.
 */
function requireRoom(rows: readonly LivingRow[], { name, at, graceSeconds, instead }: Rotation): void {
  const ends = rows.map((row) => row.not_after).filter((end) => end !== null && end > at);
  const hasCurrent = rows.some((row) => row.not_after === null);
  const after = ends.length + 1 + (hasCurrent && graceSeconds > 0 ? 1 : 0);
  if (after <= MOST_LIVE_VALUES) return;
  const [first] = ends.toSorted();
  throw new Problem(
    'invalid_state',
    `${MOST_LIVE_VALUES} values of ${name} are live already, and each keeps its own end: rotate after ${first}, rotate with "graceSeconds": 0, which ends the current one at once, or ${instead}`,
  );
}
