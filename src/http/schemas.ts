/** The schemas of the HTTP contract: they validate, and the OpenAPI document is made from them. */
import * as v from 'valibot';
import { REGIONS, WEBHOOK_DIALECTS } from '../directory/types.ts';
import { POLYBANKING_LOG_TYPES } from '../gateway/polybanking-history.ts';
import { COUNTS_AS } from '../gateway/proof.ts';
import { countryNumber } from '../payments/countries.ts';
import { PROBLEMS } from '../payments/errors.ts';
import { OPERATION_KINDS, OPERATION_STATES } from '../payments/operations.ts';
import { STATUSES } from '../payments/statuses.ts';
import { DECLINE_CODES } from '../payments/told.ts';
import { EVENT_TYPES, PENDING_REASONS } from '../payments/types.ts';

/** No control characters, no halves of surrogate pairs, no line separators. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/** Text for people may have them; what a provider is sent does not. */
const LINE_BREAKS = /[\r\n\t\v\f\u0085\u2028\u2029]+/g;

function printable(from: number, to: number) {
  return v.pipe(
    v.string(),
    v.regex(PRINTABLE, 'takes printable characters only'),
    v.check((text) => {
      const { length } = Array.from(text);
      return length >= from && length <= to;
    }, `takes ${from} to ${to} characters`),
    v.metadata({ minLength: from, maxLength: to }),
  );
}

const optionalText = (to: number) => v.nullish(printable(0, to));

/** Text for people: its line breaks become spaces. */
const peopleText = (to: number, description: string) =>
  v.nullish(
    v.pipe(
      v.string(),
      v.transform((text) => text.replace(LINE_BREAKS, ' ')),
      v.regex(PRINTABLE, 'takes printable characters only'),
      v.check((text) => Array.from(text).length <= to, `takes 0 to ${to} characters`),
      v.metadata({ maxLength: to, description }),
    ),
  );

const ONE_LINE = 'Line breaks become spaces.';

const webUrl = v.pipe(
  v.string(),
  v.maxLength(2000, 'takes at most 2000 characters'),
  v.check(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'is not an http or https address',
  ),
  v.metadata({ format: 'uri' }),
);

export const id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'takes 1 to 40 letters, digits, dots, dashes and underscores'),
);

export const amount = v.pipe(
  v.number('is a number of minor units'),
  v.integer('is a whole number of minor units'),
  v.minValue(1, 'is at least 1'),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'is beyond what can be counted exactly'),
  v.metadata({ description: "In the currency's minor unit: 1999 with EUR is 19.99 EUR.", examples: [1999] }),
);

export const currencyCode = v.pipe(
  v.string(),
  v.regex(/^[A-Z]{3}$/, 'is an ISO 4217 code of three capital letters'),
  v.metadata({ examples: ['EUR'] }),
);

const address = v.strictObject({
  line1: peopleText(200, ONE_LINE),
  line2: peopleText(200, ONE_LINE),
  postalCode: optionalText(20),
  city: peopleText(100, ONE_LINE),
  state: peopleText(100, ONE_LINE),
  country: v.nullish(
    v.pipe(
      v.string(),
      v.regex(/^[A-Z]{2}$/, 'is an ISO 3166-1 code of two capital letters'),
      v.check((code) => countryNumber(code) !== null, 'is not a country of ISO 3166-1'),
    ),
  ),
});

const customer = v.strictObject({
  email: v.nullish(
    v.pipe(
      v.string(),
      // As HTML's e-mail field takes them.
      v.rfcEmail('is not an e-mail address'),
      v.maxLength(254, 'takes at most 254 characters'),
    ),
  ),
  firstName: peopleText(100, ONE_LINE),
  lastName: peopleText(100, ONE_LINE),
  phone: optionalText(40),
  ip: v.nullish(v.pipe(v.string(), v.ip('is not an IP address'))),
  language: v.nullish(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*$/, 'is a language code such as fr or fr-CH'),
    ),
  ),
  address: v.nullish(address),
});

const time = v.pipe(v.string(), v.isoTimestamp('is not an RFC 3339 time'));

const returnUrl = v.strictObject({ success: v.nullish(webUrl), failure: v.nullish(webUrl) });

