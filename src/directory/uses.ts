/**
 * When tokens and users were last used, gathered in the isolate and written together, at most once a minute. The accepted cost: an
 * isolate that ends takes what it has gathered since its last write with it, less than a minute of it.
 */
import type { Use } from './operators.ts';

/** Between two writes, in milliseconds. */
const WRITTEN_EVERY = 60_000;

export class UseLog {
  readonly #write: (uses: readonly Use[]) => Promise<void>;
  readonly #unwritten = new Map<string, Use>();
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(write: (uses: readonly Use[]) => Promise<void>) {
    this.#write = write;
  }

  /** Notes a use. @returns the write that is due now, which never rejects; null: none is. */
  note(use: Use): Promise<void> | null {
    this.#unwritten.set(`${use.kind}/${use.id}`, use);
    if (Math.abs(use.at - this.#writtenAt) < WRITTEN_EVERY) return null;
    this.#writtenAt = use.at;
    const uses = [...this.#unwritten.values()];
    this.#unwritten.clear();
    return this.#write(uses).catch((error: unknown) => {
      console.warn({ event: 'operators.uses_not_written', error: String(error) });
    });
  }
}
