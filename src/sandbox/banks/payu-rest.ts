/** The REST API of the simulated PayU, its tokens and notifications. */
import {
  type ApiCall,
  BankError,
  type BankOrder,
  type Decision,
  type Memory,
  type Merchant,
  type ReceivedOrder,
  type Spoiling,
} from '../kit/bank.ts';
import { callOff, type Entry, entryOf, perform } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';
import { addressedOf } from '../kit/receive.ts';
import { arePayuProducts, payuCodeOf, payuMethodList } from './payu-methods.ts';
import { type PayuOrderRecord, payuMd5, payuOrder, payuPlace, payuStatus } from './payu-orders.ts';

/** An answer of REST that is an error. */
function restError(status: number, code: string): Response {
  return Response.json({ status: { statusCode: code, severity: 'ERROR' } }, { status });
}

async function create(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const body = JSON.parse(call.body) as Record<string, unknown>;
  const texts = ['customerIp', 'merchantPosId', 'description', 'currencyCode', 'totalAmount', 'extOrderId'];
  if (texts.some((name) => typeof body[name] !== 'string' || body[name] === ''))
    return restError(400, 'ERROR_VALUE_MISSING');
  if (!arePayuProducts(body.products)) return restError(400, 'ERROR_VALUE_INVALID');
  const code = payuCodeOf(body);
  if (typeof code === 'string') return restError(400, code);
  if (code === false) {
    const { authorizationCode } = (body.payMethods as { payMethod: { authorizationCode: string } }).payMethod;
    const statusDesc = `Invalid authorization code ${authorizationCode}`;
    return Response.json(
      { status: { statusCode: 'BUSINESS_ERROR', severity: 'ERROR', statusDesc } },
      { status: 400 },
    );
  }
  const order = String(body.extOrderId);
  if (await payuOrder(memory, order)) return restError(400, 'ERROR_ORDER_NOT_UNIQUE');
  const orderId = `WZ${order}`;
  const { totalAmount, currencyCode, continueUrl, notifyUrl, description } = body as Record<string, string>;
  await memory.put(
    payuPlace(order),
    JSON.stringify({
      extOrderId: order,
      orderId,
      totalAmount,
      currencyCode,
      continueUrl,
      notifyUrl,
      description,
      products: body.products,
      pos: merchant.settings.pos_id,
      status: 'NEW',
    }),
  );
  // The shopper confirms in the bank's app: there is no page.
  if (code) {
    const made = { status: { statusCode: 'SUCCESS' }, orderId, extOrderId: order };
    return Response.json(made, { status: 201 });
  }
  const redirectUri = `${call.origin}/pay/summary/${order}`;
  return Response.json(
    { status: { statusCode: 'SUCCESS' }, redirectUri, orderId, extOrderId: order },
    { status: 302, headers: { location: redirectUri } },
  );
}

const REFUND_WORDS: Readonly<Record<BankOperation['state'], string>> = {
  done: 'FINALIZED',
  pending: 'PENDING',
  rejected: 'CANCELED',
};

/** A refund, as the list has it. One that was made in the panel has no name of the merchant's. */
function listed({ currency }: Entry, { id, amount, operationReference, state }: BankOperation) {
  return {
    refundId: id,
    ...(operationReference && { extRefundId: operationReference }),
    amount: String(amount),
    currencyCode: currency,
    status: REFUND_WORDS[state],
  };
}

/** The status of an order, with what was done after the payment. */
function statusNow(found: PayuOrderRecord, entry: Entry | null): string {
  if (entry?.cancelled) return 'CANCELED';
  return entry && entry.taken > 0 ? 'COMPLETED' : found.status;
}

