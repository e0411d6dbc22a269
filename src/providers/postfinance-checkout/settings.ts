/** The settings of a space at PostFinance Checkout or wallee (SHEET.md, "Account settings"). */
import * as v from 'valibot';
import { called, pattern, secret, shown } from '../kit/settings.ts';

/** Page languages that every edition has. */
const LANGUAGES = ['de-CH', 'fr-CH', 'it-CH', 'en-US'] as const;

const NUMBER = /^[1-9]\d{0,14}$/;
const NUMBERS = /^[1-9]\d{0,14}(?:,[1-9]\d{0,14}){0,49}$/;

const APPLICATION_KEY = /^[A-Za-z0-9+/]{43}=$/;
const ORIGIN = /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?$/;

/** Of one brand. */
export function checkoutSettingsOf(origin: string) {
  return v.object({
    space_id: v.pipe(
      pattern(NUMBER, 'is the number of the space'),
      shown({ title: 'Space', description: 'Space > General Settings.' }),
    ),
    user_id: v.pipe(
      pattern(NUMBER, 'is the number of the application user'),
      shown({ title: 'Application user', description: 'Account > Users > Application Users.' }),
    ),
    application_key: v.pipe(
      pattern(APPLICATION_KEY, 'is base64 of 32 bytes: 44 characters, the last one ='),
      secret({ title: 'Authentication key', description: 'Of the application user; it is shown once.' }),
    ),
    mode: v.optional(
      v.pipe(
        v.picklist(['v1', 'v2']),
        shown({ title: 'Web service', description: 'v1: x-mac headers. v2: REST with tokens.' }),
      ),
      'v1',
    ),
    base_url: v.optional(
      v.pipe(
        pattern(ORIGIN, 'is an https origin without a path'),
        called({ title: 'Origin', description: 'Of another edition of the platform.' }),
      ),
      origin,
    ),
    completion: v.optional(
      v.pipe(
        v.picklist(['COMPLETE_IMMEDIATELY', 'COMPLETE_DEFERRED', 'USE_CONFIGURATION']),
        shown({
          title: 'Completion',
          description: 'When money is captured if the shop does not say; left out: at once.',
        }),
      ),
    ),
    language: v.optional(v.pipe(v.picklist(LANGUAGES), shown({ title: 'Language' }))),
    payment_method_configurations: v.optional(
      v.pipe(
        pattern(NUMBERS, 'is a list of numbers with commas'),
        shown({
          title: 'Payment methods',
          description: 'Numbers of payment method configurations with commas; left out: all.',
        }),
      ),
    ),
    webhook_listener_id: v.optional(
      v.pipe(
        pattern(NUMBERS, 'is a list of numbers with commas'),
        shown({
          title: 'Webhook listeners',
          description:
            'Numbers of our listeners, of transactions and of refunds, with commas; messages of others are refused.',
        }),
      ),
    ),
    require_signature: v.optional(
      v.pipe(
        v.boolean(),
        shown({
          title: 'Refuse webhooks without signature',
          description: 'Off only for listeners without "payload signature and state".',
        }),
      ),
      true,
    ),
  });
}

export type CheckoutSchema = ReturnType<typeof checkoutSettingsOf>;
export type CheckoutSettings = v.InferOutput<CheckoutSchema>;

/** Secrets that everybody has: of the vendor's examples, and of the demo account. */
export const CHECKOUT_PUBLISHED_SECRETS: readonly string[] = [
  'FKrO76r5VwJtBrqZawBspljbBNOxp5veKQQkOnZxucQ=',
  'ZGVtbyBrZXkgb2YgY291bnRlcnNpZ24sIDMyIGJ5dGU=',
];
