/** The charge of a token, which makes the payment, and the transactions as PAYMILL has them later. */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import {
  askPaymill,
  callPaymill,
  listPaymill,
  type PaymillAnswer,
  paymillErrorText,
  requireGood,
} from './api.ts';
import { idOf } from './members.ts';
import { listPaymillRefunds } from './operations.ts';
import type { PaymillSettings } from './settings.ts';
import { PAYMILL_PREAUTHORIZATION_STATUSES } from './statuses.ts';
import {
  type PaymillData,
  type PaymillTransaction,
  transactionIn,
  updatesOfPaymill,
} from './transactions.ts';

type Query = StatusQuery<PaymillSettings>;

type Updates = readonly ProviderUpdate[];

/**
 * What a transaction says, with what became of its refunds where there may be some.
 * @throws Problem, Refusal
 */
async function updatesOf(query: Query, transaction: PaymillTransaction, mode: unknown): Promise<Updates> {
  const { account, known } = query;
  const updates = updatesOfPaymill(query, transaction, mode);
  const mayBeRefunded =
    updates.some(({ outcome }) => outcome === 'refunded') ||
    (updates.length > 0 && known !== undefined && known.paid > 0);
  const id = idOf(transaction);
  if (!mayBeRefunded || id === null) return updates;
  // What was paid and refunded in all is known all the same where there is no list to be had.
  const refunds = await listPaymillRefunds(account, query.fetch, id).catch(() => null);
  return refunds ? updatesOfPaymill(query, transaction, mode, refunds.refunds) : updates;
}

/** `GET transactions/{id}`. @throws Problem, Refusal */
async function fetchTransaction(query: Query, id: string): Promise<Updates | null> {
  const { account, fetch: fetcher } = query;
  const { data, mode } = await askPaymill(account, fetcher, `transactions/${encodeURIComponent(id)}`);
  if (idOf(data) !== id) throw new Refusal('wrong_account', 'the answer is about another transaction');
  const updates = await updatesOf(query, data as PaymillTransaction, mode);
  return updates.length > 0 ? updates : null;
}

/**
 * `GET transactions` by our order number: every try to pay it, or those in process where none has paid. Empty: nothing was ever
 * charged.
 * @throws Problem, Refusal
 */
async function findTransactions(query: Query): Promise<Updates> {
  const { data } = await listPaymill(query.account, query.fetch, 'transactions', {
    description: query.order,
  });
  const ours = data.filter(({ description }) => description === query.order) as PaymillTransaction[];
  const found = await Promise.all(ours.map((transaction) => updatesOf(query, transaction, undefined)));
  const updates = found.flat();
  const inProcess = updates.filter(({ outcome }) => outcome === 'pending');
  const hasPaid = updates.some(({ outcome }) => outcome === 'paid' || outcome === 'authorized');
  // A try that failed before is no result while another one is in process.
  return inProcess.length > 0 && !hasPaid ? inProcess : updates;
}

/** That what was held is held no more: its preauthorization was deleted, in PAYMILL's own panel perhaps. */
async function releaseOf(query: Query): Promise<Updates> {
  const { account, providerState, known, order } = query;
  const { preauthorization: id = '' } = providerState;
  if (!id || !known || known.authorized === 0 || known.paid > 0) return [];
  const path = `preauthorizations/${encodeURIComponent(id)}`;
  const { data } = await askPaymill(account, query.fetch, path);
  const { status = '' } = data as { readonly status?: string };
  if (idOf(data) !== id) throw new Refusal('wrong_account', 'the answer is about another preauthorization');
  if (meaningOf(PAYMILL_PREAUTHORIZATION_STATUSES, status)?.outcome !== 'voided') return [];
  return [
    providerUpdate({
      order,
      key: `${id}/${status}`,
      outcome: 'voided',
      movement: id,
      providerReference: id,
      providerStatus: status,
    }),
  ];
}

/** HTTP statuses by which PAYMILL says that it has charged nothing. 404 is a token that was used or is none. */
const DECLINING = new Set([400, 403, 412]);

/** An attempt that PAYMILL did not take; the shopper may try again. */
function declinedCharge({ order }: Query, answered: PaymillAnswer): ProviderUpdate {
  const code = String(answered.status);
  return providerUpdate({
    order,
    key: `declined/${code}`,
    outcome: 'error',
    movement: '',
    providerStatus: code,
    detail: { error: paymillErrorText(answered) },
  });
}

/**
 * `POST transactions` or `POST preauthorizations` with our amount and currency. A token is good once: calling again changes
 * nothing.
 * @throws Problem, Refusal: then it is not known whether the token was charged.
 */
async function chargeToken(query: Query, token: string): Promise<ProviderUpdate | Updates | null> {
  const isHeld = query.capture === 'manual';
  const answered = await callPaymill(
    query.account,
    query.fetch,
    isHeld ? 'preauthorizations' : 'transactions',
    [
      ['amount', String(query.amount)],
      ['currency', query.currency],
      ['token', token],
      ['description', query.order],
    ],
  );
  const { status, answer } = answered;
  // A form posted again, or too late: what came of the first post is what counts.
  if (status === 404) return findTransactions(query);
  if (DECLINING.has(status)) return declinedCharge(query, answered);
  requireGood(answered);
  const data = (answer.data ?? {}) as PaymillData;
  const updates = updatesOfPaymill(query, transactionIn(data), answer.mode);
  if (updates.length === 0) return null;
  const preauthorization = data.id ?? '';
  return isHeld ? updates.map((update) => ({ ...update, providerState: { preauthorization } })) : updates;
}

/** Whether nothing of the attempt is paid or held yet. */
function isOpen({ known, amount }: Query): boolean {
  return !known || known.paid + known.authorized < amount;
}

/** Whether a hint brings a token, which is charged. */
export function isPaymillToken(hint: Readonly<Record<string, string>>): boolean {
  return hint.token !== undefined;
}

/**
 * The status query: charges the token that the shopper's browser brought, if the ledger allows it; else fetches the transaction
 * that is known already, or looks for those of the order. Null: no result yet.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is about another payment or mode.
 */
export async function queryPaymill(query: Query): Promise<ProviderUpdate | Updates | null> {
  const { hint, providerState, maySpend } = query;
  if (hint.token && maySpend && isOpen(query)) return chargeToken(query, hint.token);
  // A capture that failed has left a transaction too.
  const taken = query.known && query.known.paid > 0 ? providerState.transaction : undefined;
  if (taken) return fetchTransaction(query, taken);
  const found = await findTransactions(query);
  return [...found, ...(await releaseOf(query))];
}
