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
import type { BookedState, Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderOperation,
  UpdateOutcome,
} from '../contract.ts';
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
  const state = refundState(status);
  if (state === 'failed') throw new Declined(status, 'the refund was cancelled');
  return { state, status, providerReference: refundId ?? null };
}

/** A word that is not documented is of a refund that is in process. */
function refundState(status = ''): Exclude<BookedState, 'unknown'> {
  if (status === 'CANCELED') return 'failed';
  const meaning = meaningOf(PAYU_REFUND_STATUSES, `refund ${status}`);
  return meaning?.outcome === 'refunded' ? 'succeeded' : 'accepted';
}

async function lookUpRest(call: Call): Promise<Bookings> {
  const { kind } = call;
  const id = orderIdOf(call);
  if (kind === 'refund') {
    const refunds = await readPayuRefunds(call, id);
    return {
      entries: refunds.map((refund) => ({
        operationReference: refund.extRefundId ?? null,
        providerReference: refund.refundId ?? null,
        amount: payuHundredths(refund.amount),
        state: refundState(refund.status),
        status: refund.status ?? '',
      })),
      complete: true,
      status: '',
    };
  }
  const { status = '' } = await readPayuOrder(call, id);
  return orderBookings(call, meaningOf(PAYU_ORDER_STATUSES, status)?.outcome, status);
}

/** What the status of an order shows of a capture or a cancel. */
function orderBookings({ kind }: Call, outcome: UpdateOutcome | undefined, status: string): Bookings {
  const isDone = outcome === (kind === 'capture' ? 'paid' : 'voided');
  const hasFailed = outcome === (kind === 'capture' ? 'voided' : 'paid');
  const state = isDone ? ('succeeded' as const) : ('failed' as const);
  return {
    entries: isDone || hasFailed ? [{ amount: null, state, status }] : [],
    complete: outcome === 'authorized' || outcome === 'pending',
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

export const payuRefund: ProviderOperation<PayuSettings> = {
  ...operation(['paid'], 'many'),
  lacks: ({ mode }) => (mode === 'rest' ? null : 'the classic API has no refund'),
};
