/** The settings of an account on Worldline Direct or CAWL (SHEET.md, "Account settings"). */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { WORLDLINE_HOSTS, type WorldlineBrand } from './hosts.ts';

export const worldlineSettings = v.object({
  brand: v.optional(
    v.pipe(
      v.picklist(Object.keys(WORLDLINE_HOSTS) as [WorldlineBrand, ...WorldlineBrand[]]),
      shown({
        title: 'Brand',
        description: 'worldline, or cawl for the Crédit Agricole banks: the same protocol at other hosts.',
      }),
    ),
    'worldline',
  ),
  merchant_id: v.pipe(
    text(1, 30),
    shown({ title: 'PSPID', description: 'The account name; that of Ogone stays the same.' }),
  ),
  api_key_id: v.pipe(
    text(1, 64),
    shown({ title: 'API Key ID', description: 'Merchant Portal > Developer > Payment API.' }),
  ),
  api_secret: v.pipe(
    text(8, 256),
    secret({ title: 'Secret API Key', description: 'Used as text, also where it looks like base64.' }),
  ),
  webhook_key_id: v.pipe(
    text(1, 64),
    shown({ title: 'Webhooks Key ID', description: 'Merchant Portal > Developer > Webhooks.' }),
  ),
  webhook_secret: v.pipe(
    text(8, 256),
    secret({
      title: 'Secret Webhooks Key',
      description: 'Shown for 60 seconds only. Generating new keys revokes these at once.',
    }),
  ),
  authorization_mode: v.optional(
    v.pipe(
      v.picklist(['SALE', 'FINAL_AUTHORIZATION', 'PRE_AUTHORIZATION']),
      shown({
        title: 'Authorization mode',
        description: 'SALE takes the money at once; the others wait for a capture.',
      }),
    ),
    'SALE',
  ),
  locale: v.optional(
    v.pipe(pattern(/^[a-z]{2}_[A-Z]{2}$/, 'looks like fr_FR'), shown({ title: 'Language of the page' })),
    'en_GB',
  ),
  country: v.optional(
    v.pipe(
      pattern(/^[A-Z]{2}$/, 'is a country code of two letters, as FR'),
      shown({
        title: 'Country of the shoppers',
        description: 'Whose means of payment are listed; none: that of the language of the page.',
      }),
    ),
  ),
  variant: v.optional(
    v.pipe(text(1, 50), shown({ title: 'Page template', description: 'Its file name at the platform.' })),
  ),
  product_ids: v.optional(
    v.pipe(
      v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99_999))),
      v.minLength(1, 'has at least one number'),
      v.maxLength(100, 'has at most 100 numbers'),
      shown({
        title: 'Means of payment',
        description: 'Numbers of those that are offered, such as 1 (Visa) or 130 (CB); none: all.',
      }),
    ),
  ),
  send_gcs_date: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Send X-GCS-Date too',
        description: 'The time of a call once more, for where a proxy drops the header Date.',
      }),
    ),
    false,
  ),
});

export type WorldlineSettings = v.InferOutput<typeof worldlineSettings>;

/** Secrets that everybody has: of the vendor's SDKs, and of our examples. */
export const WORLDLINE_PUBLISHED_SECRETS: readonly string[] = [
  '6Kj5HT0MQKC6D8eb7W3lTg71kVKVDSt1',
  'I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/R3nZR8Xg=',
  'secretApiKey',
  'hello+world',
  'kT9wQ2+Zr7mVx4LpNs8YbD1fGh6JcU3e/aRoXtWqE5M=',
  'Wb7!pQz-9sK3vT6yR1uN8mXc',
];
