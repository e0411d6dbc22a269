/**
 * A simulated ASSIST, written from src/providers/assist/SHEET.md: the order forms of both generations, the sending of results, the web
 * services, and the report.
 */
import { createHash, createPublicKey, createVerify } from 'node:crypto';
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

/** `orderstate` of the current protocol. */
const STATE: Record<Decision, readonly [charged: string, delayed: string]> = {
  pay: ['Approved', 'Delayed'],
  refuse: ['Declined', 'Declined'],
  cancel: ['Canceled', 'Canceled'],
  wait: ['In Process', 'In Process'],
};

/** Status of the bill, and Response_Code, of the legacy protocol. */
const LEGACY: Record<Decision, readonly [status: string, delayed: string, code: string]> = {
  pay: ['Authorized', 'Preauthorized', 'AS000'],
  refuse: ['Not authorized', 'Not preauthorized', 'AS102'],
  cancel: ['Reversaled', 'Reversaled', 'AS000'],
  wait: ['in process', 'in process', 'AS300'],
};

const hashed = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
const checked = (salt: string, text: string) => hashed(hashed(salt) + hashed(text));

/** The bill number of a decision about an order: 15 digits. */
function billOf(order: BankOrder, decision: Decision): string {
  const number = Number.parseInt(
    createHash('md5')
      .update(order.id + decision)
      .digest('hex')
      .slice(0, 10),
    16,
  );
  return `5${String(number).padStart(14, '0').slice(0, 14)}`;
}

const PACKET = '21.11.2026 10:00:05';

/** The fields of a result, current. */
function result(
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  spoiling: Spoiling,
): [string, string][] {
  const amount = (order.amount / 100).toFixed(2);
  const state = STATE[decision][order.manual ? 1 : 0];
  const salt = String(merchant.settings.salt) + (spoiling === 'unknown-key' ? ' of another' : '');
  const id = String(merchant.settings.merchant_id);
  const signed = checked(salt, id + order.order + amount + order.currency + state);
  return [
    ['merchant_id', id],
    ['ordernumber', order.order],
    ['billnumber', billOf(order, decision)],
    ['testmode', merchant.environment === 'production' ? '0' : '1'],
    ['ordercomment', 'Заказ №15'],
    ['orderamount', amount],
    ['ordercurrency', order.currency],
    ['amount', amount],
    ['currency', order.currency],
    ['firstname', 'Иван'],
    ['orderdate', '21.11.2026 10:00:00'],
    ['orderstate', spoiling === 'bad-signature' ? 'Approved again' : state],
    ['packetdate', PACKET],
    ['responsecode', LEGACY[decision][2]],
    ['meannumber', '411111****1111'],
    ['checkvalue', signed],
  ];
}

/** The fields of a push, legacy. */
function push(
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  spoiling: Spoiling,
): [string, string][] {
  const amount = (order.amount / 100).toFixed(2);
  const id = String(merchant.settings.merchant_id);
  const key = String(merchant.settings.sendresult_secret) + (spoiling === 'unknown-key' ? ' of another' : '');
  const [status, delayed, code] = LEGACY[decision];
  return [
    ['Shop_IDP', id],
    ['OrderNumber', order.order],
    ['Response_Code', code],
    ['Message', decision === 'pay' ? 'APPROVED' : 'DECLINED'],
    ['Comment', 'Заказ №15'],
    ['Date', '21.11.2026 10:00:00'],
    ['Total', spoiling === 'bad-signature' ? '0.01' : amount],
    ['Currency', order.currency],
    ['CardNumber', '4111****1111'],
    ['CardSubType', 'UNKNOWN'],
    ['BillNumber', billOf(order, decision)],
    ['Status', order.manual ? delayed : status],
    ['PacketDate', PACKET],
    ['PaymentTransactionType_id', order.manual ? '2' : '1'],
    ['CheckValue', hashed(id + order.order + amount + order.currency + key)],
  ];
}

