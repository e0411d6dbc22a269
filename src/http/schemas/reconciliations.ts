/** Reconciliation: a provider's file against the movements of an account. */
import * as v from 'valibot';
import {
  DATE_ORDERS,
  DECIMAL_SIGNS,
  FILE_CHARSETS,
  FILE_FAULTS,
  MAPPED_KINDS,
  MATCHED_BY,
  PRESET_IDS,
  RECONCILED,
  RECONCILIATION_STATUSES,
} from '../../payments/reconciled.ts';
import { currencyCode, id, isCalendarDay, pageLimit, printable, told } from './values.ts';

const column = v.optional(
  v.pipe(v.string(), v.minLength(1, 'is empty'), v.maxLength(200, 'takes at most 200 characters')),
);

const columns = v.strictObject({
  providerReference: told("The provider's number of the payment or the operation.", column),
  order: told(
    'Our order number: the id of the payment, with or without the two digits of its attempt.',
    column,
  ),
  reference: told("The shop's own reference.", column),
  amount: told('What came or went.', column),
  currency: told('As three letters or as a number.', column),
  date: told('When.', column),
  kind: told('A word that tells payments from refunds, fees and payouts.', column),
  fee: told('What the provider keeps.', column),
});

const sign = v.optional(v.pipe(v.string(), v.length(1, 'is one character')));

const mapping = {
  columns: told(
    'Which column of the file each is: its name in the header, or its number from 1.',
    v.optional(columns),
  ),
  charset: told(
    'Left out: by its byte order mark, UTF-8, or else windows-1252.',
    v.optional(v.picklist(FILE_CHARSETS)),
  ),
  separator: told('Between cells. This and the next three: left out, the file shows it.', sign),
  quote: told('Around cells.', sign),
  decimal: told('The decimal sign of amounts; `minor`: minor units.', v.optional(v.picklist(DECIMAL_SIGNS))),
  dates: told('The order of day, month and year.', v.optional(v.picklist(DATE_ORDERS))),
  currency: told(
    'Of a file without a column of currencies, mapped or known; refused where the file says it.',
    v.optional(currencyCode),
  ),
  kinds: told(
    'What words of the column `kind` are, by word: what nobody has said is taken from the word, where it is known.',
    v.optional(v.record(v.string(), v.picklist(MAPPED_KINDS, `is one of ${MAPPED_KINDS.join(', ')}`))),
  ),
  timeZone: told(
    'Whose days they are, as IANA names it, where the file is not of a known zone. Left out: as the mapping that was kept has it, else as the known files of the provider, else UTC.',
    v.optional(v.pipe(v.string(), v.maxLength(64))),
  ),
};

const tolerance = told(
  'Differences in amounts that count as none.',
  v.optional(
    v.strictObject({
      amount: told(
        'So many minor units.',
        v.optional(
          v.pipe(v.number(), v.integer('is a whole number'), v.minValue(0), v.maxValue(1_000_000)),
          0,
        ),
      ),
      basisPoints: told(
        'So many hundredths of a percent of the movement.',
        v.optional(v.pipe(v.number(), v.integer('is a whole number'), v.minValue(0), v.maxValue(5000)), 0),
      ),
    }),
  ),
);

const preset = told(
  'A known file (`postfinance`, `lyra`, `payu`, `przelewy24`, `assist`), or `generic`: by `columns`, or by how the files of the account were read before. Left out: whatever its header shows.',
  v.nullish(v.picklist(PRESET_IDS, `is one of ${PRESET_IDS.join(', ')}`)),
);

const isDay = v.pipe(
  v.string(),
  v.regex(/^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'is a day, such as 2026-11-01'),
  v.check((text) => !/^\d{4}-\d\d-\d\d$/.test(text) || isCalendarDay(text), 'is not a day of the calendar'),
);
const day = v.nullish(isDay);

export const reconciliationOrder = v.strictObject({
  account: told('Whose movements.', id),
  preset,
  ...mapping,
  tolerance,
  from: told(
    'The first day that is compared; unless given, the first of the file. Lines of other days are left out, but for those of a movement on one of the days.',
    day,
  ),
  to: told('The last day, which is in.', day),
  fileName: told('For people.', v.optional(printable(0, 200))),
});

