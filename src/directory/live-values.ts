/**
 * How many values of one secret or key live at a time: the current one, and those before it that are in their grace. Each
 * keeps its own end, so that a rotation that would be one too many is rejected: it must not end an earlier one before its time.
 */
import { Problem } from '../payments/errors.ts';

/** Each live value is tried on each message that does not verify, and a key of a shop signs beside the others. */
const MOST_LIVE_VALUES = 5;

/** One row of the values of a secret. */
interface LivingRow {
  /** RFC 3339 UTC; null: the current value. */
  readonly not_after: string | null;
}

/**
 * @param rows those of one secret or key.
 * @param rotation.at when it is made, RFC 3339 UTC.
 * @param rotation.instead what ends all earlier values at once.
 * @throws Problem invalid_state when a rotation would leave more values than may live, with what to do instead.
 */
export function requireRoom(
  rows: readonly LivingRow[],
  rotation: {
    readonly name: string;
    readonly at: string;
    readonly graceSeconds: number;
    readonly instead: string;
  },
): void {
  const { name, at, graceSeconds, instead } = rotation;
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
