/** Answers about reconciliations, as the local Worker gives them: by the schema that they fit. */
import type { GenericSchema } from 'valibot';
import * as schemas from './schemas.ts';

const AT = '2026-11-26T15:13:59.344Z';
const ID = '9f3c2a7d51b84e06';

const listed = {
  id: ID,
  account: 'ogone-main',
  fileName: 'november.csv',
  createdAt: AT,
  createdBy: 'user:jane@example.com',
  createdByName: 'Jane',
  status: 'done',
};

const mark = { reason: 'paid by bank transfer', by: 'user:jane@example.com', at: AT };

/** Each with the answer that it describes. */
export const RECONCILIATION_EXAMPLES: readonly (readonly [GenericSchema, unknown])[] = [
  [schemas.reconciliationList, { data: [{ ...listed, differences: 1, finishedAt: AT }], nextCursor: null }],
  [
    schemas.reconciliation,
    {
      ...listed,
      comparison: 0,
      preset: 'postfinance',
      mapping: null,
      currency: null,
      timeZone: 'Europe/Zurich',
      readAs: {
        charset: 'utf-8',
        separator: ';',
        quote: '|',
        decimal: 'comma',
        dates: 'dmy',
        refunds: 'positive',
      },
      tolerance: { amount: 0, basisPoints: 0 },
      file: { size: 214, received: 214 },
      progress: 1,
      fault: null,
      preview: null,
      from: '2026-11-26',
      to: '2026-11-26',
      counts: {
        matched: 0,
        amount_differs: 0,
        currency_differs: 0,
        only_in_file: 1,
        only_in_ledger: 0,
        twice_in_file: 0,
      },
      marked: 1,
      otherNumbers: 0,
      outsideDays: 0,
      elsewhere: 0,
      asked: 0,
      toAsk: 0,
      days: [
        {
          day: '2026-11-26',
          account: 'ogone-main',
          currency: 'CHF',
          fileLines: 1,
          fileTotal: 1999,
          ledgerMovements: 0,
          ledgerTotal: 0,
          explained: 0,
          runningFile: 1999,
          runningLedger: 0,
          runningExplained: 0,
        },
      ],
      fileLines: 1,
      ignored: 0,
      unreadable: [],
      unreadableCount: 0,
      isLastLineOpen: false,
      kinds: [{ word: '9', kind: 'payment', lines: 1 }],
      lines: [
        {
          number: 1,
          result: 'only_in_file',
          matchedBy: null,
          line: 2,
          repeats: null,
          providerReference: '3012345678',
          order: '',
          reference: '',
          fileDay: '2026-11-26',
          fileAmount: 1999,
          fileCurrency: 'CHF',
          fileFee: null,
          payment: null,
          paymentReference: null,
          shop: null,
          kind: null,
          ledgerDay: null,
          ledgerAmount: null,
          ledgerCurrency: null,
          isOtherNumber: false,
          isElsewhere: false,
          mark,
          earlierMark: null,
        },
      ],
      nextCursor: null,
    },
  ],
  [
    schemas.reconciliationAsked,
    {
      data: [{ payment: '3XQKWCG7XBC6P9TN', outcome: 'paid', detail: null }],
      left: 0,
      retryAfter: null,
    },
  ],
  [schemas.markedLine, { number: 1, mark }],
];
