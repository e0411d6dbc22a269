/**
 * What the words and numbers of Worldline Direct stand for (SHEET.md, "Statuses"). A payment and an operation have both: a word, `status`,
 * and a number of the Ogone platform, `statusCode`. Where the two disagree the weaker one counts.
 */
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedState } from '../../payments/reconciliation.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { ISSUER_ANSWERS, withReason } from '../kit/decline-reasons.ts';
import { type OperationTable, operationTable, stateIn } from '../kit/operation-table.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/** STATUS: the words. */
export const WORLDLINE_STATUSES = statusTable([
  ['CREATED', 'none', 'created'],
  ['REDIRECTED', 'pending', 'the shopper is at the bank or wallet'],
  ['PENDING_PAYMENT', 'pending', 'waiting for the shopper’s payment'],
  ['AUTHORIZATION_REQUESTED', 'pending', 'authorization requested'],
  ['PENDING_FRAUD_APPROVAL', 'pending', 'waiting for a check against fraud'],
  ['PENDING_APPROVAL', 'pending', 'waiting for an approval'],
  ['PENDING_COMPLETION', 'pending', 'waiting to be completed'],
  ['PENDING_CAPTURE', 'authorized', 'authorized'],
  ['CAPTURE_REQUESTED', 'pending', 'capture requested'],
  ['CAPTURED', 'paid', 'captured'],
  ['PAID', 'paid', 'paid'],
  ['CANCELLED', 'cancelled', 'cancelled'],
  ['REJECTED', 'denied', 'rejected by the acquirer'],
  ['REJECTED_CAPTURE', 'capture_denied', 'capture rejected by the acquirer'],
  ['REFUND_REQUESTED', 'none', 'refund requested'],
  ['REFUNDED', 'refunded', 'refunded'],
  ['REVERSED', 'reversed', 'reversed'],
  ['CHARGEBACK_NOTIFICATION CHARGEBACKED', 'charged_back', 'charged back'],
]);

/** CODE: the numbers, which are those of Ogone's STATUS. */
export const WORLDLINE_CODES = statusTable([
  ['0', 'none', 'created'],
  ['1', 'cancelled', 'cancelled by the shopper'],
  ['2', 'denied', 'authorization declined'],
  ['4 40 41', 'pending', 'stored, waiting for a result'],
  ['46', 'pending', 'waiting for authentication'],
  ['5', 'authorized', 'authorized'],
  ['50 51', 'pending', 'authorization waiting'],
  ['52', 'pending', 'authorization not known'],
  ['55 56 57 59', 'pending', 'on hold'],
  ['6 64', 'voided', 'authorized and cancelled'],
  ['61', 'none', 'cancellation waiting'],
  ['62', 'none', 'cancellation uncertain'],
  ['63', 'none', 'cancellation declined'],
  ['7 74 75', 'reversed', 'payment deleted'],
  ['71', 'none', 'deletion waiting'],
  ['72', 'none', 'deletion uncertain'],
  ['73', 'none', 'deletion declined'],
  ['8 85', 'refunded', 'refunded'],
  ['81', 'none', 'refund waiting'],
  ['82', 'none', 'refund uncertain'],
  ['83', 'none', 'refund declined'],
  ['84', 'none', 'refund'],
  ['9 95', 'paid', 'captured'],
  ['91', 'pending', 'capture waiting'],
  ['92', 'pending', 'capture uncertain'],
  ['99', 'pending', 'being processed'],
  ['93', 'capture_denied', 'capture declined'],
  ['94', 'none', 'refund declined by the acquirer'],
  ['96', 'none', 'refund reversed'],
  ['1000', 'paid', 'paid (a number of the platform before)'],
]);

/** CHECKOUT: `status` of a hosted checkout session. What came of a payment that it has is said by the payment. */
export const WORLDLINE_CHECKOUT_STATUSES = statusTable([
  ['IN_PROGRESS', 'none', 'the shopper is on the page'],
  ['PAYMENT_CREATED', 'none', 'there is a payment'],
  ['CANCELLED_BY_CONSUMER', 'cancelled', 'cancelled by the shopper'],
  ['CLIENT_NOT_ELIGIBLE_FOR_SELECTED_PAYMENT_PRODUCT', 'denied', 'not eligible for the chosen means'],
]);

/** What a word and a number say together. */
export interface WorldlineMeaning {
  readonly outcome: UpdateOutcome;
  /** The one of the two that counts: the word, unless the number says less or says it more closely. */
  readonly decides: string;
}

/** Results in ascending strength. Those that are none of these are no weaker or stronger form of each other. */
const LADDER: readonly UpdateOutcome[] = ['none', 'pending', 'authorized', 'paid'];

