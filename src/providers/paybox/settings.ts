/** The settings of a Paybox account: what SHEET.md lists under "Account settings". */
import * as v from 'valibot';
import { countryNumber } from '../../payments/countries.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';

/** The key that signs for all merchants, test and live: RSA, 1024 bits, the same for e-Transactions. */
export const PAYBOX_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDe+hkicNP7ROHUssGNtHwiT2Ew
HFrSk/qwrcq8v5metRtTTFPE/nmzSkRnTs3GMpi57rBdxBBJW5W9cpNyGUh0jNXc
VrOSClpD5Ri2hER/GcNrxVRP7RlWOqB1C03q4QYmwjHZ+zlM4OUhCCAtSWflB4wC
Ka1g88CjFwRw/PB9kwIDAQAB
-----END PUBLIC KEY-----
`;

/** The default of PBX_RETOUR. M stands first, because the signed part of a notification starts there; K stands last. */
export const PAYBOX_RETOUR = 'amount:M;ref:R;auth:A;error:E;trans:S;call:T;card:C;K:K';

export const payboxSettings = v.object({
  host: v.optional(
    v.pipe(
      v.picklist(['paybox', 'e-transactions']),
      shown({ title: 'Brand', description: 'Paybox, or Up2pay e-Transactions of the Crédit Agricole.' }),
    ),
    'paybox',
  ),
  site: v.pipe(pattern(/^\d{7}$/, 'has 7 digits'), shown({ title: 'Site number (PBX_SITE)' })),
  rang: v.pipe(
    pattern(/^\d{2,3}$/, 'has 2 or 3 digits'),
    shown({
      title: 'Rank (PBX_RANG)',
      description: 'As the contract says it, with or without a leading zero.',
    }),
  ),
  identifiant: v.pipe(
    pattern(/^\d{1,9}$/, 'has 1 to 9 digits'),
    shown({ title: 'Identifier (PBX_IDENTIFIANT)' }),
  ),
  hmac_key: v.pipe(
    v.string(),
    v.regex(/^(?:[0-9A-Fa-f]{2}){16,128}$/, 'is an even number of hexadecimal digits, normally 128'),
    secret({
      title: 'HMAC key',
      description: 'Made in the back office, one for test and one for production, and confirmed by e-mail.',
    }),
  ),
  hmac_algorithm: v.optional(
    v.pipe(v.picklist(['SHA512', 'SHA384', 'SHA256', 'SHA224']), shown({ title: 'Algorithm of the HMAC' })),
    'SHA512',
  ),
  capture: v.optional(
    v.pipe(
      v.union([
        v.picklist(['automatic', 'manual']),
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7)),
      ]),
      shown({ title: 'Capture', description: 'automatic, manual (authorise only), or after 1 to 7 days.' }),
    ),
    'automatic',
  ),
  public_key: v.optional(
    v.pipe(
      pattern(
        /^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/,
        'is a PEM public key',
      ),
      shown({
        title: 'Public key of the platform',
        description: 'Leave it as it is, unless the platform changes it.',
      }),
    ),
    PAYBOX_PUBLIC_KEY,
  ),
  pbx_retour: v.optional(
    v.pipe(
      pattern(
        /^[A-Za-z0-9_]+:M;(?:[A-Za-z0-9_]+:[A-JL-Za-z];)*[A-Za-z0-9_]+:K$/,
        'is name:LETTER;..., M first, K last',
      ),
      v.check(
        (list) => ['R', 'E'].every((letter) => list.includes(`:${letter};`)),
        'holds the letters R and E',
      ),
      shown({ title: 'What the platform tells (PBX_RETOUR)' }),
    ),
    PAYBOX_RETOUR,
  ),
  direct: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'The contract includes Paybox Direct',
        description:
          'Payments in production are proven by asking Direct. Off: notifications count from the addresses of the platform.',
      }),
    ),
    true,
  ),
  total_quantity: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(99),
      shown({ title: 'Articles in the cart', description: 'For 3-D Secure v2 (PBX_SHOPPINGCART).' }),
    ),
    1,
  ),
  billing_first_name: v.optional(
    v.pipe(
      text(1, 22),
      shown({ title: 'First name, where the shop knows none', description: 'For PBX_BILLING.' }),
    ),
  ),
  billing_last_name: v.optional(
    v.pipe(text(1, 22), shown({ title: 'Last name, where the shop knows none' })),
  ),
  billing_phone: v.optional(
    v.pipe(
      pattern(/^\+[1-9][\d ]{5,17}$/, 'looks like +33612345678'),
      shown({
        title: 'Mobile telephone, where the shop knows none',
        description: 'Banks refuse payments without one.',
      }),
    ),
  ),
  billing_address: v.optional(
    v.pipe(
      text(1, 50),
      shown({ title: 'Street, where the shop knows none', description: 'For PBX_BILLING.' }),
    ),
  ),
  billing_zipcode: v.optional(
    v.pipe(text(1, 10), shown({ title: 'Postal code, where the shop knows none' })),
  ),
  billing_city: v.optional(v.pipe(text(1, 50), shown({ title: 'City, where the shop knows none' }))),
  billing_country: v.optional(
    v.pipe(
      pattern(/^[A-Z]{2}$/, 'is a country code of two letters'),
      v.check((code) => countryNumber(code) !== null, 'is not a country of ISO 3166-1'),
      shown({ title: 'Country, where the shop knows none' }),
    ),
  ),
});

export type PayboxSettings = v.InferOutput<typeof payboxSettings>;

/** Secrets that everybody has: of the public test account: HMAC key, and CLE of Direct. */
export const PAYBOX_PUBLISHED_SECRETS: readonly string[] = ['0123456789ABCDEF'.repeat(8), '1999888I'];
