/**
 * Whether D1 answers. While it does not, what is known is served without asking it first, so that a database that hangs makes nobody
 * wait who can be served; one request at a time finds out whether it answers again.
 */

/** How long after a failure, or after one request has begun to ask again, others do not ask. Milliseconds. */
const PAUSE_MS = 2000;

export class Availability {
  readonly #now: () => number;
  /** Since when it has not answered; null: it does. */
  #downSince: number | null = null;
  #nextAsked = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  answered(): void {
    if (this.#downSince === null) return;
    console.warn({ event: 'directory.answers_again', downForMs: this.#now() - this.#downSince });
    this.#downSince = null;
  }

  failed(cause: unknown): void {
    const now = this.#now();
    if (this.#downSince === null) console.error({ event: 'directory.down', error: String(cause) });
    this.#downSince ??= now;
    this.#nextAsked = now + PAUSE_MS;
  }

  /** Whether somebody who can do without an answer asks all the same. While D1 is down, that is one in every pause. */
  mayAsk(): boolean {
    if (this.#downSince === null) return true;
    if (this.#now() < this.#nextAsked) return false;
    this.#nextAsked = this.#now() + PAUSE_MS;
    return true;
  }
}
