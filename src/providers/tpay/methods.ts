/**
 * The means of payment of tpay's Open API: the list of a contract (`GET /transactions/channels`), what one becomes in a transaction, and a
 * BLIK code (`POST /transactions/{id}/pay`). Facts: SHEET.md, "Means of payment".
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { MeansKind, MeansOfPayment } from '../../payments/means.ts';
import type { WantedMethod } from '../../payments/types.ts';
import type { MeansQuery, StartRequest } from '../contract.ts';
import { kindByName, methodProblemOf } from '../kit/methods.ts';
import { answeredBody, callOpenApi, operationBody, tpayMinor } from './open-api.ts';
import type { TpaySettings } from './settings.ts';

/** Ids of groups of channels. */
const GROUPS = { blik: 150, card: 103 } as const;

/** Why a payment cannot be asked for by these means; null: it can. */
export function tpayMethodProblem(method: WantedMethod, { mode }: TpaySettings): string | null {
  if (mode !== 'openapi') return 'the classic protocol is told by providerFields alone (group)';
  return methodProblemOf(method, ['blik', 'bank', 'card'], /^\d{1,9}$/);
}

/** The member `pay` of a transaction. */
export function tpayChoice(method: WantedMethod | undefined) {
  if (!method || method.kind === 'transfer') return {};
  return {
    pay: method.kind === 'bank' ? { channelId: Number(method.id) } : { groupId: GROUPS[method.kind] },
  };
}

interface Channel {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly fullName?: unknown;
  readonly available?: unknown;
  readonly onlinePayment?: unknown;
  readonly groups?: readonly { readonly id?: unknown }[];
  readonly constraints?: readonly {
    readonly field?: unknown;
    readonly type?: unknown;
    readonly value?: unknown;
  }[];
}

const KINDS: Readonly<Record<string, MeansKind>> = { '150': 'blik', '103': 'card' };

/** Whether an amount is within the least and the greatest that a channel takes, in major units. */
function isWithin({ constraints = [] }: Channel, amount: number | null): boolean {
  if (amount === null) return true;
  return constraints
    .filter(({ field }) => field === 'amount')
    .every(({ type, value }) => {
      const limit = tpayMinor(value);
      if (limit === null) return true;
      return type === 'min' ? amount >= limit : type !== 'max' || amount <= limit;
    });
}

/** The kind that the groups of a channel say, or else its name. */
function kindOf({ groups = [] }: Channel, name: string): MeansKind {
  const known = groups.map(({ id }) => KINDS[String(id)]).find((kind) => kind !== undefined);
  return known ?? kindByName(name);
}

/** `GET /transactions/channels`: those that can be paid by now, and take the amount. @throws Problem */
export async function listTpayMethods(query: MeansQuery<TpaySettings>): Promise<readonly MeansOfPayment[]> {
  const { account, amount } = query;
  if (account.settings.mode !== 'openapi')
    throw new Problem('unsupported_operation', 'the classic protocol has no list of means of payment');
  const answer = await callOpenApi(account, query, 'GET', '/transactions/channels');
  const { channels } = answeredBody(answer);
  if (!Array.isArray(channels))
    throw new Problem('provider_error', 'tpay did not list its channels', { cause: answer.text });
  return (channels as readonly Channel[])
    .filter(
      (channel) => channel.available === true && channel.onlinePayment === true && isWithin(channel, amount),
    )
    .map((channel) => {
      const name = String(channel.fullName ?? channel.name);
      return { id: String(channel.id), name, kind: kindOf(channel, name) };
    })
    .filter(({ id }) => /^\d{1,9}$/.test(id));
}

/**
 * Hands a BLIK code on. The shopper confirms in the bank's app, and the notification follows. Where it is not known whether the code was
 * taken, the transaction stands: nobody pays it a second time.
 * @throws Declined when the code is not taken.
 */
export async function payByBlikCode(
  request: StartRequest<TpaySettings>,
  transaction: string,
  blikToken: string,
): Promise<void> {
  const path = `/transactions/${encodeURIComponent(transaction)}/pay`;
  const body = { groupId: GROUPS.blik, method: 'transfer', blikPaymentData: { blikToken, type: 0 } };
  try {
    const { fetch: fetcher, charge = fetcher } = request;
    const caller = { fetch: fetcher, send: charge, now: request.now };
    operationBody(await callOpenApi(request.account, caller, 'POST', path, JSON.stringify(body)));
  } catch (error) {
    if (error instanceof Declined || !(error instanceof Problem)) throw error;
  }
}
