/**
 * Hot reads of the directory, cached in the isolate for a few seconds. The accepted cost: a change made through
 * another isolate is seen there up to that much later; in this one it is seen at once (`clear`).
 */

/** How long a read may be served again, in milliseconds. */
const FRESH_FOR = 5000;

/** More entries than one isolate serves shops and accounts in a few seconds; beyond it all are dropped. */
const LIMIT = 1000;

export class Cache {
  readonly #entries = new Map<string, { readonly value: unknown; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The cached value of a name, or what `load` finds. Null is not cached: what is missing may be created any time. */
  async read<T>(name: string, load: () => Promise<T | null>): Promise<T | null> {
    const cached = this.#entries.get(name);
    if (cached && cached.until > this.#now()) return cached.value as T;
    const value = await load();
    if (value === null) {
      this.#entries.delete(name);
      return null;
    }
    if (this.#entries.size >= LIMIT) this.#entries.clear();
    this.#entries.set(name, { value, until: this.#now() + FRESH_FOR });
    return value;
  }

  clear(): void {
    this.#entries.clear();
  }
}
