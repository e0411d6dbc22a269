/**
 * The rows of a report (legacy): CSV with semicolons and a header line, read line by line, so that a long report is never held.
 *
 * Facts: SHEET.md, "After payment, legacy", from the ASSIST manual "manual_new".
 */
import { isoDate } from './dates.ts';

/** The columns of a report, in lower case, under the names that a push gives them. */
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

function cellOf(column: string, text: string): string | null {
  const value = text.trim();
  if (value === '' || value === 'UNKNOWN') return null;
  return column === 'Date' || column === 'PacketDate' ? isoDate(value) : value;
}

export class ReportReader {
  #columns: readonly (string | null)[] | null = null;
  #isShifted = false;

  /** Whether the line read last had more or fewer cells than the header. An empty one at its end is none. */
  get isShifted(): boolean {
    return this.#isShifted;
  }

  /**
   * Reads one line. Its values by their names, without those that are unknown or do not parse; dates as `yyyy-mm-dd HH:MM:SS`.
   * Null for the header and blank lines.
   */
  row(line: string): Readonly<Record<string, string>> | null {
    const cells = line.replace(/^\uFEFF|\r$/g, '').split(';');
    if (!this.#columns) {
      this.#columns = cells.map((cell) => COLUMNS[cell.trim().toLowerCase()] ?? null);
      return null;
    }
    const columns = this.#columns;
    const surplus = cells.length - columns.length;
    this.#isShifted = surplus !== 0 && !(surplus === 1 && cells.at(-1)?.trim() === '');
    const entries = cells.flatMap((cell, index) => {
      const name = columns[index];
      const value = name ? cellOf(name, cell) : null;
      return name && value !== null ? [[name, value] as const] : [];
    });
    return entries.length > 0 ? Object.fromEntries(entries) : null;
  }

  /** The columns that a header lacks: an error text lacks them all. Null before the header. */
  missing(names: readonly string[]): readonly string[] | null {
    const columns = this.#columns;
    return columns && names.filter((name) => !columns.includes(name));
  }
}
