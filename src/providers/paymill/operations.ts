/**
 * After the payment at PAYMILL: capture and void of a preauthorization, refunds of a transaction. Safe readings: one capture
 * of a preauthorization; 403, 404 and 412 are refusals, any other error leaves the outcome open.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { type Answered, call, errorText, outcomeOf, requireMode, type Transaction } from './calls.ts';

interface Settings {
  readonly private_key: string;
}

const REFUSALS = new Set([400, 401, 403, 404, 409, 412]);

/** The data of a good answer. */
function dataOf({ account }: OperationCall<Settings>, answered: Answered): Transaction {
  const { status, answer } = answered;
  if (REFUSALS.has(status)) throw new Declined(String(status), errorText(answered));
  if (status !== 200) {
    throw new Problem('provider_error', `the provider answered ${status} ${errorText(answered)}`, {
      cause: answer,
    });
  }
  requireMode(account, answer.mode);
  return (answer.data ?? {}) as Transaction;
}

function known({ providerState }: OperationCall<Settings>, name: 'preauthorization' | 'transaction'): string {
  const id = providerState[name];
  if (!id) throw new Problem('invalid_state', `the ${name} of this payment is not known`);
  return encodeURIComponent(id);
}

async function runCapture(order: OperationOrder<Settings>): Promise<OperationResult> {
  const { account, amount, currency, send } = order;
  const answered = await call(account, send, 'transactions', [
    ['amount', String(amount)],
    ['currency', currency],
    ['preauthorization', known(order, 'preauthorization')],
    ['description', order.order],
  ]);
  const transaction = dataOf(order, answered);
  const { id = '', status = '', response_code } = transaction;
  switch (outcomeOf(transaction)) {
    case 'paid':
      return { state: 'succeeded', status, providerReference: id, providerState: { transaction: id } };
    case 'pending':
      return { state: 'accepted', status, providerReference: id, providerState: { transaction: id } };
    default:
      throw new Declined(String(response_code ?? status), status);
  }
}

async function runCancel(order: OperationOrder<Settings>): Promise<OperationResult> {
  const path = `preauthorizations/${known(order, 'preauthorization')}`;
  const { status = '' } = dataOf(order, await call(order.account, order.send, path, undefined, 'DELETE'));
  return { state: 'succeeded', status: status || 'deleted', providerReference: null };
}

async function runRefund(order: OperationOrder<Settings>): Promise<OperationResult> {
  const { account, send, amount, operationReference } = order;
  const answered = await call(account, send, `refunds/${known(order, 'transaction')}`, [
    ['amount', String(amount)],
    ['description', operationReference],
  ]);
  const { id = '', status = '', response_code } = dataOf(order, answered);
  if (status === 'failed') throw new Declined(String(response_code ?? status), status);
  const isDone = status === 'refunded' || response_code === 20_000;
  return { state: isDone ? 'succeeded' : 'accepted', status, providerReference: id || null };
}

async function heldOutcome(asked: OperationCall<Settings>): Promise<OperationResult | null> {
  const path = `preauthorizations/${known(asked, 'preauthorization')}`;
  const { status = '' } = dataOf(asked, await call(asked.account, asked.fetch, path));
  if (status === (asked.kind === 'capture' ? 'closed' : 'deleted'))
    return { state: 'succeeded', status, providerReference: null };
  if (!asked.accepted && (status === 'preauth' || status === 'preauthorize'))
    throw new Declined(status, 'the preauthorization is as it was');
  return null;
}

async function refundOutcome(asked: OperationCall<Settings>): Promise<OperationResult | null> {
  const path = `transactions/${known(asked, 'transaction')}`;
  const data = dataOf(asked, await call(asked.account, asked.fetch, path));
  const refunded =
    data.status === 'refunded'
      ? Number(data.origin_amount)
      : Number(data.origin_amount) - Number(data.amount);
  if (refunded >= asked.expected)
    return { state: 'succeeded', status: data.status ?? '', providerReference: null };
  if (!asked.accepted && refunded === asked.before.refunded)
    throw new Declined(data.status ?? '', 'the transaction is as it was');
  return null;
}

export const capture: ProviderOperation<Settings> = {
  rule: { parts: 'one', fundsSources: ['held'] },
  execute: runCapture,
  reconcile: heldOutcome,
};

export const cancel: ProviderOperation<Settings> = {
  rule: { parts: 'whole', fundsSources: ['held'] },
  execute: runCancel,
  reconcile: heldOutcome,
};

export const refund: ProviderOperation<Settings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  execute: runRefund,
  reconcile: refundOutcome,
};
