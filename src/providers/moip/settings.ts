/** The settings of a Moip account. Sandbox and production have pairs of their own. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

export const moipSettings = v.object({
  token: v.pipe(
    pattern(/^[A-Z0-9]{32}$/, 'has 32 capital letters and digits'),
    secret({ title: 'API token' }),
  ),
  key: v.pipe(pattern(/^[A-Z0-9]{40}$/, 'has 40 capital letters and digits'), secret({ title: 'API key' })),
  receiver: v.optional(
    v.pipe(text(0, 65), shown({ title: 'Receiving account (LoginMoIP)', description: 'Empty: your own.' })),
    '',
  ),
});

export type MoipSettings = v.InferOutput<typeof moipSettings>;

/** Secrets that everybody has: of the SDK's README. */
export const MOIP_PUBLISHED_SECRETS: readonly string[] = [
  '01010101010101010101010101010101',
  'ABABABABABABABABABABABABABABABABABABABAB',
];
