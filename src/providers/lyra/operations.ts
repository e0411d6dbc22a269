/**
 * Capture (Validate), cancel and refund of what was paid by the form, by the REST API V4. Facts: SHEET.md, "After payment".
 *
 * A capture and a cancel change the payment's own transaction; a refund is a transaction of its own, a CREDIT, whose number names it.
 * A partial capture first lowers the amount (Update), which can be repeated, then validates, once.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { BookedOperation, Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { type OperationTable, stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { callLyra, cannotUseLyraRest, isOfOrder, requireLyraTransaction } from './rest-call.ts';
import type { LyraSettings } from './settings.ts';
import { LYRA_OPERATIONS, REFUND_TOO_EARLY, TOO_MANY_RESULTS, TRANSACTION_NOT_FOUND } from './statuses.ts';
import { type LyraOrder, type LyraTransaction, refundedSoFar } from './transactions.ts';

type Call = OperationCall<LyraSettings>;
type Order = OperationOrder<LyraSettings>;

/** What the transaction was for before anything was taken from it: what is held, or what was paid. */
function originalAmount({ before, fundsSource }: Call): number {
  return fundsSource === 'held' ? before.authorized + before.released : before.paid;
}

/** What is left of the transaction's amount once an operation that lowers it is done. */
function remaining({ before, fundsSource, amount }: Call): number {
  return (fundsSource === 'held' ? before.authorized - before.paid : before.paid - before.refunded) - amount;
}

/** @throws Problem invalid_state */
function uuidOf({ providerState }: Pick<Call, 'providerState'>): string {
  if (!providerState.uuid)
    throw new Problem('invalid_state', 'the transaction number of this payment is not known');
  return providerState.uuid;
}

/**
 * What a transaction's word means for the operation that led to it.
 * @param providerReference the number of the operation itself; null: it has none.
 * @throws Declined, Problem provider_error
 */
function resultOf(
  table: OperationTable,
  { detailedStatus: status = '' }: LyraTransaction,
  providerReference: string | null,
): OperationResult {
  const state = stateIn(table, status);
  if (state === 'succeeded' || state === 'accepted') return { state, status, providerReference };
  if (state === 'failed') throw new Declined(status, '');
  throw providerError(`the provider answered with the status ${status}`);
}

/** The payment's transaction as it is now. */
async function currentTransaction(call: Call): Promise<LyraTransaction> {
  const uuid = uuidOf(call);
  const found = await callLyra<LyraTransaction>(call.fetch, call.account, 'Transaction/Get', { uuid });
  return requireLyraTransaction(found, call, { operationType: 'DEBIT', uuid });
}

// --- Executing --------------------------------------------------------------------------------------------

/** Has the platform hold no more than is captured. It captures all that it holds, so that this must be as we know it. */
async function prepareCapture(order: Order, uuid: string): Promise<void> {
  const { amount, currency, account } = order;
  const held = await currentTransaction(order);
  if (held.amount === amount) return;
  if (order.whole || Number(held.amount) < amount)
    throw new Problem('invalid_state', `the provider holds ${held.amount}, and ${amount} is to be captured`);
  const body = { uuid, cardUpdate: { amount, currency }, comment: order.operationReference };
  const lowered = await callLyra<LyraTransaction>(order.fetch, account, 'Transaction/Update', body);
  requireLyraTransaction(lowered, order, { operationType: 'DEBIT', uuid, amount });
}

async function executeCapture(order: Order): Promise<OperationResult> {
  const uuid = uuidOf(order);
  await prepareCapture(order, uuid);
  const answer = await callLyra<LyraTransaction>(order.send, order.account, 'Transaction/Validate', { uuid });
  const captured = requireLyraTransaction(answer, order, {
    operationType: 'DEBIT',
    uuid,
    amount: order.amount,
  });
  return resultOf(LYRA_OPERATIONS.capture, captured, null);
}

/** A cancellation takes back one transaction, whatever amount it names: what several have brought is not cancelled by one. */
async function prepareCancel(order: Order): Promise<void> {
  if (order.fundsSource !== 'paid') return;
  const { amount } = await currentTransaction(order);
  if (amount !== order.amount)
    throw new Problem(
      'invalid_state',
      `the provider's transaction is for ${amount}, and ${order.amount} is to be cancelled: refresh the payment; what several transactions have brought is cancelled in the back office`,
    );
}

async function executeCancel(order: Order): Promise<OperationResult> {
  const { account, amount, currency, operationReference: comment } = order;
  const uuid = uuidOf(order);
  if (order.whole) {
    await prepareCancel(order);
    const body = { uuid, amount, currency, comment, resolutionMode: 'CANCELLATION_ONLY' };
    const answer = await callLyra<LyraTransaction>(order.send, account, 'Transaction/CancelOrRefund', body);
    const cancelled = requireLyraTransaction(answer, order, { operationType: 'DEBIT', uuid });
    return resultOf(LYRA_OPERATIONS.cancel, cancelled, null);
  }
  const left = remaining(order);
  const body = { uuid, cardUpdate: { amount: left, currency }, comment };
  const answer = await callLyra<LyraTransaction>(order.send, account, 'Transaction/Update', body);
  const lowered = requireLyraTransaction(answer, order, { operationType: 'DEBIT', uuid, amount: left });
  return resultOf(LYRA_OPERATIONS['partial cancel'], lowered, null);
}

