/** PolyBanking's routes, and what is imported from a server of it. */
import * as v from 'valibot';
import { POLYBANKING_LOG_TYPES } from '../../gateway/polybanking-history.ts';
import { auditQuery } from './operators.ts';
import { shopChange } from './shops.ts';
import { amount, id, printable, timestamp, told } from './values.ts';

const text = v.string();

export const polybankingStart = v.object({
  config_id: told("The shop's id.", text),
  amount: v.pipe(text, v.metadata({ description: 'Centimes of CHF.' })),
  reference: v.pipe(text, v.metadata({ description: 'Any text that the config has not used yet.' })),
  extra_data: told('Given back as it came.', v.optional(text)),
  sign: told('The signature of the request.', text),
});

export const polybankingAnswer = v.object({
  status: told("OK, or the original's word for what is wrong.", text),
  url: told('Where the shopper goes; empty unless the status is OK.', text),
});

export const polybankingSecret = v.object({
  config_id: told("The shop's id.", text),
  secret: told('Its API key.', text),
});

export const polybankingList = v.object({
  ...polybankingSecret.entries,
  max_transaction: told('So many at most; 100 unless given.', v.optional(text)),
});

export const polybankingReferences = v.object({
  result: told('The call is allowed.', v.literal('ok')),
  data: told('The newest first.', v.array(v.object({ reference: told("The website's own.", text) }))),
});

const polybankingDetails = v.object({
  reference: told("The website's own.", text),
  extra_data: told('As it came.', text),
  amount: told('In francs, for people.', text),
  amount_chf: told('In francs.', v.number()),
  postfinance_id: told("PostFinance's number, PAYID.", text),
  postfinance_status: told("PostFinance's code.", text),
  postfinance_status_text: told('What it says.', text),
  internal_status: told('cr, fw or fb: created, forwarded, feedback.', text),
  internal_status_text: told('What it says.', text),
  ipn_needed: told('Whether the website has still to be told.', text),
  brand: told('Of the card.', text),
  card: told('Its masked number.', text),
  creation_date: told('When it was created.', text),
  last_userforwarded_date: told('When the shopper was last sent to the bank.', text),
  last_user_back_from_postfinance_date: told('When the shopper last came back.', text),
  last_postfinance_ipn_date: told('When PostFinance last told us.', text),
  last_ipn_date: told('When the website was last told.', text),
});

const polybankingLogs = v.array(
  v.object({
    when: told('When it was written.', text),
    extra_data: told('What else is known of it.', text),
    log_type: told("The original's type.", text),
    log_type_text: told('What it says.', text),
  }),
);

export const polybankingTransaction = v.object({
  result: told('The call is allowed.', v.literal('ok')),
  data: told('The transaction, or its log.', v.union([polybankingDetails, polybankingLogs])),
});

/** What its operators saw of a transaction. */
export const polybankingView = v.object({
  transaction: told('The transaction.', polybankingDetails),
  logs: told('Its log, the newest first.', polybankingLogs),
});

const day = v.nullish(timestamp);

/** A text of the original's database, which checked little. */
const oldText = v.pipe(v.string(), v.maxLength(2000, 'takes at most 2000 characters'));

const dryRun = v.nullish(
  v.pipe(v.boolean(), v.metadata({ description: 'Only say what the import would do.' })),
);

