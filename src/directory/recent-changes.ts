/**
 * Which shops and accounts were changed lately, as the standby has it: what a read of before the change found is not served while D1 is
 * down. That is how a revoked key stays revoked in every isolate, although none of them can read D1.
 */
import { Problem } from '../payments/errors.ts';
import { EVERYTHING, type StandbyClient } from './standby.ts';
import { within } from './within.ts';

/** How long the list is taken for current, as long as any read of the directory is. Milliseconds. */
const FRESH_FOR = 5000;

/** How long the standby may take. */
const TIMEOUT_MS = 1000;

/** A change counts for reads of so long after it began: by then D1 has carried it out, or never will. */
const IN_DOUBT_MS = 60_000;

/** What a cached read belongs to: `shop/tickets`, `account/paybox-main`, an operator's `token/` or `user/` with its id, a `setting/`. */
export type Subject = `${'shop' | 'account' | 'token' | 'user' | 'setting'}/${string}`;

export class RecentChanges {
  readonly #standby: () => StandbyClient;
  readonly #now: () => number;
  #until: ReadonlyMap<string, number> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param standby made anew for each use: a connection belongs to the request that made it. */
  constructor(standby: () => StandbyClient, now: () => number) {
    this.#standby = standby;
    this.#now = now;
  }

  /**
   * Says that a change of a subject begins, before it is written.
   * @throws Problem unavailable: then nothing may be changed.
   */
  async begin(subject: Subject): Promise<void> {
    try {
      await this.#standby().changing(subject, this.#now() + IN_DOUBT_MS);
    } catch (cause) {
      throw new Problem('unavailable', 'nothing can be changed at the moment: try again', { cause });
    }
  }

  /** Whether a subject is as it was read, as far as anybody knows. False when the standby does not answer. */
  async isAsRead(subject: Subject, readAt: number): Promise<boolean> {
    try {
      const asked = this.#now();
      // A clock that was set back must not make an old list current.
      if (Math.abs(asked - this.#readAt) >= FRESH_FOR) {
        this.#until = new Map(await within(this.#standby().changes(), TIMEOUT_MS));
        this.#readAt = asked;
      }
    } catch (cause) {
      console.error({ event: 'standby.down', error: String(cause) });
      return false;
    }
    return [subject, EVERYTHING].every(
      (name) => readAt > (this.#until.get(name) ?? Number.NEGATIVE_INFINITY),
    );
  }
}
