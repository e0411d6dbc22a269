/** The API v3 of the simulated Paynow. It checks our signatures by its own recipe. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiCall, Memory, Merchant } from '../kit/bank.ts';
import { digits } from '../kit/bank.ts';
import { perform } from '../kit/bank-ledger.ts';
import { addressedOf } from '../kit/receive.ts';
import { paynowMeansFor } from './paynow-means.ts';
import {
  entryOfPayment,
  paymentAt,
  REFUND_WORDS,
  refundAt,
  refundNumber,
  registered,
} from './paynow-payments.ts';

export const PAYNOW_API = [
  { method: 'POST', path: '/v3/payments' },
  { method: 'GET', path: '/v3/payments/paymentmethods' },
  { method: 'GET', path: '/v3/payments/:id/status' },
  { method: 'POST', path: '/v3/payments/:id/refunds' },
  { method: 'GET', path: '/v3/refunds/:id/status' },
] as const;

export function movesPaynowMoney({ method, path }: Pick<ApiCall, 'method' | 'path'>): boolean {
  return method === 'POST' && path.endsWith('/refunds');
}

function failed(statusCode: number, errorType: string, message: string): Response {
  return Response.json({ statusCode, errors: [{ errorType, message }] }, { status: statusCode });
}

const invalid = (message: string) => failed(400, 'VALIDATION_ERROR', message);

/** A text in JSON, written by hand: the body has nothing beyond ASCII. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** The text that the merchant signs. */
function signedText(call: ApiCall, apiKey: string, idempotencyKey: string): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(call.query))
    values.set(name, [...(values.get(name) ?? []), value]);
  const parameters = [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, list]) => `${quoted(name)}:[${list.map(quoted).join(',')}]`);
  const headers = `"Api-Key":${quoted(apiKey)},"Idempotency-Key":${quoted(idempotencyKey)}`;
  return `{"headers":{${headers}},"parameters":{${parameters.join(',')}},"body":${quoted(call.body)}}`;
}

/** What is wrong with how a call is signed; else the merchants whose keys it has, of which several may share one shop. */
function signers(call: ApiCall, merchants: readonly Merchant[]): Response | readonly Merchant[] {
  const [apiKey = '', key = '', signature = ''] = ['api-key', 'idempotency-key', 'signature'].map(
    (name) => call.headers.get(name) ?? '',
  );
  const ofKey = merchants.filter(({ settings }) => settings.api_key === apiKey);
  if (ofKey.length === 0) return failed(401, 'UNAUTHORIZED', 'Unauthorized, invalid or missing credentials');
  if (key === '' || key.length > 45)
    return failed(400, 'IDEMPOTENCY_KEY_MISSING', 'Idempotency-Key: missing or too long');
  if (signature === '') return failed(400, 'SIGNATURE_MISSING', 'Signature: missing');
  if (/[^\x20-\x7e]/.test(call.body)) return invalid('body: this bank takes ASCII alone');
  const text = signedText(call, apiKey, key);
  const signing = ofKey.filter(({ settings }) => {
    const mac = createHmac('sha256', String(settings.signature_key)).update(text).digest();
    const received = Buffer.from(signature, 'base64');
    return received.toString('base64') === signature && mac.length === received.length
      ? timingSafeEqual(mac, received)
      : false;
  });
  return signing.length > 0 ? signing : failed(401, 'VERIFICATION_FAILED', 'Signature: wrong');
}

const isText = (value: unknown, limit: number): value is string =>
  typeof value === 'string' && value !== '' && Array.from(value).length <= limit;

async function create(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const { amount, currency, externalId, description, continueUrl, buyer, validityTime, paymentMethodId } =
    JSON.parse(call.body) as {
      readonly buyer?: Readonly<Record<string, unknown>>;
      readonly [name: string]: unknown;
    };
  if (!Number.isInteger(amount) || Number(amount) < 100 || Number(amount) > 100_000_000)
    return invalid(`amount: invalid field value (${String(amount)})`);
  if (!['PLN', 'EUR', 'USD', 'GBP', 'CZK'].includes(String(currency)))
    return invalid(`currency: invalid field value (${String(currency)})`);
  if (!isText(externalId, 100)) return invalid('externalId: invalid field value');
  if (!isText(description, 255)) return invalid('description: invalid field value');
  if (!isText(continueUrl, 1000) || !URL.canParse(continueUrl))
    return invalid('continueUrl: invalid field value');
  const { email, firstName, lastName, locale } = buyer ?? {};
  if (!isText(email, 50)) return invalid('buyer.email: invalid field value');
  for (const name of [firstName, lastName])
    if (name !== undefined && !isText(name, 50)) return invalid('buyer: invalid field value');
  if (locale !== undefined && !/^[a-z]{2}-[A-Z]{2}$/.test(String(locale)))
    return invalid('buyer.locale: invalid field value');
  for (const number of [validityTime, paymentMethodId])
    if (number !== undefined && !Number.isInteger(number))
      return invalid(`invalid field value (${String(number)})`);
  const payment = await registered(memory, {
    account: merchant.account,
    externalId,
    amount: Number(amount),
    currency: String(currency),
    description,
    continueUrl,
    token: digits(24),
  });
  const redirectUrl = `${call.origin}/paynow/payment/${payment.id}?token=${payment.token}`;
  return Response.json({ redirectUrl, paymentId: payment.id, status: payment.status }, { status: 201 });
}

