/**
 * The status query of REST: verifies the order that a notification has named, or looks the session up, with what was refunded of it.
 * Facts: SHEET.md. How much was refunded is told by the list: a status 3 without any refund in it is a payment that was sent back.
 */
import { Problem } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { advancePayment } from './messages.ts';
import { bookedP24Refund, type ListedRefund, listP24Refunds } from './refund-list.ts';
import { type P24Transaction, paidUpdate, readTransaction, verifyTransaction } from './rest.ts';
import type { P24Settings } from './settings.ts';

type Query = StatusQuery<P24Settings>;

/** What was refunded in all: once for each refund of the list, so that each is told of, or once where none is named. */
function refundUpdates(
  paid: ProviderUpdate,
  status: string,
  total: number,
  refunds: readonly ListedRefund[],
): readonly ProviderUpdate[] {
  const update = (operation: ProviderUpdate['operation'], key: string): ProviderUpdate => ({
    ...paid,
    key: `${paid.movement}/refunded/${total}/${key}`,
    outcome: total > 0 ? 'refunded' : 'none',
    amount: total > 0 ? total : null,
    movement: `${paid.movement}/refunds`,
    cumulative: true,
    providerStatus: status,
    ...(operation && { operation }),
  });
  // A total names no refund. Which one is which is for the list to say.
  const unnamed = { kind: 'refund', operationReference: null, amount: total, state: 'unknown' } as const;
  const named = refunds.filter(({ name }) => name !== null);
  return [
    ...named.map((one) => update({ kind: 'refund', ...bookedP24Refund(one) }, `${one.name}/${one.status}`)),
    ...(named.length === 0 && total > 0 ? [update(unnamed, '')] : []),
  ];
}

/** Verifies an advance payment. It is one all the same where Przelewy24 does not verify it now. @throws Refusal */
async function verifyAdvancePayment(
  query: Query,
  { amount }: P24Transaction,
  orderId: string,
): Promise<ProviderUpdate> {
  try {
    return await verifyTransaction(query, orderId);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { order, currency } = query;
    return advancePayment({ order, orderId, amount: amount ?? null, currency });
  }
}

/**
 * Queries the status. Null: no result yet.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is about another payment.
 */
export async function queryP24Rest(query: Query): Promise<readonly ProviderUpdate[] | null> {
  const { hint, known } = query;
  if (hint.orderId && /^\d{1,15}$/.test(hint.orderId)) return [await verifyTransaction(query, hint.orderId)];
  const transaction = await readTransaction(query);
  const orderId = String(transaction?.orderId ?? '');
  if (transaction?.status === 1) return [await verifyAdvancePayment(query, transaction, orderId)];
  if (transaction?.status !== 2 && transaction?.status !== 3) return null;
  const isReturned = transaction.status === 3;
  const paid = paidUpdate(query, orderId, Number(transaction.amount));
  // Refunds can only be new where the payment is known already.
  if (!isReturned && !known?.paid) return [paid];
  const refunds = await listP24Refunds(query, orderId).catch(() => null);
  if (refunds === null) return isReturned ? null : [paid];
  const total = refunds
    .filter((one) => bookedP24Refund(one).state === 'succeeded')
    .reduce((sum, { amount }) => sum + amount, 0);
  const status = String(transaction.status);
  if (isReturned && refunds.length === 0) return refundUpdates(paid, status, Number(transaction.amount), []);
  return [paid, ...refundUpdates(paid, status, total, refunds)];
}
