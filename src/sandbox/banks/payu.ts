/** PayU, simulated: REST with its tokens, and the classic API. */
import { createHash } from 'node:crypto';
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Memory,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { callOff, entryOf, perform } from '../kit/bank-ledger.ts';

const REST: Record<Decision, string> = {
  pay: 'COMPLETED',
  refuse: 'CANCELED',
  cancel: 'CANCELED',
  wait: 'PENDING',
};
const CLASSIC: Record<Decision, string> = { pay: '99', refuse: '3', cancel: '2', wait: '4' };

/** A point of sale without automatic receipt holds the money until it is confirmed. */
function statusOf({ manual }: BankOrder, classic: boolean, decision: Decision): string {
  if (manual && decision === 'pay') return classic ? '5' : 'WAITING_FOR_CONFIRMATION';
  return (classic ? CLASSIC : REST)[decision];
}

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');
const place = (order: string) => `payu/${order}`;

type Stored = {
  extOrderId: string;
  orderId: string;
  totalAmount: string;
  currencyCode: string;
  continueUrl: string;
  notifyUrl: string;
  description: string;
  pos: string;
  status: string;
};

async function stored(memory: Memory, order: string): Promise<Stored | null> {
  const text = await memory.get(place(order));
  return text ? (JSON.parse(text) as Stored) : null;
}

function refused(status: number, code: string): Response {
  return Response.json({ status: { statusCode: code, severity: 'ERROR' } }, { status });
}

