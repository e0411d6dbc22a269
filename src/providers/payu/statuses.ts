/** The status tables of SHEET.md, under its names. */
import type { StatusTable } from '../contract.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** ORDER: `status` of an order (REST). CANCELED ends the order, also one that waited for confirmation. */
export const PAYU_ORDER_STATUSES = statusTable([
  ['NEW', 'none', 'new'],
  ['PENDING', 'pending', 'pending'],
  ['WAITING_FOR_CONFIRMATION', 'authorized', 'waiting for confirmation'],
  ['COMPLETED', 'paid', 'completed'],
  ['CANCELED', 'voided', 'cancelled'],
  ['REJECTED', 'denied', 'rejected, the money arrived after a cancellation'],
]);

/** Why: what PayU rejects came after the order was cancelled, and who cancelled it is not said. */
export const PAYU_DECLINES = reasonsAmong(PAYU_ORDER_STATUSES, [['CANCELED REJECTED', 'other']]);

/** REFUND: `status` of a refund (REST), with the word `refund` before it as in `providerStatus`. */
export const PAYU_REFUND_STATUSES: StatusTable = {
  'refund PENDING': { outcome: 'none', text: 'refund pending' },
  'refund FINALIZED': { outcome: 'refunded', text: 'refund done' },
  'refund CANCELED': { outcome: 'none', text: 'refund cancelled' },
};

/** OPERATIONS: `status` of a refund (REST). */
export const PAYU_OPERATIONS = {
  refund: operationTable([
    ['FINALIZED', 'succeeded'],
    ['PENDING', 'accepted'],
    ['CANCELED', 'failed'],
  ]),
};

/** CLASSIC: `trans_status` of a payment (classic API). 2 ends the payment, also one that waited for reception. */
export const PAYU_CLASSIC_STATUSES = statusTable([
  ['1', 'none', 'new'],
  ['2', 'voided', 'cancelled'],
  ['3', 'denied', 'rejected'],
  ['4', 'pending', 'started'],
  ['5', 'authorized', 'waiting for reception'],
  ['7', 'denied', 'rejected, the money arrived after a cancellation'],
  ['99', 'paid', 'received'],
  ['888', 'error', 'wrong status'],
]);

/** Why, by `trans_status`. */
export const PAYU_CLASSIC_DECLINES_BY_STATUS = reasonsAmong(PAYU_CLASSIC_STATUSES, [['2 7', 'other']]);

/** `statusCode` of REST by which PayU says that it is not well itself: what was asked for may have happened. */
export const PAYU_REST_TROUBLES: ReadonlySet<string> = new Set([
  'ERROR_INTERNAL',
  'GENERAL_ERROR',
  'TIMEOUT',
]);

/** `error_nr` of the classic API by which PayU declines; any other, and 200, 201 and 999, is trouble at PayU. */
export const PAYU_CLASSIC_DECLINES: ReadonlySet<string> = new Set(
  [
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 202, 203, 204, 205, 206, 207,
    208, 209, 500, 501, 502, 503, 504, 505, 506, 507, 599,
  ].map(String),
);
