/** The codes of the Ogone platform (SHEET.md, "Statuses"), for feedback and DirectLink alike. */
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedState } from '../../payments/reconciliation.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { ISSUER_ANSWERS, withReason } from '../kit/decline-reasons.ts';
import { type OperationTable, operationTable, stateIn } from '../kit/operation-table.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/**
 * STATUS. The second digit: 1 pending, 2 uncertain (do not repeat, wait), 3 declined. What is pending, uncertain or declined
 * after a payment or an authorization moves nothing. The texts are those of the PostFinance e-Commerce guide, list of statuses,
 * where it has the code.
 */
export const OGONE_STATUSES = statusTable([
  ['0', 'error', 'Invalid or incomplete'],
  ['1', 'cancelled', 'Cancelled by customer'],
  ['2', 'denied', 'Authorisation declined'],
  ['4', 'pending', 'Order stored'],
  ['40', 'pending', 'Stored waiting external result'],
  ['41', 'pending', 'Waiting for client payment'],
  ['46', 'pending', 'Waiting for authentication'],
  ['5', 'authorized', 'Authorised'],
  ['50', 'pending', 'Authorized waiting external result'],
  ['51', 'pending', 'Authorisation waiting'],
  ['52', 'pending', 'Authorisation not known'],
  ['55', 'pending', 'Standby'],
  ['56', 'authorized', 'OK with scheduled payments'],
  ['57', 'error', 'Not OK with scheduled payments'],
  ['59', 'pending', 'Authoris. to be requested manually'],
  ['6 64', 'voided', 'Authorised and cancelled'],
  ['61', 'none', 'Author. deletion waiting'],
  ['62', 'none', 'Author. deletion uncertain'],
  ['63', 'none', 'Author. deletion refused'],
  ['7 74', 'reversed', 'Payment deleted'],
  ['75', 'reversed', 'Deletion handled by merchant'],
  ['71', 'none', 'Payment deletion pending'],
  ['72', 'none', 'Payment deletion uncertain'],
  ['73', 'none', 'Payment deletion refused'],
  ['8', 'refunded', 'Refund'],
  ['85', 'refunded', 'Refund handled by merchant'],
  ['84', 'none', 'Refund'],
  ['81', 'none', 'Refund pending'],
  ['82', 'none', 'Refund uncertain'],
  ['83', 'none', 'Refund refused'],
  ['88', 'none', 'The query itself failed'],
  ['9', 'paid', 'Payment requested'],
  ['95', 'paid', 'Payment handled by merchant'],
  ['91', 'pending', 'Payment processing'],
  ['92', 'pending', 'Payment uncertain'],
  ['99', 'pending', 'Being processed'],
  ['93', 'capture_denied', 'Payment refused'],
  ['94', 'none', 'Refund declined by the acquirer'],
  ['96', 'none', 'Refund reversed'],
]);

/** What a STATUS says happened. A code that the sheet does not have moves nothing. */
export function ogoneOutcome(status: string): UpdateOutcome {
  return meaningOf(OGONE_STATUSES, status)?.outcome ?? 'none';
}

/** A refund before the payment is settled, or a cancel of what was captured meanwhile: the payment is deleted. */
const DELETION = [
  ['7 74 75', 'succeeded'],
  ['71 72', 'accepted'],
  ['73', 'failed'],
] as const;

/** What STATUS says of an operation after the payment, by its kind (SHEET.md, "Operations"). */
export const OGONE_OPERATIONS: Readonly<Record<OperationKind, OperationTable>> = {
  capture: operationTable([
    ['9 95', 'succeeded'],
    ['91 92 99', 'accepted'],
    ['93', 'failed'],
  ]),
  cancel: operationTable([['6 64', 'succeeded'], ['61 62', 'accepted'], ['63', 'failed'], ...DELETION]),
  refund: operationTable([
    ['8 85', 'succeeded'],
    ['81 82', 'accepted'],
    ['83 94', 'failed'],
    ['84 96', 'unknown'],
    ...DELETION,
  ]),
};

/** What a STATUS says of an operation of a kind; null: nothing. */
export function ogoneOperationState(kind: OperationKind, status: string): BookedState | null {
  const table = OGONE_OPERATIONS[kind];
  return Object.hasOwn(table, status) ? stateIn(table, status) : null;
}

/** The kind of operation that a STATUS means, where it is not said otherwise: a deletion is a refund. Null: it is about none. */
export function usualKind(status: string): OperationKind | null {
  const kinds = ['refund', 'capture', 'cancel'] as const;
  return kinds.find((kind) => ogoneOperationState(kind, status) !== null) ?? null;
}

/** STATUS of the states that the platform does not know itself, which come with an NCERROR of the family 2. */
export const UNCERTAIN_STATUSES: ReadonlySet<string> = new Set(['92', '62', '72', '82']);

/** NCERROR: `0` or empty is fine. */
export function isFineNcerror(ncerror: string): boolean {
  return ncerror === '' || ncerror === '0';
}

/** The first digit of an NCERROR, as NCSTATUS has it: 0 fine, 2 uncertain, 3 declined, 5 the request is invalid. */
export function ncerrorFamily(ncerror: string): string {
  return isFineNcerror(ncerror) ? '0' : ncerror.charAt(0);
}

/**
 * Why, by NCERROR: `30xx....` is the issuer's answer xx, `40001134` a failed authentication (the platform's list of error codes). Others
 * say no more than STATUS.
 */
export function ogoneDecline(ncerror: string): Pick<ProviderUpdate, 'declineReason'> {
  if (ncerror === '40001134')
    return { declineReason: { code: 'authentication_failed', text: 'Authentication failed' } };
  return withReason(ISSUER_ANSWERS, /^30(\d\d)\d{4}$/.exec(ncerror)?.[1]);
}

/** NCERROR of a query for a PAYIDSUB that there is not: "Error access to original history item". */
export const NO_SUCH_ITEM = '50001131';

/** NCERROR of a query about an order that is not known: "Error access to original order". */
export const NO_SUCH_ORDER = '50001130';

/**
 * NCERROR of an operation that was sent already: "The original order is not in a correct status", "Duplicate request". What came of the
 * first one is not said.
 */
export const SENT_BEFORE: ReadonlySet<string> = new Set(['50001127', '50001133']);
