/**
 * D1 as the directory uses it. A statement that D1 does not carry out, or not in time, is a Problem `unavailable`, so that nobody takes
 * it for an answer about the data. What D1 says about the data is an answer and is thrown as it is.
 */
import { Problem } from '../payments/errors.ts';
import type { Availability } from './availability.ts';
import { within } from './within.ts';

/**
 * How long a statement may take. Less than a ledger waits for the batch that its row is in (`batch-writer.ts`), so that a batch that
 * hangs fails as one.
 */
const TIMEOUT_MS = 4000;

/** Failures that come from what was to be written: D1 has answered. */
const ABOUT_THE_DATA = /SQLITE_(?:CONSTRAINT|TOOBIG|MISMATCH|RANGE)|D1_TYPE_ERROR|too big|too large/i;

/** A statement with its values. It is made when it is carried out: nothing touches D1 before. */
export interface Statement {
  bind(...values: readonly unknown[]): Statement;
  first<T>(): Promise<T | null>;
  all<T>(): Promise<{ readonly results: T[] }>;
  run(): Promise<void>;
  /** For a batch. */
  made(): D1PreparedStatement;
}

export class Database {
  readonly #d1: D1Database;
  readonly #availability: Availability;

  constructor(d1: D1Database, availability: Availability) {
    this.#d1 = d1;
    this.#availability = availability;
  }

  prepare(sql: string, values: readonly unknown[] = []): Statement {
    const made = () => this.#d1.prepare(sql).bind(...values);
    return {
      bind: (...given) => this.prepare(sql, given),
      first: <T>() => this.#carriedOut(() => made().first<T>()),
      all: <T>() => this.#carriedOut(() => made().all<T>()),
      run: async () => {
        await this.#carriedOut(() => made().run());
      },
      made,
    };
  }

  /** Carries out several statements in one transaction. */
  batch(statements: readonly Statement[]): Promise<readonly { readonly results: readonly unknown[] }[]> {
    return this.#carriedOut(() => this.#d1.batch(statements.map((statement) => statement.made())));
  }

  async #carriedOut<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await within(work(), TIMEOUT_MS);
      this.#availability.answered();
      return answer;
    } catch (cause) {
      if (ABOUT_THE_DATA.test(String(cause))) throw cause;
      this.#availability.failed(cause);
      throw new Problem(
        'unavailable',
        'the directory does not answer; whether a change was made is not known until it does: try again',
        { cause },
      );
    }
  }
}
