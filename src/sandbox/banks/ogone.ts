/** The Ogone platform, simulated: e-Commerce page and direct feedback, for ogone and postfinance. */
import { createHash } from 'node:crypto';
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankMessage,
  type BankOrder,
  type Decision,
  digits,
  type Memory,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import {
  type BankOperationKind,
  type Entry,
  entryByReference,
  entryOf,
  perform,
  refer,
} from '../kit/bank-ledger.ts';

type Encoding = 'utf-8' | 'iso-8859-1';

/** Fields of the page that the platform would not include in its own hash. */
const UNSIGNED = new Set(['SHASIGN', 'SHOPVERSION']);

const FEEDBACK = [
  'orderID',
  'currency',
  'amount',
  'PM',
  'ACCEPTANCE',
  'STATUS',
  'CARDNO',
  'ED',
  'CN',
  'TRXDATE',
  'PAYID',
  'PAYIDSUB',
  'NCERROR',
  'BRAND',
  'IP',
];

const STATUS: Record<Decision, { readonly captured: string; readonly manual: string }> = {
  pay: { captured: '9', manual: '5' },
  decline: { captured: '2', manual: '2' },
  cancel: { captured: '1', manual: '1' },
  wait: { captured: '91', manual: '51' },
};

function bytes(text: string, encoding: Encoding): Buffer {
  return Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');
}

/** What "main parameters only" hashes, in its order: of a request, and of feedback. */
const MAIN = {
  in: ['ORDERID', 'AMOUNT', 'CURRENCY', 'PSPID'],
  out: ['ORDERID', 'CURRENCY', 'AMOUNT', 'PM', 'ACCEPTANCE', 'STATUS', 'CARDNO', 'PAYID', 'NCERROR', 'BRAND'],
};

/** The page's hash as the account is set: of each parameter, or of the main ones without names and borders. */
function pageSign(
  fields: readonly (readonly [string, string])[],
  passphrase: string,
  merchant: Merchant,
  names: readonly string[],
): string {
  if (merchant.settings.sha_mode !== 'main-parameters-only') return shasign(fields, passphrase, merchant);
  const values = new Map(fields.map(([name, value]) => [name.toUpperCase(), value]));
  const text = names.map((name) => values.get(name) ?? '').join('') + passphrase;
  const hash = createHash(String(merchant.settings.hash_algorithm ?? 'sha1'));
  return hash
    .update(bytes(text, encodingOf(merchant)))
    .digest('hex')
    .toUpperCase();
}

