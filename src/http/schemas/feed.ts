/** The shop's feed of events. */
import * as v from 'valibot';
import { webhook } from './payments.ts';
import { pageLimit, told } from './values.ts';

/** A page of the feed. */
export const feedQuery = v.strictObject({
  after: told(
    'The `nextCursor` of a page, or the `id` of an event: those that follow. Left out: from the oldest that is kept.',
    v.optional(
      v.pipe(
        v.string(),
        v.regex(
          /^(?:\d{1,15}|msg_[0-9A-Z]{16}_\w{1,20})$/,
          'is neither a cursor of this list nor the id of an event',
        ),
      ),
    ),
  ),
  limit: pageLimit('So many at most; 20 unless given.', 100, '20'),
});

export const feed = v.object({
  data: told(
    'The events of this page, the oldest first.',
    v.array(v.object({ id: told('The `webhook-id`.', v.string()), ...webhook.entries })),
  ),
  nextCursor: told(
    'Leads on as `after`, then or later; null: nothing has followed yet.',
    v.nullable(v.string()),
  ),
});
