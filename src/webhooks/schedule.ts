/** When a message is sent again. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before the first, second, third ... try. */
export const PAUSES: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Up to this much of a pause is added at random, so that a shop that comes back is not met by all at once. */
const JITTER = 0.2;

/**
 * Milliseconds until the next try, or null when there is none left.
 * @param failed how many tries have failed.
 * @param random between 0 and 1.
 */
export function pauseAfter(failed: number, random: number): number | null {
  const pause = PAUSES[failed];
  return pause === undefined ? null : Math.round(pause * (1 + JITTER * random));
}
