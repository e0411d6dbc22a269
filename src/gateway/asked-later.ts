/** Providers that are asked too often: HTTP 429 (RFC 6585, 4), with the time that Retry-After names (RFC 9110, 10.2.3). */
import { Problem, Refusal } from '../payments/errors.ts';

/** Seconds that are waited where an answer does not say for how long, and at most. */
const [USUAL, LONGEST] = [60, 3600] as const;

/** Seconds that an answer wants to be waited; null: it does not want that. @param now milliseconds since 1970. */
function secondsToWait({ status, headers }: Response, now: number): number | null {
  if (status !== 429) return null;
  const said = headers.get('retry-after') || 'no time';
  const number = Number(said);
  const seconds = Number.isNaN(number) ? (Date.parse(said) - now) / 1000 : number;
  return Number.isNaN(seconds) ? USUAL : Math.min(Math.max(1, Math.ceil(seconds)), LONGEST);
}

/**
 * Asks a provider.
 * @param ask is given the fetch to ask with.
 * @param now milliseconds since 1970.
 * @throws what `ask` throws; where the provider wants to be asked later, a Problem that says after how many seconds.
 */
export async function untilAskedLater<Answer>(
  call: typeof fetch,
  now: () => number,
  ask: (call: typeof fetch) => Promise<Answer>,
): Promise<Answer> {
  let wait: number | null = null;
  try {
    return await ask(async (input, init) => {
      const answer = await call(input, init);
      wait ??= secondsToWait(answer, now());
      return answer;
    });
  } catch (error) {
    if (wait === null || !(error instanceof Problem || error instanceof Refusal)) throw error;
    throw new Problem('provider_error', 'the provider wants to be asked later', {
      cause: error,
      retryAfter: wait,
      ...(error instanceof Problem && error.provider && { provider: error.provider }),
    });
  }
}
