/**
 * After the payment at tpay: refunds, and the cancel of a transaction that nobody has paid; of the classic protocol refunds by
 * the older API. Safe readings: the list of refunds names its amounts `amount`, and what is not `failed` or `rejected` in it
 * counts; 5xx, and ERR52 and ERR99 of the older API, leave the outcome open.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { type ApiAnswer, jsonObject } from '../kit/api-call.ts';
import { call, callOlder, readTransaction, type TpaySettings, withAmount } from './calls.ts';

type Call = OperationCall<TpaySettings>;
type Order = OperationOrder<TpaySettings>;

function transactionOf({ providerState }: Call): string {
  if (!providerState.transactionId)
    throw new Problem('invalid_state', 'nothing is registered at tpay for this payment');
  return providerState.transactionId;
}

/** @throws Declined for 4xx, Problem for the rest that is no success. */
function good({ status, text }: ApiAnswer): Record<string, unknown> {
  const body = status < 500 ? jsonObject(text) : {};
  const [first] = Array.isArray(body.errors)
    ? (body.errors as { errorCode?: string; errorMessage?: string }[])
    : [];
  if (status >= 400 && status < 500)
    throw new Declined(first?.errorCode ?? String(status), first?.errorMessage ?? '');
  if (status >= 300 || body.result === undefined)
    throw new Problem('provider_error', `tpay answered ${status}`, { cause: text });
  if (body.result === 'failed') throw new Declined(first?.errorCode ?? 'failed', first?.errorMessage ?? '');
  return body;
}

function resultOf({ result, status, refundId }: Record<string, unknown>): OperationResult {
  const word = String(status ?? result);
  return {
    state: word === 'pending' || result === 'pending' ? 'accepted' : 'succeeded',
    status: word,
    providerReference: refundId === undefined ? null : String(refundId),
  };
}

/** Errors of the older API that say nothing of the transaction. */
const TEMPORARY = new Set(['ERR52', 'ERR99']);

async function refundOlder(order: Order): Promise<OperationResult> {
  const { account, amount, providerState, whole } = order;
  const { title } = providerState;
  if (!title) throw new Problem('invalid_state', 'the title of this transaction is not known');
  const isFirst = whole && order.before.refunded === 0;
  const answer = isFirst
    ? await callOlder(account, order.send, 'chargeback/transaction', { title })
    : await callOlder(account, order.send, 'chargeback/any', {
        title,
        chargeback_amount: decimal(amount, 2),
      });
  if (Number(answer.result) === 1) return { state: 'succeeded', status: '1', providerReference: null };
  const code = String(answer.err ?? '');
  if (code === '' || TEMPORARY.has(code))
    throw new Problem('provider_error', `tpay answered ${code || 'nothing that can be read'}`, {
      cause: answer,
    });
  throw new Declined(code, String(answer.desc ?? ''));
}

async function runRefund(order: Order): Promise<OperationResult> {
  const { account, amount } = order;
  if (account.settings.mode === 'classic') return refundOlder(order);
  const id = transactionOf(order);
  const path = `/transactions/${encodeURIComponent(id)}/refunds`;
  const body = withAmount({ amount: 'AMOUNT' }, decimal(amount, 2));
  return resultOf(good(await call(account, order, 'POST', path, body)));
}

async function refundOutcome(asked: Call): Promise<OperationResult | null> {
  const { account, before, expected, accepted } = asked;
  // The older API tells the state of one transaction, not its amounts.
  if (account.settings.mode === 'classic') return null;
  const path = `/transactions/${encodeURIComponent(transactionOf(asked))}/refunds`;
  const body = good(await call(account, asked, 'GET', path));
  const refunds = (body.refunds ?? []) as { amount?: number; status?: string }[];
  const sum = refunds
    .filter(({ status }) => status !== 'failed' && status !== 'rejected')
    .reduce((total, { amount = 0 }) => total + Math.round(amount * 100), 0);
  if (sum >= expected) return { state: 'succeeded', status: 'refund', providerReference: null };
  if (sum === before.refunded && !accepted) throw new Declined('none', 'tpay has no such refund');
  return null;
}

async function runCancel(order: Order): Promise<OperationResult> {
  const id = transactionOf(order);
  const path = `/transactions/${encodeURIComponent(id)}/cancel`;
  return resultOf(good(await call(order.account, order, 'POST', path, '{}')));
}

async function cancelOutcome(asked: Call): Promise<OperationResult | null> {
  const { status } = await readTransaction(asked.account, asked, transactionOf(asked));
  const word = String(status);
  if (word.startsWith('cancel')) return { state: 'succeeded', status: word, providerReference: null };
  if (!asked.accepted && (word === 'pending' || word === 'correct' || word === 'paid'))
    throw new Declined(word, 'the transaction is as it was');
  return null;
}

export const refund: ProviderOperation<TpaySettings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  lacks: ({ mode, api_key, api_password }) =>
    mode === 'openapi' || (api_key && api_password)
      ? null
      : 'the classic protocol refunds by the older API: api_key and api_password are not set',
  execute: runRefund,
  reconcile: refundOutcome,
};

export const cancel: ProviderOperation<TpaySettings> = {
  rule: { parts: 'whole', fundsSources: ['open'] },
  lacks: ({ mode }) => (mode === 'openapi' ? null : 'the classic protocol has no cancel'),
  execute: runCancel,
  reconcile: cancelOutcome,
};
