/**
 * The API of Dotpay's panel, for accounts of the modes `dev` and `next`: a refund, and the status of an operation.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - refunds are made in złoty only, because the unit of other currencies is not documented;
 * - an answer without an error of Dotpay's, and 408, 409, 425, 429 and 5xx, leave the outcome open;
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
import { mayDecline } from '../kit/declining.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { refundDescription, refundNameIn, refundNews, refundState } from './refund-names.ts';
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
  /** Of a refund: the number of the payment. */
  readonly related_operation?: string;
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

/** @throws Refusal when what an operation shows is about another order, payment or currency. */
function requireOwn(
  {
    order,
    currency,
    providerState,
  }: Pick<OperationCall<DotpaySettings>, 'order' | 'currency' | 'providerState'>,
  { control, related_operation, original_currency = currency, type }: PanelOperation,
): void {
  const isNumber = typeof related_operation === 'string' && /^M\d+-\d+$/.test(related_operation);
  const isOther = type === 'refund' && isNumber && related_operation !== providerState.number;
  if ((control !== undefined && control !== order) || isOther)
    throw new Refusal('wrong_account', 'the answer is about another payment');
  if (original_currency !== currency)
    throw new Refusal('wrong_account', `the answer is about ${original_currency}`);
}

/**
 * `POST payments/{number}/refund/`. The result follows by notification.
 * @throws Declined for an error of Dotpay's in 4xx; Problem provider_error for every other answer that is no success; Refusal for one
 *   about another payment.
 */
export async function refundInPanel(order: OperationOrder<DotpaySettings>): Promise<OperationResult> {
  const { status, text } = await callPanel(
    order.send,
    order.account,
    `payments/${encodeURIComponent(paymentNumber(order))}/refund/`,
    {
      amount: decimal(order.amount, 2),
      description: refundDescription(order.operationReference),
      control: order.order,
    },
  );
  if (status >= 200 && status < 300) {
    const { control, currency } = jsonObject(text) as PanelOperation;
    requireOwn(order, {
      ...(control !== undefined && { control }),
      ...(currency !== undefined && { original_currency: currency }),
    });
    return { state: 'accepted', status: 'accepted', providerReference: null };
  }
  const error = mayDecline(status) ? errorText(text) : '';
  if (error !== '') throw new Declined(String(status), error);
  throw providerError(`Dotpay answered ${status}`, text.slice(0, 1000));
}

/** What an error of Dotpay's says; empty: the answer is none of Dotpay's. */
function errorText(text: string): string {
  try {
    const { detail, error = detail } = jsonObject(text);
    return error === undefined
      ? ''
      : (typeof error === 'string' ? error : JSON.stringify(error)).slice(0, 300);
  } catch {
    return '';
  }
}

/**
 * `GET operations/?description=`: the operations under a description.
 * @throws Problem provider_error
 */
export async function searchPanel(
  fetcher: typeof fetch,
  account: ProviderAccount<DotpaySettings>,
  description: string,
): Promise<readonly PanelOperation[]> {
  const path = `operations/?format=json&description=${encodeURIComponent(description)}`;
  const { status, text } = await callPanel(fetcher, account, path);
  const { results } = status === 200 ? jsonObject(text) : {};
  if (!Array.isArray(results)) throw providerError(`Dotpay answered ${status}`, text.slice(0, 1000));
  return results as readonly PanelOperation[];
}

/**
 * What the panel has under the refund's description. Null in mode `legacy`, where nothing can be
 * asked. What the search does not find may be there all the same.
 */
export async function lookUpPanelRefund(call: OperationCall<DotpaySettings>): Promise<Bookings | null> {
  if (call.account.settings.mode === 'legacy') return null;
  const description = refundDescription(call.operationReference);
  const results = await searchPanel(call.fetch, call.account, description);
  const found = results.filter((entry) => entry.type === 'refund' && entry.description === description);
  return {
    entries: found.map((refund) => {
      requireOwn(call, refund);
      const word = `refund ${refund.status ?? ''}`;
      return {
        operationReference: refundNameIn(description),
        providerReference: refund.number || null,
        amount: amountOf(refund),
        state: refundState(word),
        status: word,
        ...(refund.number && { movement: refund.number }),
      };
    }),
    complete: false,
    status: '',
  };
}

/** The amount of an operation in minor units; null: it shows none. The sign of a refund's is not documented. */
function amountOf({ original_amount, amount = '' }: PanelOperation): number | null {
  return fromDecimal((original_amount ?? amount).replace(/^-/, ''), 2);
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
  if (status !== 200) throw providerError(`Dotpay answered ${status}`);
  const found = jsonObject(text) as PanelOperation;
  if (found.control !== order || found.number !== number)
    throw new Refusal('wrong_account', 'the answer is about another payment');
  const operation = `${found.type ?? ''} ${found.status ?? ''}`;
  const outcome = meaningOf(DOTPAY_OPERATIONS, operation)?.outcome ?? 'none';
  const amount = amountOf(found);
  return providerUpdate({
    order,
    key: `${number}/${operation}`,
    outcome,
    amount,
    currency: found.original_currency ?? found.currency ?? null,
    movement: number,
    ...refundNews(operation, { number, amount, description: found.description ?? '' }),
    // What a refund names.
    ...(outcome === 'paid' && { providerState: { number } }),
    providerReference: outcome === 'refunded' ? null : number,
    providerStatus: operation,
  });
}
