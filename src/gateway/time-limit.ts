/** How long a shopper waits for a provider: for all calls of one request together, however many its protocol makes. */
import { Problem } from '../payments/errors.ts';

/** As long as one call of a provider's API may take. */
const SHOPPER_WAITS_MS = 10_000;

/**
 * Does what a shopper waits for, with a fetch whose calls end when the time is up.
 * @throws Problem provider_unreachable when it takes longer.
 */
export async function whileShopperWaits<Result>(
  fetcher: typeof fetch,
  work: (limited: typeof fetch) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController();
  const limited: typeof fetch = (input, init) => {
    const own = init?.signal;
    const signal = own ? AbortSignal.any([own, abort.signal]) : abort.signal;
    return fetcher(input, { ...init, signal });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isUp = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      abort.abort();
      fail(new Problem('provider_unreachable', 'the provider did not answer in time'));
    }, SHOPPER_WAITS_MS);
  });
  try {
    return await Promise.race([work(limited), isUp]);
  } finally {
    clearTimeout(timer);
  }
}
