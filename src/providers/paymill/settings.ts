/** What an account at PAYMILL holds. */
import * as v from 'valibot';
import { secret, shown, text } from '../kit/settings.ts';

export const paymillSettings = v.object({
  public_key: v.pipe(
    text(8, 64),
    shown({ title: 'Public key', description: 'For the browser. Test or live decides the mode.' }),
  ),
  private_key: v.pipe(text(8, 64), secret({ title: 'Private key' })),
});

export type PaymillSettings = v.InferOutput<typeof paymillSettings>;

/** Secrets that everybody has: of the sheet's example, which the demo account has. */
export const PAYMILL_PUBLISHED_SECRETS: readonly string[] = ['7f0d0b2a1c9e4d5f8a6b3c2d1e0f9a8b'];
