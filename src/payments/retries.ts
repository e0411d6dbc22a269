/**
 * When what has failed is tried again: every schedule of the service (docs/design.md, "Retries", has them as a table). The client's own
 * stands in client/transport.ts, because it is a package by itself.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds before the second try, the third ... */
type Pauses = readonly number[];

// --- Given up after the last ------------------------------------------------------------------------------

/** A message to a shop's endpoint; a status query, where the provider names no pauses of its own. */
export const MESSAGE_PAUSES: Pauses = [
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

/** Finding out what became of an operation whose answer was lost. */
export const OPERATION_PAUSES: Pauses = [
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  HOUR,
  6 * HOUR,
  24 * HOUR,
  24 * HOUR,
  48 * HOUR,
  96 * HOUR,
];

// --- Never given up: the last one is repeated -------------------------------------------------------------

/** The searchable copy of a payment, and what of it needs a person. */
export const COPY_PAUSES: Pauses = [SECOND, 5 * SECOND, 30 * SECOND, 5 * MINUTE];

/** A job that our own storage kept from being tried. */
export const POSTPONED_PAUSES: Pauses = [30 * SECOND];

/** The alarm of a ledger that failed itself. */
export const ALARM_PAUSES: Pauses = [30 * SECOND];

/** The rows that the standby keeps while D1 is down. */
export const STANDBY_PAUSES: Pauses = [30 * SECOND];

/** Polling a payment whose ledger failed. */
export const POLL_PAUSES: Pauses = [10 * MINUTE];

/** A step of a comparison, after a failure that is not the file's; the comparison itself ends after some tries. */
export const COMPARISON_PAUSES: Pauses = [
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  4 * MINUTE,
  8 * MINUTE,
  16 * MINUTE,
  32 * MINUTE,
  HOUR,
];

/** Deleting a comparison whose time is up. */
export const DELETION_PAUSES: Pauses = [HOUR];

/** Up to this much of a pause is added at random, so that what comes back is not met by all at once. */
const JITTER = 0.2;

/** Fills bytes at random. */
type Random = (bytes: Uint8Array) => void;

/** A pause with its jitter. */
export function spread(pause: number, random: Random): number {
  const bytes = new Uint8Array(1);
  random(bytes);
  return Math.round(pause * (1 + (JITTER * (bytes[0] ?? 0)) / 255));
}

/** Milliseconds until the next try after so many failures (from 1); null: none is left. */
export function pauseAfter(pauses: Pauses, failures: number, random: Random): number | null {
  const pause = pauses[failures - 1];
  return pause === undefined ? null : spread(pause, random);
}

/** The same, where it is tried until it succeeds. */
export function nextPause(pauses: Pauses, failures: number, random: Random): number {
  return spread(pauses[Math.min(failures, pauses.length) - 1] ?? 0, random);
}
