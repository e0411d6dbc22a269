/** The life of one attempt: how it begins, and whether its redirect may be used again. */
import { moneyOf, NEW_ATTEMPT } from '../payments/rules.ts';
import type { SignedAttempt } from './commands.ts';
import type { Attempt } from './record.ts';

/** An attempt at its beginning. */
export function attemptOf(attempt: SignedAttempt, at: string): Attempt {
  return { ...attempt, createdAt: at, state: NEW_ATTEMPT };
}

/** An attempt without a result may be used again, unless its provider takes an order number only once. */
export function isReusable({ state, oneRedirect }: Attempt): boolean {
  if (Object.keys(state.paid).length > 0) return false;
  return (
    state.progress === 'created' ||
    (!oneRedirect && (state.progress === 'forwarded' || state.progress === 'pending'))
  );
}

/** Whether the redirect has expired (`now` in milliseconds since 1970). */
export function isStale({ goodUntil }: Attempt, now: number): boolean {
  return typeof goodUntil === 'string' && Date.parse(goodUntil) <= now;
}

/** Whether the shop has captured an authorization, in whole or in part. */
export function isCaptured({ capture, state }: Attempt): boolean {
  return capture === 'manual' && state.authorized > 0 && moneyOf(state).paid > 0;
}
