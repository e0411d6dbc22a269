/** The shop's feed of events: what its webhooks say, for those who fetch them. */

import type { FeedMessage } from '../payments/feed.ts';
import { authenticatedShop } from './auth.ts';
import { queryOf } from './body.ts';
import { documented } from './openapi.ts';
import { Routes } from './router.ts';
import * as schemas from './schemas.ts';

/** An event as it is shown: the body of the webhook, byte for byte, with its id before it. */
function shownEvent({ id, body }: Pick<FeedMessage, 'id' | 'body'>): string {
  return `{"id":${JSON.stringify(id)},${body.slice(1)}`;
}

export function eventRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/events',
    documented({
      summary: "Read the shop's events, the oldest first",
      description:
        'What webhooks say, with the same ids and bodies, whether or not an endpoint wants them; kept for 30 days. They follow within moments, in the order in which they became known: of two about a payment, the one with the higher `data.version` is newer. Keep the newest `nextCursor`, and go on with it as `after`. Where events that followed are gone, 410 says where to start again.',
      auth: 'shop',
      query: schemas.feedQuery,
      success: { 200: schemas.feed },
      errors: ['invalid_request', 'forbidden', 'expired'],
      example: { query: 'limit=10' },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const { after, limit } = queryOf(c, schemas.feedQuery);
      const { directory } = c.get('service');
      const page = await directory.feed({ shop: shop.id, after, limit: Number(limit ?? 20) });
      const data = page.events.map(shownEvent).join(',');
      return c.body(`{"data":[${data}],"nextCursor":${JSON.stringify(page.next)}}`, 200, {
        'content-type': 'application/json',
      });
    },
  );

  return routes;
}
