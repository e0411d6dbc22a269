/** The operator's shops: their addresses, limits and keys. */
import * as v from 'valibot';
import { REGIONS, WEBHOOK_DIALECTS } from '../../directory/types.ts';
import { graceSeconds, id, printable, returnUrl, told, visibleName, webUrl } from './values.ts';

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
  apiKey: told(
    'Of the API, as a bearer.',
    v.nullish(
      v.pipe(
        v.string(),
        v.regex(/^[\x21-\x7e]{1,512}$/, 'takes 1 to 512 visible ASCII characters, better many than few'),
      ),
    ),
  ),
  requestKey: told("PolyBanking: signs the website's requests.", signingKey),
  ipnKey: told('PolyBanking: signs our IPNs.', signingKey),
  webhookSecret: told('Signs webhooks; it begins with whsec_.', signingKey),
});

export const shopChange = v.strictObject({
  name: told('For people.', v.nullish(visibleName(100))),
  group: told('Shops that belong together.', v.nullish(printable(0, 100))),
  active: told('A shop that is off creates nothing and sends nobody to a bank.', v.nullish(v.boolean())),
  adminEnabled: told("The operator's own switch, beside `active`.", v.nullish(v.boolean())),
  testMode: v.nullish(
    v.pipe(
      v.boolean(),
      v.metadata({
        description:
          'Test and live do not mix. In test mode a shop uses accounts of the environments test and sandbox alone, else those of production alone. Left out of a new shop it is true while none of its accounts is in production.',
      }),
    ),
  ),
  region: told(
    'Where new payments are kept; null: near whoever creates them.',
    v.nullish(v.picklist(REGIONS, `is one of ${REGIONS.join(', ')}`)),
  ),
  rateLimit: v.nullish(
    v.pipe(
      v.strictObject({
        perMinute: told(
          'Requests in a minute.',
          v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
        ),
        burst: told(
          'Requests at one time.',
          v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
        ),
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
  accounts: told(
    'Accounts that it may use, the first choice first.',
    v.nullish(v.pipe(v.array(id), v.maxLength(100, 'takes at most 100 accounts'))),
  ),
  returnUrl: told('Where its shoppers come back to.', v.nullish(returnUrl)),
  webhook: told(
    'Where it is told of changes.',
    v.nullish(
      v.strictObject({
        url: told('An https address; null: it is told nothing.', v.nullish(webUrl)),
        dialect: told(
          '`standard` is what this document describes; `polybanking` is its IPN.',
          v.nullish(v.picklist(WEBHOOK_DIALECTS, `is one of ${WEBHOOK_DIALECTS.join(', ')}`)),
        ),
        newPayments: v.nullish(
          v.pipe(
            v.boolean(),
            v.metadata({ description: 'Tell of new payments too (payment.created), not only of changes.' }),
          ),
        ),
      }),
    ),
  ),
  keys: told('Keys of your own; left out, they are made.', v.nullish(keys)),
});

export const shop = v.object({
  id: told('As the address names it.', v.string()),
  name: told('For people.', v.string()),
  group: told('Shops that belong together; null: none.', v.nullable(v.string())),
  active: told('Whether it is on.', v.boolean()),
  adminEnabled: told("The operator's own switch.", v.boolean()),
  testMode: told('It uses accounts without real money alone.', v.boolean()),
  region: told('Where new payments are kept; null: near whoever creates them.', v.nullable(v.string())),
  rateLimit: told(
    'Requests that each of its keys may make; null: 6000 in a minute and 600 at one time.',
    v.nullable(
      v.object({
        perMinute: told('Requests in a minute.', v.number()),
        burst: told('Requests at one time.', v.number()),
      }),
    ),
  ),
  expireAfterMinutes: told(
    'After so long a payment expires; null: its account decides.',
    v.nullable(v.number()),
  ),
  accounts: told('Accounts that it may use, the first choice first.', v.array(v.string())),
  returnUrl: told(
    'Where its shoppers come back to.',
    v.object({
      success: told('Once they have paid.', v.nullable(v.string())),
      failure: told('Otherwise.', v.nullable(v.string())),
    }),
  ),
  webhook: told(
    'Where it is told of changes.',
    v.object({
      url: told('Null: it is told nothing.', v.nullable(v.string())),
      dialect: told('`standard` or `polybanking`.', v.string()),
      newPayments: told('It is told of new payments too.', v.boolean()),
    }),
  ),
  createdAt: told('When it was made.', v.string()),
  updatedAt: told('When it was changed last.', v.string()),
  keys: told(
    'The keys that were made by this call, shown once.',
    v.optional(v.record(v.string(), v.string())),
  ),
});

export const shopList = v.object({ data: told('Every shop.', v.array(shop)) });

const liveTimes = v.array(
  v.object({
    notBefore: told('Since when it counts.', v.string()),
    notAfter: told('Until when; null: it is the current one.', v.nullable(v.string())),
  }),
);

export const connection = v.object({
  url: told('Where the API is reached.', v.string()),
  keys: told(
    'The times of the live values of each key, the newest first; never the values.',
    v.object({
      apiKey: told('Of the API.', liveTimes),
      requestKey: told('Of requests in the dialect of PolyBanking.', liveTimes),
      ipnKey: told('Of IPNs.', liveTimes),
      webhookSecret: told('Of webhooks.', liveTimes),
    }),
  ),
  endpointSecrets: told(
    'The same of the secrets of its endpoints, by their ids; `first` has the `webhookSecret` or the `ipnKey` of the shop.',
    v.record(v.string(), liveTimes),
  ),
});
