/** The settings of an SPPlus account. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

/** Instalments, and means of payment. */
export const MODALITE = /^(?:[123xn]x(?:\/[123xn]x)*)?$/;
export const MOYEN = /^(?:[A-Z]{3}(?:\/[A-Z]{3})*)?$/;

export const spplusSettings = v.object({
  cle: v.pipe(
    pattern(/^(?:\s*[0-9a-fA-F]){48}\s*$/, 'has 48 hexadecimal digits'),
    secret({
      title: 'NTKEY',
      description: 'The encrypted signing key: 24 bytes in hexadecimal, spaces allowed.',
    }),
  ),
  siret: v.pipe(
    pattern(/^\d{14}-\d{2,3}$/, 'looks like 00000000000001-01'),
    shown({ title: 'SIRET and site number' }),
  ),
  langue: v.optional(
    v.pipe(pattern(/^[A-Z]{2}$/, 'has two capital letters'), shown({ title: 'Language' })),
    'FR',
  ),
  taxe: v.optional(
    v.pipe(
      pattern(/^\d+\.\d\d$/, 'looks like 0.00'),
      shown({ title: 'Tax', description: 'Information only.' }),
    ),
    '0.00',
  ),
  modalite: v.optional(
    v.pipe(pattern(MODALITE, 'looks like 1x/3x'), shown({ title: 'Instalments offered' })),
    '',
  ),
  moyen: v.optional(v.pipe(pattern(MOYEN, 'looks like CBS/AMX'), shown({ title: 'Means offered' })), ''),
  service_url: v.optional(
    v.pipe(text(10, 200), v.url('is not an address'), shown({ title: 'Address of the page' })),
    'https://www.spplus.net/paiement/init.do',
  ),
});

export type SpplusSettings = v.InferOutput<typeof spplusSettings>;

/** Secrets that everybody has: of the test shop, and of eopayment's tests. */
export const SPPLUS_PUBLISHED_SECRETS: readonly string[] = [
  '58 6d fc 9c 34 91 9b 86 3f fd 64 63 c9 13 4a 26 ba 29 74 1e c7 e9 80 79',
  'd1 51 d1 d0 e0 29 fc bc 86 90 d1 8b 2c 8a ef 50 17 78 47 87 00 0e 53 11',
];
