/** What needs a person. */
import * as v from 'valibot';
import { ATTENTION_KINDS } from '../../payments/attention.ts';
import { listQuery } from './payments.ts';
import { id, printable, told } from './values.ts';

const kind = v.picklist(ATTENTION_KINDS, `is one of ${ATTENTION_KINDS.join(', ')}`);

export const attentionQuery = v.strictObject({
  kind: told('Of this kind alone.', v.optional(kind)),
  shop: told('Of this shop alone.', v.optional(id)),
  limit: listQuery.entries.limit,
  cursor: told('The `nextCursor` of the page before.', v.optional(v.string())),
});

export const attention = v.object({
  id: told('Of the entry.', v.string()),
  kind: told('What it is: see "What needs a person".', kind),
  payment: told('The payment that it is about, or null.', v.nullable(v.string())),
  account: told('The account that it is about, or null.', v.nullable(v.string())),
  shop: told('The shop that it is about, or null.', v.nullable(v.string())),
  since: told('Since when.', v.string()),
  detail: told('What else is known of it; its members go by the kind.', v.record(v.string(), v.unknown())),
});

export const attentionList = v.object({
  data: told('What is open, the newest first.', v.array(attention)),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
  counts: told(
    'How many are open of each kind, of the shop if one is named; a kind without any is left out.',
    v.record(v.string(), v.number()),
  ),
});

export const resolution = v.strictObject({
  note: told('What was found, or done: for the audit log.', printable(1, 1000)),
});
