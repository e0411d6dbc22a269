/**
 * Przelewy24, REST API v1: SHA-384 over compact JSON texts, HTTP Basic, and a verification call without which nothing is paid. Facts:
 * Przelewy24 developer portal (OpenAPI); the tests of mnastalski/przelewy24-php.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import { base64, equalText, fromUtf8, hex, readable, utf8 } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import type {
  Hint,
  Json,
  ProviderRequest,
  ProviderUpdate,
  Signed,
  StartedAttempt,
  StartRequest,
  StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { cut, ifFits, plainAscii } from '../kit/text.ts';
import type { P24Settings } from './settings.ts';

type Members = { readonly [name: string]: Json };

/** What each text covers, in its order; the received order does not matter. */
const REGISTER = ['sessionId', 'merchantId', 'amount', 'currency'];
const VERIFY = ['sessionId', 'orderId', 'amount', 'currency'];
const NOTIFICATION = [
  'merchantId',
  'posId',
  'sessionId',
  'amount',
  'originAmount',
  'currency',
  'orderId',
  'methodId',
  'statement',
];
const REFUND = ['orderId', 'sessionId', 'refundsUuid', 'merchantId', 'amount', 'currency', 'status'];

/** JSON.stringify: no spaces, integers unquoted, nothing escaped that need not be. */
function signText(text: string): Signed {
  const base = utf8(text);
  return { base, algorithm: 'SHA-384', signature: hex(digests.sha384(base)) };
}

function signMembers(names: readonly string[], members: Members, crc: string): Signed {
  const covered = Object.fromEntries(names.map((name) => [name, members[name] ?? null]));
  return signText(JSON.stringify({ ...covered, crc }));
}

/** The signature of a request: registering, or verifying where an order is named. */
export function signRest(members: Members, crc: string): Signed {
  if ('sessionId' in members) return signMembers('orderId' in members ? VERIFY : REGISTER, members, crc);
  return signText(JSON.stringify(members));
}

interface Verified {
  readonly members: Members;
  readonly base: Uint8Array;
  readonly signature: string;
}

/**
 * Checks a notification over its parsed values, as the protocol wants it.
 * @throws Refusal
 */
export function verifyRest(body: Uint8Array, crc: string): Verified {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(fromUtf8(body) ?? '');
  } catch {
    // Refused below, as anything else that is no object.
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Refusal('malformed', 'the body is not a JSON object');
  }
  const members = parsed as Members;
  const { base, signature } = signMembers('refundsUuid' in members ? REFUND : NOTIFICATION, members, crc);
  const sign = typeof members.sign === 'string' ? members.sign : '';
  if (sign === '' || !equalText(signature, sign)) {
    throw new Refusal(
      sign === '' ? 'signature_missing' : 'signature_mismatch',
      sign === '' ? 'there is no sign' : 'sign does not fit the values and the CRC',
      { base: readable(base), expected: signature, received: sign },
    );
  }
  return { members, base, signature };
}

