/**
 * Refunds at Przelewy24 (REST). A refund is accepted at once; its result comes as a signed notification. requestId and
 * refundsUuid name it, so that the list of refunds has it by our name. Facts: SHEET.md. Safe reading of what is unverified: in
 * that list 1 is done, 4 rejected, and everything else in process.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { BookedState, Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import { callP24, unexpectedP24Answer } from './rest.ts';
import type { P24Settings } from './settings.ts';
import { P24_REFUND_REJECTED, P24_REFUND_STATUSES } from './statuses.ts';

/** A row of the list of refunds. Amounts in minor units. */
interface ListedRefund {
  readonly requestId?: string;
  readonly amount?: number;
  readonly status?: number;
}

/** Przelewy24's number of the payment. @throws Problem invalid_state when it is not known. */
function orderIdOf({ providerState }: OperationCall<P24Settings>): string {
  if (!providerState.orderId)
    throw new Problem('invalid_state', 'the order number of this payment is not known');
  return providerState.orderId;
}

function accepted(reference: string): OperationResult {
  return { state: 'accepted', status: 'accepted', providerReference: reference };
}

async function executeRefund(order: OperationOrder<P24Settings>): Promise<OperationResult> {
  const { account, amount, operationReference } = order;
  const result = await callP24(account, order.send, 'POST', '/transaction/refund', {
    requestId: operationReference,
    refundsUuid: operationReference,
    urlStatus: order.urls.callback,
    refunds: [
      {
        orderId: Number(orderIdOf(order)),
        sessionId: order.order,
        amount,
        description: `Refund ${operationReference}`,
      },
    ],
  });
  const { status, answer } = result;
  if (status >= 400 && status < 500) throw new Declined(String(answer.code ?? status), errorText(answer));
  const [row] = Array.isArray(answer.data) ? (answer.data as { status?: boolean; message?: string }[]) : [];
  if (status !== 201 || row === undefined) throw unexpectedP24Answer('was asked for a refund', result);
  if (row.status !== true) throw new Declined('false', row.message ?? '');
  return accepted(operationReference);
}

function errorText({ error }: Record<string, unknown>): string {
  return typeof error === 'string' ? error : JSON.stringify(error ?? '');
}

async function lookUpRefunds(call: OperationCall<P24Settings>): Promise<Bookings> {
  const path = `/refund/by/orderId/${encodeURIComponent(orderIdOf(call))}`;
  const result = await callP24(call.account, call.fetch, 'GET', path);
  if (result.status !== 200 && result.status !== 404)
    throw unexpectedP24Answer('was asked about refunds', result);
  const { refunds = [] } = (result.answer.data ?? {}) as { refunds?: readonly ListedRefund[] };
  return {
    entries: refunds.map((refund) => ({
      operationReference: refund.requestId ?? null,
      amount: refund.amount ?? null,
      state: listedState(String(refund.status)),
      status: String(refund.status),
    })),
    complete: true,
    status: String(result.status),
  };
}

function listedState(status: string): BookedState {
  if (meaningOf(P24_REFUND_STATUSES, status)?.outcome === 'refunded') return 'succeeded';
  return status === P24_REFUND_REJECTED ? 'failed' : 'accepted';
}

export const p24Refund: ProviderOperation<P24Settings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  lacks: ({ mode, api_key }) =>
    mode === 'rest' && api_key ? null : 'refunds need the REST protocol (mode rest, api_key)',
  execute: executeRefund,
  lookUp: lookUpRefunds,
};
