/** The codes of Lyra's platform (SHEET.md, "Statuses"), for the form's messages and the REST API alike. */
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { ISSUER_ANSWERS, withReason } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/** vads_trans_status, and detailedStatus of the REST API, of a DEBIT or a VERIFICATION. */
export const LYRA_STATUSES = statusTable([
  ['INITIAL', 'pending', 'being created'],
  ['NOT_CREATED', 'error', 'declined at creation, nothing in the back office'],
  ['ABANDONED', 'cancelled', 'shopper gave up'],
  [
    'WAITING_AUTHORISATION WAITING_AUTHORIZATION',
    'pending',
    'automatic, authorisation later (capture delay longer than an authorisation lasts)',
  ],
  ['WAITING_AUTHORISATION_TO_VALIDATE', 'pending', 'manual, authorisation later'],
  ['WAITING_FOR_PAYMENT', 'pending', 'transfer, cash: money not there'],
  ['UNDER_VERIFICATION PENDING SUSPENDED PRE_AUTHORISED CAPTURE_PENDING', 'pending', 'in progress'],
  ['REFUND_TO_RETRY', 'none', 'in progress'],
  ['AUTHORISED_TO_VALIDATE', 'authorized', 'authorised, the merchant must validate'],
  ['AUTHORISED', 'paid', 'authorised, will be collected by itself'],
  ['CAPTURED', 'paid', 'remitted to the bank'],
  ['PARTIALLY_AUTHORISED', 'paid', 'only a part'],
  ['ACCEPTED', 'authorized', 'VERIFICATION accepted (card stored, no money)'],
  ['CAPTURE_FAILED', 'error', 'remittance failed'],
  ['REFUSED', 'denied', 'declined'],
  ['EXPIRED', 'expired', 'not validated, authorised or paid in time'],
  ['CANCELLED', 'reversed', 'by the merchant'],
]);

/** The same words of a CREDIT, where they speak of the refund. Every other word of one moves nothing. */
export const LYRA_CREDIT_STATUSES = statusTable([
  ['AUTHORISED', 'refunded', 'refund authorised, will be remitted by itself'],
  ['CAPTURED', 'refunded', 'refund remitted to the bank'],
  ['REFUSED', 'none', 'refund declined'],
  ['CANCELLED', 'none', 'refund cancelled by the merchant'],
]);

/** What a word says of a payment. One that the sheet does not have moves nothing. */
export function lyraOutcome(status: string): UpdateOutcome {
  return meaningOf(LYRA_STATUSES, status)?.outcome ?? 'none';
}

/** Why a payment was declined, by the answer of the issuer (vads_auth_result). 00 is no reason: a rule of the shop may have refused. */
export function lyraDecline(status: string, authResult: string): Pick<ProviderUpdate, 'declineReason'> {
  if (status === 'CAPTURE_FAILED') return {};
  return withReason(ISSUER_ANSWERS, authResult);
}

/** liabilityShift of the REST API. */
export function lyraLiability(word: unknown): boolean | null {
  return word === 'YES' ? true : word === 'NO' ? false : null;
}

/** orderStatus of an answer without transactions: nothing that needs one. Null: it needs one, or the sheet does not have it. */
const WITHOUT_TRANSACTIONS: Readonly<Record<string, UpdateOutcome>> = {
  ABANDONED: 'cancelled',
  UNPAID: 'denied',
  RUNNING: 'pending',
};

export function lyraOrderOutcome(orderStatus: string): UpdateOutcome | null {
  return Object.hasOwn(WITHOUT_TRANSACTIONS, orderStatus)
    ? (WITHOUT_TRANSACTIONS[orderStatus] ?? null)
    : null;
}

/** What a word says of a refund. */
export function lyraCreditOutcome(status: string): UpdateOutcome {
  return meaningOf(LYRA_CREDIT_STATUSES, status)?.outcome ?? 'none';
}

