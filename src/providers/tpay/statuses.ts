/** The status tables of the sheet, and its tables of error codes. */
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
]);

/** `status` of a refund in a transaction's list that gave no money back. */
export const FAILED_REFUND_STATUSES: ReadonlySet<string> = new Set(['failed', 'rejected']);

/** Errors of the older API that say nothing about the transaction: "try again later" and "general". */
export const OLDER_API_TEMPORARY_ERRORS: ReadonlySet<string> = new Set(['ERR52', 'ERR99']);
