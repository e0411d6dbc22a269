/**
 * Calls of both web services: the same operations on the same objects, at other paths. Facts: SHEET.md, "After payment";
 * pfpayments/php-sdk 4.8.0 (v1), wallee-payment/typescript-sdk 5.3.0 (v2).
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { mayDecline } from '../kit/declining.ts';
import { jsonWithDecimals } from '../kit/json-decimals.ts';
import { parseJsonOnce } from '../kit/json-once.ts';
import { authorizationHeaders } from './request-signatures.ts';
import type { CheckoutSettings } from './settings.ts';

/** What is called: by its names in neither service. */
export type CallName =
  | 'create'
  | 'page'
  | 'read'
  | 'capture'
  | 'capturePart'
  | 'cancel'
  | 'refund'
  | 'readRefund'
  | 'captures'
  | 'cancels'
  | 'refunds'
  | 'means'
  | 'key';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** More operations of one transaction than anybody makes: a list of so many may have been cut. */
export const LONGEST_LIST = 100;

/** `{space}` and `{id}` stand for values. */
const V1: Readonly<Record<CallName, Route>> = {
  create: { method: 'POST', path: '/api/transaction/create?spaceId={space}' },
  page: { method: 'GET', path: '/api/transaction-payment-page/payment-page-url?spaceId={space}&id={id}' },
  read: { method: 'GET', path: '/api/transaction/read?spaceId={space}&id={id}' },
  capture: { method: 'POST', path: '/api/transaction-completion/completeOnline?spaceId={space}&id={id}' },
  capturePart: {
    method: 'POST',
    path: '/api/transaction-completion/completePartiallyOnline?spaceId={space}',
  },
  cancel: { method: 'POST', path: '/api/transaction-void/voidOnline?spaceId={space}&id={id}' },
  refund: { method: 'POST', path: '/api/refund/refund?spaceId={space}' },
  readRefund: { method: 'GET', path: '/api/refund/read?spaceId={space}&id={id}' },
  captures: { method: 'POST', path: '/api/transaction-completion/search?spaceId={space}' },
  cancels: { method: 'POST', path: '/api/transaction-void/search?spaceId={space}' },
  refunds: { method: 'POST', path: '/api/refund/search?spaceId={space}' },
  means: { method: 'POST', path: '/api/payment-method-configuration/search?spaceId={space}' },
  key: { method: 'GET', path: '/api/webhook-encryption/read?id={id}' },
};

const PAYMENT = '/api/v2.0/payment';
const SEARCH = `search?limit=${LONGEST_LIST}&query=`;

const V2: Readonly<Record<CallName, Route>> = {
  create: { method: 'POST', path: `${PAYMENT}/transactions` },
  page: { method: 'GET', path: `${PAYMENT}/transactions/{id}/payment-page-url` },
  read: { method: 'GET', path: `${PAYMENT}/transactions/{id}` },
  capture: { method: 'POST', path: `${PAYMENT}/transactions/{id}/complete-online` },
  capturePart: { method: 'POST', path: `${PAYMENT}/transactions/{id}/complete-partially-online` },
  cancel: { method: 'POST', path: `${PAYMENT}/transactions/{id}/void-online` },
  refund: { method: 'POST', path: `${PAYMENT}/refunds` },
  readRefund: { method: 'GET', path: `${PAYMENT}/refunds/{id}?expand=transaction` },
  captures: {
    method: 'GET',
    path: `${PAYMENT}/transactions/completions/${SEARCH}lineItemVersion.transaction.id%3A{id}`,
  },
  cancels: { method: 'GET', path: `${PAYMENT}/transactions/voids/${SEARCH}transaction.id%3A{id}` },
  refunds: { method: 'GET', path: `${PAYMENT}/refunds/${SEARCH}transaction.id%3A{id}` },
  means: { method: 'GET', path: `${PAYMENT}/method-configurations/${SEARCH}state%3AACTIVE` },
  key: { method: 'GET', path: '/api/v2.0/webhooks/encryption-keys/{id}' },
};

/** What a call needs of whoever makes it. */
export interface Caller {
  readonly account: ProviderAccount<CheckoutSettings>;
  readonly now: Date;
  readonly fetch: typeof fetch;
}

/**
 * One call.
 * @param values `id` of its path; its body, with amounts as JsonDecimal.
 * @throws Problem provider_unreachable
 */
