/**
 * How many requests each key of a shop may make: a bucket of tokens for each, in the memory of the isolate. Nobody is asked, so that
 * a create waits for nothing more. The accepted failure: every isolate counts for itself, so that a shop that is served by several may make more.
 */
import { BoundedMap } from '../directory/bounded-map.ts';
import type { RateLimit } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';

/** A large shop on its busiest day, with all its retries. */
const DEFAULT: RateLimit = { perMinute: 6000, burst: 600 };

/** Keys that are counted at one time. One that is pushed out begins anew with a full bucket. */
const MOST_KEYS = 10_000;

const MINUTE_MS = 60_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

export class ShopLimits {
  readonly #buckets = new BoundedMap<Bucket>(MOST_KEYS);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts a request.
   * @param key which key of which shop, in any form that is no secret.
   * @param limit the shop's own; null: the default.
   * @throws Problem rate_limited with the seconds after which there is a token again.
   */
  take(key: string, limit: RateLimit | null): void {
    const { perMinute, burst } = limit ?? DEFAULT;
    const now = this.#now();
    let bucket = this.#buckets.get(key);
    if (bucket) {
      const passed = Math.max(0, now - bucket.filledAt);
      bucket.tokens = Math.min(burst, bucket.tokens + (passed * perMinute) / MINUTE_MS);
      bucket.filledAt = now;
    } else {
      bucket = { tokens: burst, filledAt: now };
      this.#buckets.set(key, bucket);
    }
    if (bucket.tokens < 1) {
      const seconds = ((1 - bucket.tokens) * MINUTE_MS) / perMinute / 1000;
      throw new Problem(
        'rate_limited',
        `this key may make ${perMinute} requests a minute, and ${burst} at one time: try again later`,
        { retryAfter: Math.max(1, Math.ceil(seconds)) },
      );
    }
    bucket.tokens -= 1;
  }
}
