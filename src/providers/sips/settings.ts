/** The settings of a SIPS 1 account: what SHEET.md lists under "Account settings". */
import * as v from 'valibot';
import { numberSpace } from '../kit/number-space.ts';
import { called, pattern, secret, shown, text } from '../kit/settings.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether nobody on the way can answer in the bridge's place: https, or http that never leaves the machine. */
export function isSafeBridge(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

export const sipsSettings = v.object({
  transaction_numbers: numberSpace,
  merchant_id: v.pipe(pattern(/^\d{15}$/, 'has 15 digits'), shown({ title: 'Merchant ID' })),
  merchant_country: v.optional(
    v.pipe(pattern(/^[a-z]{2}$/, 'has two small letters'), shown({ title: 'Country of the merchant' })),
    'fr',
  ),
  pathfile: v.optional(
    v.pipe(
      pattern(/^(?:\/[^\s]{1,79})?$/, 'is an absolute path without spaces, at most 80 characters'),
      shown({ title: 'Pathfile', description: 'On the bridge, which has its own and uses that.' }),
    ),
    '',
  ),
  capture_mode: v.optional(
    v.pipe(v.picklist(['', 'AUTHOR_CAPTURE', 'VALIDATION']), shown({ title: 'Capture mode' })),
    '',
  ),
  capture_day: v.optional(
    v.pipe(pattern(/^\d{0,2}$/, 'is 0 to 99'), shown({ title: 'Days before the capture' })),
    '',
  ),
  payment_means: v.optional(
    v.pipe(
      pattern(/^(?:[A-Z0-9]+,\d(?:,[A-Z0-9]+,\d)*)?$/, 'looks like CB,2,VISA,2'),
      shown({ title: 'Means of payment and their blocks' }),
    ),
    '',
  ),
  bridgeUrl: v.pipe(
    text(8, 500),
    v.url('is not an address'),
    v.check(
      isSafeBridge,
      'must be https: the answers of the bridge are not signed (http only on this machine)',
    ),
    called({ title: 'Address of the bridge', description: 'Where `npm run sips-bridge` answers, by https.' }),
  ),
  bridgeSecret: v.pipe(
    text(16, 200),
    secret({ title: 'Secret of the bridge', description: 'SIPS_BRIDGE_SECRET of the bridge.' }),
  ),
});

export type SipsSettings = v.InferOutput<typeof sipsSettings>;
