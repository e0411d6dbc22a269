/** Przelewy24, simulated: REST with its verification, and the forms of the modes 3.2 and legacy. */
import { createHash } from 'node:crypto';
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankOrder,
  type Memory,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { type Entry, entryByReference, entryOf, perform, refer } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';
import { addressedOf } from '../kit/receive.ts';
import { P24_METHODS, p24MethodList } from './przelewy24-methods.ts';

function sha384(members: object): string {
  return createHash('sha384').update(JSON.stringify(members), 'utf8').digest('hex');
}

function md5(...values: readonly unknown[]): string {
  return createHash('md5').update(values.join('|'), 'utf8').digest('hex');
}

type Stored = {
  sessionId: string;
  amount: number;
  currency: string;
  merchantId: number;
  urlReturn: string;
  urlStatus: string;
  description: string;
  method?: number;
  channel?: number;
  /** Whether a BLIK code was taken for it. */
  byCode?: true;
  paid?: number;
  orderId?: number;
  verified?: boolean;
};

/** Those of `transaction/register`. */
const LANGUAGES = 'bg cs de en es fr hr hu it nl pl pt se sk ro'.split(' ');

const place = (session: string) => `p24/${session}`;

async function stored(memory: Memory, session: string): Promise<Stored | null> {
  const text = await memory.get(place(session));
  return text ? (JSON.parse(text) as Stored) : null;
}

function json(body: object, status = 200): Response {
  return Response.json(body, { status });
}

const REFUND_STATUS: Readonly<Record<BankOperation['state'], number>> = { done: 1, pending: 2, rejected: 4 };

/** The refunds of an order, as `refund/by/orderId` lists them. One of the panel has no requestId. */
function refundList(entry: Entry) {
  const { order, done, asked, currency } = entry;
  const refunds = done.map(({ operationReference, amount, id, state }) => ({
    batchId: Number(id.slice(0, 9)),
    requestId: operationReference,
    date: '2026-11-21 10:00:00',
    login: 'api',
    description: `Refund ${operationReference}`,
    status: REFUND_STATUS[state],
    amount,
  }));
  return { orderId: numberOf(entry.data), sessionId: order, amount: asked, currency, refunds };
}

const NO_INPUT = { error: 'Invalid input data', code: 400 };

async function refunds(call: ApiCall, memory: Memory): Promise<Response> {
  if (call.method === 'GET') {
    const entry = await entryByReference(memory, 'p24', call.path.split('/').at(-1) ?? '');
    return entry && entry.done.length > 0
      ? json({ data: refundList(entry), responseCode: 0 })
      : json({ error: 'Refund not found', code: 404 }, 404);
  }
  const {
    requestId,
    refundsUuid,
    urlStatus,
    refunds: requested,
  } = JSON.parse(call.body) as {
    requestId: string;
    refundsUuid: string;
    urlStatus: string;
    refunds: { orderId: number; sessionId: string; amount: number; description: string }[];
  };
  const [first, ...others] = requested;
  if (!first || others.length > 0 || !/^https?:/.test(urlStatus)) return json(NO_INPUT, 400);
  if (!requestId || requestId.length > 45 || !refundsUuid || refundsUuid.length > 35)
    return json(NO_INPUT, 400);
  const { orderId, sessionId, amount, description } = first;
  if (description.length > 35 || !Number.isInteger(amount)) return json(NO_INPUT, 400);
  const entry = await entryOf(memory, sessionId);
  const conflict = (message: string) =>
    json({ error: [{ orderId, sessionId, amount, description, status: false, message }], code: 409 }, 409);
  if (!entry || numberOf(entry.data) !== orderId) return conflict('Transaction not found');
  if (entry.done.some(({ operationReference }) => operationReference === requestId))
    return json({ error: 'Request already exists', code: 400 }, 400);
  if (call.trouble === 'fail') return conflict('Insufficient funds available');
  const operation = { kind: 'refund', amount, operationReference: requestId } as const;
  const result = await perform(memory, entry, operation);
  if (typeof result === 'string')
    return conflict('The amount of refund exceeds available amount for the transaction');
  return json(
    {
      data: [{ orderId, sessionId, amount, description, status: true, message: 'success' }],
      responseCode: 0,
    },
    201,
  );
}

