/** Payments as shops get them. */
import * as v from 'valibot';
import { STATUSES } from '../../payments/statuses.ts';
import { DECLINE_CODES } from '../../payments/told.ts';
import { EVENT_TYPES, PENDING_REASONS, WANTED_KINDS } from '../../payments/types.ts';
import { operationView } from './operations.ts';
import { customerSchema, metadataFilter } from './payment-order.ts';
import { id, pageLimit, timestamp, told } from './values.ts';

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
    authorized: told(
      'Authorized in all, and not lapsed or released: what was captured of it stays in it, beside `paid`.',
      v.number(),
    ),
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
  account: told(
    'The account of the attempt that decides the status: where its money came, else the newest one that a shopper has left for.',
    v.string(),
  ),
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
  shortUrl: told(
    'A short address that leads to `checkoutUrl`, as secret as that is: for a QR code at a till. Shown to who creates or reads the payment; left out of lists.',
    v.optional(v.string()),
  ),
  description: told('What the shopper reads at the bank.', v.nullable(v.string())),
  capture: told('When the money is taken.', v.picklist(['automatic', 'manual'])),
  extraData: told('Given back as it came.', v.nullable(v.string())),
  customer: told('Who pays, as the shop has told it.', customerSchema),
  metadata: told("The shop's own texts.", v.record(v.string(), v.string())),
  lineItems: told(
    'What is bought.',
    v.array(
      v.object({
        name: told('What it is.', v.string()),
        quantity: told('How many.', v.number()),
        amount: told('Of the whole line, tax included.', v.number()),
        taxAmount: told('The tax in it.', v.optional(v.number())),
      }),
    ),
  ),
  method: told(
    'By what means it is to be paid, without a code; null: the shopper chooses.',
    v.nullable(
      v.object({
        kind: told('The kind.', v.picklist(WANTED_KINDS)),
        id: told('Of a bank.', v.optional(v.string())),
      }),
    ),
  ),
  installments: told(
    'In how many parts it is paid; null: in one. `amounts.paid` has those that have come.',
    v.nullable(
      v.object({
        count: told('How many.', v.number()),
        periodDays: told('Days from one to the next.', v.number()),
        firstAmount: told('Of the first part, with what the others cannot share evenly.', v.number()),
      }),
    ),
  ),
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
        chargedBack: told(
          'What the bank has taken back, less what was won again, in minor units.',
          v.number(),
        ),
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
  account: told('Payments whose `account` this is.', v.optional(id)),
  metadata: metadataFilter,
  from: told('Created at this time or later.', v.optional(timestamp)),
  to: told('Created before this time.', v.optional(timestamp)),
  limit: pageLimit('So many at most; 20 unless given.', 100, '20'),
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
  limit: pageLimit('So many at most; 500 unless given.', 1000, '100'),
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
  data: told('The payment, without links.', v.omit(payment, ['checkoutUrl', 'shortUrl', 'redirect'])),
});
