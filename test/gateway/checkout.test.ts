/**
 * The shopper at the checkout, by hand-made ledgers. Ruled out: a shopper who is sent to pay where nothing counts, or twice; a code of a bank app
 * that is handed over a second time, or stands in an error; a second request of a shopper that hangs, or gives up too soon; a payment's log
 * without the reason why nobody could pay.
 * The file is long because each step of the one way through the page is tried with the same parts.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account, Shop } from '../../src/directory/types.ts';
import { payByCode } from '../../src/gateway/blik-code.ts';
import { accountsToChoose, choiceOf, nextHop } from '../../src/gateway/checkout.ts';
import { hopFailure } from '../../src/gateway/hop-failure.ts';
import { withoutCode } from '../../src/gateway/masked-code.ts';
import { Declined, Problem } from '../../src/payments/errors.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { Provider } from '../../src/providers/contract.ts';
import {
  accountOf,
  type Call,
  handMade,
  ID,
  logLines,
  NOW,
  registered,
  requestOf,
  shopOf,
} from './hand-made.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

type Start = Parameters<Provider['start']>[0];

const REDIRECT = { kind: 'url', method: 'GET', url: 'https://bank.example/1' } as const;
const IP = '198.41.0.5';
const SHOPPER = { ip: IP, chosen: null, origin: 'https://pay.example', requestId: 'request-1' };
const CODE = '770077';
const GO = { kind: 'go', redirect: REDIRECT, shop: 'shop', account: 'main', test: false };
const BUSY = { kind: 'busy', attempt: 2 };
const START = {
  kind: 'start',
  shop: 'shop',
  id: ID,
  attempt: 2,
  account: 'main',
  request: requestOf(),
  amount: 1999,
  test: false,
  isInFlight: false,
  isReserved: false,
};
const OUTAGE = { since: '2026-11-27T09:00:00.000Z', triedAt: new Date(NOW - 60_000).toISOString() };
const RETIRED = { retiredAt: '2026-11-20T09:00:00.000Z' };

/** What the log of a payment has where its account is not for its shop any more. */
const NOT_OFFERED = {
  account: 'main',
  code: 'not_offered',
  detail: 'the account is not offered to this shop any more, or the shop is switched off',
  words: null,
  requestId: 'request-1',
};

interface Case {
  readonly hop?: unknown;
  readonly account?: Partial<Account>;
  readonly provider?: string;
  readonly shop?: Partial<Shop> | null;
  readonly ledger?: object;
  readonly directory?: object;
  readonly start?: (request: Start) => unknown;
  readonly blikCode?: string;
}

function place({ hop = START, account, provider = 'ogone', shop, ledger, directory, start }: Case) {
  const lines = logLines();
  for (const id of ['ogone', 'payu', 'sips2'])
    vi.spyOn(registered(id), 'start').mockImplementation((async (request: Start) =>
      start ? start(request) : REDIRECT) as never);
  const hops = Array.isArray(hop) ? [...hop] : [hop];
  const parts = handMade({
    accounts: [accountOf(provider, account), accountOf('sips2', { id: 'other' })],
    shops: shop === null ? [] : [shopOf({ accounts: ['main', 'other'], ...shop })],
    ledger: {
      hop: () => (hops.length > 1 ? hops.shift() : hops[0]),
      start: GO,
      startFailed: null,
      reserve: true,
      follow: GO,
      ...ledger,
    },
    directory: { moves: {}, noteReached: undefined, claimTrial: true, noteCall: undefined, ...directory },
  });
  return { ...parts, lines };
}

/** Has a shopper go on. @returns where to, and what the ledger was told. */
async function went(some: Case = {}) {
  const parts = place(some);
  const { blikCode } = some;
  const result = await nextHop(parts.service, ID, { ...SHOPPER, ...(blikCode && { blikCode }) }).catch(
    (error: unknown) => error,
  );
  return { ...parts, result, names: parts.ledger.map(([name]) => name), told: parts.ledger };
}

const failed = (attempt: number | null, failure: object): Call => ['startFailed', ID, attempt, failure];