async function create(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const body = JSON.parse(call.body) as Record<string, unknown>;
  const texts = ['customerIp', 'merchantPosId', 'description', 'currencyCode', 'totalAmount', 'extOrderId'];
  if (texts.some((name) => typeof body[name] !== 'string' || body[name] === ''))
    return refused(400, 'ERROR_VALUE_MISSING');
  const order = String(body.extOrderId);
  if (await stored(memory, order)) return refused(400, 'ERROR_ORDER_NOT_UNIQUE');
  const orderId = `WZ${order}`;
  const { totalAmount, currencyCode, continueUrl, notifyUrl, description } = body as Record<string, string>;
  await memory.put(
    place(order),
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

/** What is done with an order after its payment. */
async function afterwards(call: ApiCall, found: Stored, memory: Memory): Promise<Response> {
  const entry = await entryOf(memory, found.extOrderId);
  const shown = ({
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
    return Response.json({ refunds: (entry?.done ?? []).filter(({ kind }) => kind === 'refund').map(shown) });
  if (call.trouble === 'fail') return refused(403, 'BUSINESS_ERROR');
  const keep = (status: string) => memory.put(place(found.extOrderId), JSON.stringify({ ...found, status }));
  const good = (more: object = {}) =>
    Response.json({ orderId: found.orderId, ...more, status: { statusCode: 'SUCCESS' } });
  if (call.method === 'DELETE') {
    if (found.status === 'COMPLETED' || found.status === 'CANCELED')
      return refused(400, 'ERROR_INCONSISTENT');
    if (entry) await callOff(memory, entry);
    await keep('CANCELED');
    return good();
  }
  if (!entry) return refused(400, 'ERROR_INCONSISTENT');
  if (call.path.endsWith('/captures')) {
    const part = call.body ? (JSON.parse(call.body) as { amount: string; currencyCode: string }) : null;
    const amount = part ? Number(part.amount) : null;
    const result = await perform(memory, entry, { kind: 'capture', amount });
    if (typeof result === 'string') return refused(400, 'ERROR_INCONSISTENT');
    await keep('COMPLETED');
    return good();
  }
  const { refund } = JSON.parse(call.body) as {
    refund: { amount?: string; extRefundId?: string; description?: string };
  };
  if (!refund.description) return refused(400, 'ERROR_VALUE_MISSING');
  const operationReference = refund.extRefundId ?? '';
  const earlier = entry.done.find((done) => done.operationReference === operationReference);
  if (earlier) return good({ refund: shown(earlier) });
  const amount = refund.amount === undefined ? null : Number(refund.amount);
  const result = await perform(memory, entry, { kind: 'refund', amount, operationReference });
  if (typeof result === 'string') return refused(400, 'ERROR_INCONSISTENT');
  return good({ refund: { ...shown(result.done), status: 'PENDING' } });
}

async function rest(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const bearer = call.headers.get('authorization')?.replace('Bearer ', '') ?? '';
  const merchant = merchants.find(({ settings }) => bearer === `token-of-${String(settings.client_secret)}`);
  if (!merchant) return refused(401, 'UNAUTHORIZED');
  const [, , , , id, kind] = call.path.split('/');
  if (call.method === 'POST' && !id) return create(call, merchant, memory);
  const found = await stored(memory, (id ?? '').replace(/^WZ/, ''));
  if (!found) return refused(404, 'DATA_NOT_FOUND');
  if (kind || call.method === 'DELETE') return afterwards(call, found, memory);
  return Response.json({
    orders: [{ ...found, merchantPosId: found.pos }],
    status: { statusCode: 'SUCCESS' },
  });
}

async function classicCall(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const fields = new Map(new URLSearchParams(call.body));
  const [pos, session, ts] = ['pos_id', 'session_id', 'ts'].map((name) => fields.get(name) ?? '');
  const merchant = merchants.find(({ settings }) => settings.pos_id === pos && settings.mode === 'legacy');
  if (!merchant || fields.get('sig') !== md5(`${pos}${session}${ts}${String(merchant.settings.key1)}`))
    return new Response('status:ERROR\nerror_nr:103\nerror_message:sig');
  const found = await stored(memory, session ?? '');
  if (!found) return new Response('status:ERROR\nerror_nr:500\nerror_message:no such transaction');
  if (!call.path.includes('/get/')) {
    const entry = await entryOf(memory, found.extOrderId);
    const isConfirm = call.path.includes('/confirm/');
    if (call.trouble === 'fail' || !entry || found.status !== '5')
      return new Response('status:ERROR\nerror_nr:599\nerror_message:wrong state');
    if (isConfirm) await perform(memory, entry, { kind: 'capture', amount: null });
    else await callOff(memory, entry);
    const changed = { ...found, status: isConfirm ? '99' : '2' };
    await memory.put(place(found.extOrderId), JSON.stringify(changed));
    const key = String(merchant.settings.key2) + (call.trouble === 'bad-signature' ? ' of another' : '');
    const short = md5(`${pos}${session}${ts}${key}`);
    return new Response(
      `status:OK\ntrans_pos_id:${pos}\ntrans_session_id:${session}\ntrans_ts:${ts}\ntrans_sig:${short}\n`,
    );
  }
  const sign = md5(
    `${pos}${session}${session}${found.status}${found.totalAmount}${found.description}${ts}${String(merchant.settings.key2)}`,
  );
  return new Response(
    `status:OK\ntrans_id:77${found.orderId.length}\ntrans_pos_id:${pos}\ntrans_session_id:${session}\ntrans_order_id:${session}\ntrans_amount:${found.totalAmount}\ntrans_status:${found.status}\ntrans_desc:${found.description}\ntrans_ts:${ts}\ntrans_sig:${sign}\n`,
  );
}

function restMessage(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling) {
  const told = {
    orderId: order.data.orderId,
    extOrderId: order.order,
    merchantPosId: String(merchant.settings.pos_id),
    description: 'Zamówienie – żółć',
    currencyCode: order.currency,
    totalAmount: String(order.amount),
    status: statusOf(order, false, decision),
  };
  const body = JSON.stringify({ order: told, localReceiptDateTime: '2026-11-21T10:00:00.000+01:00' });
  const key = String(merchant.settings.second_key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = md5(body + key);
  const sent = spoiling === 'bad-signature' ? body.replace(`"${order.amount}"`, '"1"') : body;
  return {
    headers: {
      'content-type': 'application/json',
      'OpenPayu-Signature': `sender=checkout;signature=${signature};algorithm=MD5;content=DOCUMENT`,
    },
    body: spoiling === 'wrong-charset' ? Uint8Array.from(Buffer.from(sent, 'latin1')) : sent,
  };
}

export const payuBank: Bank = {
  providers: ['payu'],
  caption: 'PayU',
  pages: [
    { method: 'GET', path: '/pay/summary/:order' },
    { method: 'POST', path: '/paygw/UTF/NewPayment' },
  ],
  decisions: ['pay', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/pl/standard/user/oauth/authorize' },
    { method: 'POST', path: '/api/v2_1/orders' },
    { method: 'GET', path: '/api/v2_1/orders/:order' },
    { method: 'DELETE', path: '/api/v2_1/orders/:order' },
    { method: 'POST', path: '/api/v2_1/orders/:order/captures' },
    { method: 'POST', path: '/api/v2_1/orders/:order/refunds' },
    { method: 'GET', path: '/api/v2_1/orders/:order/refunds' },
    { method: 'POST', path: '/paygw/UTF/Payment/:call/txt' },
  ],
  movesMoney: ({ method, path }) =>
    method === 'DELETE' ||
    /\/(?:confirm|cancel)\/txt$/.test(path) ||
    (method === 'POST' && /\/(?:captures|refunds)$/.test(path)),

  async answer(call, merchants, memory) {
    if (call.path.startsWith('/paygw/')) return classicCall(call, merchants, memory);
    if (!call.path.endsWith('/authorize')) return rest(call, merchants, memory);
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
  },

  async receive({ path, body }, merchants, memory) {
    if (path.startsWith('/pay/summary/')) {
      const found = await stored(memory, path.slice('/pay/summary/'.length));
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
    const fields = new Map(readForm(body, 'utf-8'));
    const merchant = merchants.find(
      ({ settings }) => settings.pos_id === requiredField(fields, 'pos_id') && settings.mode === 'legacy',
    );
    if (!merchant) throw new BankError('pos_id', '100');
    const names = [
      'pos_id',
      'pay_type',
      'session_id',
      'pos_auth_key',
      'amount',
      'desc',
      'order_id',
      'first_name',
      'last_name',
      'email',
      'language',
      'client_ip',
      'ts',
    ];
    const expected = md5(
      names.map((name) => fields.get(name) ?? '').join('') + String(merchant.settings.key1),
    );
    if (requiredField(fields, 'sig') !== expected) throw new BankError('sig', '103');
    const order = requiredField(fields, 'session_id');
    await memory.put(
      place(order),
      JSON.stringify({
        extOrderId: order,
        orderId: order,
        totalAmount: fields.get('amount'),
        description: fields.get('desc'),
        status: '1',
      }),
    );
    return {
      account: merchant.account,
      order,
      amount: Number(fields.get('amount')),
      currency: 'PLN',
      manual: merchant.settings.auto_receive === false,
      shown: [['Description', fields.get('desc') ?? '']],
      data: {},
    };
  },

  async decide(order, merchant, decision, memory) {
    const found = await stored(memory, order.order);
    const classic = merchant.settings.mode === 'legacy';
    if (!found || found.status === 'COMPLETED' || found.status === '99') return;
    await memory.put(
      place(order.order),
      JSON.stringify({
        ...found,
        totalAmount: String(order.amount),
        currencyCode: order.currency,
        status: statusOf(order, classic, decision),
      }),
    );
  },

  notification(order, merchant, decision, spoiling) {
    if (merchant.settings.mode !== 'legacy') {
      return {
        method: 'POST',
        url: order.data.notifyUrl ?? merchant.callback,
        ...restMessage(order, merchant, decision, spoiling),
      };
    }
    const key = String(merchant.settings.key2) + (spoiling === 'none' ? '' : ' of another');
    const pos = String(merchant.settings.pos_id);
    const sig = md5(`${pos}${order.order}1111${key}`);
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ pos_id: pos, session_id: order.order, ts: '1111', sig }).toString(),
    };
  },

  back: (order, merchant, decision) => {
    const address = order.data.continueUrl ?? merchant.callback.replace('/callback/', '/return/');
    return decision === 'pay' ? address : `${address}&error=501`;
  },
};
