/** Providers, and the accounts that a shop may use. */
import * as v from 'valibot';
import { COUNTS_AS } from '../../gateway/proof.ts';
import { MEANS_KINDS } from '../../payments/means.ts';
import { currencyCode, told } from './values.ts';

export const currencyQuery = v.strictObject({
  currency: told('Only what takes this currency.', v.optional(currencyCode)),
});

/** What the signature of a provider's messages proves, and what a message counts as that came each way. */
export const proof = v.object({
  keyOf: told(
    "Who signs: the `merchant`'s own key, the `platform`'s for everybody, or `nobody`.",
    v.picklist(['merchant', 'platform', 'nobody']),
  ),
  covered: told('The facts that the signature covers.', v.array(v.string())),
  notCovered: told('The facts that it does not cover.', v.array(v.string())),
  bordersCovered: told('Whether it is also signed where one value ends and the next begins.', v.boolean()),
  environmentMark: told(
    'What in a message says that it is of a test; null: nothing does.',
    v.nullable(v.string()),
  ),
  countsAt: told(
    "What a message counts as: `proof` at once, `query` after the provider was asked, `addresses` if it comes from the provider's addresses, `person` once a person has decided.",
    v.object({
      notification: told("From the provider's server.", v.picklist(COUNTS_AS)),
      return: told("By the shopper's browser.", v.picklist(COUNTS_AS)),
    }),
  ),
});

export const providerInfo = v.object({
  id: told('As accounts name it.', v.string()),
  aliases: told('Other names that `provider` takes.', v.array(v.string())),
  caption: told('Its name for people.', v.string()),
  ended: told(
    'The last day on which it could be used; null: it is in use, or when it ended is not known.',
    v.nullable(v.string()),
  ),
  successor: told(
    'Where its merchants go on; empty: nowhere that is known, or nothing has to follow it.',
    v.array(
      v.object({
        provider: told('The id of a provider.', v.string()),
        brand: told('Its setting `brand` there; null: it has none.', v.nullable(v.string())),
      }),
    ),
  ),
  countries: told('Where it is used, ISO 3166-1.', v.array(v.string())),
  currencies: told('What it takes, ISO 4217.', v.array(v.string())),
  capabilities: told('What its protocol can do.', v.record(v.string(), v.boolean())),
  requires: told(
    'What a payment needs there.',
    v.array(
      v.object({
        field: told('A dotted path of POST /v1/payments.', v.string()),
        maxLength: told('In characters; null: as the path takes it.', v.nullable(v.number())),
        when: told('Of which payments and in which form; null: of all.', v.nullable(v.string())),
      }),
    ),
  ),
  proof: told('What its messages prove, by its usual settings.', proof),
  settings: v.pipe(v.record(v.string(), v.unknown()), v.metadata({ description: 'A JSON Schema.' })),
});

export const providerList = v.object({ data: told('Every provider.', v.array(providerInfo)) });

export const shopAccounts = v.object({
  data: told(
    'The accounts that the shop may use, in its order.',
    v.array(
      v.object({
        id: told('As `account` of a new payment names it.', v.string()),
        account: told(
          'As payments that go there say it: the same, unless another account has taken its place.',
          v.string(),
        ),
        provider: told('Its provider.', v.string()),
        caption: told('Its name for people.', v.string()),
        displayName: told(
          'The name that shoppers know it by, on a page of yours too; null: the word for its kind, like "Card".',
          v.nullable(v.string()),
        ),
        kind: told('What it is for shoppers: `card`, `bank`, `wallet` or `cash`.', v.string()),
        currencies: told('What it takes, ISO 4217.', v.array(v.string())),
        test: told('No real money moves.', v.boolean()),
        proof: told('What its messages prove; null: its provider is gone.', v.nullable(proof)),
        trustUnprovenNotifications: told(
          'The operator has accepted that notifications count which prove nothing.',
          v.boolean(),
        ),
      }),
    ),
  ),
});

export const methodsQuery = v.strictObject({
  currency: told('Of the payment; the first one of the account unless given.', v.optional(currencyCode)),
  amount: told(
    'Of the payment, in minor units; left out: whatever it is.',
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[1-9]\d{0,14}$/, 'is an amount in minor units'),
        v.metadata({ examples: ['1999'] }),
      ),
    ),
  ),
});

export const methods = v.object({
  data: told(
    'In the order of the provider.',
    v.array(
      v.object({
        id: told('As `method` of a new payment takes it, with the kind `bank`.', v.string()),
        name: told('As the provider names it.', v.string()),
        kind: told(
          '`bank`: it leads to one bank. `transfer`: one that the shopper makes by hand. `instalments`: a lender pays. As far as the list says it.',
          v.picklist(MEANS_KINDS),
        ),
      }),
    ),
  ),
});