/** A code that ends with an even digit is good. */
async function chargeByCode({ body }: ApiCall, memory: Memory): Promise<Response> {
  const { token = '', blikCode = '' } = JSON.parse(body) as { token?: string; blikCode?: string };
  const found = await stored(memory, token.slice('T-'.length));
  if (!found || (found.channel !== 8192 && found.method !== 154))
    return json({ error: 'Unknown token', code: 400 }, 400);
  if (!/^\d{5}[02468]$/.test(blikCode))
    return json({ error: `Incorrect blikCode ${blikCode}`, code: 51 }, 400);
  await memory.put(place(found.sessionId), JSON.stringify({ ...found, byCode: true }));
  return json({ data: { orderId: numberOf({ id: '' }), message: 'success' }, responseCode: 0 }, 201);
}

async function rest(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const users = merchants.filter(({ settings }) => {
    const { pos_id, merchant_id, api_key } = settings;
    return (
      call.headers.get('authorization') ===
      `Basic ${btoa(`${String(pos_id ?? merchant_id)}:${String(api_key)}`)}`
    );
  });
  if (users.length === 0) return json({ error: 'Incorrect authentication', code: 401 }, 401);
  if (call.path.endsWith('/testAccess')) return json({ data: true, error: '' });
  if (call.path.includes('/payment/methods/')) return p24MethodList(call);
  if (call.path.endsWith('/blik/chargeByCode')) return chargeByCode(call, memory);
  const isSigned = (covered: object) =>
    users.some(({ settings }) => sign === sha384({ ...covered, crc: String(settings.crc) }));
  if (call.path.includes('/refund')) return refunds(call, memory);
  if (call.method === 'GET') {
    const found = await stored(memory, decodeURIComponent(call.path.split('/').at(-1) ?? ''));
    if (!found) return json({ error: 'Transaction not found', code: 404 }, 404);
    const entry = await entryOf(memory, found.sessionId);
    const isReturned = entry !== null && entry.taken > 0 && entry.returned === entry.taken;
    const status = isReturned ? 3 : found.verified ? 2 : found.orderId ? 1 : 0;
    return json({
      data: { ...found, amount: found.paid ?? found.amount, orderId: found.orderId ?? 0, status },
      responseCode: 0,
    });
  }
  const body = JSON.parse(call.body) as Stored & { sign: string };
  const { sessionId, orderId, amount, currency, merchantId, sign } = body;
  if (call.path.endsWith('/verify')) {
    const found = await stored(memory, sessionId);
    if (!isSigned({ sessionId, orderId, amount, currency }))
      return json({ error: 'Invalid sign', code: 400 }, 400);
    if (!found || found.orderId !== orderId || found.paid !== amount || found.currency !== currency)
      return json({ error: 'Wrong amount or order', code: 400 }, 400);
    await memory.put(place(sessionId), JSON.stringify({ ...found, verified: true }));
    return json({ data: { status: 'success' }, responseCode: 0 });
  }
  if (!isSigned({ sessionId, merchantId, amount, currency }))
    return json({ error: 'Invalid sign', code: 400 }, 400);
  const { email, language } = body as { email?: string; language?: string };
  if (!Number.isInteger(amount) || !/@/.test(String(email)) || !LANGUAGES.includes(String(language)))
    return json({ error: 'Invalid input', code: 400 }, 400);
  const { urlReturn, urlStatus, description, method, channel } = body;
  if (method !== undefined && !P24_METHODS.some(({ id }) => id === method))
    return json({ error: 'Unknown method', code: 400 }, 400);
  const means = { method, channel };
  await memory.put(
    place(sessionId),
    JSON.stringify({ sessionId, amount, currency, merchantId, urlReturn, urlStatus, description, ...means }),
  );
  return json({ data: { token: `T-${sessionId}` }, responseCode: 0 });
}

