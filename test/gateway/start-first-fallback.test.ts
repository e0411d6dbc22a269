/**
 * Where an attempt goes while an account cannot be reached. Ruled out: a shopper at a fallback where nothing counts, in another currency, with
 * money that is taken at another time; two banks paid at once; an account that is tried too often, or never again.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account, Shop } from '../../src/directory/types.ts';
import { usualCapture } from '../../src/gateway/captures.ts';
import { endTrial, placeOf } from '../../src/gateway/fallback.ts';
import { startFirst } from '../../src/gateway/start-first.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import type { Provider } from '../../src/providers/contract.ts';
import { accountOf, handMade, ID, logLines, NOW, registered, requestOf, shopOf } from './hand-made.ts';

afterEach(() => vi.restoreAllMocks());

const outage = (triedMsAgo: number) => ({
  outage: { since: '2026-11-27T09:00:00.000Z', triedAt: new Date(NOW - triedMsAgo).toISOString() },
});
const MOVED = (by: string) => ({ succession: { by, since: '2026-11-20T09:00:00.000Z' } });
const OWN = { account: 'main', isTrial: false };
const FALLBACK = { account: 'other', insteadOf: 'main', isTrial: false };

interface Case {
  /** Of the account that cannot be reached; it was tried a moment ago. */
  readonly account?: Partial<Account>;
  /** Of its fallback, which is PayZen. */
  readonly other?: Partial<Account>;
  readonly others?: readonly Account[];
  readonly shop?: Partial<Shop>;
  readonly payment?: Partial<PaymentRequest>;
  readonly isInFlight?: boolean;
  readonly isOurs?: boolean;
}

/** Where an attempt goes. */
async function went({
  account,
  other,
  others = [],
  shop,
  payment,
  isInFlight = false,
  isOurs = false,
}: Case) {
  const lines = logLines();
  const own = accountOf('ogone', { fallback: 'other', ...outage(0), ...account });
  const { service, directory } = handMade({
    accounts: [own, accountOf('payzen', { id: 'other', ...other }), ...others],
    directory: { claimTrial: isOurs },
  });
  const options = { shop: shopOf(shop), payment: requestOf(payment), isInFlight };
  const { account: found, ...place } = await placeOf(service, own, options);
  return { place: { account: found.id, ...place }, lines, claims: directory.map(([name, id]) => [name, id]) };
}

const held = (provider: string, setting: string, value: string): Partial<Account> => ({
  settings: { ...accountOf(provider).settings, [setting]: value },
});

describe('an attempt', () => {
  it('goes to the fallback, and the log says so', async () => {
    const { place, lines, claims } = await went({});
    expect(place).toEqual(FALLBACK);
    expect(lines).toEqual([{ event: 'account.fallback', account: 'main', fallback: 'other' }]);
    expect(claims).toEqual([]);
  });

  it.each<[string, Case]>([
    ['there is no outage', { account: { outage: null } }],
    ['its shopper may be paying by another', { isInFlight: true }],
    ['there is no fallback', { account: { fallback: null } }],
    ['the fallback is gone', { account: { fallback: 'nobody' } }],
    [
      'the fallback has come to be the account itself',
      { account: { fallback: 'old' }, others: [accountOf('payzen', { id: 'old', ...MOVED('main') })] },
    ],
    [
      'the fallback is of another environment',
      { other: { environment: 'sandbox' }, account: { environment: 'test' }, shop: { testMode: true } },
    ],
    ['the fallback is retired', { other: { retiredAt: '2026-11-20T09:00:00.000Z' } }],
    ['the shop is of the other mode', { shop: { testMode: true } }],
    ['the fallback does not take the currency', { other: { currencies: ['JPY'] } }],
    ['the fallback takes the money at another time', { account: held('ogone', 'operation', 'RES') }],
    ['the fallback cannot take the payment', { payment: { amount: 1_000_000_000_000 as never } }],
    ['the fallback cannot be used', { other: { settings: {} }, payment: { capture: 'automatic' } }],
  ])('stays where %s', async (_name, some) => {
    const { place, lines } = await went(some);
    expect([place, lines]).toEqual([OWN, []]);
  });

  it('goes to the fallback whose time of taking money is another, where the payment says when', async () => {
    const account = held('ogone', 'operation', 'RES');
    expect((await went({ account, payment: { capture: 'automatic' } })).place).toEqual(FALLBACK);
  });

  it('goes to what has taken the place of the fallback', async () => {
    const some = {
      account: { fallback: 'old' },
      others: [accountOf('payzen', { id: 'old', ...MOVED('other') })],
    };
    expect((await went(some)).place).toEqual(FALLBACK);
  });

  it('tries the account again after a minute, where no other does', async () => {
    for (const [ago, isOurs, place, claims] of [
      [59_999, true, FALLBACK, []],
      [60_000, true, { account: 'main', isTrial: true }, [['claimTrial', 'main']]],
      [60_000, false, FALLBACK, [['claimTrial', 'main']]],
    ] as const)
      expect(await went({ account: outage(ago), isOurs })).toMatchObject({ place, claims });
  });

  it('hides no fault of ours', async () => {
    const fallback = accountOf('payzen', { id: 'other' });
    const payzen = registered('payzen') as Required<Pick<Provider, 'shopFields'>>;
    vi.spyOn(payzen, 'shopFields').mockImplementation(() => {
      throw new TypeError('ours');
    });
    const some = {
      others: [fallback],
      payment: { capture: 'automatic', providerFields: { a: 'b' } } as const,
    };
    await expect(went(some)).rejects.toThrow(TypeError);
  });
});