/** vads_operation_type, vads_action_mode and vads_page_action: by them the fields that decide are found (reading.ts). */
const OTHER_WORDS: ReadonlySet<string> = new Set([
  'DEBIT',
  'CREDIT',
  'VERIFICATION',
  'INTERACTIVE',
  'PAYMENT',
]);

/** Whether a text, in any case, is a word with which the protocol says what happened, or where that stands. */
export function isLyraWord(text: string): boolean {
  const upper = text.toUpperCase();
  return meaningOf(LYRA_STATUSES, upper) !== undefined || OTHER_WORDS.has(upper);
}

/**
 * What detailedStatus says of an operation (SHEET.md, "Operations"): of the CREDIT that a refund is, and of the payment's own
 * transaction after the others. A word that says something else than done, declined or in progress says nothing.
 */
export const LYRA_OPERATIONS = {
  refund: operationTable([
    ['AUTHORISED CAPTURED', 'succeeded'],
    [
      'INITIAL WAITING_AUTHORISATION WAITING_AUTHORIZATION WAITING_AUTHORISATION_TO_VALIDATE AUTHORISED_TO_VALIDATE',
      'accepted',
    ],
    ['UNDER_VERIFICATION PENDING SUSPENDED PRE_AUTHORISED CAPTURE_PENDING WAITING_FOR_PAYMENT', 'accepted'],
    ['REFUND_TO_RETRY', 'accepted'],
    ['NOT_CREATED REFUSED EXPIRED CANCELLED', 'failed'],
    ['ABANDONED PARTIALLY_AUTHORISED ACCEPTED CAPTURE_FAILED', 'unknown'],
  ]),
  capture: operationTable([
    ['AUTHORISED CAPTURED', 'succeeded'],
    ['WAITING_AUTHORISATION WAITING_AUTHORIZATION', 'accepted'],
    ['UNDER_VERIFICATION PENDING SUSPENDED PRE_AUTHORISED CAPTURE_PENDING', 'accepted'],
    ['REFUSED EXPIRED CANCELLED CAPTURE_FAILED', 'failed'],
    ['INITIAL WAITING_AUTHORISATION_TO_VALIDATE AUTHORISED_TO_VALIDATE WAITING_FOR_PAYMENT', 'unknown'],
    ['NOT_CREATED ABANDONED PARTIALLY_AUTHORISED ACCEPTED REFUND_TO_RETRY', 'unknown'],
  ]),
  cancel: operationTable([['CANCELLED', 'succeeded']]),
  'partial cancel': operationTable([
    [
      'AUTHORISED_TO_VALIDATE WAITING_AUTHORISATION_TO_VALIDATE WAITING_AUTHORISATION WAITING_AUTHORIZATION AUTHORISED',
      'succeeded',
    ],
  ]),
} as const;

/**
 * errorCode of technical errors, and of a submission that was made before: what came of the call is not known. ACQ_001 is the one
 * code of the acquirer's that is a no.
 */
const UNKNOWN_ERRORS: ReadonlySet<string> = new Set(['INT_999', 'PSP_097', 'PSP_113', 'PSP_998', 'PSP_999']);

/**
 * Whether an errorCode says that the platform did not do what it was asked to: INT_ codes are mistakes in the request, PSP_ codes say
 * that it cannot be processed.
 */
export function isLyraDecline(errorCode: string): boolean {
  return /^(?:(?:INT|PSP)_\d{3}|ACQ_001)$/.test(errorCode) && !UNKNOWN_ERRORS.has(errorCode);
}

/** errorCode of a transaction or order that the platform does not know. */
export const TRANSACTION_NOT_FOUND = 'PSP_010';

/** errorCode of an order with more transactions than the platform lists. */
export const TOO_MANY_RESULTS = 'PSP_015';

/** errorCode of a refund before the remittance. */
export const REFUND_TOO_EARLY = 'PSP_076';
