/** The charge of a token, which makes the payment, and the transaction as PAYMILL has it later. */
import { Problem } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { callPaymill } from './api.ts';
import type { PaymillSettings } from './settings.ts';
import { type PaymillTransaction, updateOfPaymill } from './transactions.ts';

/** `GET transactions/{id}`. @throws Problem, Refusal */
async function fetchTransaction(
  query: StatusQuery<PaymillSettings>,
  id: string,
): Promise<ProviderUpdate | null> {
  const path = `transactions/${encodeURIComponent(id)}`;
  const { status, answer } = await callPaymill(query.account, query.fetch, path);
  if (status !== 200) throw new Problem('provider_error', `PAYMILL answered ${status}`, { cause: answer });
  return updateOfPaymill(query, (answer.data ?? {}) as PaymillTransaction, answer.mode);
}

/**
 * `POST transactions` or `POST preauthorizations` with our amount and currency. A token is good once: calling again changes
 * nothing.
 * @throws Problem, Refusal
 */
async function chargeToken(
  query: StatusQuery<PaymillSettings>,
  token: string,
): Promise<ProviderUpdate | null> {
  const isHeld = query.capture === 'manual';
  const { status, answer } = await callPaymill(
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
  // The token was used: a form posted again. The first post has its own answer.
  if (status === 404) return null;
  if (status !== 200)
    throw new Problem(
      'provider_error',
      `PAYMILL refused the charge: ${status} ${JSON.stringify(answer.error ?? '')}`,
      { cause: answer },
    );
  const data = (answer.data ?? {}) as PaymillTransaction & { readonly transaction?: PaymillTransaction };
  const update = updateOfPaymill(query, data.transaction ?? data, answer.mode);
  return update && isHeld ? { ...update, providerState: { preauthorization: data.id ?? '' } } : update;
}

/**
 * The status query: fetches the transaction that a webhook named or that is known already, or charges the token that the
 * shopper's browser brought. Null: no result yet.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is about another payment or mode.
 */
export async function queryPaymill(query: StatusQuery<PaymillSettings>): Promise<ProviderUpdate | null> {
  const { hint, providerState } = query;
  const known = hint.transaction ?? (hint.token ? undefined : providerState.transaction);
  if (known) return fetchTransaction(query, known);
  return hint.token ? chargeToken(query, hint.token) : null;
}
