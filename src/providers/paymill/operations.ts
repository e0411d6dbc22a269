/**
 * After the payment at PAYMILL: capture and void of a preauthorization, refunds of a transaction. Safe readings: one capture
 * of a preauthorization; HTTP 400, 401, 403, 404, 409 and 412 mean that PAYMILL declined, any other error leaves the outcome
 * unknown.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import { callPaymill, type PaymillAnswer, paymillErrorText, requirePaymillMode } from './api.ts';
import type { PaymillSettings } from './settings.ts';
import { PAYMILL_PREAUTHORIZATION_STATUSES, PAYMILL_REFUND_STATUSES } from './statuses.ts';
import { outcomeOfPaymill, PAYMILL_SUCCESS, type PaymillTransaction } from './transactions.ts';

const DECLINING = new Set([400, 401, 403, 404, 409, 412]);

/**
 * The data of a good answer.
 * @throws Declined, or Problem provider_error for an answer that says neither yes nor no, or has another mode.
 */
function dataOf({ account }: OperationCall<PaymillSettings>, answered: PaymillAnswer): PaymillTransaction {
  const { status, answer } = answered;
  if (DECLINING.has(status)) throw new Declined(String(status), paymillErrorText(answered));
  if (status !== 200) {
    throw new Problem('provider_error', `the provider answered ${status} ${paymillErrorText(answered)}`, {
      cause: answer,
    });
  }
  requirePaymillMode(account, answer.mode);
  return (answer.data ?? {}) as PaymillTransaction;
}

/** The percent-encoded id of what holds or brought the money. @throws Problem invalid_state when it is not known. */
function knownId(
  { providerState }: OperationCall<PaymillSettings>,
  name: 'preauthorization' | 'transaction',
): string {
  const id = providerState[name];
  if (!id) throw new Problem('invalid_state', `the ${name} of this payment is not known`);
  return encodeURIComponent(id);
}

async function executeCapture(order: OperationOrder<PaymillSettings>): Promise<OperationResult> {
  const { account, amount, currency, send } = order;
  const answered = await callPaymill(account, send, 'transactions', [
    ['amount', String(amount)],
    ['currency', currency],
    ['preauthorization', knownId(order, 'preauthorization')],
    ['description', order.order],
  ]);
  const transaction = dataOf(order, answered);
  const { id = '', status = '', response_code } = transaction;
  switch (outcomeOfPaymill(transaction)) {
    case 'paid':
      return { state: 'succeeded', status, providerReference: id, providerState: { transaction: id } };
    case 'pending':
      return { state: 'accepted', status, providerReference: id, providerState: { transaction: id } };
    default:
      throw new Declined(String(response_code ?? status), status);
  }
}

async function executeCancel(order: OperationOrder<PaymillSettings>): Promise<OperationResult> {
  const path = `preauthorizations/${knownId(order, 'preauthorization')}`;
  const { status = '' } = dataOf(
    order,
    await callPaymill(order.account, order.send, path, undefined, 'DELETE'),
  );
  return { state: 'succeeded', status: status || 'deleted', providerReference: null };
}

async function executeRefund(order: OperationOrder<PaymillSettings>): Promise<OperationResult> {
  const { account, send, amount, operationReference } = order;
  const answered = await callPaymill(account, send, `refunds/${knownId(order, 'transaction')}`, [
    ['amount', String(amount)],
    ['description', operationReference],
  ]);
  const { id = '', status = '', response_code } = dataOf(order, answered);
  if (status === 'failed') throw new Declined(String(response_code ?? status), status);
  const isDone =
    meaningOf(PAYMILL_REFUND_STATUSES, status)?.outcome === 'refunded' || response_code === PAYMILL_SUCCESS;
  return { state: isDone ? 'succeeded' : 'accepted', status, providerReference: id || null };
}

async function lookUpPreauthorization(call: OperationCall<PaymillSettings>): Promise<Bookings> {
  const path = `preauthorizations/${knownId(call, 'preauthorization')}`;
  const { status = '' } = dataOf(call, await callPaymill(call.account, call.fetch, path));
  const outcome = meaningOf(PAYMILL_PREAUTHORIZATION_STATUSES, status)?.outcome;
  const isDone = outcome === (call.kind === 'capture' ? 'paid' : 'voided');
  return {
    entries: isDone ? [{ amount: null, state: 'succeeded', status }] : [],
    complete: outcome === 'authorized',
    status,
  };
}

async function lookUpRefund(call: OperationCall<PaymillSettings>): Promise<Bookings> {
  const path = `transactions/${knownId(call, 'transaction')}`;
  const data = dataOf(call, await callPaymill(call.account, call.fetch, path));
  const total =
    data.status === 'refunded'
      ? Number(data.origin_amount)
      : Number(data.origin_amount) - Number(data.amount);
  return { entries: [], complete: true, total, status: data.status ?? '' };
}

export const paymillCapture: ProviderOperation<PaymillSettings> = {
  rule: { parts: 'one', fundsSources: ['held'] },
  execute: executeCapture,
  lookUp: lookUpPreauthorization,
};

export const paymillCancel: ProviderOperation<PaymillSettings> = {
  rule: { parts: 'whole', fundsSources: ['held'] },
  execute: executeCancel,
  lookUp: lookUpPreauthorization,
};

export const paymillRefund: ProviderOperation<PaymillSettings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  execute: executeRefund,
  lookUp: lookUpRefund,
};
