/** The settings of a Dotpay account. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

/** What an account has to say about itself; the sheet's "Account settings". */
export const dotpaySettings = v.object({
  id: v.pipe(pattern(/^\d{4,7}$/, 'has 4 to 7 digits'), shown({ title: 'Shop number (id)' })),
  PIN: v.pipe(
    pattern(/^[A-Za-z0-9]{16,32}$/, 'has 16 to 32 letters and digits'),
    secret({ title: 'PIN', description: 'Signs both ways.' }),
  ),
  mode: v.optional(
    v.pipe(
      v.picklist(['dev', 'next', 'legacy']),
      shown({ title: 'Generation', description: 'As the account is set in the panel.' }),
    ),
    'dev',
  ),
  lang: v.optional(
    v.pipe(v.picklist(['pl', 'en', 'de', 'fr', 'es', 'cz', 'ru', 'it', 'bg']), shown({ title: 'Language' })),
    'pl',
  ),
  onlinetransfer: v.optional(
    v.pipe(v.picklist(['0', '1']), shown({ title: 'Only channels that settle at once' })),
    '0',
  ),
  p_info: v.optional(v.pipe(text(0, 300), shown({ title: 'Shop name shown' })), ''),
  p_email: v.optional(v.pipe(text(0, 100), shown({ title: 'Shop e-mail shown' })), ''),
  login: v.optional(v.pipe(text(1, 100), shown({ title: 'API user' }))),
  password: v.optional(v.pipe(text(1, 100), secret({ title: 'API password' }))),
});

export type DotpaySettings = v.InferOutput<typeof dotpaySettings>;

/** Secrets that everybody has: of the manual's and the SDK's examples, and of the demo account. */
export const DOTPAY_PUBLISHED_SECRETS: readonly string[] = [
  'testtesttesttest',
  'YUTxSl8lE4cWx0gjUT2L1MW2MBqkvj98',
  'Np3n4QmXxp6MOTrLCVs905fdrGf3QIGm',
  'Q7xTzP2mNk8LwV5rYbH3dJ6s',
];
