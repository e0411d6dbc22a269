/** The status query of Lyra's platform: Order/Get, by our order number. Facts: SHEET.md, "After payment". */
import { Declined, Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { callLyra, isOfOrder } from './rest-call.ts';
import type { LyraSettings } from './settings.ts';
import { lyraOutcome, TRANSACTION_NOT_FOUND } from './statuses.ts';
import {
  firstWith,
  hasMoney,
  type LyraOrder,
  type LyraTransaction,
  lyraRestUpdate,
  refundedSoFar,
} from './transactions.ts';

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
 * What was given back of a transaction, as a total: what was refunded, and what was taken from its amount before it was remitted. The
 * latter shows only by what the payment was known to be, and where the order has no other transaction with money.
 */
function givenBack(
  found: LyraTransaction,
  transactions: readonly LyraTransaction[],
  { known, providerState }: StatusQuery<LyraSettings>,
): number {
  const refunded = refundedSoFar(found);
  const holdsMoney = transactions.filter(({ detailedStatus = '' }) => hasMoney(lyraOutcome(detailedStatus)));
  if (!known || holdsMoney.length !== 1 || found.uuid !== providerState.uuid) return refunded;
  return refunded + Math.max(0, known.paid - Number(found.amount));
}

/**
 * What Order/Get says: the transaction that has brought money, or else the newest one; and what was given back of it. Null: the
 * platform has none.
 * @throws Declined, Problem provider_error, provider_unreachable; Refusal when the answer is about another order
 */
export async function queryLyraOrder(
  query: StatusQuery<LyraSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const transactions = await findTransactions(query);
  const found =
    firstWith(transactions, 'paid') ?? firstWith(transactions, 'authorized') ?? transactions.at(-1);
  if (!found) return null;
  const update = lyraRestUpdate(query.order, found);
  const back = update.outcome === 'paid' ? givenBack(found, transactions, query) : refundedSoFar(found);
  if (back === 0) return [update];
  const refund: ProviderUpdate = {
    ...update,
    key: `${update.movement}/refunded/${back}`,
    outcome: 'refunded',
    amount: back,
    cumulative: true,
    // A sum names no operation of ours: the list of credits does (operations.ts).
    operation: { kind: 'refund', operationReference: null, amount: back, state: 'succeeded' },
  };
  return [update, refund];
}
