/** One request to a Worker and its whole answer: an answer that breaks off half-way is none, like one that never came. */

/** No answer came, or only a part of one. Whether the Worker did what it was asked is not known. */
export class NoAnswer extends Error {}

/** An answer that has come to its end. */
export interface WholeAnswer {
  readonly status: number;
  /** The status is from 200 to 299. */
  readonly ok: boolean;
  readonly text: string;
  /** By its name; null: it is not there. */
  readonly header: (name: string) => string | null;
}

/** Why a fetch failed: undici puts the reason of "fetch failed" and of "terminated" into its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return String(cause);
}

/** @throws NoAnswer */
export async function wholeAnswer(url: URL, init: RequestInit): Promise<WholeAnswer> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, ok: response.ok, text, header: (name) => response.headers.get(name) };
  } catch (error) {
    throw new NoAnswer(`${url.origin} cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * The JSON of an answer.
 * @throws NoAnswer for what is no JSON: something else than the Worker has answered, such as a proxy's page.
 */
export function answerJson<T>(url: URL, { status, text }: WholeAnswer): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new NoAnswer(`${url.origin} answers ${status} with what is no JSON: is it the Worker’s address?`, {
      cause,
    });
  }
}
