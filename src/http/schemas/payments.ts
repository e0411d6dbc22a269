/** Payments as shops ask for them and get them. */
import * as v from 'valibot';
import { countryNumber } from '../../payments/countries.ts';
import { STATUSES } from '../../payments/statuses.ts';
import { DECLINE_CODES } from '../../payments/told.ts';
import { EVENT_TYPES, PENDING_REASONS } from '../../payments/types.ts';
import { operationView } from './operations.ts';
import {
  amount,
  currencyCode,
  id,
  optionalText,
  peopleText,
  printable,
  returnUrl,
  timestamp,
  told,
} from './values.ts';

const address = v.strictObject({
  line1: told('Street and number.', peopleText(200)),
  line2: told('What the first line has no room for.', peopleText(200)),
  postalCode: told('As it is written in its country.', optionalText(20)),
  city: told('The town.', peopleText(100)),
  state: told('State or province, where addresses have one.', peopleText(100)),
  country: told(
    'ISO 3166-1, two capital letters.',
    v.nullish(
      v.pipe(
        v.string(),
        v.regex(/^[A-Z]{2}$/, 'is an ISO 3166-1 code of two capital letters'),
        v.check((code) => countryNumber(code) !== null, 'is not a country of ISO 3166-1'),
      ),
    ),
  ),
});

