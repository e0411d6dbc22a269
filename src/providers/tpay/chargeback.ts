/**
 * `/chargeback/...` of the older transaction API, by which accounts of the classic protocol refund. A chargeback is Tpay's word
 * for a refund.
 *
 * Facts: SHEET.md, "After payment". `result` 1 says that the request is right: what became of the refund is told by
 * `/chargeback/status`, some time later. Safe readings of what is unverified: ERR52, ERR99, an answer without a code and any HTTP
 * status but 200 leave the outcome open; every other error of the sheet declines.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { stateIn } from '../kit/operation-table.ts';
import { tpayMinor } from './open-api.ts';
import {
  type AskedRefunds,
  doneOf,
  refundBookings,
  refundTotal,
  type TpayRefund,
  tpayOperationNumber,
} from './refunds.ts';
import type { TpaySettings } from './settings.ts';
import { OLDER_API_DECLINES, TPAY_OPERATIONS } from './statuses.ts';

/**
 * Calls the older API at the account's own address there.
 * @throws Declined with the code of the error; Problem provider_error for everything else but the result 1.
 */
async function callOlderApi(
  account: ProviderAccount<TpaySettings>,
  fetcher: typeof fetch,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const { api_key = '', api_password = '' } = account.settings;
  const url = `https://secure.tpay.com/api/gw/${encodeURIComponent(api_key)}/${path}`;
  const { status, text } = await callApi(fetcher, atOrigin(url, account.endpoints.api), {
    headers: { 'content-type': FORM },
    body: new URLSearchParams({ ...fields, api_password, json: '1' }).toString(),
  });
  if (status !== 200) throw new Problem('provider_error', `tpay answered ${status}`, { cause: text });
  const answer = jsonObject(text);
  const [result, code] = [String(answer.result), String(answer.err ?? '')];
  if (result === '1' && code === '') return answer;
  if (result === '0' && OLDER_API_DECLINES.has(code)) throw new Declined(code, String(answer.desc ?? ''));
  throw new Problem('provider_error', `tpay answered ${code || 'nothing that can be read'}`, { cause: text });
}

/** @throws Problem invalid_state before a notification has named the title. */
function titleOf({ providerState }: OperationCall<TpaySettings>): string {
  if (!providerState.title) throw new Problem('invalid_state', 'the title of this transaction is not known');
  return providerState.title;
}

/**
 * Refunds the whole transaction, or an amount in minor units where something was refunded before, is being refunded, or a part is asked for.
 * @throws Declined, Problem
 */
export async function chargeBackTransaction(order: OperationOrder<TpaySettings>): Promise<OperationResult> {
  const { account, amount, whole, before, accepted, send } = order;
  const title = titleOf(order);
  if (whole && before.refunded + accepted === 0)
    await callOlderApi(account, send, 'chargeback/transaction', { title });
  else {
    const chargeback_amount = decimal(amount, 2);
    await callOlderApi(account, send, 'chargeback/any', { title, chargeback_amount });
  }
  return { state: 'accepted', status: '1', providerReference: null };
}

/** `/chargeback/status`: a transaction's refunds. @throws Problem, Declined */
async function listChargebacks(call: AskedRefunds, title: string): Promise<readonly TpayRefund[]> {
  const { chargebacks = [] } = await callOlderApi(call.account, call.fetch, 'chargeback/status', { title });
  if (!Array.isArray(chargebacks)) throw new Problem('provider_error', 'tpay answered no list of refunds');
  return (chargebacks as readonly Readonly<Record<string, unknown>>[]).map((refund) => {
    const amount = tpayMinor(refund.amount);
    if (amount === null) throw new Problem('provider_error', 'tpay answered a refund without an amount');
    const status = String(refund.status ?? '');
    return {
      // Its own title, which is not that of the transaction.
      providerReference: tpayOperationNumber(call, refund.title),
      amount,
      state: stateIn(TPAY_OPERATIONS.chargeback, status),
      status,
    };
  });
}

/** The list of a transaction's refunds. @throws Problem, Declined */
export async function lookUpChargebacks(call: OperationCall<TpaySettings>): Promise<Bookings> {
  const title = titleOf(call);
  return refundBookings(title, await listChargebacks(call, title), true);
}

/** Whether an account of the classic protocol can ask for its refunds. */
export function hasOlderApi({ api_key, api_password }: Partial<TpaySettings>): boolean {
  return Boolean(api_key && api_password);
}

/**
 * What was refunded of a transaction in all, where a notification has told of a refund: equal ones are told alike. Null: nothing yet.
 * @throws Problem, Declined
 */
export async function queryChargebacks(
  query: StatusQuery<TpaySettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { title } = query.providerState;
  if (!title || query.hint.refunded === undefined) return null;
  const refunded = doneOf(await listChargebacks(query, title));
  return refunded === 0 ? null : [refundTotal(query, { title, status: 'CHARGEBACK', refunded })];
}
