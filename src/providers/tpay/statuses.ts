/** The status tables of the sheet, and its tables of error codes. */
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** `tr_status` of a notification. Tpay calls a refund a chargeback. */
export const TPAY_STATUSES = statusTable([
  ['TRUE', 'paid', 'paid'],
  ['PAID', 'paid', 'paid (old two-step acceptance)'],
  ['FALSE', 'denied', 'failed'],
  ['CHARGEBACK', 'refunded', 'a refund was made'],
]);

/** `status` of a transaction of the Open API. */
export const TPAY_TRANSACTION_STATUSES = statusTable([
  ['pending', 'pending', 'waiting for the payer'],
  ['correct', 'paid', 'paid'],
  ['paid', 'paid', 'paid'],
  ['refund', 'refunded', 'fully refunded'],
  ['cancel canceled cancelled', 'cancelled', 'cancelled before it was paid'],
]);

/** OPERATIONS: `status` of a refund, of the Open API and of `/chargeback/status`. */
export const TPAY_OPERATIONS = {
  refund: operationTable([
    ['success correct', 'succeeded'],
    ['pending', 'accepted'],
    ['failed rejected', 'failed'],
  ]),
  chargeback: operationTable([
    ['completed', 'succeeded'],
    ['pending', 'accepted'],
    ['incorrect', 'failed'],
  ]),
};

/** Errors of the older API that say that nothing was refunded. ERR52 ("try again later") and ERR99 ("general") do not. */
export const OLDER_API_DECLINES: ReadonlySet<string> = new Set(
  [6, 14, 31, 32, 41, 42, 43, 44, 45, 51, 53, 54, 55, 61, 62, 63, 64, 65, 66, 82, 83, 84, 85, 96, 97, 98].map(
    (number) => `ERR${number}`,
  ),
);
