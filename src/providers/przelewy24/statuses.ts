/** The status tables of SHEET.md, under its names. */
import type { StatusTable } from '../contract.ts';
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** TRANSACTION: `status` in the answer of `transaction/by/sessionId`. */
export const P24_TRANSACTION_STATUSES = statusTable([
  ['0', 'none', 'no payment'],
  ['1', 'pending', 'advance payment'],
  ['2', 'paid', 'paid'],
  ['3', 'refunded', 'returned'],
]);

/** REFUND_NOTIFICATION: `status` of a refund notification, with the word `refund` before it as in `providerStatus`. */
export const P24_REFUND_NOTIFICATION_STATUSES: StatusTable = {
  'refund 0': { outcome: 'refunded', text: 'refund done' },
  'refund 1': { outcome: 'none', text: 'refund rejected' },
};

/** OPERATIONS: `status` of a refund, in its notification and in the answer of `refund/by/orderId`. */
export const P24_OPERATIONS = {
  notification: operationTable([
    ['0', 'succeeded'],
    ['1', 'failed'],
  ]),
  refund: operationTable([
    ['1', 'succeeded'],
    ['2 3', 'accepted'],
    ['4', 'failed'],
  ]),
};

/** ERROR: the error codes of the modes 3.2 and legacy. They explain, and move nothing. */
export const P24_ERRORS = statusTable([
  ['err00', 'none', 'wrong call'],
  ['err01', 'none', 'the shop did not confirm'],
  ['err02', 'none', 'no authorisation received'],
  ['err03', 'none', 'request already processed'],
  ['err04', 'none', 'request incomplete or wrong'],
  ['err05', 'none', 'shop configuration unreadable'],
  ['err06', 'none', 'request not stored'],
  ['err07', 'none', 'another person is paying'],
  ['err08', 'none', 'connection with the shop not set up'],
  ['err09', 'none', 'too many corrections'],
  ['err10', 'none', 'invalid amount'],
  ['err49', 'none', 'risk score too high'],
  ['err51', 'none', 'wrong call'],
  ['err52', 'none', 'wrong session data'],
  ['err53', 'none', 'transaction error'],
  ['err54', 'none', 'amounts differ'],
  ['err55', 'none', 'wrong answer code'],
  ['err56', 'none', 'wrong card'],
  ['err57', 'none', 'test flag differs'],
  ['err58', 'none', 'wrong sequence number'],
  ['err59', 'none', 'wrong currency'],
  ['err101', 'none', 'call error'],
  ['err102', 'none', 'time over'],
  ['err103', 'none', 'wrong transfer amount'],
  ['err104', 'none', 'awaiting confirmation'],
  ['err105', 'none', 'finished after the time'],
  ['err161 err162', 'none', 'broken off by the shopper'],
]);
