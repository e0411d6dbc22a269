/** The status query: the transaction of an attempt, and its refunds where there are any. */
import { Refusal } from '../../payments/errors.ts';
import type { BookedState } from '../../payments/reconciliation.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { minorOfJson } from '../kit/json-decimals.ts';
import { stateIn } from '../kit/operation-table.ts';
import { meaningOf } from '../kit/statuses.ts';
import { searchCheckout } from './api.ts';
import { type CheckoutOperation, idOfTransaction, memberAmount, operationsIn } from './members.ts';
import type { CheckoutSettings } from './settings.ts';
import { CHECKOUT_OPERATIONS, CHECKOUT_REFUND_STATES } from './statuses.ts';
import { type AskedTransaction, fetchTransaction, numberOf, updateOfTransaction } from './transactions.ts';

type Query = StatusQuery<CheckoutSettings>;

/** The identity of what a refund has moved, by the platform's number for it. */
export function refundMovement(id: number | undefined): string {
  return `refund/${id ?? ''}`;
}

/** The state of a refund by its word. */
export function stateOfRefund({ state = '' }: CheckoutOperation): BookedState {
  return stateIn(CHECKOUT_OPERATIONS.refund, state);
}

/**
 * The completions, voids or refunds of an attempt's transaction.
 * @throws Problem; Refusal when one is of another transaction or has no number.
 */
export async function bankOperationsOf(
  asked: AskedTransaction,
  name: Parameters<typeof searchCheckout>[1],
  transaction: number,
): Promise<readonly CheckoutOperation[]> {
  const found = operationsIn(await searchCheckout(asked, name, transaction));
  for (const one of found) {
    const of = idOfTransaction(one);
    if (one.id === undefined || (of !== null && of !== transaction))
      throw new Refusal('wrong_account', 'the answer lists something of another transaction');
  }
  return found;
}

/** What one refund says of the payment. @throws Refusal malformed when its amount cannot be read. */
function updateOfRefund(paid: ProviderUpdate, refund: CheckoutOperation, currency: string): ProviderUpdate {
  const { id, state = '', externalId } = refund;
  const amount = memberAmount(refund.amount, currency, 'amount of a refund');
  const words = `refund ${state}`;
  const { ofTransaction: _of, declineReason: _reason, ...rest } = paid;
  return {
    ...rest,
    key: `refund/${id}/${state}`,
    outcome: meaningOf(CHECKOUT_REFUND_STATES, words)?.outcome ?? 'none',
    amount,
    movement: refundMovement(id),
    operation: {
      kind: 'refund',
      operationReference: externalId ?? null,
      providerReference: String(id),
      amount,
      state: stateOfRefund(refund),
    },
    providerStatus: words,
    detail: {},
  };
}

/**
 * Queries the status. Null: no result yet, or no transaction was made.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is not to be believed.
 */
export async function queryCheckout(query: Query): Promise<readonly ProviderUpdate[] | null> {
  const id = numberOf(query);
  if (id === null) return null;
  const said = await fetchTransaction(query, id);
  const update = updateOfTransaction(said, query.now);
  if (update.outcome === 'none') return null;
  const { currency, known } = query;
  const refunded = minorOfJson(said.refundedAmount ?? 0, currency) ?? 1;
  if (update.outcome !== 'paid' || refunded === 0) return [update];
  try {
    const refunds = await bankOperationsOf(query, 'refunds', id);
    return [update, ...refunds.map((one) => updateOfRefund(update, one, currency))];
  } catch (error) {
    // That it was paid is known all the same where there is no list to be had.
    if (known?.paid) throw error;
    return [update];
  }
}
