/**
 * The codes of ASSIST that say what happened: orderstate (current), Status of a bill (legacy), and the response codes of both.
 *
 * Facts: SHEET.md, "Statuses".
 */
import type { Status } from '../../payments/statuses.ts';
import type { StatusMeaning, StatusTable, UpdateOutcome } from '../contract.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** The current protocol's orderstate. ASSIST is inconsistent in blanks and case: look up with `orderStateMeaning`. */
export const ASSIST_ORDER_STATE: StatusTable = {
  'In Process': { outcome: 'pending', text: 'not finished' },
  Delayed: { outcome: 'authorized', text: 'authorized, waits for the charge' },
  Approved: { outcome: 'paid', text: 'paid' },
  PartialDelayed: { outcome: 'paid', text: 'a part of the authorization was charged' },
  PartialApproved: { outcome: 'paid', text: 'paid in part' },
  PartialCanceled: { outcome: 'refunded', text: 'a part was cancelled or refunded' },
  Canceled: { outcome: 'reversed', text: 'the whole order was cancelled' },
  Declined: { outcome: 'denied', text: 'declined' },
  Timeout: { outcome: 'expired', text: 'not paid in time' },
};

/** Status of one bill in the legacy protocol: look up with `billMeaning`. */
export const ASSIST_BILL_STATUS: StatusTable = {
  Authorized: { outcome: 'paid', text: 'paid' },
  'Not authorized': { outcome: 'denied', text: 'declined' },
  Preauthorized: { outcome: 'authorized', text: 'authorized, waits for the charge' },
  'Not preauthorized': { outcome: 'denied', text: 'the authorization was declined' },
  Captured: { outcome: 'paid', text: 'charged' },
  'Not captured': { outcome: 'none', text: 'the charge failed' },
  Voided: { outcome: 'reversed', text: 'cancelled' },
  'Not Voided': { outcome: 'none', text: 'the cancel failed' },
  Refunded: { outcome: 'refunded', text: 'refunded' },
  'Not Refunded': { outcome: 'none', text: 'the refund failed' },
  Reversaled: { outcome: 'reversed', text: 'the authorization was cancelled' },
  'Not Reversaled': { outcome: 'none', text: 'the cancel of the authorization failed' },
  'in process': { outcome: 'pending', text: 'in process' },
};

/** 3-D Secure is asked for. The bill is called `Not authorized`, but nobody has declined it. */
export const THREE_D_SECURE_NEEDED = 'AS110';

/** Response codes of both generations. */
export const ASSIST_RESPONSE_CODE: StatusTable = statusTable([
  ['AS000', 'accepted', 'success'],
  ['AS100', 'denied', 'declined'],
  ['AS101', 'denied', 'wrong card number'],
  ['AS102', 'denied', 'not enough funds'],
  ['AS104', 'denied', 'wrong expiry date'],
  ['AS105', 'denied', 'limit exceeded'],
  ['AS106', 'denied', 'wrong PIN'],
  ['AS107', 'denied', 'error in the data'],
  ['AS108', 'denied', 'suspected fraud'],
  ['AS109', 'denied', 'operation limit of ASSIST'],
  [THREE_D_SECURE_NEEDED, 'pending', '3-D Secure needed'],
  ['AS200', 'none', 'repeated'],
  ['AS300', 'pending', 'in process'],
  ['AS400', 'none', 'no such payment'],
  ['AS998', 'error', 'system error'],
]);

/** Response codes that say why. A push does not sign its code: it says nothing there. */
export const ASSIST_DECLINES = reasonsAmong(ASSIST_RESPONSE_CODE, [
  ['AS101', 'invalid_card'],
  ['AS102', 'insufficient_funds'],
  ['AS104', 'expired_card'],
  ['AS105 AS109', 'limit_exceeded'],
  ['AS106', 'authentication_failed'],
  ['AS107', 'technical'],
  ['AS108', 'fraud_suspected'],
]);

/**
 * What the response code of an operation says of it (current; SHEET.md, "Operations"). "Repeated" does not say which of the two was
 * done.
 */
export const ASSIST_OPERATIONS = {
  responsecode: operationTable([
    ['AS000', 'succeeded'],
    ['AS300', 'accepted'],
    ['AS100 AS101 AS102 AS104 AS105 AS106 AS107 AS108 AS109 AS110 AS400', 'failed'],
    ['AS200 AS998', 'unknown'],
  ]),
} as const;

/** PaymentTransactionType_id of a chargeback, which Status does not tell. */
export const CHARGEBACK_TYPE = '6';

function withoutBlanksAndCase(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

function bySpelling(table: StatusTable, spell: (code: string) => string): ReadonlyMap<string, StatusMeaning> {
  return new Map(Object.entries(table).map(([code, meaning]) => [spell(code), meaning]));
}

const orderStates = bySpelling(ASSIST_ORDER_STATE, withoutBlanksAndCase);
const billStatuses = bySpelling(ASSIST_BILL_STATUS, (code) => code.toLowerCase());

/** What an orderstate stands for, compared without blanks and case. */
export function orderStateMeaning(orderstate = ''): StatusMeaning | undefined {
  return orderStates.get(withoutBlanksAndCase(orderstate));
}

/** What the Status of a bill stands for, compared without case. */
export function billMeaning(status: string): StatusMeaning | undefined {
  return billStatuses.get(status.toLowerCase());
}

const STATUS_OF: Readonly<Partial<Record<UpdateOutcome, Status>>> = {
  pending: 'pending',
  authorized: 'authorized',
  paid: 'paid',
  refunded: 'refunded',
  reversed: 'cancelled',
  denied: 'denied',
  expired: 'expired',
};

const PARTIAL_STATUS_OF: Readonly<Partial<Record<UpdateOutcome, Status>>> = {
  paid: 'partially_paid',
  refunded: 'partially_refunded',
};

/** The status of an order of which only its orderstate is known; null for an unknown one. */
export function orderStateAlone(orderstate = ''): Status | null {
  const outcome = orderStateMeaning(orderstate)?.outcome;
  if (!outcome) return null;
  const isPartial = withoutBlanksAndCase(orderstate).startsWith('partial');
  return (isPartial ? PARTIAL_STATUS_OF : STATUS_OF)[outcome] ?? null;
}

/** The status of an order whose actual bill (bills.ts) has this Status; pending where it says nothing. */
export function billStatusAlone(status: string): Status {
  const outcome = billMeaning(status)?.outcome;
  if (!outcome) return 'pending';
  // An operation that failed leaves the order as it was.
  if (outcome === 'none') return status.toLowerCase() === 'not refunded' ? 'paid' : 'authorized';
  return STATUS_OF[outcome] ?? 'pending';
}
