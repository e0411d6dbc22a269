/** The shops' feed of events: what a ledger tells of its webhooks, for those who fetch instead of being called. */

/** How long an event is kept in the feed. */
export const FEED_KEPT_MS = 30 * 24 * 3_600_000;

/** One event: a webhook, whether or not anybody wanted it. */
export interface FeedMessage {
  /** The webhook-id. */
  readonly id: string;
  /** As webhooks have it. */
  readonly body: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
  /** Whether its shopper was erased: then this body takes the place of the one that is there. */
  readonly erased: boolean;
}