/** What a number may say more closely of a word's outcome, with no contradiction. */
const CLOSER: Readonly<Partial<Record<UpdateOutcome, readonly UpdateOutcome[]>>> = {
  // Whether an order or an authorization was cancelled, or a capture taken back.
  cancelled: ['voided', 'reversed'],
  // A capture that was declined comes as REJECTED too.
  denied: ['capture_denied'],
};

/** Outcomes of words that have no number of their own. */
const WITHOUT_NUMBER: readonly UpdateOutcome[] = ['charged_back', 'reversed'];

/**
 * What a status says. An unknown word or number moves nothing; neither does a pair of which each says what the other rules out.
 * @param code empty: none came along, and the word stands alone.
 */
export function worldlineMeaning(status: string, code: string): WorldlineMeaning {
  const said = meaningOf(WORLDLINE_STATUSES, status)?.outcome ?? 'none';
  if (code === '' || WITHOUT_NUMBER.includes(said)) return { outcome: said, decides: status };
  const numbered = meaningOf(WORLDLINE_CODES, code)?.outcome ?? 'none';
  if (numbered === said) return { outcome: said, decides: status };
  if (CLOSER[said]?.includes(numbered)) return { outcome: numbered, decides: code };
  const [rank, other] = [LADDER.indexOf(said), LADDER.indexOf(numbered)];
  if (other === 0) return { outcome: 'none', decides: code };
  if (rank === 0) return { outcome: 'none', decides: status };
  if (rank < 0 || other < 0) return { outcome: 'none', decides: status };
  return rank < other ? { outcome: said, decides: status } : { outcome: numbered, decides: code };
}

/** What both say of an operation after the payment, by its kind (SHEET.md, "Operations"): words and numbers in one table. */
export const WORLDLINE_OPERATIONS: Readonly<Record<OperationKind, OperationTable>> = {
  capture: operationTable([
    ['CAPTURED PAID 9 95', 'succeeded'],
    ['CAPTURE_REQUESTED 4 91 92 99', 'accepted'],
    ['REJECTED_CAPTURE REJECTED 93', 'failed'],
  ]),
  cancel: operationTable([
    ['CANCELLED 6 64 7 74 75', 'succeeded'],
    ['61 62 71 72', 'accepted'],
    ['REJECTED 63 73', 'failed'],
  ]),
  refund: operationTable([
    ['REFUNDED 8 85', 'succeeded'],
    ['REFUND_REQUESTED 81 82', 'accepted'],
    ['REJECTED CANCELLED 83 94', 'failed'],
    ['84 96', 'unknown'],
  ]),
};

/**
 * What a status says of an operation of a kind: the weaker of word and number, and unknown where they rule each other out.
 * @param code empty: none came along.
 */
export function worldlineOperationState(kind: OperationKind, status: string, code: string): BookedState {
  const table = WORLDLINE_OPERATIONS[kind];
  const said = stateIn(table, status);
  if (code === '') return said;
  const numbered = stateIn(table, code);
  if (said === numbered) return said;
  const both = [said, numbered];
  if (both.includes('accepted') && both.includes('succeeded')) return 'accepted';
  // A cancel that was declined may come under the word of the payment that it leaves as it is.
  return kind === 'cancel' && numbered === 'failed' ? 'failed' : 'unknown';
}

/** The numbers of operations after the payment, by kind: a number says it where the word is that of a payment too. */
const KIND_OF_CODE: Readonly<Record<string, OperationKind>> = {
  ...Object.fromEntries(
    ['61', '62', '63', '6', '64', '7', '71', '72', '73', '74', '75'].map((code) => [code, 'cancel']),
  ),
  ...Object.fromEntries(['8', '81', '82', '83', '84', '85', '94', '96'].map((code) => [code, 'refund'])),
  '93': 'capture',
};

const KIND_OF_WORD: Readonly<Record<string, OperationKind>> = {
  CAPTURED: 'capture',
  CAPTURE_REQUESTED: 'capture',
  PAID: 'capture',
  REJECTED_CAPTURE: 'capture',
  REFUND_REQUESTED: 'refund',
  REFUNDED: 'refund',
};

/** The kind of operation that a status is about; null: about the payment. */
export function worldlineKind(status: string, code: string): OperationKind | null {
  if (Object.hasOwn(KIND_OF_CODE, code)) return KIND_OF_CODE[code] ?? null;
  return Object.hasOwn(KIND_OF_WORD, status) ? (KIND_OF_WORD[status] ?? null) : null;
}

/** Why, by `statusOutput.errors[].errorCode`, which is Ogone's NCERROR: `30xx....` is the issuer's answer xx. */
export function worldlineDecline(codes: readonly string[]): Pick<ProviderUpdate, 'declineReason'> {
  if (codes.includes('40001134'))
    return { declineReason: { code: 'authentication_failed', text: 'Authentication failed' } };
  return withReason(ISSUER_ANSWERS, ...codes.map((code) => /^30(\d\d)\d{4}$/.exec(code)?.[1]));
}
