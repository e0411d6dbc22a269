/** The Ogone platform, simulated: DirectLink, and what it shares with the page. */
import { createHash } from 'node:crypto';
import { type ApiCall, type Memory, type Merchant, readForm } from '../kit/bank.ts';
import {
  type BankOperationKind,
  type Entry,
  entryByReference,
  entryOf,
  perform,
} from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

export type Encoding = 'utf-8' | 'iso-8859-1';

/** Fields of the page that the platform would not include in its own hash. */
const UNSIGNED = new Set(['SHASIGN', 'SHOPVERSION']);

/** A text in the charset of an account. */
export function ogoneBytes(text: string, encoding: Encoding): Buffer {
  return Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');
}

/** The platform's hash: sorted upper-case names, NAME=value and the passphrase each, empty values left out. */
export function shasign(
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
  for (const [name, value] of sorted) hash.update(ogoneBytes(`${name}=${value}${passphrase}`, encoding));
  return hash.digest('hex').toUpperCase();
}

/** The charset that the account is set to. */
export function encodingOf(merchant: Merchant): Encoding {
  return merchant.settings.encoding === 'iso-8859-1' ? 'iso-8859-1' : 'utf-8';
}

/** `19.99`, `20`, `7.5`: a dot, no padding. */
export function platformAmount(minor: number): string {
  return String(minor / 100);
}

/** The number of the transaction that paid. */
export function payid(data: Readonly<Record<string, string>>): string {
  return `31${data.PAYID}`;
}

/** OPERATION of a maintenance call: what it does, and whether it is the last of its kind. */
const MAINTENANCE: Readonly<Record<string, { readonly kind: BankOperationKind; readonly closes: boolean }>> =
  {
    SAL: { kind: 'capture', closes: false },
    SAS: { kind: 'capture', closes: true },
    DEL: { kind: 'cancel', closes: false },
    DES: { kind: 'cancel', closes: true },
    RFD: { kind: 'refund', closes: false },
    RFS: { kind: 'refund', closes: true },
  };

/** STATUS of an operation after the payment. */
export const OPERATION_STATUS: Readonly<
  Record<BankOperationKind, Readonly<Record<BankOperation['state'], string>>>
> = {
  capture: { done: '9', pending: '91', rejected: '93' },
  cancel: { done: '6', pending: '61', rejected: '63' },
  refund: { done: '8', pending: '81', rejected: '83' },
};

function response(attributes: Readonly<Record<string, string | number>>): Response {
  const text = Object.entries(attributes)
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ');
  return new Response(ogoneBytes(`<?xml version="1.0"?><ncresponse ${text}/>`, 'iso-8859-1'), {
    headers: { 'content-type': 'text/XML; Charset=iso-8859-1' },
  });
}

/** A request that is not valid. */
function invalid(code: string, plus: string, more: Readonly<Record<string, string>> = {}): Response {
  return response({
    orderID: '',
    PAYID: '0',
    NCSTATUS: code.charAt(0),
    NCERROR: code,
    NCERRORPLUS: plus,
    ACCEPTANCE: '',
    STATUS: '0',
    amount: '',
    currency: '',
    ...more,
  });
}

/** STATUS of the payment itself, before the operations after it. */
function paymentStatus({ held, taken, cancelled }: Entry): string {
  if (held > 0) return '5';
  if (taken > 0) return '9';
  return cancelled ? '1' : '2';
}

/** What the platform says of one item of a transaction's history: 0 is the payment, then each operation has its number. */
function item(entry: Entry, number: number): Response {
  const operation = entry.done[number - 1];
  const isDeclined = operation?.state === 'rejected';
  return response({
    orderID: entry.order,
    PAYID: payid(entry.data),
    PAYIDSUB: number,
    NCSTATUS: isDeclined ? 3 : 0,
    NCERROR: isDeclined ? '30001001' : 0,
    NCERRORPLUS: isDeclined ? 'declined by the acquirer' : '!',
    ACCEPTANCE: operation ? '' : 'test123',
    STATUS: operation ? OPERATION_STATUS[operation.kind][operation.state] : paymentStatus(entry),
    amount: platformAmount(operation?.amount ?? entry.asked),
    currency: entry.currency,
  });
}

/** querydirect.asp: the last operation of a transaction, or the item of its history that PAYIDSUB names. */
function query(entry: Entry, payidsub: string | undefined): Response {
  if (payidsub === undefined) return item(entry, entry.done.length);
  const number = /^\d{1,6}$/.test(payidsub) ? Number(payidsub) : Number.NaN;
  return number <= entry.done.length
    ? item(entry, number)
    : invalid('50001131', `unknown history item ${payidsub}`, { STATUS: '' });
}

