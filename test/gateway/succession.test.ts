/**
 * Which account may take the place of another. Ruled out: a move to an account that cannot be used or takes less, or one of which the
 * operator is not told why it cannot be; a check that goes round for ever; a change that breaks what others stand on, and one that is refused
 * although it breaks nothing.
 */
import { describe, expect, it } from 'vitest';
import type { Account, Scope, Shop } from '../../src/directory/types.ts';
import type { Service } from '../../src/gateway/service.ts';
import {
  requireLinksFit,
  requireNeverMoved,
  requireNobodyStandsOn,
  requireNoPayments,
  shownSuccessions,
  succeedAccount,
} from '../../src/gateway/succession.ts';
import { Problem } from '../../src/payments/errors.ts';
import { demoSettings } from '../support/banks.ts';
import { storedAccount, storedShop, succeededBy } from './stored.ts';

interface Stored {
  readonly accounts: readonly Account[];
  readonly shops?: readonly Shop[];
  readonly open?: readonly { readonly account: string; readonly currency: string }[];
  /** What the database says to a move that was allowed. */
  readonly isDone?: boolean;
}

/** A service with what is stored, and the moves that it was asked for. */
function having({ accounts, shops = [], open = [], isDone = true }: Stored) {
  const moves: [from: string, to: string][] = [];
  let changes = 0;
  const account = async (id: string) => accounts.find((one) => one.id === id) ?? null;
  const directory = {
    account,
    changed: () => {
      changes += 1;
    },
    shops: { list: async () => shops },
    openPayments: async (ids: readonly string[]) =>
      open.filter((one) => ids.includes(one.account)).map((one) => ({ ...one, status: 'created', count: 1 })),
    accounts: {
      get: account,
      links: async () =>
        accounts
          .filter(({ succession, fallback }) => succession !== null || fallback !== null)
          .map(({ id, succession, fallback }) => ({ id, successor: succession?.by ?? null, fallback })),
      succeed: async (from: string, to: string) => {
        moves.push([from, to]);
        return isDone;
      },
      wasSucceeded: async (id: string) => id === 'moved',
    },
    everWentTo: async (id: string) => (id === 'used' ? 'yes' : id === 'unknown' ? 'unknown' : 'no'),
  };
  return { service: { directory } as unknown as Service, moves, changes: () => changes };
}

const ALL: Scope = { all: true };
const by = { actor: 'operator', actorName: null, address: null, request: null, scope: ALL };

const takes = (id: string, currencies: readonly string[], changes: Partial<Account> = {}) =>
  storedAccount(id, 'ogone', { currencies, ...changes });

/** Why something is refused; null: it is not. */
async function refusal(work: Promise<void>) {
  try {
    await work;
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [error.code, error.message];
  }
}

const invalidState = (detail: string) => ['invalid_state', detail];
const invalidRequest = (path: string, message: string) => ['invalid_request', `${path}: ${message}`];

/** Moves the account `from` to another. @returns why not, and the moves that were made. */
async function moved(stored: Stored, to = 'to') {
  const { service, moves, changes } = having(stored);
  const from = stored.accounts.find(({ id }) => id === 'from');
  if (!from) throw new Error('there is no account to move');
  const problem = await refusal(succeedAccount(service, from, to, by));
  expect(changes()).toBe(moves.length);
  return { problem, moves };
}

const done = { problem: null, moves: [['from', 'to']] };
const refused = (detail: string) => ({ problem: invalidState(detail), moves: [] });

