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
import { callOff, entryOf, perform } from '../kit/bank-ledger.ts';
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
      pos: merchant.settings.pos_id,
      status: 'NEW',
    }),
  );
  const redirectUri = `${call.origin}/pay/summary/${order}`;
  return Response.json(
    { status: { statusCode: 'SUCCESS' }, redirectUri, orderId, extOrderId: order },
    { status: 302, headers: { location: redirectUri } },
  );
}

/** Answers a call about an order that was registered before: capture, cancel, refund, list of refunds. */
async function answerOperation(call: ApiCall, found: PayuOrderRecord, memory: Memory): Promise<Response> {
  const entry = await entryOf(memory, found.extOrderId);
  const listed = ({
    id,
    amount,
    operationReference,
  }: {
    id: string;
    amount: number;
    operationReference: string;
  }) => ({
    refundId: id,
    extRefundId: operationReference,
    amount: String(amount),
    currencyCode: found.currencyCode,
    status: 'FINALIZED',
  });
  if (call.method === 'GET')
    return Response.json({
      refunds: (entry?.done ?? []).filter(({ kind }) => kind === 'refund').map(listed),
    });
  if (call.trouble === 'fail') return restError(403, 'BUSINESS_ERROR');
  const setStatus = (status: string) =>
    memory.put(payuPlace(found.extOrderId), JSON.stringify({ ...found, status }));
  const success = (more: object = {}) =>
    Response.json({ orderId: found.orderId, ...more, status: { statusCode: 'SUCCESS' } });
  if (call.method === 'DELETE') {
    if (found.status === 'COMPLETED' || found.status === 'CANCELED')
      return restError(400, 'ERROR_INCONSISTENT');
    if (entry) await callOff(memory, entry);
    await setStatus('CANCELED');
    return success();
  }
  if (!entry) return restError(400, 'ERROR_INCONSISTENT');
  if (call.path.endsWith('/captures')) {
    const part = call.body ? (JSON.parse(call.body) as { amount: string; currencyCode: string }) : null;
    const amount = part ? Number(part.amount) : null;
    const result = await perform(memory, entry, { kind: 'capture', amount });
    if (typeof result === 'string') return restError(400, 'ERROR_INCONSISTENT');
    await setStatus('COMPLETED');
    return success();
  }
  const { refund } = JSON.parse(call.body) as {
    refund: { amount?: string; extRefundId?: string; description?: string };
  };
  if (!refund.description) return restError(400, 'ERROR_VALUE_MISSING');
  const operationReference = refund.extRefundId ?? '';
  const earlier = entry.done.find((done) => done.operationReference === operationReference);
  if (earlier) return success({ refund: listed(earlier) });
  const amount = refund.amount === undefined ? null : Number(refund.amount);
  const result = await perform(memory, entry, { kind: 'refund', amount, operationReference });
  if (typeof result === 'string') return restError(400, 'ERROR_INCONSISTENT');
  return success({ refund: { ...listed(result.done), status: 'PENDING' } });
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
  const [, , , , id, kind] = call.path.split('/');
  if (call.method === 'POST' && !id) return create(call, merchant, memory);
  const found = await payuOrder(memory, (id ?? '').replace(/^WZ/, ''));
  if (!found) return restError(404, 'DATA_NOT_FOUND');
  if (kind || call.method === 'DELETE') return answerOperation(call, found, memory);
  return Response.json({
    orders: [{ ...found, merchantPosId: found.pos }],
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
  const merchant =
    found && merchants.find(({ settings }) => settings.pos_id === found.pos && settings.mode === 'rest');
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
export function payuRestMessage(
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  spoiling: Spoiling,
) {
  const sentOrder = {
    orderId: order.data.orderId,
    extOrderId: order.order,
    merchantPosId: String(merchant.settings.pos_id),
    description: 'Zamówienie – żółć',
    currencyCode: order.currency,
    totalAmount: String(order.amount),
    status: payuStatus(order, false, decision),
  };
  const body = JSON.stringify({ order: sentOrder, localReceiptDateTime: '2026-11-21T10:00:00.000+01:00' });
  const key = String(merchant.settings.second_key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = payuMd5(body + key);
  const sent = spoiling === 'bad-signature' ? body.replace(`"${order.amount}"`, '"1"') : body;
  return {
    headers: {
      'content-type': 'application/json',
      'OpenPayu-Signature': `sender=checkout;signature=${signature};algorithm=MD5;content=DOCUMENT`,
    },
    body: spoiling === 'wrong-charset' ? Uint8Array.from(Buffer.from(sent, 'latin1')) : sent,
  };
}
