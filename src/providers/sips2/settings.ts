/** The settings of a SIPS 2 account: what SHEET.md lists under "Account settings". */
import * as v from 'valibot';
import { numberSpace } from '../kit/number-space.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';

export const sips2Settings = v.object({
  brand: v.optional(
    v.pipe(
      v.picklist(['sips', 'mercanet', 'sherlocks', 'sogenactif', 'scellius']),
      shown({
        title: 'Brand',
        description: 'The white label of your bank; decides the address of the page.',
      }),
    ),
    'sips',
  ),
  platform: v.optional(
    v.pipe(
      v.picklist(['simu', 'test', 'prod']),
      shown({
        title: 'Test platform',
        description: 'For accounts that are not in production: simu or test.',
      }),
    ),
    'simu',
  ),
  merchant_id: v.pipe(pattern(/^\d{15}$/, 'has 15 digits'), shown({ title: 'Merchant ID' })),
  secret_key: v.pipe(
    text(8, 128),
    secret({ title: 'Secret key', description: 'As downloaded; it is used as text, never decoded.' }),
  ),
  key_version: v.optional(
    v.pipe(pattern(/^\d{1,6}$/, 'is a number'), shown({ title: 'Version of the key' })),
    '1',
  ),
  seal_algorithm: v.optional(
    v.pipe(v.picklist(['HMAC-SHA-256', 'SHA-256']), shown({ title: 'Seal algorithm' })),
    'HMAC-SHA-256',
  ),
  data_encoding: v.optional(
    v.pipe(
      v.picklist(['', 'base64', 'base64url']),
      shown({ title: 'Encoding of Data', description: 'Empty: plain text.' }),
    ),
    '',
  ),
  interface_version: v.optional(
    v.pipe(pattern(/^HP_\d{1,2}\.\d{1,3}$/, 'looks like HP_3.4'), shown({ title: 'Interface version' })),
    'HP_3.4',
  ),
  capture_mode: v.optional(
    v.pipe(v.picklist(['AUTHOR_CAPTURE', 'IMMEDIATE', 'VALIDATION']), shown({ title: 'Capture mode' })),
    'AUTHOR_CAPTURE',
  ),
  capture_day: v.optional(
    v.pipe(
      pattern(/^\d{1,2}$/, 'is 0 to 99'),
      shown({ title: 'Days before the capture or the end of validation' }),
    ),
    '0',
  ),
  payment_means: v.optional(
    v.pipe(
      pattern(/^[A-Z0-9_]*(?:,[A-Z0-9_]+)*$/, 'looks like CB,VISA'),
      shown({ title: 'Means of payment', description: 'Separated by commas; empty: those of the contract.' }),
    ),
    '',
  ),
  use_s10_reference: v.optional(
    v.pipe(
      v.boolean(),
      shown({ title: 'SIPS 1 style references', description: 'For shops that were migrated from SIPS 1.' }),
    ),
    false,
  ),
  s10_numbers: numberSpace,
});

export type Sips2Settings = v.InferOutput<typeof sips2Settings>;

/** Secrets that everybody has: of the simulation platform's shops, of Mercanet's test shop, and of the guides' and SDKs' examples. */
export const SIPS2_PUBLISHED_SECRETS: readonly string[] = [
  '002001000000001_KEY1',
  '002001000000002_KEY1',
  '002001000000003_KEY1',
  'S9i8qClCnb2CZU3y3Vn0toIOgz3z_aBi79akR30vM9o',
  'superSafeSecretKey',
  'secret123',
];
