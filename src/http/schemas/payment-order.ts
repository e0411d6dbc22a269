/** What a shop asks for. */
import * as v from 'valibot';
import { countryNumber } from '../../payments/countries.ts';
import { MOST_INSTALLMENTS, MOST_PERIOD_DAYS } from '../../payments/installments.ts';
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

export const customerSchema = v.strictObject({
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

/** How many texts of its own a shop may keep with a payment. */
const MOST_METADATA = 20;

const metadataName = printable(1, 40);
const metadataValue = printable(0, 500);

const countable = (from: number, to: number, says: string) =>
  v.pipe(v.number(says), v.integer(says), v.minValue(from, says), v.maxValue(to, says));

const units = (description: string) =>
  told(description, countable(0, Number.MAX_SAFE_INTEGER, 'is a whole number of minor units, 0 or more'));

const lineItem = v.pipe(
  v.strictObject({
    name: told('What it is.', printable(1, 200)),
    quantity: told('How many.', countable(1, 999_999, 'is a whole number from 1 to 999999')),
    amount: units('Of the whole line, tax included, in minor units.'),
    taxAmount: v.nullish(units('The tax in it.')),
  }),
  v.forward(
    v.check(({ amount, taxAmount }) => (taxAmount ?? 0) <= amount, 'is more than the amount'),
    ['taxAmount'],
  ),
);

const isBlikCode = v.pipe(v.string(), v.regex(/^\d{6}$/, 'has six digits'));

/** As it is asked for. A BLIK code is handed on once, and neither kept nor shown. */
const wantedMethod = v.variant(
  'kind',
  [
    v.strictObject({
      kind: told("By a code of the shopper's bank app.", v.literal('blik')),
      code: told(
        'The six digits. They are handed on once, and kept nowhere. A code that the provider refuses at once is `provider_error`, and the same create with another code tries that one. After a code was taken no other is: where it is declined, the shopper pays at `checkoutUrl`, or the shop makes another payment.',
        isBlikCode,
      ),
    }),
    v.strictObject({
      kind: told('By a transfer from this bank.', v.literal('bank')),
      id: told('As `GET /v1/accounts/:id/methods` lists it.', printable(1, 40)),
    }),
    v.strictObject({ kind: told('By card.', v.literal('card')) }),
    v.strictObject({ kind: told('By a transfer from any bank.', v.literal('transfer')) }),
  ],
  ({ path }) => (path ? 'is blik, bank, card or transfer' : 'is like {"kind": "card"}'),
);

const installments = v.strictObject({
  count: told(
    'How many parts.',
    countable(2, MOST_INSTALLMENTS, `is a whole number from 2 to ${MOST_INSTALLMENTS}`),
  ),
  periodDays: told(
    'Days from one to the next.',
    countable(1, MOST_PERIOD_DAYS, `is a whole number from 1 to ${MOST_PERIOD_DAYS}`),
  ),
  firstAmount: told(
    'Of the first part, in minor units; what the others cannot share evenly comes on top of it. Left out: as the others.',
    v.nullish(countable(1, Number.MAX_SAFE_INTEGER, 'is a whole number of minor units, 1 or more')),
  ),
});

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
    '`automatic`: the money is taken at once. `manual`: it is held until a capture. Left out: as the account does. 422 where the account cannot do it.',
    v.nullish(v.picklist(['automatic', 'manual'], 'is "automatic" or "manual"')),
  ),
  customer: told(
    'Who pays: the provider is told what its protocol has fields for.',
    v.nullish(customerSchema),
  ),
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
      v.record(v.pipe(v.string(), v.regex(/^[\w.*:-]{1,100}$/, 'is not a field name')), printable(0, 1000)),
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
  metadata: told(
    'Up to 20 texts of your own by name, given back as they came; payments are found by them.',
    v.nullish(
      v.pipe(v.record(metadataName, metadataValue), v.maxEntries(MOST_METADATA, 'takes at most 20 texts')),
    ),
  ),
  lineItems: told(
    'What is bought, up to 100 lines: providers are told whose protocol has a place for it. The amounts need not come to the payment.',
    v.nullish(v.pipe(v.array(lineItem), v.maxLength(100, 'takes at most 100 lines'))),
  ),
  method: told(
    'By what means it is to be paid. A provider that cannot be told so refuses it (422). Left out: the shopper chooses.',
    v.nullish(wantedMethod),
  ),
  installments: told(
    'In several parts: the shopper agrees once, the provider takes the later ones by itself, and each counts when it comes. A provider that cannot refuses it (422).',
    v.nullish(installments),
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

/** In a query `metadata[name]=value`. */
export const metadataFilter = told(
  'Payments with exactly this text, as `metadata[name]=value`; several: all of them.',
  v.optional(v.pipe(v.record(metadataName, metadataValue), v.maxEntries(5, 'takes at most 5 texts'))),
);