describe('a move', () => {
  const from = takes('from', ['EUR']);

  it('is made to an account that takes the same, and once', async () => {
    expect(await moved({ accounts: [from, takes('to', ['CHF', 'EUR'])] })).toEqual(done);
    const accounts = [{ ...from, ...succeededBy('to') }, takes('to', ['EUR'])];
    expect(await moved({ accounts })).toEqual({ problem: null, moves: [] });
  });

  it('is refused to an account that is not there, or is the same', async () => {
    expect(await moved({ accounts: [from] })).toEqual({
      problem: invalidRequest('account', 'there is no account to'),
      moves: [],
    });
    expect(await moved({ accounts: [from] }, 'from')).toEqual(refused('an account cannot succeed itself'));
  });

  it('is refused to one that cannot be used, with the reason, whose own cause stays in the log', async () => {
    const to = takes('to', ['EUR'], { settings: {} });
    expect(await moved({ accounts: [from, to] })).toEqual(
      refused('the settings of the account to are not complete'),
    );
    const error = await succeedAccount(having({ accounts: [from, to] }).service, from, 'to', by).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as Problem).cause).toMatchObject({ code: 'misconfigured' });
  });

  it('is refused to one that is retired or has moved on', async () => {
    const retired = takes('to', ['EUR'], { retiredAt: '2026-11-22T09:00:00Z' });
    expect(await moved({ accounts: [from, retired] })).toEqual(refused('the account to is retired'));
    const on = [takes('to', ['EUR'], succeededBy('next')), takes('next', ['EUR'])];
    expect(await moved({ accounts: [from, ...on] })).toEqual(
      refused('the account to was succeeded by next itself: name that one'),
    );
  });

  it('is refused where it would lead back, however long the way', async () => {
    const circle = refused('payments of to go to from already: they would go in a circle');
    const on = takes('on', ['EUR'], succeededBy('from'));
    expect(await moved({ accounts: [from, takes('to', ['EUR'], succeededBy('on')), on] })).toEqual(circle);
  });

  it('is checked to the end where others go round in a circle, which can be read while it changes', async () => {
    const others = [takes('to', ['EUR'], succeededBy('other')), takes('other', ['EUR'], succeededBy('to'))];
    expect(await moved({ accounts: [from, ...others] })).toEqual(
      refused('the account to was succeeded by other itself: name that one'),
    );
  });

  it('is refused to another environment', async () => {
    const to = takes('to', ['EUR'], { environment: 'test' });
    expect(await moved({ accounts: [from, to] })).toEqual(
      refused('the account from is for sandbox, to for test'),
    );
  });

  it('is refused to an account that takes fewer currencies, which are named', async () => {
    const accounts = [takes('from', ['EUR', 'CHF', 'USD']), takes('to', ['EUR'])];
    expect(await moved({ accounts })).toEqual(
      refused('the account to does not take CHF, USD, which from takes'),
    );
    // What the provider does not take was never taken.
    expect(await moved({ accounts: [takes('from', ['EUR', 'XXX']), takes('to', ['EUR'])] })).toEqual(done);
  });

  it('is refused where money would be taken at another time, and made where nobody knows when it was', async () => {
    const monetico = (id: string, capture: string, changes: Partial<Account> = {}) =>
      storedAccount(id, 'monetico', { settings: { ...demoSettings('monetico'), capture }, ...changes });
    const to = monetico('to', 'automatic');
    expect(await moved({ accounts: [monetico('from', 'manual'), to] })).toEqual(
      refused('by default capture is manual at from and automatic at to: set both alike'),
    );
    expect(await moved({ accounts: [monetico('from', 'automatic'), to] })).toEqual(done);
    expect(await moved({ accounts: [monetico('from', 'manual', { settings: {} }), to] })).toEqual(done);
  });

  it('that the database does not make is told', async () => {
    expect(await moved({ accounts: [from, takes('to', ['EUR'])], isDone: false })).toEqual({
      problem: invalidState('the account to was changed just now: look at it again'),
      moves: [['from', 'to']],
    });
  });
});