/** The platform's hash: sorted upper-case names, NAME=value and the passphrase each, empty values left out. */
function shasign(
  fields: Iterable<readonly [string, string]>,
  passphrase: string,
  merchant: Merchant,
): string {
  const encoding = encodingOf(merchant);
  const hash = createHash(String(merchant.settings.hash_algorithm ?? 'sha1'));
  const sorted = [...fields]
    .filter(([name, value]) => value !== '' && !UNSIGNED.has(name.toUpperCase()))
    .map(([name, value]) => [name.toUpperCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of sorted) hash.update(bytes(`${name}=${value}${passphrase}`, encoding));
  return hash.digest('hex').toUpperCase();
}

function encodingOf(merchant: Merchant): Encoding {
  return merchant.settings.encoding === 'iso-8859-1' ? 'iso-8859-1' : 'utf-8';
}

/** `19.99`, `20`, `7.5`: a dot, no padding. */
function platformAmount(minor: number): string {
  return String(minor / 100);
}

function percentEncoded(value: string, encoding: Encoding): string {
  return Array.from(bytes(value, encoding), (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9]/.test(char)) return char;
    return char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function feedback(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): string {
  const ok = decision === 'pay';
  const status = STATUS[decision][order.manual ? 'manual' : 'captured'];
  const values: Record<string, string> = {
    orderID: order.order,
    currency: order.currency,
    amount: platformAmount(order.amount),
    PM: 'CreditCard',
    ACCEPTANCE: ok ? 'test123' : '',
    STATUS: status,
    CARDNO: 'XXXXXXXXXXXX1111',
    ED: '0330',
    CN: order.data.CN ?? 'Zoé Müller',
    TRXDATE: order.data.TRXDATE ?? '',
    // A declined try and the payment after it are two transactions of one order.
    PAYID: `${ok ? '31' : '30'}${order.data.PAYID}`,
    PAYIDSUB: '0',
    NCERROR: decision === 'decline' ? '30001001' : '0',
    BRAND: 'VISA',
    IP: '203.0.113.7',
  };
  const pairs = FEEDBACK.map((name) => [name, values[name] ?? ''] as const);
  const passphrase = String(merchant.settings.sha_out) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = pageSign(pairs, passphrase, merchant, MAIN.out);
  const own = encodingOf(merchant);
  const other = own === 'utf-8' ? 'iso-8859-1' : 'utf-8';
  const sentIn = spoiling === 'wrong-charset' ? other : own;
  const sent = pairs.map(([name, value]) =>
    spoiling === 'bad-signature' && name === 'amount' ? ([name, '0.01'] as const) : ([name, value] as const),
  );
  return [...sent, ['SHASIGN', signature] as const]
    .map(([name, value]) => `${name}=${percentEncoded(value, sentIn)}`)
    .join('&');
}

/** The number of the transaction that paid. */
function payid(data: Readonly<Record<string, string>>): string {
  return `31${data.PAYID}`;
}

/** OPERATION of a maintenance call. */
const MAINTENANCE: Readonly<Record<string, BankOperationKind>> = {
  SAL: 'capture',
  SAS: 'capture',
  DEL: 'cancel',
  DES: 'cancel',
  RFD: 'refund',
  RFS: 'refund',
};

function response(attributes: Readonly<Record<string, string | number>>): Response {
  const text = Object.entries(attributes)
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ');
  return new Response(`<?xml version="1.0"?><ncresponse ${text}/>`, {
    headers: { 'content-type': 'text/XML; Charset=iso-8859-1' },
  });
}

function declined(code: string, plus: string): Response {
  return response({ NCSTATUS: code.charAt(0), NCERROR: code, NCERRORPLUS: plus, STATUS: '0' });
}

/** STATUS of an order after the last operation on it. */
function statusOf(entry: Entry): string {
  const last = entry.done.at(-1)?.kind;
  if (last === 'refund') return '8';
  if (last === 'cancel') return '6';
  if (last === 'capture') return '9';
  return entry.held > 0 ? '5' : entry.taken > 0 ? '9' : entry.cancelled ? '1' : '2';
}

/** DirectLink: maintenance is accepted at once and done offline. A query says what came of it. */
async function directLink(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const pspid = new URLSearchParams(call.body).get('PSPID');
  const merchant = merchants.find(({ settings }) => settings.pspid === pspid);
  if (!merchant) return declined('50001006', 'unknown order/1/r');
  const { sha_in, sha_in_directlink, userid, pswd } = merchant.settings;
  const charset = encodingOf(merchant) === 'utf-8' ? 'utf-8' : 'windows-1252';
  const fields = new Map(readForm(new TextEncoder().encode(call.body), charset));
  if (fields.get('USERID') !== userid || fields.get('PSWD') !== pswd)
    return declined('50001183', 'login or password not correct');
  // PAYIDSUB is not in the list of what SHA-IN covers.
  const covered = [...fields].filter(([name]) => name !== 'PAYIDSUB');
  if (fields.get('SHASIGN') !== shasign(covered, String(sha_in_directlink ?? sha_in), merchant))
    return declined('50001111', 'unknown order/1/s');
  const number = fields.get('PAYID') ?? '';
  const entry =
    (await entryByReference(memory, 'ogone', number)) ?? (await entryOf(memory, fields.get('ORDERID') ?? ''));
  if (!entry) return declined('50001130', 'unknown order/1/i');
  const answer = (about: Entry, status: string, amount: number) =>
    response({
      orderID: about.order,
      PAYID: payid(about.data),
      PAYIDSUB: about.done.length,
      NCSTATUS: 0,
      NCERROR: 0,
      NCERRORPLUS: '!',
      ACCEPTANCE: 'test123',
      STATUS: status,
      amount: platformAmount(amount),
      currency: about.currency,
    });
  if (call.path.endsWith('/querydirect.asp')) {
    const sub = fields.get('PAYIDSUB');
    const until = sub ? { ...entry, done: entry.done.slice(0, Number(sub)) } : entry;
    return answer(until, statusOf(until), until.done.at(-1)?.amount ?? entry.asked);
  }
  const kind = MAINTENANCE[fields.get('OPERATION') ?? ''];
  if (!kind) return declined('50001020', 'no such operation');
  if (call.trouble === 'fail') return declined('30021001', 'declined by the acquirer');
  const result = await perform(memory, entry, { kind, amount: Number(fields.get('AMOUNT')) });
  if (typeof result === 'string')
    return declined(result === 'amount' ? '50001054' : '50001127', `operation not possible: ${result}`);
  return answer(result.entry, { capture: '91', cancel: '61', refund: '81' }[kind], result.done.amount);
}

const BACK_FIELD: Record<Decision, string> = {
  pay: 'ACCEPTURL',
  decline: 'DECLINEURL',
  cancel: 'CANCELURL',
  wait: 'EXCEPTIONURL',
};

export const ogoneBank: Bank = {
  providers: ['ogone', 'postfinance'],
  caption: 'Ogone platform',
  pages: [{ method: 'POST', path: '/ncol/:stage/:page{orderstandard(?:_utf8)?\\.asp}' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/ncol/:stage/maintenancedirect.asp' },
    { method: 'POST', path: '/ncol/:stage/querydirect.asp' },
  ],
  movesMoney: ({ path }) => path.endsWith('/maintenancedirect.asp'),
  answer: directLink,
  decide: (order, _merchant, _decision, memory) => refer(memory, 'ogone', payid(order.data), order.order),

  receive({ path, body }, merchants) {
    const encoding: Encoding = path.endsWith('_utf8.asp') ? 'utf-8' : 'iso-8859-1';
    const fields = new Map(readForm(body, encoding === 'utf-8' ? 'utf-8' : 'windows-1252'));
    const pspid = requiredField(fields, 'PSPID');
    const merchant = merchants.find(({ settings }) => settings.pspid === pspid);
    if (!merchant) throw new BankError('PSPID', `unknown account ${pspid}`);
    if (encodingOf(merchant) !== encoding) {
      throw new BankError(
        'SHASIGN',
        `the account is set to ${encodingOf(merchant)} and the page to ${encoding}`,
      );
    }
    const amount = requiredField(fields, 'AMOUNT');
    if (!/^\d{1,15}$/.test(amount)) throw new BankError('AMOUNT', 'is not a number of cents');
    const order = requiredField(fields, 'ORDERID');
    if (order.length > 30) throw new BankError('ORDERID', 'is longer than 30 characters');
    for (const name of ['ACCEPTURL', 'DECLINEURL', 'EXCEPTIONURL', 'CANCELURL']) {
      if ((fields.get(name) ?? '').length > 200) throw new BankError(name, 'is longer than 200 characters');
    }
    const currency = requiredField(fields, 'CURRENCY');
    const expected = pageSign([...fields], String(merchant.settings.sha_in), merchant, MAIN.in);
    if (requiredField(fields, 'SHASIGN') !== expected) {
      throw new BankError('SHASIGN', 'unknown order/1/s: the signature does not fit the fields');
    }
    return {
      account: merchant.account,
      order,
      amount: Number(amount),
      currency,
      manual: fields.get('OPERATION') === 'RES',
      shown: [
        ['Merchant', pspid],
        ['Order', order],
        ['Description', fields.get('COM') ?? ''],
        ['Name', fields.get('CN') ?? ''],
      ],
      data: {
        ...Object.fromEntries(fields),
        PAYID: digits(8),
        TRXDATE: new Intl.DateTimeFormat('en-US', { dateStyle: 'short' }).format(new Date()),
      },
    };
  },

  notification(order, merchant, decision, spoiling): BankMessage {
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: feedback(order, merchant, decision, spoiling),
    };
  },

  back(order, merchant, decision) {
    const address = order.data[BACK_FIELD[decision]] ?? '';
    return `${address}${address.includes('?') ? '&' : '?'}${feedback(order, merchant, decision, 'none')}`;
  },
};