describe('a shopper', () => {
  it('goes to a new attempt, which is built of what the ledger says', async () => {
    const { result, told } = await went();
    expect(result).toEqual(GO);
    expect(told).toEqual([
      ['hop', ID, IP, null, {}, false],
      [
        'start',
        ID,
        2,
        expect.objectContaining({ account: 'main', amount: 1999, redirect: REDIRECT }),
        IP,
        {},
      ],
    ]);
  });

  it('goes to the attempt that is there', async () => {
    expect(await went({ hop: GO })).toMatchObject({ result: GO, names: ['hop'] });
  });

  it('goes on although nobody can say which accounts have moved, and not over a fault of ours', async () => {
    const fails = (error: Error) => () => Promise.reject(error);
    const unavailable = await went({ directory: { moves: fails(new Problem('unavailable', 'D1 is down')) } });
    expect(unavailable.result).toEqual(GO);
    expect(unavailable.told[0]).toEqual(['hop', ID, IP, null, {}, false]);
    for (const error of [new Problem('internal_error', ''), new TypeError('ours')])
      expect((await went({ directory: { moves: fails(error) } })).result).toBe(error);
  });

  it.each<[string, Case]>([
    ['is gone', { shop: null }],
    ['is switched off', { shop: { active: false } }],
    ['is switched off by its administrator', { shop: { adminEnabled: false } }],
    ['is in test mode', { shop: { testMode: true } }],
    ['does not use the account any more', { account: RETIRED }],
    ['was in test mode when the payment was made', { hop: { ...START, test: true } }],
  ])('begins no attempt where the shop %s', async (_name, some) => {
    const { result, told } = await went(some);
    expect(result).toEqual({ kind: 'not_offered' });
    expect(told.slice(1)).toEqual([failed(2, NOT_OFFERED)]);
  });

  it.each<[string, Case]>([
    ['the shop is gone', { shop: null }],
    ['the shop is switched off', { shop: { active: false } }],
    ['the shop is switched off by its administrator', { shop: { adminEnabled: false } }],
    ['the account is retired', { account: RETIRED }],
    ['the account is gone', { account: { id: 'another' } }],
    ['the shop takes real money now, and the attempt does not', { hop: { ...GO, test: true } }],
  ])('does not go to an attempt that was signed before: %s', async (_name, some) => {
    const { result, told } = await went({ hop: GO, ...some });
    expect(result).toEqual({ kind: 'not_offered' });
    expect(told.slice(1)).toEqual([failed(null, { ...NOT_OFFERED, account: null })]);
  });

  it('of a shop in test mode goes to a test', async () => {
    const hop = { ...GO, test: true };
    expect((await went({ hop, shop: { testMode: true } })).result).toEqual(hop);
  });

  it('begins no attempt at an account that does not take the currency, or is gone', async () => {
    const moved = await went({ account: { currencies: ['USD'] } });
    expect(moved.result).toMatchObject({ code: 'unsupported_currency' });
    expect(moved.told.slice(1)).toEqual([
      failed(2, {
        account: 'main',
        code: 'unsupported_currency',
        detail: 'the account main takes USD, not EUR',
        words: null,
        requestId: 'request-1',
      }),
    ]);
    const gone = await went({ account: { id: 'another' } });
    expect(gone.told.slice(1)).toEqual([
      failed(2, {
        account: 'main',
        code: 'misconfigured',
        detail: 'the account main is not there any more',
        words: null,
        requestId: 'request-1',
      }),
    ]);
  });

  it('has the reason why nobody could pay, although the log cannot be written', async () => {
    const problem = new Problem('invalid_request', 'too long');
    const { result, lines } = await went({
      start: () => Promise.reject(problem),
      ledger: { startFailed: () => Promise.reject(new Error('the ledger is down')) },
    });
    expect(result).toBe(problem);
    expect(lines).toEqual([
      { event: 'hop.failure_not_logged', requestId: 'request-1', error: 'Error: the ledger is down' },
    ]);
  });
});

