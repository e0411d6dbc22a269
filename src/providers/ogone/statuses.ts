/** The codes of the Ogone platform (SHEET.md, "Statuses"), for feedback and DirectLink alike. */
import type { OperationKind } from '../../payments/operations.ts';
import type { UpdateOutcome } from '../contract.ts';
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

/** What a STATUS says of a maintenance operation. */
interface MaintenanceCodes {
  /** Its result. */
  readonly done: readonly string[];
  /** The platform has accepted it and gives the result later. */
  readonly accepted: readonly string[];
  /** It was accepted and is declined after all. */
  readonly declined: readonly string[];
}

export const MAINTENANCE_CODES: Readonly<Record<OperationKind, MaintenanceCodes>> = {
  capture: { done: ['9', '95'], accepted: ['91', '92', '99'], declined: ['93'] },
  cancel: { done: ['6', '64', '7', '74', '75'], accepted: ['61', '62', '71', '72'], declined: ['63', '73'] },
  refund: { done: ['8', '85'], accepted: ['81', '82'], declined: ['83'] },
};

/** The operation that a STATUS declines; null: none. */
export function declinedOperation(status: string): OperationKind | null {
  const kinds = Object.keys(MAINTENANCE_CODES) as OperationKind[];
  return kinds.find((kind) => MAINTENANCE_CODES[kind].declined.includes(status)) ?? null;
}

/** NCERROR: `0` or empty is fine. */
export function isFineNcerror(ncerror: string): boolean {
  return ncerror === '' || ncerror === '0';
}

/** NCERROR of the family 2: the platform does not know yet itself. */
export function isUncertainNcerror(ncerror: string): boolean {
  return ncerror.startsWith('2');
}
