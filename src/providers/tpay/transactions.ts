/**
 * `/transactions` of the Open API: a transaction is created before the shopper goes, read by the status query, and cancelled
 * while nobody has paid it. Facts: SHEET.md.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderUpdate,
  StartedAttempt,
  StartRequest,
  StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { jsonObject } from '../kit/api-call.ts';
import { pageLanguage } from '../kit/languages.ts';
import { CODE_TIMES } from '../kit/methods.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import {
  NUMBER,
  type ShopFields,
  shopFieldsOfForms,
  textUpTo,
  withJsonFields,
} from '../kit/provider-fields.ts';
import { meaningOf } from '../kit/statuses.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';
import { providerUpdate } from '../kit/update.ts';
import { payByBlikCode, tpayChoice } from './methods.ts';
import { answeredBody, callOpenApi, jsonWithAmount, operationBody, tpayMinor } from './open-api.ts';
import { refundedInAll, refundTotal, requireTpayTransaction, transactionIdOf } from './refunds.ts';
import { TPAY_LANGUAGES, type TpaySettings } from './settings.ts';
import { TPAY_TRANSACTION_STATUSES } from './statuses.ts';

/** What a shop may give: the choice of a means of payment, and who pays. Not a BLIK code, stored cards and tokens of wallets. */
export const TPAY_API_FIELDS: ShopFields = shopFieldsOfForms(
  {
    'pay.groupId': NUMBER,
    'pay.channelId': NUMBER,
    'pay.method': { form: /^(?:pay_by_link|transfer|sale)$/, says: 'is pay_by_link, transfer or sale' },
    'payer.taxId': textUpTo(32),
    'payer.userAgent': textUpTo(255),
    'callbacks.notification.email': textUpTo(255),
  },
  new Set(['amount', 'currency', 'description', 'hiddenDescription', 'lang', 'payer', 'pay', 'callbacks']),
);

const jsonValue = (name: string, value: string) => (/^pay\.\w+Id$/.test(name) ? Number(value) : value);

/** When a status query is due although tpay has said nothing. */
const QUERY_AFTER_SECONDS = 24 * 3600;

/**
 * `POST /transactions`: the redirect goes to the page that the answer names.
 * @throws Problem provider_error when the transaction was declined.
 */
export async function createTransaction(request: StartRequest<TpaySettings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const { customer } = payment;
  const body = {
    amount: 'AMOUNT' as const,
    currency: payment.currency,
    description: cut(payment.description, 128) ?? withoutOrderNumbers(payment.reference),
    hiddenDescription: order,
    lang: pageLanguage(customer.language, account.settings.lang, TPAY_LANGUAGES),
    payer: {
      email: customer.email,
      name: cut(fullName(payment), 255) ?? customer.email,
      phone: ifFits(customer.phone, 32),
      address: cut(customer.address?.line1, 255),
      code: ifFits(customer.address?.postalCode, 10),
      city: cut(customer.address?.city, 255),
      country: customer.address?.country,
      ip: customer.ip ?? request.ip ?? undefined,
    },
    callbacks: {
      payerUrls: {
        success: addressWithin(512, `${urls.back}?o=${order}&via=success`),
        error: addressWithin(512, `${urls.back}?o=${order}&via=failure`),
      },
      notification: { url: addressWithin(512, urls.callback) },
    },
  };
  const given = {
    ...body,
    ...withJsonFields(body, payment.providerFields, jsonValue),
    ...tpayChoice(payment.method),
  };
  const json = jsonWithAmount(given, decimal(payment.amount, 2));
  const { status, text } = await callOpenApi(account, request, 'POST', '/transactions', json);
  const { result, transactionId, title, transactionPaymentUrl } =
    status === 200 || status === 201 ? jsonObject(text) : {};
  if (
    result !== 'success' ||
    typeof transactionPaymentUrl !== 'string' ||
    !/^https?:\/\//.test(transactionPaymentUrl)
  ) {
    throw new Problem('provider_error', `tpay declined the transaction: ${status}`, { cause: text });
  }
  if (request.blikCode !== undefined) await payByBlikCode(request, String(transactionId), request.blikCode);
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(transactionPaymentUrl, account.endpoints.page) },
    providerState: { transactionId: String(transactionId ?? ''), title: String(title ?? '') },
    // Every notification about the transaction has its title as `tr_id`.
    ...(typeof title === 'string' && title !== '' && { bound: { title } }),
    ...(request.blikCode === undefined ? { queryAfterSeconds: QUERY_AFTER_SECONDS } : CODE_TIMES),
  };
}

