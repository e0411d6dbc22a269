/**
 * After the payment at PayU: capture, cancel and refund by REST, and Payment/confirm and Payment/cancel of the classic API. A
 * capture or a cancel is accepted at once, and its result is the order's next status.
 *
 * Safe readings of what is unverified:
 * - the status after a partial capture may name the amount of the order, so the part that was captured is what counts;
 * - an error of PayU's in an answer of 4xx declines; 408, 409, 425, 429, 5xx and anything else leave the outcome unknown;
 * - the classic API has no refund.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderOperation,
  UpdateOutcome,
} from '../contract.ts';
import { type ApiAnswer, jsonObject } from '../kit/api-call.ts';
import { mayDecline } from '../kit/declining.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { callPayuRest, unexpectedPayuAnswer } from './call.ts';
import { callPayuClassic } from './classic.ts';
import {
  type PayuOrder,
  type PayuRefund,
  payuHundredths,
  payuRefundAmount,
  payuRefundMovement,
  payuRefundState,
} from './messages.ts';
import { readPayuOrder, readPayuRefunds, requirePayuOrder } from './rest.ts';
import type { PayuSettings } from './settings.ts';
import { PAYU_CLASSIC_STATUSES, PAYU_ORDER_STATUSES, PAYU_REST_TROUBLES } from './statuses.ts';

type Call = OperationCall<PayuSettings>;
type Order = OperationOrder<PayuSettings>;

/** PayU's number of the order. @throws Problem invalid_state when none is registered. */
function orderIdOf({ providerState }: Call): string {
  if (!providerState.orderId)
    throw new Problem('invalid_state', 'nothing is registered at PayU for this payment yet');
  return providerState.orderId;
}

/**
 * The body of an answer that says SUCCESS, about the order.
 * @throws Declined for PayU's own error in 4xx; Problem for the rest; Refusal when it is about another order.
 */
function successOf(order: Order, answer: ApiAnswer): Record<string, unknown> {
  const { status, text } = answer;
  const isGood = status === 200 || status === 201;
  if (!isGood && !mayDecline(status)) throw unexpectedPayuAnswer('answered', answer);
  const body = jsonObject(text);
  const { statusCode, statusDesc = '' } = (body.status ?? {}) as { statusCode?: string; statusDesc?: string };
  requirePayuOrder(order, body as PayuOrder);
  if (
    !isGood &&
    typeof statusCode === 'string' &&
    statusCode !== 'SUCCESS' &&
    !PAYU_REST_TROUBLES.has(statusCode)
  )
    throw new Declined(statusCode, statusDesc);
  if (!isGood || statusCode !== 'SUCCESS') throw unexpectedPayuAnswer('answered', answer);
  return body;
}

/** PayU has taken the request; the result is the order's next status. */
function accepted(status: string): OperationResult {
  return { state: 'accepted', status, providerReference: null };
}

async function executeRest(order: Order): Promise<OperationResult> {
  const { account, kind } = order;
  const path = `/api/v2_1/orders/${encodeURIComponent(orderIdOf(order))}`;
  if (kind === 'capture') {
    const part = { amount: String(order.amount), currencyCode: order.currency };
    const body = order.whole ? undefined : part;
    successOf(order, await callPayuRest(account, order, 'POST', `${path}/captures`, body));
    return accepted('SUCCESS');
  }
  if (kind === 'cancel') {
    successOf(order, await callPayuRest(account, order, 'DELETE', path));
    return accepted('SUCCESS');
  }
  const name = order.operationReference;
  const refund = { description: name, amount: String(order.amount), extRefundId: name };
  const answer = await callPayuRest(account, order, 'POST', `${path}/refunds`, { refund });
  return refundResult(order, (successOf(order, answer).refund ?? {}) as PayuRefund);
}

