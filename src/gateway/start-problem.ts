/** Why an account cannot take a payment, as far as its settings and the payment say it. */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { paymentProblem } from '../providers/kit/requirements.ts';
import { open } from './accounts.ts';

/**
 * @returns null: it can take it.
 * @throws Problem misconfigured when the account cannot be used at all.
 */
export function startProblem(account: Account, payment: PaymentRequest): Problem | null {
  const { provider, variants } = open(account);
  return paymentProblem(provider, variants[0].account.settings as never, payment);
}

/** The same, of an account that cannot be used too. */
export function problemOf(account: Account, payment: PaymentRequest): Problem | null {
  try {
    return startProblem(account, payment);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
