/**
 * What its attempts make of a payment: one status, and its totals. Less than the asked amount is partially_paid; the sum over the attempts
 * counts.
 */
import { type Minor, sum, ZERO } from './money.ts';
import { type AttemptProgress, type AttemptState, amountsPaid, moneyOf, progressOf, sumIn } from './rules.ts';
import type { Status } from './statuses.ts';

const PROGRESS_STATUS: Record<AttemptProgress, Status> = {
  created: 'created',
  forwarded: 'forwarded',
  pending: 'pending',
  error: 'error',
  expired: 'expired',
  cancelled: 'cancelled',
  denied: 'denied',
  authorized: 'authorized',
  voided: 'cancelled',
  capture_denied: 'denied',
};

/** The totals of a payment over its attempts, in minor units. */
export interface Amounts {
  /** Held by authorizations that have not ended (captured ones stay counted). */
  readonly authorized: Minor;
  readonly paid: Minor;
  /** Never above `paid`. */
  readonly refunded: Minor;
}

export interface Summary {
  readonly status: Status;
  readonly amounts: Amounts;
  /**
   * Two movements of money or more, in one attempt or in several, brought more than was asked together. A total says nothing of how
   * many there were.
   */
  readonly paidTwice: boolean;
  /** All that was ever charged back, and what of it was won or taken back: both only grow. */
  readonly chargebacks: { readonly made: Minor; readonly reversed: Minor };
}

/** How many movements have brought money that counts; a total alone is one. */
function paymentsIn(state: AttemptState): number {
  const movements = amountsPaid(state).filter((amount) => amount > 0).length;
  return Math.max(movements, moneyOf(state).paid > 0 ? 1 : 0);
}

/** The status of one attempt without money: what a payment with this attempt alone would have. */
function attemptStatus(state: AttemptState): Status {
  const released = state.totals?.released ?? ZERO;
  // Released part by part until nothing is left.
  const progress = progressOf(state);
  if (progress === 'authorized' && released > 0 && released >= state.authorized) return 'cancelled';
  return PROGRESS_STATUS[progress];
}

/**
 * The status of a payment without money: authorized if any attempt is; else pending if a bank is processing any, whatever became of
 * another one: who paid again might pay twice. Else that of the newest attempt that a shopper has left for: one that is only being built
 * takes nothing back.
 */
function statusWithoutMoney(attempts: readonly AttemptState[]): Status {
  const statuses = attempts.map(attemptStatus);
  const decisive = (['authorized', 'pending'] as const).find((status) => statuses.includes(status));
  return decisive ?? statuses.findLast((status) => status !== 'created') ?? 'created';
}

/**
 * A payment's status and totals.
 * @param asked minor units.
 * @param attempts oldest first.
 */
export function summarize(asked: Minor, attempts: readonly AttemptState[]): Summary {
  const moneys = attempts.map(moneyOf);
  const amounts: Amounts = {
    authorized: sum(moneys.map((entry) => entry.authorized)),
    paid: sum(moneys.map((entry) => entry.paid)),
    refunded: sum(moneys.map((entry) => entry.refunded)),
  };
  const chargedBack = moneys.some((entry) => entry.chargedBack > 0);
  const payments = attempts.reduce((count, state) => count + paymentsIn(state), 0);
  return {
    status: statusOf(asked, amounts, chargedBack, attempts),
    amounts,
    paidTwice: payments > 1 && amounts.paid > asked,
    chargebacks: {
      made: sum(attempts.map((state) => sumIn(state.chargedBack))),
      reversed: sum(attempts.map((state) => sumIn(state.chargebackReversed))),
    },
  };
}

function statusOf(
  asked: Minor,
  amounts: Amounts,
  chargedBack: boolean,
  attempts: readonly AttemptState[],
): Status {
  if (amounts.paid === 0) return chargedBack ? 'charged_back' : statusWithoutMoney(attempts);
  if (chargedBack) return 'charged_back';
  if (amounts.refunded === amounts.paid) return 'refunded';
  if (amounts.refunded > 0) return 'partially_refunded';
  return amounts.paid >= asked ? 'paid' : 'partially_paid';
}
