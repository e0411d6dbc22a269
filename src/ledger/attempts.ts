/** The life of one attempt: how it begins, and whether its redirect may be used again. */
import { MAX_ATTEMPTS } from '../payments/id.ts';
import { ZERO } from '../payments/money.ts';
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

/** What the log says of an attempt that does not go as its shop has asked: the account that it stands in for, fields that were left out. */
export function insteadAndLeftOut({ insteadOf, leftOut }: Pick<Attempt, 'insteadOf' | 'leftOut'>) {
  return { ...(insteadOf !== undefined && { insteadOf }), ...(leftOut !== undefined && { leftOut }) };
}

/** Whether its shopper may be paying: sent to the provider, and no result is known. */
export function isInFlight({ state: { progress } }: Attempt): boolean {
  return progress === 'forwarded' || progress === 'pending';
}

/** Whether a bank is processing it: who began another one might pay twice. */
export function isInProcess({ state }: Attempt): boolean {
  return state.progress === 'pending' && moneyOf(state).paid === 0;
}

/**
 * Whether somebody may have paid by an attempt whose result its provider has not told: we ended it, or nobody has.
 * @param hasLeft says whether any shopper was ever sent to a provider.
 */
export function isPerhapsPaid(attempts: readonly Attempt[], hasLeft: () => boolean): boolean {
  const isUntold = ({ state, told }: Attempt) => state.progress === 'expired' && !told?.expired;
  return attempts.some(isInFlight) || (attempts.some(isUntold) && hasLeft());
}

/** How long a request may take to register an order. After that it counts as lost. */
const RESERVED_MS = 30_000;

/** How long a request that hands a BLIK code over may be lost: its shopper may be confirming it all the while. */
const CODE_RESERVED_MS = 900_000;

/** Whether a request is building the redirect (`now` in milliseconds since 1970). */
export function isBeingBuilt({ redirect, reservedAt, byCode }: Attempt, now: number): boolean {
  const longest = byCode ? CODE_RESERVED_MS : RESERVED_MS;
  return redirect === null && !!reservedAt && now - Date.parse(reservedAt) < longest;
}

/** Whether the redirect has expired (`now` in milliseconds since 1970). */
export function isStale({ goodUntil }: Attempt, now: number): boolean {
  return typeof goodUntil === 'string' && Date.parse(goodUntil) <= now;
}

/** Whether its redirect takes a shopper to the provider again (`now` in milliseconds since 1970). */
export function isGood(attempt: Attempt, now: number): boolean {
  return attempt.redirect !== null && isReusable(attempt) && !isStale(attempt, now);
}

/** Attempts that a payment may have without a pause between them. */
const FREE_ATTEMPTS = 10;

/** Pauses after those, in milliseconds. Whoever has the link can begin attempts, and must not use them up for the shopper. */
const PAUSE_MS = 600_000;
const LONG_PAUSE_MS = 86_400_000;

/** From how many attempts on the pauses are long: the rest lasts longer than any payment is open. */
const MANY_ATTEMPTS = 50;

/** When the next attempt of a payment may begin, in milliseconds since 1970; never after the last one. */
export function nextAttemptAt(attempts: readonly Attempt[]): number {
  const newest = attempts.at(-1);
  if (!newest || attempts.length < FREE_ATTEMPTS) return 0;
  if (attempts.length >= MAX_ATTEMPTS) return Number.POSITIVE_INFINITY;
  return Date.parse(newest.createdAt) + (attempts.length < MANY_ATTEMPTS ? PAUSE_MS : LONG_PAUSE_MS);
}

/** Whether money was captured that is not to be delivered for, and was not given back: who paid again would pay twice. */
export function isUndelivered({
  undelivered = ZERO,
  state,
}: Pick<Attempt, 'undelivered' | 'state'>): boolean {
  return undelivered > 0 && moneyOf(state).paid === 0;
}

/** Whether no more money is taken beside it: the shop has captured it, or it was captured and is to be given back. */
export function takesNoMore(attempt: Attempt): boolean {
  return isCaptured(attempt) || isUndelivered(attempt);
}

/** Whether the shop has captured an authorization, in whole or in part. */
function isCaptured({ capture, state }: Attempt): boolean {
  return capture === 'manual' && state.authorized > 0 && moneyOf(state).paid > 0;
}
