/**
 * After the payment at PayU: capture, cancel and refund by REST, and Payment/confirm and Payment/cancel of the classic API. A
 * capture or a cancel is accepted at once, and its result is the order's next status.
 *
 * Safe readings of what is unverified:
 * - the status after a partial capture may name the amount of the order, so the part that was captured is what counts;
 * - an answer of 4xx declines, one of 5xx leaves the outcome unknown;
 * - the classic API has no refund.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { type ApiAnswer, jsonObject } from '../kit/api-call.ts';
import { meaningOf } from '../kit/statuses.ts';
import { callPayuClassic } from './classic.ts';
import { type PayuRefund, payuHundredths } from './messages.ts';
import { callPayuRest, readPayuOrder, readPayuRefunds, unexpectedPayuAnswer } from './rest.ts';
import type { PayuSettings } from './settings.ts';
import { PAYU_CLASSIC_STATUSES, PAYU_ORDER_STATUSES, PAYU_REFUND_STATUSES } from './statuses.ts';

type Call = OperationCall<PayuSettings>;
type Order = OperationOrder<PayuSettings>;

/** PayU's number of the order. @throws Problem invalid_state when none is registered. */
function orderIdOf({ providerState }: Call): string {
  if (!providerState.orderId)
    throw new Problem('invalid_state', 'nothing is registered at PayU for this payment yet');
  return providerState.orderId;
}

/** The body of an answer that says SUCCESS. @throws Declined for 4xx, Problem for the rest. */
function successOf(answer: ApiAnswer): Record<string, unknown> {
  const { status, text } = answer;
  if (status >= 500) throw unexpectedPayuAnswer('answered', answer);
  const body = jsonObject(text);
  const said = (body.status ?? {}) as { statusCode?: string; statusDesc?: string };
  if (status >= 400) throw new Declined(said.statusCode ?? String(status), said.statusDesc ?? '');
  if (said.statusCode !== 'SUCCESS') throw unexpectedPayuAnswer('answered', answer);
  return body;
}

/** PayU has taken the request; the result is the order's next status. */
function accepted(status: string): OperationResult {
  return { state: 'accepted', status, providerReference: null };
}

async function executeRest(order: Order): Promise<OperationResult> {
  const { account, kind } = order;
  const id = orderIdOf(order);
  const path = `/api/v2_1/orders/${encodeURIComponent(id)}`;
  if (kind === 'capture') {
    const part = { amount: String(order.amount), currencyCode: order.currency };
    successOf(await callPayuRest(account, order, 'POST', `${path}/captures`, order.whole ? undefined : part));
    return accepted('SUCCESS');
  }
  if (kind === 'cancel') {
    successOf(await callPayuRest(account, order, 'DELETE', path));
    return accepted('SUCCESS');
  }
  const body = successOf(
    await callPayuRest(account, order, 'POST', `${path}/refunds`, {
      refund: {
        description: order.operationReference,
        amount: String(order.amount),
        extRefundId: order.operationReference,
      },
    }),
  );
  return refundResult((body.refund ?? {}) as PayuRefund);
}

function refundResult({ status = '', refundId }: PayuRefund): OperationResult {
  if (status === 'CANCELED') throw new Declined(status, 'the refund was cancelled');
  const meaning = meaningOf(PAYU_REFUND_STATUSES, `refund ${status}`);
  return {
    state: meaning?.outcome === 'refunded' ? 'succeeded' : 'accepted',
    status,
    providerReference: refundId ?? null,
  };
}

async function reconcileRest(call: Call): Promise<OperationResult | null> {
  const { kind, operationReference, amount } = call;
  const id = orderIdOf(call);
  const notDone = (code: string, text: string): null => {
    if (call.accepted) return null;
    throw new Declined(code, text);
  };
  if (kind === 'refund') {
    const refunds = await readPayuRefunds(call, id);
    const ours = refunds.find(({ extRefundId }) => extRefundId === operationReference);
    if (!ours) return notDone('DATA_NOT_FOUND', 'PayU has no such refund');
    return payuHundredths(ours.amount) === amount ? refundResult(ours) : null;
  }
  const { status = '' } = await readPayuOrder(call, id);
  const outcome = meaningOf(PAYU_ORDER_STATUSES, status)?.outcome;
  if (outcome === (kind === 'capture' ? 'paid' : 'voided'))
    return { state: 'succeeded', status, providerReference: null };
  return outcome === 'authorized' || outcome === 'pending' ? notDone(status, 'the order is as it was') : null;
}

async function executeClassic(order: Order): Promise<OperationResult> {
  if (!order.whole)
    throw new Problem('amount_out_of_range', 'the classic API confirms only the whole payment');
  await callPayuClassic(order.send, order.kind === 'capture' ? 'confirm' : 'cancel', order);
  return accepted('OK');
}

async function reconcileClassic(call: Call): Promise<OperationResult | null> {
  const values = await callPayuClassic(call.fetch, 'get', call);
  const status = values.get('trans_status') ?? '';
  const outcome = meaningOf(PAYU_CLASSIC_STATUSES, status)?.outcome;
  if (outcome === (call.kind === 'capture' ? 'paid' : 'voided'))
    return { state: 'succeeded', status, providerReference: values.get('trans_id') ?? null };
  if (!call.accepted && (outcome === 'authorized' || outcome === 'pending'))
    throw new Declined(status, 'the payment is as it was');
  return null;
}

const isRest = ({ account }: Call) => account.settings.mode === 'rest';

function operation(
  fundsSources: ProviderOperation<PayuSettings>['rule']['fundsSources'],
  parts: 'whole' | 'one' | 'many',
) {
  return {
    rule: { fundsSources, parts },
    execute: (order: Order) => (isRest(order) ? executeRest(order) : executeClassic(order)),
    reconcile: (call: Call) => (isRest(call) ? reconcileRest(call) : reconcileClassic(call)),
  } satisfies ProviderOperation<PayuSettings>;
}

export const payuCapture: ProviderOperation<PayuSettings> = operation(['held'], 'one');

export const payuCancel: ProviderOperation<PayuSettings> = operation(['held', 'open'], 'whole');

export const payuRefund: ProviderOperation<PayuSettings> = {
  ...operation(['paid'], 'many'),
  lacks: ({ mode }) => (mode === 'rest' ? null : 'the classic API has no refund'),
};
