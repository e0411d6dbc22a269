/** Turns errors into RFC 9457 answers: a poor public one, a rich private log line. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { PROBLEMS, Problem } from '../payments/errors.ts';
import type { AppEnv } from './app-env.ts';
import { isShoppersWay, problemPage } from './shopper-pages.ts';

const TYPE_BASE = 'https://countersign.dev/problems/';

/** The body of a problem answer. */
function problemBody(problem: Problem) {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: TYPE_BASE + problem.code,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...problem.conflict,
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
  return problemAnswer(problem, {
    'x-request-id': requestId,
    ...(problem.code === 'unauthorized' && { 'www-authenticate': 'Bearer' }),
  });
}

/** The answer of a problem. */
export function problemAnswer(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problemBody(problem)), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(problem.retryAfter !== null && { 'retry-after': String(problem.retryAfter) }),
      ...headers,
    },
  });
}
