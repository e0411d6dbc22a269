/** PayU's REST API 2.1: OAuth2, and orders by JSON. Facts: SHEET.md; PayU Europe developer documentation. */
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type {
  ProviderAccount,
  ProviderUpdate,
  StartedAttempt,
  StartRequest,
  StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { pageLanguage } from '../kit/languages.ts';
import { BearerTokens } from '../kit/oauth.ts';
import { shopReference, withoutOrderNumbers } from '../kit/order-numbers.ts';
import { withJsonFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import {
  type PayuOrder,
  type PayuRefund,
  payuHundredths,
  updateOfPayuOrder,
  updateOfPayuRefund,
} from './messages.ts';
import type { PayuSettings } from './settings.ts';

// --- Calls ------------------------------------------------------------------------------------------------

const tokens = new BearerTokens();

type Account = ProviderAccount<PayuSettings>;

function originOf(account: Account): string {
  const origin =
    account.environment === 'production' ? 'https://secure.payu.com' : 'https://secure.snd.payu.com';
  return atOrigin(`${origin}/`, account.endpoints.api).replace(/\/$/, '');
}

/** `POST oauth/authorize`. @throws Problem provider_error when PayU does not take the credentials. */
export function authorize(
  account: Account,
  fetcher: typeof fetch,
  now: Date,
  fresh: boolean,
): Promise<string> {
  const { settings } = account;
  const client = settings.client_id ?? settings.pos_id;
  return tokens.get({ name: `payu/${account.id}/${client}/${settings.client_secret}`, now, fresh }, () =>
    callApi(fetcher, `${originOf(account)}/pl/standard/user/oauth/authorize`, {
      headers: { 'content-type': FORM },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client,
        client_secret: settings.client_secret ?? '',
      }).toString(),
    }),
  );
}

/**
 * A call with a token. After a 401 it is made once more with a new token.
 * @param ports `send`, where given, makes the call itself: the one call of an operation.
 * @throws Problem provider_unreachable; provider_error when there is no token.
 */
