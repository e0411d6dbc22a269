/** The books: export, summary, the daily report, the check of all payments. */
import * as v from 'valibot';
import { BOOK_DATES } from '../../directory/books.ts';
import { BOOK_PROBLEMS } from '../../payments/book-check.ts';
import { id, pageLimit, told, webUrl } from './values.ts';

export const EXPORTED = ['payments', 'operations', 'events', 'movements'] as const;

const shortText = v.optional(v.pipe(v.string(), v.maxLength(200, 'takes at most 200 characters')));

const trueOrFalse = v.optional(v.picklist(['true', 'false'], 'is true or false'));

const zone = told(
  'Whose days and months they are, as IANA names it: `Europe/Zurich`; UTC unless given.',
  v.optional(v.pipe(v.string(), v.maxLength(64))),
);

const whose = {
  timeZone: zone,
  shop: told('Of this shop.', v.optional(id)),
  group: told('Of the shops of this group.', shortText),
  test: told('`true`: no real money; `false`: real money alone; both unless given.', trueOrFalse),
};

const dateBy = v.optional(v.picklist(BOOK_DATES, `is one of ${BOOK_DATES.join(', ')}`));

export const exportQuery = v.strictObject({
  what: told(
    'One line each: `payments`, their `operations`, their `events`, or the `movements` of money.',
    v.optional(v.picklist(EXPORTED, `is one of ${EXPORTED.join(', ')}`)),
  ),
  format: told(
    '`json`, `ndjson`, `csv` (RFC 4180), or `xml` with the names of PolyBanking’s export.',
    v.optional(v.picklist(['json', 'ndjson', 'csv', 'xml'], 'is one of json, ndjson, csv, xml')),
  ),
  dateBy: told(
    'Which date decides: when the payment was `created`, when it was `paid`, or when money moved (`movement`).',
    dateBy,
  ),
  from: told('From this day, month or time on, in `timeZone`.', shortText),
  to: told('Up to this day, month or time, which is out.', shortText),
  ...whose,
  good: told(
    '`true`: only payments that money is held or has come for, and has not gone back whole.',
    trueOrFalse,
  ),
  logs: told(
    '`true`: with the log of each payment, in `json`, `ndjson` and `xml` (there unless `false`).',
    trueOrFalse,
  ),
  amounts: told(
    '`minor`: in the minor unit of the currency, as everywhere; `decimal`: 19.99.',
    v.optional(v.picklist(['minor', 'decimal'], 'is minor or decimal')),
  ),
  separator: told(
    'Of CSV: `comma`, `semicolon` or `tab`.',
    v.optional(v.picklist(['comma', 'semicolon', 'tab'], 'is comma, semicolon or tab')),
  ),
  bom: told('`true`: CSV begins with a byte order mark, by which spreadsheets know UTF-8.', trueOrFalse),
  count: told(
    '`true`: the header X-Total-Count says how many lines or payments all pages have.',
    trueOrFalse,
  ),
  limit: pageLimit(
    'So many payments or movements on a page: 1000 unless given, 5000 at most, 200 where their logs are read (XML, events).',
    5000,
  ),
  cursor: told('The `nextCursor` of the page before.', v.optional(v.string())),
});