export const reconciliationColumns = v.strictObject({
  preset,
  ...mapping,
  tolerance,
  keep: told('`true`: the next files of this account are read the same way.', v.optional(v.boolean())),
});

export const reconciliationMark = v.strictObject({
  reason: told('Why the difference is none, or what is done about it.', printable(1, 500)),
  comparison: told(
    'The `comparison` that the number of the line is of: 409 where there is another one by now.',
    v.optional(v.pipe(v.number(), v.integer('is a whole number'))),
  ),
});

const lineNumber = v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'is a number')));

export const reconciliationUnmark = v.strictObject({
  comparison: told('The `comparison` that the number of the line is of.', lineNumber),
});

export const reconciliationQuery = v.strictObject({
  result: told(
    'Several times: only these.',
    v.optional(v.array(v.picklist(RECONCILED, `is one of ${RECONCILED.join(', ')}`))),
  ),
  marked: told(
    '`true`: what is marked; `false`: what is not.',
    v.optional(v.picklist(['true', 'false'], 'is true or false')),
  ),
  otherNumber: told(
    "`true`: the provider's number and the order do not belong together.",
    v.optional(v.picklist(['true', 'false'], 'is true or false')),
  ),
  matchedBy: told(
    'What was matched by this.',
    v.optional(v.picklist(MATCHED_BY, `is one of ${MATCHED_BY.join(', ')}`)),
  ),
  day: told('Of this day.', v.optional(isDay)),
  format: told(
    '`csv`: the lines alone, with the next cursor as X-Next-Cursor.',
    v.optional(v.picklist(['json', 'csv'], 'is json or csv')),
  ),
  limit: pageLimit('So many lines: 100 unless given, 1000 at most.', 1000),
  cursor: told('The `nextCursor` of the page before.', lineNumber),
});

export const reconciliationsQuery = v.strictObject({
  account: told('Of this account.', v.optional(id)),
  limit: pageLimit('So many: 50 unless given.', 100),
  cursor: told('The `nextCursor` of the page before.', v.optional(v.pipe(v.string(), v.maxLength(120)))),
});

export const reconciliationAsk = v.strictObject({
  limit: told(
    'So many payments at most: 5 unless given.',
    v.optional(v.pipe(v.number(), v.integer('is a whole number'), v.minValue(1), v.maxValue(20))),
  ),
});

const orNull = <Schema extends v.GenericSchema>(schema: Schema) => v.nullable(schema);

const fault = v.object({
  code: told('In a word.', v.picklist(FILE_FAULTS)),
  line: told('Of the file, from 1; null: it is about the whole.', orNull(v.number())),
  detail: told('In English.', v.string()),
});

const listed = {
  id: told('Of the reconciliation.', v.string()),
  account: told('Whose movements.', v.string()),
  fileName: told('For people.', v.string()),
  createdAt: told('When it was made.', v.string()),
  createdBy: told('`operator`, `token:<id>` or `user:<id>`.', v.string()),
  createdByName: told('Their name.', orNull(v.string())),
  status: told(
    '`receiving` its file; `mapping`: its columns have to be mapped; `reading`; `comparing`; `done`; `failed`: `fault` says why.',
    v.picklist(RECONCILIATION_STATUSES),
  ),
};

export const reconciliationList = v.object({
  data: told(
    'The newest first.',
    v.array(
      v.object({
        ...listed,
        differences: told('Null: it has not been compared.', orNull(v.number())),
        finishedAt: told('When it was done, or failed.', orNull(v.string())),
      }),
    ),
  ),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', orNull(v.string())),
});

const mark = v.object({
  reason: told('In their words.', v.string()),
  by: told('Who.', v.string()),
  at: told('When.', v.string()),
});

const toldText = (words: string) => told(words, v.string());
const toldTextOrNull = (words: string) => told(words, orNull(v.string()));
const toldNumber = (words: string) => told(words, v.number());
const toldNumberOrNull = (words: string) => told(words, orNull(v.number()));

