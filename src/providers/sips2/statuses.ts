/** The code tables of SIPS 2, by the names that SHEET.md gives them. */
import type { UpdateOutcome } from '../contract.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';
import type { DataValues } from './data.ts';

/** responseCode, in notification, return and Office answers. */
export const SIPS2_RESPONSE_CODES = statusTable([
  ['00', 'paid', 'accepted'],
  // The amount says how much.
  ['01', 'paid', 'accepted in part (gift card or token)'],
  ['02', 'denied', 'issuer wants a phone call'],
  ['03', 'error', 'merchant contract invalid'],
  ['05', 'denied', 'declined'],
  ['11', 'denied', 'card in the blocked list'],
  ['12', 'error', 'invalid request or transaction'],
  ['14', 'denied', 'wrong card data or security code'],
  ['17', 'cancelled', 'cancelled by the shopper'],
  ['24', 'none', 'operation impossible in this state'],
  ['25', 'none', 'transaction unknown'],
  ['30', 'error', 'format error'],
  ['34', 'denied', 'suspected fraud'],
  ['40', 'error', 'function not allowed for this shop'],
  ['51', 'denied', 'amount too high'],
  ['54', 'denied', 'card expired'],
  ['55', 'denied', 'prepaid card not accepted'],
  ['57', 'none', 'refund declined, original unpaid'],
  ['60', 'pending', 'pending'],
  ['62', 'pending', 'awaiting confirmation (PayPal and alike)'],
  ['63', 'denied', 'security rules, stopped'],
  ['75', 'denied', 'too many attempts'],
  ['90', 'error', 'service unavailable'],
  ['94', 'error', 'transactionReference used before'],
  ['97', 'expired', 'session ended after 15 minutes without action'],
  ['91', 'error', 'issuer unreachable'],
  ['98', 'error', 'server unreachable'],
  ['99', 'error', 'temporary platform problem'],
]);

/** responseCode, where it says why. Of 05 and 51 acquirerResponseCode says more. */
export const SIPS2_DECLINES = reasonsAmong(SIPS2_RESPONSE_CODES, [
  ['11 34 63', 'fraud_suspected'],
  ['14 75', 'invalid_card'],
  ['51', 'limit_exceeded'],
  ['54', 'expired_card'],
]);

/** What a message's responseCode stands for. */
export function sips2Outcome(code: string, values: DataValues): UpdateOutcome {
  // Also the answer to a wrong seal or key version: then no bank was asked.
  if (code === '34' && !values.has('acquirerResponseCode')) return 'error';
  const outcome = meaningOf(SIPS2_RESPONSE_CODES, code)?.outcome ?? 'error';
  return outcome === 'paid' && values.get('captureMode') === 'VALIDATION' ? 'authorized' : outcome;
}

/**
 * What responseCode says of an operation, in the answer to a cash call of Office (SHEET.md, "Operations"). Nothing is idempotent, so
 * that a code which is no clear yes or no leaves it open.
 */
export const SIPS2_OPERATIONS = {
  'cash calls': operationTable([
    ['00', 'succeeded'],
    ['60 62', 'accepted'],
    ['02 03 05 11 12 14 24 25 30 34 40 51 54 55 57 63 75', 'failed'],
    ['01 17 90 91 94 97 98 99', 'unknown'],
  ]),
} as const;

/** Codes of Office that may come without a seal: the request itself was rejected. */
export const SIPS2_UNSEALED: ReadonlySet<string> = new Set(['12', '30', '34']);

/** responseCode of an operation that is not possible in the state of the transaction. */
export const SIPS2_IMPOSSIBLE = '24';

/** transactionStatus of getTransactionData. Whether TO_CREDIT is said of a part too is not certain, so that it moves nothing. */
export const SIPS2_TRANSACTION_STATUSES = statusTable([
  ['TO_AUTHORIZE TO_REPLAY TO_CHALLENGE PENDING', 'pending', 'in progress'],
  ['TO_VALIDATE', 'authorized', 'authorized, to be validated'],
  ['TO_CAPTURE', 'paid', 'authorized, is captured by itself'],
  ['CAPTURED', 'paid', 'captured'],
  ['REFUSED', 'denied', 'declined'],
  ['CANCELLED', 'reversed', 'cancelled'],
  ['EXPIRED', 'expired', 'expired before it was validated'],
  ['ABORTED', 'expired', 'aborted'],
  ['TO_CREDIT', 'none', 'to be refunded'],
  ['CREDITED', 'refunded', 'refunded in full'],
]);
