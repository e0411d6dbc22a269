/**
 * `/transactions` of the Open API: a transaction is created before the shopper goes, read by the status query, and cancelled
 * while nobody has paid it. Facts: SHEET.md.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderUpdate,
  StartedAttempt,
  StartRequest,
  StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { jsonObject } from '../kit/api-call.ts';
import { meaningOf } from '../kit/statuses.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';
import { callOpenApi, jsonWithAmount, operationBody } from './open-api.ts';
import type { TpaySettings } from './settings.ts';
import { TPAY_TRANSACTION_STATUSES } from './statuses.ts';

const LANGUAGES = ['en', 'pl', 'de', 'fr', 'ru', 'it', 'es'];

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
    description: cut(payment.description, 128) ?? payment.reference,
    hiddenDescription: order,
    lang:
      customer.language && LANGUAGES.includes(customer.language) ? customer.language : account.settings.lang,
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
  const json = jsonWithAmount(body, decimal(payment.amount, 2));
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
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(transactionPaymentUrl, account.endpoints.page) },
    providerState: { transactionId: String(transactionId ?? ''), title: String(title ?? '') },
    // Every notification about the transaction has its title as `tr_id`.
    ...(typeof title === 'string' && title !== '' && { bound: { title } }),
    queryAfterSeconds: QUERY_AFTER_SECONDS,
  };
}

async function readTransaction(
  account: ProviderAccount<TpaySettings>,
  caller: { readonly fetch: typeof fetch; readonly now: Date },
  id: string,
): Promise<Record<string, unknown>> {
  const { status, text } = await callOpenApi(
    account,
    caller,
    'GET',
    `/transactions/${encodeURIComponent(id)}`,
  );
  if (status !== 200) throw new Problem('provider_error', `tpay answered ${status}`, { cause: text });
  return jsonObject(text);
}

/**
 * `GET /transactions/{id}`: a payment or a full refund. Null: neither yet.
 * @throws Problem provider_error; Refusal when the answer is about another payment.
 */
export async function queryTransaction(query: StatusQuery<TpaySettings>): Promise<ProviderUpdate | null> {
  const { account, providerState, order } = query;
  const { transactionId, title } = providerState;
  if (!transactionId || !title) return null;
  const transaction = await readTransaction(account, query, transactionId);
  const { status, hiddenDescription, amount, amountPaid } = transaction;
  if (hiddenDescription !== order) throw new Refusal('wrong_account', 'the answer is about another payment');
  const outcome = meaningOf(TPAY_TRANSACTION_STATUSES, String(status))?.outcome;
  if (outcome !== 'paid' && outcome !== 'refunded') return null;
  // A notification has the title as `tr_id`. The same money must have one identity both ways, or it would count twice.
  const text = Number(amountPaid ?? amount).toFixed(2);
  const refund = `${title}/CHARGEBACK/${text}`;
  return {
    kind: 'update',
    order,
    key: outcome === 'paid' ? `${title}/TRUE/${text}` : refund,
    outcome,
    amount: fromDecimal(text, 2),
    currency: 'PLN',
    movement: outcome === 'paid' ? title : refund,
    providerReference: title,
    providerStatus: String(status),
    detail: {},
  };
}

/**
 * The transaction of an attempt.
 * @throws Problem invalid_state when none was created.
 */
export function transactionIdOf({ providerState }: OperationCall<TpaySettings>): string {
  if (!providerState.transactionId)
    throw new Problem('invalid_state', 'nothing is registered at tpay for this payment');
  return providerState.transactionId;
}

/** The result of a successful answer to an operation. */
export function operationResult({ result, status, refundId }: Record<string, unknown>): OperationResult {
  const word = String(status ?? result);
  return {
    state: word === 'pending' || result === 'pending' ? 'accepted' : 'succeeded',
    status: word,
    providerReference: refundId === undefined ? null : String(refundId),
  };
}

/**
 * `POST /transactions/{id}/cancel`: of a transaction that nobody has paid.
 * @throws Declined, Problem
 */
export async function cancelTransaction(order: OperationOrder<TpaySettings>): Promise<OperationResult> {
  const path = `/transactions/${encodeURIComponent(transactionIdOf(order))}/cancel`;
  return operationResult(operationBody(await callOpenApi(order.account, order, 'POST', path, '{}')));
}

/** What the transaction's status shows of a cancel. */
export async function lookUpCancel(call: OperationCall<TpaySettings>): Promise<Bookings> {
  const { status } = await readTransaction(call.account, call, transactionIdOf(call));
  const word = String(status);
  // Both spellings, canceled and cancelled: which one tpay uses is not documented.
  const isDone = word.startsWith('cancel');
  const isAsBefore = word === 'pending' || word === 'correct' || word === 'paid';
  return {
    entries: isDone ? [{ amount: null, state: 'succeeded', status: word }] : [],
    complete: isAsBefore,
    status: word,
  };
}
