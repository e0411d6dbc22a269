/** The status tables of SHEET.md, under its names. */
import { type DeclineTable, reasonsAmong } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** TRANSACTION: `state` of a transaction. */
export const CHECKOUT_TRANSACTION_STATES = statusTable([
  ['CREATE PENDING', 'none', 'being prepared'],
  ['CONFIRMED', 'none', 'the payment page is shown'],
  ['PROCESSING', 'pending', "at the method's provider"],
  ['AUTHORIZED', 'authorized', 'reserved'],
  // Captured, and whether to deliver is not decided yet.
  ['COMPLETED', 'authorized', 'captured, delivery not decided'],
  ['FULFILL', 'paid', 'captured, deliver'],
  ['DECLINE', 'error', 'captured, and not to be delivered: to be refunded'],
  ['FAILED', 'denied', 'never authorized'],
  ['VOIDED', 'voided', 'authorization released'],
]);

/** FAILURE: `failureReason.category` of a transaction that FAILED, with its state before it. */
export const CHECKOUT_FAILURES = statusTable([
  [['FAILED END_USER'], 'denied', 'declined, or given up by the shopper'],
  [['FAILED TEMPORARY_ISSUE'], 'error', 'a temporary issue'],
  [['FAILED INTERNAL'], 'error', 'an internal error of the platform'],
  [['FAILED CONFIGURATION'], 'error', 'an error in the configuration'],
  [['FAILED DEVELOPER'], 'error', 'an error in the integration'],
  [['FAILED TIMEOUT'], 'expired', 'not authorized in time'],
]);

/** Why nothing was paid, by the same words. */
export const CHECKOUT_DECLINES: DeclineTable = {
  'FAILED END_USER': { code: 'declined', text: 'declined, or given up by the shopper' },
  ...Object.fromEntries(
    Object.entries(CHECKOUT_FAILURES)
      .filter(([, { outcome }]) => outcome === 'error')
      .map(([word, { text }]) => [word, { code: 'technical', text } as const]),
  ),
  'FAILED TIMEOUT': { code: 'other', text: 'not authorized in time' },
  ...reasonsAmong(CHECKOUT_TRANSACTION_STATES, [['DECLINE', 'other']]),
};

/** REFUND: `state` of a refund, with the word `refund` before it as in `providerStatus`. */
export const CHECKOUT_REFUND_STATES = statusTable([
  [['refund SUCCESSFUL'], 'refunded', 'refund done'],
  [['refund FAILED'], 'none', 'refund failed'],
  [
    ['refund CREATE', 'refund SCHEDULED', 'refund PENDING', 'refund MANUAL_CHECK'],
    'none',
    'refund under way',
  ],
]);

/** OPERATIONS: `state` of a completion, a void and a refund. */
export const CHECKOUT_OPERATIONS = {
  capture: operationTable([
    ['SUCCESSFUL', 'succeeded'],
    ['CREATE SCHEDULED PENDING', 'accepted'],
    ['FAILED', 'failed'],
  ]),
  cancel: operationTable([
    ['SUCCESSFUL', 'succeeded'],
    ['CREATE SCHEDULED PENDING', 'accepted'],
    ['FAILED', 'failed'],
  ]),
  refund: operationTable([
    ['SUCCESSFUL', 'succeeded'],
    ['CREATE SCHEDULED PENDING MANUAL_CHECK', 'accepted'],
    ['FAILED', 'failed'],
  ]),
};
