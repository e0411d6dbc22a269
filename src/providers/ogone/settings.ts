/** The settings of an account on the Ogone platform (SHEET.md, "Account settings"). */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

export type HashName = 'sha1' | 'sha256' | 'sha512';

const passphrase = v.pipe(
  v.string(),
  v.minLength(16, 'a passphrase has 16 to 32 characters'),
  v.maxLength(32, 'a passphrase has 16 to 32 characters'),
);

/** What differs between the accounts of the brands where the merchant has chosen nothing. */
export interface BrandDefaults {
  readonly hash: HashName;
  readonly encoding: 'utf-8' | 'iso-8859-1';
  readonly language: string;
}

/** The schema of a brand's accounts. */
export function ogoneSettings(defaults: BrandDefaults) {
  return v.object({
    pspid: v.pipe(text(1, 30), shown({ title: 'PSPID', description: 'The account name.' })),
    sha_in: v.pipe(
      passphrase,
      secret({
        title: 'SHA-IN passphrase',
        description: 'Signs what we send. Technical information, Data and origin verification, e-Commerce.',
      }),
    ),
    sha_out: v.pipe(
      passphrase,
      secret({
        title: 'SHA-OUT passphrase',
        description: 'Signs what we receive. Technical information, Transaction feedback.',
      }),
    ),
    sha_in_directlink: v.optional(
      v.pipe(
        passphrase,
        secret({ title: 'SHA-IN passphrase of DirectLink', description: 'Where it differs from SHA-IN.' }),
      ),
    ),
    hash_algorithm: v.optional(
      v.pipe(
        v.picklist(['sha1', 'sha256', 'sha512']),
        shown({ title: 'Hash algorithm', description: 'As chosen in Global security parameters.' }),
      ),
      defaults.hash,
    ),
    sha_mode: v.optional(
      v.pipe(
        v.picklist(['each-parameter', 'main-parameters-only']),
        shown({
          title: 'What is hashed',
          description: 'Accounts from before May 2010 may be on "main parameters only"; better to switch.',
        }),
      ),
      'each-parameter',
    ),
    encoding: v.optional(
      v.pipe(
        v.picklist(['utf-8', 'iso-8859-1']),
        shown({
          title: 'Character encoding',
          description: 'As chosen in the back office; decides the endpoint.',
        }),
      ),
      defaults.encoding,
    ),
    userid: v.optional(
      v.pipe(
        text(1, 50),
        shown({ title: 'API user', description: 'For DirectLink: capture, cancel, refund.' }),
      ),
    ),
    pswd: v.optional(v.pipe(text(1, 50), secret({ title: 'Password of the API user' }))),
    language: v.optional(
      v.pipe(pattern(/^[a-z]{2}_[A-Z]{2}$/, 'looks like fr_FR'), shown({ title: 'Language of the page' })),
      defaults.language,
    ),
    operation: v.optional(
      v.pipe(
        v.picklist(['', 'RES', 'SAL']),
        shown({
          title: 'Operation',
          description: 'RES authorises only, SAL captures at once, empty leaves it to the account.',
        }),
      ),
      '',
    ),
  });
}

export type OgoneSchema = ReturnType<typeof ogoneSettings>;
export type OgoneSettings = v.InferOutput<OgoneSchema>;

/** Secrets that everybody has: of the vendor's guides. */
export const OGONE_PUBLISHED_SECRETS: readonly string[] = ['Mysecretsig1875!?'];
