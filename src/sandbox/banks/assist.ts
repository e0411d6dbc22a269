/**
 * A simulated ASSIST, written from src/providers/assist/SHEET.md: the order forms of both generations, the sending of results, the web
 * services, and the report.
 */
import { createHash, createPublicKey, createVerify } from 'node:crypto';
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { refer } from '../kit/bank-ledger.ts';
import {
  assistChecked,
  entryOfBill,
  hashed,
  operationPush,
  operationResult,
  rowOf,
  services,
  testmodeOf,
} from './assist-services.ts';

/** `orderstate` of the current protocol. */
const STATE: Record<Decision, readonly [charged: string, delayed: string]> = {
  pay: ['Approved', 'Delayed'],
  decline: ['Declined', 'Declined'],
  cancel: ['Canceled', 'Canceled'],
  wait: ['In Process', 'In Process'],
};

/** Status of the bill, and Response_Code, of the legacy protocol. */
const LEGACY: Record<Decision, readonly [status: string, delayed: string, code: string]> = {
  pay: ['Authorized', 'Preauthorized', 'AS000'],
  decline: ['Not authorized', 'Not preauthorized', 'AS102'],
  cancel: ['Reversaled', 'Reversaled', 'AS000'],
  wait: ['in process', 'in process', 'AS300'],
};

/** The bill number of a decision about an order: 15 digits. */
function billOfId(id: string, decision: Decision): string {
  const number = Number.parseInt(
    createHash('md5')
      .update(id + decision)
      .digest('hex')
      .slice(0, 10),
    16,
  );
  return `5${String(number).padStart(14, '0').slice(0, 14)}`;
}

function billOf({ id }: BankOrder, decision: Decision): string {
  return billOfId(id, decision);
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
  const signed = assistChecked(salt, id + order.order + amount + order.currency + state);
  return [
    ['merchant_id', id],
    ['ordernumber', order.order],
    ['billnumber', billOf(order, decision)],
    ['testmode', testmodeOf(order.data)],
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
  } else if (requiredField(fields, 'Checkvalue') !== assistChecked(String(salt), text)) {
    throw new BankError('Checkvalue', 'does not fit');
  }
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
  decisions: ['pay', 'decline', 'wait'],
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
        settings.login === request.get('Login') &&
        settings.password === (request.get('PASSWORD') ?? request.get('Password')),
    );
    if (!merchant) return new Response('ERROR:Неверный логин или пароль');
    if (!call.path.startsWith('/results/')) return services(call, merchant, memory);
    const header =
      'Order Number;Result Code;Message;Order Date;Order Total;Currency Code;Card Number;Payment No.;Order State;Paket date';
    const payments = (await memory.get(reportOf(merchant))) ?? '';
    const orders = new Set(payments.split('\n').map((row) => row.split(';')[0] ?? ''));
    const entries = await Promise.all(
      [...orders].map(async (order) => {
        const bill = await memory.get(`assist/bill/${order}`);
        return bill ? entryOfBill(memory, bill) : null;
      }),
    );
    const operations = entries
      .filter((entry) => entry !== null)
      .flatMap((entry) => entry.done.map((one) => rowOf(operationPush(entry, one, merchant))));
    return new Response([header, payments.trimEnd(), ...operations, ''].join('\n'));
  },

  async decide(order, merchant, decision, memory) {
    if (decision === 'pay') {
      await refer(memory, 'assist', billOf(order, decision), order.order);
      await memory.put(`assist/bill/${order.order}`, billOf(order, decision));
    }
    if (!order.data.legacy) return;
    const before = (await memory.get(reportOf(merchant))) ?? '';
    await memory.put(reportOf(merchant), `${before}${rowOf(push(order, merchant, decision, 'none'))}\n`);
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
        testmode: fields.get('TestMode') === '1' ? '1' : '0',
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

  operationNotification(found, operation, merchant) {
    const entry = { ...found, data: { ...found.data, bill: billOfId(found.data.id ?? '', 'pay') } };
    const make = found.data.legacy ? operationPush : operationResult;
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: make(entry, operation, merchant)
        .map(([name, value]) => `${name}=${percent(value, 'none')}`)
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
