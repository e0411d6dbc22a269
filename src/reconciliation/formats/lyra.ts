/**
 * The bank reconciliation report of PayZen and SystemPay (journal de rapprochement bancaire, V1; SHEET.md of lyra, "Settlement file"):
 * a title line, a header line, lines of MATCHING, an end line. Amounts are in minor units; CT is a credit to the shopper.
 */
import type { FileFormat } from '../format.ts';

export const lyraFile: FileFormat = {
  id: 'lyra',
  charsets: ['utf-8', 'windows-1252'],
  separator: ';',
  quote: '',
  skipped: ['TITRE', 'TITLE'],
  header: ['TRANSACTION_ID', 'ORIGIN_AMOUNT', 'CURRENCY_CODE', 'ORDER_ID', 'OPERATION_TYPE', 'PAYMENT_DATE'],
  framing: ['TITRE', 'TITLE', 'FIN', 'END'],
  ending: ['FIN', 'END'],
  columns: {
    order: ['ORDER_ID'],
    amount: ['ORIGIN_AMOUNT'],
    currency: ['CURRENCY_CODE'],
    date: ['PAYMENT_DATE'],
    kind: ['OPERATION_TYPE'],
  },
  decimal: 'minor',
  dates: 'ymd',
  zone: 'Europe/Paris',
  kinds: { DT: 'payment', CT: 'refund' },
  refunds: 'positive',
  amounts: 'gross',
  slackDays: 14,
};
