/** The operator's accounts: their settings, secrets and refused messages. */
import * as v from 'valibot';
import { proof } from './providers.ts';
import { currencyCode, graceSeconds, printable } from './values.ts';

export const accountChange = v.strictObject({
  provider: printable(1, 40),
  caption: v.nullish(printable(1, 100)),
  environment: v.nullish(v.picklist(['test', 'production', 'sandbox'], 'is test, production or sandbox')),
  currencies: v.nullish(v.pipe(v.array(currencyCode), v.minLength(1, 'names at least one currency'))),
  settings: v.nullish(v.record(v.string(), v.unknown())),
  endpoints: v.nullish(v.strictObject({ page: v.nullish(v.string()), api: v.nullish(v.string()) })),
  trustUnprovenNotifications: v.nullish(
    v.pipe(
      v.boolean('is true or false'),
      v.metadata({
        description:
          'Accepts the risk that notifications count which their signature does not prove. Off unless you know that nobody else can send them.',
      }),
    ),
  ),
  expireAfterHours: v.nullish(
    v.pipe(
      v.number('is a number of hours'),
      v.integer('is a whole number of hours'),
      v.minValue(1, 'is at least 1'),
      v.maxValue(24 * 366, 'is at most a year'),
      v.metadata({
        description:
          'After so long without a result a payment expires; money that arrives later still counts.',
        examples: [24],
      }),
    ),
  ),
  allowedIps: v.nullish(
    v.pipe(
      v.array(v.pipe(v.string(), v.maxLength(50))),
      v.maxLength(100, 'takes at most 100 addresses'),
      v.metadata({
        description:
          'IPv4 and IPv6 addresses and CIDR blocks that notifications may come from; empty: any, the signature decides.',
        examples: [['194.2.122.190', '195.25.67.0/24', '2001:db8::/32']],
      }),
    ),
  ),
});

export const account = v.object({
  id: v.string(),
  provider: v.string(),
  caption: v.string(),
  environment: v.string(),
  currencies: v.array(v.string()),
  settings: v.record(v.string(), v.unknown()),
  endpoints: v.object({ page: v.optional(v.string()), api: v.optional(v.string()) }),
  allowedIps: v.array(v.string()),
  trustUnprovenNotifications: v.boolean(),
  retiredAt: v.pipe(
    v.nullable(v.string()),
    v.metadata({ description: 'Since when it begins no attempt; it still verifies, refunds and is asked.' }),
  ),
  proof: v.nullable(proof),
  expireAfterHours: v.number(),
  secrets: v.record(
    v.string(),
    v.array(v.object({ notBefore: v.string(), notAfter: v.nullable(v.string()) })),
  ),
  setup: v.array(v.object({ where: v.string(), value: v.string() })),
  warnings: v.pipe(
    v.array(v.string()),
    v.metadata({
      description:
        'What should be mended: what the provider takes and is weak, and what an account of before has and no change would take.',
    }),
  ),
  createdAt: v.string(),
  updatedAt: v.string(),
});

export const accountList = v.object({ data: v.array(account) });

export const rotateSecret = v.strictObject({
  // As in settings: a number and its digits are the same.
  value: v.pipe(v.union([v.string(), v.pipe(v.number(), v.safeInteger())], 'is a text'), v.transform(String)),
  graceSeconds: v.nullish(graceSeconds),
});

export const refusals = v.object({
  data: v.array(
    v.object({
      id: v.number(),
      at: v.string(),
      account: v.string(),
      channel: v.string(),
      reason: v.string(),
      requestId: v.string(),
      ip: v.nullable(v.string()),
      explanation: v.object({
        problem: v.string(),
        base: v.nullable(v.string()),
        charset: v.string(),
        expected: v.pipe(
          v.nullable(v.string()),
          v.metadata({
            description:
              'The first eight characters at most: never the whole, which would be the signature of a forged message.',
          }),
        ),
        received: v.nullable(v.string()),
        firstDifference: v.pipe(
          v.nullable(v.object({ at: v.number(), expected: v.string(), received: v.string() })),
          v.metadata({
            description:
              'The first byte that differs, from 0; eight stands for any later one, except between values that differ in their form alone.',
          }),
        ),
        keysTried: v.array(v.object({ setting: v.string(), key: v.string(), which: v.string() })),
        likelyCauses: v.array(v.string()),
      }),
    }),
  ),
  nextCursor: v.nullable(v.string()),
});
