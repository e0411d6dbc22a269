/**
 * After the payment at PAYMILL: capture and void of a preauthorization, refunds of a transaction. Safe readings: one capture
 * of a preauthorization; HTTP 400, 401, 403, 404 and 412 with an error of PAYMILL's mean that it declined, any other error leaves
 * the outcome unknown.
 *
 * What became of a capture is told by the transaction that was made from the preauthorization: the preauthorization's own word is
 * the same before and after. What became of a refund is told by the transaction's refunds, which have our name as description.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { BookedState, Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
} from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { askPaymill, callPaymill, listPaymill, type PaymillAnswer, paymillErrorText } from './api.ts';
import { idOf, requirePaymillMode } from './members.ts';
import { bookedPaymillRefund, type PaymillRefund, readRefund } from './refund.ts';
import type { PaymillSettings } from './settings.ts';
import { PAYMILL_OPERATIONS, PAYMILL_PREAUTHORIZATION_STATUSES } from './statuses.ts';
import { chargedIn, outcomeOfPaymill, PAYMILL_SUCCESS, type PaymillTransaction } from './transactions.ts';

type Call = OperationCall<PaymillSettings>;
type Data = Readonly<Record<string, unknown>>;

const DECLINING = new Set([400, 401, 403, 404, 412]);

/**
 * The data of the answer to an operation.
 * @throws Declined; Problem provider_error for an answer that says neither yes nor no; Refusal for one of another mode.
 */
function dataOf({ account }: Call, answered: PaymillAnswer): Data {
  const { status, answer } = answered;
  requirePaymillMode(account, answer.mode);
  if (DECLINING.has(status) && answer.error !== undefined)
    throw new Declined(String(status), paymillErrorText(answered));
  if (status !== 200 || answer.error !== undefined)
    throw providerError(`the provider answered ${status} ${paymillErrorText(answered)}`, answer);
  return (answer.data ?? {}) as Data;
}

/** The id of what holds or brought the money. @throws Problem invalid_state when it is not known. */
function knownId({ providerState }: Call, name: 'preauthorization' | 'transaction'): string {
  const id = providerState[name];
  if (!id) throw new Problem('invalid_state', `the ${name} of this payment is not known`);
  return id;
}

/** @throws Refusal when an answer about an operation is about something else. */
function requireSame(what: string, said: unknown, asked: unknown): void {
  if (said !== null && said !== undefined && said !== asked)
    throw new Refusal('wrong_account', `the answer is about another ${what}`);
}

/** @throws Refusal when a transaction is not about what was asked: a capture of a part of what is held. */
function requireCapture(call: Call, transaction: PaymillTransaction): void {
  requireSame('payment', transaction.description, call.order);
  requireSame('currency', transaction.currency, call.currency);
  requireSame('preauthorization', idOf(transaction.preauthorization), knownId(call, 'preauthorization'));
}

async function executeCapture(order: OperationOrder<PaymillSettings>): Promise<OperationResult> {
  const { account, amount, currency, send } = order;
  const answered = await callPaymill(account, send, 'transactions', [
    ['amount', String(amount)],
    ['currency', currency],
    ['preauthorization', knownId(order, 'preauthorization')],
    ['description', order.order],
  ]);
  const transaction = dataOf(order, answered) as PaymillTransaction;
  requireCapture(order, transaction);
  requireSame('amount', chargedIn(transaction), amount);
  const { status = '', response_code } = transaction;
  const id = idOf(transaction);
  const state = captureState(transaction);
  if (state === 'failed') throw new Declined(String(response_code ?? status), status);
  if (id === null || (state !== 'succeeded' && state !== 'accepted'))
    throw providerError(`the provider answered the status ${status}`);
  return { state, status, providerReference: id, providerState: { transaction: id } };
}

/** What a transaction that was made from a preauthorization says of the capture. Closed without the code of a success: not yet. */
function captureState({ status = '', response_code }: PaymillTransaction): BookedState {
  const isOpen = status === 'closed' && response_code !== PAYMILL_SUCCESS;
  return isOpen ? 'accepted' : stateIn(PAYMILL_OPERATIONS.capture, status);
}

async function executeCancel(order: OperationOrder<PaymillSettings>): Promise<OperationResult> {
  const id = knownId(order, 'preauthorization');
  const path = `preauthorizations/${encodeURIComponent(id)}`;
  const data = dataOf(order, await callPaymill(order.account, order.send, path, undefined, 'DELETE'));
  requireSame('preauthorization', idOf(data), id);
  // It answers without data.
  const { status = 'deleted' } = data;
  if (meaningOf(PAYMILL_PREAUTHORIZATION_STATUSES, String(status))?.outcome !== 'voided')
    throw providerError(`the provider answered the status ${String(status)}`);
  return { state: 'succeeded', status: String(status), providerReference: null };
}

