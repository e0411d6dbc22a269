/**
 * Tpay, simulated: the Open API, the classic form, the older API's refunds, certificates, and notifications with md5sum and JWS.
 * Facts: providers/tpay/SHEET.md.
 */
import { createHash, createSign } from 'node:crypto';
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankMessage,
  type Decision,
  type Memory,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { type Entry, entryByReference, entryOf, perform, refer } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';
import { addressedOf } from '../kit/receive.ts';
import { SANDBOX_ROOT_CERTIFICATE, SANDBOX_SIGNING_CERTIFICATE, SANDBOX_SIGNING_KEY } from './tpay-keys.ts';
import { isTpayChoice, tpayByCode, tpayChannels } from './tpay-methods.ts';

const STATUS: Partial<Record<Decision, string>> = { pay: 'TRUE', decline: 'FALSE' };

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');
const place = (order: string) => `tpay/${order}`;
const titleOf = (order: string) => `TR-${order.toUpperCase()}`;

/** A transaction of the Open API, as it is kept. */
type Transaction = {
  order: string;
  amount: number;
  currency: string;
  account: string;
  id: string;
  success: string;
  notify: string;
  description: string;
  status: string;
};

/** A detached JWS over a body. */
function jws(body: Uint8Array, forged: boolean, host: string): string {
  const header = Buffer.from(
    JSON.stringify({ alg: 'RS256', x5u: `https://${host}/x509/notifications-jws.pem` }),
  ).toString('base64url');
  const text = `${header}.${Buffer.from(body).toString('base64url')}`;
  const signature = createSign('RSA-SHA256')
    .update(forged ? `${text}x` : text)
    .sign(SANDBOX_SIGNING_KEY)
    .toString('base64url');
  return `${header}..${signature}`;
}

/** What a notification says: of a payment, or of a refund. */
interface Told {
  readonly order: string;
  /** In minor units: what was paid, or given back. */
  readonly moved: number;
  readonly asked: number;
  readonly currency: string;
  readonly status: string;
  readonly description: string;
}

/** The body of a notification, and its X-JWS-Signature. */
function notificationOf(told: Told, merchant: Merchant, spoiling: Spoiling) {
  const amount = (told.asked / 100).toFixed(2);
  const id = String(merchant.settings.id);
  const title = titleOf(told.order);
  const fields: Record<string, string> = {
    id,
    tr_id: title,
    tr_date: '2026-11-21 10:00:00',
    tr_crc: told.order,
    tr_amount: amount,
    tr_paid: (told.moved / 100).toFixed(2),
    tr_desc: (spoiling === 'wrong-charset' ? '' : told.description) || 'Zamówienie – żółć',
    tr_status: told.status,
    tr_error: 'none',
    tr_email: 'jan@example.com',
    test_mode: '0',
    tr_currency: told.currency,
    md5sum: md5(id + title + amount + told.order + String(merchant.settings.code)),
  };
  const intact = new URLSearchParams(fields).toString();
  const body = spoiling === 'bad-signature' ? intact.replace('tr_status=TRUE', 'tr_status=PAID') : intact;
  const bytes = spoiling === 'wrong-charset' ? body.replace('%C3%B3', '%F3') : body;
  const signed = spoiling === 'bad-signature' ? intact : bytes;
  const host = merchant.environment === 'production' ? 'secure.tpay.com' : 'secure.sandbox.tpay.com';
  return { body: bytes, header: jws(Uint8Array.from(Buffer.from(signed)), spoiling === 'unknown-key', host) };
}

/** A notification, ready to be sent. */
function message(url: string, { body, header }: ReturnType<typeof notificationOf>): BankMessage {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'X-JWS-Signature': header },
    body,
  };
}

async function transactionOf(memory: Memory, order: string): Promise<Transaction | null> {
  const text = await memory.get(place(order));
  return text ? (JSON.parse(text) as Transaction) : null;
}

/** An error of the Open API. */
const failed = (status: number, errorCode: string, errorMessage: string) =>
  Response.json({ result: 'failed', errors: [{ errorCode, errorMessage, fieldName: '' }] }, { status });

/** The words of the Open API for a refund, and those of the older API. */
const REFUND_WORDS: Readonly<Record<BankOperation['state'], readonly [openApi: string, older: string]>> = {
  done: ['correct', 'completed'],
  pending: ['pending', 'pending'],
  rejected: ['rejected', 'incorrect'],
};

/** An amount as the API takes it, a number with at most two decimals, in minor units; null: it is none. */
function minorOf(amount: unknown): number | null {
  const text = typeof amount === 'number' ? String(amount) : '';
  return /^\d{1,9}(?:\.\d\d?)?$/.test(text) ? Math.round(Number(text) * 100) : null;
}

