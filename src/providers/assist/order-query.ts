/**
 * The status query of the current protocol: what orderresult says of an order.
 *
 * Facts: SHEET.md, "After payment, current". Each answer has the packet date of its making: it says no more by being asked for again. So
 * an update has no date in its key, and what was given back is a total, or the movement of the operation that the answer names.
 */
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import {
  amountIn,
  assistOperationNumber,
  assistOperationState,
  assistRefundMovement,
  doneIn,
  isOfKind,
  plainBill,
} from './order-operations.ts';
import { type AnsweredOrder, readAssistBills } from './order-result.ts';
import { resultUpdate } from './result.ts';
import { lacksServices } from './service-call.ts';
import { type AssistSettings, isLegacy } from './settings.ts';
import { orderStateAlone } from './statuses.ts';

type Query = StatusQuery<AssistSettings>;

/** That the order was paid: what was charged, else what the order was for. */
function paidUpdate(
  update: ProviderUpdate,
  order: AnsweredOrder,
  { currency, capture }: Query,
): ProviderUpdate {
  const charged = capture === 'manual' ? doneIn(order, 'capture', currency) : 0;
  const paid: ProviderUpdate = {
    ...update,
    outcome: 'paid',
    key: `${update.key}/paid`,
    currency,
    movement: update.order,
  };
  if (charged > 0) return { ...paid, amount: charged, cumulative: true };
  // A part that was charged is not what the order was for.
  const isPart = orderStateAlone(update.providerStatus) === 'partially_paid';
  const isWhole = update.outcome === 'refunded' || (order.operations.length > 0 && !isPart);
  return { ...paid, amount: isWhole ? amountIn(order.values, 'orderamount') : update.amount, ofOrder: true };
}

/** What was given back of a paid order; null: nothing. */
function refundUpdate(
  update: ProviderUpdate,
  order: AnsweredOrder,
  { currency }: Query,
): ProviderUpdate | null {
  const { values, operations } = order;
  const refund = { ...update, outcome: 'refunded' as const, currency };
  if (operations.length > 0) {
    const total = doneIn(order, 'refund', currency);
    if (total === 0) return null;
    return {
      ...refund,
      key: `${update.key}/refunded/${total}`,
      amount: total,
      movement: update.order,
      cumulative: true,
      // A sum names no operation of ours: the list does (operations.ts).
      operation: { kind: 'refund', operationReference: null, amount: total, state: 'succeeded' },
    };
  }
  if (update.outcome !== 'refunded') return null;
  const number = assistOperationNumber(values);
  const amount = update.amount;
  if (number === null || !isOfKind(values, 'refund'))
    return { ...refund, key: `${update.key}/refunded/${amount}`, movement: update.order, cumulative: true };
  const state = assistOperationState(values);
  return {
    ...refund,
    key: `${number}/${state}`,
    outcome: state === 'succeeded' ? 'refunded' : 'none',
    movement: assistRefundMovement(number),
    operation: { kind: 'refund', providerReference: number, amount: amountIn(values), state },
  };
}

/** What one bill says of its order. */
function updatesOfBill(query: Query, order: AnsweredOrder): readonly ProviderUpdate[] {
  const { values, verified } = order;
  const result = resultUpdate(query.account.settings, values, verified);
  const update: ProviderUpdate = {
    ...result,
    key: `${plainBill(values.get('billnumber'))}/${result.providerStatus}`,
    // Its date is that of the answer.
    ...(result.document && { document: { ...result.document, at: null } }),
  };
  if (update.outcome !== 'paid' && update.outcome !== 'refunded') return [update];
  const refund = refundUpdate(update, order, query);
  return [paidUpdate(update, order, query), ...(refund ? [refund] : [])];
}

/**
 * What one of several bills says: its money is a movement of its own, and a cancel takes back what it has brought, or holds, itself.
 * @param isOrders whether the order's movement is this bill's.
 */
function ofOwnBill(update: ProviderUpdate, bill: string, isOrders: boolean): ProviderUpdate {
  const { cumulative: _total, ofOrder: _whole, ...others } = update;
  const movement = isOrders ? update.movement : `bill/${bill}`;
  if (update.outcome === 'reversed' || update.outcome === 'authorized')
    return { ...others, movement, ofTransaction: true };
  return update.outcome === 'paid' ? { ...others, movement } : update;
}

/**
 * The bill whose money has the order's movement, since a push names the order alone: the one that had it before, else the one whose
 * push said that it is paid, else the one that decides. It must not change: money would count again under another name.
 */
function billOfOrder({ providerState }: Query, bills: readonly string[]): string | undefined {
  const { orderBill, pushedOrderBill } = providerState;
  if (orderBill !== undefined) return orderBill;
  return bills.find((bill) => bill === pushedOrderBill) ?? bills[0];
}

/** What the refunds of several bills come to together: each states the total of its own bill. */
function refundsInAll(refunds: readonly ProviderUpdate[]): readonly ProviderUpdate[] {
  const totals = refunds.filter(({ cumulative }) => cumulative);
  const [first] = totals;
  if (!first || totals.length === 1) return refunds;
  const amount = totals.reduce<number | null>(
    (sum, one) => (sum === null || typeof one.amount !== 'number' ? null : sum + one.amount),
    0,
  );
  const sum: ProviderUpdate = {
    ...first,
    key: `${totals.map(({ key }) => key).join('/')}/in all`,
    amount,
    operation: { kind: 'refund', operationReference: null, amount, state: 'succeeded' },
  };
  return [...refunds.filter(({ cumulative }) => !cumulative), sum];
}

/**
 * The result of an order, by all of its bills that have brought or held money. Null while ASSIST does not know the order.
 * @throws Declined, Problem
 * @throws Refusal when the answer is not to be believed.
 */
export async function queryAssistOrder(query: Query): Promise<readonly ProviderUpdate[] | null> {
  const bills = await readAssistBills(query);
  if (!bills) return null;
  const [first, ...others] = bills;
  const numberOf = ({ values }: AnsweredOrder) => plainBill(values.get('billnumber'));
  const orderBill = billOfOrder(query, bills.map(numberOf));
  const isOrders = (bill: string) => bill === orderBill || bill === '';
  const marked = (update: ProviderUpdate, bill: string): ProviderUpdate =>
    update.outcome === 'paid' && bill !== '' && bill === orderBill
      ? { ...update, providerState: { orderBill: bill } }
      : update;
  if (others.length === 0 && isOrders(numberOf(first)))
    return updatesOfBill(query, first).map((update) => marked(update, numberOf(first)));
  const updates = bills.flatMap((order) => {
    const bill = numberOf(order);
    return updatesOfBill(query, order).map((update) => marked(ofOwnBill(update, bill, isOrders(bill)), bill));
  });
  // What is known to have come may be what was cancelled.
  const isPaid = (query.known?.paid ?? 0) > 0 || updates.some(({ outcome }) => outcome === 'paid');
  // A bill that was cancelled ends nothing that another one holds, or may still bring.
  const counted = updates.filter(
    (update) => isPaid || update.outcome !== 'reversed' || update === updates[0],
  );
  const refunds = counted.filter(({ outcome }) => outcome === 'refunded');
  return [...counted.filter(({ outcome }) => outcome !== 'refunded'), ...refundsInAll(refunds)];
}

/** Why accounts with these settings have no status query; null: they have. */
export function lacksOrderResult(settings: AssistSettings): string | null {
  if (isLegacy(settings))
    return 'the legacy protocol has no status query; its report is fetched on a schedule';
  return lacksServices(settings);
}
