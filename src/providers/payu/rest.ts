/**
 * PayU REST API 2.1: OAuth2, orders by JSON, notifications signed over their raw bytes. Facts: PayU Europe developer documentation; the tests of
 * PayU-EMEA/openpayu_php.
 */
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { base64, concat, equalText, fromUtf8, hex, readable, utf8 } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import { weakDigests } from '../../signing/weak.ts';
import type {
  ProviderAccount,
  ProviderRequest,
  ProviderUpdate,
  Signed,
  StartedAttempt,
  StartRequest,
  StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { BearerTokens } from '../kit/oauth.ts';
import { cut, ifFits } from '../kit/text.ts';
import { verifyingSecret } from '../kit/verdict.ts';
import type { PayuSettings } from './settings.ts';

// --- Signatures -------------------------------------------------------------------------------------------

const DIGESTS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  MD5: weakDigests.md5,
  SHA1: weakDigests.sha1,
  SHA: digests.sha256,
  SHA256: digests.sha256,
  SHA384: digests.sha384,
  SHA512: digests.sha512,
};

/** The digest that a name stands for; null for one that is not taken. */
function digestOf(name: string) {
  return DIGESTS[name.toUpperCase().replace('-', '')] ?? null;
}

/** `signature=...;algorithm=MD5;sender=checkout`: parts in any order. */
function partsOf(header: string): ReadonlyMap<string, string> {
  return new Map(
    header
      .split(';')
      .filter(Boolean)
      .map((part) => {
        const at = part.indexOf('=');
        return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      }),
  );
}

interface Verified {
  readonly base: Uint8Array;
  readonly signature: string;
}

/**
 * Checks the digest of the raw bytes and the second key.
 * @throws Refusal
 */
export function verifyBody(body: Uint8Array, header: string, secondKey: string): Verified {
  const parts = partsOf(header);
  const received = parts.get('signature') ?? '';
  const digest = digestOf(parts.get('algorithm') ?? 'MD5');
  const base = concat([body, utf8(secondKey)]);
  if (!digest)
    throw new Refusal('signature_malformed', `the algorithm ${parts.get('algorithm')} is not taken`);
  const signature = hex(digest(base));
  if (received === '' || !equalText(signature, received)) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_mismatch',
      received === ''
        ? 'there is no OpenPayu-Signature'
        : 'the signature does not fit the body and the second key',
      { base: readable(base), expected: signature, received },
    );
  }
  return { base, signature };
}

const ENCODES: Readonly<Record<string, string>> = {
  "'": '%27',
  '(': '%28',
  ')': '%29',
  '!': '%21',
  '~': '%7E',
  '*': '%2A',
  '%20': '+',
};

