/** The life of one signed trip: how it begins, and whether the shopper may make it again. */
import { moneyOf, NEW_ATTEMPT } from '../payments/rules.ts';
import type { SignedAttempt } from './commands.ts';
import type { Attempt } from './record.ts';

/** An attempt at its beginning. */
export function attemptOf(attempt: SignedAttempt, at: string): Attempt {
  return { ...attempt, createdAt: at, state: NEW_ATTEMPT };
}

/** A trip without news yet may be made again, unless its provider burns the order number at the first try. */
export function mayGoAgain({ state, oneRedirect }: Attempt): boolean {
  if (Object.keys(state.paid).length > 0) return false;
  return (
    state.progress === 'created' ||
    (!oneRedirect && (state.progress === 'forwarded' || state.progress === 'pending'))
  );
}

/** A redirect whose time is over. */
export function isStale({ goodUntil }: Attempt, now: number): boolean {
  return typeof goodUntil === 'string' && Date.parse(goodUntil) <= now;
}

/** Authorized first, and taken by a capture of the shop's own, in whole or in part. */
export function isCaptured({ capture, state }: Attempt): boolean {
  return capture === 'manual' && state.authorized > 0 && moneyOf(state).paid > 0;
}
