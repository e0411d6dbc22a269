/** Turns errors into RFC 9457 answers: a poor public one, a rich private log line. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { originOf } from '../gateway/start-attempt.ts';
import { PROBLEMS, Problem } from '../payments/errors.ts';
import type { AppEnv } from './app-env.ts';
import { isShoppersWay, problemPage } from './shopper-pages.ts';

/** Where each kind of error has its page (src/build/site/errors.ts). */
const TYPE_PATH = '/docs/errors/';

/** Where this installation is reached; nothing where an error came before that is known. */
function originFor(c: Context<AppEnv> | null): string {
  const service = c?.get('service');
  return c && service ? originOf(service, c.req.url) : '';
}

/** The body of a problem answer. */
function problemBody(problem: Problem, origin: string) {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: origin + TYPE_PATH + problem.code,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...problem.conflict,
    ...(problem.operation && { operation: problem.operation }),
    ...(problem.startAgain !== null && { after: problem.startAgain }),
    ...(problem.provider && { provider: problem.provider }),
  };
}

function asProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status < 500)
    return new Problem('invalid_request', error.message);
  return new Problem('internal_error', 'try again; the request id names this failure in our log', {
    cause: error,
  });
}

/** hono's error handler: a problem document, or a page where a shopper looks at it. */
export function onError(error: Error, c: Context<AppEnv>): Response {
  const problem = asProblem(error);
  c.set('problem', problem);
  if (problem.status >= 500) {
    const { cause } = problem;
    console.error({
      event: 'request.failed',
      requestId: c.get('requestId'),
      code: problem.code,
      detail: problem.message,
      cause: cause instanceof Error ? (cause.stack ?? cause.message) : cause,
    });
  }
  const requestId = c.get('requestId');
  if (isShoppersWay(c.req.path)) return problemPage(c, problem);
  return problemAnswer(problem, c, {
    'x-request-id': requestId,
    ...(problem.code === 'unauthorized' && { 'www-authenticate': 'Bearer' }),
  });
}

/**
 * The answer of a problem.
 * @param c of the request; null: there is none, and `type` is a path.
 */
export function problemAnswer(
  problem: Problem,
  c: Context<AppEnv> | null,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(problemBody(problem, originFor(c))), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(problem.retryAfter !== null && { 'retry-after': String(problem.retryAfter) }),
      ...headers,
    },
  });
}