/**
 * `GET /transactions/{id}` of an attempt.
 * @throws Problem provider_error; Refusal when the answer is about another payment.
 */
async function readTransaction(
  asked: Pick<
    StatusQuery<TpaySettings>,
    'account' | 'fetch' | 'now' | 'providerState' | 'order' | 'currency'
  >,
): Promise<Readonly<Record<string, unknown>>> {
  const path = `/transactions/${encodeURIComponent(transactionIdOf(asked))}`;
  const transaction = answeredBody(await callOpenApi(asked.account, asked, 'GET', path));
  const { title = asked.providerState.title, hiddenDescription } = transaction;
  if (hiddenDescription !== asked.order || title !== asked.providerState.title)
    throw new Refusal('wrong_account', 'the answer is about another payment');
  // One that names no currency is in złoty.
  requireTpayTransaction(asked, { currency: 'PLN', ...transaction });
  return transaction;
}

/**
 * The status query: a payment with all that was refunded of it, or a transaction that was cancelled. Null: none yet.
 * @throws Problem provider_error; Refusal when the answer is about another payment.
 */
export async function queryTransaction(
  query: StatusQuery<TpaySettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { transactionId, title } = query.providerState;
  if (!transactionId || !title) return null;
  const { status, amount, amountPaid = amount } = await readTransaction(query);
  const word = String(status);
  const outcome = meaningOf(TPAY_TRANSACTION_STATUSES, word)?.outcome;
  const update = {
    order: query.order,
    currency: query.currency,
    movement: title,
    providerReference: title,
    providerStatus: word,
  };
  if (outcome === 'cancelled') return [providerUpdate({ ...update, key: `${title}/${word}`, outcome })];
  const paid = tpayMinor(amountPaid);
  // A new transaction is pending, and nobody needs to have paid it.
  const isHeldUp = outcome === 'pending' && paid !== null && paid > 0 && paid !== tpayMinor(amount);
  if (isHeldUp)
    return [
      providerUpdate({
        ...update,
        key: `${title}/${word}/${decimal(paid, 2)}`,
        outcome,
        amount: paid,
        pendingReason: 'person_needed',
      }),
    ];
  if (outcome !== 'paid' && outcome !== 'refunded') return null;
  if (paid === null) throw new Problem('provider_error', 'tpay answered a transaction without an amount');
  // A notification has the title as `tr_id`. The same money must have one identity both ways, or it would count twice.
  const payment = providerUpdate({
    ...update,
    key: `${title}/TRUE/${decimal(paid, 2)}`,
    outcome: 'paid',
    amount: paid,
  });
  // What was paid is known all the same where there is no list to be had. A refund that was told of is asked about again.
  const listed = () =>
    refundedInAll(query).catch((error) => {
      if (query.hint.refunded !== undefined) throw error;
      return 0;
    });
  const refunded = outcome === 'refunded' ? paid : await listed();
  if (refunded === 0) return [payment];
  return [payment, refundTotal(query, { title, status: word, refunded })];
}

/**
 * `POST /transactions/{id}/cancel`: of a transaction that nobody has paid.
 * @throws Declined, Problem, Refusal
 */
export async function cancelTransaction(order: OperationOrder<TpaySettings>): Promise<OperationResult> {
  const path = `/transactions/${encodeURIComponent(transactionIdOf(order))}/cancel`;
  const body = operationBody(await callOpenApi(order.account, order, 'POST', path, '{}'));
  const { result, status = result } = body;
  requireTpayTransaction(order, body);
  const word = String(status);
  const isDone = word === 'success' || meaningOf(TPAY_TRANSACTION_STATUSES, word)?.outcome === 'cancelled';
  if (!isDone && word !== 'pending') throw new Problem('provider_error', `tpay answered the status ${word}`);
  return { state: isDone ? 'succeeded' : 'accepted', status: word, providerReference: null };
}

/** What the transaction's status shows of a cancel. @throws Problem, Refusal */
export async function lookUpCancel(call: OperationCall<TpaySettings>): Promise<Bookings> {
  const { status } = await readTransaction(call);
  const word = String(status);
  const outcome = meaningOf(TPAY_TRANSACTION_STATUSES, word)?.outcome;
  return {
    entries: outcome === 'cancelled' ? [{ amount: null, state: 'succeeded', status: word }] : [],
    complete: outcome !== undefined,
    status: word,
  };
}
