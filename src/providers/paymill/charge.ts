/** The charge of a token, which makes the payment, and the transactions as PAYMILL has them later. */
import { Problem } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { callPaymill, type PaymillAnswer, paymillErrorText } from './api.ts';
import type { PaymillSettings } from './settings.ts';
import { outcomeOfPaymill, type PaymillTransaction, updateOfPaymill } from './transactions.ts';

type Query = StatusQuery<PaymillSettings>;

/** @throws Problem provider_error unless the answer is a good one. */
function requireGood(answered: PaymillAnswer): void {
  const { status, answer } = answered;
  if (status === 200) return;
  throw new Problem('provider_error', `PAYMILL answered ${status} ${paymillErrorText(answered)}`.trim(), {
    cause: answer,
  });
}

/** `GET transactions/{id}`. @throws Problem, Refusal */
async function fetchTransaction(query: Query, id: string): Promise<ProviderUpdate | null> {
  const path = `transactions/${encodeURIComponent(id)}`;
  const answered = await callPaymill(query.account, query.fetch, path);
  requireGood(answered);
  const { answer } = answered;
  return updateOfPaymill(query, (answer.data ?? {}) as PaymillTransaction, answer.mode);
}

/** How many transactions of one order are read, the newest ones: every card that was tried has one. */
const LISTED = 50;

/**
 * `GET transactions` by our order number: every try to pay it. Null: one is in process and none has paid; empty: nothing was
 * ever charged.
 * @throws Problem, Refusal
 */
async function findTransactions(query: Query): Promise<readonly ProviderUpdate[] | null> {
  const filter = new URLSearchParams({
    description: query.order,
    order: 'created_at_desc',
    count: String(LISTED),
  });
  const answered = await callPaymill(query.account, query.fetch, `transactions?${filter}`);
  requireGood(answered);
  const { data, mode } = answered.answer;
  const ours = (Array.isArray(data) ? (data as PaymillTransaction[]) : []).filter(
    ({ description }) => description === query.order,
  );
  const updates = ours.flatMap((transaction) => updateOfPaymill(query, transaction, mode) ?? []);
  const isInProcess = ours.some((transaction) => outcomeOfPaymill(transaction) === 'pending');
  const hasPaid = updates.some(({ outcome }) => outcome === 'paid' || outcome === 'authorized');
  return isInProcess && !hasPaid ? null : updates;
}

/** HTTP statuses by which PAYMILL says that it has charged nothing. 404 is a token that was used or is none. */
const DECLINING = new Set([400, 403, 409, 412]);

/** An attempt that PAYMILL did not take; the shopper may try again. */
function declinedCharge({ order }: Query, answered: PaymillAnswer): ProviderUpdate {
  const code = String(answered.status);
  return {
    kind: 'update',
    order,
    key: `declined/${code}`,
    outcome: 'error',
    amount: null,
    currency: null,
    movement: '',
    providerReference: null,
    providerStatus: code,
    detail: { error: paymillErrorText(answered) },
  };
}

/**
 * `POST transactions` or `POST preauthorizations` with our amount and currency. A token is good once: calling again changes
 * nothing.
 * @throws Problem, Refusal: then it is not known whether the token was charged.
 */
async function chargeToken(
  query: Query,
  token: string,
): Promise<ProviderUpdate | readonly ProviderUpdate[] | null> {
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
  const data = (answer.data ?? {}) as PaymillTransaction & { readonly transaction?: PaymillTransaction };
  const update = updateOfPaymill(query, data.transaction ?? data, answer.mode);
  return update && isHeld ? { ...update, providerState: { preauthorization: data.id ?? '' } } : update;
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
 * that a webhook named or that is known already, or looks for those of the order. Null: no result yet.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is about another payment or mode.
 */
export async function queryPaymill(query: Query): Promise<ProviderUpdate | readonly ProviderUpdate[] | null> {
  const { hint, providerState, maySpend } = query;
  if (hint.token && maySpend && isOpen(query)) return chargeToken(query, hint.token);
  const known = hint.transaction ?? providerState.transaction;
  return known ? fetchTransaction(query, known) : findTransactions(query);
}
