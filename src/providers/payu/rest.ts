/** PayU's REST API 2.1: OAuth2, and orders by JSON. Facts: SHEET.md; PayU Europe developer documentation. */
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StartedAttempt, StartRequest, StatusQuery } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, jsonObject } from '../kit/api-call.ts';
import { mayDecline } from '../kit/declining.ts';
import { pageLanguage } from '../kit/languages.ts';
import { pricedLines } from '../kit/line-items.ts';
import { CODE_TIMES } from '../kit/methods.ts';
import { shopReference, withoutOrderNumbers } from '../kit/order-numbers.ts';
import { providerError } from '../kit/provider-error.ts';
import { withJsonFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import { callPayuRest, type PayuStatus, payuStatusOf, unexpectedPayuAnswer } from './call.ts';
import {
  type PayuOrder,
  type PayuRefund,
  payuHundredths,
  updateOfPayuOrder,
  updateOfPayuRefund,
} from './messages.ts';
import { payuChoice } from './methods.ts';
import type { PayuSettings } from './settings.ts';
import { PAYU_REST_TROUBLES } from './statuses.ts';

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

/** The lines of the order, or one for all. */
function productsOf({ payment }: StartRequest<PayuSettings>, description: string) {
  const lines = pricedLines(payment);
  if (lines.length === 0)
    return [{ name: cut(description, 255), unitPrice: String(payment.amount), quantity: '1' }];
  return lines.map(({ name, price, quantity }) => ({
    name: cut(name, 255),
    unitPrice: String(price),
    quantity: String(quantity),
  }));
}

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
    products: productsOf(request, description),
    // A method that is named without its type is one of a bank or of BLIK.
    ...('payMethods.payMethod.value' in payment.providerFields && {
      payMethods: { payMethod: { type: 'PBL' } },
    }),
  };
  const given = {
    ...withJsonFields(body, payment.providerFields, (_name, value) => value),
    ...payuChoice(request),
  };
  const isByCode = request.blikCode !== undefined;
  const { redirectUri, orderId } = isByCode
    ? await chargeByCode(request, given)
    : takenOrder(await callPayuRest(account, request, 'POST', ORDERS, given), true);
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      // With a code there is no page: the shopper confirms in the bank's app, and waits at ours.
      url: redirectUri === undefined ? body.continueUrl : atOrigin(redirectUri, account.endpoints.page),
    },
    ...(orderId && {
      providerState: { orderId },
      bound: { orderId },
      queryAfterSeconds: 24 * 3600,
    }),
    ...(isByCode && (orderId ? CODE_TIMES : { goodForSeconds: UNKNOWN_FOR_SECONDS })),
  };
}

const ORDERS = '/api/v2_1/orders';

/** How long no other order is begun for a shopper whose code may have been taken: PayU cannot be asked about an order without its number. */
const UNKNOWN_FOR_SECONDS = 3600;

interface TakenOrder {
  readonly redirectUri?: string;
  readonly orderId?: string;
}

/** The order that an answer to `POST orders` says PayU has taken. @throws Problem when it does not say so, or names no page that it needs. */
function takenOrder(answer: ApiAnswer, needsPage: boolean): TakenOrder {
  // 302 with a JSON body: it is read, not followed.
  if (![200, 201, 302].includes(answer.status)) throw unexpectedPayuAnswer('rejected the order', answer);
  const { redirectUri, orderId, status } = jsonObject(answer.text) as TakenOrder & {
    readonly status?: PayuStatus;
  };
  const isTaken = status?.statusCode === 'SUCCESS' || status?.statusCode?.startsWith('WARNING_CONTINUE');
  const isPage = /^https?:\/\//.test(redirectUri ?? '');
  if (!isTaken || !orderId || (needsPage && !isPage))
    throw unexpectedPayuAnswer('rejected the order', answer);
  return { orderId, ...(isPage && { redirectUri }) };
}

/** Whether an answer to `POST orders` is PayU's no: nothing was charged. What is no answer of PayU's own says nothing. */
function isRejected(answer: ApiAnswer): boolean {
  const { statusCode } = payuStatusOf(answer);
  const isNo = answer.status >= 400 && mayDecline(answer.status);
  return isNo && statusCode !== undefined && !PAYU_REST_TROUBLES.has(statusCode);
}

/**
 * `POST orders` with a BLIK code. Where it is not known whether the code was taken, the order stands without its number, which the
 * notification brings: nobody pays it a second time.
 * @throws Problem when PayU says no, or before the code was sent.
 */
async function chargeByCode(request: StartRequest<PayuSettings>, order: object): Promise<TakenOrder> {
  const { account, now, fetch: fetcher, charge = fetcher } = request;
  let isOut = false;
  const send: typeof fetch = async (input, init) => {
    isOut = true;
    const answer = await charge(input, init);
    // With an old token the order was not read, and goes out again.
    isOut = answer.status !== 401;
    return answer;
  };
  try {
    const answer = await callPayuRest(account, { fetch: fetcher, send, now }, 'POST', ORDERS, order);
    isOut &&= !isRejected(answer);
    return takenOrder(answer, false);
  } catch (error) {
    if (isOut && error instanceof Problem) return {};
    throw error;
  }
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
function saysNone(answer: ApiAnswer): boolean {
  return answer.status === 404 && payuStatusOf(answer).statusCode === 'DATA_NOT_FOUND';
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
    throw providerError(`PayU does not list the refund ${told} yet`);
  const { currency } = query;
  return [
    update,
    ...refunds.map((refund) => updateOfPayuRefund(order, { currencyCode: currency, ...refund })),
  ];
}
