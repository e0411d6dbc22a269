/** The settings of an account at ECommPay: one project. */
import * as v from 'valibot';
import { called, pattern, secret, shown, text } from '../kit/settings.ts';

const httpsUrl = pattern(
  /^https:\/\/[^\s/?#]+(?:\/[^\s?#]*[^\s?#/])?$/,
  'is an https address without a slash at its end',
);

export const ecommpaySettings = v.object({
  project_id: v.pipe(v.number(), v.integer(), v.minValue(1), shown({ title: 'Project id' })),
  secret_key: v.pipe(
    text(1, 200),
    secret({ title: 'Secret key', description: 'Used as the text it is, although it may look like base64.' }),
  ),
  base_url: v.optional(
    v.pipe(httpsUrl, shown({ title: 'Address of Payment Page' })),
    'https://paymentpage.ecommpay.com',
  ),
  gate_url: v.optional(v.pipe(httpsUrl, called({ title: 'Address of Gate' })), 'https://api.ecommpay.com/v2'),
  operation_type: v.optional(
    v.pipe(
      v.picklist(['sale', 'auth']),
      shown({ title: 'Operation', description: 'sale takes the money at once, auth waits for a capture.' }),
    ),
    'sale',
  ),
  language_code: v.optional(
    v.pipe(
      pattern(/^[A-Za-z]{2}$/, 'is a language code of two letters'),
      shown({ title: 'Language of the page' }),
    ),
  ),
  force_payment_method: v.optional(v.pipe(text(1, 50), shown({ title: 'Only this means of payment' }))),
  terminal_id: v.optional(v.pipe(text(1, 50), shown({ title: 'Terminal id' }))),
  interface_type: v.optional(
    v.pipe(pattern(/^\{"id": ?\d+\}$/, 'looks like {"id":22}'), shown({ title: 'Interface type' })),
  ),
});

export type EcommpaySettings = v.InferOutput<typeof ecommpaySettings>;

/** Secrets that everybody has: of the test project 112, and of the SDKs' tests. */
export const ECOMMPAY_PUBLISHED_SECRETS: readonly string[] = [
  'kHRhsQHHhOUHeD+rt4kgH7OZiwE=',
  'secret',
  'qwerty',
  '123',
];
