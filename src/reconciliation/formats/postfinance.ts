/**
 * PostFinance's export of transactions, the file of the Ogone platform: as PolyBanking's comparator reads it (SHEET.md of ogone,
 * "Settlement file"). STATUS is the platform's.
 */
import type { FileFormat, LineKind } from '../format.ts';

/**
 * By order: one line has its newest status, and no line tells what came before it. What was given back was paid before. So was what is being
 * given back, or was not in the end: its money is still here. 84 is a refund to older lists and a refused one to newer lists (the sheet's
 * table of statuses); our ledger moves nothing by it, and the order was paid either way. What is left moves nothing.
 */
const KINDS: Readonly<Record<string, LineKind>> = {
  '9': 'payment',
  '95': 'payment',
  '71': 'payment',
  '72': 'payment',
  '73': 'payment',
  '81': 'payment',
  '82': 'payment',
  '83': 'payment',
  '84': 'payment',
  '94': 'payment',
  '96': 'payment',
  '8': 'returned',
  '85': 'returned',
  '7': 'returned',
  '74': 'returned',
  '75': 'returned',
};

export const postfinanceFile: FileFormat = {
  id: 'postfinance',
  charsets: ['utf-8', 'windows-1252'],
  separator: ';',
  quote: '|',
  skipped: ['<'],
  header: ['Id', 'REF', 'ORDER', 'STATUS', 'TOTAL'],
  columns: {
    providerReference: ['Id'],
    order: ['REF'],
    amount: ['TOTAL'],
    date: ['ORDER'],
    kind: ['STATUS'],
    currency: ['CUR'],
  },
  decimal: 'comma',
  dates: 'dmy',
  zone: 'Europe/Zurich',
  kinds: KINDS,
  otherKind: 'none',
  refunds: 'positive',
  amounts: 'gross',
  slackDays: 31,
};
