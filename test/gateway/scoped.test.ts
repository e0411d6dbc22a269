/**
 * What an operator of some shops sees and changes (scoped.ts). The failures ruled out: an answer that tells what is outside from what is not
 * there; a change that moves the money of a shop outside, or takes a shop where its maker does not see it any more.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AccountLink } from '../../src/directory/successions.ts';
import type { Account, Scope, Shop } from '../../src/directory/types.ts';
import {
  ownAccount,
  requireChangeInScope,
  requireShopInScope,
  scopedAccount,
  scopedAccountIds,
  scopedPayment,
  scopedShop,
  scopedShops,
} from '../../src/gateway/scoped.ts';
import type { LedgerClient } from '../../src/gateway/service.ts';
import type { ShopChange } from '../../src/gateway/shop-change.ts';
import type { PaymentRead } from '../../src/ledger/commands.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { payboxAccount } from '../support/account.ts';
import { liveShop } from '../support/shop.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const service = serviceOf(env as unknown as Env);

/** Shops of two groups and of none. `shared` is the account of shops of both. */
const SHOPS: readonly Shop[] = [
  liveShop({ id: 'paris', group: 'france', accounts: ['paris-bank', 'shared'] }),
  liveShop({ id: 'lyon', group: 'france', accounts: ['moved'] }),
  liveShop({ id: 'bern', group: 'schweiz', accounts: ['shared', 'bern-bank'] }),
  liveShop({ id: 'alone', group: null, accounts: ['alone-bank'] }),
];
const LINKS: readonly AccountLink[] = [
  { id: 'moved', successor: 'moved-on', fallback: 'spare' },
  { id: 'bern-bank', successor: null, fallback: 'spare-of-bern' },
];
const ACCOUNTS = [
  'paris-bank',
  'shared',
  'moved',
  'moved-on',
  'spare',
  'bern-bank',
  'spare-of-bern',
  'alone-bank',
  'unused',
];

const ALL: Scope = { all: true };
const FRANCE: Scope = { all: false, shops: [], groups: ['france'] };
const PARIS: Scope = { all: false, shops: ['paris'], groups: [] };

const account = (id: string): Account | null => (ACCOUNTS.includes(id) ? payboxAccount({ id }) : null);
const shop = (id: string): Shop | null => SHOPS.find((one) => one.id === id) ?? null;

beforeEach(() => {
  const { directory } = service;
  vi.spyOn(directory.shops, 'list').mockResolvedValue([...SHOPS]);
  vi.spyOn(directory.shops, 'get').mockImplementation(async (id) => shop(id));
  vi.spyOn(directory, 'shop').mockImplementation(async (id) => shop(id));
  vi.spyOn(directory.accounts, 'get').mockImplementation(async (id) => account(id));
  vi.spyOn(directory.accounts, 'links').mockResolvedValue(LINKS);
});
afterEach(() => vi.restoreAllMocks());

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

