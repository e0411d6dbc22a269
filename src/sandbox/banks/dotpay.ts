/** Dotpay, simulated: the payment page, the notification (URLC) and the refunds of its three generations. Facts: providers/dotpay/SHEET.md. */
import { createHash, createHmac } from 'node:crypto';
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
import { type Entry, entryByReference, entryOf, perform, refer } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';
import { checkDotpayChannel, dotpayChannels } from './dotpay-methods.ts';

const STATUS: Record<Decision, readonly [legacy: string, operation: string]> = {
  pay: ['2', 'completed'],
  decline: ['3', 'rejected'],
  cancel: ['3', 'rejected'],
  wait: ['1', 'new'],
};

/** The fields that `chk` covers in mode dev, in their order, as far as this bank knows them. */
const CHK = [
  'api_version',
  'charset',
  'lang',
  'id',
  'amount',
  'currency',
  'description',
  'control',
  'channel',
  'ch_lock',
  'channel_groups',
  'onlinetransfer',
  'url',
  'type',
  'urlc',
  'firstname',
  'lastname',
  'email',
  'p_info',
  'p_email',
];

/** Every character outside ASCII as `\uXXXX`. */
function asciiEscaped(text: string): string {
  return Array.from({ length: text.length }, (_, index) => {
    const code = text.charCodeAt(index);
    return code > 127 ? `\\u${code.toString(16).padStart(4, '0')}` : (text[index] ?? '');
  }).join('');
}

function chk(fields: ReadonlyMap<string, string>, merchant: Merchant): string {
  const pin = String(merchant.settings.PIN);
  const values = new Map([...fields].filter(([name]) => name !== 'chk'));
  if (fields.get('api_version') === 'next') {
    const names = [...values.keys()].sort();
    values.set('paramsList', names.join(';'));
    const members = [...values.keys()]
      .sort()
      .map((name) => `${JSON.stringify(name)}:${JSON.stringify(values.get(name))}`);
    return createHmac('sha256', pin)
      .update(asciiEscaped(`{${members.join(',')}}`))
      .digest('hex');
  }
  const unknown = [...values.keys()].find((name) => !CHK.includes(name));
  if (unknown) throw new BankError(unknown, 'is not a field of the sandbox');
  return createHash('sha256')
    .update(pin + CHK.map((name) => values.get(name) ?? '').join(''), 'utf8')
    .digest('hex');
}

/** The number of a payment; each status has its own, because each is an operation of its own. */
function panelNumber({ id }: Pick<BankOrder, 'id'>, legacy: string): string {
  return `M9${id.replace(/\D/g, '').slice(0, 4) || '1'}-${legacy}1`;
}

/** The same for any account. Those of mode legacy see in it whether it is a test. */
function operationNumber(order: BankOrder, { settings, environment }: Merchant, legacy: string): string {
  if (settings.mode !== 'legacy') return panelNumber(order, legacy);
  const digits = order.id.replace(/\D/g, '').slice(0, 4) || '1';
  return `${String(settings.id)}-${environment === 'production' ? 'A' : 'TST'}${digits}${legacy}1`;
}

/** The form body of the notification of a decision. */
function urlc(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): string {
  const { id, mode } = merchant.settings;
  const amount = (order.amount / 100).toFixed(2);
  const [legacy, operation] = STATUS[decision];
  const number = operationNumber(order, merchant, legacy);
  const description = (spoiling === 'wrong-charset' ? '' : order.data.description) || 'Zamówienie – żółć';
  const fields: [string, string][] =
    mode === 'legacy'
      ? [
          ['id', String(id)],
          ['status', decision === 'pay' ? 'OK' : 'FAIL'],
          ['control', order.order],
          ['t_id', number],
          ['amount', amount],
          ['email', 'jan@example.com'],
          ['orginal_amount', `${amount} ${order.currency}`],
          ['t_status', legacy],
          ['description', 'Zamówienie'],
        ]
      : [
          ['id', String(id)],
          ['operation_number', number],
          ['operation_type', 'payment'],
          ['operation_status', operation],
          ['operation_amount', amount],
          ['operation_currency', order.currency],
          ['operation_original_amount', amount],
          ['operation_original_currency', order.currency],
          ['operation_datetime', '2026-11-21 10:00:00'],
          ['control', order.order],
          ['description', description],
          ['email', order.data.email ?? 'jan@example.com'],
          ['channel', '73'],
        ];
  return signedForm(fields, merchant, spoiling);
}

