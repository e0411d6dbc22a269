/** The web services of ASSIST, simulated: the result of an order with its operations, charge, cancel and refund, of both generations. */
import { createHash } from 'node:crypto';
import type { ApiCall, Memory, Merchant } from '../kit/bank.ts';
import {
  type BankOperationKind,
  concluded,
  type Entry,
  entryByReference,
  perform,
} from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

export const hashed = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
export const assistChecked = (salt: string, text: string) => hashed(hashed(salt) + hashed(text));

/** Whether an order was sent as a test; older data folders do not say it, and had tests only. */
export function testmodeOf(data: Readonly<Record<string, string>>): string {
  return data.testmode ?? '1';
}

/** `orderstate` after everything that happened to an order. */
function orderState(entry: Entry): string {
  if (entry.cancelled || (entry.taken > 0 && entry.returned === entry.taken)) return 'Canceled';
  if (entry.returned > 0) return 'PartialCanceled';
  if (entry.taken > 0) return entry.held > entry.taken ? 'PartialDelayed' : 'Approved';
  return entry.held > 0 ? 'Delayed' : 'Declined';
}

/** Now, as ASSIST writes it. */
function assistNow(): string {
  const [date = '', time = ''] = new Date().toISOString().slice(0, 19).split('T');
  return `${date.split('-').toReversed().join('.')} ${time}`;
}

const decimalOf = (minor: number) => (minor / 100).toFixed(2);

/** operationtype of an operation after the payment; that of a payment is 100. */
const TYPE: Readonly<Record<BankOperationKind, string>> = { capture: '200', cancel: '300', refund: '300' };

/** operationstate and responsecode. */
const RESULT = {
  done: ['Success', 'AS000'],
  pending: ['In Process', 'AS300'],
  rejected: ['Declined', 'AS100'],
} as const;

type Elements = Readonly<Record<string, string>>;

/** The number of an operation: the bill number of its order in extended form. The payment is the first one. */
function numberOf({ data, done }: Entry, operation: BankOperation): string {
  return `${data.bill}.${done.findIndex(({ id }) => id === operation.id) + 2}`;
}

/** An operation after the payment. */
function operationElements(entry: Entry, operation: BankOperation): Elements {
  const [state, code] = RESULT[operation.state];
  return {
    billnumber: numberOf(entry, operation),
    operationtype: TYPE[operation.kind],
    operationstate: state,
    amount: decimalOf(operation.amount),
    currency: entry.currency,
    responsecode: code,
    customermessage: state,
  };
}

function paymentElements(entry: Entry): Elements {
  return {
    billnumber: `${entry.data.bill}.1`,
    operationtype: '100',
    operationstate: 'Success',
    amount: decimalOf(entry.asked),
    currency: entry.currency,
    responsecode: 'AS000',
  };
}

function xmlOf(elements: Elements): string {
  return Object.entries(elements)
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join('');
}

