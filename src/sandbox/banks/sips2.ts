/** The Paypage of SIPS 2, simulated. */
import { createHash, createHmac } from 'node:crypto';
import { currency, currencyByNumber } from '../../payments/currencies.ts';
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
import { type BankOperationKind, type Entry, entryOf, perform, takenParts } from '../kit/bank-ledger.ts';
import { amountOfMessage, checkedParts, partNumber, partsIn } from '../kit/parts.ts';

const CODE: Record<Decision, string> = { pay: '00', decline: '05', cancel: '17', wait: '60' };

function seal(data: string, merchant: Merchant, key: string): string {
  return merchant.settings.seal_algorithm === 'SHA-256'
    ? createHash('sha256')
        .update(data + key, 'utf8')
        .digest('hex')
    : createHmac('sha256', key).update(data, 'utf8').digest('hex');
}

function pairs(data: string): Map<string, string> {
  return new Map(
    data.split('|').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** The reference of the part that a message is about. */
function referenceOf(order: BankOrder): string {
  const references = order.data['instalmentData.transactionReferencesList']?.split(',') ?? [];
  return references[partNumber(order) - 1] ?? order.order;
}

const INSTALMENT_LISTS = [
  'instalmentData.amountsList',
  'instalmentData.datesList',
  'instalmentData.transactionReferencesList',
];

/** The parts of a payment, checked as the page checks them. @throws BankError */
function partsOfData(values: ReadonlyMap<string, string>, reference: string) {
  if ((values.get('paymentPattern') ?? 'ONE_SHOT') !== 'INSTALMENT') return {};
  const count = Number(requiredField(values, 'instalmentData.number'));
  const [amounts = [], dates = [], references = []] = INSTALMENT_LISTS.map((name) =>
    requiredField(values, name).split(','),
  );
  if (amounts.length !== count || dates.length !== count || references.length !== count)
    throw new BankError('instalmentData.number', '30: the lists are of another length');
  if (references[0] !== reference || new Set(references).size !== count)
    throw new BankError('instalmentData.transactionReferencesList', '30');
  if (!references.every((one) => /^[A-Za-z0-9]{1,35}$/.test(one)))
    throw new BankError('instalmentData.transactionReferencesList', '30');
  const isRising = dates.every(
    (date, at) => /^\d{8}$/.test(date) && (at === 0 || date > (dates[at - 1] ?? '')),
  );
  if (!isRising) throw new BankError('instalmentData.datesList', '30');
  return checkedParts(amounts.map(Number), Number(values.get('amount')), 'instalmentData.amountsList');
}

function response(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): string {
  const data = [
    ['captureDay', order.data.captureDay ?? '0'],
    ['captureMode', order.data.captureMode ?? ''],
    ['currencyCode', currency(order.currency)?.numeric ?? ''],
    ['merchantId', String(merchant.settings.merchant_id)],
    ['orderChannel', 'INTERNET'],
    ['responseCode', CODE[decision]],
    ['transactionDateTime', '2026-11-21T10:02:11+01:00'],
    ['transactionReference', referenceOf(order)],
    ['keyVersion', String(merchant.settings.key_version)],
    ['acquirerResponseCode', decision === 'pay' ? '00' : 'null'],
    ['amount', String(amountOfMessage(order))],
    ['authorisationId', '12345'],
    ['paymentMeanBrand', 'VISA'],
    ['paymentMeanType', 'CARD'],
    ['maskedPan', '4100##########00'],
    ['orderId', order.order],
    ['returnContext', order.data.returnContext ?? 'Café n°7'],
    ['mandateId', 'null'],
    ...(order.data.parts
      ? [
          ['paymentPattern', 'INSTALMENT'],
          ['instalmentNumber', order.data['instalmentData.number'] ?? ''],
          ['instalmentAmountsList', order.data['instalmentData.amountsList'] ?? ''],
          ['instalmentDatesList', order.data['instalmentData.datesList'] ?? ''],
          [
            'instalmentTransactionReferencesList',
            order.data['instalmentData.transactionReferencesList'] ?? '',
          ],
        ]
      : [['paymentPattern', 'ONE_SHOT']]),
  ]
    .map(([name, value]) => `${name}=${value}`)
    .join('|');
  const encoding = order.data.encode ?? '';
  const sent = encoding === '' ? data : Buffer.from(data, 'utf8').toString(encoding as 'base64');
  const key = String(merchant.settings.secret_key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = seal(sent, merchant, key);
  const spoilt = spoiling === 'bad-signature' ? sent.replace(/.$/, 'X') : sent;
  const bytes = Uint8Array.from(Buffer.from(spoilt, spoiling === 'wrong-charset' ? 'latin1' : 'utf8'));
  const escaped = Array.from(bytes, (byte: number) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return `Data=${escaped}&Seal=${signature}&InterfaceVersion=HP_2.0&Encode=${encoding}`;
}

type Message = Readonly<Record<string, unknown>>;

/** Values of a JSON message in the order of their names, objects inside by the same rule. */
function joined(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  return Object.keys(value)
    .sort()
    .filter((name) => !['keyVersion', 'sealAlgorithm', 'seal'].includes(name))
    .map((name) => joined((value as Message)[name]))
    .join('');
}

function officeSeal(message: Message, merchant: Merchant): string {
  return createHmac('sha256', String(merchant.settings.secret_key))
    .update(joined(message), 'utf8')
    .digest('hex');
}

const OPERATIONS: Readonly<Record<string, BankOperationKind>> = {
  validate: 'capture',
  cancel: 'cancel',
  refund: 'refund',
};

function sumOf(entry: Entry, kind: BankOperationKind): number {
  return entry.done
    .filter((one) => one.kind === kind && one.state === 'done')
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** transactionStatus. The refund of a part does not change it. */
function statusOf(entry: Entry): string {
  const { taken, returned, held, cancelled } = entry;
  if (cancelled) return 'CANCELLED';
  if (taken > 0 && returned === taken) return sumOf(entry, 'refund') > 0 ? 'TO_CREDIT' : 'CANCELLED';
  if (taken > 0) return held > 0 ? 'TO_CAPTURE' : 'CAPTURED';
  return held > 0 ? 'TO_VALIDATE' : 'REFUSED';
}

/** What the transaction is for: after a validation what was validated, less by what was cancelled. */
function amountOf(entry: Entry): number {
  const takenBack = entry.returned - sumOf(entry, 'refund');
  return entry.taken > 0 ? entry.taken - takenBack : entry.asked - entry.released;
}

/** Answers that may come without a seal: the request itself was rejected. */
const UNSEALED: ReadonlySet<unknown> = new Set(['12', '30', '34']);

/** The Office: cash management and diagnosis. */
async function office(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const message = JSON.parse(call.body) as Message;
  const ofId = merchants.filter(({ settings }) => settings.merchant_id === message.merchantId);
  if (ofId.length === 0) return Response.json({ responseCode: '03' });
  const merchant = ofId.find((one) => message.seal === officeSeal(message, one));
  if (!merchant) return Response.json({ responseCode: '34' });
  const answered = (answer: Message) => {
    if (UNSEALED.has(answer.responseCode)) return Response.json(answer);
    const right = officeSeal(answer, merchant);
    const wrong = call.trouble === 'bad-signature';
    return Response.json({
      ...answer,
      seal: wrong ? right.replace(/^./, (c) => (c === '0' ? '1' : '0')) : right,
    });
  };
  const name = call.path.split('/').at(-1) ?? '';
  const isDiagnosis = name === 'getTransactionData';
  if (!(isDiagnosis ? /^DR_WS_\d/ : /^CR_WS_\d/).test(String(message.interfaceVersion)))
    return answered({ responseCode: '30', errorFieldName: 'interfaceVersion' });
  if (message.keyVersion !== String(merchant.settings.key_version))
    return answered({ responseCode: '34', errorFieldName: 'keyVersion' });
  const asked = String(message.transactionReference);
  const part = /^(.{18})P(\d+)$/.exec(asked);
  const entry = await entryOf(memory, part?.[1] ?? asked);
  if (!entry || (part && !takenParts(entry).includes(Number(part[2]))))
    return answered({ responseCode: '25' });
  const numeric = currency(entry.currency)?.numeric ?? '';
  if (isDiagnosis) {
    return answered({
      responseCode: '00',
      merchantId: merchant.settings.merchant_id,
      transactionReference: asked,
      orderId: entry.order,
      transactionStatus: statusOf(entry),
      captureMode: entry.data.captureMode ?? '',
      amount: String(partsIn(entry)[Number(part?.[2] ?? 1) - 1] ?? amountOf(entry)),
      currencyCode: numeric,
    });
  }
  const kind = OPERATIONS[name];
  const isTooLate = kind === 'cancel' && statusOf(entry) === 'CAPTURED';
  if (!kind || isTooLate || call.trouble === 'fail')
    return answered({ responseCode: '24', newStatus: statusOf(entry) });
  if (message.currencyCode !== numeric)
    return answered({ responseCode: '12', errorFieldName: 'currencyCode' });
  if (!/^[1-9]\d{0,11}$/.test(String(message.operationAmount)))
    return answered({ responseCode: '30', errorFieldName: 'operationAmount' });
  // One validation: with it the rest is let go, and a cancel is about what was validated.
  const isOfTaken = kind === 'cancel' && entry.taken > 0;
  const result = await perform(memory, entry, {
    kind,
    amount: Number(message.operationAmount),
    ...(isOfTaken && { isOfTaken }),
  });
  if (typeof result === 'string')
    return answered({ responseCode: result === 'amount' ? '51' : '24', newStatus: statusOf(entry) });
  return answered({
    responseCode: result.done.state === 'pending' ? '60' : '00',
    acquirerResponseCode: '00',
    newAmount: String(amountOf(result.entry)),
    newStatus: statusOf(result.entry),
    operationDateTime: '2026-11-21T10:05:00+01:00',
  });
}

export const sips2Bank: Bank = {
  providers: ['sips2'],
  caption: 'WL Sips Paypage',
  pages: [{ method: 'POST', path: '/paymentInit' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/rs-services/v2/cashManagement/:call' },
    { method: 'POST', path: '/rs-services/v2/diagnostic/getTransactionData' },
  ],
  movesMoney: ({ path }) => path.includes('/cashManagement/'),
  answer: office,

  receive({ body }, merchants) {
    const form = new Map(readForm(body, 'utf-8'));
    const data = requiredField(form, 'Data');
    const encode = form.get('Encode') ?? '';
    const text = encode === '' ? data : Buffer.from(data, encode as 'base64').toString('utf8');
    const values = pairs(text);
    const id = requiredField(values, 'merchantId');
    const merchant = merchants.find(({ settings }) => settings.merchant_id === id);
    if (!merchant) throw new BankError('merchantId', '03: no such contract');
    if (!/^HP_\d/.test(requiredField(form, 'InterfaceVersion')))
      throw new BankError('InterfaceVersion', '30');
    const algorithm = form.get('SealAlgorithm') ?? 'SHA-256';
    if (algorithm !== merchant.settings.seal_algorithm) throw new BankError('SealAlgorithm', '34');
    if (requiredField(form, 'Seal') !== seal(data, merchant, String(merchant.settings.secret_key))) {
      throw new BankError('Seal', '34: the seal does not fit');
    }
    const reference = values.get('transactionReference') ?? requiredField(values, 'orderId');
    if (!/^[A-Za-z0-9]{1,35}$/.test(reference)) throw new BankError('transactionReference', '30');
    if (!/^[1-9]\d{0,11}$/.test(requiredField(values, 'amount'))) throw new BankError('amount', '30');
    const code = currencyByNumber(requiredField(values, 'currencyCode'));
    if (!code) throw new BankError('currencyCode', '30');
    for (const name of ['normalReturnUrl', 'automaticResponseUrl']) {
      if (!URL.canParse(requiredField(values, name))) throw new BankError(name, '30');
    }
    return {
      account: merchant.account,
      order: reference,
      amount: Number(values.get('amount')),
      currency: code.alpha,
      manual: values.get('captureMode') === 'VALIDATION',
      shown: [
        ['Merchant', id],
        ['Reference', reference],
        ['Description', values.get('returnContext') ?? ''],
      ],
      data: { ...Object.fromEntries(values), encode, ...partsOfData(values, reference) },
    };
  },

  notification(order, merchant, decision, spoiling) {
    return {
      method: 'POST',
      url: order.data.automaticResponseUrl ?? '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: response(order, merchant, decision, spoiling),
    };
  },

  // The real page posts the same fields; an address is enough for the sandbox, and our route takes both.
  back(order, merchant, decision) {
    return `${order.data.normalReturnUrl}?${response(order, merchant, decision, 'none')}`;
  },
};
