/**
 * `/transactions/{id}/refunds` of the Open API.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - the list of refunds names its amounts `amount`;
 * - a refund in the list counts unless it is `failed` or `rejected`;
 * - an answer of 5xx leaves the outcome open.
 */
import { Declined } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { OperationCall, OperationOrder, OperationResult } from '../contract.ts';
import { callOpenApi, jsonWithAmount, operationBody } from './open-api.ts';
import type { TpaySettings } from './settings.ts';
import { FAILED_REFUND_STATUSES } from './statuses.ts';
import { operationResult, transactionIdOf } from './transactions.ts';

function refundsPath(call: OperationCall<TpaySettings>): string {
  return `/transactions/${encodeURIComponent(transactionIdOf(call))}/refunds`;
}

/**
 * Refunds an amount in minor units.
 * @throws Declined, Problem
 */
export async function refundTransaction(order: OperationOrder<TpaySettings>): Promise<OperationResult> {
  const body = jsonWithAmount({ amount: 'AMOUNT' }, decimal(order.amount, 2));
  return operationResult(
    operationBody(await callOpenApi(order.account, order, 'POST', refundsPath(order), body)),
  );
}

/**
 * What became of a refund, by the sum of the list: a refund has no name of ours. Null: not known yet.
 * @throws Declined when the sum is as it was before.
 */
export async function reconcileTransactionRefund(
  call: OperationCall<TpaySettings>,
): Promise<OperationResult | null> {
  const body = operationBody(await callOpenApi(call.account, call, 'GET', refundsPath(call)));
  const refunds = (body.refunds ?? []) as { amount?: number; status?: string }[];
  const sum = refunds
    .filter(({ status }) => !FAILED_REFUND_STATUSES.has(status ?? ''))
    .reduce((total, { amount = 0 }) => total + Math.round(amount * 100), 0);
  if (sum >= call.expected) return { state: 'succeeded', status: 'refund', providerReference: null };
  if (sum === call.before.refunded && !call.accepted) throw new Declined('none', 'tpay has no such refund');
  return null;
}
