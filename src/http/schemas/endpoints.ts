/** Webhook endpoints of a shop, and its messages sent again. */
import * as v from 'valibot';
import { WEBHOOK_DIALECTS } from '../../directory/types.ts';
import { WEBHOOK_TYPES } from '../webhook-types.ts';
import { graceSeconds, id, timestamp, told, webUrl } from './values.ts';

const dialect = v.picklist(WEBHOOK_DIALECTS, `is one of ${WEBHOOK_DIALECTS.join(', ')}`);

const entries = {
  dialect: told('`standard` is what this document describes; `polybanking` is its IPN.', v.nullish(dialect)),
  events: told(
    'Types of webhooks that it gets; `*` is every one.',
    v.nullish(
      v.pipe(
        v.array(v.picklist(['*', ...WEBHOOK_TYPES], 'is no type of a webhook, and not *')),
        v.minLength(1, 'takes at least one type'),
        v.maxLength(50, 'takes at most 50 types'),
      ),
    ),
  ),
  active: told(
    'One that is off gets nothing. On again, it gets what happens from then on.',
    v.nullish(v.boolean()),
  ),
};

export const newEndpoint = v.strictObject({ url: told('A public https address.', webUrl), ...entries });

export const endpointChange = v.strictObject({
  url: told('A public https address.', v.nullish(webUrl)),
  ...entries,
});

export const endpointRotation = v.strictObject({ graceSeconds: v.nullish(graceSeconds) });

export const endpoint = v.object({
  id: told('Of the endpoint; `first` is the `webhook` of the shop.', v.string()),
  url: told('Where its messages go.', v.string()),
  dialect: told('`standard` or `polybanking`.', v.string()),
  events: told('Types of webhooks that it gets; `*` is every one.', v.array(v.string())),
  active: told('Whether it gets any.', v.boolean()),
  failingSince: told('Since when it has taken nothing; null: it takes them.', v.nullable(v.string())),
  switchedOffAt: told(
    'When it was switched off because it took nothing for five days; null: it was not.',
    v.nullable(v.string()),
  ),
  createdAt: told('When it was made.', v.string()),
  updatedAt: told('When it was changed last.', v.string()),
  secret: told('The secret that was made by this call, shown once.', v.optional(v.string())),
});

export const endpointList = v.object({
  data: told('The endpoints of the shop, its `webhook` first.', v.array(endpoint)),
});

export const endpointTest = v.object({
  webhook: told('The `webhook-id` of the sample.', v.string()),
  result: told('What came of it.', v.picklist(['delivered', 'failed', 'gone'])),
  status: told('The HTTP status of the answer; null: there was none.', v.nullable(v.number())),
  error: told('Why there was no answer.', v.nullable(v.string())),
  durationMs: told('How long it took, in milliseconds.', v.number()),
});

export const resendSpan = v.strictObject({
  shop: told('Whose messages.', id),
  from: told('Payments that changed at this time or later.', timestamp),
  to: told('Payments that changed before this time.', timestamp),
  cursor: told(
    'The `nextCursor` of the answer before.',
    v.nullish(v.pipe(v.string(), v.maxLength(100, 'is not a cursor'))),
  ),
});

export const resentMany = v.object({
  queued: told('Payments whose newest webhook is sent again.', v.number()),
  skipped: told('Payments of which nothing has happened yet that a webhook would tell.', v.number()),
  nextCursor: told('Call again with it as `cursor`; null: that was all.', v.nullable(v.string())),
});
