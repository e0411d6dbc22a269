/** PayU's messages and answers, read. Nothing is checked here: signatures.ts does that before. */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import type { BookedState } from '../../payments/reconciliation.ts';
import type { Acknowledgement, ProviderUpdate } from '../contract.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { cameTwice } from '../kit/form-message.ts';
import { parseMessage, present, readMembers } from '../kit/json-message.ts';
import { stateIn } from '../kit/operation-table.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { PAYU_DECLINES, PAYU_OPERATIONS, PAYU_ORDER_STATUSES, PAYU_REFUND_STATUSES } from './statuses.ts';

/** An order as REST's messages and answers have it. Amounts are hundredths as text, or as a number. */
export interface PayuOrder {
  readonly orderId?: string;
  readonly extOrderId?: string;
  readonly merchantPosId?: string;
  readonly totalAmount?: string | number;
  readonly currencyCode?: string;
  readonly status?: string;
}

/** A refund as REST's messages and answers have it. Amounts are hundredths as text, or as a number. */
export interface PayuRefund {
  readonly extRefundId?: string;
  readonly refundId?: string;
  readonly amount?: string | number;
  readonly currencyCode?: string;
  readonly status?: string;
}

/** Hundredths from text or a JSON number, for every currency that PayU has; null for anything that is no whole number. */
export function payuHundredths(amount: string | number | undefined): number | null {
  return amount !== undefined && /^\d{1,15}$/.test(String(amount)) ? Number(amount) : null;
}

/** The amount of a refund; null: it has none, which PayU may write as 0. */
export function payuRefundAmount({ amount }: PayuRefund): number | null {
  return payuHundredths(amount) || null;
}

/** What the status of an order says; `none` for one that the sheet does not have. */
export function updateOfPayuOrder(order: PayuOrder): ProviderUpdate {
  const { orderId = '', extOrderId = '', status = '' } = order;
  return providerUpdate({
    order: extOrderId,
    key: `${orderId}/${status}`,
    outcome: meaningOf(PAYU_ORDER_STATUSES, status)?.outcome ?? 'none',
    amount: payuHundredths(order.totalAmount),
    ...(status === 'COMPLETED' && { ofOrder: true as const }),
    currency: order.currencyCode ?? null,
    movement: orderId,
    // An order whose start had no answer gets its number here: operations and queries need it.
    ...(orderId && { echo: { orderId }, providerState: { orderId } }),
    providerReference: orderId || null,
    providerStatus: status,
    ...withReason(PAYU_DECLINES, status),
  });
}

/** The identity of what a refund has moved, by PayU's number for it. */
export function payuRefundMovement(refundId: string): string {
  return `refund/${refundId}`;
}

/** The state of a refund by its word. */
export function payuRefundState({ status = '' }: PayuRefund): BookedState {
  return stateIn(PAYU_OPERATIONS.refund, status);
}

/**
 * What the status of a refund says about the payment. Messages need not have `extRefundId`: one without is known by `refundId` alone, and
 * where that is not known to be ours, the list, which has our names, decides.
 */
export function updateOfPayuRefund(order: PayuOrder, refund: PayuRefund): ProviderUpdate {
  const { refundId = '', status = '', extRefundId } = refund;
  const amount = payuRefundAmount(refund);
  const state = payuRefundState(refund);
  return providerUpdate({
    order: order.extOrderId ?? '',
    key: `refund/${refundId}/${status}`,
    outcome: meaningOf(PAYU_REFUND_STATUSES, `refund ${status}`)?.outcome ?? 'none',
    amount,
    currency: refund.currencyCode ?? null,
    movement: payuRefundMovement(refundId),
    ...(order.orderId && { echo: { orderId: order.orderId } }),
    // Messages about refunds of the panel may have no amount. The list has it.
    ...(amount === null && { ask: { refund: refundId } }),
    operation: {
      kind: 'refund',
      operationReference: extRefundId || null,
      providerReference: refundId || null,
      amount,
      state,
    },
    providerReference: order.orderId ?? null,
    providerStatus: `refund ${status}`,
  });
}

const TEXT = v.nullish(v.string());
const AMOUNT = v.nullish(v.union([v.string(), v.number()]));
/** Documented as text, and seen as a number. */
const NUMBER = v.nullish(v.union([v.string(), v.pipe(v.number(), v.integer(), v.transform(String))]));
const ORDER_MEMBERS = {
  orderId: TEXT,
  extOrderId: TEXT,
  merchantPosId: NUMBER,
  totalAmount: AMOUNT,
  currencyCode: TEXT,
  status: TEXT,
};
const REFUND_MEMBERS = {
  extRefundId: TEXT,
  refundId: NUMBER,
  amount: AMOUNT,
  currencyCode: TEXT,
  status: TEXT,
};

/** A notification: of an order, or of a refund with the numbers of its order beside it. */
const NOTIFICATION = v.object({
  ...ORDER_MEMBERS,
  order: v.nullish(v.object(ORDER_MEMBERS)),
  refund: v.nullish(v.object(REFUND_MEMBERS)),
});

/**
 * What a verified notification of REST says. That of a refund has another shape: no `order`. One about neither, such as a payout, is
 * acknowledged.
 * @param pos our point of sale; undefined where a recipe is tried without one.
 * @throws Refusal when it is about another point of sale, or is no JSON object.
 */
export function readPayuNotification(
  text: string,
  pos: string | undefined,
): ProviderUpdate | Acknowledgement {
  const { order, refund, ...beside } = readMembers(NOTIFICATION, parseMessage(text));
  if (refund) return updateOfPayuRefund(present(beside), present(refund));
  if (!order) return { kind: 'acknowledgement', about: 'neither an order nor a refund' };
  if (pos !== undefined && order.merchantPosId !== pos) {
    throw new Refusal('wrong_account', `the message is for the point of sale ${order.merchantPosId}`);
  }
  return updateOfPayuOrder(present(order));
}

/** The values of a classic message by name. */
export type PayuValues = ReadonlyMap<string, string>;

/** The values of a classic answer: lines of `name:value`, split at the first colon. @throws Refusal when a name came twice. */
export function payuLinesOf(text: string): PayuValues {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/).filter((one) => one.includes(':'))) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim();
    if (values.has(name)) throw cameTwice('line', name);
    values.set(name, line.slice(at + 1).trim());
  }
  return values;
}
