/** The Worker that takes over PolyBanking's data: what a move sends to it. */
import { answerJson, NoAnswer, type WholeAnswer, wholeAnswer } from './whole-answer.ts';

/** What became of taking over one thing. */
export type ImportOutcome =
  | {
      readonly result: 'imported' | 'unchanged' | 'differs';
      readonly detail: string | null;
      readonly warnings?: readonly string[];
    }
  | { readonly rejected: string };

interface Account {
  readonly id: string;
  readonly provider: string;
  readonly currencies: readonly string[];
}

/** The Worker cannot be reached, fails, or does not take our token: every other call would end the same way. */
export class Unavailable extends Error {}

export type Importable = 'shop' | 'user' | 'change' | 'transaction';

export class Target {
  readonly #url: string;
  readonly #token: string;
  readonly #dryRun: boolean;

  constructor(url: string, options: { readonly token: string; readonly dryRun: boolean }) {
    this.#url = url;
    this.#token = options.token;
    this.#dryRun = options.dryRun;
  }

  /** @throws Unavailable */
  async #call<T>(path: string, body?: unknown): Promise<{ readonly answer: WholeAnswer; readonly data: T }> {
    const url = new URL(path, this.#url);
    try {
      const answer = await wholeAnswer(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const { status, text } = answer;
      if (status === 401 || status >= 500) throw new Unavailable(`${this.#url} answers ${status} ${text}`);
      return { answer, data: answerJson<T>(url, answer) };
    } catch (error) {
      throw error instanceof NoAnswer ? new Unavailable(error.message, { cause: error }) : error;
    }
  }

  async accounts(): Promise<readonly Account[]> {
    const { answer, data } = await this.#call<{ readonly data: readonly Account[] }>('/v1/admin/accounts');
    if (!answer.ok) throw new Error(`${answer.status} ${answer.text}`);
    return data.data;
  }

  /** What became of one thing; in a dry run, what would. */
  async put(what: Importable, body: object): Promise<ImportOutcome> {
    const sent = this.#dryRun ? { ...body, dryRun: true } : body;
    const { answer, data } = await this.#call<unknown>(`/v1/admin/imports/polybanking/${what}`, sent);
    if (answer.ok) return data as ImportOutcome;
    return { rejected: (data as { readonly detail?: string }).detail ?? String(answer.status) };
  }
}
