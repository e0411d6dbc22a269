/** The web services of the simulated PostFinance Checkout, v1 and v2: the same operations at other paths. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiCall, Memory, Merchant } from '../kit/bank.ts';
import { perform } from '../kit/bank-ledger.ts';
import type { BankOperationKind } from '../kit/entry.ts';
import { pageToken } from '../kit/page-token.ts';
import { addressedOf } from '../kit/receive.ts';
import { CHECKOUT_PUBLIC_KEY, SANDBOX_KEY_ID } from './postfinance-checkout-keys.ts';
import { searchMeans } from './postfinance-checkout-means.ts';
import {
  entryOfTransaction,
  minorOf,
  operationAt,
  type SpaceTransaction,
  saveTransaction,
  shownOperation,
  shownTransaction,
  transactionAt,
} from './postfinance-checkout-transactions.ts';

/** Methods and paths of both services. */
export const CHECKOUT_API = [
  { method: 'POST', path: '/api/transaction/create' },
  { method: 'GET', path: '/api/transaction-payment-page/payment-page-url' },
  { method: 'GET', path: '/api/transaction/read' },
  { method: 'POST', path: '/api/transaction-completion/completeOnline' },
  { method: 'POST', path: '/api/transaction-completion/completePartiallyOnline' },
  { method: 'POST', path: '/api/transaction-completion/search' },
  { method: 'POST', path: '/api/transaction-void/voidOnline' },
  { method: 'POST', path: '/api/transaction-void/search' },
  { method: 'POST', path: '/api/refund/refund' },
  { method: 'GET', path: '/api/refund/read' },
  { method: 'POST', path: '/api/refund/search' },
  { method: 'POST', path: '/api/payment-method-configuration/search' },
  { method: 'GET', path: '/api/webhook-encryption/read' },
  { method: 'POST', path: '/api/v2.0/payment/transactions' },
  { method: 'GET', path: '/api/v2.0/payment/transactions/completions/search' },
  { method: 'GET', path: '/api/v2.0/payment/transactions/voids/search' },
  { method: 'GET', path: '/api/v2.0/payment/transactions/:id' },
  { method: 'GET', path: '/api/v2.0/payment/transactions/:id/payment-page-url' },
  { method: 'POST', path: '/api/v2.0/payment/transactions/:id/:operation' },
  { method: 'POST', path: '/api/v2.0/payment/refunds' },
  { method: 'GET', path: '/api/v2.0/payment/refunds/search' },
  { method: 'GET', path: '/api/v2.0/payment/refunds/:id' },
  { method: 'GET', path: '/api/v2.0/payment/method-configurations/search' },
  { method: 'GET', path: '/api/v2.0/webhooks/encryption-keys/:id' },
] as const;

const MOVES_MONEY =
  /\/(?:completeOnline|completePartiallyOnline|voidOnline|refund\/refund|complete-online|complete-partially-online|void-online|payment\/refunds)$/;

export function movesCheckoutMoney({ method, path }: Pick<ApiCall, 'method' | 'path'>): boolean {
  return method === 'POST' && MOVES_MONEY.test(path);
}

const isV2 = ({ path }: ApiCall) => path.startsWith('/api/v2.0/');

function failed(call: ApiCall, message: string): Response {
  if (isV2(call)) {
    const error = { date: '2026-11-21T09:00:00Z', code: 'CLIENT_ERROR', id: 'x', message, errors: {} };
    return Response.json(error, { status: 422 });
  }
  return Response.json(
    { type: 'END_USER_ERROR', message, defaultMessage: message, id: 'x' },
    { status: 442 },
  );
}

const keyOf = ({ settings }: Merchant) => Buffer.from(String(settings.application_key), 'base64');

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a call is authenticated by a merchant's application user. */
function isBy(call: ApiCall, merchant: Merchant): boolean {
  const path = call.query ? `${call.path}?${call.query}` : call.path;
  const user = String(merchant.settings.user_id);
  if (!isV2(call)) {
    const [version, id, time, value] = ['version', 'userid', 'timestamp', 'value'].map(
      (name) => call.headers.get(`x-mac-${name}`) ?? '',
    );
    if (version !== '1' || id !== user || !/^\d{10}$/.test(time ?? '')) return false;
    const text = `1|${user}|${time}|${call.method}|${path}`;
    return isEqual(createHmac('sha512', keyOf(merchant)).update(text).digest('base64'), value ?? '');
  }
  const token = call.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
  const [head = '', claims = '', tail = ''] = token.split('.');
  const mac = createHmac('sha256', keyOf(merchant)).update(`${head}.${claims}`).digest('base64url');
  if (!isEqual(mac, tail)) return false;
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const { alg, ver } = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
  return (
    alg === 'HS256' &&
    ver === 1 &&
    said.sub === user &&
    said.requestPath === path &&
    said.requestMethod === call.method &&
    Number.isInteger(said.iat)
  );
}