describe('an order that is registered when its shopper comes', () => {
  const payu = { provider: 'payu' };

  it('is reserved first, so that no other request registers it', async () => {
    const { told, result } = await went(payu);
    expect(told.map(([name]) => name)).toEqual(['hop', 'reserve', 'start']);
    expect(told[1]?.slice(2)).toEqual([
      2,
      expect.objectContaining({ deferred: true, redirect: null }),
      false,
    ]);
    expect(result).toEqual(GO);
    const reserved = await went({ ...payu, hop: { ...START, isReserved: true } });
    expect(reserved.names).toEqual(['hop', 'start']);
  });

  it('is another request’s to register: the shopper follows it', async () => {
    const { result, told } = await went({ ...payu, ledger: { reserve: false } });
    expect(result).toEqual(GO);
    expect(told.slice(2)).toEqual([['follow', ID, 2, IP]]);
  });

  it('is waited for as long as its provider may take, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let looks = 0;
    const follow = () => {
      looks += 1;
      if (looks > 50) throw new Error('it looks for ever');
      return BUSY;
    };
    const waiting = went({ hop: BUSY, ledger: { follow } });
    // The first look is at once.
    await vi.advanceTimersByTimeAsync(0);
    expect(looks).toBe(1);
    await vi.advanceTimersByTimeAsync(249);
    expect(looks).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(looks).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await waiting).result).toEqual(BUSY);
    expect(looks).toBe(40);
    const { names } = await went({ hop: { kind: 'busy' } });
    expect(names).toEqual(['hop']);
  });
});

describe('a code of a bank app', () => {
  const blik = { provider: 'payu', blikCode: CODE };

  it('goes to the provider once, and to nobody else', async () => {
    const given: unknown[] = [];
    const { told } = await went({
      ...blik,
      start: ({ blikCode }) => {
        given.push(blikCode);
        return REDIRECT;
      },
    });
    expect(given).toEqual([CODE]);
    expect(told[0]).toEqual(['hop', ID, IP, null, {}, true]);
    expect(told[1]?.slice(2)).toEqual([2, expect.objectContaining({ oneRedirect: false }), true]);
    expect(JSON.stringify(told)).not.toContain(CODE);
  });

  it('stands in no error that its provider has said', async () => {
    const { result, told } = await went({
      ...blik,
      start: () =>
        Promise.reject(new Problem('provider_error', `no ${CODE}`, { provider: { code: 'E', text: CODE } })),
    });
    expect(result).toMatchObject({ message: 'no ******', provider: { code: 'E', text: '******' } });
    expect(told.at(-1)).toEqual(
      failed(2, {
        account: 'main',
        code: 'provider_error',
        detail: 'no ******',
        words: 'E ******',
        requestId: 'request-1',
      }),
    );
  });

  it('that was handed over, and not noted, leaves its number reserved: the next one would begin another order', async () => {
    const down = () => Promise.reject(new Problem('unavailable', 'the ledger is down'));
    const noted = await went({ ...blik, ledger: { start: down } });
    expect(noted.result).toMatchObject({ code: 'unavailable' });
    expect(noted.names).toEqual(['hop', 'reserve', 'start']);
    // Without a code it is the failure of an attempt like any other.
    const plain = await went({ provider: 'payu', ledger: { start: down } });
    expect(plain.names).toEqual(['hop', 'reserve', 'start', 'startFailed']);
  });
});

describe('a trial', () => {
  const account = { outage: OUTAGE, fallback: 'other' };
  const noted = ({ directory }: { directory: readonly Call[] }) =>
    directory.flatMap(([name, , failure]) => (name === 'noteReached' ? [failure] : []));

  it('that finds its provider again ends the outage', async () => {
    const { result, told, directory } = await went({ account });
    expect(result).toEqual(GO);
    expect(told[1]?.[3]).not.toHaveProperty('insteadOf');
    expect(noted({ directory })).toEqual([null]);
  });

  it.each(['provider_unreachable', 'provider_error'] as const)(
    'that does not (%s) has its shopper go to the fallback',
    async (code) => {
      let starts = 0;
      const { result, told } = await went({
        account,
        hop: [START, { ...START, attempt: 3 }],
        directory: { claimTrial: () => starts === 0 },
        start: () => {
          starts += 1;
          if (starts === 1) throw new Problem(code, 'no answer');
          return REDIRECT;
        },
      });
      expect(result).toEqual(GO);
      expect(told.map(([name]) => name)).toEqual(['hop', 'startFailed', 'hop', 'start']);
      expect(told.at(-1)?.slice(2, 4)).toEqual([
        3,
        expect.objectContaining({ account: 'other', insteadOf: 'main' }),
      ]);
    },
  );

  it('that fails otherwise, or is none, has its shopper go nowhere', async () => {
    const problem = new Problem('invalid_request', 'too long');
    const start = () => Promise.reject(problem);
    expect(await went({ account, start })).toMatchObject({ result: problem, names: ['hop', 'startFailed'] });
    const unreached = new Problem('provider_unreachable', 'no answer');
    const plain = await went({ start: () => Promise.reject(unreached) });
    expect(plain).toMatchObject({ result: unreached, names: ['hop', 'startFailed'] });
    const twice = await went({ account, start: () => Promise.reject(unreached) });
    expect(twice).toMatchObject({
      result: unreached,
      names: ['hop', 'startFailed', 'hop', 'startFailed'],
    });
  });
});