function isTooEarly(error: unknown): boolean {
  return error instanceof Declined && error.provider?.code === REFUND_TOO_EARLY;
}

async function executeRefund(order: Order): Promise<OperationResult> {
  const { account, amount, currency, operationReference: comment } = order;
  const uuid = uuidOf(order);
  const body = { uuid, amount, currency, comment, resolutionMode: 'REFUND_ONLY' };
  const answer = await callLyra<LyraTransaction>(
    order.send,
    account,
    'Transaction/CancelOrRefund',
    body,
  ).catch((error: unknown) => {
    throw isTooEarly(error)
      ? new Declined(REFUND_TOO_EARLY, 'the payment is not remitted yet: use cancel instead of refund')
      : error;
  });
  const credit = requireLyraTransaction(answer, order, { operationType: 'CREDIT', parent: uuid, amount });
  return resultOf(LYRA_OPERATIONS.refund, credit, credit.uuid ?? null);
}

// --- Looking up -------------------------------------------------------------------------------------------

async function lookUpCapture(call: Call): Promise<Bookings> {
  const { detailedStatus: status = '', amount = null } = await currentTransaction(call);
  const state = stateIn(LYRA_OPERATIONS.capture, status);
  // Waits for the merchant: nobody has captured it.
  const isHeld = status.endsWith('_TO_VALIDATE');
  const entries: BookedOperation[] = isHeld ? [] : [{ amount, state, status }];
  return { entries, complete: isHeld || state !== 'unknown', status };
}

/** What was taken from the transaction by lowering or cancelling it, as a total. */
async function lookUpCancel(call: Call): Promise<Bookings> {
  const found = await currentTransaction(call);
  const { detailedStatus: status = '' } = found;
  const isCancelled = stateIn(LYRA_OPERATIONS.cancel, status) === 'succeeded';
  const isSettled =
    status === 'CAPTURED' || stateIn(LYRA_OPERATIONS['partial cancel'], status) === 'succeeded';
  if (!isCancelled && !isSettled) return { entries: [], complete: false, status };
  const total = originalAmount(call) - (isCancelled ? 0 : Number(found.amount)) + refundedSoFar(found);
  return { entries: [], complete: true, total: Math.max(0, total), status };
}

/** The credits of the order that give back its transaction; null: there are more than the platform lists. */
async function creditsOf(call: Call, parent: string): Promise<readonly LyraTransaction[] | null> {
  const about = { orderId: call.order, operationType: 'CREDIT' };
  try {
    const { orderId, transactions } = await callLyra<LyraOrder>(call.fetch, call.account, 'Order/Get', about);
    if ((orderId ?? call.order) !== call.order)
      throw new Refusal('wrong_attempt', `the answer is about the order ${orderId}`);
    return (transactions ?? [])
      .filter(
        ({ operationType, transactionDetails }) =>
          operationType === 'CREDIT' && (transactionDetails?.parentTransactionUuid ?? parent) === parent,
      )
      .filter((credit) => isOfOrder(credit, call))
      .map((credit) => requireLyraTransaction(credit, call, { operationType: 'CREDIT', parent }));
  } catch (error) {
    const code = error instanceof Declined ? error.provider?.code : null;
    if (code === TRANSACTION_NOT_FOUND) return [];
    if (code === TOO_MANY_RESULTS) return null;
    throw error;
  }
}

/** The credits by their numbers; where the list shows less than the transaction says was refunded, that sum. */
async function lookUpRefund(call: Call): Promise<Bookings> {
  const found = await currentTransaction(call);
  const { detailedStatus: status = '' } = found;
  const refunded = refundedSoFar(found);
  const credits = await creditsOf(call, uuidOf(call));
  const entries = credits?.map((credit): BookedOperation => {
    const { uuid = '', amount = null, detailedStatus: word = '' } = credit;
    const state = stateIn(LYRA_OPERATIONS.refund, word);
    return { providerReference: uuid, amount, state, status: word, movement: uuid };
  });
  const shown = entries
    ?.filter(({ state }) => state !== 'failed')
    .reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  if (entries && shown !== undefined && shown >= refunded) return { entries, complete: true, status };
  // Together with what was taken from the transaction before it was remitted.
  const total = refunded + Math.max(0, call.before.paid - Number(found.amount));
  return { entries: [], complete: true, total, status };
}

// --- The operations ---------------------------------------------------------------------------------------

type Operation = ProviderOperation<LyraSettings>;

/** Validate: only once, for the whole or a part. */
export const validateTransaction: Operation = {
  rule: { fundsSources: ['held'], parts: 'one' },
  lacks: cannotUseLyraRest,
  execute: executeCapture,
  lookUp: lookUpCapture,
};

/** CancelOrRefund as a cancellation, before the remittance; a part of it is an Update. */
export const cancelBeforeRemittance: Operation = {
  rule: { fundsSources: ['held', 'paid'], parts: 'many' },
  lacks: cannotUseLyraRest,
  execute: executeCancel,
  lookUp: lookUpCancel,
};

/** CancelOrRefund as a refund, after the remittance. */
export const refundAfterRemittance: Operation = {
  rule: { fundsSources: ['paid'], parts: 'many' },
  lacks: cannotUseLyraRest,
  execute: executeRefund,
  lookUp: lookUpRefund,
};
