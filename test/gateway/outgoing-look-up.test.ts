/**
 * Calls of accounts, and where their names lead. Ruled out: a call into a private network because an answer of the name service was read wrongly
 * or kept too long; an outage that nobody sees, or one that is none; an answer that reaches its caller otherwise than it came.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { NameLookups } from '../../src/gateway/look-up.ts';
import { attemptCalls, fetchFor, requirePublicAddresses } from '../../src/gateway/outgoing.ts';
import type { Service } from '../../src/gateway/service.ts';
import { Problem } from '../../src/payments/errors.ts';
import { accountOf, handMade, NOW } from './hand-made.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a look-up', () => {
  type Answer = readonly { readonly data: string; readonly TTL?: number }[] | undefined;

  /** Look-ups whose answers are these, one record of IPv4 and of IPv6 each. */
  function lookups(answer: (type: string) => Response | Promise<Response>) {
    let time = NOW;
    const names = new NameLookups(() => time);
    const fetcher = vi.fn<typeof fetch>(async (input) =>
      answer(new URL(String(input)).searchParams.get('type') ?? ''),
    );
    return {
      fetcher,
      isPrivate: (host: string) => names.isPrivate(host, fetcher),
      after: (milliseconds: number) => {
        time = NOW + milliseconds;
      },
    };
  }
  const says = (a: Answer, aaaa: Answer = undefined, status: number | undefined = 0) =>
    lookups((type) => Response.json({ Status: status, Answer: type === 'A' ? a : aaaa }));
  const PUBLIC = { data: '198.41.0.4', TTL: 60 };
  const PRIVATE = { data: '10.0.0.1', TTL: 60 };

  it.each([
    ['10.0.0.1', true],
    ['10.0.0.1.', true],
    ['198.41.0.4', false],
    ['[::1]', true],
    ['[2606:4700::1111]', false],
  ])('is not needed for an address: %s is private: %s', async (host, expected) => {
    const { isPrivate, fetcher } = says([]);
    expect(await isPrivate(host)).toBe(expected);
    expect(fetcher).not.toHaveBeenCalled();
  });

  it('asks for both kinds of addresses, without the dot that may end a name', async () => {
    const { isPrivate, fetcher } = says([PUBLIC]);
    expect(await isPrivate('bank.example.com.')).toBe(false);
    expect(fetcher.mock.calls).toEqual(
      ['A', 'AAAA'].map((type) => [
        `https://cloudflare-dns.com/dns-query?name=bank.example.com&type=${type}`,
        { headers: { accept: 'application/dns-json' }, signal: expect.any(AbortSignal) },
      ]),
    );
  });

  it.each<[Answer, Answer, boolean]>([
    [[PUBLIC], undefined, false],
    [[PUBLIC, PRIVATE], undefined, true],
    [[PRIVATE, PUBLIC], [], true],
    [[PUBLIC], [{ data: 'fd00::1' }], true],
    [[PUBLIC], [{ data: '2606:4700::1111' }], false],
    // The other name that it is an alias of: its addresses stand beside it.
    [[{ data: 'other.example.com.' }, PUBLIC], undefined, false],
    [[{ data: 'other.example.com.' }, PRIVATE], undefined, true],
    [undefined, undefined, false],
  ])('that answers %j and %j: private is %s', async (a, aaaa, expected) => {
    expect(await says(a, aaaa).isPrivate('bank.example.com')).toBe(expected);
  });

  it('is an answer where it says that there are addresses, or no such name, and a failure else', async () => {
    for (const code of [undefined, 0, 3])
      expect(await says([PRIVATE], undefined, code).isPrivate('x.example.com')).toBe(true);
    await expect(says([PRIVATE], undefined, 2).isPrivate('x.example.com')).rejects.toThrow(
      'the look-up of x.example.com answered with the code 2',
    );
    const failing = lookups(() => Response.json({ Status: 0, Answer: [PUBLIC] }, { status: 503 }));
    await expect(failing.isPrivate('x.example.com')).rejects.toThrow(
      'the look-up of x.example.com answered 503',
    );
  });

  it.each<[string, Answer, number]>([
    ['its time', [{ data: '10.0.0.1', TTL: 60 }], 60],
    [
      'the shortest of its times',
      [
        { data: '10.0.0.1', TTL: 60 },
        { data: '198.41.0.4', TTL: 20 },
      ],
      20,
    ],
    ['five minutes at most', [{ data: '10.0.0.1', TTL: 3600 }], 300],
    ['no time where it names none', [{ data: '10.0.0.1' }], 0],
    ['no time where it says so', [{ data: '10.0.0.1', TTL: 0 }], 0],
    ['no time where there is no address', [], 0],
  ])('is kept for %s', async (_name, answer, seconds) => {
    const { isPrivate, fetcher, after } = says(answer);
    const expected = answer?.length !== 0;
    expect(await isPrivate('x.example.com')).toBe(expected);
    for (const [milliseconds, calls] of [
      [seconds * 1000 - 1, seconds > 0 ? 2 : 4],
      [seconds * 1000, seconds > 0 ? 4 : 6],
    ] as const) {
      after(Math.max(0, milliseconds));
      expect(await isPrivate('x.example.com')).toBe(expected);
      expect(fetcher).toHaveBeenCalledTimes(calls);
    }
    // Another name is another question.
    await isPrivate('y.example.com');
    expect(fetcher.mock.calls.at(-1)?.[0]).toContain('y.example.com');
  });

  it('ends after five seconds, and leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const names = new NameLookups(() => NOW);
    const silent: typeof fetch = (_input, init) =>
      new Promise((_, fail) => {
        init?.signal?.addEventListener('abort', () => fail(init.signal?.reason));
      });
    const asked = names.isPrivate('x.example.com', silent).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(4999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toEqual(new Error('no look-up of x.example.com within 5 s'));
    await says([PUBLIC]).isPrivate('x.example.com');
    expect(vi.getTimerCount()).toBe(0);
  });
});

