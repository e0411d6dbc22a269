/** The status tables of the sheet. */
import type { StatusTable } from '../contract.ts';
import { statusTable } from '../kit/statuses.ts';

/** `t_status` of a notification in mode `legacy`. */
export const DOTPAY_LEGACY_STATUSES = statusTable([
  ['1', 'pending', 'new'],
  ['2', 'paid', 'done'],
  ['3', 'denied', 'rejected'],
  ['4', 'refunded', 'refunded'],
  ['5', 'none', 'complaint'],
]);

/**
 * An operation of the modes `dev` and `next`: `operation_type` and `operation_status` with a blank between them. Written out
 * because the codes contain the blank that separates codes in a row of `statusTable`.
 */
export const DOTPAY_OPERATIONS: StatusTable = {
  'payment new': { outcome: 'pending', text: 'payment created' },
  'payment processing': { outcome: 'pending', text: 'payment in progress' },
  'payment processing_realization_waiting': { outcome: 'pending', text: 'payment waits for its realisation' },
  'payment processing_realization': { outcome: 'pending', text: 'payment is being realised' },
  'payment completed': { outcome: 'paid', text: 'payment received' },
  'payment rejected': { outcome: 'denied', text: 'payment declined or abandoned' },
  'payment_multimerchant_parent completed': { outcome: 'paid', text: 'split payment received' },
  'payment_multimerchant_parent rejected': { outcome: 'denied', text: 'split payment declined or abandoned' },
  'refund new': { outcome: 'none', text: 'refund created' },
  'refund processing': { outcome: 'none', text: 'refund in progress' },
  'refund completed': { outcome: 'refunded', text: 'money returned' },
  'refund rejected': { outcome: 'none', text: 'refund declined' },
};
