/** The status tables of SHEET.md, under its names. */
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { operationTable } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';

/** TRANSACTION: `status` of a transaction. What `closed` and `failed` come to depends on `response_code` too. */
export const PAYMILL_TRANSACTION_STATUSES = statusTable([
  ['open', 'pending', 'in progress'],
  ['pending', 'pending', 'waiting'],
  ['closed', 'paid', 'paid'],
  ['preauth preauthorize', 'authorized', 'reserved'],
  ['failed', 'denied', 'failed'],
  ['partially_refunded partial_refunded', 'refunded', 'partially refunded'],
  ['refunded', 'refunded', 'refunded'],
  ['chargeback', 'charged_back', 'charged back'],
]);

/** FAILURE: `response_code` of a failed transaction. */
export const PAYMILL_FAILURES = statusTable([
  ['40000', 'denied', 'problem with the transaction data'],
  ['40001', 'denied', 'problem with the payment data'],
  ['40002', 'denied', 'invalid checksum'],
  ['40100', 'denied', 'problem with the card data'],
  ['40101', 'denied', 'problem with the CVV'],
  ['40102', 'denied', 'card expired or not yet valid'],
  ['40103', 'denied', 'card limit exceeded'],
  ['40104', 'denied', 'invalid card'],
  ['40105', 'denied', 'invalid expiry date'],
  ['40106', 'denied', 'card brand missing'],
  ['40200', 'denied', 'problem with the bank account data'],
  ['40201', 'denied', 'bank account data do not belong together'],
  ['40202', 'denied', 'authentication at the bank failed'],
  ['40300', 'denied', 'problem with the 3-D Secure data'],
  ['40301', 'denied', 'currency or amount differs from that of the token'],
  ['40400', 'denied', 'problem with the input data'],
  ['40401', 'denied', 'amount too low'],
  ['40402', 'denied', 'usage text too long'],
  ['40403', 'denied', 'currency not allowed'],
  ['40404', 'denied', 'refund too high'],
  ['40410', 'denied', 'problem with the cart data'],
  ['40420', 'denied', 'problem with the address data'],
  ['40500', 'denied', 'no permission at the acquirer'],
  ['40510', 'denied', 'rate limit of the acquirer reached'],
  ['42000', 'denied', 'initiation failed'],
  ['42410', 'expired', 'initiation expired'],
  ['50000', 'error', 'problem with the back end'],
  ['50001', 'denied', 'country blocked'],
  ['50002', 'denied', 'IP address blocked'],
  ['50004', 'denied', 'live mode not allowed'],
  ['50005', 'denied', 'API key without the right'],
  ['50100', 'error', 'technical error with the card'],
  ['50101', 'denied', 'error limit exceeded'],
  ['50102', 'denied', 'card declined'],
  ['50103', 'denied', 'stolen or manipulated card'],
  ['50104', 'denied', 'restricted card'],
  ['50105', 'denied', 'invalid configuration'],
  ['50200', 'denied', 'technical error with the bank account'],
  ['50201', 'denied', 'bank account blocked'],
  ['50300', 'denied', 'technical error with 3-D Secure'],
  ['50400 50410 50420 50430 50440 50450', 'denied', 'declined because of risk'],
  ['50500', 'error', 'timeout'],
  ['50501', 'error', 'timeout at the acquirer'],
  ['50502', 'error', 'timeout of the risk check'],
  ['50600', 'denied', 'duplicate transaction'],
  ['50700', 'cancelled', 'cancelled by the shopper'],
  ['50710 50711 50712 50713 50714', 'denied', 'declined by the source of the money'],
  ['50720', 'denied', 'rejected by the acquirer'],
  ['50730', 'denied', 'denied by the merchant'],
  ['50800', 'denied', 'preauthorization failed'],
  ['50810', 'denied', 'authorization voided'],
  ['50820', 'expired', 'authorization expired'],
  ['51200', 'denied', 'problem with the payment data'],
]);

/** FAILURE, where it says why. */
export const PAYMILL_DECLINES = reasonsAmong(PAYMILL_FAILURES, [
  ['40101 40104 40105 40106 50104', 'invalid_card'],
  ['40102', 'expired_card'],
  ['40103 50101', 'limit_exceeded'],
  ['40202 40300 50300', 'authentication_failed'],
  ['40301 40400 40401 40402 40403 40410 40420 40500 40510 50004 50005 50105 50200 50600', 'technical'],
  ['50001 50002 50103 50400 50410 50420 50430 50440 50450', 'fraud_suspected'],
  ['50700', 'cancelled_by_shopper'],
]);

/** PREAUTHORIZATION: `status` of a preauthorization. `closed` is the word of every good one: it proves no capture (SHEET.md, Traps). */
export const PAYMILL_PREAUTHORIZATION_STATUSES = statusTable([
  ['open pending', 'pending', 'in progress'],
  ['preauth preauthorize closed', 'authorized', 'reserved'],
  ['failed', 'denied', 'failed'],
  ['deleted', 'voided', 'deleted'],
]);

/** OPERATIONS: `status` of the transaction that a capture made, and of a refund. `closed` is judged by `response_code` too. */
export const PAYMILL_OPERATIONS = {
  capture: operationTable([
    ['closed partially_refunded partial_refunded refunded chargeback', 'succeeded'],
    ['open pending', 'accepted'],
    ['failed', 'failed'],
    ['preauth preauthorize', 'unknown'],
  ]),
  refund: operationTable([
    ['refunded', 'succeeded'],
    ['open pending', 'accepted'],
    ['failed', 'failed'],
  ]),
};
