/**
 * One call of the API, sent again until it is answered. Every call may be sent again: reads change nothing, a new payment is known by its
 * reference, and what moves money is known by its Idempotency-Key. A call has to say which, or it does not compile.
 *
 * Sent again is what had no answer, what a proxy answered, and what the service asks to send again. What the service has decided, and what
 * the provider said, comes back the same: that is thrown at once.
 */
import { type AnswerForm, boundedText, hasExpectedForm } from './answers.ts';
import { CountersignError, clientProblem, type ErrorCode, optionObject, timeLimit } from './errors.ts';
import type { FetchAnswer, FetchFunction, Signal } from './platform.ts';
import type { ProblemBody } from './types.ts';

/** What a single call may have. */
export interface CallOptions {
  /** Ends the call. Whether it was carried out is not known then. */
  readonly signal?: Signal | undefined;
  /** For how long each try waits for its answer, in milliseconds, 1 to 2147483647; left out: as the client does. */
  readonly timeoutMs?: number | undefined;
}

/** Why a call can be sent again. */
type Repeatable =
  | { readonly method: 'GET' }
  | { readonly method: 'POST'; readonly knownBy: 'reference' | 'nothing changes' }
  | { readonly method: 'POST'; readonly knownBy: 'key'; readonly idempotencyKey: string };

/** The parameters of an address. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A call. */
export type Call = Repeatable & {
  readonly path: string;
  /** The form of its answer: another one is none of the service's. */
  readonly answer: AnswerForm;
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: CallOptions | undefined;
};

/** What the client is given to reach the service. */
export interface TransportOptions {
  readonly origin: string;
  readonly apiKey: string;
  readonly fetch: FetchFunction;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly wait: (milliseconds: number, signal: Signal | undefined) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
}

/** The first pause; each next one is twice as long. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/** The service may ask for a longer pause than that: for up to this the client waits, and else says so to its caller. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** Codes after which the same call may well succeed. */
const PASSING: readonly ErrorCode[] = ['rate_limited', 'unavailable', 'internal_error'];

/** Statuses that a proxy answers with on its own, where a call may have reached the service or not. */
function isPassingStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Seconds of a Retry-After header (RFC 9110, 10.2.3): a number, or a date. */
export function retryAfterSeconds(text: string | null, now: number): number | null {
  if (text === null) return null;
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  // Date.parse takes much that is no date of HTTP.
  const time = /^[A-Za-z]{3,9},? /.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(time) ? null : Math.max(0, Math.ceil((time - now) / 1000));
}

