/** Captures, cancels and refunds, and what a person says became of one. */
import * as v from 'valibot';
import { OPERATION_KINDS, OPERATION_STATES } from '../../payments/operations.ts';
import { amount, printable } from './values.ts';

export const words = v.object({ code: v.string(), text: v.string() });

export const operationView = v.object({
  operation: v.number(),
  kind: v.picklist(OPERATION_KINDS),
  attempt: v.number(),
  amount: v.number(),
  state: v.picklist(OPERATION_STATES),
  requestedAt: v.string(),
  finishedAt: v.nullable(v.string()),
  error: v.nullable(v.object({ code: v.string(), detail: v.string(), provider: v.optional(words) })),
  providerStatus: v.nullable(v.string()),
  providerReference: v.nullable(v.string()),
  operationReference: v.string(),
  lookUp: v.nullable(v.string()),
});

export const idempotencyKey = v.pipe(
  v.string(),
  v.regex(/^[\x20-\x7e]{1,255}$/, 'the header Idempotency-Key has 1 to 255 printable ASCII characters'),
);

const attemptNumber = v.pipe(
  v.number('is a number'),
  v.integer('is a whole number'),
  v.minValue(1, 'is at least 1'),
  v.metadata({
    description: "Which of the payment's attempts, where several have brought money.",
    examples: [1],
  }),
);

/** A capture or refund. The whole is asked for by leaving the amount out: null could be a mistake in the shop's program. */
export const operate = v.strictObject({
  amount: v.optional(amount),
  attempt: v.optional(attemptNumber),
});

/** A cancel releases everything. */
export const cancel = v.strictObject({ attempt: v.optional(attemptNumber) });

/** What a person says became of an operation whose outcome was unknown. */
export const operationConclusion = v.strictObject({
  outcome: v.picklist(['succeeded', 'failed'], 'is succeeded or failed'),
  note: v.nullish(printable(1, 500)),
});

/** What a person says became of an attempt whose messages prove nothing. */
export const attemptConclusion = v.strictObject({
  outcome: v.pipe(
    v.picklist(['paid', 'denied'], 'is paid or denied'),
    v.metadata({
      description: '`paid`: what was claimed is true; money that was only said to be held is held.',
    }),
  ),
  amount: v.nullish(
    v.pipe(
      amount,
      v.metadata({
        description:
          'Minor units. Left out: the claimed amount. Needed where none is claimed, or several are.',
      }),
    ),
  ),
  note: v.nullish(printable(1, 500)),
});
