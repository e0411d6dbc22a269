/**
 * Which webhooks of a payment are in the shops' feed. That is known in memory alone, and has no row: after an eviction all of them are pushed
 * again, which changes nothing for those that are there (directory/feed.ts).
 */
import { FEED_KEPT_MS, type FeedMessage } from '../payments/feed.ts';
import { FEEDBACK } from '../payments/types.ts';
import type { LedgerRecord } from './record.ts';
import type { Job } from './rows.ts';

/** How much goes with one push: far below what D1 takes in one statement, with those of the neighbours. */
const MOST_MESSAGES = 50;
const MOST_CHARACTERS = 200_000;

/** Erased messages are told for longer than the feed keeps them: what is removed a little late must not keep its shopper. */
const ERASED_FOR_MS = FEED_KEPT_MS + 2 * 24 * 3_600_000;

/** Messages of PolyBanking's dialect alone are none of the API's. */
function isEvent({ kind, body }: Job): boolean {
  return kind === 'webhook' && (JSON.parse(body) as { readonly type: string }).type !== FEEDBACK;
}

export class FeedPart {
  readonly #told = new Set<string>();
  #erasedAt: string | undefined;

  /** The next messages that the feed may not have, the oldest first; empty: it has them all. @param now milliseconds since 1970. */
  next({ erasedAt }: LedgerRecord, jobs: readonly Job[], now: number): readonly FeedMessage[] {
    if (erasedAt !== this.#erasedAt) this.#told.clear();
    this.#erasedAt = erasedAt;
    const erased = erasedAt !== undefined;
    const oldest = new Date(now - (erased ? ERASED_FOR_MS : FEED_KEPT_MS)).toISOString();
    const waiting = jobs
      .filter((job) => !this.#told.has(job.id) && job.createdAt >= oldest && isEvent(job))
      .toSorted((one, other) => (one.createdAt + one.id < other.createdAt + other.id ? -1 : 1));
    let characters = 0;
    return waiting.slice(0, MOST_MESSAGES).flatMap(({ id, body, createdAt }, index) => {
      characters += body.length;
      return index > 0 && characters > MOST_CHARACTERS ? [] : [{ id, body, createdAt, erased }];
    });
  }

  /** The feed has them. */
  told(messages: readonly FeedMessage[]): void {
    for (const { id } of messages) this.#told.add(id);
  }

  /** The feed may have lost them. */
  again(): void {
    this.#told.clear();
  }
}