/** Fields, in the order in which they are signed, as a signed form. */
function signedForm(fields: readonly [string, string][], merchant: Merchant, spoiling: Spoiling): string {
  const { PIN, mode } = merchant.settings;
  const pin = String(PIN) + (spoiling === 'unknown-key' ? 'X' : '');
  const values = new Map(fields);
  const value = (name: string) => values.get(name) ?? '';
  const signature =
    mode === 'legacy'
      ? createHash('md5')
          .update(
            [
              pin,
              ...['id', 'control', 't_id', 'amount', 'email', '-', '-', '-', '-', 't_status'].map(value),
            ].join(':'),
            'utf8',
          )
          .digest('hex')
      : createHash('sha256')
          .update(pin + fields.map(([, text]) => text).join(''), 'utf8')
          .digest('hex');
  if (spoiling === 'bad-signature')
    values.set(mode === 'legacy' ? 'amount' : 'operation_original_amount', '0.01');
  const sent = [...values, [mode === 'legacy' ? 'md5' : 'signature', signature]];
  return sent
    .map(([name, text]) => {
      const bytes = Uint8Array.from(
        Buffer.from(text ?? '', spoiling === 'wrong-charset' ? 'latin1' : 'utf8'),
      );
      return `${name}=${Array.from(bytes, (byte: number) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`;
    })
    .join('&');
}

const REFUND_WORDS: Readonly<Record<BankOperation['state'], string>> = {
  done: 'completed',
  pending: 'processing',
  rejected: 'rejected',
};

/** A refund as the panel's API shows it. One that was made in the panel has another description. */
function refundOperation(entry: Entry, { id, amount, state, operationReference }: BankOperation) {
  const text = (amount / 100).toFixed(2);
  return {
    number: `M8-${id}`,
    type: 'refund',
    status: REFUND_WORDS[state],
    amount: `-${text}`,
    currency: entry.currency,
    original_amount: `-${text}`,
    original_currency: entry.currency,
    control: entry.order,
    description: operationReference || 'Zwrot z panelu',
    related_operation: panelNumber({ id: entry.data.id ?? '' }, STATUS.pay[0]),
  };
}

/** The form body of the notification of a refund: an operation of its own on the same address. */
function refundUrlc(entry: Entry, operation: BankOperation, merchant: Merchant): string {
  const refund = refundOperation(entry, operation);
  const fields: [string, string][] = [
    ['id', String(merchant.settings.id)],
    ['operation_number', refund.number],
    ['operation_type', refund.type],
    ['operation_status', refund.status],
    ['operation_amount', refund.amount],
    ['operation_currency', refund.currency],
    ['operation_original_amount', refund.original_amount],
    ['operation_original_currency', refund.original_currency],
    ['operation_datetime', '2026-11-21 11:00:00'],
    ['operation_related_number', refund.related_operation],
    ['control', refund.control],
    ['description', refund.description],
    ['email', entry.data.email ?? 'jan@example.com'],
    ['channel', '73'],
  ];
  return signedForm(fields, merchant, 'none');
}

/** A payment as the panel's API shows it. */
function paymentOperation(number: string, { order, currency, asked }: Entry) {
  const amount = (asked / 100).toFixed(2);
  return {
    number,
    type: 'payment',
    status: 'completed',
    amount,
    currency,
    original_amount: amount,
    original_currency: currency,
    control: order,
  };
}

/** The panel's API: operations by number or description, and refunds, which are kept by their description. */
async function panel(call: ApiCall, memory: Memory): Promise<Response> {
  const [, , , , resource, number = '', kind] = call.path.split('/');
  if (resource === 'operations' && number === '') {
    const description = new URLSearchParams(call.query).get('description') ?? '';
    const order = await memory.get(`dotpay/${description}`);
    const entry = order ? await entryOf(memory, order) : null;
    const found = entry?.done.filter((one) => one.operationReference === description) ?? [];
    const results = entry ? found.map((one) => refundOperation(entry, one)) : [];
    return Response.json({ count: results.length, results });
  }
  const entry = await entryByReference(memory, 'dotpay', number);
  if (!entry) return Response.json({ detail: 'Not found' }, { status: 404 });
  if (resource === 'operations') return Response.json(paymentOperation(number, entry));
  if (kind !== 'refund') return new Response('no such call', { status: 404 });
  if (call.trouble === 'fail') return Response.json({ detail: 'Insufficient funds' }, { status: 400 });
  const refund = JSON.parse(call.body) as { amount: string; description: string; control: string };
  if (!/^\d+\.\d\d$/.test(refund.amount) || refund.control !== entry.order || !refund.description)
    return Response.json({ detail: 'Wrong amount, control or description' }, { status: 400 });
  const amount = Math.round(Number(refund.amount) * 100);
  const operation = { kind: 'refund', amount, operationReference: refund.description } as const;
  const result = await perform(memory, entry, operation);
  if (typeof result === 'string')
    return Response.json({ detail: `not possible: ${result}` }, { status: 400 });
  await memory.put(`dotpay/${refund.description}`, entry.order);
  return Response.json({ detail: 'ok' });
}