export function callCheckout(
  { account, now, fetch: fetcher }: Caller,
  name: CallName,
  values: { readonly id?: string; readonly body?: object } = {},
): Promise<ApiAnswer> {
  const { settings, endpoints } = account;
  const { method, path: pattern } = (settings.mode === 'v1' ? V1 : V2)[name];
  const path = pattern
    .replace('{space}', settings.space_id)
    .replace('{id}', encodeURIComponent(values.id ?? ''));
  const signed = { method, path, timestamp: Math.floor(now.getTime() / 1000) };
  return callApi(fetcher, atOrigin(`${settings.base_url}${path}`, endpoints.api), {
    method,
    headers: {
      accept: 'application/json',
      ...(values.body && { 'content-type': 'application/json;charset=utf-8' }),
      ...authorizationHeaders(settings, signed),
    },
    ...(values.body && { body: jsonWithDecimals(values.body) }),
  });
}

/** v1 has statuses of its own for mistakes of the caller, and for those of the server. */
const CLIENT_ERROR = 442;

/** What an error says, in the platform's words; null: it is none of the platform's. */
function wordsOf({ text }: ApiAnswer): { readonly code: string; readonly text: string } | null {
  try {
    const { message, defaultMessage, type, code, id } = jsonObject(text);
    const words = [message, defaultMessage].find((one) => typeof one === 'string' && one !== '');
    const name = [type, code, id].find((one) => typeof one === 'string' && one !== '');
    return typeof words === 'string' && typeof name === 'string' ? { code: name, text: words } : null;
  } catch {
    // A page of a proxy.
    return null;
  }
}

/** The error of an answer that is not the expected one. `what` follows the provider's name: `rejected the transaction`. */
export function unexpectedAnswer(what: string, answer: ApiAnswer): Problem {
  const words = wordsOf(answer);
  return new Problem('provider_error', `the platform ${what}: ${answer.status} ${words?.text ?? ''}`.trim(), {
    cause: answer.text,
    ...(words && { provider: words }),
  });
}

/** Whether an answer says that there is nothing of that number, in a space that is ours. */
export function saysNone({ status }: ApiAnswer): boolean {
  return status === CLIENT_ERROR || status === 404;
}

/** The parsed body of a good answer. @throws Problem provider_error */
export function goodBody(what: string, answer: ApiAnswer): unknown {
  if (answer.status !== 200 && answer.status !== 201) throw unexpectedAnswer(what, answer);
  try {
    return parseJsonOnce(answer.text);
  } catch {
    throw unexpectedAnswer(`${what}, and the answer is no JSON`, answer);
  }
}

/**
 * The parsed body of the answer to an operation.
 * @throws Declined for the platform's own no: 442 in v1, 4xx in v2 with its words; Problem for everything else, which decides nothing.
 */
export function operationMembers(account: ProviderAccount<CheckoutSettings>, answer: ApiAnswer): unknown {
  const { status } = answer;
  const isNo =
    account.settings.mode === 'v1' ? status === CLIENT_ERROR : status !== 200 && mayDecline(status);
  const isOfCredentials = status === 401 || status === 403;
  const words = isNo && !isOfCredentials ? wordsOf(answer) : null;
  if (words) throw new Declined(words.code, words.text);
  return goodBody('answered', answer);
}

/** The body of a search in v1: everything of one transaction. */
function searchBody(fieldName: string, transaction: number): object {
  const filter = { type: 'LEAF', operator: 'EQUALS', fieldName, value: transaction };
  return { filter, numberOfEntities: LONGEST_LIST };
}

const FIELDS = {
  captures: 'lineItemVersion.transaction.id',
  cancels: 'transaction.id',
  refunds: 'transaction.id',
} as const;

/**
 * The completions, voids or refunds of a transaction, not read yet.
 * @throws Problem
 */
export async function searchCheckout(
  caller: Caller,
  name: keyof typeof FIELDS,
  transaction: number,
): Promise<unknown> {
  const isV1 = caller.account.settings.mode === 'v1';
  const answer = await callCheckout(caller, name, {
    id: String(transaction),
    ...(isV1 && { body: searchBody(FIELDS[name], transaction) }),
  });
  const found = goodBody('was asked for a list', answer);
  // v2 wraps its lists: `data`, and whether there is more.
  const list = isV1 ? found : (found as { readonly data?: unknown } | null)?.data;
  if (!Array.isArray(list)) throw unexpectedAnswer('answered no list', answer);
  return list;
}
