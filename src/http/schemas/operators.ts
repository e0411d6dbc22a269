/** What else the operator reads and calls: the audit log, the searchable copy, the sealed secrets. */
import * as v from 'valibot';
import { listQuery } from './payments.ts';
import { id, printable, timestamp, told } from './values.ts';

const cursor = told(
  'The `nextCursor` of the page before.',
  v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'is not a cursor'))),
);

export const refusalsQuery = v.strictObject({ limit: listQuery.entries.limit, cursor });

export const AUDIT_FORMATS = ['json', 'ndjson', 'csv'] as const;

const text = (to: number) => v.optional(printable(1, to));

export const auditQuery = v.strictObject({
  actor: told('Who did it: `operator`, `token:` or `user:` with its id.', text(100)),
  action: told('What was done, exactly: `shop.updated`.', text(100)),
  subject: told('To what, exactly: the id of a shop, an account, a payment, a token, a user.', text(100)),
  shop: told('The shop that it is about.', v.optional(id)),
  address: told('The IP address that the request came from.', text(100)),
  request: told('The `X-Request-Id` of its answer.', text(100)),
  from: told('From this moment on.', v.optional(timestamp)),
  to: told('Up to this moment, which is out.', v.optional(timestamp)),
  format: told(
    '`json`; or `ndjson` or `csv`, whose next page is in the header X-Next-Cursor.',
    v.optional(v.picklist(AUDIT_FORMATS, 'is one of json, ndjson, csv')),
  ),
  limit: listQuery.entries.limit,
  cursor,
});

export const auditList = v.object({
  data: told(
    'The entries of this page, the newest first.',
    v.array(
      v.object({
        id: told('Of the entry.', v.number()),
        at: told('When it was written.', v.string()),
        actor: told(
          'Who did it: `operator` (ADMIN_TOKEN), `token:` or `user:` with its id, or what changes something by itself.',
          v.string(),
        ),
        actorName: told('The name of that token or user at the time.', v.nullable(v.string())),
        address: told('The IP address that the request came from.', v.nullable(v.string())),
        request: told('The `X-Request-Id` of its answer.', v.nullable(v.string())),
        action: told('What was done.', v.string()),
        subject: told('To what.', v.string()),
        shop: told('The shop that it is about; null: none, or several.', v.nullable(v.string())),
        detail: told('What else is known of it, without secrets.', v.record(v.string(), v.unknown())),
      }),
    ),
  ),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

export const rebuild = v.strictObject({
  objects: v.nullish(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a Durable Object id'))),
      v.maxLength(500, 'takes at most 500 objects'),
      v.metadata({
        description: 'Ids of ledgers; left out: every payment that the searchable copy still knows.',
      }),
    ),
  ),
  cursor: told('The `nextCursor` of the answer before.', v.nullish(v.string())),
  older: told('Only payments that an older version has pushed.', v.nullish(v.boolean('is true or false'))),
});

export const rebuilt = v.object({
  queued: told('Payments that will be pushed again.', v.number()),
  empty: told('Ledgers without a payment.', v.number()),
  nextCursor: told('Call again with it as `cursor`; null: that was all.', v.nullable(v.string())),
});

export const reencrypt = v.strictObject({
  acceptOlder: v.nullish(
    v.pipe(
      v.boolean('is true or false'),
      v.metadata({
        description:
          'Takes secrets that an older version has sealed for genuine, although they are closed. Only after a restore of your own.',
      }),
    ),
  ),
});

export const reencrypted = v.object({
  accounts: told('Accounts whose secrets were sealed anew.', v.number()),
  shops: told('Shops whose keys were sealed anew.', v.number()),
  users: told('Users whose second factor was sealed anew.', v.number()),
  failed: v.pipe(
    v.array(v.string()),
    v.metadata({ description: 'Secrets that do not open; they stay as they are.' }),
  ),
});
