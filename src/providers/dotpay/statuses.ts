/** The status tables of the sheet. */
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** `t_status` of a notification in mode `legacy`. */
export const DOTPAY_LEGACY_STATUSES = statusTable([
  ['1', 'pending', 'new'],
  ['2', 'paid', 'done'],
  ['3', 'denied', 'rejected'],
  ['4', 'refunded', 'refunded'],
  ['5', 'none', 'complaint'],
]);

/** An operation of the modes `dev` and `next`: `operation_type` and `operation_status` with a blank between them. */
export const DOTPAY_OPERATIONS = statusTable([
  [['payment new'], 'pending', 'payment created'],
  [['payment processing'], 'pending', 'payment in progress'],
  [['payment processing_realization_waiting'], 'pending', 'payment waits for its realisation'],
  [['payment processing_realization'], 'pending', 'payment is being realised'],
  [['payment completed'], 'paid', 'payment received'],
  [['payment rejected'], 'denied', 'payment declined or abandoned'],
  [['payment_multimerchant_parent completed'], 'paid', 'split payment received'],
  [['payment_multimerchant_parent rejected'], 'denied', 'split payment declined or abandoned'],
  [['refund new'], 'none', 'refund created'],
  [['refund processing'], 'none', 'refund in progress'],
  [['refund completed'], 'refunded', 'money returned'],
  [['refund rejected'], 'none', 'refund declined'],
]);

/** OPERATIONS: `operation_status` of a refund in the modes `dev` and `next`. */
export const DOTPAY_REFUNDS = {
  refund: operationTable([
    ['completed', 'succeeded'],
    ['new processing', 'accepted'],
    ['rejected', 'failed'],
  ]),
};
