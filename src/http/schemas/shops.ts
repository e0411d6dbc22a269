/** The operator's shops: their addresses, limits and keys. */
import * as v from 'valibot';
import { REGIONS, WEBHOOK_DIALECTS } from '../../directory/types.ts';
import { graceSeconds, id, printable, returnUrl, webUrl } from './values.ts';

export const rotateKey = v.strictObject({ graceSeconds: v.nullish(graceSeconds) });

/** An API key travels in a header. The others sign: they have 32 characters or more, except where they are imported. */
const signingKey = v.nullish(
  v.pipe(
    printable(1, 512),
    v.metadata({
      description: 'At least 32 characters: it signs.',
      examples: ['0123456789abcdef'.repeat(2)],
    }),
  ),
);

const keys = v.strictObject({
  apiKey: v.nullish(
    v.pipe(
      v.string(),
      v.regex(/^[\x21-\x7e]{1,512}$/, 'takes 1 to 512 visible ASCII characters, better many than few'),
    ),
  ),
  requestKey: signingKey,
  ipnKey: signingKey,
  webhookSecret: signingKey,
});

export const shopChange = v.strictObject({
  name: v.nullish(printable(1, 100)),
  group: v.nullish(printable(0, 100)),
  active: v.nullish(v.boolean()),
  adminEnabled: v.nullish(v.boolean()),
  testMode: v.nullish(
    v.pipe(
      v.boolean(),
      v.metadata({
        description:
          'Test and live do not mix. In test mode a shop uses accounts of the environments test and sandbox alone, else those of production alone. Left out of a new shop it is true while none of its accounts is in production.',
      }),
    ),
  ),
  region: v.nullish(v.picklist(REGIONS, `is one of ${REGIONS.join(', ')}`)),
  rateLimit: v.nullish(
    v.pipe(
      v.strictObject({
        perMinute: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
        burst: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
      }),
      v.metadata({
        description:
          'Requests that each key of the shop may make: in a minute, and at one time (a tenth of it, unless given). Null: 6000 and 600. Beyond it 429 with Retry-After.',
        examples: [{ perMinute: 6000, burst: 600 }],
      }),
    ),
  ),
  expireAfterMinutes: v.nullish(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(366 * 24 * 60, 'is at most a year'),
      v.metadata({
        description:
          'After so long a payment expires that has no `expiresAt` of its own. Null: its account decides.',
      }),
    ),
  ),
  accounts: v.nullish(v.pipe(v.array(id), v.maxLength(100, 'takes at most 100 accounts'))),
  returnUrl: v.nullish(returnUrl),
  webhook: v.nullish(
    v.strictObject({
      url: v.nullish(webUrl),
      dialect: v.nullish(v.picklist(WEBHOOK_DIALECTS, `is one of ${WEBHOOK_DIALECTS.join(', ')}`)),
      newPayments: v.nullish(
        v.pipe(
          v.boolean(),
          v.metadata({ description: 'Tell of new payments too (payment.created), not only of changes.' }),
        ),
      ),
    }),
  ),
  keys: v.nullish(keys),
});

export const shop = v.object({
  id: v.string(),
  name: v.string(),
  group: v.nullable(v.string()),
  active: v.boolean(),
  adminEnabled: v.boolean(),
  testMode: v.boolean(),
  region: v.nullable(v.string()),
  rateLimit: v.nullable(v.object({ perMinute: v.number(), burst: v.number() })),
  expireAfterMinutes: v.nullable(v.number()),
  accounts: v.array(v.string()),
  returnUrl: v.object({ success: v.nullable(v.string()), failure: v.nullable(v.string()) }),
  webhook: v.object({ url: v.nullable(v.string()), dialect: v.string(), newPayments: v.boolean() }),
  createdAt: v.string(),
  updatedAt: v.string(),
  keys: v.optional(v.record(v.string(), v.string())),
});

export const shopList = v.object({ data: v.array(shop) });