const customer = v.strictObject({
  email: told(
    'Where the shopper reads mail. Some providers need it.',
    v.nullish(
      v.pipe(
        v.string(),
        // As HTML's e-mail field takes them.
        v.rfcEmail('is not an e-mail address'),
        v.maxLength(254, 'takes at most 254 characters'),
      ),
    ),
  ),
  firstName: told("The shopper's first name.", peopleText(100)),
  lastName: told("The shopper's last name.", peopleText(100)),
  phone: told("With or without the country's code.", optionalText(40)),
  ip: told(
    "The shopper's own IPv4 or IPv6 address, where the shop knows it.",
    v.nullish(v.pipe(v.string(), v.ip('is not an IP address'))),
  ),
  language: told(
    "The language of the provider's page, ISO 639-1; where the provider has it not, its own default.",
    v.nullish(
      v.pipe(
        v.string(),
        v.regex(/^[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*$/, 'is a language code such as fr or fr-CH'),
      ),
    ),
  ),
  address: told('The billing address.', v.nullish(address)),
});

/** How many bytes of extra data are kept. */
const EXTRA_DATA_BYTES = 4096;

export const paymentOrder = v.strictObject({
  reference: v.pipe(
    printable(1, 100),
    v.metadata({ description: 'Your own, unique in your shop.', examples: ['order-1042'] }),
  ),
  amount,
  currency: told('ISO 4217, one that the account takes.', currencyCode),
  account: v.nullish(v.pipe(id, v.metadata({ description: 'The account to use.' }))),
  provider: v.nullish(
    v.pipe(printable(1, 40), v.metadata({ description: 'Or: the first account of this provider.' })),
  ),
  description: told(
    'What the shopper reads at the bank, up to 500 characters. Line breaks become spaces.',
    peopleText(500),
  ),
  capture: told(
    '`automatic`: the money is taken at once. `manual`: it is held until a capture. Left out: as the account does.',
    v.nullish(v.picklist(['automatic', 'manual'], 'is "automatic" or "manual"')),
  ),
  customer: told('Who pays: the provider is told what its protocol has fields for.', v.nullish(customer)),
  returnUrl: told(
    "Where the shopper comes back to. Left out: the shop's own addresses.",
    v.nullish(returnUrl),
  ),
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
      timestamp,
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
  v.object({
    kind: told('An address that the shopper follows.', v.literal('url')),
    method: told('A plain link will do.', v.literal('GET')),
    url: told('Where to, with everything signed in it.', v.string()),
  }),
  v.object({
    kind: told("A form that the shopper's browser posts.", v.literal('form')),
    method: told('In a page of yours, or behind `checkoutUrl`.', v.literal('POST')),
    url: told('The `action` of the form.', v.string()),
    charset: told('Its `accept-charset`: what is signed is signed in it.', v.string()),
    fields: told(
      'Its hidden fields, in this order.',
      v.array(
        v.object({ name: told('Of the field.', v.string()), value: told('As it was signed.', v.string()) }),
      ),
    ),
  }),
  v.object({
    kind: told('A page that is shown as it is.', v.literal('html')),
    html: told('The page.', v.string()),
  }),
]);

const amounts = told(
  "In the currency's minor unit.",
  v.object({
    authorized: told('Held and not taken yet.', v.number()),
    paid: told('Taken in all; refunds are not subtracted.', v.number()),
    refunded: told('Given back.', v.number()),
  }),
);

const declineReason = told(
  'Why the provider says that it was not paid. Null unless the status is `denied`, `cancelled`, `error` or `expired` by the provider.',
  v.nullable(
    v.object({
      code: told('The same for every provider.', v.picklist(DECLINE_CODES)),
      text: told("In the provider's words.", v.string()),
    }),
  ),
);

const card = told(
  'The card that was used, where the provider tells.',
  v.nullable(
    v.object({
      brand: told('As the provider names it.', v.nullable(v.string())),
      last4: told('The last four digits.', v.nullable(v.string())),
      expiry: told('`YYYY-MM`.', v.nullable(v.string())),
      liabilityShift: told(
        'Whether the issuer bears the loss of a fraud (3-D Secure).',
        v.nullable(v.boolean()),
      ),
    }),
  ),
);

export const payment = v.object({
  id: told('Of the payment: 16 letters and digits, derived from the shop and the reference.', v.string()),
  version: v.pipe(
    v.number(),
    v.metadata({
      description:
        'Grows with each change: of two messages about a payment the one with the higher version is newer.',
    }),
  ),
  reference: told("The shop's own.", v.string()),
  status: told('What became of it: see "Statuses".', v.picklist(STATUSES)),
  amount: told("What was asked for, in the currency's minor unit.", v.number()),
  currency: told('ISO 4217.', v.string()),
  account: told('The account of the newest attempt.', v.string()),
  provider: told('The provider of that account.', v.string()),
  test: told('No real money moves.', v.boolean()),
  amounts,
  pendingReason: told(
    '`processing`: the provider has no result yet. `proof_missing`: a message says that there is one, and it proves nothing. `person_needed`: the provider waits for a person, or a person has to look what came, since its messages name an amount that cannot be. Null unless the status is `pending`.',
    v.nullable(v.picklist(PENDING_REASONS)),
  ),
  providerReference: told("The provider's number of the payment.", v.nullable(v.string())),
  providerStatus: told("The newest status in the provider's own words.", v.nullable(v.string())),
  providerStatusText: told('What that says, where it is a code.', v.nullable(v.string())),
  signed: told(
    'Whether what is shown is proven, by a signature or by a status query: the newest message of the provider, and all money that counts. Null while there is no message.',
    v.nullable(v.boolean()),
  ),
  declineReason,
  card,
  redirect: told(
    'Where to send the shopper. Null once it is paid or over; left out of lists.',
    v.optional(v.nullable(redirect)),
  ),
  checkoutUrl: told(
    'Our link for the shopper, a secret of the shopper and the shop: it leads to the provider, lets the shopper choose, or says why nothing can be paid.',
    v.string(),
  ),
  description: told('What the shopper reads at the bank.', v.nullable(v.string())),
  capture: told('When the money is taken.', v.picklist(['automatic', 'manual'])),
  extraData: told('Given back as it came.', v.nullable(v.string())),
  customer: told('Who pays, as the shop has told it.', customer),
  operations: told('Captures, cancels and refunds, the oldest first.', v.array(operationView)),
  expiresAt: told('When its links end; null: as long as the account lets them.', v.nullable(v.string())),
  paidAt: v.pipe(
    v.nullable(v.string()),
    v.metadata({ description: 'When the money that was asked for had come.' }),
  ),
  late: v.pipe(
    v.boolean(),
    v.metadata({ description: 'Money came after the payment was called off or had expired.' }),
  ),
  createdAt: told('When it was created.', v.string()),
  updatedAt: told('When it changed last.', v.string()),
});

const providerDocument = v.object({
  number: told('As the provider writes it.', v.string()),
  status: told("In the provider's own words.", v.string()),
  at: told(
    "When it got that status, by the provider's clock; null where the provider does not say.",
    v.nullable(v.string()),
  ),
});

/** A payment with every attempt and every operation. */
export const paymentRead = v.object({
  ...payment.entries,
  attempts: told(
    'Each way to a provider that was begun, the oldest first.',
    v.array(
      v.object({
        attempt: told('From 1.', v.number()),
        account: told('Where it was begun.', v.string()),
        provider: told('The provider of that account.', v.string()),
        amount: told('What the shopper was to pay, in minor units.', v.number()),
        status: told('What became of this attempt.', v.picklist(STATUSES)),
        amounts,
        pendingReason: told('As of the payment.', v.nullable(v.picklist(PENDING_REASONS))),
        declineReason,
        card,
        createdAt: told('When it was begun.', v.string()),
        bills: told(
          "The provider's documents about it, where it has several for one order.",
          v.array(providerDocument),
        ),
      }),
    ),
  ),
});

export const paymentList = v.object({
  data: told('The payments of this page.', v.array(payment)),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

export const listQuery = v.strictObject({
  // Any text: PolyBanking's references are not checked.
  reference: told(
    'The one payment with this reference.',
    v.optional(v.pipe(v.string(), v.maxLength(2000, 'takes at most 2000 characters'))),
  ),
  status: v.optional(
    v.pipe(
      v.array(v.picklist(STATUSES, 'is not a status')),
      v.metadata({ description: 'Several times: payments in any of them.' }),
    ),
  ),
  account: told('Payments whose newest attempt is at this account.', v.optional(id)),
  from: told('Created at this time or later.', v.optional(timestamp)),
  to: told('Created before this time.', v.optional(timestamp)),
  limit: told(
    'So many at most; 20 unless given.',
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^(?:100|[1-9]\d?)$/, 'is a number from 1 to 100'),
        v.metadata({ examples: ['20'] }),
      ),
    ),
  ),
  cursor: told('The `nextCursor` of the page before.', v.optional(v.string())),
});

