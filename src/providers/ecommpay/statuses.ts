/** The words of ECommPay that say what happened. Facts: SHEET.md, "Statuses". */
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedState } from '../../payments/reconciliation.ts';
import type { Status } from '../../payments/statuses.ts';
import type { DeclineCode } from '../../payments/told.ts';
import type { ProviderUpdate, StatusTable, UpdateOutcome } from '../contract.ts';
import { type OperationTable, stateIn } from '../kit/operation-table.ts';
import { meaningOf } from '../kit/statuses.ts';

/** payment.status. The words hold blanks, so this table is not written with `statusTable`. */
export const ECOMMPAY_PAYMENT_STATUS: StatusTable = {
  processing: { outcome: 'pending', text: 'in process' },
  'external processing': { outcome: 'pending', text: 'in process at an outside system' },
  'awaiting 3ds result': { outcome: 'pending', text: 'the result of 3-D Secure is awaited' },
  'awaiting redirect result': {
    outcome: 'pending',
    text: 'the shopper was redirected, the result is awaited',
  },
  'awaiting customer': { outcome: 'pending', text: 'the shopper is awaited' },
  'awaiting customer action': { outcome: 'pending', text: 'an action of the shopper is awaited' },
  'awaiting clarification': { outcome: 'pending', text: 'more data is needed' },
  'awaiting clarify data': { outcome: 'pending', text: 'more data is needed' },
  'awaiting approval': { outcome: 'pending', text: 'an approval is awaited' },
  'awaiting merchant auth': { outcome: 'pending', text: 'an authorization by the merchant is awaited' },
  'awaiting confirmation': { outcome: 'pending', text: 'a confirmation is awaited' },
  'awaiting payment': { outcome: 'pending', text: 'the payment is awaited' },
  'awaiting finalization': { outcome: 'pending', text: 'the end of the payment is awaited' },
  'awaiting retry': { outcome: 'pending', text: 'another try is awaited' },
  'awaiting clearing': { outcome: 'pending', text: 'the clearing is awaited' },
  'awaiting partially clearing': { outcome: 'pending', text: 'the clearing of a part is awaited' },
  'clearing processing': { outcome: 'pending', text: 'the clearing is in process' },
  'invoice sent': { outcome: 'pending', text: 'an invoice was sent' },
  'scheduled recurring processing': {
    outcome: 'pending',
    text: 'a scheduled recurring payment is in process',
  },
  'awaiting capture': { outcome: 'authorized', text: 'authorized, the capture is awaited' },
  'partially paid': { outcome: 'paid', text: 'paid in part' },
  success: { outcome: 'paid', text: 'paid' },
  decline: { outcome: 'denied', text: 'declined' },
  'decline renewal': { outcome: 'denied', text: 'the renewal was declined' },
  canceled: { outcome: 'cancelled', text: 'cancelled' },
  cancelled: { outcome: 'cancelled', text: 'cancelled' },
  'invoice cancelled': { outcome: 'cancelled', text: 'the invoice was cancelled' },
  expired: { outcome: 'expired', text: 'not paid in time' },
  error: { outcome: 'error', text: 'error' },
  'internal error': { outcome: 'error', text: 'error at ECommPay' },
  'external error': { outcome: 'error', text: 'error at an outside system' },
  'partially refunded': { outcome: 'refunded', text: 'a part was refunded' },
  'partially reversed': { outcome: 'refunded', text: 'a part was reversed' },
  refunded: { outcome: 'reversed', text: 'the whole was refunded' },
  reversed: { outcome: 'reversed', text: 'the whole was reversed' },
  'partially paid out': { outcome: 'none', text: 'a part was paid out' },
};

/** OPERATIONS: operation.status of a capture, a cancel, a refund or a reversal. The words hold blanks. */
const OPERATION_STATUS: OperationTable = {
  success: 'succeeded',
  ...Object.fromEntries(
    Object.entries(ECOMMPAY_PAYMENT_STATUS)
      .filter(([, { outcome }]) => outcome === 'pending')
      .map(([word]) => [word, 'accepted'] as const),
  ),
  decline: 'failed',
  'decline renewal': 'failed',
  error: 'failed',
  'internal error': 'failed',
  'external error': 'failed',
  canceled: 'unknown',
  cancelled: 'unknown',
  expired: 'unknown',
};

export const ECOMMPAY_OPERATIONS = { 'operation.status': OPERATION_STATUS };

/** What an operation.status says of an operation. */
export function ecommpayOperationState(word: string): BookedState {
  return stateIn(OPERATION_STATUS, word);
}

/** What a payment.status stands for. A word that the sheet does not have is pending: it moves nothing back. */
export function paymentOutcome(word: string): UpdateOutcome {
  return meaningOf(ECOMMPAY_PAYMENT_STATUS, word)?.outcome ?? 'pending';
}

const STATUS_OF: Readonly<Partial<Record<UpdateOutcome, Status>>> = {
  pending: 'pending',
  authorized: 'authorized',
  paid: 'paid',
  denied: 'denied',
  cancelled: 'cancelled',
  expired: 'expired',
  error: 'error',
  refunded: 'partially_refunded',
  reversed: 'refunded',
};

/** The status of a payment of which only this payment.status is known; null where it says nothing. */
export function paymentStatusAlone(word: string): Status | null {
  const outcome = meaningOf(ECOMMPAY_PAYMENT_STATUS, word)?.outcome;
  if (!outcome) return null;
  return word === 'partially paid' ? 'partially_paid' : (STATUS_OF[outcome] ?? null);
}

const KIND_OF: ReadonlyMap<string, OperationKind> = new Map([
  ['capture', 'capture'],
  ['cancel', 'cancel'],
  ['refund', 'refund'],
  // A refund on the day of the payment appears as a reversal.
  ['reversal', 'refund'],
]);

/** Which of our operations an operation.type is; undefined for all others. */
export function operationKindOf(type: string): OperationKind | undefined {
  return KIND_OF.get(type);
}

/**
 * Why an operation failed, in ECommPay's words. Of its codes the sheet has no list that is certain: what its message says without doubt
 * is read from the message, whatever the code.
 */
export function ecommpayDecline(code: string, message: string): Pick<ProviderUpdate, 'declineReason'> {
  if (code === '' || code === '0' || message === '') return {};
  const found = MESSAGES.find(([words]) => words.test(message));
  return { declineReason: { code: found?.[1] ?? 'declined', text: message } };
}

const MESSAGES: readonly (readonly [words: RegExp, code: DeclineCode])[] = [
  [/insufficient funds/i, 'insufficient_funds'],
  [/expired card|card (?:has |is )?expired/i, 'expired_card'],
  [/3-?d ?s|authentication/i, 'authentication_failed'],
  [/cancell?ed by (?:the )?(?:customer|user|shopper)/i, 'cancelled_by_shopper'],
  [/fraud|stolen|lost card/i, 'fraud_suspected'],
  [/(?:amount|activity|frequency|withdrawal) limit/i, 'limit_exceeded'],
  [/(?:invalid|incorrect|wrong) (?:card|cvv|pan)/i, 'invalid_card'],
];