/** How many bytes of extra data are kept. */
const EXTRA_DATA_BYTES = 4096;

export const paymentOrder = v.strictObject({
  reference: v.pipe(
    printable(1, 100),
    v.metadata({ description: 'Your own, unique in your shop.', examples: ['order-1042'] }),
  ),
  amount,
  currency: currencyCode,
  account: v.nullish(v.pipe(id, v.metadata({ description: 'The account to use.' }))),
  provider: v.nullish(
    v.pipe(printable(1, 40), v.metadata({ description: 'Or: the first account of this provider.' })),
  ),
  description: peopleText(500, `What the shopper reads at the bank. ${ONE_LINE}`),
  capture: v.nullish(v.picklist(['automatic', 'manual'], 'is "automatic" or "manual"')),
  customer: v.nullish(customer),
  returnUrl: v.nullish(returnUrl),
  extraData: v.nullish(
    v.pipe(
      v.string(),
      v.check((text) => new TextEncoder().encode(text).length <= EXTRA_DATA_BYTES, 'takes at most 4 KiB'),
      v.metadata({ description: 'Anything up to 4 KiB, given back as it came.' }),
    ),
  ),
  providerFields: v.nullish(
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(/^[\w.*:-]{1,64}$/, 'is not a field name')), printable(0, 1000)),
      v.maxEntries(50, 'takes at most 50 fields'),
      v.metadata({ description: 'Extra fields for the provider, signed with the rest.' }),
    ),
  ),
  expiresAt: v.nullish(
    v.pipe(
      time,
      v.metadata({
        description:
          "From then on the payment's links lead to no bank; money that comes all the same counts. Left out: the shop's setting.",
      }),
    ),
  ),
  replace: v.nullish(
    v.pipe(
      v.boolean(),
      v.metadata({
        description:
          'Changes the payment that has the reference, as long as nobody was forwarded for it; with `If-Match: "<version>"` only that version.',
      }),
    ),
  ),
});

const redirect = v.variant('kind', [
  v.object({ kind: v.literal('url'), method: v.literal('GET'), url: v.string() }),
  v.object({
    kind: v.literal('form'),
    method: v.literal('POST'),
    url: v.string(),
    charset: v.string(),
    fields: v.array(v.object({ name: v.string(), value: v.string() })),
  }),
  v.object({ kind: v.literal('html'), html: v.string() }),
]);

const amounts = v.object({ authorized: v.number(), paid: v.number(), refunded: v.number() });

const words = v.object({ code: v.string(), text: v.string() });

const operationView = v.object({
  operation: v.number(),
  kind: v.picklist(OPERATION_KINDS),
  attempt: v.number(),
  amount: v.number(),
  state: v.picklist(OPERATION_STATES),
  requestedAt: v.string(),
  finishedAt: v.nullable(v.string()),
  error: v.nullable(v.object({ code: v.string(), detail: v.string(), provider: v.optional(words) })),
  providerStatus: v.nullable(v.string()),
  providerReference: v.nullable(v.string()),
  operationReference: v.string(),
  lookUp: v.nullable(v.string()),
});

const declineReason = v.pipe(
  v.nullable(
    v.object({
      code: v.picklist(DECLINE_CODES),
      text: v.pipe(v.string(), v.metadata({ description: "In the provider's words." })),
    }),
  ),
  v.metadata({
    description:
      'Why the provider says that it was not paid. Null unless the status is denied, cancelled, error or expired by the provider.',
  }),
);

const card = v.pipe(
  v.nullable(
    v.object({
      brand: v.pipe(v.nullable(v.string()), v.metadata({ description: 'As the provider names it.' })),
      last4: v.pipe(v.nullable(v.string()), v.metadata({ description: 'The last four digits.' })),
      expiry: v.pipe(v.nullable(v.string()), v.metadata({ description: 'YYYY-MM' })),
      liabilityShift: v.pipe(
        v.nullable(v.boolean()),
        v.metadata({ description: 'Whether the issuer bears the loss of a fraud (3-D Secure).' }),
      ),
    }),
  ),
  v.metadata({ description: 'The card that was used, where the provider tells.' }),
);