function closingPlace(entry: Entry, kind: BankOperationKind): string {
  return `closed/${payid(entry.data)}/${kind}`;
}

/** Whether an operation that has ended its transaction forbids another one. */
async function isClosed(memory: Memory, entry: Entry, kind: BankOperationKind): Promise<boolean> {
  const closing = await memory.get(closingPlace(entry, kind));
  return entry.done.some(({ id, state }) => id === closing && state !== 'rejected');
}

/** maintenancedirect.asp: accepted at once and done offline. */
async function maintain(
  call: ApiCall,
  entry: Entry,
  fields: ReadonlyMap<string, string>,
  memory: Memory,
): Promise<Response> {
  const operation = MAINTENANCE[fields.get('OPERATION') ?? ''];
  if (!operation) return invalid('50001046', 'operation not allowed');
  const { kind, closes } = operation;
  const amount = fields.get('AMOUNT') ?? '';
  if (!/^[1-9]\d{0,14}$/.test(amount)) return invalid('50001006', 'AMOUNT is not a number of cents');
  if (call.trouble === 'fail')
    return invalid('30021001', 'declined by the acquirer', {
      orderID: entry.order,
      PAYID: payid(entry.data),
      STATUS: OPERATION_STATUS[kind].rejected,
    });
  if (await isClosed(memory, entry, kind))
    return invalid('50001127', 'the transaction is closed for such operations');
  const result = await perform(memory, entry, { kind, amount: Number(amount) });
  if (result === 'amount') return invalid(kind === 'refund' ? '50001129' : '50001126', 'more than there is');
  if (result === 'state') return invalid('50001127', 'the order is not in a status for it');
  if (closes) await memory.put(closingPlace(entry, kind), result.done.id);
  return response({
    orderID: entry.order,
    PAYID: payid(entry.data),
    PAYIDSUB: result.entry.done.length,
    NCSTATUS: 0,
    NCERROR: 0,
    NCERRORPLUS: '!',
    ACCEPTANCE: '',
    STATUS: OPERATION_STATUS[kind].pending,
    amount: platformAmount(result.done.amount),
    currency: entry.currency,
  });
}

/** The fields of a call, in the charset of an account. */
function fieldsFor(call: ApiCall, merchant: Merchant): Map<string, string> {
  const charset = encodingOf(merchant) === 'utf-8' ? 'utf-8' : 'windows-1252';
  return new Map(readForm(new TextEncoder().encode(call.body), charset));
}

function isSignedBy(fields: ReadonlyMap<string, string>, merchant: Merchant): boolean {
  const { sha_in, sha_in_directlink } = merchant.settings;
  // PAYIDSUB is not in the list of what SHA-IN covers.
  const covered = [...fields].filter(([name]) => name !== 'PAYIDSUB');
  return fields.get('SHASIGN') === shasign(covered, String(sha_in_directlink ?? sha_in), merchant);
}

/** Answers a call of DirectLink. */
export async function simulatedDirectLink(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const pspid = new URLSearchParams(call.body).get('PSPID');
  const ofPspid = merchants.filter(({ settings }) => settings.pspid === pspid);
  if (ofPspid.length === 0) return invalid('50001118', 'unknown PSPID');
  const users = ofPspid.filter((one) => {
    const fields = fieldsFor(call, one);
    return fields.get('USERID') === one.settings.userid && fields.get('PSWD') === one.settings.pswd;
  });
  if (users.length === 0) return invalid('50001119', 'login or password not correct');
  const merchant = users.find((one) => isSignedBy(fieldsFor(call, one), one));
  if (!merchant) return invalid('50001111', 'unknown order/1/s');
  const fields = fieldsFor(call, merchant);
  const number = fields.get('PAYID');
  const order = fields.get('ORDERID') ?? '';
  const entry = number ? await entryByReference(memory, 'ogone', number) : await entryOf(memory, order);
  if (!entry)
    return invalid('50001130', `unknown orderid ${order} for merchant ${pspid}`, {
      orderID: order,
      PAYID: '',
      STATUS: '',
    });
  return call.path.endsWith('/querydirect.asp')
    ? query(entry, fields.get('PAYIDSUB'))
    : maintain(call, entry, fields, memory);
}
