/** The Ogone platform, simulated: e-Commerce page and direct feedback, for ogone and postfinance. */
import { createHash } from 'node:crypto';
import {
  type Bank,
  BankError,
  type BankMessage,
  type BankOrder,
  type Decision,
  digits,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { refer } from '../kit/bank-ledger.ts';
import {
  type Encoding,
  encodingOf,
  OPERATION_STATUS,
  ogoneBytes,
  payid,
  platformAmount,
  shasign,
  simulatedDirectLink,
} from './ogone-directlink.ts';

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
    .update(ogoneBytes(text, encodingOf(merchant)))
    .digest('hex')
    .toUpperCase();
}

function percentEncoded(value: string, encoding: Encoding): string {
  return Array.from(ogoneBytes(value, encoding), (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9]/.test(char)) return char;
    return char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** What one message of the platform says besides what it knows of the order. */
interface FeedbackValues {
  readonly amount: number;
  readonly ACCEPTANCE: string;
  readonly STATUS: string;
  readonly PAYID: string;
  readonly PAYIDSUB: string;
  readonly NCERROR: string;
}

function feedback(
  order: Pick<BankOrder, 'order' | 'currency' | 'data'>,
  merchant: Merchant,
  { amount, ...said }: FeedbackValues,
  spoiling: Spoiling,
): string {
  const values: Record<string, string> = {
    orderID: order.order,
    currency: order.currency,
    amount: platformAmount(amount),
    PM: 'CreditCard',
    CARDNO: 'XXXXXXXXXXXX1111',
    ED: '0330',
    CN: order.data.CN ?? 'Zoé Müller',
    TRXDATE: order.data.TRXDATE ?? '',
    BRAND: 'VISA',
    IP: '203.0.113.7',
    ...said,
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

/** What the platform tells of the shopper's decision. */
function decisionFeedback(
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  spoiling: Spoiling,
): string {
  const ok = decision === 'pay';
  return feedback(
    order,
    merchant,
    {
      amount: order.amount,
      ACCEPTANCE: ok ? 'test123' : '',
      STATUS: STATUS[decision][order.manual ? 'manual' : 'captured'],
      // A declined try and the payment after it are two transactions of one order.
      PAYID: `${ok ? '31' : '30'}${order.data.PAYID}`,
      PAYIDSUB: '0',
      NCERROR: decision === 'decline' ? '30001001' : '0',
    },
    spoiling,
  );
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
  answer: simulatedDirectLink,
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
      body: decisionFeedback(order, merchant, decision, spoiling),
    };
  },

  // Accounts whose back office has "HTTP request for status changes" on are told of each operation when it is over.
  operationNotification(entry, operation, merchant): BankMessage | null {
    const number = entry.done.findIndex(({ id }) => id === operation.id) + 1;
    if (number === 0) return null;
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: feedback(
        entry,
        merchant,
        {
          amount: operation.amount,
          ACCEPTANCE: '',
          STATUS: OPERATION_STATUS[operation.kind][operation.state],
          PAYID: payid(entry.data),
          PAYIDSUB: String(number),
          NCERROR: operation.state === 'rejected' ? '30001001' : '0',
        },
        'none',
      ),
    };
  },

  back(order, merchant, decision) {
    const address = order.data[BACK_FIELD[decision]] ?? '';
    return `${address}${address.includes('?') ? '&' : '?'}${decisionFeedback(order, merchant, decision, 'none')}`;
  },
};
