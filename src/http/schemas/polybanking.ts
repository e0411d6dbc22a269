/** PolyBanking's routes, and what is imported from a server of it. */
import * as v from 'valibot';
import { POLYBANKING_LOG_TYPES } from '../../gateway/polybanking-history.ts';
import { auditQuery } from './operators.ts';
import { shopChange } from './shops.ts';
import { amount, id, printable, time } from './values.ts';

const text = v.string();

export const polybankingStart = v.object({
  config_id: text,
  amount: v.pipe(text, v.metadata({ description: 'Centimes of CHF.' })),
  reference: v.pipe(text, v.metadata({ description: 'Any text that the config has not used yet.' })),
  extra_data: v.optional(text),
  sign: text,
});

export const polybankingAnswer = v.object({ status: text, url: text });

export const polybankingSecret = v.object({ config_id: text, secret: text });

export const polybankingList = v.object({
  ...polybankingSecret.entries,
  max_transaction: v.optional(text),
});

export const polybankingReferences = v.object({
  result: v.literal('ok'),
  data: v.array(v.object({ reference: text })),
});

const polybankingDetails = v.object({
  reference: text,
  extra_data: text,
  amount: text,
  amount_chf: v.number(),
  postfinance_id: text,
  postfinance_status: text,
  postfinance_status_text: text,
  internal_status: text,
  internal_status_text: text,
  ipn_needed: text,
  brand: text,
  card: text,
  creation_date: text,
  last_userforwarded_date: text,
  last_user_back_from_postfinance_date: text,
  last_postfinance_ipn_date: text,
  last_ipn_date: text,
});

export const polybankingTransaction = v.object({
  result: v.literal('ok'),
  data: v.union([
    polybankingDetails,
    v.array(v.object({ when: text, extra_data: text, log_type: text, log_type_text: text })),
  ]),
});

const day = v.nullish(time);

/** A text of the original's database, which checked little. */
const oldText = v.pipe(v.string(), v.maxLength(2000, 'takes at most 2000 characters'));

const dryRun = v.nullish(
  v.pipe(v.boolean(), v.metadata({ description: 'Only say what the import would do.' })),
);

/** SHA-256 of a key, in lower-case hexadecimal. */
const keyHash = v.nullish(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is a SHA-256 in hexadecimal')));

export const importTransaction = v.strictObject({
  config: id,
  configKeys: v.pipe(
    v.strictObject({ requestKey: keyHash, ipnKey: keyHash }),
    v.metadata({
      description:
        'The SHA-256 of key_request and key_ipn of its config. One of them has to be a live key of the shop.',
    }),
  ),
  account: id,
  number: v.nullish(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,18}$/, 'is the number of a transaction, 1 to 18 digits'),
      v.metadata({ description: 'At the old server: its bank knows the order as polybanking-<number>.' }),
    ),
  ),
  transaction: v.strictObject({
    reference: oldText,
    extraData: v.nullish(text),
    amount,
    postfinanceId: v.nullish(oldText),
    postfinanceStatus: oldText,
    internalStatus: v.picklist(['cr', 'fw', 'fb'], 'is cr, fw or fb'),
    ipnNeeded: v.boolean(),
    brand: v.nullish(oldText),
    card: v.nullish(oldText),
    created: time,
    forwarded: day,
    back: day,
    notified: day,
    ipn: day,
  }),
  logs: v.array(
    v.strictObject({
      when: time,
      extraData: v.nullish(text),
      type: v.picklist(POLYBANKING_LOG_TYPES, 'is no type of log'),
    }),
  ),
  dryRun,
  shop: v.nullish(
    v.pipe(
      v.strictObject({ testMode: v.boolean(), accounts: v.array(id) }),
      v.metadata({ description: 'In a dry run: the shop as it will be, if it is not there yet.' }),
    ),
  ),
});

export const importShop = v.strictObject({
  id,
  ...shopChange.entries,
  // As long as the original's columns.
  name: v.nullish(printable(1, 255)),
  group: v.nullish(printable(0, 255)),
  dryRun,
});

const importedUserEntries = {
  id: v.pipe(oldText, v.minLength(1, 'is the number or the name of the user')),
  username: v.nullable(oldText),
  name: oldText,
  email: oldText,
  superuser: v.boolean(),
  staff: v.boolean(),
  active: v.boolean(),
  groups: v.array(oldText),
  configs: v.array(id),
};

const importedChangeEntries = {
  id: v.pipe(v.number(), v.safeInteger('is a whole number'), v.minValue(0, 'is not negative')),
  config: id,
  at: time,
  user: v.nullable(oldText),
  text,
};

export const importUser = v.strictObject({ ...importedUserEntries, dryRun });

export const importChange = v.strictObject({ ...importedChangeEntries, dryRun });

export const importedUsers = v.object({ data: v.array(v.object(importedUserEntries)) });

export const importedChangesQuery = v.strictObject({ ...auditQuery.entries, config: v.optional(id) });

export const importedChanges = v.object({
  data: v.array(v.object(importedChangeEntries)),
  nextCursor: v.nullable(v.string()),
});

export const imported = v.object({
  result: v.picklist(['imported', 'unchanged', 'differs']),
  detail: v.nullable(text),
  warnings: v.optional(v.array(text)),
});