const result = v.object({
  number: toldNumber('Of the result, from 1.'),
  result: told('What became of it. `twice_in_file`: another line says the same.', v.picklist(RECONCILED)),
  matchedBy: told(
    'By what the line and the movement belong together. `payment_total`: the lines and the movements of the payment have one sum, and not the same parts.',
    orNull(v.picklist(MATCHED_BY)),
  ),
  line: toldNumberOrNull('Of the file, from 1; null: it is not in it.'),
  repeats: toldNumberOrNull('The line that it repeats.'),
  providerReference: toldText('As the file has it; empty: it does not.'),
  order: toldText('Likewise.'),
  reference: toldText('Likewise.'),
  fileDay: toldTextOrNull('`YYYY-MM-DD`.'),
  fileAmount: toldNumberOrNull('Minor units; what goes back is negative.'),
  fileCurrency: toldTextOrNull('ISO 4217.'),
  fileFee: toldNumberOrNull('What the provider keeps, in minor units; null: the file does not say.'),
  payment: toldTextOrNull('The id of the payment that it is about.'),
  paymentReference: toldTextOrNull("Its shop's reference."),
  shop: toldTextOrNull('Its shop.'),
  kind: told('What the movement is.', orNull(v.picklist(['payment', 'refund', 'chargeback']))),
  ledgerDay: toldTextOrNull('`YYYY-MM-DD`.'),
  ledgerAmount: toldNumberOrNull('Minor units; what goes back is negative.'),
  ledgerCurrency: toldTextOrNull('ISO 4217.'),
  isOtherNumber: told(
    "Whether the line's number and order do not belong together: the ledger knows other numbers of the provider's, or the order is another payment's.",
    v.boolean(),
  ),
  isElsewhere: told('Whether a line only in the file is about a payment of another account.', v.boolean()),
  mark: told('What a person says of this difference; null: nothing.', orNull(mark)),
  earlierMark: told(
    'The newest mark of another difference that was here; null: there is none, or it is marked.',
    orNull(mark),
  ),
});

const looseMapping = v.object({
  columns: told('Name or number by column.', v.record(v.string(), v.string())),
  charset: told('As above.', v.optional(v.string())),
  separator: told('As above.', v.optional(v.string())),
  quote: told('As above.', v.optional(v.string())),
  decimal: told('As above.', v.optional(v.string())),
  dates: told('As above.', v.optional(v.string())),
  currency: told('As above.', v.optional(v.string())),
  kinds: told('As above.', v.optional(v.record(v.string(), v.string()))),
  timeZone: told('As above.', v.optional(v.string())),
});