export const payment = v.object({
  id: v.string(),
  version: v.pipe(
    v.number(),
    v.metadata({
      description:
        'Grows with each change: of two messages about a payment the one with the higher version is newer.',
    }),
  ),
  reference: v.string(),
  status: v.picklist(STATUSES),
  amount: v.number(),
  currency: v.string(),
  account: v.string(),
  provider: v.string(),
  test: v.boolean(),
  amounts,
  pendingReason: v.nullable(v.picklist(PENDING_REASONS)),
  providerReference: v.nullable(v.string()),
  providerStatus: v.nullable(v.string()),
  providerStatusText: v.nullable(v.string()),
  signed: v.nullable(v.boolean()),
  declineReason,
  card,
  redirect: v.optional(v.nullable(redirect)),
  checkoutUrl: v.string(),
  description: v.nullable(v.string()),
  capture: v.picklist(['automatic', 'manual']),
  extraData: v.nullable(v.string()),
  customer,
  operations: v.array(operationView),
  expiresAt: v.nullable(v.string()),
  paidAt: v.pipe(
    v.nullable(v.string()),
    v.metadata({ description: 'When the money that was asked for had come.' }),
  ),
  late: v.pipe(
    v.boolean(),
    v.metadata({ description: 'Money came after the payment was called off or had expired.' }),
  ),
  createdAt: v.string(),
  updatedAt: v.string(),
});

export const idempotencyKey = v.pipe(
  v.string(),
  v.regex(/^[\x20-\x7e]{1,255}$/, 'the header Idempotency-Key has 1 to 255 printable ASCII characters'),
);

const attemptNumber = v.pipe(
  v.number('is a number'),
  v.integer('is a whole number'),
  v.minValue(1, 'is at least 1'),
  v.metadata({
    description: "Which of the payment's attempts, where several have brought money.",
    examples: [1],
  }),
);

/** A capture or refund. The whole is asked for by leaving the amount out: null could be a mistake in the shop's program. */
export const operate = v.strictObject({
  amount: v.optional(amount),
  attempt: v.optional(attemptNumber),
});

/** A cancel releases everything. */
export const cancel = v.strictObject({ attempt: v.optional(attemptNumber) });

/** The body of a call that takes nothing. */
export const nothing = v.strictObject({});

/** What a person says became of an operation whose outcome was unknown. */
export const operationConclusion = v.strictObject({
  outcome: v.picklist(['succeeded', 'failed'], 'is succeeded or failed'),
  note: v.nullish(printable(1, 500)),
});

/** What a person says became of an attempt whose messages prove nothing. */
export const attemptConclusion = v.strictObject({
  outcome: v.pipe(
    v.picklist(['paid', 'denied'], 'is paid or denied'),
    v.metadata({
      description: '`paid`: what was claimed is true; money that was only said to be held is held.',
    }),
  ),
  amount: v.nullish(
    v.pipe(
      amount,
      v.metadata({
        description:
          'Minor units. Left out: the claimed amount. Needed where none is claimed, or several are.',
      }),
    ),
  ),
  note: v.nullish(printable(1, 500)),
});

const providerDocument = v.object({ number: v.string(), status: v.string(), at: v.nullable(v.string()) });

/** A payment with every attempt and every operation. */
export const paymentRead = v.object({
  ...payment.entries,
  attempts: v.array(
    v.object({
      attempt: v.number(),
      account: v.string(),
      provider: v.string(),
      amount: v.number(),
      status: v.picklist(STATUSES),
      amounts,
      pendingReason: v.nullable(v.picklist(PENDING_REASONS)),
      declineReason,
      card,
      createdAt: v.string(),
      bills: v.array(providerDocument),
    }),
  ),
});

export const paymentList = v.object({ data: v.array(payment), nextCursor: v.nullable(v.string()) });

export const listQuery = v.strictObject({
  // Any text: PolyBanking's references are not checked.
  reference: v.optional(v.pipe(v.string(), v.maxLength(2000, 'takes at most 2000 characters'))),
  status: v.optional(
    v.pipe(
      v.array(v.picklist(STATUSES, 'is not a status')),
      v.metadata({ description: 'Several times: payments in any of them.' }),
    ),
  ),
  account: v.optional(id),
  from: v.optional(time),
  to: v.optional(time),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:100|[1-9]\d?)$/, 'is a number from 1 to 100'),
      v.metadata({ examples: ['20'] }),
    ),
  ),
  cursor: v.optional(v.string()),
});

