/** The settings of an account at Monetico: what SHEET.md lists under "Account settings". */
import * as v from 'valibot';
import { pattern, secret, shown } from '../kit/settings.ts';
import { moneticoKeyBytes } from './key.ts';

/** Languages of the page. */
export const MONETICO_LANGUAGES = ['FR', 'EN', 'DE', 'IT', 'ES', 'NL', 'PT', 'SV', 'JA'] as const;

/** Keys that everybody has, in any spelling: of the vendor's examples, and of the demo account of `npm start`. */
export const MONETICO_PUBLISHED_SECRETS = [
  '12345678901234567890123456789012345678P0',
  '0123456789ABCDEF0123456789ABCDEF01234567',
  '1234567000000000000000000000000000000000',
  '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567',
];

export const moneticoSettings = v.object({
  tpe: v.pipe(
    pattern(/^[0-9A-Za-z]{7}$/, 'has 7 letters or digits'),
    shown({ title: 'EPT number (TPE)', description: 'Another one, or the same, in test and production.' }),
  ),
  // The signed text joins fields with an asterisk.
  societe: v.pipe(
    pattern(/^[\x21-\x29\x2b-\x7e]{1,20}$/, 'has 1 to 20 characters, no blanks and no asterisk'),
    shown({
      title: 'Site code (societe)',
      description: 'Exactly as the bank has written it, capitals and all.',
    }),
  ),
  key: v.pipe(
    v.string(),
    v.check(
      (key) => moneticoKeyBytes(key) !== null,
      'has 40 characters: 38 hexadecimal digits, and two more as the portal shows them',
    ),
    secret({ title: 'Security key', description: 'The 40 characters that the Monetico portal shows.' }),
  ),
  capture: v.optional(
    v.pipe(
      v.picklist(['automatic', 'manual']),
      shown({
        title: 'Kind of contract',
        description:
          'automatic: immediate or deferred, the bank remits by itself. manual: partial payment or pre-authorisation, captures are asked for.',
      }),
    ),
    'automatic',
  ),
  lgue: v.optional(
    v.pipe(
      v.picklist(MONETICO_LANGUAGES),
      shown({ title: 'Language of the page', description: 'Where the shop does not say one.' }),
    ),
    'FR',
  ),
});

export type MoneticoSettings = v.InferOutput<typeof moneticoSettings>;
