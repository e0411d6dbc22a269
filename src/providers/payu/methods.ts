/**
 * The means of payment of PayU's REST API: the list of a point of sale (`GET paymethods`), and what one becomes in an order. Facts:
 * SHEET.md, "Means of payment".
 */
import { Problem } from '../../payments/errors.ts';
import type { MeansKind, MeansOfPayment } from '../../payments/means.ts';
import type { WantedMethod } from '../../payments/types.ts';
import type { MeansQuery, StartRequest } from '../contract.ts';
import { jsonObject } from '../kit/api-call.ts';
import { kindByName, methodProblemOf } from '../kit/methods.ts';
import { callPayuRest, unexpectedPayuAnswer } from './call.ts';
import type { PayuSettings } from './settings.ts';

/** Values of a pay-by-link. */
const VALUES = { blik: 'blik', card: 'c', transfer: 'b' } as const;

/** Why a payment cannot be asked for by these means; null: it can. */
export function payuMethodProblem(method: WantedMethod, { mode }: PayuSettings): string | null {
  if (mode !== 'rest') return 'the classic API is told by providerFields alone (pay_type)';
  // `t` is a payment of test: that is for the account to say.
  return methodProblemOf(method, ['blik', 'bank', 'card', 'transfer'], /^(?!t$)\w{1,20}$/);
}

/** `payMethods` of an order, with the code of the shopper's app where there is one. */
export function payuChoice({ payment: { method }, blikCode }: StartRequest<PayuSettings>) {
  if (!method) return {};
  const value = method.kind === 'bank' ? method.id : VALUES[method.kind];
  const code = blikCode !== undefined && { authorizationCode: blikCode };
  return { payMethods: { payMethod: { type: 'PBL', value, ...code } } };
}

const KINDS: Readonly<Record<string, MeansKind>> = {
  blik: 'blik',
  c: 'card',
  b: 'transfer',
  ap: 'wallet',
  jp: 'wallet',
  ai: 'instalments',
  dpp: 'instalments',
  dpt: 'instalments',
};

interface PayByLink {
  readonly value?: unknown;
  readonly name?: unknown;
  readonly status?: unknown;
  readonly minAmount?: unknown;
  readonly maxAmount?: unknown;
}

function takesAmount({ minAmount, maxAmount }: PayByLink, amount: number | null): boolean {
  if (amount === null) return true;
  return amount >= Number(minAmount ?? 0) && amount <= Number(maxAmount ?? Number.POSITIVE_INFINITY);
}

/** `GET paymethods`: those of the point of sale that are enabled, and take the amount. @throws Problem */
export async function listPayuMethods(query: MeansQuery<PayuSettings>): Promise<readonly MeansOfPayment[]> {
  const { account, amount } = query;
  if (account.settings.mode !== 'rest')
    throw new Problem('unsupported_operation', 'the classic API has no list of means of payment');
  const answer = await callPayuRest(account, query, 'GET', '/api/v2_1/paymethods?lang=en');
  const { payByLinks } = answer.status === 200 ? jsonObject(answer.text) : {};
  if (!Array.isArray(payByLinks)) throw unexpectedPayuAnswer('did not list the means of payment', answer);
  return (payByLinks as PayByLink[])
    .filter(({ value, name }) => typeof value === 'string' && typeof name === 'string' && value !== 't')
    .filter((link) => link.status === 'ENABLED' && takesAmount(link, amount))
    .map(({ value, name }) => ({
      id: String(value),
      name: String(name),
      kind: KINDS[String(value)] ?? kindByName(String(name)),
    }));
}
