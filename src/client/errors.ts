/** The client's one kind of error, with everything that is known of what went wrong. */
import type { ProblemBody, ProblemCode } from './types.ts';

/** What goes wrong outside the service: before a call, on its way, or with a message that is checked. */
export type ClientProblemCode =
  /** The client was started in a browser, where everybody could read its key. */
  | 'browser'
  /** An option or argument that cannot be right: nothing was sent. */
  | 'invalid_option'
  /** The caller has aborted the call. */
  | 'aborted'
  /** No answer in time, in any try. */
  | 'timed_out'
  /** No connection, or one that broke off, in every try. */
  | 'unreachable'
  /** An answer that is none of the service's: a proxy's page, a redirect, another program. */
  | 'unexpected_answer'
  /** The body of a webhook is not there as it was sent: a framework has parsed it. */
  | 'body_parsed'
  /** A webhook or return without what is signed or the signature. */
  | 'signature_missing'
  /** No secret fits the signature. */
  | 'signature_mismatch'
  /** A webhook that was sent too long ago, or a return whose time is over. */
  | 'signature_expired'
  /** A signed message of another form than the service's. */
  | 'malformed';

/** Of an error: the service's codes, and the client's own. A newer service may have others. */
export type ErrorCode = ProblemCode | ClientProblemCode | (string & {});

/** One part of a request that is wrong. */
export interface WrongField {
  /** Dotted: `customer.email`. */
  readonly path: string;
  readonly message: string;
}

/** What is known of an error, beside its words. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly status?: number | null;
  readonly body?: Partial<ProblemBody>;
  readonly retryAfter?: number | null;
  readonly requestId?: string | null;
  readonly idempotencyKey?: string | null;
  readonly tries?: number;
  readonly cause?: unknown;
}

/** Whatever the client throws. */
export class CountersignError extends Error {
  override readonly name = 'CountersignError';
  /** For programs. */
  readonly code: ErrorCode;
  /** The HTTP status; null: there was no answer, or the error is about no call. */
  readonly status: number | null;
  /** The first part of the request that is wrong, dotted; null: none is named. */
  readonly field: string | null;
  /** Every part of the request that is wrong. */
  readonly errors: readonly WrongField[];
  /** Of `reference_conflict`: where the request differs from that of the payment or of the operation, dotted. */
  readonly differences: readonly string[];
  /** Of `reference_conflict`: the id of the payment that has the reference or the Idempotency-Key. */
  readonly payment: string | null;
  /** What the provider said, in its own words. */
  readonly provider: { readonly code: string; readonly text: string } | null;
  /** Seconds after which the service said that it may be tried again. */
  readonly retryAfter: number | null;
  /** Names the call in the service's log. */
  readonly requestId: string | null;
  /**
   * Of a capture, cancel or refund: the key of the call. The same call with it again finds out what became of this one, and moves
   * no money twice.
   */
  readonly idempotencyKey: string | null;
  /** Of a capture, cancel or refund that was begun: `unknown` may have been carried out, and must not be asked for again. */
  readonly operation: { readonly operation: number; readonly state: 'failed' | 'unknown' } | null;
  /** Of `expired`, in the feed of events: where to start again. What is before is gone: read the payments themselves. */
  readonly after: string | null;
  /** How often it was sent. */
  readonly tries: number;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    const { body = {} } = facts;
    this.code = facts.code;
    this.status = facts.status ?? null;
    this.errors = body.errors ?? [];
    this.field = this.errors[0]?.path || null;
    this.differences = body.differences ?? [];
    this.payment = body.payment ?? null;
    this.provider = body.provider ?? null;
    this.operation = body.operation ?? null;
    this.after = body.after ?? null;
    this.retryAfter = facts.retryAfter ?? null;
    this.requestId = facts.requestId ?? null;
    this.idempotencyKey = facts.idempotencyKey ?? null;
    this.tries = facts.tries ?? 0;
  }
}

/** An error of a message that is checked, or of a call that cannot be made. */
export function clientProblem(code: ClientProblemCode, message: string, cause?: unknown): CountersignError {
  return new CountersignError(message, { code, cause });
}

/** The longest time that a timer takes, in milliseconds: beyond it, it ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @throws CountersignError invalid_option */
export function wholeNumber(
  name: string,
  value: unknown,
  from: number,
  to = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to) return value;
  throw clientProblem(
    'invalid_option',
    `${name} is a whole number from ${from}${to < Number.MAX_SAFE_INTEGER ? ` to ${to}` : ''}, not ${String(value)}`,
  );
}

/** @throws CountersignError invalid_option */
export function timeLimit(milliseconds: number): number {
  return wholeNumber('timeoutMs', milliseconds, 1, LONGEST_TIMER_MS);
}

/**
 * Options, a filter or a request, which are an object. Members of anything else would be read as left out.
 * @throws CountersignError invalid_option
 */
export function optionObject<Given extends object>(name: string, value: Given): Given {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw clientProblem('invalid_option', `${name}: an object is expected, not ${String(value)}`);
}

/**
 * A text that says which one is meant. Nothing that is missing may be taken for "whichever".
 * @throws CountersignError invalid_option
 */
export function namingText(name: string, text: unknown): string {
  if (typeof text === 'string' && text !== '') return text;
  throw clientProblem('invalid_option', `${name} is ${text === '' ? 'empty' : String(text)}: it is a text`);
}