/** An amount of the API in hundredths, digits as text; null: it is none. */
function amountOf(text: unknown): number | null {
  return typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

/** Answers a call about an order that was registered before: capture, cancel, refund, list of refunds. */
async function answerOperation(call: ApiCall, found: PayuOrderRecord, memory: Memory): Promise<Response> {
  const entry = await entryOf(memory, found.extOrderId);
  if (call.method === 'GET') {
    const refunds = (entry?.done ?? []).filter(({ kind }) => kind === 'refund');
    if (!entry || refunds.length === 0) return restError(404, 'DATA_NOT_FOUND');
    return Response.json({ refunds: refunds.map((one) => listed(entry, one)) });
  }
  if (call.trouble === 'fail') return restError(403, 'BUSINESS_ERROR');
  const success = (more: object = {}) =>
    Response.json({ orderId: found.orderId, ...more, status: { statusCode: 'SUCCESS' } });
  const inconsistent = () => restError(400, 'ERROR_INCONSISTENT');
  if (call.method === 'DELETE') {
    const status = statusNow(found, entry);
    if (status === 'COMPLETED' || status === 'CANCELED') return inconsistent();
    if (entry && entry.held > 0) {
      const result = await perform(memory, entry, { kind: 'cancel', amount: null });
      return typeof result === 'string' ? inconsistent() : success();
    }
    if (entry) await callOff(memory, entry);
    await memory.put(payuPlace(found.extOrderId), JSON.stringify({ ...found, status: 'CANCELED' }));
    return success();
  }
  if (!entry) return inconsistent();
  if (call.path.endsWith('/captures')) {
    const part = call.body ? (JSON.parse(call.body) as { amount?: unknown; currencyCode?: unknown }) : null;
    const amount = part ? amountOf(part.amount) : null;
    if (part && (amount === null || part.currencyCode !== entry.currency))
      return restError(400, 'ERROR_VALUE_INVALID');
    const result = await perform(memory, entry, { kind: 'capture', amount });
    return typeof result === 'string' ? inconsistent() : success();
  }
  const { refund } = JSON.parse(call.body) as {
    refund: { amount?: unknown; extRefundId?: string; description?: string };
  };
  if (!refund.description) return restError(400, 'ERROR_VALUE_MISSING');
  const amount = refund.amount === undefined ? null : amountOf(refund.amount);
  if (refund.amount !== undefined && amount === null) return restError(400, 'ERROR_VALUE_INVALID');
  const operationReference = refund.extRefundId ?? '';
  const earlier =
    operationReference !== '' && entry.done.find((done) => done.operationReference === operationReference);
  if (earlier) return success({ refund: listed(entry, earlier) });
  const result = await perform(memory, entry, { kind: 'refund', amount, operationReference });
  if (typeof result === 'string') return inconsistent();
  return success({ refund: { ...listed(result.entry, result.done), status: 'PENDING' } });
}

/** `oauth/authorize`. */
function authorize(call: ApiCall, merchants: readonly Merchant[]): Response {
  const form = new URLSearchParams(call.body);
  const merchant = merchants.find(
    ({ settings }) =>
      settings.client_secret !== undefined &&
      settings.client_secret === form.get('client_secret') &&
      settings.pos_id === form.get('client_id'),
  );
  if (!merchant) return Response.json({ error: 'invalid_client' }, { status: 401 });
  return Response.json({
    access_token: `token-of-${String(merchant.settings.client_secret)}`,
    token_type: 'bearer',
    expires_in: 43_199,
  });
}

/** Answers a call of the REST API. */
export async function answerPayuRest(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  if (call.path.endsWith('/authorize')) return authorize(call, merchants);
  const bearer = call.headers.get('authorization')?.replace('Bearer ', '') ?? '';
  const merchant = merchants.find(({ settings }) => bearer === `token-of-${String(settings.client_secret)}`);
  if (!merchant) return restError(401, 'UNAUTHORIZED');
  if (call.path === '/api/v2_1/paymethods') return payuMethodList();
  const [, , , , id, kind] = call.path.split('/');
  if (call.method === 'POST' && !id) return create(call, merchant, memory);
  const found = await payuOrder(memory, (id ?? '').replace(/^WZ/, ''));
  if (!found) return restError(404, 'DATA_NOT_FOUND');
  if (kind || call.method === 'DELETE') return answerOperation(call, found, memory);
  const status = statusNow(found, await entryOf(memory, found.extOrderId));
  return Response.json({
    orders: [{ ...found, merchantPosId: found.pos, status }],
    status: { statusCode: 'SUCCESS' },
  });
}

/** The order of the page that a shopper was sent to. @throws BankError */
export async function receivePayuOrder(
  path: string,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<ReceivedOrder> {
  const found = await payuOrder(memory, path.slice('/pay/summary/'.length));
  const ofPos = merchants.filter(
    ({ settings }) => settings.pos_id === found?.pos && settings.mode === 'rest',
  );
  const merchant = found && addressedOf(ofPos, found.notifyUrl);
  if (!found || !merchant) throw new BankError('order', 'is not known');
  return {
    account: merchant.account,
    order: found.extOrderId,
    amount: Number(found.totalAmount),
    currency: found.currencyCode,
    manual: merchant.settings.auto_receive === false,
    shown: [['Description', found.description]],
    data: { orderId: found.orderId, notifyUrl: found.notifyUrl, continueUrl: found.continueUrl },
  };
}

/** Headers and body of a signed notification. */
function signedMessage(content: object, merchant: Merchant, spoiling: Spoiling) {
  const body = JSON.stringify(content);
  const key = String(merchant.settings.second_key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = payuMd5(body + key);
  const sent = spoiling === 'bad-signature' ? body.replace(/"totalAmount":"\d+"/, '"totalAmount":"1"') : body;
  return {
    headers: {
      'content-type': 'application/json',
      'OpenPayu-Signature': `sender=checkout;signature=${signature};algorithm=MD5;content=DOCUMENT`,
    },
    body: spoiling === 'wrong-charset' ? Uint8Array.from(Buffer.from(sent, 'latin1')) : sent,
  };
}

/** The notification of an order's status. */
function orderMessage(
  order: { readonly id: string; readonly extId: string; readonly amount: number; readonly currency: string },
  status: string,
  merchant: Merchant,
  spoiling: Spoiling,
) {
  const sentOrder = {
    orderId: order.id,
    extOrderId: order.extId,
    merchantPosId: String(merchant.settings.pos_id),
    description: 'Zamówienie – żółć',
    currencyCode: order.currency,
    totalAmount: String(order.amount),
    status,
  };
  const content = { order: sentOrder, localReceiptDateTime: '2026-11-21T10:00:00.000+01:00' };
  return signedMessage(content, merchant, spoiling);
}

/** The notification of a decision. */
export function payuRestMessage(
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  spoiling: Spoiling,
) {
  const told = {
    id: order.data.orderId ?? '',
    extId: order.order,
    amount: order.amount,
    currency: order.currency,
  };
  return orderMessage(told, payuStatus(order, false, decision), merchant, spoiling);
}

/** The notification of an operation: of a refund that is over, or of the order's next status. Null: there is none. */
export function payuOperationMessage(entry: Entry, operation: BankOperation, merchant: Merchant) {
  if (operation.state === 'pending') return null;
  const { order: extOrderId, currency, asked } = entry;
  const orderId = entry.data.orderId ?? '';
  if (operation.kind === 'refund') {
    const { extRefundId: _name, amount, ...named } = listed(entry, operation);
    // That of a refund of the panel has no amount (PayU-EMEA/openpayu_php issue 112).
    const refund = { ...named, ...(operation.operationReference !== '' && { amount }) };
    const content = { orderId, extOrderId, refund: { ...refund, reason: 'refund', reasonDescription: '' } };
    return signedMessage(content, merchant, 'none');
  }
  const status = entry.cancelled ? 'CANCELED' : entry.taken > 0 ? 'COMPLETED' : null;
  const told = { id: orderId, extId: extOrderId, amount: asked, currency };
  return status && orderMessage(told, status, merchant, 'none');
}
