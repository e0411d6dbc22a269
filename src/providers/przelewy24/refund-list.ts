/**
 * `refund/by/orderId`: the refunds of a payment, ours by our name and those of the panel without one. Facts: SHEET.md. Safe reading of
 * what is unverified: 404 is an empty list.
 */
import { Refusal } from '../../payments/errors.ts';
import type { BookedOperation } from '../../payments/reconciliation.ts';
import type { StatusQuery } from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { callP24, unexpectedP24Answer } from './call.ts';
import { p24RefundMovement } from './messages.ts';
import type { P24Settings } from './settings.ts';
import { P24_OPERATIONS } from './statuses.ts';

/** A refund of the list. */
export interface ListedRefund {
  /** Our name for it; null: it was made in the panel. */
  readonly name: string | null;
  /** Minor units. */
  readonly amount: number;
  readonly status: string;
}

/**
 * The refunds of a payment.
 * @throws Problem when there is no list, or one that cannot be read; Refusal when it is about another payment.
 */
export async function listP24Refunds(
  asked: Pick<StatusQuery<P24Settings>, 'account' | 'fetch' | 'order' | 'currency'>,
  orderId: string,
): Promise<readonly ListedRefund[]> {
  const path = `/refund/by/orderId/${encodeURIComponent(orderId)}`;
  const result = await callP24(asked.account, asked.fetch, 'GET', path);
  if (result.status === 404 && result.answer.error !== undefined) return [];
  const data = (result.answer.data ?? {}) as Readonly<Record<string, unknown>>;
  if (result.status !== 200 || !Array.isArray(data.refunds))
    throw unexpectedP24Answer('was asked about refunds', result);
  const isOther =
    (data.orderId !== undefined && String(data.orderId) !== orderId) ||
    (data.sessionId !== undefined && data.sessionId !== asked.order) ||
    (data.currency !== undefined && data.currency !== asked.currency);
  if (isOther) throw new Refusal('wrong_account', 'the answer is about another payment');
  return (data.refunds as readonly Readonly<Record<string, unknown>>[]).map((refund) => {
    const { requestId, amount, status } = refund;
    if (!Number.isSafeInteger(amount))
      throw unexpectedP24Answer('answered a refund without an amount', result);
    const name = typeof requestId === 'string' && requestId !== '' ? requestId : null;
    return { name, amount: Number(amount), status: String(status) };
  });
}

/** A refund of the list as a booking. */
export function bookedP24Refund({ name, amount, status }: ListedRefund): BookedOperation {
  return {
    operationReference: name,
    amount,
    state: stateIn(P24_OPERATIONS.refund, status),
    status,
    ...(name !== null && { movement: p24RefundMovement(name) }),
  };
}
