/**
 * Przelewy24, REST API v1: `transaction/register`, `transaction/verify` without which nothing is paid, and
 * `transaction/by/sessionId`. Facts: SHEET.md; Przelewy24 developer portal (OpenAPI).
 */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StartedAttempt, StartRequest, StatusQuery } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { pageLanguage } from '../kit/languages.ts';
import { CODE_TIMES } from '../kit/methods.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { withJsonFields } from '../kit/provider-fields.ts';
import { ASCII, cut, ifFits } from '../kit/text.ts';
import { providerUpdate } from '../kit/update.ts';
import { p24Host, p24PosId } from './account.ts';
import { callP24, unexpectedP24Answer } from './call.ts';
import { chargeByCode, p24Choice } from './methods.ts';
import { P24_LANGUAGES, type P24Settings } from './settings.ts';
import { p24JsonValue } from './shop-fields.ts';
import { signP24Request } from './signatures.ts';

/** `POST transaction/register`, and the redirect with its token. @throws Problem */
export async function startP24Rest(request: StartRequest<P24Settings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const signed = {
    sessionId: order,
    merchantId: Number(settings.merchant_id),
    amount: payment.amount,
    currency: payment.currency,
  };
  const body = {
    ...signed,
    posId: Number(p24PosId(account)),
    description: cut(payment.description, 1024) ?? withoutOrderNumbers(payment.reference),
    email: customer.email,
    country: customer.address?.country ?? 'PL',
    language: pageLanguage(customer.language, settings.lang, P24_LANGUAGES.rest),
    urlReturn: addressWithin(250, `${urls.back}?o=${order}`),
    urlStatus: addressWithin(250, urls.callback),
    client: cut([customer.firstName, customer.lastName].filter(Boolean).join(' '), 40),
    address: cut(customer.address?.line1, 80),
    zip: ifFits(customer.address?.postalCode, 10),
    city: cut(customer.address?.city, 50),
    // Digits alone, as 481321132123.
    phone: ifFits(customer.phone?.replace(/\D/g, ''), 12),
    ...p24Choice(payment.method, settings.channel),
    timeLimit: settings.time_limit,
    waitForResult: settings.wait_for_result,
    regulationAccept: false,
    transferLabel: cut(payment.reference, 20, ASCII),
    encoding: 'UTF-8',
    sign: signP24Request(signed, settings.crc).signature,
  };
  const result = await callP24(
    account,
    request.fetch,
    'POST',
    '/transaction/register',
    withJsonFields(body, payment.providerFields, p24JsonValue),
  );
  const { token } = (result.answer.data ?? {}) as { readonly token?: unknown };
  if (typeof token !== 'string' || !/^[\w-]{4,100}$/.test(token))
    throw unexpectedP24Answer('rejected the order', result);
  if (request.blikCode !== undefined) await chargeByCode(request, token, request.blikCode);
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      url: atOrigin(`${p24Host(account)}/trnRequest/${token}`, account.endpoints.page),
    },
    bound: { amount: String(payment.amount), currency: payment.currency },
    ...(request.blikCode === undefined ? { queryAfterSeconds: 15 * 60 } : CODE_TIMES),
  };
}

/** That a payment is paid, by our verification or by what the session's status says. */
export function paidUpdate(query: StatusQuery<P24Settings>, orderId: string, amount: number): ProviderUpdate {
  return providerUpdate({
    order: query.order,
    key: `${orderId}/2`,
    outcome: 'paid',
    amount,
    currency: query.currency,
    movement: orderId,
    providerState: { orderId },
    providerReference: orderId,
    providerStatus: '2',
    detail: query.hint.statement ? { statement: query.hint.statement } : {},
  });
}

/** `PUT transaction/verify` with our amount and currency: what the notification named counts for nothing. @throws Problem */
export async function verifyTransaction(
  query: StatusQuery<P24Settings>,
  orderId: string,
): Promise<ProviderUpdate> {
  const { account, order, amount, currency } = query;
  const { settings } = account;
  const signed = { sessionId: order, orderId: Number(orderId), amount, currency };
  const result = await callP24(account, query.fetch, 'PUT', '/transaction/verify', {
    merchantId: Number(settings.merchant_id),
    posId: Number(p24PosId(account)),
    ...signed,
    sign: signP24Request(signed, settings.crc).signature,
  });
  const { status } = (result.answer.data ?? {}) as { readonly status?: unknown };
  if (result.status !== 200 || status !== 'success')
    throw unexpectedP24Answer('did not verify the payment', result);
  return paidUpdate(query, orderId, amount);
}

/** What `transaction/by/sessionId` says of a transaction. */
export interface P24Transaction {
  readonly sessionId?: string;
  readonly orderId?: number;
  readonly status?: number;
  /** Minor units. */
  readonly amount?: number;
  readonly currency?: string;
}

/**
 * `transaction/by/sessionId` of an attempt; null: it is not known.
 * @throws Problem; Refusal when the answer is about another payment.
 */
export async function readTransaction(query: StatusQuery<P24Settings>): Promise<P24Transaction | null> {
  const { account, order } = query;
  const path = `/transaction/by/sessionId/${encodeURIComponent(order)}`;
  const result = await callP24(account, query.fetch, 'GET', path);
  if (result.status === 404) return null;
  const data = (result.answer.data ?? {}) as P24Transaction;
  if (result.status !== 200) throw unexpectedP24Answer('was asked', result);
  if (data.sessionId !== order || data.currency !== query.currency)
    throw new Refusal('wrong_account', 'the answer is about another payment');
  const { status, amount } = data;
  return {
    ...data,
    ...(status !== undefined && { status: Number(status) }),
    ...(amount !== undefined && { amount: Number(amount) }),
  };
}
