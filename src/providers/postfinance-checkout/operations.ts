/**
 * After the payment: captures (completions), cancels (voids) and refunds, each by the platform's `Online` operation.
 *
 * Safe readings of what is unverified:
 * - a completion is accepted, and done when its transaction is FULFILL: what is captured and not to be delivered (DECLINE) is not paid;
 * - a part is captured once, as the last completion: the rest of the authorization is let go;
 * - 442 (v1) and 4xx with the platform's words (v2) decline; after 401 nothing was done; 403, 408, 409, 425, 429, 542 and 5xx leave the
 *   outcome unknown.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedOperation, BookedState, Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { JsonDecimal, minorOfJson } from '../kit/json-decimals.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { callCheckout, LONGEST_LIST, operationMembers } from './api.ts';
import { type CheckoutOperation, idOfTransaction, operationIn } from './members.ts';
import type { CheckoutSettings } from './settings.ts';
import { bankOperationsOf, refundMovement, stateOfRefund } from './status-query.ts';
import { CHECKOUT_OPERATIONS } from './statuses.ts';
import { fetchTransaction, numberOf } from './transactions.ts';

type Call = OperationCall<CheckoutSettings>;
type Order = OperationOrder<CheckoutSettings>;

/** @throws Problem invalid_state when no transaction was made. */
function transactionNumber(call: Call): number {
  const id = numberOf(call);
  if (id === null) throw new Problem('invalid_state', 'there is no transaction for this payment yet');
  return id;
}

/** @throws Refusal when an answer is about another operation than was asked for. */
function requireOperation(order: Order, said: CheckoutOperation): void {
  const { externalId, linkedSpaceId, amount } = said;
  const of = idOfTransaction(said);
  const isNamed = order.kind === 'refund';
  const isOther =
    (of !== null && of !== numberOf(order)) ||
    (linkedSpaceId !== undefined && String(linkedSpaceId) !== order.account.settings.space_id) ||
    (isNamed && externalId !== undefined && externalId !== order.operationReference) ||
    (isNamed && amount !== undefined && minorOfJson(amount, order.currency) !== order.amount);
  if (isOther) throw new Refusal('wrong_account', 'the answer is about another operation');
}

/**
 * What an answer says of the operation.
 * @param atBest what SUCCESSFUL comes to.
 * @throws Declined when it FAILED; Problem for a state that is not documented.
 */
function resultOf(order: Order, said: CheckoutOperation, atBest: OperationResult['state']): OperationResult {
  requireOperation(order, said);
  const { id, state = '' } = said;
  const booked = stateIn(CHECKOUT_OPERATIONS[order.kind], state);
  if (booked === 'failed') throw new Declined(state, `the ${order.kind} failed`);
  if (booked === 'unknown') throw providerError(`the platform answered the state ${state || 'none'}`);
  return {
    state: booked === 'succeeded' ? atBest : 'accepted',
    status: state,
    providerReference: id === undefined ? null : String(id),
  };
}

/** Makes the one call of an operation. @throws Declined, Problem, Refusal */
async function sent(
  order: Order,
  name: 'capture' | 'capturePart' | 'cancel' | 'refund',
  values: { readonly id: string; readonly body?: object },
): Promise<CheckoutOperation> {
  const { account, now, send } = order;
  return operationIn(
    operationMembers(account, await callCheckout({ account, now, fetch: send }, name, values)),
  );
}

async function capture(order: Order): Promise<OperationResult> {
  const transaction = transactionNumber(order);
  const id = String(transaction);
  if (order.whole) return resultOf(order, await sent(order, 'capture', { id }), 'accepted');
  const amount = JsonDecimal.of(order.amount, order.currency);
  const part = {
    ...(order.account.settings.mode === 'v1' && { transactionId: transaction }),
    externalId: order.operationReference,
    lastCompletion: true,
    lineItems: [{ uniqueId: order.order, quantity: 1, amount }],
  };
  return resultOf(order, await sent(order, 'capturePart', { id, body: part }), 'accepted');
}

async function cancel(order: Order): Promise<OperationResult> {
  return resultOf(order, await sent(order, 'cancel', { id: String(transactionNumber(order)) }), 'succeeded');
}

async function refund(order: Order): Promise<OperationResult> {
  const transaction = transactionNumber(order);
  const body = {
    transaction,
    amount: JsonDecimal.of(order.amount, order.currency),
    // The same one again would give the first result, and never a second refund.
    externalId: order.operationReference,
    merchantReference: order.operationReference,
    type: 'MERCHANT_INITIATED_ONLINE',
  };
  return resultOf(order, await sent(order, 'refund', { id: String(transaction), body }), 'succeeded');
}

/** States of a transaction in which an authorization has ended otherwise than by these kinds. */
const OVER: Readonly<Record<'capture' | 'cancel', ReadonlySet<string>>> = {
  capture: new Set(['VOIDED', 'FAILED', 'DECLINE']),
  cancel: new Set(['COMPLETED', 'FULFILL', 'DECLINE', 'FAILED']),
};

/** The state of the transaction in which each is done. */
const DONE = { capture: 'FULFILL', cancel: 'VOIDED' } as const;

/** What a completion or void has come to, by its own state and that of its transaction. */
function bookedState(kind: 'capture' | 'cancel', state: string, transaction: string): BookedState {
  const own = stateIn(CHECKOUT_OPERATIONS[kind], state);
  if (own !== 'succeeded' || transaction === DONE[kind]) return own;
  return OVER[kind].has(transaction) ? 'failed' : 'accepted';
}

/** What the platform shows of captures or cancels. @throws Problem, Refusal */
async function lookUpHeld(call: Call, kind: 'capture' | 'cancel'): Promise<Bookings> {
  const id = transactionNumber(call);
  const { state = '' } = await fetchTransaction(call, id);
  const found = await bankOperationsOf(call, kind === 'capture' ? 'captures' : 'cancels', id);
  const entries: readonly BookedOperation[] = found.map((one) => ({
    providerReference: String(one.id),
    // A void has none.
    amount: one.amount === undefined ? null : minorOfJson(one.amount, call.currency),
    state: bookedState(kind, one.state ?? '', state),
    status: one.state ?? '',
  }));
  return { entries, complete: found.length < LONGEST_LIST, status: state };
}

/** What the platform shows of refunds. @throws Problem, Refusal */
async function lookUpRefunds(call: Call): Promise<Bookings> {
  const refunds = await bankOperationsOf(call, 'refunds', transactionNumber(call));
  return {
    entries: refunds.map((one) => ({
      operationReference: one.externalId ?? null,
      providerReference: String(one.id),
      amount: minorOfJson(one.amount, call.currency),
      state: stateOfRefund(one),
      status: `refund ${one.state ?? ''}`,
      movement: refundMovement(one.id),
    })),
    complete: refunds.length < LONGEST_LIST,
    status: '',
  };
}

const EXECUTE: Readonly<Record<OperationKind, (order: Order) => Promise<OperationResult>>> = {
  capture,
  cancel,
  refund,
};

function operation(
  kind: OperationKind,
  rule: ProviderOperation<CheckoutSettings>['rule'],
): ProviderOperation<CheckoutSettings> {
  return {
    rule,
    execute: EXECUTE[kind],
    lookUp: (call) => (kind === 'refund' ? lookUpRefunds(call) : lookUpHeld(call, kind)),
  };
}

export const checkoutCapture = operation('capture', { fundsSources: ['held'], parts: 'one' });
export const checkoutCancel = operation('cancel', { fundsSources: ['held'], parts: 'whole' });
export const checkoutRefund = operation('refund', { fundsSources: ['paid'], parts: 'many' });
