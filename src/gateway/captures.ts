/** When an account takes money: where a payment does not say it, and as payments may ask for it (`capture`). */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { Capture } from '../payments/types.ts';
import { open } from './accounts.ts';

/** The ways in which an account takes money. */
export interface AccountCaptures {
  /** That of a payment which leaves it out. */
  readonly usual: Capture;
  /** Those that a payment can ask for. */
  readonly all: readonly Capture[];
}

/** How an account takes money; null: its settings are not complete. */
export function capturesOf(account: Account): AccountCaptures | null {
  try {
    const { provider, variants } = open(account);
    const usual = provider.captureDefault(variants[0].account.settings as never);
    return { usual, all: provider.capabilities.manualCapture ? ['automatic', 'manual'] : [usual] };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Whether two accounts take money alike where a payment leaves open when. What is not known is no difference. */
export function takeAlike(one: Account, other: Account): boolean {
  const [own, others] = [capturesOf(one), capturesOf(other)];
  return own === null || others === null || own.usual === others.usual;
}

/** What payments could ask for at one account, and cannot at another. */
export function capturesLost(from: Account, to: Account): readonly Capture[] {
  const there = capturesOf(to)?.all;
  return there ? (capturesOf(from)?.all ?? []).filter((one) => !there.includes(one)) : [];
}