/** A number that nothing else has: of the order, and how often it was registered. */
async function freshNumber(space: string, order: string, memory: Memory): Promise<number> {
  for (let count = 0; ; count++) {
    const hash = createHash('sha256').update(`${space}/${order}/${count}`).digest();
    const id = 300_000_000 + (hash.readUInt32BE(0) % 600_000_000);
    if ((await transactionAt(memory, id)) === null) return id;
  }
}

async function create(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const body = JSON.parse(call.body) as {
    currency?: string;
    merchantReference?: string;
    successUrl?: string;
    failedUrl?: string;
    completionBehavior?: string;
    environmentSelectionStrategy?: string;
    lineItems?: readonly {
      name?: string;
      uniqueId?: string;
      quantity?: number;
      amountIncludingTax?: unknown;
    }[];
  };
  const { currency = '', merchantReference = '', successUrl = '', failedUrl = '' } = body;
  const [item] = body.lineItems ?? [];
  const amount = minorOf(item?.amountIncludingTax, currency);
  if (!item?.name || item.name.length > 150 || !item.uniqueId || !item.quantity || !amount)
    return failed(call, 'A line item is not valid.');
  if (!merchantReference || merchantReference.length > 100 || !/^[\x20-\x7e]+$/.test(merchantReference))
    return failed(call, 'The merchant reference is not valid.');
  if (!URL.canParse(successUrl) || !URL.canParse(failedUrl))
    return failed(call, 'A return URL is not valid.');
  const space = String(merchant.settings.space_id);
  const transaction: SpaceTransaction = {
    id: await freshNumber(space, merchantReference, memory),
    space,
    account: merchant.account,
    order: merchantReference,
    amount,
    currency,
    success: successUrl,
    failed: failedUrl,
    description: item.name,
    manual: body.completionBehavior === 'COMPLETE_DEFERRED',
    state: 'PENDING',
    isLive: body.environmentSelectionStrategy === 'FORCE_PRODUCTION_ENVIRONMENT',
  };
  await saveTransaction(memory, transaction);
  return Response.json(shownTransaction(transaction, null), { status: isV2(call) ? 201 : 200 });
}

/** A completion, void or refund that is asked for. */
interface Wanted {
  readonly kind: BankOperationKind;
  readonly transaction: number;
  /** Minor units cannot be read without the currency. Undefined: the whole. */
  readonly amount?: unknown;
  readonly externalId?: string;
}

async function operate(call: ApiCall, space: string, wanted: Wanted, memory: Memory): Promise<Response> {
  const one = await transactionAt(memory, wanted.transaction);
  if (one?.space !== space) return failed(call, 'There is no such transaction.');
  if (call.trouble === 'fail') return failed(call, 'The operation was declined.');
  const entry = await entryOfTransaction(memory, one);
  const { kind, externalId = '' } = wanted;
  if (!entry) return failed(call, 'The transaction is not in a state for this.');
  const earlier = externalId !== '' && entry.done.find((done) => done.operationReference === externalId);
  if (earlier) return Response.json(shownOperation(one, entry, earlier));
  if (kind === 'capture' && entry.taken > 0) return failed(call, 'The transaction was completed.');
  if (kind === 'cancel' && (entry.held === 0 || entry.taken > 0))
    return failed(call, 'The transaction is not authorized.');
  const amount = wanted.amount === undefined ? null : minorOf(wanted.amount, one.currency);
  if (wanted.amount !== undefined && !amount) return failed(call, 'The amount is not valid.');
  const result = await perform(memory, entry, { kind, amount, operationReference: externalId });
  if (typeof result === 'string') return failed(call, `The amount exceeds what can be done: ${result}.`);
  return Response.json(shownOperation(one, result.entry, result.done));
}

/** Everything of a kind that was done with a transaction. */
async function listOf(
  call: ApiCall,
  space: string,
  kind: BankOperationKind,
  transaction: number,
  memory: Memory,
): Promise<Response> {
  const one = await transactionAt(memory, transaction);
  const entry = one && one.space === space ? await entryOfTransaction(memory, one) : null;
  const list = (entry?.done ?? [])
    .filter((done) => done.kind === kind)
    .map((done) => one && entry && shownOperation(one, entry, done));
  return Response.json(isV2(call) ? { data: list, hasMore: false, limit: 100, offset: 0 } : list);
}