describe('the accounts to choose from', () => {
  const idsOf = async (some: Case, test = false) =>
    (await accountsToChoose(place(some).service, 'shop', requestOf(), test)).map(({ id }) => id);

  it('are the shop’s, of the payment’s mode, and none of a shop that is gone', async () => {
    expect(await idsOf({})).toEqual(['main', 'other']);
    expect(await idsOf({}, true)).toEqual([]);
    expect(await idsOf({ shop: { testMode: true }, account: { environment: 'test' } }, true)).toEqual([
      'main',
    ]);
    expect(await idsOf({ shop: null })).toEqual([]);
  });

  const FOUND = {
    shop: 'shop',
    isOver: false,
    isOpen: true,
    attempts: [{ account: 'main', status: 'denied' }],
    request: requestOf(),
    view: { test: false },
  };

  it.each<[string, object | null, string, { account: string | null; isNeeded: boolean }]>([
    ['one that is the shop’s', {}, 'other', { account: 'other', isNeeded: true }],
    ['one that is not', {}, 'nobody', { account: null, isNeeded: true }],
    ['one that has moved', {}, 'old', { account: 'other', isNeeded: true }],
    ['another than the shop has named', { isOpen: false }, 'other', { account: null, isNeeded: true }],
    ['the one that the shop has named', { isOpen: false }, 'main', { account: 'main', isNeeded: true }],
    ['one for what is over', { isOver: true }, 'other', { account: 'other', isNeeded: false }],
    [
      'one while another may be paid at',
      { attempts: [{ status: 'pending' }, { status: 'denied' }] },
      'other',
      { account: 'other', isNeeded: false },
    ],
    ['one for no payment', null, 'other', { account: null, isNeeded: false }],
  ])('that a shopper names: %s', async (_name, changes, name, expected) => {
    const { service } = place({
      ledger: { read: changes && { ...FOUND, ...changes } },
      directory: { moves: { old: 'other' } },
    });
    expect(await choiceOf(service, ID, name)).toEqual(expected);
  });
});

describe('a failure in the log of a payment', () => {
  const about = { accountId: 'main', account: null, requestId: 'request-1' };
  const words = (error: unknown) => hopFailure(error, about).words;

  it('is the problem in its own words and the provider’s', () => {
    expect(hopFailure(new Declined('51', 'no money'), about)).toEqual({
      account: 'main',
      code: 'provider_error',
      detail: 'the provider declined: no money (51)',
      words: '51 no money',
      requestId: 'request-1',
    });
    expect(words(new Declined('51', ''))).toBe('51');
    expect(words(new Problem('provider_error', '', { cause: 'an answer' }))).toBe('an answer');
    expect(words(new Problem('provider_error', '', { cause: { answer: 1 } }))).toBe('{"answer":1}');
    for (const problem of [
      new Problem('provider_error', ''),
      new Problem('provider_error', '', { cause: new Error('ours') }),
      new Problem('misconfigured', '', { cause: 'a secret' }),
    ])
      expect(words(problem)).toBeNull();
  });

  it('says nothing of what went wrong on our side', () => {
    expect(hopFailure(new TypeError('secret'), about)).toEqual({
      account: 'main',
      code: 'internal_error',
      detail: 'something failed on our side',
      words: null,
      requestId: 'request-1',
    });
  });

  it('is as long as may be kept, and has no secret of the account, however long it was', () => {
    const detail = (message: string, account: Account | null = null) =>
      hopFailure(new Problem('provider_error', message), { ...about, account }).detail;
    expect(detail('x'.repeat(500))).toBe('x'.repeat(500));
    expect(detail('x'.repeat(501))).toBe(`${'x'.repeat(500)}…`);
    const live = { value: 'hidden-key', notBefore: 0, notAfter: null };
    const account = accountOf('ogone', { secrets: { sha_in: [live] } });
    expect(detail('no hidden-key 4111111111111111', account)).toBe('no ‹sha_in› 411111******1111');
    // Only so much is looked through that masking takes no time: what is longer is cut before.
    const masked = vi.spyOn(String.prototype, 'replace');
    detail(`${'x'.repeat(5000)}`, account);
    const longest = Math.max(...masked.mock.contexts.map((text) => String(text).length));
    masked.mockRestore();
    expect(longest).toBe(2000);
  });
});