async function classic(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const fields = new Map(new URLSearchParams(call.body));
  const value = (name: string) => fields.get(`p24_${name}`) ?? '';
  const legacy = call.path.endsWith('transakcja.php');
  const found = await stored(memory, value('session_id'));
  const ofId = merchants.filter(
    ({ settings }) => settings.merchant_id === (value('merchant_id') || value('id_sprzedawcy')),
  );
  const amount = legacy ? value('kwota') : value('amount');
  const signs = ofId.map(({ settings }) =>
    legacy
      ? md5(value('session_id'), value('order_id'), amount, String(settings.crc))
      : md5(value('session_id'), value('order_id'), amount, value('currency'), String(settings.crc)),
  );
  const isVerified =
    signs.includes(legacy ? value('crc') : value('sign')) &&
    String(found?.orderId) === value('order_id') &&
    String(found?.paid) === amount;
  if (legacy) return new Response(isVerified ? 'RESULT\r\nTRUE' : 'RESULT\r\nERR\r\n54\r\nbłędna kwota');
  return new Response(isVerified ? 'error=0' : 'error=err54&errorMessage=kwota');
}

/** The bank's own number of an order. */
function numberOf({ id = '' }: { readonly id?: string }): number {
  return (
    310_000_000 + (Number.parseInt(createHash('md5').update(id).digest('hex').slice(0, 6), 16) % 1_000_000)
  );
}

/** The notification of a refund that is over. */
function refundMessage(entry: Entry, operation: BankOperation, merchant: Merchant): string {
  const { operationReference, amount, state } = operation;
  const named = { orderId: numberOf(entry.data), sessionId: entry.order };
  const covered = {
    ...named,
    refundsUuid: operationReference,
    merchantId: Number(merchant.settings.merchant_id),
    amount,
    currency: entry.currency,
    status: state === 'done' ? 0 : 1,
  };
  const sign = sha384({ ...covered, crc: String(merchant.settings.crc) });
  return JSON.stringify({ ...covered, requestId: operationReference, timestamp: 1_764_000_000, sign });
}

function restMessage(order: BankOrder, merchant: Merchant, spoiling: Spoiling): string {
  const crc = String(merchant.settings.crc) + (spoiling === 'unknown-key' ? ' of another' : '');
  const id = Number(merchant.settings.merchant_id);
  const covered = {
    merchantId: id,
    posId: id,
    sessionId: order.order,
    amount: order.amount,
    originAmount: order.amount,
    currency: order.currency,
    orderId: numberOf(order),
    methodId: 154,
    statement: 'p24-A1B – żółw/1',
  };
  const sign = sha384({ ...covered, crc });
  const sent = spoiling === 'bad-signature' ? { ...covered, amount: 1 } : covered;
  return JSON.stringify({ ...sent, sign });
}

function formMessage(order: BankOrder, merchant: Merchant, spoiling: Spoiling): string {
  const { mode, crc, merchant_id } = merchant.settings;
  const secret = String(crc) + (spoiling === 'unknown-key' ? ' of another' : '');
  const number = numberOf(order);
  const amount = spoiling === 'bad-signature' ? 1 : order.amount;
  const fields: Record<string, string> =
    mode === 'legacy'
      ? {
          p24_session_id: order.order,
          p24_id_sprzedawcy: String(merchant_id),
          p24_kwota: String(amount),
          p24_order_id: String(number),
          p24_crc: md5(order.order, number, order.amount, secret),
        }
      : {
          p24_merchant_id: String(merchant_id),
          p24_pos_id: String(merchant_id),
          p24_session_id: order.order,
          p24_amount: String(amount),
          p24_currency: order.currency,
          p24_order_id: String(number),
          p24_method: '25',
          p24_sign: md5(order.order, number, order.amount, order.currency, secret),
        };
  return new URLSearchParams(fields).toString();
}