const API = 'https://api.bank-demo.com';
const entered = (changes: Partial<Account> = {}) =>
  accountOf('ogone', { endpoints: { api: API }, ...changes });

/** A service whose names lead where the test says. */
function calling({
  isPrivate = async () => false,
  local = false,
}: {
  isPrivate?: () => Promise<boolean>;
  local?: boolean;
} = {}) {
  const parts = handMade({ directory: { noteCall: undefined, noteReached: undefined } });
  const names = { isPrivate: vi.fn(isPrivate) };
  const service = {
    ...parts.service,
    names,
    config: { ...parts.service.config, local },
  } as unknown as Service;
  return { ...parts, service, names };
}

describe('the addresses that an operator has entered', () => {
  it('may be called where they are public, and are looked up each', async () => {
    const { service, names } = calling();
    await requirePublicAddresses(service, entered());
    expect(names.isPrivate.mock.calls).toEqual([['api.bank-demo.com', service.fetch]]);
  });

  it('may not be called where they are not public, by their text or their name', async () => {
    const private_ = calling({ isPrivate: async () => true });
    await expect(requirePublicAddresses(private_.service, entered())).rejects.toMatchObject({
      code: 'misconfigured',
      message: 'endpoints.api of the account main leads into a private network',
    });
    const { service, names } = calling();
    await expect(
      requirePublicAddresses(service, entered({ endpoints: { api: 'https://10.0.0.1' } })),
    ).rejects.toMatchObject({
      code: 'misconfigured',
      message: 'endpoints.api of the account main must be on the public internet',
    });
    expect(names.isPrivate).not.toHaveBeenCalled();
  });

  it('may not be called where nobody knows where they lead: the reason is kept', async () => {
    const cause = new Error('503');
    const { service } = calling({ isPrivate: () => Promise.reject(cause) });
    await expect(requirePublicAddresses(service, entered())).rejects.toMatchObject({
      code: 'unavailable',
      message: 'endpoints.api of the account main was not called: Error: 503',
      cause,
    });
  });

  it('may be called under `npm start`, wherever they are', async () => {
    const { service, names } = calling({ local: true });
    await requirePublicAddresses(service, entered({ endpoints: { api: 'http://localhost:1' } }));
    expect(names.isPrivate).not.toHaveBeenCalled();
  });

  it('are looked up for a call to them, and for no other', async () => {
    const { service, names, fetched } = calling({ isPrivate: async () => true });
    const call = fetchFor(service, entered());
    for (const input of [`${API}/x`, new URL(`${API}/x`), new Request(`${API}/x`)])
      await expect(call(input)).rejects.toThrow('leads into a private network');
    expect(fetched).not.toHaveBeenCalled();
    names.isPrivate.mockClear();
    const init = { method: 'POST' };
    expect(await (await call('https://other.bank-demo.com/x', init)).text()).toBe('ok');
    expect(await (await fetchFor(service, accountOf('ogone'))(`${API}/x`, init)).text()).toBe('ok');
    expect(names.isPrivate).not.toHaveBeenCalled();
    expect(fetched.mock.calls).toEqual([
      ['https://other.bank-demo.com/x', init],
      [`${API}/x`, init],
    ]);
    // One that is stored and is no address is in the way of no other.
    const broken = fetchFor(service, entered({ endpoints: { api: 'no address' } }));
    expect(await (await broken('https://other.bank-demo.com/x')).text()).toBe('ok');
  });
});

const BANK = 'https://bank.example.com/x';
const answer = (status: number) => async () => new Response(null, { status });
const fails = (error: Error) => () => Promise.reject(error);