describe('an error that may have a code in it', () => {
  it('is without it, with everything else that it says', () => {
    const errors = [{ path: 'method.code', message: 'is wrong' }];
    const problem = new Problem('rate_limited', `no ${CODE}, no ${CODE}`, {
      errors,
      retryAfter: 7,
      provider: { code: CODE, text: `no ${CODE}` },
      cause: CODE,
    });
    const masked = withoutCode(problem, CODE);
    expect(masked).toMatchObject({
      code: 'rate_limited',
      message: 'no ******, no ******',
      errors,
      retryAfter: 7,
      provider: { code: '******', text: 'no ******' },
    });
    expect((masked as Problem).cause).toBeUndefined();
    const bare = withoutCode(new Problem('provider_error', 'no'), CODE) as Problem;
    expect([bare.retryAfter, bare.provider, bare.errors]).toEqual([null, null, []]);
    expect(withoutCode(problem, undefined)).toBe(problem);
    const ours = new TypeError('ours');
    expect(withoutCode(ours, CODE)).toBe(ours);
  });
});

describe('a payment by a code', () => {
  const created = (view: object = {}, isOver = false) =>
    ({
      kind: 'created',
      shop: 'shop',
      view: { id: ID, status: 'created', ...view },
      redirect: null,
      isOver,
    }) as never;
  const shopper = { ...SHOPPER, blikCode: CODE };
  const NOW_READ = { view: { id: ID, status: 'pending' }, redirect: REDIRECT, isOver: false, shop: 'shop' };

  beforeEach(() => void logLines());

  it('is begun at once, and goes on where nobody waits for it', async () => {
    const { service, later, ledger } = place({ provider: 'payu', ledger: { read: NOW_READ } });
    expect(await payByCode(service, created(), shopper)).toEqual({ ...NOW_READ, kind: 'created' });
    expect(ledger.map(([name]) => name)).toEqual(['hop', 'reserve', 'start', 'read']);
    expect(later).toHaveLength(1);
    const failing = place({
      provider: 'payu',
      start: () => Promise.reject(new Problem('provider_error', 'no')),
    });
    await expect(payByCode(failing.service, created(), shopper)).rejects.toMatchObject({
      code: 'provider_error',
    });
    // What is done beside the answer does not fail a second time.
    expect(await Promise.all(failing.later)).toEqual([undefined]);
  });

  it('is kept going until it is over', async () => {
    let isOver = false;
    let end: () => void = () => {};
    const { service, later } = place({
      provider: 'payu',
      ledger: { read: null },
      start: () =>
        new Promise((resolve) => {
          end = () => resolve(REDIRECT);
        }),
    });
    const paying = payByCode(service, created(), shopper);
    void later[0]?.then(() => {
      isOver = true;
    });
    await vi.waitFor(() => expect(registered('payu').start).toHaveBeenCalled());
    expect(isOver).toBe(false);
    end();
    expect(await paying).toEqual(created());
    await later[0];
    expect(isOver).toBe(true);
  });

  it('is not begun again where something was begun, or nothing can be paid', async () => {
    for (const known of [
      created({ status: 'pending' }),
      created({}, true),
      created({ status: 'paid' }, true),
    ]) {
      const { service, ledger, later } = place({ provider: 'payu' });
      expect(await payByCode(service, known, shopper)).toBe(known);
      expect([ledger, later]).toEqual([[], []]);
    }
  });
});

describe('what is left to pay', () => {
  it('is what the attempt is for', async () => {
    const { told } = await went({ hop: { ...START, amount: 700 as Minor } });
    expect(told[1]?.[3]).toMatchObject({ amount: 700 });
  });
});
