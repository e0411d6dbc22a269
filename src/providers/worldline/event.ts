/**
 * The members of a webhook, each in its type. Whether a message has these types is tested in place, in a third of the time that the schema takes to copy
 * them; only one that has not goes through the schema, which names the member.
 */
import * as v from 'valibot';
import { parseMessage, readMembers } from '../kit/json-message.ts';
import { PAYMENT, REFUND } from './members.ts';

/** Those of payouts, tokens, payment links and batches have neither payment nor refund. */
export const WORLDLINE_EVENT = v.object({
  id: v.nullish(v.string()),
  merchantId: v.nullish(v.string()),
  type: v.nullish(v.string()),
  payment: v.nullish(PAYMENT),
  refund: v.nullish(
    v.object({
      ...REFUND.entries,
      refundOutput: v.nullish(
        v.object({
          ...REFUND.entries.refundOutput.wrapped.entries,
          cardPaymentMethodSpecificOutput: v.nullish(
            v.object({ totalAmountPaid: v.nullish(v.number()), totalAmountRefunded: v.nullish(v.number()) }),
          ),
        }),
      ),
    }),
  ),
});

export type WorldlineEvent = v.InferOutput<typeof WORLDLINE_EVENT>;

/** A schema, as far as its parts are walked. */
interface Part {
  readonly type: string;
  readonly wrapped?: v.GenericSchema;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
}

/** Whether values are of a schema's type, without a copy of them. What it is made of here is tested here, and anything else by the schema itself. */
function testOf(schema: v.GenericSchema): (value: unknown) => boolean {
  const { type, wrapped, entries }: Part = schema;
  if (wrapped) {
    const isGiven = testOf(wrapped);
    return (value) => value === null || value === undefined || isGiven(value);
  }
  if (entries) {
    const members = Object.entries(entries).map(([name, part]) => ({ name, test: testOf(part) }));
    return (value) =>
      typeof value === 'object' &&
      value !== null &&
      members.every(({ name, test }) => test((value as Readonly<Record<string, unknown>>)[name]));
  }
  const isPlain = !('pipe' in schema);
  return (value) => (isPlain && typeof value === type) || v.is(schema, value);
}

const isEvent = testOf(WORLDLINE_EVENT);

/** @throws Refusal when the text is no such JSON, naming the first member of another type. */
export function readWorldlineEvent(text: string): WorldlineEvent {
  const parsed = parseMessage(text);
  return isEvent(parsed) ? (parsed as WorldlineEvent) : readMembers(WORLDLINE_EVENT, parsed);
}
