/**
 * How many requests a key of a shop may make (shop-limits.ts), and how long a shopper waits (time-limit.ts). The failures ruled out: a shop
 * that pushes the others aside; one that is kept out longer than it has to wait; a call after the time is up that takes the money.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShopLimits } from '../../src/gateway/shop-limits.ts';
import { whileShopperWaits } from '../../src/gateway/time-limit.ts';
import { Problem } from '../../src/payments/errors.ts';
import { told } from '../support/thrown.ts';

describe('the requests of a key', () => {
  let now = 0;
  const limits = () => {
    now = 1_000_000;
    const made = new ShopLimits(() => now);
    return (key: string, limit: Parameters<ShopLimits['take']>[1] = null): number | null => {
      try {
        made.take(key, limit);
        return null;
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'rate_limited') throw error;
        return error.retryAfter;
      }
    };
  };
  const LIMIT = { perMinute: 6, burst: 2 };

  it('are as many at one time as its burst, and then one as soon as there is a token again', () => {
    const take = limits();
    expect([take('a', LIMIT), take('a', LIMIT)]).toEqual([null, null]);
    // A token takes ten seconds.
    expect(take('a', LIMIT)).toBe(10);
    now += 4000;
    expect(take('a', LIMIT)).toBe(6);
    now += 5999;
    expect(take('a', LIMIT)).toBe(1);
    now += 1;
    expect([take('a', LIMIT), take('a', LIMIT)]).toEqual([null, 10]);
  });

  it('are never more than its burst, however long it was silent, nor fewer because a clock was set back', () => {
    const take = limits();
    take('a', LIMIT);
    now += 3_600_000;
    expect([take('a', LIMIT), take('a', LIMIT), take('a', LIMIT)]).toEqual([null, null, 10]);
    now -= 3_600_000;
    expect(take('a', LIMIT)).toBe(10);
  });

  it('are counted for each key alone', () => {
    const take = limits();
    expect([take('a', LIMIT), take('a', LIMIT), take('b', LIMIT)]).toEqual([null, null, null]);
    expect([take('a', LIMIT), take('b', LIMIT), take('b', LIMIT)]).toEqual([10, null, 10]);
  });

  it('are 600 at one time and 6000 a minute where the shop has no limit of its own, and the refusal says so', () => {
    const take = limits();
    for (let count = 0; count < 600; count++) expect(take('a')).toBeNull();
    expect(take('a')).toBe(1);
    now += 10;
    expect([take('a'), take('a')]).toEqual([null, 1]);
    const made = new ShopLimits(() => 0);
    made.take('a', { perMinute: 1, burst: 1 });
    expect(() => made.take('a', { perMinute: 1, burst: 1 })).toThrow(
      'this key may make 1 requests a minute, and 1 at one time: try again later',
    );
  });
});

describe('what a shopper waits for', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const URL_OF_BANK = 'https://bank.example/pay';
  /** A bank that answers after so long, and until then as long as nobody gives up. */
  const bank = (afterMs: number) => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const fetcher: typeof fetch = (_input, init) => {
      signals.push(init?.signal);
      return new Promise((done, fail) => {
        init?.signal?.addEventListener('abort', () => fail(new Error('given up')));
        setTimeout(() => done(new Response('paid')), afterMs);
      });
    };
    return { fetcher, signals };
  };
  /** What came of it, by then: `null` while it still waits. */
  const outcomeOf = (work: Promise<unknown>) => {
    const seen: { result: unknown } = { result: null };
    work.then(
      (value) => {
        seen.result = value;
      },
      (error) => {
        seen.result = error instanceof Problem ? told(error.code, error.message) : String(error);
      },
    );
    return seen;
  };
  const TIME_UP = told('provider_unreachable', 'the provider did not answer in time');

  it('ends after ten seconds, and with it the call: nobody waits for it any more', async () => {
    const { fetcher, signals } = bank(10_001);
    const seen = outcomeOf(whileShopperWaits(fetcher, (calls) => calls.fetch(URL_OF_BANK)));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(seen.result).toBeNull();
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.result).toEqual(TIME_UP);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });

  it('ends a call that has a time of its own by either', async () => {
    const { fetcher, signals } = bank(60_000);
    const own = new AbortController();
    const init = { signal: own.signal };
    const work = outcomeOf(
      whileShopperWaits(fetcher, async (calls) =>
        Promise.allSettled([calls.fetch(URL_OF_BANK, init), calls.fetch(URL_OF_BANK)]),
      ),
    );
    await vi.advanceTimersByTimeAsync(1000);
    own.abort();
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(9000);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
    expect(work.result).toEqual(TIME_UP);
    const late = bank(60_000);
    outcomeOf(
      whileShopperWaits(late.fetcher, (calls) =>
        calls.fetch(URL_OF_BANK, { signal: new AbortController().signal }),
      ),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(late.signals.map((signal) => signal?.aborted)).toEqual([true]);
  });

  it('is the call that charges, however long that takes: only its own answer ends it', async () => {
    const { fetcher } = bank(40_000);
    const seen = outcomeOf(
      whileShopperWaits(fetcher, async (calls) => (await calls.charge(URL_OF_BANK)).text()),
    );
    await vi.advanceTimersByTimeAsync(39_999);
    expect(seen.result).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.result).toBe('paid');
  });

  it('charges nothing any more once the time is up', async () => {
    const { fetcher, signals } = bank(1);
    let charged: Promise<unknown> = Promise.resolve('nothing');
    const seen = outcomeOf(
      whileShopperWaits(fetcher, async (calls) => {
        await new Promise<void>((done) => setTimeout(done, 10_000));
        charged = calls.charge(URL_OF_BANK);
        return (await charged) as Response;
      }),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen.result).toEqual(TIME_UP);
    await expect(charged).rejects.toThrow();
    expect(signals).toEqual([]);
  });

  it('leaves no timer behind: it would keep the request awake', async () => {
    await whileShopperWaits(fetch, async () => 'done');
    expect(vi.getTimerCount()).toBe(0);
    await expect(whileShopperWaits(fetch, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });
});
