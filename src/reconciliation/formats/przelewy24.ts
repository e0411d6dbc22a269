/**
 * Przelewy24's monthly list of transactions, sent by e-mail (SHEET.md of przelewy24, "Settlement file"): the header as an accounting
 * program that imports it documents it, with the meaning of its statuses. "Id sesji" is what we send as sessionId.
 */
import type { FileFormat } from '../format.ts';

export const przelewy24File: FileFormat = {
  id: 'przelewy24',
  charsets: ['utf-8', 'windows-1250'],
  separator: ';',
  quote: '"',
  header: ['Id sesji', 'Id transakcji', 'Kwota', 'Status', 'Data wpłaty', 'Waluta'],
  columns: {
    providerReference: ['Id transakcji'],
    order: ['Id sesji'],
    amount: ['Kwota'],
    currency: ['Waluta'],
    date: ['Data wpłaty'],
    kind: ['Status'],
  },
  zone: 'Europe/Warsaw',
  kinds: { WYKONANE: 'payment', WYKONANA: 'payment', NOWA: 'none', ODRZUCONA: 'none' },
  refunds: 'negative',
  amounts: 'gross',
  slackDays: 3,
};
