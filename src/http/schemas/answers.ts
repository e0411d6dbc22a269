/** What any route may answer. */
import * as v from 'valibot';
import { PROBLEMS } from '../../payments/errors.ts';
import { words } from './operations.ts';

export const health = v.object({ status: v.literal('ok'), version: v.string() });

export const problem = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code: v.picklist(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]),
  errors: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
  payment: v.pipe(
    v.optional(v.string()),
    v.metadata({ description: 'Of `reference_conflict`: the payment that has the reference.' }),
  ),
  differences: v.pipe(
    v.optional(v.array(v.string())),
    v.metadata({
      description: 'Of `reference_conflict`: where the request differs from that of the payment.',
    }),
  ),
  provider: v.optional(words),
});
