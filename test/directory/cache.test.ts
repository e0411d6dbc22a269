/** What the isolate remembers of the directory: how long, how much, and what of it is served while D1 does not answer. */
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { Availability } from '../../src/directory/availability.ts';
import { Cache } from '../../src/directory/cache.ts';
import { Problem } from '../../src/payments/errors.ts';

afterEach(() => vi.restoreAllMocks());

const HOUR = 3_600_000;

let now = 0;
let log: MockInstance<typeof console.warn>;
let loads = 0;
let asRead = true;
let cache: Cache;
let availability: Availability;

beforeEach(() => {
  now = 1_000_000;
  loads = 0;
  asRead = true;
  availability = new Availability(() => now);
  cache = new Cache(() => now, availability, { isAsRead: async () => asRead });
  log = vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const subject = () => 'shop/s' as const;

function read(value: string | null | (() => Promise<string | null>), name = 'name') {
  return cache.read(
    name,
    () => {
      loads += 1;
      return typeof value === 'function' ? value() : Promise.resolve(value);
    },
    subject,
  );
}

/** D1 fails, and what uses it says so. */
async function down(): Promise<never> {
  availability.failed('down');
  throw new Problem('unavailable', 'the directory does not answer');
}

/** D1 hangs. */
const hanging = () => new Promise<never>(() => {});

describe('a read', () => {
  it('does not ask again for five seconds, and asks then', async () => {
    expect([await read('a'), await read('b')]).toEqual(['a', 'a']);
    now += 4999;
    expect(await read('b')).toBe('a');
    now += 2;
    expect(await read('b')).toBe('b');
    expect(loads).toBe(2);
  });

  it('that was slow is served for five seconds from its beginning: it may have been changed elsewhere since', async () => {
    let finish: (value: string) => void = () => {};
    const slow = read(() => new Promise((resolve) => (finish = resolve)));
    now += 4000;
    finish('a');
    expect(await slow).toBe('a');
    now += 999;
    expect(await read('b')).toBe('a');
    now += 1;
    expect(await read('b')).toBe('b');
  });

  it('is seen at once after a change in this isolate, also when it began before the change', async () => {
    await read('a');
    cache.clear();
    expect(await read('b')).toBe('b');
    cache.clear();
    let finish: (value: string) => void = () => {};
    const early = read(() => new Promise((resolve) => (finish = resolve)));
    cache.clear();
    finish('before the change');
    expect(await early).toBe('before the change');
    expect(await read('after the change')).toBe('after the change');
  });
});

describe('a name that D1 does not have', () => {
  it('is one query in three seconds, however often it is guessed', async () => {
    for (let guess = 0; guess < 100; guess += 1) expect(await read(null)).toBeNull();
    now += 2999;
    await read('made meanwhile');
    expect(loads).toBe(1);
    now += 1;
    expect(await read('made meanwhile')).toBe('made meanwhile');
    expect(await read(null)).toBe('made meanwhile');
  });

  it('is known at once when it is made in this isolate, also when a guess is under way', async () => {
    await read(null);
    cache.clear();
    expect(await read('made')).toBe('made');
    cache.clear();
    let finish: (value: null) => void = () => {};
    const guess = read(() => new Promise((resolve) => (finish = resolve)));
    cache.clear();
    finish(null);
    expect(await guess).toBeNull();
    expect(await read('made')).toBe('made');
  });

  it('does not fill the memory, and pushes out nothing that is known', async () => {
    await read('a', 'known');
    for (let guess = 0; guess < 9000; guess += 1) await read(null, `guess ${guess}`);
    loads = 0;
    expect(await read('b', 'known')).toBe('a');
    await read(null, 'guess 8999');
    await read(null, 'guess 5000');
    expect(loads).toBe(0);
    await read(null, 'guess 4999');
    expect(loads).toBe(1);
  });

  it('is not even asked for when no id is as long', async () => {
    expect(await read('a', `account/${'x'.repeat(60_000)}`)).toBeNull();
    expect(loads).toBe(0);
  });
});

describe('what is known', () => {
  it('does not grow without bound: what was read longest ago goes first', async () => {
    for (let count = 0; count < 4000; count += 1) await read('a', `name ${count}`);
    now += 5001;
    await read('a', 'name 0');
    await read('a', 'one more');
    loads = 0;
    await read('b', 'name 0');
    expect(loads).toBe(0);
    now += 5001;
    expect(await read(hanging, 'name 2')).toBe('a');
    await expect(read(down, 'name 1')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['fails', down],
    ['hangs', hanging],
  ])('is served on while D1 %s, with its age in the log, for an hour and no longer', async (_, broken) => {
    await read('a');
    for (const age of [5001, 60_000, HOUR - 1]) {
      now = 1_000_000 + age;
      expect(await read(broken)).toBe('a');
      expect(log).toHaveBeenCalledWith({
        event: 'directory.served_stale',
        subject: 'shop/s',
        ageMs: age,
      });
    }
    now = 1_000_000 + HOUR;
    await expect(read(down)).rejects.toMatchObject({ code: 'unavailable', status: 503, retryAfter: 5 });
    expect(await read('b')).toBe('b');
  });

  it('does not wait for D1 again and again: one request in two seconds finds out whether it answers', async () => {
    await read('a');
    now += 5001;
    await read(hanging);
    loads = 0;
    const started = performance.now();
    for (let request = 0; request < 50; request += 1) expect(await read(hanging)).toBe('a');
    expect(loads).toBe(0);
    expect(performance.now() - started).toBeLessThan(500);
    now += 2000;
    await Promise.all([read(hanging), read(hanging), read(hanging)]);
    expect(loads).toBe(1);
    now += 2000;
    expect(await read('b')).toBe('b');
  });

  it('is logged once in ten seconds, not for each request', async () => {
    await read('a');
    now += 5001;
    for (let second = 0; second < 20; second += 1) {
      await read(down);
      now += 1000;
    }
    const served = log.mock.calls.filter(([line]) => line.event.endsWith('stale'));
    expect(served).toHaveLength(2);
  });

  it('is not served when it was changed since it was read: revoked keys stay revoked', async () => {
    await read('a');
    now += 5001;
    asRead = false;
    await expect(read(down)).rejects.toMatchObject({ code: 'unavailable' });
    // D1 is only slow: then the truth is waited for.
    now += 5001;
    const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve('b'), 1500));
    expect(await read(slow)).toBe('b');
  });

  it('does not hide that the data itself is broken', async () => {
    await read('a');
    now += 5001;
    const broken = () => Promise.reject(new Problem('misconfigured', 'a secret does not open'));
    await expect(read(broken)).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('is dropped when D1 says that it is gone', async () => {
    await read('a');
    now += 5001;
    expect(await read(null)).toBeNull();
    now += 5001;
    await expect(read(down)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