describe('a call of an account', () => {
  /** Makes a call. @returns what the directory was told of it. */
  async function noted(account: Account, responds: () => Promise<Response>) {
    const { service, fetched, directory, later } = calling();
    fetched.mockImplementation(responds);
    const result = await fetchFor(
      service,
      account,
    )(BANK).then(
      ({ status }) => status,
      (error: unknown) => error,
    );
    expect(later).toHaveLength(directory.length);
    return { result, directory };
  }

  it.each<[string, () => Promise<Response>, string | null]>([
    ['200', answer(200), null],
    ['499: an error of ours is an answer', answer(499), null],
    ['500', answer(500), 'it answered 500'],
    ['503', answer(503), 'it answered 503'],
    ['nothing', fails(new TypeError('connection refused')), 'no answer'],
    ['what is no call', fails(new Problem('unavailable', 'not looked up')), 'not looked up'],
  ])('that is answered by %s is noted', async (_name, responds, failure) => {
    const { directory } = await noted(accountOf('ogone'), responds);
    expect(directory).toEqual([['noteCall', 'main', failure]]);
  });

  it('says whether attempts can begin where it has a fallback, and its attempts begin with no call', async () => {
    const fallback = { fallback: 'other' };
    const ogone = accountOf('ogone', fallback);
    for (const [responds, failure] of [
      [answer(200), null],
      [answer(503), 'it answered 503'],
    ] as const)
      expect((await noted(ogone, responds)).directory).toEqual([
        ['noteCall', 'main', failure],
        ['noteReached', ogone, failure],
      ]);
    for (const account of [accountOf('payu', fallback), accountOf('payu'), accountOf('ogone')])
      expect((await noted(account, answer(503))).directory).toEqual([
        ['noteCall', 'main', 'it answered 503'],
      ]);
  });

  it('fails as it failed', async () => {
    const error = new TypeError('connection refused');
    expect((await noted(accountOf('ogone'), fails(error))).result).toBe(error);
  });
});

describe('the calls with which an attempt begins', () => {
  const account = accountOf('payu', { fallback: 'other' });
  const never = () => new Promise<Response>(() => {});

  /** Makes calls, and ends them. @returns what the directory was told of the attempt. */
  async function ended(hasBegun: boolean, responses: (() => Promise<Response>)[], of = account) {
    const { service, fetched, directory, later } = calling();
    const calls = attemptCalls(service, of);
    for (const responds of responses) {
      fetched.mockImplementationOnce(responds);
      await Promise.race([calls.fetch(BANK), Promise.resolve()]).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const before = later.length;
    calls.ended(hasBegun);
    const attempts = directory.filter(([name]) => name === 'noteReached');
    expect(later.length - before).toBe(attempts.length);
    return attempts.map(([, ...given]) => given);
  }

  it.each<[string, (() => Promise<Response>)[], string | null]>([
    ['answered', [answer(200)], null],
    ['answered with an error of ours', [answer(400)], null],
    ['answered all', [answer(200), answer(200)], null],
    ['answered once of two', [answer(200), never], 'no answer'],
    ['answered neither', [never], 'no answer'],
    ['a fault of its own', [answer(503), never], 'it answered 503'],
    ['a fault, and another', [answer(503), answer(502)], 'it answered 503'],
    ['a fault after an answer', [answer(200), answer(503)], 'it answered 503'],
  ])('have been %s: what is noted of an attempt that has not begun', async (_name, responses, failure) => {
    expect(await ended(false, responses)).toEqual([[account, failure]]);
    expect(await ended(true, responses)).toEqual([[account, null]]);
  });

  it('say nothing where there are none, or no fallback', async () => {
    for (const hasBegun of [false, true]) {
      expect(await ended(hasBegun, [])).toEqual([]);
      expect(await ended(hasBegun, [answer(503)], accountOf('payu'))).toEqual([]);
    }
  });

  it('are read to their ends: an answer that breaks off is none', async () => {
    const breaking = async () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new Uint8Array([1]));
            controller.error(new Error('broken'));
          },
        }),
      );
    expect(await ended(false, [breaking])).toEqual([[account, 'no answer']]);
  });

  it('come as they were answered', async () => {
    const { service, fetched } = calling();
    const { fetch: call } = attemptCalls(service, account);
    const headers = { 'content-type': 'text/x', 'x-bank': '1' };
    fetched.mockResolvedValueOnce(new Response('body', { status: 418, statusText: 'Teapot', headers }));
    const whole = await call(BANK, { method: 'PUT' });
    expect([whole.status, whole.statusText, Object.fromEntries(whole.headers), await whole.text()]).toEqual([
      418,
      'Teapot',
      headers,
      'body',
    ]);
    expect(fetched.mock.calls).toEqual([[BANK, { method: 'PUT' }]]);
    fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
    const empty = await call(BANK);
    expect([empty.status, empty.body]).toEqual([204, null]);
  });
});
