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

/** Secrets that everybody has: of the public test points of sale 300746, 145227 and 300046, and of the sheet's examples. */
export const PAYU_PUBLISHED_SECRETS: readonly string[] = [
  'b6ca15b0d1020e8094d9b5f8d163db54',
  '2ee86a66e5d97e3fadc400c9f19b065d',
  '13a980d4f851f3d9a1cfc792fb1f5e50',
  '12f071174cb7eb79d4aac5bc2f07563f',
  '0c017495773278c50c7b35434017b2ca',
  'c8d4b7ac61758704f38ed5564d8c0ae0',
  '0123456789abcdef0123456789abcdef',
  'fedcba9876543210fedcba9876543210',
];
