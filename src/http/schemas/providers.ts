/** Providers, and the accounts that a shop may use. */
import * as v from 'valibot';
import { COUNTS_AS } from '../../gateway/proof.ts';
import { currencyCode } from './values.ts';

export const currencyQuery = v.strictObject({ currency: v.optional(currencyCode) });

/** What the signature of a provider's messages proves, and what a message counts as that came each way. */
export const proof = v.object({
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
