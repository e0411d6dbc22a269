/** The settings of a shop at Paynow (SHEET.md, "Account settings"). */
import * as v from 'valibot';
import { pattern, secret, shown } from '../kit/settings.ts';

/** The text of a UUID: the keys are used as text, and never as numbers. */
const key = pattern(/^[0-9a-f-]{36}$/i, 'is a UUID: 36 characters, hexadecimal digits with hyphens');

export const PAYNOW_LOCALES = ['pl-PL', 'en-GB'] as const;

export const paynowSettings = v.object({
  api_key: v.pipe(
    key,
    secret({
      title: 'API access key (Api-Key)',
      description: 'Settings > Shops and poses > Authentication.',
    }),
  ),
  signature_key: v.pipe(
    key,
    secret({
      title: 'Signature calculation key (Signature-Key)',
      description: 'The same place. Signs our calls and their notifications.',
    }),
  ),
  locale: v.optional(
    v.pipe(
      v.picklist(PAYNOW_LOCALES),
      shown({ title: 'Language', description: 'Of the page, where the shop does not say the shopper’s.' }),
    ),
    'pl-PL',
  ),
  validity_time: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(60, 'is 60 to 864000 seconds'),
      v.maxValue(864_000, 'is 60 to 864000 seconds'),
      shown({
        title: 'Validity in seconds',
        description: 'How long a payment can be made; left out: 10 days.',
      }),
    ),
  ),
});

export type PaynowSettings = v.InferOutput<typeof paynowSettings>;

/** Secrets that everybody has: of the public sandbox shops in the vendor's documentation. */
export const PAYNOW_PUBLISHED_SECRETS: readonly string[] = [
  '97a55694-5478-43b5-b406-fb49ebfdd2b5',
  'b305b996-bca5-4404-a0b7-2ccea3d2b64b',
  'a5346108-639d-4a34-b408-afe86d89071f',
  '7201572b-1234-4853-8437-dd038a28a31d',
];
