/** What any route may answer. */
import * as v from 'valibot';
import { PROBLEMS } from '../../payments/errors.ts';
import { words } from './operations.ts';
import { told } from './values.ts';

export const health = v.object({
  status: told('It answers.', v.literal('ok')),
  version: told('Of countersign.', v.string()),
});

export const problem = v.object({
  type: told('The address of the page about this kind of error.', v.string()),
  title: told('The kind, in words.', v.string()),
  status: told('The HTTP status.', v.number()),
  detail: told('What is wrong and, where it is known, what to do.', v.string()),
  code: told(
    'The kind, for programs: see "Errors".',
    v.picklist(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]),
  ),
  errors: told(
    'Each part of the request that is wrong.',
    v.optional(
      v.array(
        v.object({
          path: told('Where it is, dotted: `customer.email`.', v.string()),
          message: told('What is wrong with it.', v.string()),
        }),
      ),
    ),
  ),
  payment: v.pipe(
    v.optional(v.string()),
    v.metadata({
      description: 'Of `reference_conflict`: the payment that has the reference, or the Idempotency-Key.',
    }),
  ),
  differences: v.pipe(
    v.optional(v.array(v.string())),
    v.metadata({
      description:
        'Of `reference_conflict`: where the request differs from that of the payment, or of the operation that has the Idempotency-Key.',
    }),
  ),
  operation: v.pipe(
    v.optional(
      v.object({
        operation: told('Its number in the payment, from 1.', v.number()),
        state: told(
          '`failed`: it was certainly not carried out. `unknown`: it may have been, and is looked up at the provider.',
          v.picklist(['failed', 'unknown']),
        ),
      }),
    ),
    v.metadata({ description: 'Of a capture, cancel or refund that was begun: what became of it.' }),
  ),
  provider: told('What the provider said.', v.optional(words)),
  after: told('Of `expired`: where to start again, as `after`.', v.optional(v.string())),
});
