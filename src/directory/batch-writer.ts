/**
 * Batches D1 writes: ledgers of one isolate that write within 20 ms share one transaction. D1 takes hundreds of
 * transactions a second, and one of thirty rows costs hardly more than one of a single row. Ledgers share plain data
 * only: a promise or a connection belongs to the request that made it. So each waits on its own timer and looks.
 */

import { isUnavailable, Problem } from '../payments/errors.ts';

/** How long a write waits for others, and between looks, in milliseconds: nobody notices it in a list. */
const MOMENT_MS = 20;

/** After so many looks a batch counts as lost (its ledger was evicted), and an item is written alone. */
const LOOKS = 250;

/** Rows of one batch, and so of one D1 transaction. */
const MOST = 50;

interface Entry<T> {
  readonly item: T;
  /** `failed`: something in its batch cannot be written; `unavailable`: D1 does not answer. */
  state: 'waiting' | 'taken' | 'written' | 'failed' | 'unavailable';
}

export class BatchWriter<T> {
  #waiting: Entry<T>[] = [];
  readonly #pause: (milliseconds: number) => Promise<void>;

  /** @param pause handed in: resolves after so many milliseconds. */
  constructor(pause: (milliseconds: number) => Promise<void>) {
    this.#pause = pause;
  }

  /**
   * Resolves when `item` is written.
   * @param write writes several at once, all or none.
   * @throws what `write` throws when it fails for `item` alone: a neighbour's failure is not this one's. Problem unavailable when
   * D1 does not answer.
   */
  async add(item: T, write: (items: readonly T[]) => Promise<void>): Promise<void> {
    const entry: Entry<T> = { item, state: 'waiting' };
    this.#waiting.push(entry);
    await this.#pause(MOMENT_MS);
    if (entry.state === 'waiting') await this.#writeWaiting(write);
    for (let look = 0; entry.state === 'taken' && look < LOOKS; look += 1) await this.#pause(MOMENT_MS);
    // Each for itself would be many more tries at a database that is down.
    if (entry.state === 'unavailable') throw new Problem('unavailable', 'the directory does not answer');
    if (entry.state !== 'written') await write([item]);
  }

  async #writeWaiting(write: (items: readonly T[]) => Promise<void>): Promise<void> {
    const taken = this.#waiting;
    this.#waiting = [];
    for (const entry of taken) entry.state = 'taken';
    let isDown = false;
    for (let start = 0; start < taken.length; start += MOST) {
      const part = taken.slice(start, start + MOST);
      const state: Entry<T>['state'] = isDown
        ? 'unavailable'
        : await outcomeOf(write(part.map((entry) => entry.item)));
      isDown = state === 'unavailable';
      for (const entry of part) entry.state = state;
    }
  }
}

function outcomeOf(writing: Promise<void>): Promise<'written' | 'failed' | 'unavailable'> {
  return writing.then(
    () => 'written' as const,
    (error: unknown) => (isUnavailable(error) ? ('unavailable' as const) : ('failed' as const)),
  );
}
