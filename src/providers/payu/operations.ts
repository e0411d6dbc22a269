/**
 * After the payment at PayU: capture, cancel and refund by REST, and Payment/confirm and Payment/cancel of the classic API.
 *
 * A capture or a cancel is accepted at once, and its result is the order's next status. Safe readings: the status after a
 * partial capture may name the amount of the order, so the part that was asked for is what counts; an answer of 5xx leaves the outcome open, 4xx is a
 * refusal; the classic API has no refund.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { type ApiAnswer, jsonObject } from '../kit/api-call.ts';
import { CLASSIC_STATUSES, callClassic } from './classic.ts';
import {
  callPayu,
  hundredths,
  REST_STATUSES,
  type Refund,
  readOrder,
  readRefunds,
  refusedByPayu,
} from './rest.ts';
import type { PayuSettings } from './settings.ts';

type Call = OperationCall<PayuSettings>;
type Order = OperationOrder<PayuSettings>;

function orderIdOf({ providerState }: Call): string {
  if (!providerState.orderId)
    throw new Problem('invalid_state', 'nothing is registered at PayU for this payment yet');
  return providerState.orderId;
}

/** The body of a good answer. @throws Declined for 4xx, Problem for the rest. */
function good(answer: ApiAnswer): Record<string, unknown> {
  const { status, text } = answer;
  if (status >= 500) throw refusedByPayu('answered', answer);
  const body = jsonObject(text);
  const told = (body.status ?? {}) as { statusCode?: string; statusDesc?: string };
  if (status >= 400) throw new Declined(told.statusCode ?? String(status), told.statusDesc ?? '');
  if (told.statusCode !== 'SUCCESS') throw refusedByPayu('answered', answer);
  return body;
}

function taken(status: string, reference: string | null = null): OperationResult {
  return { state: 'accepted', status, providerReference: reference };
}

async function runRest(order: Order): Promise<OperationResult> {
  const { account, kind } = order;
  const id = orderIdOf(order);
  const path = `/api/v2_1/orders/${encodeURIComponent(id)}`;
  if (kind === 'capture') {
    const part = { amount: String(order.amount), currencyCode: order.currency };
    good(await callPayu(account, order, 'POST', `${path}/captures`, order.whole ? undefined : part));
    return taken('SUCCESS');
  }
  if (kind === 'cancel') {
    good(await callPayu(account, order, 'DELETE', path));
    return taken('SUCCESS');
  }
  const body = good(
    await callPayu(account, order, 'POST', `${path}/refunds`, {
      refund: {
        description: order.operationReference,
        amount: String(order.amount),
        extRefundId: order.operationReference,
      },
    }),
  );
  return refundResult((body.refund ?? {}) as Refund);
}

function refundResult({ status = '', refundId }: Refund): OperationResult {
  if (status === 'CANCELED') throw new Declined(status, 'the refund was cancelled');
  return {
    state: status === 'FINALIZED' ? 'succeeded' : 'accepted',
    status,
    providerReference: refundId ?? null,
  };
}

async function restOutcome(asked: Call): Promise<OperationResult | null> {
  const { kind, operationReference, amount, accepted } = asked;
  const id = orderIdOf(asked);
  const notDone = (code: string, text: string): null => {
    if (accepted) return null;
    throw new Declined(code, text);
  };
  if (kind === 'refund') {
    const refunds = await readRefunds(asked, id);
    const ours = refunds.find(({ extRefundId }) => extRefundId === operationReference);
    if (!ours) return notDone('DATA_NOT_FOUND', 'PayU has no such refund');
    return hundredths(ours.amount) === amount ? refundResult(ours) : null;
  }
  const { status = '' } = await readOrder(asked, id);
  const outcome = REST_STATUSES[status];
  if (outcome === (kind === 'capture' ? 'paid' : 'voided'))
    return { state: 'succeeded', status, providerReference: null };
  return outcome === 'authorized' || outcome === 'pending' ? notDone(status, 'the order is as it was') : null;
}

async function runClassic(order: Order): Promise<OperationResult> {
  if (!order.whole)
    throw new Problem('amount_out_of_range', 'the classic API confirms only the whole payment');
  await callClassic(order.send, order.kind === 'capture' ? 'confirm' : 'cancel', order);
  return taken('OK');
}

async function classicOutcome(asked: Call): Promise<OperationResult | null> {
  const values = await callClassic(asked.fetch, 'get', asked);
  const status = values.get('trans_status') ?? '';
  const outcome = CLASSIC_STATUSES[status];
  if (outcome === (asked.kind === 'capture' ? 'paid' : 'voided'))
    return { state: 'succeeded', status, providerReference: values.get('trans_id') ?? null };
  if (!asked.accepted && (outcome === 'authorized' || outcome === 'pending'))
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
    execute: (order: Order) => (isRest(order) ? runRest(order) : runClassic(order)),
    reconcile: (asked: Call) => (isRest(asked) ? restOutcome(asked) : classicOutcome(asked)),
  } satisfies ProviderOperation<PayuSettings>;
}

export const capture: ProviderOperation<PayuSettings> = operation(['held'], 'one');

export const cancel: ProviderOperation<PayuSettings> = operation(['held', 'open'], 'whole');

export const refund: ProviderOperation<PayuSettings> = {
  ...operation(['paid'], 'many'),
  lacks: ({ mode }) => (mode === 'rest' ? null : 'the classic API has no refund'),
};