export async function callPayuRest(
  account: Account,
  ports: { readonly fetch: typeof fetch; readonly now: Date; readonly send?: typeof fetch },
  method: string,
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  const once = async (fresh: boolean) => {
    const token = await authorize(account, ports.fetch, ports.now, fresh);
    return callApi(ports.send ?? ports.fetch, `${originOf(account)}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  const first = await once(false);
  return first.status === 401 ? once(true) : first;
}

/** The member `status` of every answer. */
interface PayuStatus {
  readonly statusCode?: string;
  readonly statusDesc?: string;
}

/** The error of an answer that is not the expected one. `what` follows the provider's name: `rejected the order`. */
export function unexpectedPayuAnswer(what: string, { status, text }: ApiAnswer): Problem {
  let said: PayuStatus = {};
  try {
    said = (jsonObject(text).status ?? {}) as PayuStatus;
  } catch {
    // A page of a proxy: the HTTP status has to do.
  }
  return new Problem(
    'provider_error',
    `PayU ${what}: ${status} ${said.statusCode ?? ''} ${said.statusDesc ?? ''}`.trim(),
    { cause: text },
  );
}

// --- Start ------------------------------------------------------------------------------------------------

/** The shopper's address: as the shop named it, or as our checkout saw it. @throws Problem when there is none. */
function customerIpOf({ payment, ip }: StartRequest<PayuSettings>): string {
  const address = payment.customer.ip ?? ip;
  if (!address) throw invalidField('customer.ip', 'PayU wants the address of the payer');
  return address;
}

/** Languages of PayU's page (SHEET.md); any other shopper reads English. */
const LANGUAGES = [
  'bg',
  'cs',
  'de',
  'el',
  'en',
  'es',
  'fr',
  'hr',
  'hu',
  'it',
  'lt',
  'lv',
  'pl',
  'pt',
  'ro',
  'sk',
  'sl',
  'uk',
];

/** `POST orders`, and the redirect of its answer. @throws Problem */
export async function startPayuRest(request: StartRequest<PayuSettings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const { customer } = payment;
  const description = cut(payment.description, 4000) ?? withoutOrderNumbers(payment.reference);
  const body = {
    notifyUrl: addressWithin(1024, urls.callback),
    continueUrl: addressWithin(1024, `${urls.back}?o=${order}`),
    customerIp: customerIpOf(request),
    merchantPosId: account.settings.pos_id,
    description,
    additionalDescription: shopReference(payment, 1024),
    currencyCode: payment.currency,
    totalAmount: String(payment.amount),
    extOrderId: order,
    ...(customer.email && {
      buyer: {
        email: customer.email,
        phone: ifFits(customer.phone, 32),
        firstName: cut(customer.firstName, 100),
        lastName: cut(customer.lastName, 100),
        language: customer.language && pageLanguage(customer.language, 'en', LANGUAGES),
      },
    }),
    products: [{ name: cut(description, 255), unitPrice: String(payment.amount), quantity: '1' }],
    // A method that is named without its type is one of a bank or of BLIK.
    ...('payMethods.payMethod.value' in payment.providerFields && {
      payMethods: { payMethod: { type: 'PBL' } },
    }),
  };
  const given = withJsonFields(body, payment.providerFields, (_name, value) => value);
  const answer = await callPayuRest(account, request, 'POST', '/api/v2_1/orders', given);
  // 302 with a JSON body: it is read, not followed.
  if (![200, 201, 302].includes(answer.status)) throw unexpectedPayuAnswer('rejected the order', answer);
  const { redirectUri, orderId, status } = jsonObject(answer.text) as {
    redirectUri?: string;
    orderId?: string;
    status?: PayuStatus;
  };
  const isTaken = status?.statusCode === 'SUCCESS' || status?.statusCode?.startsWith('WARNING_CONTINUE');
  if (!isTaken || !redirectUri || !orderId || !/^https?:\/\//.test(redirectUri))
    throw unexpectedPayuAnswer('rejected the order', answer);
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(redirectUri, account.endpoints.page) },
    providerState: { orderId },
    bound: { orderId },
    queryAfterSeconds: 24 * 3600,
  };
}

// --- Status -----------------------------------------------------------------------------------------------

/** Whom a call about an order is for: an operation, or a status query. */
type Asked = Pick<
  StatusQuery<PayuSettings>,
  'account' | 'fetch' | 'now' | 'order' | 'currency' | 'providerState'
>;

/** @throws Refusal when what an answer says of an order is about another one, or of another point of sale or currency. */
export function requirePayuOrder(asked: Asked, said: PayuOrder): void {
  const { orderId, extOrderId, merchantPosId, currencyCode } = said;
  const isOther =
    (orderId !== undefined && orderId !== asked.providerState.orderId) ||
    (extOrderId !== undefined && extOrderId !== asked.order) ||
    (merchantPosId !== undefined && merchantPosId !== asked.account.settings.pos_id);
  if (isOther) throw new Refusal('wrong_account', 'the answer is about another order');
  if (currencyCode !== undefined && currencyCode !== asked.currency)
    throw new Refusal('wrong_account', `the answer is about ${currencyCode}`);
}

/** `GET orders/{orderId}`. @throws Problem; Refusal when the answer is about another order. */
export async function readPayuOrder(asked: Asked, orderId: string): Promise<PayuOrder> {
  const path = `/api/v2_1/orders/${encodeURIComponent(orderId)}`;
  const answer = await callPayuRest(asked.account, asked, 'GET', path);
  if (answer.status !== 200) throw unexpectedPayuAnswer('was asked', answer);
  const [order, ...others] = (jsonObject(answer.text).orders ?? []) as PayuOrder[];
  if (!order || others.length > 0 || order.extOrderId === undefined)
    throw new Refusal('wrong_account', 'the answer is not about one order');
  requirePayuOrder(asked, order);
  return order;
}

/** Whether an answer says that there is nothing of what was asked for. */
function saysNone({ status, text }: ApiAnswer): boolean {
  if (status !== 404) return false;
  const said = (jsonObject(text).status ?? {}) as PayuStatus;
  return said.statusCode === 'DATA_NOT_FOUND';
}

/** `GET orders/{orderId}/refunds`. @throws Problem; Refusal when one is in another currency. */
export async function readPayuRefunds(asked: Asked, orderId: string): Promise<readonly PayuRefund[]> {
  const path = `/api/v2_1/orders/${encodeURIComponent(orderId)}/refunds`;
  const answer = await callPayuRest(asked.account, asked, 'GET', path);
  if (saysNone(answer)) return [];
  const refunds = answer.status === 200 ? jsonObject(answer.text).refunds : null;
  if (!Array.isArray(refunds)) throw unexpectedPayuAnswer('was asked about refunds', answer);
  for (const { amount, currencyCode } of refunds as readonly PayuRefund[]) {
    requirePayuOrder(asked, { ...(currencyCode !== undefined && { currencyCode }) });
    if (payuHundredths(amount) === null)
      throw unexpectedPayuAnswer('answered a refund without an amount', answer);
  }
  return refunds as readonly PayuRefund[];
}

/**
 * The status query. Null: no result yet, or nothing is registered at PayU.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is about another order.
 */
export async function queryPayuRest(
  query: StatusQuery<PayuSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { orderId } = query.providerState;
  if (!orderId) return null;
  const order = await readPayuOrder(query, orderId);
  const update = updateOfPayuOrder(order);
  if (update.outcome === 'none') return null;
  const { refund: told } = query.hint;
  // Refunds can only be new where the payment is known already, or one was told of.
  if (update.outcome !== 'paid' || (!query.known?.paid && !told)) return [update];
  // What was paid is known all the same where there is no list to be had.
  const refunds = await readPayuRefunds(query, orderId).catch((error) => {
    if (told) throw error;
    return [];
  });
  if (told && !refunds.some(({ refundId }) => refundId === told))
    throw new Problem('provider_error', `PayU does not list the refund ${told} yet`);
  const { currency } = query;
  return [
    update,
    ...refunds.map((refund) => updateOfPayuRefund(order, { currencyCode: currency, ...refund })),
  ];
}
