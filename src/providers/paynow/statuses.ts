/** The status tables of SHEET.md, under its names. */
import type { StatusTable } from '../contract.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** STATUS: `status` of a payment. */
export const PAYNOW_STATUSES = statusTable([
  ['NEW', 'none', 'no means of payment chosen yet'],
  ['PENDING', 'pending', 'waiting for the buyer to complete the payment'],
  ['CONFIRMED', 'paid', 'paid'],
  ['REJECTED', 'denied', 'not authorized by the buyer'],
  ['ERROR', 'error', 'a problem occurred during the payment'],
  ['EXPIRED', 'expired', 'its validity time has passed'],
  ['ABANDONED', 'none', 'the buyer tries again, by a new payment of the same reference'],
  ['CANCELLED', 'none', 'cancelled (not in the documentation)'],
  ['WAITING_FOR_CONFIRMATION', 'none', 'waiting for confirmation (not in the documentation)'],
]);

/** Constants of the vendor's library that no documentation explains: a person has to look at such a payment. */
export const PAYNOW_UNEXPLAINED: ReadonlySet<string> = new Set(['CANCELLED', 'WAITING_FOR_CONFIRMATION']);

/** Why. EXPIRED says it by its outcome. */
export const PAYNOW_DECLINES = reasonsAmong(PAYNOW_STATUSES, [
  ['REJECTED', 'declined'],
  ['ERROR', 'technical'],
]);

/** REFUND: `status` of a refund, with the word `refund` before it as in `providerStatus`. */
export const PAYNOW_REFUND_STATUSES: StatusTable = {
  'refund NEW': { outcome: 'none', text: 'refund accepted' },
  'refund PENDING': { outcome: 'none', text: 'refund under way' },
  'refund SUCCESSFUL': { outcome: 'refunded', text: 'refund done' },
  'refund FAILED': { outcome: 'none', text: 'refund failed' },
  'refund CANCELLED': { outcome: 'none', text: 'refund cancelled' },
};

/** OPERATIONS: `status` of a refund. */
export const PAYNOW_OPERATIONS = {
  refund: operationTable([
    ['SUCCESSFUL', 'succeeded'],
    ['NEW PENDING', 'accepted'],
    ['FAILED CANCELLED', 'failed'],
  ]),
};

/**
 * `errorType` by which Paynow declines an operation. Left out are those after which nobody knows: CONFLICT (a first try may still be under
 * way), RATE_LIMIT_REACHED, SYSTEM_TEMPORARILY_UNAVAILABLE, INTERNAL_SERVER_ERROR, and all that is not documented. UNAUTHORIZED comes
 * with 401, after which nothing was done.
 */
export const PAYNOW_DECLINING_ERRORS: ReadonlySet<string> = new Set([
  'VALIDATION_ERROR',
  'FORBIDDEN',
  'NOT_FOUND',
  'INSUFFICIENT_BALANCE_FUNDS',
  'PAYMENT_AMOUNT_TOO_SMALL',
  'PAYMENT_AMOUNT_TOO_LARGE',
  'PAYMENT_METHOD_NOT_AVAILABLE',
  'VERIFICATION_FAILED',
  'SIGNATURE_MISSING',
  'IDEMPOTENCY_KEY_MISSING',
]);