/** The user name is the shop, the password the API key. */
export function basicRest(pos: string, apiKey: string): Signed {
  const base = utf8(`${pos}:${apiKey}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

// --- Calls ------------------------------------------------------------------------------------------------

function host(account: StartRequest<P24Settings>['account']): string {
  return account.environment === 'production'
    ? 'https://secure.przelewy24.pl'
    : 'https://sandbox.przelewy24.pl';
}

function posOf({ settings }: StartRequest<P24Settings>['account']): string {
  return settings.pos_id ?? settings.merchant_id;
}

/** A call of the REST API, its HTTP status unjudged. */
export async function call(
  account: StartRequest<P24Settings>['account'],
  fetcher: typeof fetch,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> {
  const { api_key: key = '' } = account.settings;
  const { status, text } = await callApi(
    fetcher,
    atOrigin(`${host(account)}/api/v1${path}`, account.endpoints.api),
    {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: basicRest(posOf(account), key).signature,
      },
      ...(body && { body: JSON.stringify(body) }),
    },
  );
  return { status, answer: jsonObject(text) };
}

export function refused(
  what: string,
  { status, answer }: { status: number; answer: Record<string, unknown> },
): Problem {
  return new Problem('provider_error', `Przelewy24 ${what}: ${status} ${String(answer.error ?? '')}`.trim(), {
    cause: answer,
  });
}

export async function startRest(request: StartRequest<P24Settings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const { settings: given } = account;
  const { customer } = payment;
  const covered = {
    sessionId: order,
    merchantId: Number(given.merchant_id),
    amount: payment.amount,
    currency: payment.currency,
  };
  const result = await call(account, request.fetch, 'POST', '/transaction/register', {
    ...covered,
    posId: Number(posOf(account)),
    description: cut(payment.description, 1024) ?? payment.reference,
    email: customer.email,
    country: customer.address?.country ?? 'PL',
    language: customer.language ?? given.lang,
    urlReturn: addressWithin(250, `${urls.back}?o=${order}`),
    urlStatus: addressWithin(250, urls.callback),
    client: cut([customer.firstName, customer.lastName].filter(Boolean).join(' '), 40),
    address: cut(customer.address?.line1, 80),
    zip: ifFits(customer.address?.postalCode, 10),
    city: cut(customer.address?.city, 50),
    phone: ifFits(customer.phone, 12),
    channel: given.channel,
    timeLimit: given.time_limit,
    waitForResult: given.wait_for_result,
    regulationAccept: false,
    transferLabel: plainAscii(payment.reference).slice(0, 20) || undefined,
    encoding: 'UTF-8',
    sign: signMembers(REGISTER, covered, given.crc).signature,
  });
  const { token } = (result.answer.data ?? {}) as { readonly token?: unknown };
  if (typeof token !== 'string' || !/^[\w-]{4,100}$/.test(token)) throw refused('refused the order', result);
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      url: atOrigin(`${host(account)}/trnRequest/${token}`, account.endpoints.page),
    },
    queryAfterSeconds: 15 * 60,
  };
}

/** The news of a verified notification: a refund speaks for itself, a payment has yet to be verified by a call. */
export function newsRest(members: Members): ProviderUpdate | Hint {
  const session = String(members.sessionId ?? '');
  const order = String(members.orderId ?? '');
  if (!('refundsUuid' in members)) {
    return {
      kind: 'hint',
      order: session,
      about: { orderId: order, statement: String(members.statement ?? '') },
    };
  }
  return {
    kind: 'update',
    order: session,
    key: `refund/${String(members.refundsUuid)}/${String(members.status)}`,
    outcome: members.status === 0 ? 'refunded' : 'none',
    amount: Number.isSafeInteger(members.amount) ? Number(members.amount) : null,
    currency: String(members.currency ?? ''),
    movement: `refund/${String(members.refundsUuid)}`,
    ...(members.status !== 0 && {
      declines: {
        kind: 'refund' as const,
        amount: Number.isSafeInteger(members.amount) ? Number(members.amount) : null,
      },
    }),
    providerReference: null,
    providerStatus: `refund ${String(members.status)}`,
    detail: {},
  };
}

export function requireOursRest(
  given: { readonly merchant_id?: string | undefined },
  members: Members,
): void {
  if (given.merchant_id !== undefined && String(members.merchantId) !== given.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${String(members.merchantId)}`);
  }
}

export function bodyOf(request: ProviderRequest): Uint8Array {
  if (request.method !== 'POST') throw new Refusal('malformed', 'a notification is a POST of JSON');
  if (request.contentType !== 'application/json') {
    throw new Refusal(
      'malformed',
      `the body is ${request.contentType ?? 'of no type'}, not application/json`,
    );
  }
  return request.body;
}

function fact(question: StatusQuery<P24Settings>, orderId: string, status: '1' | '2' | '3'): ProviderUpdate {
  return {
    kind: 'update',
    order: question.order,
    key: `${orderId}/${status}`,
    outcome: { 1: 'pending', 2: 'paid', 3: 'refunded' }[status] as ProviderUpdate['outcome'],
    amount: question.amount,
    currency: question.currency,
    movement: orderId,
    ...(status === '3' && { cumulative: true }),
    providerState: { orderId },
    providerReference: orderId,
    providerStatus: status,
    detail: question.hint.statement ? { statement: question.hint.statement } : {},
  };
}

/** Verifies with our amount and currency: what the notification named counts for nothing. */
async function verifyCall(question: StatusQuery<P24Settings>, orderId: string): Promise<ProviderUpdate> {
  const { account, order, amount, currency } = question;
  const given = account.settings;
  const covered = { sessionId: order, orderId: Number(orderId), amount, currency };
  const result = await call(account, question.fetch, 'PUT', '/transaction/verify', {
    merchantId: Number(given.merchant_id),
    posId: Number(posOf(account)),
    ...covered,
    sign: signMembers(VERIFY, covered, given.crc).signature,
  });
  const { status } = (result.answer.data ?? {}) as { readonly status?: unknown };
  if (result.status !== 200 || status !== 'success') throw refused('did not verify the payment', result);
  return fact(question, orderId, '2');
}

export async function askRest(question: StatusQuery<P24Settings>): Promise<ProviderUpdate | null> {
  const { account, order, hint } = question;
  if (hint.orderId && /^\d{1,15}$/.test(hint.orderId)) return verifyCall(question, hint.orderId);
  const result = await call(
    account,
    question.fetch,
    'GET',
    `/transaction/by/sessionId/${encodeURIComponent(order)}`,
  );
  if (result.status === 404) return null;
  const data = (result.answer.data ?? {}) as Members;
  if (result.status !== 200) throw refused('was asked', result);
  if (data.sessionId !== order || data.currency !== question.currency) {
    throw new Refusal('wrong_account', 'the answer is about another payment');
  }
  const orderId = String(data.orderId ?? '');
  if (data.status === 1) return verifyCall(question, orderId);
  if (data.status !== 2 && data.status !== 3) return null;
  return { ...fact(question, orderId, data.status === 2 ? '2' : '3'), amount: Number(data.amount) };
}
