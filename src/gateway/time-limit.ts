/** How long a shopper waits for a provider: for all calls of one request together, however many its protocol makes. */
import { Problem } from '../payments/errors.ts';

/** As long as one call of a provider's API may take. */
const SHOPPER_WAITS_MS = 10_000;

/** The calls of one request. */
interface LimitedCalls {
  /** Ends when the time is up. */
  readonly fetch: typeof fetch;
  /**
   * For the call that may take the shopper's money. It is not begun after the time is up. Once it has been, only its own answer ends it,
   * and the request waits for that: what nobody waited for would count as not done, and a second try would take the money again.
   */
  readonly charge: typeof fetch;
}

/**
 * Does what a shopper waits for.
 * @throws Problem provider_unreachable when it takes longer and nothing was charged.
 */
export async function whileShopperWaits<Result>(
  fetcher: typeof fetch,
  work: (calls: LimitedCalls) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController();
  let isCharging = false;
  const limited: typeof fetch = (input, init) => {
    const own = init?.signal;
    const signal = own ? AbortSignal.any([own, abort.signal]) : abort.signal;
    return fetcher(input, { ...init, signal });
  };
  const charge: typeof fetch = (input, init) => {
    if (abort.signal.aborted) return Promise.reject(abort.signal.reason);
    isCharging = true;
    return fetcher(input, init);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isUp = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      // First what is said of it: the call that ends fails too.
      if (!isCharging) fail(new Problem('provider_unreachable', 'the provider did not answer in time'));
      abort.abort();
    }, SHOPPER_WAITS_MS);
  });
  try {
    return await Promise.race([work({ fetch: limited, charge }), isUp]);
  } finally {
    clearTimeout(timer);
  }
}