/** The order in an answer of the web services, with some of its operations. It names no merchant. */
function orderXml(
  entry: Entry,
  merchant: Merchant,
  operations: readonly Elements[],
  isWrong = false,
): Response {
  const state = orderState(entry);
  const amount = decimalOf(entry.asked);
  const text = String(merchant.settings.merchant_id) + entry.order + amount + entry.currency + state;
  const order = {
    ordernumber: entry.order,
    billnumber: entry.data.bill ?? '',
    testmode: testmodeOf(entry.data),
    orderamount: amount,
    ordercurrency: entry.currency,
    orderstate: state,
    packetdate: assistNow(),
    checkvalue: assistChecked(String(merchant.settings.salt) + (isWrong ? ' of another' : ''), text),
  };
  const inner = operations.map((one) => `<operation>${xmlOf(one)}</operation>`);
  return new Response(
    `<?xml version='1.0' encoding='utf-8' standalone='yes'?>
<!DOCTYPE result [
<!ATTLIST result firstcode CDATA #REQUIRED secondcode CDATA #REQUIRED count CDATA #REQUIRED>
<!ELEMENT result (order*)>
<!ELEMENT order (ordernumber?,billnumber?,operation*)>
]>
<result firstcode="0" secondcode="0" count="1"><order>${xmlOf(order)}${inner.join('')}</order></result>`,
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

/** What is wrong with a call; null: nothing. */
function mistakeIn(request: URLSearchParams, isLegacy: boolean, currency: string): string | null {
  if (!/^\d{15,16}(?:\.\d+)?$/.test(request.get('Billnumber') ?? '')) return 'Billnumber';
  const [amount, given] = isLegacy
    ? [request.get('Subtotal_P'), request.get('Currency')]
    : [request.get('Amount'), request.get('Currency')];
  if ((amount === null) !== (given === null)) return 'Amount';
  if (amount !== null && !/^\d{1,12}\.\d\d$/.test(amount)) return 'Amount';
  if (given !== null && given !== currency) return 'Currency';
  if (!/^[1345]$/.test(request.get('Format') ?? '')) return 'Format';
  return /^[123]?$/.test(request.get('CancelReason') ?? request.get('RVRReason') ?? '')
    ? null
    : 'CancelReason';
}

/** The order of a bill number, plain or extended, with it. */
export async function entryOfBill(memory: Memory, bill: string): Promise<Entry | null> {
  const [plain = ''] = bill.split('.');
  const found = await entryByReference(memory, 'assist', plain);
  return found && { ...found, data: { ...found.data, bill: plain } };
}

/** Charge, cancel, refund and the result of an order, of both generations. */
export async function services(call: ApiCall, merchant: Merchant, memory: Memory): Promise<Response> {
  const request = new URLSearchParams(call.body);
  const isLegacy = /postauth|rvr/.test(call.path);
  const decline = () =>
    isLegacy
      ? windows1251(`ERROR:${IMPOSSIBLE}`)
      : new Response(`<result firstcode="10" secondcode="200"><message>${IMPOSSIBLE}</message></result>`, {
          headers: { 'content-type': 'text/xml' },
        });
  if (call.path.endsWith('/orderresult.cfm')) {
    const isDated = ['Start', 'End'].every(
      (end) =>
        /^\d{4}$/.test(request.get(`${end}Year`) ?? '') && /^\d{1,2}$/.test(request.get(`${end}Day`) ?? ''),
    );
    const bill = await memory.get(`assist/bill/${request.get('Ordernumber') ?? ''}`);
    const entry = bill && isDated ? await entryOfBill(memory, bill) : null;
    if (!entry) return new Response('<result firstcode="0" secondcode="0" count="0"/>');
    const listed = entry.done.map((one) => operationElements(entry, one));
    return orderXml(entry, merchant, [paymentElements(entry), ...listed]);
  }
  const entry = await entryOfBill(memory, request.get('Billnumber') ?? '');
  if (!entry || call.trouble === 'fail' || mistakeIn(request, isLegacy, entry.currency)) return decline();
  const given = request.get('Amount') ?? request.get('Subtotal_P');
  const kind = /charge|postauth/.test(call.path) ? 'capture' : entry.taken > 0 ? 'refund' : 'cancel';
  const amount = given ? Math.round(Number(given) * 100) : null;
  const result = await perform(memory, entry, {
    kind,
    amount,
    operationReference: request.get('Externalrefundid') ?? '',
  });
  if (typeof result === 'string') return decline();
  if (isLegacy) {
    // Nothing is done later there.
    await concluded(memory, result.entry, result.done.id, 'done');
    return windows1251(
      `ERROR:;ORDERNUMBER:${entry.order};BILLNUMBER:${billAfter(entry, result.done, result.entry)}`,
    );
  }
  const operation = operationElements(result.entry, result.done);
  return orderXml(result.entry, merchant, [operation], call.trouble === 'bad-signature');
}

// --- Legacy operations ------------------------------------------------------------------------------------

/** Status and PaymentTransactionType_id of a bill about an operation. */
const LEGACY_OPERATION: Readonly<Record<BankOperationKind, readonly [status: string, type: string]>> = {
  capture: ['Captured', '3'],
  cancel: ['Reversaled', '9'],
  refund: ['Refunded', '4'],
};

/** The bill number of an operation: each is a bill of its own, with a higher number. */
function billAfter({ data }: Entry, operation: BankOperation, { done }: Entry): string {
  const index = done.findIndex(({ id }) => id === operation.id) + 1;
  return String(BigInt(data.bill ?? '0') + BigInt(index));
}

/** The fields of a push, or of a row of the report, about an operation. */
export function operationPush(
  entry: Entry,
  operation: BankOperation,
  merchant: Merchant,
): [string, string][] {
  const [done, type] = LEGACY_OPERATION[operation.kind];
  const isDone = operation.state === 'done';
  const id = String(merchant.settings.merchant_id);
  const amount = decimalOf(operation.amount);
  const key = String(merchant.settings.sendresult_secret);
  return [
    ['Shop_IDP', id],
    ['OrderNumber', entry.order],
    ['Response_Code', isDone ? 'AS000' : 'AS100'],
    ['Message', isDone ? 'APPROVED' : 'DECLINED'],
    ['Date', '21.11.2026 10:00:00'],
    ['Total', amount],
    ['Currency', entry.currency],
    ['CardNumber', '4111****1111'],
    ['BillNumber', billAfter(entry, operation, entry)],
    ['Status', isDone ? done : `Not ${done}`],
    ['PacketDate', assistNow()],
    ['PaymentTransactionType_id', type],
    ['CheckValue', hashed(id + entry.order + amount + entry.currency + key)],
  ];
}

/** The fields of a result about an operation. */
export function operationResult(
  entry: Entry,
  operation: BankOperation,
  merchant: Merchant,
): [string, string][] {
  const id = String(merchant.settings.merchant_id);
  const state = orderState(entry);
  const { currency } = entry;
  const amount = decimalOf(operation.amount);
  const elements = operationElements(entry, operation);
  return [
    ['merchant_id', id],
    ['ordernumber', entry.order],
    ['billnumber', elements.billnumber ?? ''],
    ['testmode', testmodeOf(entry.data)],
    ['orderamount', decimalOf(entry.asked)],
    ['ordercurrency', currency],
    ['amount', amount],
    ['currency', currency],
    ['orderstate', state],
    ['packetdate', assistNow()],
    ['operationtype', elements.operationtype ?? ''],
    ['responsecode', elements.responsecode ?? ''],
    [
      'checkvalue',
      assistChecked(String(merchant.settings.salt), id + entry.order + amount + currency + state),
    ],
  ];
}

const ROW = [
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

/** A row of the report. */
export function rowOf(fields: readonly (readonly [string, string])[]): string {
  const values = new Map(fields);
  return ROW.map((name) => values.get(name)).join(';');
}