async function refund(call: ApiCall, id: string, memory: Memory): Promise<Response> {
  const payment = await paymentAt(memory, id);
  if (!payment) return failed(404, 'NOT_FOUND', 'Resource not found');
  if (call.trouble === 'fail')
    return failed(400, 'INSUFFICIENT_BALANCE_FUNDS', 'Insufficient funds on balance');
  const { amount, reason } = JSON.parse(call.body) as { amount?: unknown; reason?: unknown };
  if (!Number.isInteger(amount) || Number(amount) < 1) return invalid('amount: invalid field value');
  if (!['RMA', 'REFUND_BEFORE_14', 'REFUND_AFTER_14', 'OTHER'].includes(String(reason)))
    return invalid('reason: invalid field value');
  const entry = await entryOfPayment(memory, payment);
  if (!entry) return invalid('payment: is not confirmed');
  const operationReference = call.headers.get('idempotency-key') ?? '';
  const wanted = { kind: 'refund', amount: Number(amount), operationReference } as const;
  const result = await perform(memory, entry, wanted);
  if (result === 'amount') return failed(400, 'PAYMENT_AMOUNT_TOO_LARGE', 'amount: exceeds the payment');
  if (result === 'state') return invalid('payment: nothing is left of it');
  const refundId = refundNumber(result.entry, result.done);
  return Response.json({ refundId, status: 'NEW' }, { status: 201 });
}

/** The same answer to the same key: with another body it is none of the first call. */
async function once(
  call: ApiCall,
  merchant: Merchant,
  memory: Memory,
  work: () => Promise<Response>,
): Promise<Response> {
  const place = `paynow/key/${merchant.account}/${call.headers.get('idempotency-key')}`;
  const [path, body, answer] = JSON.parse((await memory.get(place)) ?? '[]') as string[];
  if (answer !== undefined && path === call.path && body === call.body)
    return new Response(answer, { status: 201, headers: { 'content-type': 'application/json' } });
  if (answer !== undefined) return failed(409, 'CONFLICT', 'Idempotency-Key: used by another request');
  const response = await work();
  if (response.status === 201)
    await memory.put(place, JSON.stringify([call.path, call.body, await response.clone().text()]));
  return response;
}

/** Answers a call of API v3. */
export async function answerPaynow(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const found = signers(call, merchants);
  if (found instanceof Response) return found;
  const merchant = addressedOf(found, call.body);
  if (!merchant) return failed(401, 'UNAUTHORIZED', 'Unauthorized, invalid or missing credentials');
  const { method, path } = call;
  const [, , things, id = ''] = path.split('/');
  if (method === 'POST' && call.headers.get('content-type')?.split(';')[0] !== 'application/json')
    return failed(415, 'VALIDATION_ERROR', 'Content-Type: invalid');
  if (method === 'POST' && id === '')
    return once(call, merchant, memory, () => create(call, merchant, memory));
  if (method === 'POST') return once(call, merchant, memory, () => refund(call, id, memory));
  if (id === 'paymentmethods') {
    const offered = paynowMeansFor(call.query);
    return offered ? Response.json(offered) : invalid('currency or amount: invalid field value');
  }
  if (things === 'refunds') {
    const operation = await refundAt(memory, id);
    if (!operation) return failed(404, 'NOT_FOUND', 'Resource not found');
    return Response.json({ refundId: id, status: REFUND_WORDS[operation.state] });
  }
  const payment = await paymentAt(memory, id);
  if (!payment) return failed(404, 'NOT_FOUND', `Could not find status for payment {paymentId=${id}}`);
  return Response.json({ paymentId: id, status: payment.status });
}
