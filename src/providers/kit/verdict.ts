/** What checking a message found, and the status that it stands for. */
import { Refusal } from '../../payments/errors.ts';
import type { Minor } from '../../payments/money.ts';
import { apply, NEW_ATTEMPT } from '../../payments/rules.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import { summarize } from '../../payments/summary.ts';
import type { Signable } from '../../signing/bytes.ts';
import { kept } from '../../signing/kept.ts';
import type { ProviderUpdate, Reply, Verdict } from '../contract.ts';

/** The status of a payment of whatever amount, of which one update has said that all of it came to this. */
const statusOf = kept((outcome) => {
  const asked = 1 as Minor;
  const alone = { outcome: outcome as Outcome, amount: asked, movement: 'alone' };
  const isBack = outcome === 'refunded' || outcome === 'reversed';
  const before = isBack ? { ...NEW_ATTEMPT, paid: { before: asked } } : NEW_ATTEMPT;
  return summarize(asked, [apply(before, alone)]).status;
});

/**
 * The status that an update stands for when nothing else is known of its payment: the asked amount is taken to be
 * the update's own. Null where it moves nothing.
 */
export function statusAlone(
  { outcome }: Pick<ProviderUpdate, 'outcome'>,
  capture: 'automatic' | 'manual' = 'automatic',
): Status | null {
  if (outcome === 'none') return null;
  if (outcome !== 'accepted') return statusOf(outcome);
  return capture === 'manual' ? 'authorized' : 'paid';
}

/**
 * The secret that a message is checked with. An account that lacks it believes nothing: with an empty secret, anybody
 * could sign.
 * @throws Refusal
 */
export function verifyingSecret(value: string | undefined, setting: string): string {
  if (!value) throw new Refusal('no_secret', `this account has no ${setting} to check messages with`);
  return value;
}

/** A message that verified: what was signed, the signature, and the status it stands for. */
export interface Verified {
  readonly base: Signable;
  readonly signature: string;
  readonly status: Status | null;
  readonly reply?: Reply;
}

function verified({ base, signature, status, reply }: Verified): Verdict {
  return {
    valid: true,
    status,
    base,
    expected: signature,
    received: signature,
    problem: null,
    ...(reply && { reply }),
  };
}

function refused(error: unknown): Verdict {
  if (!(error instanceof Refusal)) throw error;
  const { base, expected, received, message } = error;
  return { valid: false, status: null, base: base ?? '', expected, received, problem: message };
}

/**
 * The verdict of a check that throws a Refusal. Any other error is a mistake of ours and goes on. A check that waits for nothing has its verdict
 * at once: a promise of it would take as long as a digest.
 */
export function verdict(check: () => Verified): Verdict;
export function verdict(check: () => Promise<Verified>): Promise<Verdict>;
export function verdict(check: () => Verified | Promise<Verified>): Verdict | Promise<Verdict> {
  try {
    const found = check();
    return found instanceof Promise ? found.then(verified, refused) : verified(found);
  } catch (error) {
    return refused(error);
  }
}