async function readOperation(call: ApiCall, space: string, id: string, memory: Memory): Promise<Response> {
  const found = await operationAt(memory, id);
  if (found?.transaction.space !== space) return failed(call, 'There is no such refund.');
  const { transaction, entry, operation } = found;
  return Response.json(shownOperation(transaction, entry, operation));
}

async function readTransaction(call: ApiCall, space: string, id: string, memory: Memory) {
  const one = await transactionAt(memory, id);
  if (one?.space !== space) return failed(call, 'There is no such transaction.');
  return Response.json(shownTransaction(one, await entryOfTransaction(memory, one)));
}

async function page(call: ApiCall, space: string, id: string, memory: Memory): Promise<Response> {
  const one = await transactionAt(memory, id);
  if (one?.space !== space) return failed(call, 'There is no such transaction.');
  if (one.state === 'PENDING') await saveTransaction(memory, { ...one, state: 'CONFIRMED' });
  const address = `${call.origin}/s/${space}/payment/transaction/pay/${id}?securityToken=${pageToken(`${space}/${id}`)}`;
  return isV2(call) ? new Response(address) : Response.json(address);
}

/** The value of the filter of a search: the number of a transaction. */
function searched(call: ApiCall): number {
  if (isV2(call)) return Number(new URLSearchParams(call.query).get('query')?.split(':')[1]);
  const { filter } = JSON.parse(call.body) as { filter: { fieldName: string; value: number } };
  return /(?:^|\.)transaction\.id$/.test(filter.fieldName) ? filter.value : 0;
}

/** The body of a refund, or of a part that is captured. */
function wantedOf(call: ApiCall, kind: BankOperationKind, id: string): Wanted {
  if (call.body === '') return { kind, transaction: Number(id) };
  const body = JSON.parse(call.body) as {
    transaction?: number;
    transactionId?: number;
    amount?: unknown;
    externalId?: string;
    lineItems?: readonly { amount?: unknown }[];
  };
  return {
    kind,
    transaction: body.transaction ?? body.transactionId ?? Number(id),
    amount: body.amount ?? body.lineItems?.[0]?.amount,
    ...(body.externalId !== undefined && { externalId: body.externalId }),
  };
}

const KINDS: readonly (readonly [part: RegExp, kind: BankOperationKind])[] = [
  [/complet/, 'capture'],
  [/void/, 'cancel'],
  [/refund/, 'refund'],
];

/** Answers a call of either web service. */
export async function answerCheckout(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const users = merchants.filter((merchant) => isBy(call, merchant));
  if (users.length === 0) return failed401(call);
  const { path, method } = call;
  const query = new URLSearchParams(call.query);
  const ids = path.split('/').filter((part) => /^\d+$/.test(part));
  const id = query.get('id') ?? ids[0] ?? '';
  if (/encryption/.test(path)) {
    const keyId = query.get('id') ?? path.split('/').at(-1);
    if (keyId !== SANDBOX_KEY_ID) return failed(call, 'There is no such key.');
    return isV2(call)
      ? new Response(CHECKOUT_PUBLIC_KEY)
      : Response.json({ id: SANDBOX_KEY_ID, publicKey: CHECKOUT_PUBLIC_KEY });
  }
  const space = (isV2(call) ? call.headers.get('space') : query.get('spaceId')) ?? '';
  const ofSpace = users.filter(({ settings }) => String(settings.space_id) === space);
  const merchant = addressedOf(ofSpace, call.body);
  if (!merchant) return failed(call, 'The user has no rights in this space.');
  if (/method-configurations?\/search$/.test(path)) return searchMeans(call, space, isV2(call));
  if (/payment-page-url$/.test(path)) return page(call, space, id, memory);
  if (/transaction\/create$|payment\/transactions$/.test(path)) return create(call, merchant, memory);
  const [, kind] = KINDS.find(([part]) => part.test(path)) ?? [];
  if (/search$/.test(path) && kind) return listOf(call, space, kind, searched(call), memory);
  if (kind && method === 'POST') return operate(call, space, wantedOf(call, kind, id), memory);
  if (kind) return readOperation(call, space, id, memory);
  return readTransaction(call, space, id, memory);
}

function failed401(call: ApiCall): Response {
  const message = 'The request is not authenticated.';
  return Response.json(isV2(call) ? { code: 'UNAUTHORIZED', id: 'x', message } : { message }, {
    status: 401,
  });
}