export const exported = v.object({
  data: told(
    'The lines of this page, the oldest first, each with the columns of `what`.',
    v.array(v.looseObject({ id: told('Of the payment.', v.string()) })),
  ),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

const monthText = v.pipe(
  v.string(),
  v.regex(/^20\d\d-(?:0[1-9]|1[0-2])$/, 'is a month from 2000 to 2099, such as 2026-11'),
);

export const summaryQuery = v.strictObject({
  month: told('The first month.', monthText),
  to: told('The last month, which is in; the first unless given.', v.optional(monthText)),
  by: told(
    'What one line is about.',
    v.optional(v.picklist(['shop', 'group', 'account'], 'is shop, group or account')),
  ),
  dateBy: told(
    'Which date decides. `movement` (unless given): what came and went in the month. `created`, `paid`: of the payments of the month, what came and has gone since.',
    dateBy,
  ),
  ...whose,
  amounts: exportQuery.entries.amounts,
  separator: exportQuery.entries.separator,
  bom: exportQuery.entries.bom,
  format: told('`json` or `csv`.', v.optional(v.picklist(['json', 'csv'], 'is json or csv'))),
});

const sum = v.union([v.number(), v.string()]);

const sums = {
  currency: told('ISO 4217.', v.string()),
  test: told('Whether the money is not real.', v.boolean()),
  payments: told('Payments that money came for.', v.number()),
  refundCount: told(
    'Times that money was given back; by `created` and `paid`: payments of which it was.',
    v.number(),
  ),
  chargebackCount: told(
    'Times that money was charged back; by the other dates: payments of which it was.',
    v.number(),
  ),
  gross: told('What came, in minor units (as text with `amounts=decimal`).', sum),
  refunds: told('What was given back.', sum),
  chargebacks: told('What was charged back, less what of that was won.', sum),
  net: told('What is left.', sum),
};

export const summary = v.object({
  dateBy: told('The date that decides.', v.picklist(BOOK_DATES)),
  by: told('What one line is about.', v.picklist(['shop', 'group', 'account'])),
  timeZone: told('Whose months they are.', v.string()),
  from: told('The first moment of the first month.', v.string()),
  to: told('The first moment after the last month.', v.string()),
  data: told(
    'A line for each month, shop (group, account) and currency.',
    v.array(
      v.object({
        month: told('`YYYY-MM`.', v.string()),
        key: told(
          'The id of the shop or account, the name of the group; empty: shops without one.',
          v.string(),
        ),
        name: told('For people.', v.string()),
        ...sums,
      }),
    ),
  ),
  totals: told(
    'Of all of them, by currency. Money that is not real is never counted with real money.',
    v.array(v.object(sums)),
  ),
});

export const reportTarget = v.strictObject({
  url: told('Where it is posted to, as a Standard Webhook.', webUrl),
  timeZone: told('Whose day it is about.', v.pipe(v.string(), v.maxLength(64))),
  hour: told(
    'From this hour of that zone on it is sent, for the day before.',
    v.pipe(v.number(), v.integer('is a whole hour'), v.minValue(0), v.maxValue(23)),
  ),
});

export const report = v.object({
  ...reportTarget.entries,
  lastDay: told('The last day that was reported; null: none yet.', v.nullable(v.string())),
  secret: told('Signs it: shown by the call that sets it, once.', v.optional(v.string())),
});

export const checkQuery = v.strictObject({
  limit: pageLimit('So many payments on a page: 50 unless given.', 100),
  cursor: told('The `nextCursor` of the page before.', v.optional(v.pipe(v.string(), v.maxLength(400)))),
  objects: v.optional(
    v.pipe(
      v.array(v.string()),
      v.maxLength(50),
      v.metadata({
        description:
          'Several times: ids of ledgers, as the platform lists them. Finds payments that nothing in the copy names any more.',
      }),
    ),
  ),
});

const problem = v.object({
  payment: told('Its id.', v.string()),
  shop: told('Whose it is; null where no ledger says it.', v.nullable(v.string())),
  kind: told('What of it differs.', v.picklist(BOOK_PROBLEMS)),
  detail: told('What is where.', v.string()),
});

const next = told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string()));

export const checked = v.object({
  checked: told('How many payments this page has looked at.', v.number()),
  data: told('What differs.', v.array(problem)),
  nextCursor: next,
});

export const anchorCheckQuery = v.strictObject({
  limit: pageLimit('So many anchors on a page: 1 unless given.', 10),
  cursor: told(
    'The `nextCursor` of the page before.',
    v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'is the number of an anchor'))),
  ),
});

export const checkedAnchors = v.object({
  data: told(
    'The anchors of this page, the earliest first.',
    v.array(
      v.object({
        number: told('1, 2, 3 ...', v.number()),
        problems: told('What of it does not hold.', v.array(v.string())),
      }),
    ),
  ),
  nextCursor: next,
});
