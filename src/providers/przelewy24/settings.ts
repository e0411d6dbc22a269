/** What an account at Przelewy24 holds. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

export const p24Settings = v.object({
  merchant_id: v.pipe(pattern(/^\d{1,9}$/, 'is a number'), shown({ title: 'Merchant ID' })),
  pos_id: v.optional(
    v.pipe(
      pattern(/^\d{1,9}$/, 'is a number'),
      shown({ title: 'Shop ID', description: 'Normally the merchant ID.' }),
    ),
  ),
  crc: v.pipe(text(3, 64), secret({ title: 'CRC', description: 'My data > API data and configuration.' })),
  api_key: v.optional(
    v.pipe(text(3, 64), secret({ title: 'Key to reports (API key)', description: 'Needed for REST.' })),
  ),
  mode: v.optional(v.pipe(v.picklist(['rest', '3.2', 'legacy']), shown({ title: 'Protocol' })), 'rest'),
  lang: v.optional(v.pipe(pattern(/^[a-z]{2}$/, 'has two letters'), shown({ title: 'Language' })), 'pl'),
  channel: v.optional(
    v.pipe(v.number(), v.integer(), shown({ title: 'Channels', description: 'A bit mask.' })),
  ),
  time_limit: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.maxValue(99),
      shown({ title: 'Minutes to pay', description: '0: no limit.' }),
    ),
  ),
  wait_for_result: v.optional(v.pipe(v.boolean(), shown({ title: 'Show the result before the return' }))),
});

/** The languages of the page. Przelewy24 writes Swedish `se`, which is another language elsewhere, so it is left out. */
export const P24_LANGUAGES: Readonly<Record<P24Settings['mode'], readonly string[]>> = {
  rest: ['bg', 'cs', 'de', 'en', 'es', 'fr', 'hr', 'hu', 'it', 'nl', 'pl', 'pt', 'sk', 'ro'],
  '3.2': ['pl', 'en', 'es', 'de', 'it'],
  legacy: ['pl', 'en', 'es', 'de', 'it'],
};

export type P24Settings = v.InferOutput<typeof p24Settings>;

/** Secrets that everybody has: of the manuals' examples, and of the demo account. */
export const P24_PUBLISHED_SECRETS: readonly string[] = [
  'a123b456c789d012',
  '0123456789abcdef',
  '9f8e7d6c5b4a3f21',
  '00112233445566778899aabbccddeeff',
];
