/**
 * The means of payment of Przelewy24's REST API: the list of a contract, what one becomes in `transaction/register`, and a BLIK code
 * (`paymentMethod/blik/chargeByCode`). Facts: SHEET.md, "Means of payment".
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { MeansKind, MeansOfPayment } from '../../payments/means.ts';
import type { WantedMethod } from '../../payments/types.ts';
import type { MeansQuery, StartRequest } from '../contract.ts';
import { kindByName, methodProblemOf } from '../kit/methods.ts';
import { callP24, unexpectedP24Answer } from './call.ts';
import type { P24Settings } from './settings.ts';

/** Bits of `channel`. */
const CHANNELS = { card: 1, transfer: 2, blik: 8192 } as const;

/** Why a payment cannot be asked for by these means; null: it can. */
export function p24MethodProblem(method: WantedMethod, { mode }: P24Settings): string | null {
  if (mode !== 'rest') return 'the protocols before REST are not told by what means';
  return methodProblemOf(method, ['blik', 'bank', 'card', 'transfer'], /^\d{1,9}$/);
}

/** The members of `transaction/register` that choose the means. @param channel of the account. */
export function p24Choice(method: WantedMethod | undefined, channel: number | undefined) {
  if (!method) return { channel };
  return method.kind === 'bank' ? { method: Number(method.id) } : { channel: CHANNELS[method.kind] };
}

/** Ids that every contract has, of means whose names do not say their kind. */
const KNOWN: Readonly<Record<string, MeansKind>> = {
  '154': 'blik',
  '181': 'blik',
  '178': 'transfer',
  '303': 'instalments',
};

/** `GET payment/methods/{language}`. @throws Problem */
export async function listP24Methods({
  account,
  fetch: fetcher,
  currency,
  amount,
}: MeansQuery<P24Settings>): Promise<readonly MeansOfPayment[]> {
  if (account.settings.mode !== 'rest')
    throw new Problem('unsupported_operation', 'the protocols before REST have no list of means of payment');
  const query = new URLSearchParams({ ...(amount !== null && { amount: String(amount) }), currency });
  const path = `/payment/methods/${account.settings.lang === 'pl' ? 'pl' : 'en'}?${query}`;
  const result = await callP24(account, fetcher, 'GET', path);
  const { data } = result.answer;
  if (result.status !== 200 || !Array.isArray(data))
    throw unexpectedP24Answer('did not list the means of payment', result);
  return (data as { readonly id?: unknown; readonly name?: unknown; readonly status?: unknown }[])
    .filter(({ id, name, status }) => Number.isInteger(id) && typeof name === 'string' && status === true)
    .map(({ id, name }) => ({
      id: String(id),
      name: String(name),
      kind: KNOWN[String(id)] ?? kindByName(String(name)),
    }));
}

/**
 * Hands a BLIK code on. The shopper confirms in the bank's app, and the notification follows. Where it is not known whether the code was
 * taken, the order stands: nobody pays it a second time.
 * @throws Declined when the code is not taken.
 */
export async function chargeByCode(
  { account, fetch: fetcher, charge = fetcher }: StartRequest<P24Settings>,
  token: string,
  blikCode: string,
): Promise<void> {
  let result: Awaited<ReturnType<typeof callP24>>;
  try {
    const body = { token, blikCode };
    result = await callP24(account, charge, 'POST', '/paymentMethod/blik/chargeByCode', body);
  } catch (error) {
    if (error instanceof Problem) return;
    throw error;
  }
  const { status, answer } = result;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    throw new Declined(String(answer.code ?? status), String(answer.error ?? 'the code was not taken'));
}
