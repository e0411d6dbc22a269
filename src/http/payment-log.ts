/** A payment's log and the tries of its webhooks, as shops and operators read them. */
import type * as v from 'valibot';
import type { Delivery, PaymentLog } from '../ledger/commands.ts';
import type { EventPage } from '../payments/types.ts';
import type * as schemas from './schemas.ts';

/** Events that one page has where the caller does not say. */
const EVENTS_A_PAGE = 500;

type EventsQuery = v.InferOutput<typeof schemas.eventsQuery>;

const limitOf = ({ limit }: EventsQuery) => Number(limit ?? EVENTS_A_PAGE);

/** The part of a log that a query asks for, and one more event: it says whether there is a next page. */
export function eventsPage(query: EventsQuery): EventPage {
  return { after: Number(query.cursor ?? 0), limit: limitOf(query) + 1 };
}

/** The page. @param log what the ledger has of `eventsPage`. */
export function eventsAnswer({ events, pending }: PaymentLog, query: EventsQuery) {
  const limit = limitOf(query);
  const data = events.slice(0, limit);
  return { data, pending, nextCursor: events.length > limit ? String(data.at(-1)?.seq) : null };
}

/** A try as its shop sees it. */
export function shownDelivery({ seq: _seq, ...shown }: Delivery) {
  return shown;
}