function queryText(query: Call['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

/** The members of a problem document; null: the text is none. */
function problemOf(text: string): Partial<ProblemBody> | null {
  try {
    const parsed = JSON.parse(text) as Partial<ProblemBody> | null;
    return typeof parsed?.code === 'string' && typeof parsed.detail === 'string' ? parsed : null;
  } catch {
    return null;
  }
}

/** The body of a call as it is sent. @throws CountersignError invalid_option, where JSON has no form for what is in it. */
function bodyText({ method, path, body }: Call): string | undefined {
  if (body === undefined) return undefined;
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw clientProblem(
      'invalid_option',
      `${method} ${path}: the request has something that JSON does not, such as a bigint (write 1999, not 1999n)`,
      cause,
    );
  }
}

/** @throws CountersignError invalid_option, where something else would never end the call. */
function checkSignal(signal: unknown): void {
  if (signal === undefined || signal === null) return;
  const { aborted, addEventListener } = Object(signal) as Record<string, unknown>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  throw clientProblem('invalid_option', 'signal is no AbortSignal');
}

/** One of the times that a call is sent. */
interface Try {
  readonly body: string | undefined;
  /** Milliseconds. */
  readonly limit: number;
  readonly tries: number;
}

type Outcome =
  | { readonly value: unknown }
  | { readonly error: CountersignError; readonly mayRepeat: boolean };

export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends a call and reads its answer.
   * @throws CountersignError
   */
  async send<Answer>(call: Call): Promise<Answer> {
    const { retries, wait } = this.#options;
    const body = bodyText(call);
    const { signal, timeoutMs } = optionObject('the options of a call', call.options ?? {});
    checkSignal(signal);
    const limit = timeLimit(timeoutMs ?? this.#options.timeoutMs);
    for (let tries = 1; ; tries++) {
      const outcome = await this.#sendOnce(call, { body, limit, tries });
      if ('value' in outcome) return outcome.value as Answer;
      const { error, mayRepeat } = outcome;
      const pause = this.#pause(tries, error.retryAfter);
      if (!mayRepeat || tries > retries || pause === null) throw error;
      await wait(pause, signal);
    }
  }

  /** Milliseconds until the next try; null: longer than the client waits. */
  #pause(tries: number, retryAfter: number | null): number | null {
    const { random } = this.#options;
    const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) * (0.5 + random() / 2);
    if (retryAfter === null) return own;
    const asked = retryAfter * 1000;
    // Not all at the same moment.
    return asked > LONGEST_RETRY_AFTER_MS ? null : Math.max(own, asked + random() * 250);
  }

  async #sendOnce(call: Call, { body, limit, tries }: Try): Promise<Outcome> {
    const idempotencyKey = 'idempotencyKey' in call ? call.idempotencyKey : null;
    const caller = call.options?.signal;
    const isSent = !caller?.aborted;
    const known = { tries: isSent ? tries : tries - 1, idempotencyKey };
    const abort = new AbortController();
    const onAbort = () => abort.abort();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      abort.abort();
    }, limit);
    caller?.addEventListener('abort', onAbort);
    try {
      if (!isSent) throw new Error('aborted before it was sent');
      const answer = await this.#fetched(call, body, abort.signal);
      return this.#outcomeOf(call, answer, await boundedText(answer), known);
    } catch (cause) {
      const failed = (code: ErrorCode, words: string, mayRepeat: boolean): Outcome => ({
        error: new CountersignError(`${call.method} ${call.path}: ${words}`, { code, cause, ...known }),
        mayRepeat,
      });
      if (caller?.aborted) return failed('aborted', 'the call was aborted by its caller', false);
      if (isLate) return failed('timed_out', `no answer within ${limit} ms`, true);
      return failed('unreachable', `${this.#options.origin} could not be reached`, true);
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    }
  }

  #fetched(call: Call, body: string | undefined, signal: AbortSignal): Promise<FetchAnswer> {
    const { origin, apiKey, fetch } = this.#options;
    return fetch(origin + call.path + queryText(call.query), {
      method: call.method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...('idempotencyKey' in call && { 'idempotency-key': call.idempotencyKey }),
        ...call.headers,
      },
      ...(body !== undefined && { body }),
      // The key goes to this origin and to no other.
      redirect: 'manual',
      signal,
    });
  }

  #outcomeOf(
    call: Call,
    answer: FetchAnswer,
    text: string | null,
    known: { tries: number; idempotencyKey: string | null },
  ): Outcome {
    const { status } = answer;
    const facts = {
      status,
      requestId: answer.headers.get('x-request-id'),
      retryAfter: retryAfterSeconds(answer.headers.get('retry-after'), this.#options.now()),
      ...known,
    };
    const unexpected = (words: string, mayRepeat: boolean, cause?: unknown): Outcome => ({
      error: new CountersignError(`${this.#options.origin} answered ${status}${words}`, {
        code: 'unexpected_answer',
        cause,
        ...facts,
      }),
      mayRepeat,
    });
    if (text === null) return unexpected(' with more than any answer of countersign has', false);
    if (status >= 200 && status < 300) {
      try {
        const value: unknown = JSON.parse(text);
        if (hasExpectedForm(call.answer, value)) return { value };
      } catch (cause) {
        const words = ' with something that is not JSON: is it the address of countersign?';
        return unexpected(words, false, cause);
      }
      return unexpected(` with JSON that is no answer to ${call.method} ${call.path}`, false);
    }
    const body = problemOf(text);
    if (body) {
      const code = body.code as ErrorCode;
      return {
        error: new CountersignError(body.detail ?? code, { code, body, ...facts }),
        mayRepeat: PASSING.includes(code),
      };
    }
    const words = ', and not as countersign does: a proxy in between, or another address';
    return unexpected(words, isPassingStatus(status));
  }
}

/** Waits; less, where the call is aborted meanwhile. */
export function waitUnlessAborted(milliseconds: number, caller: Signal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const ended = () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', ended);
      resolve();
    };
    const timer = setTimeout(ended, milliseconds);
    caller?.addEventListener('abort', ended);
    if (caller?.aborted) ended();
  });
}
