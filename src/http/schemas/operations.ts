/** Captures, cancels and refunds, and what a person says became of one. */
import * as v from 'valibot';
import { OPERATION_KINDS, OPERATION_STATES } from '../../payments/operations.ts';
import { amount, printable, told } from './values.ts';

export const words = v.object({
  code: told("The provider's own code.", v.string()),
  text: told('What it says, in its own words and language.', v.string()),
});

export const operationView = v.object({
  operation: told('From 1, in its payment.', v.number()),
  kind: told('What was asked for.', v.picklist(OPERATION_KINDS)),
  attempt: told('The attempt whose money it moves.', v.number()),
  amount: told('In minor units.', v.number()),
  state: told('What became of it: see "States of an operation".', v.picklist(OPERATION_STATES)),
  requestedAt: told('When the shop or the operator asked for it.', v.string()),
  finishedAt: told('When its result was known; null: it is not.', v.nullable(v.string())),
  error: told(
    'Why it failed, or why its result is not known.',
    v.nullable(
      v.object({
        code: told('Of the table of errors.', v.string()),
        detail: told('What is wrong, in words.', v.string()),
        provider: told('What the provider said.', v.optional(words)),
      }),
    ),
  ),
  providerStatus: told("The provider's word for its state.", v.nullable(v.string())),
  providerReference: told("The provider's number of it.", v.nullable(v.string())),
  operationReference: told('Our name for it at the provider, where the provider keeps one.', v.string()),
  lookUp: told(
    'What a person looks for at the provider, where the result is unknown.',
    v.nullable(v.string()),
  ),
});

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
export const operationRequest = v.strictObject({
  amount: told('In minor units. Left out: the whole.', v.optional(amount)),
  attempt: v.optional(attemptNumber),
});

/** A cancel releases everything. */
export const cancel = v.strictObject({ attempt: v.optional(attemptNumber) });

/** What a person says became of an operation whose outcome was unknown. */
export const operationConclusion = v.strictObject({
  outcome: told(
    "What became of it, as the provider's own pages say.",
    v.picklist(['succeeded', 'failed'], 'is succeeded or failed'),
  ),
  note: told('Why, for the log.', v.nullish(printable(1, 500))),
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
  note: told('Why, for the log.', v.nullish(printable(1, 500))),
});