/** SHA-256 of a key, in lower-case hexadecimal. */
const keyHash = v.nullish(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is a SHA-256 in hexadecimal')));

export const importTransaction = v.strictObject({
  config: told('The shop that it becomes a payment of.', id),
  configKeys: v.pipe(
    v.strictObject({ requestKey: told('Of key_request.', keyHash), ipnKey: told('Of key_ipn.', keyHash) }),
    v.metadata({
      description:
        'The SHA-256 of key_request and key_ipn of its config. One of them has to be a live key of the shop.',
    }),
  ),
  account: told('The PostFinance account that it was paid at.', id),
  number: v.nullish(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,18}$/, 'is the number of a transaction, 1 to 18 digits'),
      v.metadata({ description: 'At the old server: its bank knows the order as polybanking-<number>.' }),
    ),
  ),
  transaction: told(
    'The row, with times as RFC 3339.',
    v.strictObject({
      reference: told("The website's own.", oldText),
      extraData: told('As it came.', v.nullish(text)),
      amount,
      postfinanceId: told('PAYID.', v.nullish(oldText)),
      postfinanceStatus: told("PostFinance's code, or ??.", oldText),
      internalStatus: told('cr, fw or fb.', v.picklist(['cr', 'fw', 'fb'], 'is cr, fw or fb')),
      ipnNeeded: told('Whether the website had still to be told.', v.boolean()),
      brand: told('Of the card.', v.nullish(oldText)),
      card: told('Its masked number.', v.nullish(oldText)),
      created: told('creation_date.', timestamp),
      forwarded: told('last_userforwarded_date.', day),
      back: told('last_user_back_from_postfinance_date.', day),
      notified: told('last_postfinance_ipn_date.', day),
      ipn: told('last_ipn_date.', day),
    }),
  ),
  logs: told(
    'Its log, the oldest first.',
    v.array(
      v.strictObject({
        when: told('When it was written.', timestamp),
        extraData: told('As it was.', v.nullish(text)),
        type: told("The original's type.", v.picklist(POLYBANKING_LOG_TYPES, 'is no type of log')),
      }),
    ),
  ),
  dryRun,
  shop: v.nullish(
    v.pipe(
      v.strictObject({
        testMode: told('As the shop will be.', v.boolean()),
        accounts: told('As the shop will have them.', v.array(id)),
      }),
      v.metadata({ description: 'In a dry run: the shop as it will be, if it is not there yet.' }),
    ),
  ),
});

export const importShop = v.strictObject({
  id: told('The number of the config.', id),
  ...shopChange.entries,
  // As long as the original's columns.
  name: told('For people.', v.nullish(printable(1, 255))),
  group: told('Its config group.', v.nullish(printable(0, 255))),
  dryRun,
});

const importedUserEntries = {
  id: told(
    'The number or the name of the user.',
    v.pipe(oldText, v.minLength(1, 'is the number or the name of the user')),
  ),
  username: told('At the old server.', v.nullable(oldText)),
  name: told('For people.', oldText),
  email: told('May be empty.', oldText),
  superuser: told('Could do everything.', v.boolean()),
  staff: told('Could enter the administration.', v.boolean()),
  active: told('Could log in.', v.boolean()),
  groups: told('Names of the groups.', v.array(oldText)),
  configs: told('The shops that the user was allowed.', v.array(id)),
};

const importedChangeEntries = {
  id: told(
    'Of the entry at the old server.',
    v.pipe(v.number(), v.safeInteger('is a whole number'), v.minValue(0, 'is not negative')),
  ),
  config: told('The shop that was changed.', id),
  at: told('When.', timestamp),
  user: told('Who; null: not known.', v.nullable(oldText)),
  text: told('What was done.', text),
};

export const importUser = v.strictObject({ ...importedUserEntries, dryRun });

export const importChange = v.strictObject({ ...importedChangeEntries, dryRun });

export const importedUsers = v.object({
  data: told('Every user of the old server.', v.array(v.object(importedUserEntries))),
});

export const importedChangesQuery = v.strictObject({
  ...auditQuery.entries,
  config: told('Entries of this shop alone.', v.optional(id)),
});

export const importedChanges = v.object({
  data: told('The entries of this page, the newest first.', v.array(v.object(importedChangeEntries))),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

export const imported = v.object({
  result: told(
    '`differs`: it is there otherwise, and stays as it is.',
    v.picklist(['imported', 'unchanged', 'differs']),
  ),
  detail: told('Where it differs.', v.nullable(text)),
  warnings: told('What was taken over and should be looked at.', v.optional(v.array(text))),
});
