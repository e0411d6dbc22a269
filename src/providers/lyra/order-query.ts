/** The status query of Lyra's platform: Order/Get, by our order number. Facts: SHEET.md, "After payment". */
import { Declined, Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { callLyra, isOfOrder } from './rest-call.ts';
import type { LyraSettings } from './settings.ts';
import { lyraOutcome, TRANSACTION_NOT_FOUND } from './statuses.ts';
import { type LyraOrder, type LyraTransaction, lyraRestUpdate, refundedSoFar } from './transactions.ts';

/**
 * The shopper's transactions of an order; none where the platform does not know it.
 * @throws Refusal when the answer is about another one.
 */
async function findTransactions(query: StatusQuery<LyraSettings>): Promise<readonly LyraTransaction[]> {
  const { account, order, fetch: fetcher } = query;
  try {
    const about = { orderId: order, operationType: 'DEBIT' };
    const answer = await callLyra<LyraOrder>(fetcher, account, 'Order/Get', about);
    const transactions = (answer.transactions ?? []).filter(
      ({ operationType }) => operationType !== 'CREDIT',
    );
    const isNamed = ({ orderDetails }: LyraTransaction) =>
      answer.orderId === order || orderDetails?.orderId === order;
    const ours = transactions.filter((one) => isNamed(one) && isOfOrder(one, query));
    const isOther = (answer.orderId ?? order) !== order || (ours.length === 0 && transactions.length > 0);
    if (isOther) throw new Refusal('wrong_attempt', 'the answer is about another order');
    return ours;
  } catch (error) {
    if (error instanceof Declined && error.provider?.code === TRANSACTION_NOT_FOUND) return [];
    throw error;
  }
}

/**
 * What Order/Get says: each transaction is an update of its own, and so is what was given back of one, as a total. Null: the platform has
 * none.
 * @throws Declined, Problem provider_error, provider_unreachable; Refusal when the answer is about another order
 */
export async function queryLyraOrder(
  query: StatusQuery<LyraSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const transactions = await findTransactions(query);
  // Where one is paid, the call that comes after it is about that one.
  const ordered = transactions.toSorted((a, b) => weightOf(a) - weightOf(b));
  const updates = ordered.map((one) => lyraRestUpdate(query.order, one));
  const back = transactions.reduce((sum, one) => sum + refundedSoFar(one), 0);
  const last = updates.at(-1);
  if (!last) return null;
  if (back === 0) return updates;
  const refund: ProviderUpdate = {
    ...last,
    key: `${last.movement}/refunded/${back}`,
    outcome: 'refunded',
    amount: back,
    cumulative: true,
    // A sum names no operation of ours: the list of credits does (operations.ts).
    operation: { kind: 'refund', operationReference: null, amount: back, state: 'succeeded' },
  };
  return [...updates, refund];
}

/** Where a transaction stands among those of its order: what has brought money last, before it what holds some. */
function weightOf({ detailedStatus = '' }: LyraTransaction): number {
  const outcome = lyraOutcome(detailedStatus);
  if (outcome === 'paid') return 2;
  return outcome === 'authorized' ? 1 : 0;
}