describe('when an account takes money', () => {
  it('is by its settings; of one that cannot be used nobody knows, and a fault of ours is none', () => {
    expect(usualCapture(accountOf('ogone'))).toBe('automatic');
    expect(usualCapture(accountOf('ogone', held('ogone', 'operation', 'RES')))).toBe('manual');
    expect(usualCapture(accountOf('ogone', { settings: {} }))).toBeNull();
    expect(() => usualCapture(accountOf('ogone', { secrets: null as never }))).toThrow(TypeError);
  });
});

describe('a trial', () => {
  it('that made no call is over: nothing says that the provider cannot be reached', async () => {
    const account = accountOf('ogone');
    const { service, directory } = handMade({ directory: { noteReached: undefined } });
    await endTrial(service, { account, isTrial: false });
    expect(directory).toEqual([]);
    await endTrial(service, { account, isTrial: true });
    expect(directory).toEqual([['noteReached', account, null]]);
  });
});

describe('the first attempt of a payment', () => {
  const REDIRECT = { kind: 'url', method: 'GET', url: 'https://bank.example/1' } as const;

  /** Begins a payment at an account whose provider cannot be reached. */
  async function begun(provider: string, account: Partial<Account>, isOurs = false) {
    logLines();
    for (const id of [provider, 'payzen']) vi.spyOn(registered(id), 'start').mockResolvedValue(REDIRECT);
    const own = accountOf(provider, { fallback: 'other', ...account });
    const { service, directory } = handMade({
      accounts: [own, accountOf('payzen', { id: 'other' })],
      directory: { claimTrial: isOurs, noteReached: undefined },
    });
    const attempt = await startFirst(service, {
      shop: shopOf(),
      destination: { named: own, account: own },
      id: ID,
      number: 1,
      request: requestOf({ providerFields: provider === 'ogone' ? { COM: 'x' } : {} }),
      origin: 'https://pay.example',
    });
    return { attempt, told: directory.map(([name]) => name) };
  }

  it('goes to the fallback, without the fields of the shop that only the account takes', async () => {
    const { attempt, told } = await begun('ogone', outage(0));
    expect(attempt).toMatchObject({ account: 'other', insteadOf: 'main', leftOut: ['COM'] });
    expect(told).toEqual([]);
  });

  it('goes to the account where it is reached, or is tried again, which then ends the outage', async () => {
    const reached = await begun('ogone', {});
    expect(reached.attempt).toMatchObject({ account: 'main', redirect: REDIRECT });
    expect(reached.attempt).not.toHaveProperty('insteadOf');
    expect(reached.told).toEqual([]);
    const { attempt, told } = await begun('ogone', outage(60_000), true);
    expect(attempt).not.toHaveProperty('insteadOf');
    expect(told).toEqual(['claimTrial', 'noteReached']);
  });

  it('that is registered when its shopper comes stays: where it goes is decided then', async () => {
    const { attempt, told } = await begun('payu', outage(60_000), true);
    expect(attempt).toMatchObject({ account: 'main', deferred: true });
    expect(told).toEqual([]);
  });
});
