/** What else the operator reads and calls: the audit log, the searchable copy, the sealed secrets. */
import * as v from 'valibot';
import { listQuery } from './payments.ts';

export const auditQuery = v.strictObject({
  limit: listQuery.entries.limit,
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'is not a cursor'))),
});

export const auditList = v.object({
  data: v.array(
    v.object({
      id: v.number(),
      at: v.string(),
      actor: v.string(),
      action: v.string(),
      subject: v.string(),
      detail: v.record(v.string(), v.unknown()),
    }),
  ),
  nextCursor: v.nullable(v.string()),
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
  cursor: v.nullish(v.string()),
});

export const rebuilt = v.object({
  queued: v.number(),
  empty: v.number(),
  nextCursor: v.nullable(v.string()),
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
  accounts: v.number(),
  shops: v.number(),
  failed: v.pipe(
    v.array(v.string()),
    v.metadata({ description: 'Secrets that do not open; they stay as they are.' }),
  ),
});