const pendingJob = v.object({
  id: told('Of the message or the query: a message keeps it in every try.', v.string()),
  kind: told('What is due: a webhook, or a status query.', v.string()),
  endpoint: told(
    'The endpoint that has not taken it yet; left out: every one that wants it.',
    v.optional(v.string()),
  ),
  tries: told('How often it was tried.', v.number()),
  nextTryAt: told('When it is tried next.', v.string()),
});

export const events = v.object({
  data: told(
    'The events of this page, the oldest first.',
    v.array(
      v.object({
        seq: told('From 1, without gaps.', v.number()),
        at: told('When it was written.', v.string()),
        type: told('What happened: see "Events of the log".', v.picklist(EVENT_TYPES)),
        source: told('Who caused it: shop, shopper, provider, operator or countersign.', v.string()),
        detail: told(
          'What else is known of it; its members go by the type.',
          v.record(v.string(), v.unknown()),
        ),
        hash: told('SHA-256 in hexadecimal over the hash before it and this event.', v.string()),
        salt: told(
          'What the detail is hashed with; null: a line of before 0.2, or an erased detail.',
          v.nullable(v.string()),
        ),
        detailHash: told('The hash of an erased detail.', v.nullable(v.string())),
        erased: told('Whether the detail was erased.', v.boolean()),
      }),
    ),
  ),
  pending: told('What is still to be sent or asked.', v.array(pendingJob)),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

/** A page of a log. */
export const eventsQuery = v.strictObject({
  limit: told(
    'So many at most; 500 unless given.',
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^(?:1000|[1-9]\d{0,2})$/, 'is a number from 1 to 1000'),
        v.metadata({ examples: ['100'] }),
      ),
    ),
  ),
  cursor: told(
    'The `nextCursor` of the page before.',
    v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'is not a cursor of this list'))),
  ),
});

export const deliveries = v.object({
  data: told(
    'The tries, the oldest first.',
    v.array(
      v.object({
        webhook: told('The `webhook-id` of the message.', v.string()),
        endpoint: told('The endpoint of the shop; `first` is its `webhook`.', v.string()),
        at: told('When it was tried.', v.string()),
        result: told(
          '`failed`: it will be tried again. `abandoned`: it will not.',
          v.picklist(['delivered', 'failed', 'abandoned']),
        ),
        try: told('From 1, for each message.', v.number()),
        status: told("The HTTP status of the shop's answer; null: there was none.", v.nullable(v.number())),
        error: told('Why there was no answer.', v.nullable(v.string())),
        durationMs: told('How long it took, in milliseconds.', v.number()),
      }),
    ),
  ),
});

/** The body of a webhook. */
export const webhook = v.object({
  type: told('What happened: see "Webhooks".', v.string()),
  timestamp: told('When it happened, RFC 3339 UTC.', v.string()),
  previousStatus: told('The status before, where the payment had one.', v.optional(v.picklist(STATUSES))),
  late: told('Money came after the payment had ended.', v.optional(v.boolean())),
  data: told('The payment, without links.', v.omit(payment, ['checkoutUrl', 'redirect'])),
});