async function executeRefund(order: OperationOrder<PaymillSettings>): Promise<OperationResult> {
  const { account, send, amount, operationReference } = order;
  const transaction = knownId(order, 'transaction');
  const answered = await callPaymill(account, send, `refunds/${encodeURIComponent(transaction)}`, [
    ['amount', String(amount)],
    ['description', operationReference],
  ]);
  const data = dataOf(order, answered);
  const refund = readRefund(data, transaction);
  requireSame('amount', refund.amount, amount);
  requireSame('refund', data.description, operationReference);
  const { state } = bookedPaymillRefund(refund);
  if (state === 'failed') throw new Declined(String(refund.response_code ?? refund.status), refund.status);
  if (state === 'unknown') throw providerError(`the provider answered the status ${refund.status}`);
  return { state, status: refund.status, providerReference: refund.id };
}

/** `GET preauthorizations/{id}`. @throws Problem, Refusal */
async function askPreauthorization(call: Call): Promise<Data & { readonly status: string }> {
  const id = knownId(call, 'preauthorization');
  const path = `preauthorizations/${encodeURIComponent(id)}`;
  const data = ((await askPaymill(call.account, call.fetch, path)).data ?? {}) as Data;
  if (idOf(data) !== id) throw new Refusal('wrong_account', 'the answer is about another preauthorization');
  requireSame('currency', data.currency, call.currency);
  return { ...data, status: String(data.status ?? '') };
}

/** The transactions that were made from the preauthorization, and not the reservation itself. */
async function lookUpCapture(call: Call): Promise<Bookings> {
  const { account, order } = call;
  const preauthorization = await askPreauthorization(call);
  const id = knownId(call, 'preauthorization');
  const reservation = idOf(preauthorization.transaction);
  const { data, complete } = await listPaymill(account, call.fetch, 'transactions', { description: order });
  const made = (data as readonly PaymillTransaction[]).filter(
    (one) =>
      one.description === order &&
      idOf(one.preauthorization) === id &&
      idOf(one) !== reservation &&
      outcomeOfPaymill(one) !== 'authorized',
  );
  const entries = made.map((transaction) => {
    requireCapture(call, transaction);
    return {
      providerReference: idOf(transaction),
      amount: chargedIn(transaction),
      state: captureState(transaction),
      status: transaction.status ?? '',
    };
  });
  const [taken, ...others] = entries.filter(({ state }) => state === 'succeeded' || state === 'accepted');
  return {
    entries,
    complete,
    status: preauthorization.status,
    // What later refunds name.
    ...(taken?.providerReference &&
      others.length === 0 && { providerState: { transaction: taken.providerReference } }),
  };
}

async function lookUpCancel(call: Call): Promise<Bookings> {
  const { status } = await askPreauthorization(call);
  const outcome = meaningOf(PAYMILL_PREAUTHORIZATION_STATUSES, status)?.outcome;
  return {
    entries: outcome === 'voided' ? [{ amount: null, state: 'succeeded', status }] : [],
    complete: outcome !== undefined,
    status,
  };
}

/** `GET refunds?transaction={id}`, and whether these are all. @throws Problem, Refusal */
export async function listPaymillRefunds(
  account: ProviderAccount<PaymillSettings>,
  fetcher: typeof fetch,
  transaction: string,
): Promise<{ readonly refunds: readonly PaymillRefund[]; readonly complete: boolean }> {
  const { data, complete } = await listPaymill(account, fetcher, 'refunds', { transaction });
  return { refunds: data.map((one) => readRefund(one, transaction)), complete };
}

async function lookUpRefund(call: Call): Promise<Bookings> {
  const transaction = knownId(call, 'transaction');
  const { refunds, complete } = await listPaymillRefunds(call.account, call.fetch, transaction);
  return { entries: refunds.map(bookedPaymillRefund), complete, status: '' };
}

export const paymillCapture: ProviderOperation<PaymillSettings> = {
  rule: { parts: 'one', fundsSources: ['held'] },
  execute: executeCapture,
  lookUp: lookUpCapture,
};

export const paymillCancel: ProviderOperation<PaymillSettings> = {
  rule: { parts: 'whole', fundsSources: ['held'] },
  execute: executeCancel,
  lookUp: lookUpCancel,
};

export const paymillRefund: ProviderOperation<PaymillSettings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  execute: executeRefund,
  lookUp: lookUpRefund,
};