function percent(text: string, spoiling: Spoiling): string {
  // Cyrillic cut to its low bytes, as a message of a wrong charset arrives.
  const bytes = Buffer.from(text, spoiling === 'wrong-charset' ? 'latin1' : 'utf8');
  return Array.from(bytes, (byte: number) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function requireSigned(fields: ReadonlyMap<string, string>, merchant: Merchant): void {
  const { salt, delimiter, rsa_public_key } = merchant.settings;
  const names = [
    'Merchant_ID',
    'OrderNumber',
    'OrderAmount',
    'OrderCurrency',
    'OrderMaxPoints',
    'CustomerNumber',
    'Disable3DS',
    'Prepayment',
  ];
  const text = names.flatMap((name) => fields.get(name) || []).join(String(delimiter ?? ';'));
  const signature = fields.get('Signature');
  if (signature !== undefined) {
    const key = createPublicKey(String(rsa_public_key ?? merchant.settings.rsa_private_key));
    if (!createVerify('RSA-MD5').update(text).verify(key, Buffer.from(signature, 'base64')))
      throw new BankError('Signature', 'does not fit');
  } else if (requiredField(fields, 'Checkvalue') !== checked(String(salt), text)) {
    throw new BankError('Checkvalue', 'does not fit');
  }
}

/** `orderstate` after everything that happened to an order. */
function orderState(entry: Entry): string {
  if (entry.cancelled || (entry.taken > 0 && entry.returned === entry.taken)) return 'Canceled';
  if (entry.returned > 0) return 'PartialCanceled';
  if (entry.taken > 0) return entry.held > entry.taken ? 'PartialDelayed' : 'Approved';
  return entry.held > 0 ? 'Delayed' : 'Declined';
}

/** An order in an answer of the web services, with its check value. */
function orderXml(entry: Entry, merchant: Merchant, amount: number, isWrong: boolean): Response {
  const [orderAmount, operationAmount] = [entry.asked, amount].map((minor) => (minor / 100).toFixed(2));
  const id = String(merchant.settings.merchant_id);
  const state = orderState(entry);
  const value = checked(
    String(merchant.settings.salt) + (isWrong ? ' of another' : ''),
    id + entry.order + operationAmount + entry.currency + state,
  );
  const elements: Record<string, string> = {
    merchant_id: id,
    ordernumber: entry.order,
    billnumber: entry.data.bill ?? '',
    orderamount: orderAmount ?? '',
    ordercurrency: entry.currency,
    amount: operationAmount ?? '',
    currency: entry.currency,
    orderstate: state,
    responsecode: 'AS000',
    packetdate: '21.11.2026 11:00:05',
    checkvalue: value,
  };
  const inner = Object.entries(elements).map(([name, text]) => `<${name}>${text}</${name}>`);
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?><result firstcode="0" secondcode="0" count="1"><orders><order>${inner.join('')}</order></orders></result>`,
    { headers: { 'content-type': 'text/xml' } },
  );
}

function windows1251(text: string): Response {
  const bytes = Array.from(text, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code;
  });
  return new Response(Uint8Array.from(bytes));
}

const IMPOSSIBLE = 'Невозможно выполнить операцию по платежу!';

/** Charge, cancel, refund and the result of an order, of both generations. */
async function services(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const request = new URLSearchParams(call.body);
  const isLegacy = /postauth|rvr/.test(call.path);
  const decline = () =>
    isLegacy
      ? windows1251(`ERROR:${IMPOSSIBLE}`)
      : new Response(`<result firstcode="10" secondcode="200"><message>${IMPOSSIBLE}</message></result>`, {
          headers: { 'content-type': 'text/xml' },
        });
  if (call.path.endsWith('/orderresult.cfm')) {
    const entry = await entryOf(memory, request.get('Ordernumber') ?? '');
    const bill = entry && (await memory.get(`assist/bill/${entry.order}`));
    if (!entry) return new Response('<result firstcode="0" secondcode="0" count="0"/>');
    const amount = entry.returned || entry.taken || entry.asked;
    return orderXml({ ...entry, data: { ...entry.data, bill: bill ?? '' } }, merchant, amount, false);
  }
  const bill = request.get('Billnumber') ?? '';
  const found = await entryByReference(memory, 'assist', bill);
  if (!found || call.trouble === 'fail') return decline();
  const entry = { ...found, data: { ...found.data, bill } };
  const given = request.get('Amount') ?? request.get('Subtotal_P');
  const kind = /charge|postauth/.test(call.path) ? 'capture' : entry.taken > 0 ? 'refund' : 'cancel';
  const amount = given ? Math.round(Number(given) * 100) : null;
  const result = await perform(memory, entry, { kind, amount });
  if (typeof result === 'string') return decline();
  if (isLegacy) return windows1251('ERROR:;BILLNUMBER:1');
  return orderXml(result.entry, merchant, result.done.amount, call.trouble === 'bad-signature');
}

/** Where the rows of a shop's report are kept. */
const reportOf = (merchant: Merchant) => `assist/${String(merchant.settings.merchant_id)}`;

export const assistBank: Bank = {
  providers: ['assist'],
  caption: 'ASSIST',
  pages: [
    { method: 'POST', path: '/pay/order.cfm' },
    { method: 'POST', path: '/shops/purchase.cfm' },
    { method: 'POST', path: '/shops/cardpayment.cfm' },
  ],
  decisions: ['pay', 'refuse', 'wait'],
  api: [
    { method: 'POST', path: '/results/results.cfm' },
    { method: 'POST', path: '/charge/charge.cfm' },
    { method: 'POST', path: '/cancel/cancel.cfm' },
    { method: 'POST', path: '/orderresult/orderresult.cfm' },
    { method: 'POST', path: '/postauths/postauth.cfm' },
    { method: 'POST', path: '/rvr/rvr.cfm' },
  ],
  movesMoney: ({ path }) => /\/(?:charge|cancel|postauth|rvr)\.cfm$/.test(path),

  async answer(call, merchants, memory) {
    const request = new URLSearchParams(call.body);
    const merchant = merchants.find(
      ({ settings }) =>
        settings.merchant_id === (request.get('Shop_ID') ?? request.get('Merchant_ID')) &&
        settings.login === request.get('Login'),
    );
    if (!merchant || merchant.settings.password !== (request.get('PASSWORD') ?? request.get('Password')))
      return new Response('ERROR:Неверный логин или пароль');
    if (!call.path.startsWith('/results/')) return services(call, merchant, memory);
    const header =
      'Order Number;Result Code;Message;Order Date;Order Total;Currency Code;Card Number;Payment No.;Order State;Paket date';
    return new Response([header, (await memory.get(reportOf(merchant))) ?? ''].join('\n'));
  },

  async decide(order, merchant, decision, memory) {
    if (decision === 'pay') {
      await refer(memory, 'assist', billOf(order, decision), order.order);
      await memory.put(`assist/bill/${order.order}`, billOf(order, decision));
    }
    if (!order.data.legacy) return;
    const bill = new Map(push(order, merchant, decision, 'none'));
    const row = [
      'OrderNumber',
      'Response_Code',
      'Message',
      'Date',
      'Total',
      'Currency',
      'CardNumber',
      'BillNumber',
      'Status',
      'PacketDate',
    ];
    const before = (await memory.get(reportOf(merchant))) ?? '';
    await memory.put(reportOf(merchant), `${before}${row.map((name) => bill.get(name)).join(';')}\n`);
  },

  receive({ path, body }, merchants) {
    const legacy = path.startsWith('/shops/');
    const fields = new Map(readForm(body, legacy ? 'windows-1251' : 'utf-8'));
    const id = requiredField(fields, legacy ? 'Shop_IDP' : 'Merchant_ID');
    const merchant = merchants.find(({ settings }) => settings.merchant_id === id);
    if (!merchant) throw new BankError('merchant', 'is not known');
    if (!legacy) requireSigned(fields, merchant);
    if (path.endsWith('cardpayment.cfm')) {
      for (const name of ['LastName', 'FirstName', 'Email']) requiredField(fields, name);
    }
    const amount = requiredField(fields, legacy ? 'Subtotal_P' : 'OrderAmount');
    if (!/^\d+\.\d\d$/.test(amount)) throw new BankError('amount', 'has not two decimals');
    return {
      account: merchant.account,
      order: requiredField(fields, legacy ? 'Order_IDP' : 'OrderNumber'),
      amount: Math.round(Number(amount) * 100),
      currency: requiredField(fields, legacy ? 'Currency' : 'OrderCurrency'),
      manual: fields.get('Delay') === '1',
      shown: [
        ['Comment', fields.get(legacy ? 'Comment' : 'OrderComment') ?? ''],
        ['Name', fields.get(legacy ? 'LastName' : 'Lastname') ?? ''],
      ],
      data: {
        legacy: legacy ? '1' : '',
        ok: fields.get('URL_RETURN_OK') ?? '',
        no: fields.get('URL_RETURN_NO') ?? '',
      },
    };
  },

  notification(order, merchant, decision, spoiling) {
    const make = order.data.legacy ? push : result;
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: make(order, merchant, decision, spoiling)
        .map(([name, value]) => `${name}=${percent(value, spoiling)}`)
        .join('&'),
    };
  },

  back(order, _merchant, decision) {
    const url = decision === 'pay' || decision === 'wait' ? order.data.ok : order.data.no;
    return order.data.legacy
      ? (url ?? '')
      : `${url}&billnumber=${billOf(order, decision)}&ordernumber=${order.order}`;
  },
};
