/** The API of the simulated Worldline: it checks v1HMAC by its own recipe, and answers a repeated idempotence key as it did before. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { ApiCall, Memory, Merchant } from '../kit/bank.ts';
import {
  type BankOperationKind,
  type Entry,
  entryByReference,
  entryOf,
  perform,
} from '../kit/bank-ledger.ts';
import {
  keepSession,
  listedOperation,
  ownState,
  paymentDetails,
  paymentObject,
  sessionOf,
  stateOfDecision,
} from './worldline-objects.ts';
import { productsFor } from './worldline-products.ts';

function error(status: number, code: string, id: string, propertyName?: string): Response {
  return Response.json(
    {
      errorId: randomUUID(),
      errors: [
        {
          errorCode: code,
          category: 'DIRECT_PLATFORM_ERROR',
          code: '9999',
          httpStatusCode: status,
          id,
          message: id,
          ...(propertyName && { propertyName }),
          retriable: false,
        },
      ],
    },
    { status },
  );
}

/** `Sat, 21 Nov 2026 09:00:00 GMT`. */
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Whether a call is signed by a merchant: the lines of the request, each ended by LF, under the secret as text. */
function isSignedBy(call: ApiCall, { settings }: Merchant): boolean {
  const { headers, method, path, query } = call;
  const gcs = [...headers]
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name.startsWith('x-gcs'))
    .sort(([a], [b]) => a.localeCompare(b));
  const text = [
    method,
    headers.get('content-type') ?? '',
    headers.get('date') ?? '',
    ...gcs.map(([name, value]) => `${name}:${value}`),
    query ? `${path}?${query}` : path,
    '',
  ].join('\n');
  const signature = createHmac('sha256', String(settings.api_secret)).update(text, 'utf8').digest('base64');
  return headers.get('authorization') === `GCS v1HMAC:${String(settings.api_key_id)}:${signature}`;
}

interface SessionRequest {
  readonly order?: {
    readonly amountOfMoney?: { readonly amount?: unknown; readonly currencyCode?: unknown };
    readonly references?: { readonly merchantReference?: unknown };
  };
  readonly hostedCheckoutSpecificInput?: { readonly returnUrl?: unknown };
  readonly cardPaymentMethodSpecificInput?: { readonly authorizationMode?: unknown };
  readonly feedbacks?: { readonly webhooksUrls?: readonly unknown[] };
}

/** Eleven digits, the same for an order whenever it is registered. */
function sessionNumber(order: string): string {
  const digest = createHash('sha256').update(order).digest('hex').slice(0, 12);
  return `1${String(Number.parseInt(digest, 16) % 10_000_000_000).padStart(10, '0')}`;
}

async function createSession(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const body = JSON.parse(call.body) as SessionRequest;
  const { amount, currencyCode } = body.order?.amountOfMoney ?? {};
  const order = body.order?.references?.merchantReference;
  if (!Number.isInteger(amount) || Number(amount) <= 0)
    return error(400, '50001111', 'INVALID_VALUE', 'order.amountOfMoney.amount');
  if (typeof order !== 'string' || order === '' || order.length > 40)
    return error(400, '50001111', 'INVALID_VALUE', 'order.references.merchantReference');
  const returnUrl = body.hostedCheckoutSpecificInput?.returnUrl;
  if (typeof returnUrl !== 'string' || !/^https?:/.test(returnUrl))
    return error(400, '50001111', 'INVALID_VALUE', 'hostedCheckoutSpecificInput.returnUrl');
  const hostedCheckoutId = sessionNumber(order);
  const returnmac = randomUUID();
  await keepSession(memory, {
    order,
    amount: Number(amount),
    currency: String(currencyCode),
    mode: String(body.cardPaymentMethodSpecificInput?.authorizationMode ?? 'FINAL_AUTHORIZATION'),
    merchantId: String(merchant.settings.merchant_id),
    returnUrl,
    webhooksUrl: String(body.feedbacks?.webhooksUrls?.[0] ?? ''),
    returnmac,
    hostedCheckoutId,
  });
  const page = `/hostedcheckout/Payment/Form/${hostedCheckoutId}`;
  // The platform's pages are https alone; a sandbox on this machine has none.
  const origin = call.origin.replace(/^http:/, 'https:');
  return Response.json(
    {
      RETURNMAC: returnmac,
      hostedCheckoutId,
      merchantReference: order,
      redirectUrl: origin + page,
      partialRedirectUrl: origin.replace(/^https:\/\/(?:payment\.)?/, '') + page,
    },
    { status: 201 },
  );
}

/** `GET hostedcheckouts/{id}`. One that is not known is answered as a fault of the platform's own. */
async function askSession(id: string, memory: Memory): Promise<Response> {
  const session = await sessionOf(memory, id);
  if (!session) return error(500, '20001101', 'UNKNOWN_SERVER_ERROR');
  const decided = await memory.get(`worldline/decision/${id}`);
  if (!decided) return Response.json({ status: 'IN_PROGRESS' });
  if (decided === 'cancel') return Response.json({ status: 'CANCELLED_BY_CONSUMER' });
  const entry = await entryOf(memory, session.order);
  const { order, amount, currency } = session;
  const data = { hostedCheckoutId: id };
  const payment = entry
    ? paymentObject(
        { order, amount: entry.asked, currency: entry.currency, data },
        ownState(entry, decided),
        entry.taken,
      )
    : paymentObject({ order, amount, currency, data }, stateOfDecision('wait', false));
  return Response.json({
    createdPaymentOutput: { payment, paymentStatusCategory: 'SUCCESSFUL' },
    status: 'PAYMENT_CREATED',
  });
}

