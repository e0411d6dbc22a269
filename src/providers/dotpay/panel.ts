/**
 * The API of Dotpay's panel, for accounts of the modes `dev` and `next`: a refund, and the status of an operation.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - refunds are made in złoty only, because the unit of other currencies is not documented;
 * - an answer of 5xx leaves the outcome open;
 * - the amounts of an operation are `original_amount` and `original_currency`, or else `amount` and `currency`;
 * - a search that finds nothing proves nothing.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { DotpaySettings } from './settings.ts';
import { DOTPAY_OPERATIONS } from './statuses.ts';

/** An operation as the API shows it. */
interface PanelOperation {
  readonly number?: string;
  readonly type?: string;
  readonly status?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly original_amount?: string;
  readonly original_currency?: string;
  readonly control?: string;
  readonly description?: string;
}

/** Why the API cannot be used with these settings; null: it can. */
export function lacksPanelUser({ login, password }: DotpaySettings): string | null {
  return login && password ? null : 'login and password are not set: the API is used as a user of the panel';
}

function callPanel(
  fetcher: typeof fetch,
  { settings, environment, endpoints }: ProviderAccount<DotpaySettings>,
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  const base =
    environment === 'production'
      ? 'https://dproxy.przelewy24.pl/s2/login/api/v1/'
      : 'https://ssl.dotpay.pl/test_seller/api/v1/';
  return callApi(fetcher, atOrigin(`${base}${path}`, endpoints.api), {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${base64(utf8(`${settings.login ?? ''}:${settings.password ?? ''}`))}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/**
 * The number of the operation that paid: `operation_number`, or `t_id` in mode `legacy`.
 * @throws Problem invalid_state before a notification has named it.
 */
export function paymentNumber({ providerState }: OperationCall<DotpaySettings>): string {
  if (!providerState.number) throw new Problem('invalid_state', 'the number of this payment is not known');
  return providerState.number;
}

/** The refund's description in the panel. The API has no idempotency key: the refund is found again by this text. */
function refundDescription({ operationReference }: OperationCall<DotpaySettings>): string {
  return `Refund ${operationReference}`;
}

/**
 * `POST payments/{number}/refund/`. The result follows by notification.
 * @throws Declined for 4xx, Problem provider_error for every other answer that is no success.
 */
export async function refundInPanel(order: OperationOrder<DotpaySettings>): Promise<OperationResult> {
  const { status, text } = await callPanel(
    order.send,
    order.account,
    `payments/${encodeURIComponent(paymentNumber(order))}/refund/`,
    { amount: decimal(order.amount, 2), description: refundDescription(order), control: order.order },
  );
  if (status >= 200 && status < 300)
    return { state: 'accepted', status: 'accepted', providerReference: null };
  if (status >= 400 && status < 500) throw new Declined(String(status), errorText(text));
  throw new Problem('provider_error', `Dotpay answered ${status}`, { cause: text.slice(0, 1000) });
}

function errorText(text: string): string {
  try {
    const body = jsonObject(text);
    return String(body.detail ?? body.error ?? JSON.stringify(body)).slice(0, 300);
  } catch {
    return '';
  }
}

/**
 * `GET operations/?description=`: what the panel has under the refund's description. Null in mode `legacy`, where nothing can be
 * asked. What the search does not find may be there all the same.
 */
export async function lookUpPanelRefund(call: OperationCall<DotpaySettings>): Promise<Bookings | null> {
  if (call.account.settings.mode === 'legacy') return null;
  const description = refundDescription(call);
  const path = `operations/?format=json&description=${encodeURIComponent(description)}`;
  const { status, text } = await callPanel(call.fetch, call.account, path);
  if (status !== 200) throw new Problem('provider_error', `Dotpay answered ${status}`);
  const found = (jsonObject(text).results ?? []) as readonly PanelOperation[];
  const refunds = found.filter((entry) => entry.type === 'refund' && entry.description === description);
  return {
    entries: refunds.map((refund) => ({
      operationReference: call.operationReference,
      providerReference: refund.number ?? null,
      amount: null,
      state:
        refund.status === 'completed' ? 'succeeded' : refund.status === 'rejected' ? 'failed' : 'accepted',
      status: `refund ${refund.status ?? ''}`,
      ...(refund.number && { movement: refund.number }),
    })),
    complete: false,
    status: '',
  };
}

/**
 * `GET operations/{number}/`: the operation that a notification has named. Null: no notification has named one, or the panel
 * does not know it.
 * @throws Problem provider_error; Refusal when the answer is about another payment.
 */
export async function queryPanelOperation({
  account,
  providerState,
  hint,
  order,
  fetch: fetcher,
}: StatusQuery<DotpaySettings>): Promise<ProviderUpdate | null> {
  // A hint names an operation that anybody may have made up: the answer has to be about our order.
  const number = hint.number || providerState.number;
  if (!number) return null;
  const path = `operations/${encodeURIComponent(number)}/?format=json`;
  const { status, text } = await callPanel(fetcher, account, path);
  if (status === 404) return null;
  if (status !== 200) throw new Problem('provider_error', `Dotpay answered ${status}`);
  const found = jsonObject(text) as PanelOperation;
  if (found.control !== order || found.number !== number)
    throw new Refusal('wrong_account', 'the answer is about another payment');
  const operation = `${found.type ?? ''} ${found.status ?? ''}`;
  return {
    kind: 'update',
    order,
    key: `${number}/${operation}`,
    outcome: meaningOf(DOTPAY_OPERATIONS, operation)?.outcome ?? 'none',
    amount: fromDecimal((found.original_amount ?? found.amount ?? '').replace(/^-/, ''), 2),
    currency: found.original_currency ?? found.currency ?? null,
    movement: number,
    providerReference: number,
    providerStatus: operation,
    detail: {},
  };
}