describe('the way back', () => {
  const from = takes('from', ['EUR', 'CHF', 'USD']);
  const to = takes('to', ['EUR'], succeededBy('from'));
  const lost = (why: string) => refused(`the account to does not take ${why}`);

  it('is open where nothing needs what the old account does not take', async () => {
    const shops = [storedShop(['to'])];
    const open = [{ account: 'from', currency: 'EUR' }];
    expect(await moved({ accounts: [from, to], shops, open })).toEqual(done);
    // A shop has the account by its own name, and nothing is lost.
    expect(await moved({ accounts: [takes('from', ['EUR']), to], shops: [storedShop(['from'])] })).toEqual(
      done,
    );
  });

  it('is closed while a shop has the newer account by its own name', async () => {
    expect(
      await moved({ accounts: [from, to], shops: [storedShop(['to']), storedShop(['to', 'from'])] }),
    ).toEqual(lost('CHF, USD, which shops have that name from'));
  });

  it('is closed while payments are open in what is lost', async () => {
    const open = ['USD', 'EUR', 'CHF'].map((currency) => ({ account: 'from', currency }));
    expect(await moved({ accounts: [from, to], open })).toEqual(
      lost('CHF, USD, in which payments are open at from'),
    );
    expect(await moved({ accounts: [from, to], open: open.slice(0, 1) })).toEqual(
      lost('USD, in which payments are open at from'),
    );
  });

  it('is closed while the newer account stands in for others that take it, also those behind them', async () => {
    const next = takes('next', ['USD', 'CHF'], succeededBy('from'));
    const behind = takes('behind', ['CHF'], succeededBy('further'));
    const further = takes('further', ['EUR'], succeededBy('from'));
    expect(await moved({ accounts: [from, to, next] })).toEqual(lost('CHF, USD, which from takes for next'));
    expect(await moved({ accounts: [from, to, further, behind] })).toEqual(
      lost('CHF, which from takes for further, behind'),
    );
    // Those behind the old account go back with it.
    const own = takes('own', ['CHF'], succeededBy('to'));
    expect(await moved({ accounts: [from, to, own] })).toEqual(done);
    // Others that go round in a circle are looked at once.
    const round = [takes('a', ['USD'], succeededBy('from')), takes('from', ['EUR', 'USD'], succeededBy('a'))];
    expect(await moved({ accounts: [...round, to] })).toEqual(lost('USD, which from takes for a, from'));
  });
});

describe('a change of an account', () => {
  const production = { environment: 'production' } as const;
  const plain = takes('a', ['EUR', 'CHF']);
  const changed = (before: Account | null, input: Account, ...others: readonly Account[]) =>
    refusal(
      requireLinksFit(
        having({ accounts: [input, ...others] }).service,
        ALL,
        { ...input, secrets: {} },
        before,
      ),
    );

  it('is free where nobody stands on it', async () => {
    expect(await changed(null, plain)).toBeNull();
    expect(await changed(plain, takes('a', ['USD'], production))).toBeNull();
  });

  it('gives it no fallback that cannot stand in for it, and any that can', async () => {
    const input = takes('a', ['EUR', 'CHF'], { fallback: 'b' });
    const retiredAt = '2026-11-22T09:00:00Z';
    for (const before of [null, plain, takes('a', ['EUR'], { fallback: 'c' })]) {
      const given = (...others: readonly Account[]) => changed(before, input, ...others);
      expect(await given(takes('b', ['USD', 'CHF']))).toBeNull();
      expect(await given()).toEqual(invalidRequest('fallback', 'there is no account b'));
      expect(await given(takes('b', ['EUR'], production))).toEqual(
        invalidRequest('fallback', 'the account a is for sandbox, b for production'),
      );
      expect(await given(takes('b', ['EUR'], { retiredAt }))).toEqual(
        invalidRequest('fallback', 'the account b is retired'),
      );
      expect(await given(takes('b', ['USD']))).toEqual(
        invalidRequest('fallback', 'the account b takes none of the currencies'),
      );
      expect(await changed(before, { ...input, fallback: 'a' })).toEqual(
        invalidRequest('fallback', 'is the account itself'),
      );
    }
  });

  it('is not held up by the fallback that it had, unless its environment changes', async () => {
    const before = takes('a', ['EUR'], { fallback: 'b' });
    const retired = takes('b', ['EUR'], { retiredAt: '2026-11-22T09:00:00Z' });
    expect(await changed(before, { ...before, currencies: ['CHF'] }, retired)).toBeNull();
    expect(await changed(before, { ...before, ...production }, takes('b', ['EUR']))).toEqual(
      invalidRequest('fallback', 'the account a is for production, b for sandbox'),
    );
  });

  it('keeps the environment of its successor, and of those that it stands in for', async () => {
    const before = takes('a', ['EUR'], succeededBy('b'));
    expect(await changed(before, { ...before, ...production }, takes('b', ['EUR']))).toEqual(
      invalidState('the account a is for production, b for sandbox'),
    );
    expect(await changed(before, { ...before, ...production }, takes('b', ['EUR'], production))).toBeNull();
    for (const link of [succeededBy('a'), { fallback: 'a' }])
      expect(await changed(plain, { ...plain, ...production }, takes('c', ['EUR'], link))).toEqual(
        invalidState('the account c is for sandbox, a for production'),
      );
    expect(
      await changed(plain, { ...plain, ...production }, takes('c', ['EUR'], succeededBy('d'))),
    ).toBeNull();
  });

  it('goes on taking what it takes for those whose successor it is', async () => {
    const fewer = takes('a', ['EUR']);
    const old = takes('c', ['CHF', 'EUR', 'USD'], succeededBy('a'));
    expect(await changed(plain, fewer, old)).toEqual(
      invalidState('payments of the account c go to a: it has to go on taking CHF, USD'),
    );
    expect(await changed(plain, fewer, takes('c', ['EUR'], succeededBy('a')))).toBeNull();
    // A fallback takes what it can.
    expect(await changed(plain, fewer, takes('c', ['CHF'], { fallback: 'a' }))).toBeNull();
    const both = takes('c', ['CHF'], { fallback: 'a', ...succeededBy('d') });
    expect(await changed(plain, fewer, both)).toBeNull();
  });
});