interface OperationRequest {
  readonly amount?: unknown;
  readonly amountOfMoney?: { readonly amount?: unknown; readonly currencyCode?: unknown };
  readonly operationReferences?: { readonly merchantReference?: unknown };
}

/** Captures, cancels or refunds. The answer says that it was taken: its own status is that of what waits. */
async function operate(
  call: ApiCall,
  entry: Entry,
  kind: BankOperationKind,
  memory: Memory,
): Promise<Response> {
  const body = JSON.parse(call.body) as OperationRequest;
  const currency = body.amountOfMoney?.currencyCode;
  const amount = kind === 'capture' ? body.amount : body.amountOfMoney?.amount;
  if (!Number.isInteger(amount) || (currency !== undefined && currency !== entry.currency))
    return error(400, '50001111', 'INVALID_VALUE', 'amountOfMoney');
  if (call.trouble === 'fail') return error(402, '30001001', 'REFUSED_BY_ACQUIRER');
  // What is held is captured or cancelled; a payment that is captured already is neither.
  if (kind === 'cancel' && entry.held === 0)
    return error(400, '50001127', 'ACTION_NOT_ALLOWED_ON_TRANSACTION');
  const operationReference = String(body.operationReferences?.merchantReference ?? '');
  const result = await perform(memory, entry, { kind, amount: Number(amount), operationReference });
  if (result === 'amount') return error(400, '50001126', 'AMOUNT_TOO_HIGH', 'amountOfMoney.amount');
  if (result === 'state') return error(400, '50001127', 'ACTION_NOT_ALLOWED_ON_TRANSACTION');
  const listed = listedOperation(result.entry, { ...result.done, state: 'pending' });
  return Response.json(kind === 'cancel' ? { payment: listed } : listed, {
    status: kind === 'cancel' ? 200 : 201,
  });
}

/** The same call again is answered as before, with the time of the first one. */
async function once(call: ApiCall, memory: Memory, act: () => Promise<Response>): Promise<Response> {
  const key = call.headers.get('x-gcs-idempotence-key') ?? '';
  if (!/^[\x21-\x7e]{1,40}$/.test(key))
    return error(400, '50001111', 'INVALID_VALUE', 'X-GCS-Idempotence-Key');
  const place = `worldline/once/${createHash('sha256')
    .update(call.path + key)
    .digest('hex')}`;
  const before = await memory.get(place);
  if (before) {
    const { status, body, at } = JSON.parse(before) as { status: number; body: unknown; at: string };
    return Response.json(body, { status, headers: { 'X-GCS-Idempotence-Request-Timestamp': at } });
  }
  const answer = await act();
  const body = await answer.clone().json();
  await memory.put(place, JSON.stringify({ status: answer.status, body, at: String(Date.now()) }));
  return answer;
}

/** Answers a call of the API. */
export async function answerWorldline(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const [, , merchantId = '', resource, id = '', kind] = call.path.split('/').map(decodeURIComponent);
  if (!DATE.test(call.headers.get('date') ?? '')) return error(403, '9007', 'ACCESS_TO_MERCHANT_NOT_ALLOWED');
  const ofId = merchants.filter(({ settings }) => settings.merchant_id === merchantId);
  const merchant = ofId.find((one) => isSignedBy(call, one));
  if (!merchant) return error(403, '9007', 'ACCESS_TO_MERCHANT_NOT_ALLOWED');
  if (resource === 'services') return Response.json({ result: 'OK' });
  if (resource === 'products') {
    const products = productsFor(call.query);
    return products ? Response.json(products) : error(400, '50001111', 'INVALID_VALUE', 'countryCode');
  }
  if (resource === 'hostedcheckouts')
    return call.method === 'POST' ? createSession(call, merchant, memory) : askSession(id, memory);
  const number = id.split('_')[0] ?? '';
  const entry = await entryByReference(memory, 'worldline', number);
  if (!entry) return error(404, '50001130', 'UNKNOWN_PAYMENT_ID');
  const decided = (await memory.get(`worldline/decision/${number}`)) ?? '';
  if (call.method === 'POST') {
    const operation = kind as BankOperationKind;
    return once(call, memory, () => operate(call, entry, operation, memory));
  }
  const listed = (wanted: BankOperationKind) =>
    entry.done.filter((one) => one.kind === wanted).map((one) => listedOperation(entry, one));
  if (kind === 'captures') return Response.json({ captures: listed('capture') });
  if (kind === 'refunds') return Response.json({ refunds: listed('refund') });
  const { Operations, ...payment } = paymentDetails(entry, decided);
  return Response.json(kind === 'details' ? { Operations, ...payment } : payment);
}
