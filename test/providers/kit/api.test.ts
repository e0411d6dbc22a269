import { afterEach, describe, expect, it, vi } from 'vitest';
import { callApi } from '../../../src/providers/kit/api-call.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('calling a provider’s API', () => {
  it('waits ten seconds and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    let settled = false;
    const call = expect(
      callApi(silent, 'https://bank.example/api', { headers: {} }).finally(() => {
        settled = true;
      }),
    ).rejects.toMatchObject({ code: 'provider_unreachable' });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(settled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await call;
    expect(vi.getTimerCount()).toBe(0);
  });
});
