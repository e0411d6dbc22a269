/** What an account at PayU holds. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

const md5Key = pattern(/^[0-9a-f]{32}$/i, 'has 32 hexadecimal digits');

export const payuSettings = v.object({
  mode: v.optional(v.pipe(v.picklist(['rest', 'legacy']), shown({ title: 'Protocol' })), 'rest'),
  pos_id: v.pipe(pattern(/^\d{1,12}$/, 'is a number'), shown({ title: 'Point of sale (pos_id)' })),
  second_key: v.optional(
    v.pipe(md5Key, secret({ title: 'Second key (MD5)', description: 'Signs notifications (REST).' })),
  ),
  client_id: v.optional(
    v.pipe(
      pattern(/^\d{1,12}$/, 'is a number'),
      shown({ title: 'OAuth client_id', description: 'Normally the pos_id.' }),
    ),
  ),
  client_secret: v.optional(
    v.pipe(text(8, 128), secret({ title: 'OAuth client_secret', description: 'Needed for REST.' })),
  ),
  pos_auth_key: v.optional(v.pipe(text(7, 7), secret({ title: 'Authorization key (classic)' }))),
  key1: v.optional(v.pipe(md5Key, secret({ title: 'Key 1 (classic)' }))),
  key2: v.optional(v.pipe(md5Key, secret({ title: 'Key 2 (classic)' }))),
  auto_receive: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Automatic receipt',
        description: 'As PayU has set this point of sale: off means that each payment waits for a capture.',
      }),
    ),
    true,
  ),
  testing: v.optional(v.pipe(v.boolean(), shown({ title: 'Test payments (classic)' })), false),
});

export type PayuSettings = v.InferOutput<typeof payuSettings>;
