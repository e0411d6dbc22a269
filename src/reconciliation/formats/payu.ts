/**
 * PayU's statement (SHEET.md of payu, "Settlement file"). Which columns it has is chosen in the panel, so that a file without the order
 * or the type is mapped by hand. Its names are those of the English page; the separator is not documented. Trans ID is the number of a
 * transaction (`properties.payment_id`); the ledger has the order's (`orderId`).
 */
import type { FileFormat } from '../format.ts';

export const payuFile: FileFormat = {
  id: 'payu',
  charsets: ['utf-8', 'windows-1250'],
  quote: '"',
  header: ['Trans ID', 'Amount', 'Type of operation', 'Order ID', 'Date'],
  columns: {
    providerReference: ['Trans ID'],
    order: ['Order ID'],
    amount: ['Amount'],
    currency: ['Currency'],
    date: ['Date'],
    kind: ['Type of operation'],
  },
  hasOtherNumbers: true,
  decimal: 'comma',
  dates: 'ymd',
  zone: 'Europe/Warsaw',
  currency: 'PLN',
  kinds: {
    T: 'payment',
    C: 'refund',
    R: 'none',
    W: 'none',
    WC: 'none',
    CR: 'none',
    RC: 'none',
    BC: 'none',
    NT: 'none',
    OR: 'none',
    ORC: 'none',
  },
  refunds: 'positive',
  amounts: 'gross',
  slackDays: 3,
};