/** @throws Declined when the refund was cancelled; Problem, Refusal when the answer is about another one, or has no known word. */
function refundResult(order: Order, refund: PayuRefund): OperationResult {
  const { status = '', refundId, extRefundId, amount, currencyCode } = refund;
  const isOther =
    (extRefundId !== undefined && extRefundId !== order.operationReference) ||
    (amount !== undefined && payuHundredths(amount) !== order.amount) ||
    (currencyCode !== undefined && currencyCode !== order.currency);
  if (isOther) throw new Refusal('wrong_account', 'the answer is about another refund');
  const state = payuRefundState(refund);
  if (state === 'failed') throw new Declined(status, 'the refund was cancelled');
  if (state === 'unknown') throw providerError(`PayU answered the status ${status}`);
  return { state, status, providerReference: refundId || null };
}

async function lookUpRest(call: Call): Promise<Bookings> {
  const id = orderIdOf(call);
  if (call.kind === 'refund') {
    const refunds = await readPayuRefunds(call, id);
    return {
      entries: refunds.map((refund) => ({
        operationReference: refund.extRefundId ?? null,
        providerReference: refund.refundId || null,
        amount: payuRefundAmount(refund),
        state: payuRefundState(refund),
        status: `refund ${refund.status ?? ''}`,
        movement: payuRefundMovement(refund.refundId ?? ''),
      })),
      complete: true,
      status: '',
    };
  }
  const { status = '' } = await readPayuOrder(call, id);
  return orderBookings(call, meaningOf(PAYU_ORDER_STATUSES, status)?.outcome, status);
}

/** What the end of an order says of a capture and of a cancel. */
const ENDS: Readonly<
  Partial<Record<UpdateOutcome, Readonly<Partial<Record<OperationKind, 'succeeded' | 'failed'>>>>>
> = {
  paid: { capture: 'succeeded', cancel: 'failed' },
  voided: { capture: 'failed', cancel: 'succeeded' },
  denied: { capture: 'failed' },
};

/** What the status of an order shows of a capture or a cancel. */
function orderBookings({ kind }: Call, outcome: UpdateOutcome | undefined, status: string): Bookings {
  const state = outcome && ENDS[outcome]?.[kind];
  return {
    entries: state ? [{ amount: null, state, status }] : [],
    complete: outcome === 'authorized' || outcome === 'pending' || outcome === 'none',
    status,
  };
}

async function executeClassic(order: Order): Promise<OperationResult> {
  if (!order.whole)
    throw new Problem('amount_out_of_range', 'the classic API confirms only the whole payment');
  await callPayuClassic(order.send, order.kind === 'capture' ? 'confirm' : 'cancel', order);
  return accepted('OK');
}

async function lookUpClassic(call: Call): Promise<Bookings> {
  const values = await callPayuClassic(call.fetch, 'get', call);
  const status = values.get('trans_status') ?? '';
  return orderBookings(call, meaningOf(PAYU_CLASSIC_STATUSES, status)?.outcome, status);
}

const isRest = ({ account }: Call) => account.settings.mode === 'rest';

function operation(
  fundsSources: ProviderOperation<PayuSettings>['rule']['fundsSources'],
  parts: 'whole' | 'one' | 'many',
) {
  return {
    rule: { fundsSources, parts },
    execute: (order: Order) => (isRest(order) ? executeRest(order) : executeClassic(order)),
    lookUp: (call: Call) => (isRest(call) ? lookUpRest(call) : lookUpClassic(call)),
  } satisfies ProviderOperation<PayuSettings>;
}

export const payuCapture: ProviderOperation<PayuSettings> = operation(['held'], 'one');

export const payuCancel: ProviderOperation<PayuSettings> = operation(['held', 'open'], 'whole');

/** A refund may be missing in the list at first, and a list without any is answered with 404. */
const LISTED_AFTER_SECONDS = 1800;

export const payuRefund: ProviderOperation<PayuSettings> = {
  ...operation(['paid'], 'many'),
  settlesAfterSeconds: LISTED_AFTER_SECONDS,
  lacks: ({ mode }) => (mode === 'rest' ? null : 'the classic API has no refund'),
};