const pendingJob = v.object({
  id: v.string(),
  kind: v.string(),
  tries: v.number(),
  nextTryAt: v.string(),
});

export const events = v.object({
  data: v.array(
    v.object({
      seq: v.number(),
      at: v.string(),
      type: v.picklist(EVENT_TYPES),
      source: v.string(),
      detail: v.record(v.string(), v.unknown()),
      hash: v.string(),
    }),
  ),
  pending: v.array(pendingJob),
  nextCursor: v.nullable(v.string()),
});

/** A page of a log. */
export const eventsQuery = v.strictObject({
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:1000|[1-9]\d{0,2})$/, 'is a number from 1 to 1000'),
      v.metadata({ examples: ['100'] }),
    ),
  ),
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'is not a cursor of this list'))),
});

export const deliveries = v.object({
  data: v.array(
    v.object({
      webhook: v.string(),
      at: v.string(),
      result: v.picklist(['delivered', 'failed', 'abandoned']),
      try: v.number(),
      status: v.nullable(v.number()),
      error: v.nullable(v.string()),
      durationMs: v.number(),
    }),
  ),
});

export const currencyQuery = v.strictObject({ currency: v.optional(currencyCode) });

/** What the signature of a provider's messages proves, and what a message counts as that came each way. */
const proof = v.object({
  keyOf: v.picklist(['merchant', 'platform', 'nobody']),
  covered: v.array(v.string()),
  notCovered: v.array(v.string()),
  bordersCovered: v.boolean(),
  environmentMark: v.nullable(v.string()),
  countsAt: v.object({ notification: v.picklist(COUNTS_AS), return: v.picklist(COUNTS_AS) }),
});

export const providerInfo = v.object({
  id: v.string(),
  aliases: v.array(v.string()),
  caption: v.string(),
  countries: v.array(v.string()),
  currencies: v.array(v.string()),
  capabilities: v.record(v.string(), v.boolean()),
  requires: v.pipe(
    v.array(v.object({ field: v.string(), maxLength: v.nullable(v.number()), when: v.nullable(v.string()) })),
    v.metadata({
      description:
        'What a payment needs there, by dotted paths of POST /v1/payments; `when`: of which payments and in which form, null: of all.',
    }),
  ),
  proof,
  settings: v.pipe(v.record(v.string(), v.unknown()), v.metadata({ description: 'A JSON Schema.' })),
});

export const providerList = v.object({ data: v.array(providerInfo) });

export const shopAccounts = v.object({
  data: v.array(
    v.object({
      id: v.string(),
      provider: v.string(),
      caption: v.string(),
      currencies: v.array(v.string()),
      test: v.boolean(),
      proof: v.nullable(proof),
      trustUnprovenNotifications: v.boolean(),
    }),
  ),
});

// --- Operator ---------------------------------------------------------------------------------------------

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

/** A year: longer than any bank's key change. */
const GRACE_LIMIT = 365 * 24 * 3600;

const graceSeconds = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(GRACE_LIMIT, 'is at most a year'),
  v.metadata({ description: 'For how long the old one still works, in seconds.' }),
);

export const rotateSecret = v.strictObject({
  // As in settings: a number and its digits are the same.
  value: v.pipe(v.union([v.string(), v.pipe(v.number(), v.safeInteger())], 'is a text'), v.transform(String)),
  graceSeconds: v.nullish(graceSeconds),
});
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

// --- PolyBanking ------------------------------------------------------------------------------------------

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

export const health = v.object({ status: v.literal('ok'), version: v.string() });

export const problem = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code: v.picklist(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]),
  errors: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
  payment: v.pipe(
    v.optional(v.string()),
    v.metadata({ description: 'Of `reference_conflict`: the payment that has the reference.' }),
  ),
  differences: v.pipe(
    v.optional(v.array(v.string())),
    v.metadata({
      description: 'Of `reference_conflict`: where the request differs from that of the payment.',
    }),
  ),
  provider: v.optional(words),
});
