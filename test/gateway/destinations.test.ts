/**
 * Where payments go that name an account. Ruled out: an account that a shop does not get, or gets twice; one that is out of use or moves
 * other money and is offered; a chain of successors that is followed for ever; a shop's field that gets lost, or goes to a bank which it was
 * not written for.
 */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { destinationOf, destinationsOf, fitted, isInUse, isOffered } from '../../src/gateway/destinations.ts';
import type { Service } from '../../src/gateway/service.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import { storedAccount, storedShop, succeededBy } from './stored.ts';

/** How often a chain may be asked for its next account before a test says that it has no end. */
const MOST_READS = 500;

/** A service that has these accounts. */
function having(...accounts: readonly Account[]): Service {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  let reads = 0;
  const account = async (id: string) => {
    if (++reads > MOST_READS) throw new Error('the chain is followed for ever');
    return byId.get(id) ?? null;
  };
  return { directory: { account } } as unknown as Service;
}

const plain = (id: string, changes: Partial<Account> = {}) => storedAccount(id, 'ogone', changes);

describe('the destination of an account', () => {
  const ends = async (id: string, service: Service) => {
    const found = await destinationOf(service, id);
    return found && [found.named.id, found.account.id];
  };

  it('is itself, the end of its chain, or none where there is no such account', async () => {
    const service = having(plain('a', succeededBy('b')), plain('b', succeededBy('c')), plain('c'));
    expect(await ends('c', service)).toEqual(['c', 'c']);
    expect(await ends('b', service)).toEqual(['b', 'c']);
    expect(await ends('a', service)).toEqual(['a', 'c']);
    expect(await ends('d', service)).toBeNull();
  });

  it('is the last account that is there, where the next one cannot be read', async () => {
    expect(await ends('a', having(plain('a', succeededBy('gone'))))).toEqual(['a', 'a']);
  });

  it('is looked for fifty accounts on and no further, also round in a circle', async () => {
    const chain = Array.from({ length: 60 }, (_, at) => plain(`n${at}`, succeededBy(`n${at + 1}`)));
    expect(await ends('n0', having(...chain))).toEqual(['n0', 'n50']);
    const circle = having(plain('a', succeededBy('b')), plain('b', succeededBy('a')));
    expect(await ends('a', circle)).toEqual(['a', 'a']);
  });
});

describe('the destinations of a shop', () => {
  const old = plain('old', succeededBy('new'));
  const older = plain('older', succeededBy('new'));
  const service = having(old, older, plain('new'), plain('other'));
  const of = async (...accounts: readonly string[]) =>
    (await destinationsOf(service, storedShop(accounts))).map(({ named, account }) => [named.id, account.id]);

  it.each([
    [['old'], [['old', 'new']]],
    [['old', 'older'], [['old', 'new']]],
    [['older', 'old'], [['older', 'new']]],
    [['new', 'old'], [['new', 'new']]],
    [
      ['old', 'other', 'new'],
      [
        ['new', 'new'],
        ['other', 'other'],
      ],
    ],
    [['gone', 'other'], [['other', 'other']]],
    [[], []],
  ])('%j are each there once, by their own name if the shop has it: %j', async (accounts, expected) => {
    expect(await of(...accounts)).toEqual(expected);
  });
});

describe('an account', () => {
  const retiredAt = '2026-11-22T09:00:00Z';

  it.each([
    ['in use', {}, true],
    ['retired', { retiredAt }, false],
    ['succeeded, although it is not retired', succeededBy('new'), false],
    ['both', { retiredAt, ...succeededBy('new') }, false],
  ])('that is %s', (_name, changes, expected) => {
    expect(isInUse(plain('a', changes))).toBe(expected);
    expect(isOffered(storedShop([]), plain('a', changes))).toBe(expected);
  });

  it.each([
    ['sandbox', true, true],
    ['test', true, true],
    ['production', true, false],
    ['sandbox', false, false],
    ['production', false, true],
  ] as const)('of %s is offered by a shop (in test mode: %s): %s', (environment, testMode, expected) => {
    expect(isOffered(storedShop([], { testMode }), plain('a', { environment }))).toBe(expected);
  });
});

describe('a payment as an account takes it', () => {
  const [ogone, ecommpay, paybox] = ['ogone', 'ecommpay', 'paybox'].map((id) => storedAccount(id, id)) as [
    Account,
    Account,
    Account,
  ];
  const payment = (providerFields: Record<string, string>): PaymentRequest => ({
    reference: 'order-1',
    amount: 1999 as PaymentRequest['amount'],
    currency: 'EUR',
    description: null,
    capture: null,
    customer: {},
    returnUrl: {},
    extraData: null,
    providerFields,
  });
  const fields = { TITLE: 'Tickets', NO_SUCH_FIELD: 'x' };

  it('keeps every field at the account that they were written for', () => {
    expect(fitted(payment(fields), ogone, ogone)).toEqual({ payment: payment(fields), leftOut: [] });
  });

  it('loses those of the other account alone, by name, and keeps what neither takes, to be rejected', () => {
    expect(fitted(payment(fields), ecommpay, ogone)).toEqual({
      payment: payment({ NO_SUCH_FIELD: 'x' }),
      leftOut: ['TITLE'],
    });
    expect(fitted(payment({ TITLE: 'Tickets' }), paybox, ogone)).toEqual({
      payment: payment({}),
      leftOut: ['TITLE'],
    });
  });

  it('keeps what both take', () => {
    const again = storedAccount('again', 'ogone');
    expect(fitted(payment({ TITLE: 'Tickets' }), again, ogone)).toEqual({
      payment: payment({ TITLE: 'Tickets' }),
      leftOut: [],
    });
  });

  it('loses all that the account does not take once they were checked', () => {
    expect(fitted(payment(fields), ogone, null)).toEqual({
      payment: payment({ TITLE: 'Tickets' }),
      leftOut: ['NO_SUCH_FIELD'],
    });
  });

  it('is as it was without fields, also at an account that cannot be used', () => {
    const broken = storedAccount('broken', 'ogone', { settings: {} });
    expect(fitted(payment({}), broken, ogone)).toEqual({ payment: payment({}), leftOut: [] });
    // What is wrong with it is said where the payment begins.
    expect(fitted(payment(fields), broken, broken)).toEqual({ payment: payment(fields), leftOut: [] });
  });
});
