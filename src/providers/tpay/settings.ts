/** The settings of a tpay account. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

/** The languages of both protocols' pages. */
export const TPAY_LANGUAGES = ['pl', 'en', 'de', 'it', 'es', 'fr', 'ru'] as const;

/** What an account has to say about itself; the sheet's "Account settings". */
export const tpaySettings = v.object({
  id: v.pipe(pattern(/^\d{1,10}$/, 'is a number'), shown({ title: 'Merchant ID' })),
  code: v.pipe(
    text(4, 64),
    secret({ title: 'Security code', description: 'Settings > Notifications; signs md5sum.' }),
  ),
  mode: v.optional(v.pipe(v.picklist(['openapi', 'classic']), shown({ title: 'Protocol' })), 'openapi'),
  client_id: v.optional(v.pipe(text(3, 100), shown({ title: 'Open API client' }))),
  client_secret: v.optional(v.pipe(text(8, 128), secret({ title: 'Open API secret' }))),
  recipe: v.optional(
    v.pipe(
      v.picklist(['ampersand', 'concat']),
      shown({ title: 'md5sum of the form', description: 'ampersand today, concat in old manuals.' }),
    ),
    'ampersand',
  ),
  require_jws: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Refuse notifications without JWS',
        description: 'Off only for accounts from before it.',
      }),
    ),
    true,
  ),
  api_key: v.optional(
    v.pipe(text(8, 64), secret({ title: 'Key of the older API', description: 'classic: for refunds.' })),
  ),
  api_password: v.optional(v.pipe(text(4, 64), secret({ title: 'Password of the older API' }))),
  root_cert_pem: v.optional(
    v.pipe(
      text(0, 8000),
      shown({ title: 'Root certificate (PEM)', description: 'Pins the root: tpay-jws-root.pem.' }),
    ),
    '',
  ),
  lang: v.optional(v.pipe(v.picklist(TPAY_LANGUAGES), shown({ title: 'Language' })), 'pl'),
});

export type TpaySettings = v.InferOutput<typeof tpaySettings>;

/** Secrets that everybody has: of the classic demo merchant, of old documents, and of the demo account. */
export const TPAY_PUBLISHED_SECRETS: readonly string[] = [
  'demo',
  'AAAAAAAA',
  '737bf2a3c5a7ca96eb8d8339349a2e011331fd994ec031a3cc3534d992f025f5',
  'demo5ecur1tyC0de',
];