/** `/transactions/:id/refunds`. */
async function refunds(call: ApiCall, entry: Entry | null, memory: Memory): Promise<Response> {
  if (!entry) return failed(404, 'not_found', 'transaction not found');
  if (call.method === 'GET') {
    const list = entry.done.map(({ id, amount, state }) => ({
      refundId: id,
      amount: amount / 100,
      status: REFUND_WORDS[state][0],
    }));
    return Response.json({ result: 'success', requestId: 'r', refunds: list });
  }
  if (call.trouble === 'fail') return failed(400, 'ERR43', 'not enough balance');
  const asked = JSON.parse(call.body) as { amount?: unknown };
  const amount = asked.amount === undefined ? null : minorOf(asked.amount);
  if (asked.amount !== undefined && amount === null) return failed(400, 'ERR42', 'invalid refund amount');
  const result = await perform(memory, entry, { kind: 'refund', amount });
  if (typeof result === 'string') return failed(400, 'ERR45', `refund not possible: ${result}`);
  const found = await transactionOf(memory, entry.order);
  // Only a full refund changes the transaction, however much the partial ones come to.
  if (found && amount === null)
    await memory.put(place(entry.order), JSON.stringify({ ...found, status: 'refund' }));
  const { id, state } = result.done;
  return Response.json({
    result: 'success',
    requestId: 'r',
    refundId: id,
    ...(state === 'pending' && { status: REFUND_WORDS[state][0] }),
  });
}

/** The older transaction API. */
async function olderApi(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const fields = new URLSearchParams(call.body);
  const [, , , key, , name] = call.path.split('/');
  const isKnown = merchants.some(
    ({ settings }) => settings.api_key === key && settings.api_password === fields.get('api_password'),
  );
  if (!isKnown) return Response.json({ result: 0, err: 'ERR98' });
  const entry = await entryByReference(memory, 'tpay', fields.get('title') ?? '');
  if (!entry) return Response.json({ result: 0, err: 'ERR44' });
  if (name === 'status') {
    const chargebacks = entry.done.map(({ id, amount, state }) => ({
      title: `CHB-${id}`,
      date: '2026-11-21 10:00:00',
      amount: amount / 100,
      status: REFUND_WORDS[state][1],
    }));
    return Response.json({ result: 1, chargebacks });
  }
  if (call.trouble === 'fail') return Response.json({ result: 0, err: 'ERR43' });
  const given = fields.get('chargeback_amount') ?? '';
  if (name === 'any' && !/^\d{1,9}\.\d\d$/.test(given)) return Response.json({ result: 0, err: 'ERR14' });
  const amount = name === 'any' ? Math.round(Number(given) * 100) : null;
  const result = await perform(memory, entry, { kind: 'refund', amount });
  return Response.json(typeof result === 'string' ? { result: 0, err: 'ERR45' } : { result: 1 });
}