describe('an operator of some shops', () => {
  it('sees those of its groups and those that are named, and nobody else’s', async () => {
    expect(ids(await scopedShops(service, FRANCE))).toEqual(['paris', 'lyon']);
    expect(ids(await scopedShops(service, PARIS))).toEqual(['paris']);
    expect(ids(await scopedShops(service, ALL))).toEqual(['paris', 'lyon', 'bern', 'alone']);
  });

  it('is told the same of a shop outside as of one that is not there', async () => {
    expect((await scopedShop(service, FRANCE, 'lyon')).id).toBe('lyon');
    expect(await problemOf(() => scopedShop(service, FRANCE, 'bern'))).toEqual(
      told('not_found', 'there is no shop bern'),
    );
    expect(await problemOf(() => scopedShop(service, ALL, 'gone'))).toEqual(
      told('not_found', 'there is no shop gone'),
    );
  });

  it('sees what belongs to a shop where it sees that; who sees all shops sees what belongs to none', async () => {
    const seen = (scope: Scope, id: string) =>
      problemOf(() => requireShopInScope(service, scope, id, 'no such thing'));
    expect(await seen(FRANCE, 'paris')).toBeNull();
    expect(await seen(FRANCE, 'bern')).toEqual(told('not_found', 'no such thing'));
    expect(await seen(FRANCE, 'gone')).toEqual(told('not_found', 'no such thing'));
    expect(await seen(ALL, 'gone')).toBeNull();
  });

  it('sees a payment of its shops, and is told the same of one outside as of one that is not there', async () => {
    const id = '0123456789ABCDEF';
    const read = { shop: 'paris' } as PaymentRead;
    const asked: string[] = [];
    const ledger = (of: string) => {
      asked.push(of);
      return { read: async () => (of === id ? read : null) } as unknown as LedgerClient;
    };
    const seen = (scope: Scope, text: string | undefined, missing?: string) =>
      problemOf(() => scopedPayment({ ...service, ledger }, scope, text, missing));
    expect(await scopedPayment({ ...service, ledger }, FRANCE, id)).toEqual({ id, read });
    const missing = told('not_found', 'there is no such payment');
    expect(await seen({ all: false, shops: ['bern'], groups: [] }, id)).toEqual(missing);
    expect(await seen(FRANCE, 'FEDCBA9876543210')).toEqual(missing);
    expect(asked).toHaveLength(3);
    expect(await seen(FRANCE, 'no id')).toEqual(missing);
    expect(await seen(FRANCE, undefined)).toEqual(missing);
    expect(await seen(FRANCE, 'no id', 'there is no refund')).toEqual(
      told('not_found', 'there is no refund'),
    );
    expect(asked).toHaveLength(3);
  });

  it('sees the accounts that its shops may pay to, by succession and fallback too', async () => {
    expect(await scopedAccountIds(service, ALL)).toBeNull();
    expect([...((await scopedAccountIds(service, FRANCE)) ?? [])].sort()).toEqual([
      'moved',
      'moved-on',
      'paris-bank',
      'shared',
      'spare',
    ]);
    expect((await scopedAccount(service, FRANCE, 'spare')).id).toBe('spare');
    expect((await scopedAccount(service, ALL, 'unused')).id).toBe('unused');
    for (const [scope, id] of [
      [FRANCE, 'bern-bank'],
      [FRANCE, 'unused'],
      [ALL, 'gone'],
    ] as const)
      expect(await problemOf(() => scopedAccount(service, scope, id))).toEqual(
        told('not_found', `there is no account ${id}`),
      );
  });

  it('changes an account that its shops alone use, and none that shops outside use too', async () => {
    for (const [scope, id] of [
      [FRANCE, 'paris-bank'],
      [FRANCE, 'moved-on'],
      [ALL, 'shared'],
      [ALL, 'unused'],
    ] as const)
      expect((await ownAccount(service, scope, id)).id).toBe(id);
    expect(await problemOf(() => ownAccount(service, FRANCE, 'shared'))).toEqual(
      told(
        'forbidden',
        'shops that this operator may not see use the account shared too: ask an operator of all shops',
      ),
    );
    expect(await problemOf(() => ownAccount(service, FRANCE, 'bern-bank'))).toEqual(
      told('not_found', 'there is no account bern-bank'),
    );
  });
});

describe('a change of a shop by an operator of some', () => {
  const changed = (scope: Scope, id: string, body: ShopChange) =>
    problemOf(() => requireChangeInScope(service, scope, { id, body, before: shop(id) }));
  const NOT_MINE = wrongField('group', 'is not one of the groups that this operator may see');

  it.each<[string, Scope, string, ShopChange]>([
    ['any, by an operator of all shops', ALL, 'bern', { group: 'mars', accounts: ['gone'] }],
    [
      'one of its shops, with accounts of its shops',
      FRANCE,
      'paris',
      { accounts: ['paris-bank', 'moved-on'] },
    ],
    ['one of its shops, and its group as it is', FRANCE, 'lyon', { group: 'france' }],
    ['a new shop of its group', FRANCE, 'nice', { group: 'france' }],
    [
      'a shop that it sees by its name, whose group it does not see',
      PARIS,
      'paris',
      { group: 'france', name: 'Paris' },
    ],
    ['a new shop that it sees by its name', { all: false, shops: ['nice'], groups: ['france'] }, 'nice', {}],
    [
      'a shop that it sees by its name, into its group',
      { all: false, shops: ['bern'], groups: ['france'] },
      'bern',
      { group: 'france' },
    ],
  ])('is taken: %s', async (_, scope, id, body) => {
    expect(await changed(scope, id, body)).toBeNull();
  });

  it.each<[string, Scope, string, ShopChange, ReturnType<typeof told>]>([
    ['a shop outside', FRANCE, 'bern', {}, told('not_found', 'there is no shop bern')],
    [
      'a shop outside, taken into its group',
      FRANCE,
      'bern',
      { group: 'france' },
      told('not_found', 'there is no shop bern'),
    ],
    [
      'a new shop outside',
      FRANCE,
      'basel',
      { group: 'schweiz' },
      told('not_found', 'there is no shop basel'),
    ],
    ['a new shop of no group', FRANCE, 'nice', {}, told('not_found', 'there is no shop nice')],
    ['one of its shops moved outside', FRANCE, 'paris', { group: 'schweiz' }, NOT_MINE],
    ['one of its shops taken out of its group', FRANCE, 'paris', { group: null }, NOT_MINE],
    [
      'a new shop that it sees by its name, in a group outside',
      { all: false, shops: ['nice'], groups: ['france'] },
      'nice',
      { group: 'schweiz' },
      NOT_MINE,
    ],
    [
      'an account outside',
      FRANCE,
      'paris',
      { accounts: ['paris-bank', 'bern-bank'] },
      wrongField('accounts.1', 'there is no account bern-bank'),
    ],
  ])('is refused: %s', async (_, scope, id, body, problem) => {
    expect(await changed(scope, id, body)).toEqual(problem);
  });
});
