/**
 * The bills of one order at ASSIST (legacy): each try, charge and refund is a bill of its own, in a report or a push.
 *
 * Facts: ASSIST manual "manual_new"; the rule of the actual bill is that of oxyum/django-assist-ru, assist/managers.py.
 */
import type { Outcome, Status } from '../../payments/statuses.ts';

/** `Status` of one bill, in lower case. */
export const BILL_OUTCOMES: Readonly<Record<string, Outcome>> = {
  authorized: 'paid',
  'not authorized': 'denied',
  preauthorized: 'authorized',
  'not preauthorized': 'denied',
  captured: 'paid',
  'not captured': 'none',
  voided: 'reversed',
  'not voided': 'none',
  refunded: 'refunded',
  'not refunded': 'none',
  reversaled: 'reversed',
  'not reversaled': 'none',
  'in process': 'pending',
};

const ACTUAL: Readonly<Record<string, Status>> = {
  authorized: 'paid',
  'not authorized': 'denied',
  preauthorized: 'authorized',
  'not preauthorized': 'denied',
  captured: 'paid',
  'not captured': 'authorized',
  voided: 'cancelled',
  'not voided': 'authorized',
  refunded: 'refunded',
  'not refunded': 'paid',
  reversaled: 'cancelled',
  'not reversaled': 'authorized',
};

export interface Bill {
  /** Up to 16 digits: beyond JavaScript's safe integers, so always a text. */
  readonly number: string;
  readonly status: string;
}

function byNumber(one: Bill, other: Bill): number {
  const difference = BigInt(other.number) - BigInt(one.number);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/**
 * The bill that tells the status of its order: the newest, but nothing in process, and no negative result where there is
 * the corresponding positive one. Null: nothing is known yet.
 */
export function actualBill(bills: readonly Bill[]): Bill | null {
  const known = bills
    .filter(({ number, status }) => /^\d+$/.test(number) && status.toLowerCase() in ACTUAL)
    .toSorted(byNumber);
  const positive = new Set(known.map(({ status }) => status.toLowerCase()));
  return (
    known.find(
      ({ status }) => !positive.has(status.toLowerCase().replace(/^not /, '')) || !/^not /i.test(status),
    ) ?? null
  );
}

/** The status that a bill alone stands for; pending where it says nothing. */
export function statusOfBill(status: string): Status {
  return ACTUAL[status.toLowerCase()] ?? 'pending';
}

/** The columns of a report under the names that a push gives them. */
const COLUMNS: Readonly<Record<string, string>> = {
  'order number': 'OrderNumber',
  'result code': 'Response_Code',
  recommendation: 'Recommendation',
  message: 'Message',
  comment: 'Comment',
  'order date': 'Date',
  'order total': 'Total',
  'currency code': 'Currency',
  'card type': 'CardType',
  'card number': 'CardNumber',
  lastname: 'LastName',
  firstname: 'FirstName',
  middlename: 'MiddleName',
  address: 'Address',
  'e-mail': 'Email',
  'country code': 'Country',
  'currency rate': 'CurrencyRate',
  'approval code': 'ApprovalCode',
  'mean subtype': 'CardSubType',
  'cvc2 exist': 'CVC2',
  cardholder: 'CardHolder',
  'ip-address': 'IPAddress',
  'protocol type': 'ProtocolTypeName',
  'payment no.': 'BillNumber',
  'bank issuer': 'BankName',
  'order state': 'Status',
  'processing system response code': 'Error_Code',
  'processing system response code description': 'Error_Comment',
  'paket date': 'PacketDate',
  'processing system name': 'ProcessingName',
  'payment type': 'PaymentTransactionType_id',
};

/** `dd.mm.yyyy HH:MM:SS` as `yyyy-mm-dd HH:MM:SS`; null when it is no such date. */
export function isoDate(text: string): string | null {
  const match = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)$/.exec(text.trim());
  if (!match) return null;
  const [, day, month, year, time] = match;
  const date = new Date(`${year}-${month}-${day}T${time}Z`);
  // 31 April rolls over into May: then it was no date.
  return Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)
    ? null
    : `${year}-${month}-${day} ${time}`;
}

/** The inverse of `isoDate`: as ASSIST writes it. */
export function assistDate(iso: string): string {
  const [date = '', time = ''] = iso.split(' ');
  return `${date.split('-').toReversed().join('.')} ${time}`;
}

function cellOf(column: string, text: string): string | null {
  const value = text.trim();
  if (value === '' || value === 'UNKNOWN') return null;
  return column === 'Date' || column === 'PacketDate' ? isoDate(value) : value;
}

/** Reads a report line by line, so that a long one need never be held. */
export class ReportReader {
  #columns: readonly (string | null)[] | null = null;

  /** The values of a row by their names, without those that are unknown or do not parse; null for the header and blanks. */
  row(line: string): Readonly<Record<string, string>> | null {
    const cells = line.replace(/^\uFEFF|\r$/g, '').split(';');
    if (!this.#columns) {
      this.#columns = cells.map((cell) => COLUMNS[cell.trim().toLowerCase()] ?? null);
      return null;
    }
    const columns = this.#columns;
    const entries = cells.flatMap((cell, index) => {
      const name = columns[index];
      const value = name ? cellOf(name, cell) : null;
      return name && value !== null ? [[name, value] as const] : [];
    });
    return entries.length > 0 ? Object.fromEntries(entries) : null;
  }

  /** Columns that a header does not have: an error text has none at all. Null before the header. */
  missing(names: readonly string[]): readonly string[] | null {
    const columns = this.#columns;
    return columns && names.filter((name) => !columns.includes(name));
  }
}

/** The answer of a charge or a cancellation: `NAME:value;...`. Empty, or ERROR without a text, is success. */
export function actionError(answer: string): string | null {
  for (const part of answer.trim().split(';')) {
    const [name, ...rest] = part.split(':');
    if (name?.trim() === 'ERROR') return rest.join(':').trim() || null;
  }
  return null;
}
