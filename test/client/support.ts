/** A service that answers as it is told: what the tests of the client share. */
import { CountersignError } from '../../src/client/index.ts';
import type { FetchFunction, FetchInit } from '../../src/client/platform.ts';

/** What the service does with one call. */
export type Step = Response | Error | 'hang';

/** A good answer. */
export const ok = (body: unknown = { data: [], nextCursor: null }) => Response.json(body);

/** A service that answers as it is told, and keeps what it was sent. */
export function service(steps: readonly Step[]) {
  const sent: { url: string; init: FetchInit }[] = [];
  const fetch: FetchFunction = (url, init) => {
    const step = steps[sent.length];
    sent.push({ url, init });
    if (step === undefined) throw new Error('nothing more was expected');
    if (step instanceof Response) return Promise.resolve(step);
    if (step instanceof Error) return Promise.reject(step);
    return new Promise((_, reject) => {
      (init.signal as AbortSignal).addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  return { fetch, sent };
}

/** The error that a call ends with. */
export const errorOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CountersignError)) throw new Error(`threw ${String(error)}`);
  return error;
};