export const tpayBank: Bank = {
  providers: ['tpay'],
  caption: 'Tpay',
  pages: [
    { method: 'GET', path: '/tpay/payment/:order' },
    { method: 'POST', path: '/' },
  ],
  decisions: ['pay', 'decline'],
  api: [
    { method: 'POST', path: '/oauth/auth' },
    { method: 'POST', path: '/transactions' },
    { method: 'GET', path: '/transactions/channels' },
    { method: 'POST', path: '/transactions/:id/pay' },
    { method: 'GET', path: '/transactions/:id' },
    { method: 'POST', path: '/transactions/:id/refunds' },
    { method: 'GET', path: '/transactions/:id/refunds' },
    { method: 'POST', path: '/transactions/:id/cancel' },
    { method: 'POST', path: '/api/gw/:key/chargeback/:name' },
    { method: 'GET', path: '/x509/:file' },
  ],
  movesMoney: ({ method, path }) =>
    method === 'POST' && /\/(?:refunds|cancel|chargeback\/(?:any|transaction))$/.test(path),

  async answer(call, merchants, memory) {
    const { method, path, headers, body, origin } = call;
    if (path.startsWith('/api/gw/')) return olderApi(call, merchants, memory);
    if (path.startsWith('/x509/'))
      return new Response(path.includes('root') ? SANDBOX_ROOT_CERTIFICATE : SANDBOX_SIGNING_CERTIFICATE);
    if (path === '/oauth/auth') {
      const secret = new URLSearchParams(body).get('client_secret');
      const isClient = merchants.some(
        ({ settings }) => settings.client_secret === secret && settings.client_id !== undefined,
      );
      if (!isClient) return Response.json({ result: 'failed' }, { status: 401 });
      return Response.json({ token_type: 'Bearer', expires_in: 7200, access_token: `tpay-${secret}` });
    }
    const clients = merchants.filter(
      ({ settings }) => headers.get('authorization') === `Bearer tpay-${String(settings.client_secret)}`,
    );
    const merchant = addressedOf(clients, body);
    if (!merchant) return Response.json({ result: 'failed' }, { status: 401 });
    if (path === '/transactions/channels') return tpayChannels();
    const order = (path.split('/')[2] ?? '').replace(/^01/, '');
    if (path.endsWith('/pay'))
      return (await transactionOf(memory, order)) ? tpayByCode(body) : failed(404, 'not_found', 'unknown');
    if (path.endsWith('/refunds')) return refunds(call, await entryOf(memory, order), memory);
    if (path.endsWith('/cancel')) {
      const found = await transactionOf(memory, order);
      if (!found || call.trouble === 'fail') return failed(404, 'not_found', 'transaction not found');
      if (found.status !== 'pending') return failed(400, 'wrong_state', 'the transaction was paid');
      await memory.put(place(order), JSON.stringify({ ...found, status: 'cancel' }));
      return Response.json({ result: 'success' });
    }
    if (method === 'GET') {
      const found = await transactionOf(memory, (path.split('/').at(-1) ?? '').replace(/^01/, ''));
      if (!found) return Response.json({ result: 'failed' }, { status: 404 });
      return Response.json({
        result: 'success',
        transactionId: `01${found.order}`,
        status: found.status,
        title: titleOf(found.order),
        hiddenDescription: found.order,
        amount: found.amount / 100,
        currency: found.currency,
      });
    }
    const request = JSON.parse(body) as {
      amount: number;
      currency?: string;
      description: string;
      hiddenDescription: string;
      payer: { email: string };
      callbacks: { payerUrls: { success: string }; notification: { url: string } };
      pay?: { groupId?: number; channelId?: number };
    };
    if (!isTpayChoice(request.pay)) return failed(400, 'ERR97', 'no such method');
    if (typeof request.amount !== 'number' || !request.description || !request.payer.email)
      return Response.json({ result: 'failed', errors: [] }, { status: 400 });
    const { hiddenDescription } = request;
    const transaction: Transaction = {
      order: hiddenDescription,
      amount: Math.round(request.amount * 100),
      currency: request.currency ?? 'PLN',
      account: merchant.account,
      id: String(merchant.settings.id),
      success: request.callbacks.payerUrls.success,
      notify: request.callbacks.notification.url,
      description: request.description,
      status: 'pending',
    };
    await memory.put(place(hiddenDescription), JSON.stringify(transaction));
    return Response.json({
      result: 'success',
      transactionId: `01${hiddenDescription}`,
      title: titleOf(hiddenDescription),
      transactionPaymentUrl: `${origin}/tpay/payment/${hiddenDescription}`,
    });
  },

  async receive({ path, body }, merchants, memory) {
    if (path !== '/') {
      const found = await transactionOf(memory, path.split('/').at(-1) ?? '');
      if (!found) throw new BankError('transaction', 'is not known');
      return {
        account: found.account,
        order: found.order,
        amount: found.amount,
        currency: found.currency,
        manual: false,
        shown: [['Description', found.description]],
        data: { success: found.success, notify: found.notify },
      };
    }
    const fields = new Map(readForm(body, 'utf-8'));
    const merchant = merchants.find(
      ({ settings }) => settings.id === requiredField(fields, 'id') && settings.mode === 'classic',
    );
    if (!merchant) throw new BankError('id', 'is not known');
    const [id, amount, crc] = ['id', 'amount', 'crc'].map((name) => requiredField(fields, name));
    const separator = merchant.settings.recipe === 'concat' ? '' : '&';
    if (requiredField(fields, 'md5sum') !== md5([id, amount, crc, merchant.settings.code].join(separator)))
      throw new BankError('md5sum', 'does not fit');
    return {
      account: merchant.account,
      order: crc ?? '',
      amount: Math.round(Number(amount) * 100),
      currency: 'PLN',
      manual: false,
      shown: [['Description', fields.get('description') ?? '']],
      data: {
        success: fields.get('return_url') ?? '',
        notify: fields.get('result_url') ?? '',
        description: fields.get('description') ?? '',
      },
    };
  },

  async decide(order, _merchant, decision, memory) {
    await refer(memory, 'tpay', titleOf(order.order), order.order);
    const found = await transactionOf(memory, order.order);
    if (found && decision === 'pay')
      await memory.put(
        place(order.order),
        JSON.stringify({ ...found, amount: order.amount, status: 'correct' }),
      );
  },

  notification(order, merchant, decision, spoiling) {
    const told = {
      order: order.order,
      asked: order.amount,
      moved: order.amount,
      currency: order.currency,
      status: STATUS[decision] ?? 'FALSE',
      description: order.data.description ?? '',
    };
    return message(order.data.notify ?? merchant.callback, notificationOf(told, merchant, spoiling));
  },

  operationNotification(entry, operation, merchant) {
    if (operation.kind !== 'refund' || operation.state !== 'done') return null;
    const told = {
      order: entry.order,
      asked: entry.asked,
      moved: operation.amount,
      currency: entry.currency,
      status: 'CHARGEBACK',
      description: entry.data.description ?? '',
    };
    return message(entry.data.notify || merchant.callback, notificationOf(told, merchant, 'none'));
  },

  back: (order) => order.data.success ?? '',
};
