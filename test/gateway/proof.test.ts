/**
 * Where a message counts, as a table: every combination of whose key signs, what is left open, whether the text can be read in
 * one way, whether the provider can be asked, which way it came, the environment, the operator's trust, and the address.
 */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { type OpenedAccount, open } from '../../src/gateway/accounts.ts';
import {
  allowedAddresses,
  type CountsAs,
  countsAs,
  describeProof,
  isNobodyAsked,
  isProof,
  mustAskForAmount,
  shownProof,
  standingOf,
  trustsUnproven,
} from '../../src/gateway/proof.ts';
import { MONEY_OUTCOMES, OUTCOMES } from '../../src/payments/statuses.ts';
import type { Environment } from '../../src/payments/types.ts';
import type { Channel, Proof, Provider } from '../../src/providers/contract.ts';
import { merchantProof, unsignedProof } from '../../src/providers/kit/proof.ts';
import { paybox } from '../../src/providers/paybox/index.ts';
import { demoSettings } from '../support/banks.ts';

const PLATFORM = '194.2.122.158';
const STRANGE = '198.51.100.66';
const LISTED = '203.0.113.5';

const whole = merchantProof(['order', 'amount'], { requestIsNoAnswer: 'another key' });

/** Every proof that a provider may declare, with whether it is one. */
const PROOFS: readonly (readonly [name: string, proof: Proof, isProof: boolean])[] = [
  ['all, with borders', whole, true],
  ['all, one reading', { ...whole, bordersCovered: false, uniqueReading: 'fixed lengths' }, true],
  ['all, several readings', { ...whole, bordersCovered: false }, false],
  ['not the outcome', { ...whole, undecided: ['outcome'] }, false],
  ['not the order', { ...whole, undecided: ['order'] }, false],
  ['not the amount', { ...whole, undecided: ['amount'] }, false],
  ['not the currency', { ...whole, undecided: ['currency'] }, false],
  ["all, the platform's key", { ...whole, keyOf: 'platform' }, false],
  ['all, one reading, the platform', { ...whole, keyOf: 'platform', uniqueReading: 'fixed' }, false],
  ['nobody', unsignedProof(['order']), false],
];

type Ask = 'always' | 'never' | 'only with a hint' | 'not with these settings';

/** What a provider can be asked, and whether that is enough to make money count. */
const ASKS: readonly (readonly [Ask, boolean, Partial<Provider>])[] = [
  ['always', true, { queryStatus: async () => null }],
  ['never', false, {}],
  ['only with a hint', false, { queryStatus: async () => null, queriesOnlyHints: () => true }],
  [
    'not with these settings',
    false,
    { queryStatus: async () => null, cannotQueryStatus: () => 'it needs a password' },
  ],
];

const ADDRESSES: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['no addresses', undefined],
  ['the platform has addresses', [PLATFORM]],
];
const CHANNELS: readonly Channel[] = ['notification', 'return'];
const ENVIRONMENTS: readonly Environment[] = ['production', 'test', 'sandbox'];
const SENDERS = [PLATFORM, LISTED, STRANGE, undefined] as const;

function providerWith(
  proof: Proof,
  asks: Partial<Provider>,
  addresses: readonly string[] | undefined,
): Provider {
  const {
    queryStatus: _query,
    cannotQueryStatus: _cannot,
    notificationAddresses: _addresses,
    ...rest
  } = paybox;
  return { ...rest, proof: () => proof, ...asks, ...(addresses && { notificationAddresses: addresses }) };
}

function openedWith(provider: Provider, changes: Partial<Account> = {}, settings = {}): OpenedAccount {
  const account: Account = {
    id: 'account',
    provider: provider.id,
    caption: '',
    displayName: null,
    kind: null,
    environment: 'production',
    currencies: ['EUR'],
    settings,
    endpoints: {},
    allowedIps: [],
    trustUnprovenNotifications: false,
    expireAfterHours: 24,
    retiredAt: null,
    succession: null,
    fallback: null,
    outage: null,
    secrets: {},
    createdAt: '2026-11-21T09:00:00Z',
    updatedAt: '2026-11-21T09:00:00Z',
    ...changes,
  };
  const { id, environment, endpoints } = account;
  return {
    account,
    provider,
    variants: [{ account: { id, environment, endpoints, settings }, signedBy: 'current', until: null }],
  };
}

/** The rule in words of the issue, for what a message counts as. */
function expectedCountsAs(
  proven: boolean,
  asked: boolean,
  channel: Channel,
  hasAddresses: boolean,
): CountsAs {
  if (proven) return 'proof';
  if (asked) return 'query';
  return hasAddresses && channel === 'notification' ? 'addresses' : 'person';
}

const combinations = PROOFS.flatMap(([proofName, proof, proven]) =>
  ASKS.flatMap(([ask, asked, asks]) =>
    ADDRESSES.map(([addressName, addresses]) => ({
      name: `${proofName}; asked: ${ask}; ${addressName}`,
      provider: providerWith(proof, asks, addresses),
      proven,
      asked,
      addresses,
    })),
  ),
);

describe('what is proof', () => {
  it.each(PROOFS)('%s', (_name, proof, expected) => {
    expect(isProof(proof)).toBe(expected);
  });
});

