/**
 * `/transactions/{id}/refunds` of the Open API.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - the list of refunds names its amounts `amount`;
 * - a refund in the list counts unless it is `failed` or `rejected`;
 * - an answer of 5xx leaves the outcome open.
 */
import { decimal } from '../../payments/money.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
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

/** The list of refunds: none has a name of ours. */
export async function lookUpRefunds(call: OperationCall<TpaySettings>): Promise<Bookings> {
  const body = operationBody(await callOpenApi(call.account, call, 'GET', refundsPath(call)));
  const refunds = (body.refunds ?? []) as { amount?: number; status?: string }[];
  return {
    entries: refunds.map(({ amount = 0, status = '' }) => ({
      amount: Math.round(amount * 100),
      state: FAILED_REFUND_STATUSES.has(status) ? 'failed' : status === 'correct' ? 'succeeded' : 'accepted',
      status,
    })),
    complete: true,
    status: '',
  };
}