/** PHP's urlencode. */
function encoded(value: string): string {
  return encodeURIComponent(value).replace(/['()!~*]|%20/g, (part) => ENCODES[part] ?? part);
}

/** The signature of a form that the browser posts to the orders address. */
export function signForm(
  fields: Iterable<readonly [string, string]>,
  pos: string,
  secondKey: string,
  algorithm: string,
): Signed {
  const sorted = [...fields]
    .filter(([name]) => name !== 'OpenPayu-Signature')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const base = utf8(`${sorted.map(([name, value]) => `${name}=${encoded(value)}&`).join('')}${secondKey}`);
  const digest = digestOf(algorithm) ?? digests.sha256;
  return {
    base,
    algorithm,
    signature: `sender=${pos};algorithm=${algorithm};signature=${hex(digest(base))}`,
  };
}

/** Early REST's header. */
export function basicOld(pos: string, secondKey: string): Signed {
  const base = utf8(`${pos}:${secondKey}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

// --- Calls ------------------------------------------------------------------------------------------------

const tokens = new BearerTokens();

type Account = ProviderAccount<PayuSettings>;

function host(account: Account): string {
  const origin =
    account.environment === 'production' ? 'https://secure.payu.com' : 'https://secure.snd.payu.com';
  return atOrigin(`${origin}/`, account.endpoints.api).replace(/\/$/, '');
}

/** @throws Problem provider_error when the credentials are refused. */
function token(account: Account, fetcher: typeof fetch, now: Date, fresh: boolean): Promise<string> {
  const { settings } = account;
  const client = settings.client_id ?? settings.pos_id;
  return tokens.get({ name: `payu/${account.id}/${client}/${settings.client_secret}`, now, fresh }, () =>
    callApi(fetcher, `${host(account)}/pl/standard/user/oauth/authorize`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client,
        client_secret: settings.client_secret ?? '',
      }).toString(),
    }),
  );
}

/** A call with a token; one that has ended is fetched anew, once. `send` is for the one call of an operation. */
export async function callPayu(
  account: Account,
  world: { readonly fetch: typeof fetch; readonly now: Date; readonly send?: typeof fetch },
  method: string,
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  const once = async (fresh: boolean) => {
    const bearer = await token(account, world.fetch, world.now, fresh);
    return callApi(world.send ?? world.fetch, `${host(account)}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  const first = await once(false);
  return first.status === 401 ? once(true) : first;
}

interface PayuStatus {
  readonly statusCode?: string;
  readonly statusDesc?: string;
}

export function refusedByPayu(what: string, { status, text }: ApiAnswer): Problem {
  let told: PayuStatus = {};
  try {
    told = (jsonObject(text).status ?? {}) as PayuStatus;
  } catch {
    // A page of a proxy: the HTTP status has to do.
  }
  return new Problem(
    'provider_error',
    `PayU ${what}: ${status} ${told.statusCode ?? ''} ${told.statusDesc ?? ''}`.trim(),
    { cause: text },
  );
}

// --- Start ------------------------------------------------------------------------------------------------

/** PayU wants the address of the payer: the shop's, or that of the shopper at our checkout. */
function addressOf({ payment, ip }: StartRequest<PayuSettings>): string {
  const address = payment.customer.ip ?? ip;
  if (!address) throw invalidField('customer.ip', 'PayU wants the address of the payer');
  return address;
}

export async function startRest(request: StartRequest<PayuSettings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const description = cut(payment.description, 4000) ?? payment.reference;
  const answer = await callPayu(account, request, 'POST', '/api/v2_1/orders', {
    notifyUrl: addressWithin(1024, urls.callback),
    continueUrl: addressWithin(1024, `${urls.back}?o=${order}`),
    customerIp: addressOf(request),
    merchantPosId: settings.pos_id,
    description,
    currencyCode: payment.currency,
    totalAmount: String(payment.amount),
    extOrderId: order,
    ...(customer.email && {
      buyer: {
        email: customer.email,
        phone: ifFits(customer.phone, 32),
        firstName: cut(customer.firstName, 100),
        lastName: cut(customer.lastName, 100),
        language: customer.language,
      },
    }),
    products: [{ name: cut(description, 255), unitPrice: String(payment.amount), quantity: '1' }],
  });
  // 302 with a JSON body: it is read, not followed.
  if (![200, 201, 302].includes(answer.status)) throw refusedByPayu('refused the order', answer);
  const { redirectUri, orderId, status } = jsonObject(answer.text) as {
    redirectUri?: string;
    orderId?: string;
    status?: PayuStatus;
  };
  const ok = status?.statusCode === 'SUCCESS' || status?.statusCode?.startsWith('WARNING_CONTINUE');
  if (!ok || !redirectUri || !orderId || !/^https?:\/\//.test(redirectUri))
    throw refusedByPayu('refused the order', answer);
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(redirectUri, account.endpoints.page) },
    providerState: { orderId },
    queryAfterSeconds: 24 * 3600,
  };
}

// --- News -------------------------------------------------------------------------------------------------

export const REST_STATUSES: Readonly<Record<string, Outcome>> = {
  NEW: 'none',
  PENDING: 'pending',
  WAITING_FOR_CONFIRMATION: 'authorized',
  COMPLETED: 'paid',
  // The end of the order, also of one that waited for confirmation.
  CANCELED: 'voided',
  REJECTED: 'denied',
};

export interface Order {
  readonly orderId?: string;
  readonly extOrderId?: string;
  readonly merchantPosId?: string;
  readonly totalAmount?: string;
  readonly currencyCode?: string;
  readonly status?: string;
}

export interface Refund {
  readonly extRefundId?: string;
  readonly refundId?: string;
  readonly amount?: string;
  readonly currencyCode?: string;
  readonly status?: string;
}

/** Hundredths as text, for every currency that PayU has. */
export function hundredths(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

export function factOfOrder(order: Order): ProviderUpdate {
  const { orderId = '', extOrderId = '', status = '' } = order;
  return {
    kind: 'update',
    order: extOrderId,
    key: `${orderId}/${status}`,
    outcome: REST_STATUSES[status] ?? 'none',
    amount: hundredths(order.totalAmount),
    ...(status === 'COMPLETED' && { ofOrder: true as const }),
    currency: order.currencyCode ?? null,
    movement: orderId,
    providerReference: orderId || null,
    providerStatus: status,
    detail: {},
  };
}

function factOfRefund(order: Order, refund: Refund): ProviderUpdate {
  const { refundId = '', status = '' } = refund;
  return {
    kind: 'update',
    order: order.extOrderId ?? '',
    key: `refund/${refundId}/${status}`,
    outcome: status === 'FINALIZED' ? 'refunded' : 'none',
    amount: hundredths(refund.amount),
    currency: refund.currencyCode ?? null,
    movement: `refund/${refundId}`,
    ...(status === 'CANCELED' && {
      declines: { kind: 'refund' as const, amount: hundredths(refund.amount) },
    }),
    providerReference: order.orderId ?? null,
    providerStatus: `refund ${status}`,
    detail: {},
  };
}

/** What a verified body says. Refunds have another shape: no `order`. */
export function readBody(body: Uint8Array, pos: string | undefined): ProviderUpdate {
  let message: { order?: Order; refund?: Refund } & Order;
  try {
    message = JSON.parse(fromUtf8(body) ?? '');
  } catch (cause) {
    throw new Refusal('malformed', 'the body is not JSON', { cause });
  }
  if (message?.refund) return factOfRefund(message, message.refund);
  if (!message?.order) throw new Refusal('field_missing', 'there is no order');
  if (pos !== undefined && message.order.merchantPosId !== pos) {
    throw new Refusal('wrong_account', `the message is for the point of sale ${message.order.merchantPosId}`);
  }
  return factOfOrder(message.order);
}

export function newsRest(request: ProviderRequest, settings: PayuSettings): ProviderUpdate {
  if (request.method !== 'POST' || request.contentType !== 'application/json') {
    throw new Refusal('malformed', 'a notification is a POST of JSON');
  }
  const header = request.headers['openpayu-signature'] ?? request.headers['x-openpayu-signature'] ?? '';
  verifyBody(request.body, header, verifyingSecret(settings.second_key, 'second_key'));
  return readBody(request.body, settings.pos_id);
}

/** An order as PayU has it. */
export async function readOrder(
  about: Pick<StatusQuery<PayuSettings>, 'account' | 'fetch' | 'now' | 'order'>,
  orderId: string,
): Promise<Order> {
  const path = `/api/v2_1/orders/${encodeURIComponent(orderId)}`;
  const answer = await callPayu(about.account, about, 'GET', path);
  if (answer.status !== 200) throw refusedByPayu('was asked', answer);
  const [order] = (jsonObject(answer.text).orders ?? []) as Order[];
  if (!order || order.extOrderId !== about.order)
    throw new Refusal('wrong_account', 'the answer is about another order');
  return order;
}

/** The refunds of an order. */
export async function readRefunds(
  about: Pick<StatusQuery<PayuSettings>, 'account' | 'fetch' | 'now'>,
  orderId: string,
): Promise<readonly Refund[]> {
  const path = `/api/v2_1/orders/${encodeURIComponent(orderId)}/refunds`;
  const answer = await callPayu(about.account, about, 'GET', path);
  if (answer.status !== 200) throw refusedByPayu('was asked about refunds', answer);
  return (jsonObject(answer.text).refunds ?? []) as Refund[];
}

export async function askRest(
  question: StatusQuery<PayuSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { orderId } = question.providerState;
  if (!orderId) return null;
  const order = await readOrder(question, orderId);
  const fact = factOfOrder(order);
  if (fact.outcome === 'none' || fact.outcome === 'pending') return null;
  // Refunds are looked for where the payment is known already: then somebody wants to know the newest.
  if (fact.outcome !== 'paid' || !question.known?.paid) return [fact];
  const refunds = await readRefunds(question, orderId);
  return [fact, ...refunds.map((refund) => factOfRefund(order, refund))];
}