describe.each(combinations)('$name', ({ provider, proven, asked, addresses }) => {
  it('counts as the table says', () => {
    for (const channel of CHANNELS)
      expect(countsAs(provider, {}, channel)).toBe(
        expectedCountsAs(proven, asked, channel, addresses !== undefined),
      );
    expect(describeProof(provider, {}).countsAt).toEqual({
      notification: countsAs(provider, {}, 'notification'),
      return: countsAs(provider, {}, 'return'),
    });
  });

  it('stands as the table says, wherever it comes from', () => {
    for (const channel of CHANNELS)
      for (const environment of ENVIRONMENTS)
        for (const trust of [false, true])
          for (const allowedIps of [[], [LISTED]])
            for (const [ip, unproven] of SENDERS.flatMap((one) => [
              [one, false] as const,
              [one, true] as const,
            ])) {
              const opened = openedWith(provider, {
                environment,
                trustUnprovenNotifications: trust,
                allowedIps,
              });
              const counts = expectedCountsAs(proven, asked, channel, addresses !== undefined);
              // An account's own list goes before the platform's, which is only for what nothing else proves.
              const byDefault =
                environment === 'production' &&
                expectedCountsAs(proven, asked, 'notification', addresses !== undefined) === 'addresses';
              const list = allowedIps.length > 0 ? allowedIps : byDefault ? (addresses ?? []) : [];
              const isFromList = list.length === 0 || (ip !== undefined && list.includes(ip));
              const inDoubt = { kind: asked ? 'query' : 'person' };
              const isAccepted = environment !== 'production' || (trust && channel === 'notification');
              const isProven = counts === 'proof' || (counts === 'addresses' && !isAccepted);
              const expected =
                !isFromList || (unproven && asked)
                  ? inDoubt
                  : isProven && !unproven
                    ? { kind: 'counts', proven: true }
                    : isAccepted
                      ? { kind: 'counts', proven: false }
                      : inDoubt;
              expect(
                standingOf(opened, channel, ip, unproven ? { unproven } : {}),
                JSON.stringify({ channel, environment, trust, allowedIps, ip, unproven }),
              ).toEqual(expected);
              expect(allowedAddresses(opened)).toEqual(list);
            }
  });
});

describe('a claim of money without an amount, on an account whose money is real', () => {
  const claim = { outcome: 'paid', amount: null } as const;

  it('waits for a person where nobody can be asked how much, and no other message does', () => {
    const opened = openedWith(providerWith(whole, {}, undefined), { environment: 'production' });
    for (const outcome of ['paid', 'authorized', 'accepted'] as const)
      expect(standingOf(opened, 'notification', STRANGE, { ...claim, outcome })).toEqual({ kind: 'person' });
    const counts = { kind: 'counts', proven: true };
    for (const other of [
      { outcome: 'denied' },
      { outcome: 'refunded' },
      { amount: 1999 },
      { amount: 'asked' },
    ] as const)
      expect(standingOf(opened, 'notification', STRANGE, { ...claim, ...other })).toEqual(counts);
  });

  it('counts where no money is real, and has the provider asked where it can be', () => {
    const test = openedWith(providerWith(whole, {}, undefined), { environment: 'test' });
    expect(standingOf(test, 'notification', STRANGE, claim)).toEqual({ kind: 'counts', proven: true });
    const asked = openedWith(providerWith(whole, { queryStatus: async () => null }, undefined));
    expect(standingOf(asked, 'notification', STRANGE, claim)).toEqual({ kind: 'counts', proven: true });
  });
});

describe('what is shown of the messages of an account', () => {
  const { account: known } = openedWith(paybox);
  const complete = { ...known, settings: demoSettings('paybox') };

  it('is what they prove and whether they count all the same, and no proof where its settings are not complete', () => {
    expect(shownProof(complete)).toEqual({
      proof: describeProof(paybox, open(complete).variants[0].account.settings),
      trustUnprovenNotifications: false,
    });
    expect(shownProof({ ...complete, trustUnprovenNotifications: true })).toMatchObject({
      trustUnprovenNotifications: true,
    });
    for (const trustUnprovenNotifications of [false, true])
      expect(shownProof({ ...known, trustUnprovenNotifications })).toEqual({
        proof: null,
        trustUnprovenNotifications,
      });
  });

  it('does not hide a mistake of ours', () => {
    const damaged = { ...complete, allowedIps: null } as unknown as Account;
    expect(() => shownProof(damaged)).toThrow(TypeError);
  });
});

describe('nobody can be asked about an attempt', () => {
  it('where its provider cannot be, a hint or not', () => {
    const ofAll = ASKS.map(([ask, , asks]) => [
      ask,
      isNobodyAsked(openedWith(providerWith(whole, asks, undefined))),
    ]);
    expect(Object.fromEntries(ofAll)).toEqual({
      always: false,
      never: true,
      'only with a hint': false,
      'not with these settings': true,
    });
  });
});

describe('what an operator accepts', () => {
  const provider = providerWith(unsignedProof([]), {}, undefined);

  it("is off unless it is set, by one name or by TIPI's own", () => {
    expect(trustsUnproven(openedWith(provider))).toBe(false);
    expect(trustsUnproven(openedWith(provider, { trustUnprovenNotifications: true }))).toBe(true);
    expect(trustsUnproven(openedWith(provider, {}, { trust_unsigned_notification: true }))).toBe(true);
    expect(trustsUnproven(openedWith(provider, {}, { trust_unsigned_notification: 'yes' }))).toBe(false);
  });
});

describe('news of money that does not say how much', () => {
  it.each(ASKS)(
    'has the provider asked, where it can be, and nothing else has: asked %s',
    (_ask, asked, asks) => {
      const opened = openedWith(providerWith(whole, asks, undefined));
      for (const outcome of [...OUTCOMES, 'accepted'] as const) {
        const isOfMoney = outcome === 'accepted' || MONEY_OUTCOMES.has(outcome);
        expect([outcome, mustAskForAmount(opened, { outcome, amount: null })]).toEqual([
          outcome,
          isOfMoney && asked,
        ]);
        for (const amount of [0, 1999])
          expect([outcome, mustAskForAmount(opened, { outcome, amount })]).toEqual([outcome, false]);
      }
    },
  );
});
