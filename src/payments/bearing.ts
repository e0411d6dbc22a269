/** What an update is to those who read its payment. */
import { type AttemptState, moneyOf } from './rules.ts';
import { LESS_THAN_HELD, LESS_THAN_PAID, type Outcome } from './statuses.ts';

/**
 * What an update is to those who read the payment:
 * - `moved`: it is the newest result;
 * - `remark`: it moves nothing, and is the newest that the provider has said;
 * - `stale`: money had decided before it, or it repeats what is known. It must not be shown as the newest.
 */
export type Bearing = 'moved' | 'remark' | 'stale';

/**
 * What an update is to readers of the payment.
 * @param attempts of the payment, before it: money in any of them outweighs what is said of another, and what nobody understands.
 * @param options.hasMoved whether it changed its attempt's state.
 * @param options.hasEnded whether it ended what its attempt held.
 * @param options.isUnknown whether its code is none that the provider's sheet has, or is empty.
 */
export function bearingOf(
  attempts: readonly AttemptState[],
  outcome: Outcome,
  {
    hasMoved,
    isUnknown = false,
    hasEnded = false,
  }: { readonly hasMoved: boolean; readonly isUnknown?: boolean; readonly hasEnded?: boolean },
): Bearing {
  if (hasEnded) return 'moved';
  const moneys = attempts.map(moneyOf);
  if (isUnknown && moneys.some(({ paid, authorized }) => paid > 0 || authorized > 0)) return 'stale';
  if (moneys.some(({ paid }) => paid > 0) && LESS_THAN_PAID.has(outcome)) return 'stale';
  if (moneys.some(({ authorized }) => authorized > 0) && LESS_THAN_HELD.has(outcome)) return 'stale';
  if (hasMoved) return 'moved';
  return outcome === 'none' || LESS_THAN_HELD.has(outcome) ? 'remark' : 'stale';
}