function receiveForm(fields: ReadonlyMap<string, string>, merchants: readonly Merchant[], legacy: boolean) {
  const value = (name: string) => requiredField(fields, `p24_${name}`);
  const id = legacy ? value('id_sprzedawcy') : value('merchant_id');
  const merchant = merchants.find(({ settings }) => settings.merchant_id === id);
  if (!merchant) throw new BankError('p24_merchant_id', 'is not known');
  const amount = legacy ? value('kwota') : value('amount');
  const crc = String(merchant.settings.crc);
  const expected = legacy
    ? md5(value('session_id'), id, amount, crc)
    : md5(value('session_id'), id, amount, value('currency'), crc);
  if (expected !== (legacy ? value('crc') : value('sign'))) throw new BankError('p24_sign', 'does not fit');
  return {
    account: merchant.account,
    order: value('session_id'),
    amount: Number(amount),
    currency: legacy ? 'PLN' : value('currency'),
    manual: false,
    shown: [['Description', legacy ? value('opis') : value('description')]] as const,
    data: {
      ...Object.fromEntries(fields),
      urlReturn: legacy ? value('return_url_ok') : value('url_return'),
      urlStatus: fields.get('p24_url_status') ?? merchant.callback,
    },
  };
}

export const przelewy24Bank: Bank = {
  providers: ['przelewy24'],
  caption: 'Przelewy24',
  pages: [
    { method: 'GET', path: '/trnRequest/:token' },
    { method: 'POST', path: '/trnDirect' },
    { method: 'POST', path: '/index.php' },
  ],
  decisions: ['pay'],
  api: [
    { method: 'GET', path: '/api/v1/testAccess' },
    { method: 'GET', path: '/api/v1/payment/methods/:language' },
    { method: 'POST', path: '/api/v1/paymentMethod/blik/chargeByCode' },
    { method: 'POST', path: '/api/v1/transaction/register' },
    { method: 'PUT', path: '/api/v1/transaction/verify' },
    { method: 'GET', path: '/api/v1/transaction/by/sessionId/:session' },
    { method: 'POST', path: '/api/v1/transaction/refund' },
    { method: 'GET', path: '/api/v1/refund/by/orderId/:order' },
    { method: 'POST', path: '/trnVerify' },
    { method: 'POST', path: '/transakcja.php' },
  ],

  movesMoney: ({ path }) => path.endsWith('/transaction/refund'),
  answer: (call, merchants, memory) =>
    call.path.startsWith('/api/v1/') ? rest(call, merchants, memory) : classic(call, merchants, memory),

  async receive({ path, body }, merchants, memory) {
    if (!path.startsWith('/trnRequest/')) {
      const order = receiveForm(new Map(readForm(body, 'utf-8')), merchants, path === '/index.php');
      await memory.put(
        place(order.order),
        JSON.stringify({ sessionId: order.order, amount: order.amount, currency: order.currency }),
      );
      return order;
    }
    const found = await stored(memory, path.slice('/trnRequest/T-'.length));
    const ofId = merchants.filter(({ settings }) => settings.merchant_id === String(found?.merchantId));
    const merchant = found && addressedOf(ofId, found.urlStatus);
    if (!found || !merchant) throw new BankError('token', 'is not known');
    return {
      account: merchant.account,
      order: found.sessionId,
      amount: found.amount,
      currency: found.currency,
      manual: false,
      shown: [['Description', found.description]],
      data: { urlReturn: found.urlReturn, urlStatus: found.urlStatus },
    };
  },

  async decide(order, _merchant, decision, memory) {
    await refer(memory, 'p24', String(numberOf(order)), order.order);
    const found = await stored(memory, order.order);
    if (!found || decision !== 'pay' || found.orderId) return;
    await memory.put(
      place(order.order),
      JSON.stringify({ ...found, orderId: numberOf(order), paid: order.amount, currency: order.currency }),
    );
  },

  notification(order, merchant, _decision, spoiling) {
    const isRest = merchant.settings.mode === 'rest';
    return {
      method: 'POST',
      url: order.data.urlStatus ?? merchant.callback,
      headers: { 'content-type': isRest ? 'application/json' : 'application/x-www-form-urlencoded' },
      body: isRest ? restMessage(order, merchant, spoiling) : formMessage(order, merchant, spoiling),
    };
  },

  operationNotification(entry, operation, merchant) {
    // The address is that of the request: what was made in the panel has none.
    if (operation.state === 'pending' || operation.operationReference === '') return null;
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/json' },
      body: refundMessage(entry, operation, merchant),
    };
  },

  back: (order) => order.data.urlReturn ?? '',
};