describe('an account is deleted', () => {
  it('only where nobody stands on it', async () => {
    const accounts = [
      takes('a', ['EUR']),
      takes('b', ['EUR'], succeededBy('a')),
      takes('c', ['EUR'], { fallback: 'a' }),
      takes('d', ['EUR'], succeededBy('b')),
    ];
    const { service } = having({ accounts });
    expect(await refusal(requireNobodyStandsOn(service, 'a'))).toEqual(
      invalidState('the account a is the successor or fallback of b, c'),
    );
    expect(await refusal(requireNobodyStandsOn(service, 'd'))).toBeNull();
  });

  it('only where it has never moved, and no payment has gone there', async () => {
    const { service } = having({ accounts: [] });
    expect(await refusal(requireNeverMoved(service, 'moved'))).toEqual(
      invalidState(
        'payments of the account moved have moved to another one and may still be paid here: leave it retired',
      ),
    );
    expect(await refusal(requireNeverMoved(service, 'a'))).toBeNull();
    expect(await refusal(requireNoPayments(service, 'used'))).toEqual(
      invalidState('payments have gone to the account used: retire it instead'),
    );
    expect(await refusal(requireNoPayments(service, 'unknown'))).toEqual(
      invalidState(
        'whether payments have gone to the account unknown is not known before npm run rebuild -- URL --older has run: retire it instead',
      ),
    );
    expect(await refusal(requireNoPayments(service, 'a'))).toBeNull();
  });
});

it('what a succession requires is what its last account needs and the old one did not, each field once', async () => {
  const account = (id: string, provider: string, changes: Partial<Account> = {}) =>
    storedAccount(id, provider, changes);
  const accounts = [
    account('a', 'worldline', succeededBy('b')),
    account('b', 'ogone', succeededBy('c')),
    account('c', 'monetico'),
    account('d', 'monetico', succeededBy('c')),
    account('e', 'worldline', succeededBy('gone')),
  ];
  const open = [
    { account: 'a', currency: 'EUR' },
    { account: 'a', currency: 'CHF' },
    { account: 'b', currency: 'EUR' },
  ];
  const shown = await shownSuccessions(having({ accounts, open }).service, ALL, accounts);
  const requires = shown.get('a')?.requires ?? [];
  expect(requires).toContain('customer.email');
  expect(new Set(requires).size).toBe(requires.length);
  const since = '2026-11-22T09:00:00Z';
  expect(Object.fromEntries(shown)).toEqual({
    a: { by: 'b', since, open: { created: 2 }, requires },
    b: { by: 'c', since, open: { created: 1 }, requires },
    d: { by: 'c', since, open: {}, requires: [] },
    e: { by: 'gone', since, open: {}, requires: [] },
  });
});