/** The cancellation of an account of mode legacy. */
async function cancelClassic(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const fields = new URLSearchParams(call.body);
  const value = (name: string) => fields.get(name) ?? '';
  const merchant = merchants.find(
    ({ settings }) =>
      settings.id === value('id') &&
      settings.login === value('login') &&
      settings.password === value('passwd'),
  );
  const signed = [
    value('login'),
    merchant?.settings.PIN,
    ...['type', 'id', 't_id', 'amount', 'control'].map(value),
  ];
  const md5 = createHash('md5').update(signed.join(':'), 'utf8').digest('hex');
  const entry = await entryByReference(memory, 'dotpay', value('t_id'));
  if (!merchant || md5 !== value('md5') || !entry) return new Response('err01');
  if (call.trouble === 'fail') return new Response('err02');
  const amount = value('type') === '1' ? null : Math.round(Number(value('amount')) * 100);
  const result = await perform(memory, entry, { kind: 'refund', amount });
  return new Response(typeof result === 'string' ? 'err03' : 'OK');
}

export const dotpayBank: Bank = {
  providers: ['dotpay'],
  caption: 'Dotpay',
  pages: [
    { method: 'POST', path: '/test_payment/' },
    { method: 'POST', path: '/t2/' },
  ],
  decisions: ['pay', 'decline', 'wait'],
  api: [
    { method: 'POST', path: '/test_seller/api/v1/payments/:number/refund/' },
    { method: 'GET', path: '/test_seller/api/v1/operations/:number/' },
    { method: 'GET', path: '/test_seller/api/v1/operations/' },
    { method: 'POST', path: '/api/cancel/' },
    { method: 'GET', path: '/test_payment/payment_api/v1/channels/' },
  ],
  movesMoney: ({ method }) => method === 'POST',
  async answer(call, merchants, memory) {
    if (call.path.endsWith('/channels/'))
      return dotpayChannels(call, (id) => merchants.some(({ settings }) => settings.id === id));
    if (call.path === '/api/cancel/') return cancelClassic(call, merchants, memory);
    const isUser = merchants.some(
      ({ settings }) =>
        call.headers.get('authorization') ===
        `Basic ${btoa(`${String(settings.login)}:${String(settings.password)}`)}`,
    );
    return isUser ? panel(call, memory) : Response.json({ detail: 'Unauthorized' }, { status: 401 });
  },
  decide: (order, merchant, decision, memory) =>
    refer(memory, 'dotpay', operationNumber(order, merchant, STATUS[decision][0]), order.order),

  receive({ body }, merchants) {
    const fields = new Map(readForm(body, 'utf-8'));
    const id = requiredField(fields, 'id');
    const merchant = merchants.find(({ settings }) => settings.id === id && 'PIN' in settings);
    if (!merchant) throw new BankError('id', 'is not known');
    if (merchant.settings.mode !== 'legacy' && requiredField(fields, 'chk') !== chk(fields, merchant))
      throw new BankError('chk', 'does not fit');
    checkDotpayChannel(fields);
    const amount = requiredField(fields, 'amount');
    if (!/^\d+\.\d\d$/.test(amount)) throw new BankError('amount', 'has not two decimals');
    return {
      account: merchant.account,
      order: requiredField(fields, 'control'),
      amount: Math.round(Number(amount) * 100),
      currency: requiredField(fields, 'currency'),
      manual: false,
      shown: [
        ['Shop', id],
        ['Description', fields.get('description') ?? ''],
      ],
      data: Object.fromEntries(fields),
    };
  },

  notification(order, merchant, decision, spoiling) {
    return {
      method: 'POST',
      url: order.data.urlc ?? order.data.URLC ?? merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: urlc(order, merchant, decision, spoiling),
    };
  },

  operationNotification(entry, operation, merchant) {
    if (merchant.settings.mode === 'legacy') return null;
    return {
      method: 'POST',
      url: entry.data.urlc ?? entry.data.URLC ?? merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: refundUrlc(entry, operation, merchant),
    };
  },

  back(order, _merchant, decision) {
    return `${order.data.url ?? order.data.URL}&status=${decision === 'pay' ? 'OK' : 'FAIL'}`;
  },
};