export const reconciliation = v.object({
  ...listed,
  comparison: toldNumber('Which comparison the numbers of its lines are of.'),
  preset: toldTextOrNull('How it is read; null: not known yet.'),
  mapping: told('Of a file that is not known.', orNull(looseMapping)),
  currency: toldTextOrNull('That was said beside its kind.'),
  timeZone: toldText('Whose days they are.'),
  readAs: told(
    'How it is written, as said or as found in it; null: it was not read.',
    orNull(
      v.object({
        charset: toldText('As above.'),
        separator: toldText('As above.'),
        quote: toldText('As above; empty: none.'),
        decimal: toldText('As above.'),
        dates: toldText('As above.'),
        refunds: toldText(
          '`negative`: what goes back has a minus, and what has none has come again; `positive`: the kind says it.',
        ),
      }),
    ),
  ),
  tolerance: told(
    'Differences that count as none.',
    v.object({ amount: toldNumber('Minor units.'), basisPoints: toldNumber('Of the movement.') }),
  ),
  file: told(
    'How far it is: the next piece begins at `received`.',
    v.object({
      size: toldNumberOrNull('In bytes; null: no piece has come.'),
      received: toldNumber('Bytes that are here.'),
    }),
  ),
  progress: toldNumber('Of the whole, from 0 to 1.'),
  fault: told('Why it failed.', orNull(fault)),
  preview: told(
    'What a person sees of the file; null: it is not whole yet.',
    orNull(
      v.object({
        charset: toldText('It is read in.'),
        separator: toldText('Between cells.'),
        quote: toldText('Around cells.'),
        header: told('The first line.', v.array(v.string())),
        rows: told('Ten more.', v.array(v.array(v.string()))),
        guess: told('What its names and contents look like.', looseMapping),
        kinds: told(
          'What the words of the column `kind` become in the first lines: `payment`, `refund`, `chargeback`, `none`, or `unknown`.',
          v.record(v.string(), v.string()),
        ),
        preset: toldTextOrNull('The known file that its header is of.'),
      }),
    ),
  ),
  from: toldTextOrNull('The first day that is compared.'),
  to: toldTextOrNull('The last.'),
  counts: told(
    'How many results there are of each.',
    v.object({
      matched: toldNumber('The same amount and currency.'),
      amount_differs: toldNumber('Another amount.'),
      currency_differs: toldNumber('Another currency.'),
      only_in_file: toldNumber('No movement.'),
      only_in_ledger: toldNumber('No line.'),
      twice_in_file: toldNumber('Another line says the same.'),
    } satisfies Record<(typeof RECONCILED)[number], unknown>),
  ),
  marked: toldNumber('How many are marked.'),
  otherNumbers: toldNumber(
    "Payments whose lines have a provider's number and an order that do not belong together.",
  ),
  outsideDays: toldNumber(
    'Lines of other days than `from` to `to`, and about no movement on one of them: left out.',
  ),
  elsewhere: toldNumber('Lines about payments of another account.'),
  asked: toldNumber('Payments of differences whose provider was asked since the comparison.'),
  toAsk: toldNumber('Those that can still be asked about.'),
  days: told(
    'Sums by day and currency, what goes back taken off; the newest 4000. The difference of the two running totals is what the results of the days so far explain.',
    v.array(
      v.object({
        day: toldText('`YYYY-MM-DD`.'),
        account: toldText('Whose movements.'),
        currency: toldText('ISO 4217.'),
        fileLines: toldNumber('Lines of the file.'),
        fileTotal: toldNumber('Their sum, in minor units.'),
        ledgerMovements: toldNumber('Movements.'),
        ledgerTotal: toldNumber('Their sum.'),
        explained: toldNumber(
          "By how much the ledger's amounts are more than those of matched lines of the day: fees, and what the tolerance covers.",
        ),
        runningFile: toldNumber('Of all days so far.'),
        runningLedger: toldNumber('Of all days so far.'),
        runningExplained: toldNumber('Of all days so far.'),
      }),
    ),
  ),
  fileLines: toldNumber('Lines that the file has.'),
  ignored: toldNumber('Lines about no money of ours: fees, payouts, refusals.'),
  unreadable: told('Lines that nobody can read, the first hundred.', v.array(fault)),
  unreadableCount: toldNumber('How many there are.'),
  isLastLineOpen: told(
    'Whether the file does not end with a line end: its last line may be cut off.',
    v.boolean(),
  ),
  kinds: told(
    'The words of its column of kinds, with what they became, the first fifty.',
    v.array(
      v.object({
        word: toldText('As the file has it.'),
        kind: told(
          '`none`: no money of ours. `returned`: paid and given back. `unknown`: its lines cannot be read until a person says it.',
          v.picklist([...MAPPED_KINDS, 'returned', 'unknown']),
        ),
        lines: toldNumber('That have it.'),
      }),
    ),
  ),
  lines: told('The results, in the order of the file; then what is only in the ledger.', v.array(result)),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', orNull(v.string())),
});

export const reconciliationAsked = v.object({
  data: told(
    'What came of asking about each payment.',
    v.array(
      v.object({
        payment: toldText('Its id.'),
        outcome: toldText('Its status now, or the code of what went wrong.'),
        detail: toldTextOrNull('What went wrong, in words.'),
      }),
    ),
  ),
  left: toldNumber('Payments that can still be asked about.'),
  retryAfter: toldNumberOrNull('Seconds to wait before the next call; null: none.'),
});

export const markedLine = v.object({
  number: toldNumber('Of the result.'),
  mark: told('As it is now.', orNull(mark)),
});
