/** Payments as shops ask for them and get them. */
import * as v from 'valibot';
import { countryNumber } from '../../payments/countries.ts';
import { STATUSES } from '../../payments/statuses.ts';
import { EVENT_TYPES, PENDING_REASONS } from '../../payments/types.ts';
import { operationView } from './operations.ts';
import {
  amount,
  currencyCode,
  id,
  LINE_BREAKS,
  optionalText,
  PRINTABLE,
  printable,
  returnUrl,
  time,
} from './values.ts';

const address = v.strictObject({
  line1: optionalText(200),
  line2: optionalText(200),
  postalCode: optionalText(20),
  city: optionalText(100),
  state: optionalText(100),
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
  firstName: optionalText(100),
  lastName: optionalText(100),
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
  description: v.nullish(
    v.pipe(
      v.string(),
      v.transform((text) => text.replace(LINE_BREAKS, ' ')),
      v.regex(PRINTABLE, 'takes printable characters only'),
      v.check((text) => Array.from(text).length <= 500, 'takes 0 to 500 characters'),
      v.metadata({
        maxLength: 500,
        description: 'What the shopper reads at the bank. Line breaks become spaces.',
      }),
    ),
  ),
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
