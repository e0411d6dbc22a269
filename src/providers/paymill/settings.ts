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
