/**
 * Hot reads of the directory, cached in the isolate for a few seconds. The accepted cost: a change made through another isolate is
 * seen there up to that much later; in this one it is seen at once (`clear`).
 *
 * What D1 does not have is remembered for a shorter time, so that guesses do not become queries. What D1 has had is kept for an hour:
 * while D1 is down it is served on, as long as nobody has begun to change it since (decision 10).
 */
import { isUnavailable } from '../payments/errors.ts';
import type { Availability } from './availability.ts';
import { BoundedMap } from './bounded-map.ts';
import type { RecentChanges, Subject } from './recent-changes.ts';
import { SERVED_FOR_MS } from './standby.ts';
import { TimeOver, within } from './within.ts';

/** How long a read may be served again after it began, in milliseconds. */
const FRESH_FOR = 5000;

/** How long a name is taken for unknown without asking again, in milliseconds. */
const UNKNOWN_FOR = 3000;

/** How long D1 may take where something is known that can be served instead, in milliseconds. */
const PATIENCE = 1000;

/** How often an entry that is served while D1 is down is logged, in milliseconds. */
const LOGGED_EVERY = 10_000;

/** More shops and accounts than one isolate serves in an hour, and more guesses than it gets in three seconds. */
const MOST = 4000;

/** Ids have 40 characters at most. A guess may have as many as an address or a form takes, and is not worth the memory. */
const LONGEST_NAME = 100;

interface Entry {
  readonly value: unknown;
  readonly subject: Subject;
  /** When the read began. */
  readonly readAt: number;
  /** Until when it is served without asking. */
  readonly until: number;
  /** When it was last logged as served while D1 is down. */
  loggedAt: number;
}

export class Cache {
  readonly #known = new BoundedMap<Entry>(MOST);
  /** Until when each name is taken for unknown. Apart, so that guesses push out nothing that is known. */
  readonly #unknown = new BoundedMap<number>(MOST);
  readonly #now: () => number;
  readonly #availability: Availability;
  readonly #changes: Pick<RecentChanges, 'isAsRead'>;
  /** Grows with each change of this isolate: a read that began before it is not kept. */
  #generation = 0;

  constructor(now: () => number, availability: Availability, changes: Pick<RecentChanges, 'isAsRead'>) {
    this.#now = now;
    this.#availability = availability;
    this.#changes = changes;
  }

  /**
   * The cached value of a name, or what `load` finds; null: there is none.
   * @param subjectOf the shop or account that the value belongs to.
   * @throws Problem unavailable when D1 is down and nothing is known that may be served.
   */
  async read<T>(
    name: string,
    load: () => Promise<T | null>,
    subjectOf: (value: T) => Subject,
  ): Promise<T | null> {
    const known = this.#known.get(name);
    if (known && known.until > this.#now()) return known.value as T;
    if (name.length > LONGEST_NAME || (this.#unknown.get(name) ?? 0) > this.#now()) return null;
    const readAt = this.#now();
    const servable = known && readAt - known.readAt < SERVED_FOR_MS ? known : null;
    if (servable && !this.#availability.mayAsk() && (await this.#mayServe(servable)))
      return servable.value as T;
    const generation = this.#generation;
    const loading = load();
    if (servable) {
      const failure: unknown = await within(loading, PATIENCE).then(
        () => null,
        (error) => error,
      );
      if (failure instanceof TimeOver) this.#availability.failed(failure);
      const isDown = failure instanceof TimeOver || isUnavailable(failure);
      if (isDown && (await this.#mayServe(servable))) return servable.value as T;
    }
    const value = await loading;
    if (generation !== this.#generation) return value;
    if (value === null) {
      this.#known.delete(name);
      this.#unknown.set(name, readAt + UNKNOWN_FOR);
    } else {
      this.#unknown.delete(name);
      const subject = subjectOf(value);
      // From its beginning: what a slow read found may have been changed since.
      this.#known.set(name, { value, subject, readAt, until: readAt + FRESH_FOR, loggedAt: 0 });
    }
    return value;
  }

  async #mayServe(entry: Entry): Promise<boolean> {
    const { subject, readAt } = entry;
    if (!(await this.#changes.isAsRead(subject, readAt))) return false;
    const now = this.#now();
    if (now - entry.loggedAt >= LOGGED_EVERY) {
      entry.loggedAt = now;
      console.warn({ event: 'directory.served_stale', subject, ageMs: now - readAt });
    }
    return true;
  }

  /** After a change of one value by this isolate: it is read anew. */
  drop(name: string): void {
    this.#generation += 1;
    this.#known.delete(name);
  }

  /** After a change: this isolate sees it at once. */
  clear(): void {
    this.#generation += 1;
    this.#known.clear();
    this.#unknown.clear();
  }
}
