/**
 * `/chargeback/...` of the older transaction API, by which accounts of the classic protocol refund. A chargeback is Tpay's word
 * for a refund. `/chargeback/status` tells the state of one transaction and not its amounts, so a lost answer stays unknown.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified: ERR52, ERR99 and an answer without a code leave the
 * outcome open; every other error declines.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { OperationOrder, OperationResult, ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import type { TpaySettings } from './settings.ts';
import { OLDER_API_TEMPORARY_ERRORS } from './statuses.ts';

/** Calls the older API at the account's own address there. */
async function callOlderApi(
  account: ProviderAccount<TpaySettings>,
  fetcher: typeof fetch,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const { api_key = '', api_password = '' } = account.settings;
  const url = `https://secure.tpay.com/api/gw/${encodeURIComponent(api_key)}/${path}`;
  const { text } = await callApi(fetcher, atOrigin(url, account.endpoints.api), {
    headers: { 'content-type': FORM },
    body: new URLSearchParams({ ...fields, api_password, json: '1' }).toString(),
  });
  return jsonObject(text);
}

/**
 * Refunds the whole transaction, or an amount in minor units where something was refunded before or a part is asked for.
 * @throws Declined with the code of the error; Problem invalid_state before a notification has named the title.
 */
export async function chargeBackTransaction(order: OperationOrder<TpaySettings>): Promise<OperationResult> {
  const { account, amount, providerState, whole, before } = order;
  const { title } = providerState;
  if (!title) throw new Problem('invalid_state', 'the title of this transaction is not known');
  const answer =
    whole && before.refunded === 0
      ? await callOlderApi(account, order.send, 'chargeback/transaction', { title })
      : await callOlderApi(account, order.send, 'chargeback/any', {
          title,
          chargeback_amount: decimal(amount, 2),
        });
  if (Number(answer.result) === 1) return { state: 'succeeded', status: '1', providerReference: null };
  const code = String(answer.err ?? '');
  if (code === '' || OLDER_API_TEMPORARY_ERRORS.has(code))
    throw new Problem('provider_error', `tpay answered ${code || 'nothing that can be read'}`, {
      cause: answer,
    });
  throw new Declined(code, String(answer.desc ?? ''));
}
