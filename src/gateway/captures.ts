/** When an account takes money where a payment does not say it. */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { Capture } from '../payments/types.ts';
import { open } from './accounts.ts';

/** The capture of a payment that leaves it out; null: the account's settings are not complete. */
export function usualCapture(account: Account): Capture | null {
  try {
    const { provider, variants } = open(account);
    return provider.captureDefault(variants[0].account.settings as never);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
