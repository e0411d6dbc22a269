/**
 * Every error that leaves countersign, in one place: a closed union of codes, each with its HTTP status and
 * title (RFC 9457). A detail says what is wrong and, where it can, what to do about it.
 */

import { withoutToldSecrets } from './told-secrets.ts';

export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'Authentication is missing or wrong' },
  forbidden: { status: 403, title: 'This is not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This address does not take that method' },
  reference_conflict: { status: 409, title: 'The reference is taken by another request' },
  conflict_version: { status: 409, title: 'The payment has changed meanwhile' },
  expired: { status: 410, title: 'What was asked for is not kept any more' },
  invalid_state: { status: 409, title: 'What this is about is not in a state that allows it' },
  payload_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_currency: { status: 422, title: 'The currency is not supported' },
  unsupported_operation: { status: 422, title: 'The provider does not have this operation' },
  amount_out_of_range: { status: 422, title: 'The amount is outside the allowed range' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something failed on our side' },
  misconfigured: { status: 500, title: 'The service is not configured' },
  unavailable: { status: 503, title: 'The service cannot do this at the moment' },
  provider_error: { status: 502, title: 'The provider answered with an error' },
  provider_unreachable: { status: 504, title: 'The provider did not answer' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One invalid part of a request: where it is and what is wrong with it. */
export interface FieldError {
  /** Dotted path, `customer.email`; empty for the whole body. */
  readonly path: string;
  readonly message: string;
}

/** What a provider said, in its own words and language. */
export interface ProviderWords {
  readonly code: string;
  readonly text: string;
}

/** The payment that has a reference already, and the dotted paths in which the request differs from its own. */
export interface ReferenceConflict {
  readonly payment: string;
  readonly differences: readonly string[];
}

/** The capture, cancel or refund that an answer is about, where it was begun. */
export interface UnsuccessfulOperation {
  /** Its number in the payment, from 1. */
  readonly operation: number;
  /** `failed`: it was certainly not carried out. `unknown`: it may have been. */
  readonly state: 'failed' | 'unknown';
}

/** Seconds after which to try again, where an error does not say it. */
const RETRY_AFTER: Partial<Record<ProblemCode, number>> = { rate_limited: 10, unavailable: 5 };

/** A cause as the log may have it: what a provider answered is without its tokens and addresses. Errors stay as they are. */
function forLog(cause: unknown): unknown {
  if (typeof cause === 'string') return withoutToldSecrets(cause);
  if (typeof cause !== 'object' || cause === null || cause instanceof Error) return cause;
  return withoutToldSecrets(JSON.stringify(cause));
}

/** An error with a public answer. Its `cause` goes to the log, never to the caller. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  readonly provider: ProviderWords | null;
  /** Seconds after which the same request may succeed; null: nobody knows. */
  readonly retryAfter: number | null;
  /** Of a reference that another payment has. */
  readonly conflict: ReferenceConflict | null;
  /** Of an operation that was begun. */
  readonly operation: UnsuccessfulOperation | null;
  /** Of a place in a list that is not there any more: the one to go on from. */
  readonly startAgain: string | null;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      errors?: readonly FieldError[];
      cause?: unknown;
      provider?: ProviderWords | undefined;
      retryAfter?: number;
      conflict?: ReferenceConflict | undefined;
      operation?: UnsuccessfulOperation | undefined;
      startAgain?: string;
    } = {},
  ) {
    super(detail, { cause: forLog(options.cause) });
    this.code = code;
    this.errors = options.errors ?? [];
    this.provider = options.provider ?? null;
    this.conflict = options.conflict ?? null;
    this.operation = options.operation ?? null;
    this.startAgain = options.startAgain ?? null;
    this.retryAfter = options.retryAfter ?? RETRY_AFTER[code] ?? null;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** Whether something failed because our own storage does not answer: nothing is wrong with what was asked. */
export function isUnavailable(error: unknown): error is Problem {
  return error instanceof Problem && error.code === 'unavailable';
}

/** The provider understood our call and declined: what we asked for has certainly not happened. */
export class Declined extends Problem {
  /**
   * @param code the provider's own.
   * @param text what it says, in its own words and language; may be empty.
   */
  constructor(code: string, text: string) {
    const words = text ? `${text} (${code})` : code;
    super('provider_error', `the provider declined: ${words}`, { provider: { code, text } });
  }
}

/** A Problem about one field of the request. */
export function invalidField(path: string, message: string): Problem {
  return new Problem('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });
}

/** Why a message was refused before its content counted for anything, as it is stored and shown to operators. */
export type RefusalReason =
  | 'signature_missing'
  | 'signature_mismatch'
  | 'signature_malformed'
  | 'duplicate_field'
  | 'field_missing'
  | 'malformed'
  | 'wrong_account'
  /** A mark of test on an account whose money is real, or the other way round. */
  | 'wrong_environment'
  /** What was sent with the attempt came back otherwise. */
  | 'wrong_attempt'
  | 'address_not_allowed';

/** What is wrong with a signature, finer than what is stored of it. `signature_mismatch`: it does not fit. */
export type SignatureProblem =
  | 'signature_mismatch'
  /** The account has no secret to check it with, or none that is good now. */
  | 'no_secret'
  /** It names a key that its signer does not have. */
  | 'unknown_key'
  /** It names a key that is not looked up now. */
  | 'key_not_looked_up'
  /** Its certificate, or that one's issuer, is not good at the moment. */
  | 'certificate_expired'
  /** Its certificate cannot be read, or is not of the issuer that it has to be of. */
  | 'certificate_untrusted';

/** What a problem is stored as. A new one does not compile before it has answered. */
function reasonOf(problem: RefusalReason | SignatureProblem): RefusalReason {
  switch (problem) {
    case 'no_secret':
    case 'unknown_key':
    case 'key_not_looked_up':
    case 'certificate_expired':
    case 'certificate_untrusted':
      return 'signature_mismatch';
    default:
      return problem;
  }
}

/**
 * A notification or return that is not to be believed. The message is for the log; `base`, `expected` and
 * `received` explain a mismatch to an operator and never leave in an answer.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  /** The same as exactly as it is known, for the log. */
  readonly problem: RefusalReason | SignatureProblem;
  readonly base: string | null;
  readonly expected: string | null;
  readonly received: string | null;
  /** The field at fault, for protocols whose reply names it. */
  readonly field: string | null;

  constructor(
    problem: RefusalReason | SignatureProblem,
    message: string,
    detail: { base?: string; expected?: string; received?: string; field?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: detail.cause });
    this.field = detail.field ?? null;
    this.problem = problem;
    this.reason = reasonOf(problem);
    this.base = detail.base ?? null;
    this.expected = detail.expected ?? null;
    this.received = detail.received ?? null;
  }
}
