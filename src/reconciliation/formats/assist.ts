/**
 * ASSIST's list of results of orders (results.cfm with Header1=1; SHEET.md of assist, "Settlement file"). One line is a bill: a refund is one of its own, with a positive amount. What voids an authorization moves no money.
 */
import type { FileFormat } from '../format.ts';

export const assistFile: FileFormat = {
  id: 'assist',
  charsets: ['utf-8'],
  separator: ';',
  quote: '"',
  header: ['Order Number', 'Order Total', 'Currency Code', 'Order Date', 'Payment No.', 'Order State'],
  columns: {
    providerReference: ['Payment No.'],
    order: ['Order Number'],
    amount: ['Order Total'],
    currency: ['Currency Code'],
    date: ['Order Date'],
    kind: ['Order State'],
  },
  decimal: 'point',
  dates: 'dmy',
  zone: 'UTC',
  kinds: { AUTHORIZED: 'payment', CAPTURED: 'payment', VOIDED: 'refund', REFUNDED: 'refund' },
  otherKind: 'none',
  refunds: 'positive',
  amounts: 'gross',
  slackDays: 3,
};
