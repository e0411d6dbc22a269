/** The settings of an account on Lyra's platform (SHEET.md, "Account settings"). */
import * as v from 'valibot';
import type { Environment } from '../../payments/types.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { LYRA_HOSTS, type LyraBrand } from './hosts.ts';
import { PAYMENT_CONFIG } from './schedule.ts';

const BRANDS = Object.keys(LYRA_HOSTS) as [LyraBrand, ...LyraBrand[]];

/**
 * The schema of an edition's accounts.
 * @param brand the one that the edition has where the merchant names none.
 */
export function lyraSettings(brand: LyraBrand) {
  return v.object({
    brand: v.optional(
      v.pipe(v.picklist(BRANDS), shown({ title: 'Brand', description: 'Decides the address of the page.' })),
      brand,
    ),
    site_id: v.pipe(pattern(/^\d{8,9}$/, 'has 8 digits'), shown({ title: 'Shop number (site_id)' })),
    key: v.pipe(
      text(8, 64),
      secret({
        title: 'Form key',
        description: 'Settings > Shop > Keys: the one of test or of production, as the account is.',
      }),
    ),
    signature_algorithm: v.optional(
      v.pipe(
        v.picklist(['hmac-sha-256', 'sha-1']),
        shown({ title: 'Signature algorithm', description: 'As chosen in Settings > Shop > Keys.' }),
      ),
      'hmac-sha-256',
    ),
    payment_cards: v.optional(
      v.pipe(
        pattern(/^[A-Z0-9_]*(?:;[A-Z0-9_]+)*$/, 'looks like CB;VISA'),
        shown({ title: 'Means of payment', description: 'Separated by semicolons; empty: all.' }),
      ),
      '',
    ),
    capture_delay: v.optional(
      v.pipe(
        pattern(/^(?:\d{0,2}|[12]\d\d|3[0-5]\d|36[0-5])$/, 'is 0 to 365 or empty'),
        shown({ title: 'Days before the remittance', description: 'Empty: as in the back office.' }),
      ),
      '',
    ),
    validation_mode: v.optional(
      v.pipe(
        v.picklist(['', '0', '1']),
        shown({
          title: 'Validation',
          description: '0 automatic, 1 by hand (authorise only), empty: as in the back office.',
        }),
      ),
      '',
    ),
    payment_config: v.optional(
      v.pipe(
        pattern(
          PAYMENT_CONFIG,
          'is SINGLE, MULTI:first=2590;count=3;period=30 or MULTI_EXT:20270101=2590;20270201=5000',
        ),
        shown({ title: 'Instalments' }),
      ),
      'SINGLE',
    ),
    rest_password: v.optional(
      v.pipe(
        text(8, 100),
        secret({
          title: 'REST password',
          description: 'For refunds and status queries; of the same mode as the key.',
        }),
      ),
    ),
    rest_hmac_key: v.optional(
      v.pipe(
        text(8, 100),
        secret({ title: 'REST HMAC key', description: 'Checks returns of the embedded form.' }),
      ),
    ),
  });
}

export type LyraSchema = ReturnType<typeof lyraSettings>;

/** `ctx_mode` comes from the account's environment; a vector may name it. */
export type LyraSettings = v.InferOutput<LyraSchema> & { readonly ctx_mode?: string };

/** vads_ctx_mode of the form, and `mode` of the REST API. */
export function lyraMode(environment: Environment): 'TEST' | 'PRODUCTION' {
  return environment === 'production' ? 'PRODUCTION' : 'TEST';
}

/** The REST password, where its own beginning says that it is of the other environment. */
export function wrongRestPassword(password: string | undefined, environment: Environment) {
  const other = environment === 'production' ? 'testpassword_' : 'prodpassword_';
  return password?.startsWith(other)
    ? { setting: 'rest_password', problem: `begins with ${other}: it is that of the other environment` }
    : null;
}

/** Secrets that everybody has: of the guides, and of Lyra's public demo shop. */
export const LYRA_PUBLISHED_SECRETS: readonly string[] = [
  '1122334455667788',
  '987654321',
  'testpassword_DEMOPRIVATEKEY23G4475zXZQ2UA5x7M',
  '38453613e7f44dc58732bad3dca2bca3',
];
