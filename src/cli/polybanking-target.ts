/** The Worker that takes over PolyBanking's data: what a move sends to it. */

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

/** The Worker cannot be reached, fails, or does not take our token. */
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
  async #call(path: string, body?: unknown): Promise<Response> {
    const response = await fetch(new URL(path, this.#url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new Unavailable(`${this.#url} cannot be reached: ${String(cause)}`);
    });
    // Every other call would fail the same way.
    if (response.status === 401 || response.status >= 500)
      throw new Unavailable(`${this.#url} answers ${response.status} ${await response.text()}`);
    return response;
  }

  async accounts(): Promise<readonly Account[]> {
    const response = await this.#call('/v1/admin/accounts');
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return ((await response.json()) as { readonly data: readonly Account[] }).data;
  }

  /** What became of one thing; in a dry run, what would. */
  async put(what: Importable, body: object): Promise<ImportOutcome> {
    const sent = this.#dryRun ? { ...body, dryRun: true } : body;
    const response = await this.#call(`/v1/admin/imports/polybanking/${what}`, sent);
    if (response.ok) return (await response.json()) as ImportOutcome;
    const problem = (await response.json()) as { readonly detail?: string };
    return { rejected: problem.detail ?? String(response.status) };
  }
}
