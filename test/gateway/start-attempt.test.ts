/**
 * Where a payment goes, and what an attempt is built of. Ruled out: money at an account that does not take its currency, is of the other mode,
 * retired or another provider's; a payment at the first account that cannot take it, beside one that can; an attempt that is built otherwise
 * than it was asked for; an outage that is seen where there is none.
 * The file is long because each rule of the choice is tried with the same parts.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account, Shop } from '../../src/directory/types.ts';
import {
  choices,
  chooseAccount,
  offeredAccounts,
  originOf,
  plannedAttempt,
  startAttempt,
} from '../../src/gateway/start-attempt.ts';
import { Problem } from '../../src/payments/errors.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import type { Provider } from '../../src/providers/contract.ts';
import { accountOf, handMade, ID, NOW, registered, requestOf, shopOf } from './hand-made.ts';

afterEach(() => vi.restoreAllMocks());

type Changes = Partial<Account>;

/** An account by its name: its provider is the first part of it. */
const named = (id: string, changes: Changes = {}) =>
  accountOf(id.split('-', 1)[0] ?? '', { id, currencies: ['EUR', 'USD'], ...changes });

const MOVED = (by: string) => ({ succession: { by, since: '2026-11-20T09:00:00.000Z' } });
const RETIRED = { retiredAt: '2026-11-20T09:00:00.000Z' };
const TEST = { environment: 'test' } as const;
/** Settings with which an account of ogone cannot be used. */
const BROKEN = { settings: {} };

/** More than PayU takes. */
const LARGE = { amount: 1_000_000_000 as Minor };

interface Place {
  readonly accounts: readonly Account[];
  /** Accounts that are there, and are not the shop's. */
  readonly others?: readonly Account[];
  readonly shop?: Partial<Shop>;
}

function place({ accounts, others = [], shop }: Place) {
  const { service } = handMade({ accounts: [...accounts, ...others] });
  return { service, shop: shopOf({ accounts: accounts.map(({ id }) => id), ...shop }) };
}

/** Where a payment goes: the name and the account, or what is said of it. */
async function chosen(
  where: Place,
  choice: { account?: string | null; provider?: string | null; request?: Partial<PaymentRequest> } = {},
) {
  const { service, shop } = place(where);
  const request = requestOf(choice.request);
  return chooseAccount(service, shop, { ...choice, request }).then(
    (found) => `${found.named.id} > ${found.account.id}`,
    (error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      const { code, message, errors } = error;
      return errors.length > 0 ? { code, message, errors } : { code, message };
    },
  );
}

describe('a payment', () => {
  const ogone = { accounts: [named('ogone-1')] };

  it('in what is no currency goes nowhere', async () => {
    expect(await chosen(ogone, { request: { currency: 'QQQ' } })).toEqual({
      code: 'unsupported_currency',
      message: 'QQQ is not a currency of ISO 4217',
      errors: [{ path: 'currency', message: 'is not a currency of ISO 4217' }],
    });
  });

  it('for a provider that there is not goes nowhere', async () => {
    const message = 'there is no provider nobody';
    expect(await chosen(ogone, { provider: 'nobody' })).toEqual({
      code: 'invalid_request',
      message: `provider: ${message}`,
      errors: [{ path: 'provider', message }],
    });
  });

  it('for an account that the shop does not have goes nowhere', async () => {
    const other = { ...ogone, others: [named('ogone-2')] };
    for (const account of ['ogone-2', 'nobody'])
      expect(await chosen(other, { account })).toEqual({
        code: 'not_found',
        message: `this shop has no account ${account}`,
        errors: [{ path: 'account', message: 'is not an account of this shop' }],
      });
  });

  it('for an account of another provider than it says goes nowhere', async () => {
    const message = 'the account ogone-1 is for ogone';
    expect(await chosen(ogone, { account: 'ogone-1', provider: 'payu' })).toEqual({
      code: 'invalid_request',
      message: `provider: ${message}`,
      errors: [{ path: 'provider', message }],
    });
    expect(await chosen(ogone, { account: 'ogone-1', provider: 'ogone' })).toBe('ogone-1 > ogone-1');
  });

  it('for an account that does not take its currency goes nowhere', async () => {
    expect(await chosen(ogone, { account: 'ogone-1', request: { currency: 'GBP' } })).toEqual({
      code: 'unsupported_currency',
      message: 'the account ogone-1 takes EUR, USD, not GBP',
      errors: [{ path: 'currency', message: 'is not taken by this account' }],
    });
  });

  it('for an account of the other mode goes nowhere, with the shop’s order of accounts neither', async () => {
    const message = 'the account ogone-1 moves no real money, and the shop is not in test mode';
    for (const account of ['ogone-1', null])
      expect(await chosen({ accounts: [named('ogone-1', TEST)] }, { account })).toEqual({
        code: 'invalid_request',
        message: `account: ${message}`,
        errors: [{ path: 'account', message }],
      });
    expect(await chosen({ ...ogone, shop: { testMode: true } }, { account: 'ogone-1' })).toEqual({
      code: 'forbidden',
      message: 'the shop is in test mode, and the account ogone-1 takes real money',
    });
  });

  it('for an account that is retired goes nowhere', async () => {
    const accounts = [named('ogone-1', RETIRED)];
    expect(await chosen({ accounts }, { account: 'ogone-1' })).toEqual({
      code: 'invalid_state',
      message: 'the account ogone-1 is retired: it begins no payment any more',
    });
  });

  it('for an account that has moved goes to its successor, by either name and either provider', async () => {
    const accounts = [named('ogone-1', MOVED('payu-1'))];
    const where = { accounts, others: [named('payu-1')] };
    for (const choice of [
      { account: 'ogone-1' },
      { account: 'payu-1' },
      { account: 'ogone-1', provider: 'ogone' },
      { account: 'ogone-1', provider: 'payu' },
      { provider: 'ogone' },
      { provider: 'payu' },
      {},
    ])
      expect(await chosen(where, choice)).toBe('ogone-1 > payu-1');
    expect(await chosen(where, { account: 'ogone-1', provider: 'payzen' })).toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('a payment that names no account', () => {
  it.each<[string, Place, { provider?: string; request?: Partial<PaymentRequest> }, unknown]>([
    ['goes to the first', { accounts: [named('payu-1'), named('ogone-1')] }, {}, 'payu-1 > payu-1'],
    [
      'goes to the first of the provider that it names',
      { accounts: [named('payu-1'), named('ogone-1')] },
      { provider: 'ogone' },
      'ogone-1 > ogone-1',
    ],
    [
      'goes to the first that takes its currency',
      { accounts: [named('payu-1', { currencies: ['PLN'] }), named('ogone-1')] },
      {},
      'ogone-1 > ogone-1',
    ],
    [
      'goes to the first of the shop’s mode',
      { accounts: [named('payu-1', TEST), named('ogone-1')] },
      {},
      'ogone-1 > ogone-1',
    ],
    [
      'goes to the first that is in use',
      { accounts: [named('payu-1', RETIRED), named('ogone-1')] },
      {},
      'ogone-1 > ogone-1',
    ],
    [
      'goes to the first that can take it',
      { accounts: [named('payu-1'), named('ogone-1')] },
      { request: LARGE },
      'ogone-1 > ogone-1',
    ],
    [
      'and that no account can take is for the first of its mode, which says why not',
      { accounts: [named('payu-0', TEST), named('payu-1'), named('payu-2')] },
      { request: LARGE },
      'payu-1 > payu-1',
    ],
    [
      'in a currency that none takes goes nowhere',
      { accounts: [named('payu-1')] },
      { request: { currency: 'GBP' } },
      { code: 'unsupported_currency', message: 'no account of this shop takes GBP' },
    ],
    [
      'of a shop without accounts goes nowhere',
      { accounts: [] },
      {},
      { code: 'not_found', message: 'this shop has no accounts yet' },
    ],
    [
      'of a shop without one at the provider goes nowhere',
      { accounts: [named('ogone-1')] },
      { provider: 'payu' },
      { code: 'not_found', message: 'this shop has no account at payu' },
    ],
  ])('%s', async (_name, where, choice, expected) => {
    expect(await chosen(where, choice)).toEqual(expected);
  });
});

describe('the accounts that a shopper may choose', () => {
  const idsOf = (found: readonly { readonly account: Account }[]) => found.map(({ account }) => account.id);
  const accounts = [
    named('ogone-1'),
    named('ogone-2', TEST),
    named('ogone-3', RETIRED),
    named('ogone-4', { currencies: ['GBP'] }),
    named('payu-1'),
  ];

  it('are those of the shop’s mode that are in use and take the currency', async () => {
    const { service, shop } = place({ accounts });
    expect(idsOf(await offeredAccounts(service, shop, 'EUR'))).toEqual(['ogone-1', 'payu-1']);
    expect(idsOf(await offeredAccounts(service, shop, null))).toEqual(['ogone-1', 'ogone-4', 'payu-1']);
    const { service: other, shop: inTest } = place({ accounts, shop: { testMode: true } });
    expect(idsOf(await offeredAccounts(other, inTest, 'EUR'))).toEqual(['ogone-2']);
  });

  it('are those that can take the payment', async () => {
    const { service, shop } = place({ accounts });
    expect(idsOf(await choices(service, shop, requestOf()))).toEqual(['ogone-1', 'payu-1']);
    expect(idsOf(await choices(service, shop, requestOf(LARGE)))).toEqual(['ogone-1']);
  });

  it('are those too that take the place of one whose fields the shop goes on sending', async () => {
    const successor = named('payu-1');
    const offered = async (old: Account, providerFields: Record<string, string>) => {
      const { service, shop } = place({ accounts: [old], others: [successor] });
      return idsOf(await choices(service, shop, requestOf({ providerFields })));
    };
    const old = named('ogone-1', MOVED('payu-1'));
    // A field of Ogone, and one of nobody.
    expect(await offered(old, { COM: 'x' })).toEqual(['payu-1']);
    expect(await offered(old, { madeUp: 'x' })).toEqual([]);
    // Written for PayU, which does not take it.
    expect(await offered(named('payu-1'), { COM: 'x' })).toEqual([]);
    // Whose fields they are, nobody can say any more.
    expect(await offered({ ...old, ...BROKEN }, { COM: 'x' })).toEqual([]);
  });

  it('do not hide a fault of ours in what an account is', async () => {
    const old = { ...named('ogone-1', MOVED('payu-1')), secrets: null as never };
    const { service, shop } = place({ accounts: [old], others: [named('payu-1')] });
    const request = requestOf({ providerFields: { COM: 'x' } });
    await expect(choices(service, shop, request)).rejects.toThrow(TypeError);
  });
});

describe('where countersign is reached', () => {
  it('is what the installation says, and what the request says under `npm start` alone', () => {
    const { service } = handMade({});
    expect(originOf(service, 'http://localhost:8787/v1')).toBe('https://pay.example.com');
    const local = { ...service, config: { ...service.config, publicUrl: null } };
    expect(originOf(local, 'http://localhost:8787/v1')).toBe('http://localhost:8787');
  });
});

const PLANNED = {
  account: 'ogone-1',
  provider: 'ogone',
  test: false,
  capture: 'automatic',
  amount: 1500,
  oneRedirect: false,
  deferred: false,
  redirect: null,
  providerState: {},
  goodUntil: null,
  queryAt: null,
};
const AMOUNT = 1500 as Minor;

describe('an attempt before its redirect is built', () => {
  const planned = (account: Account, more: object = {}) =>
    plannedAttempt({ account, request: requestOf(), amount: AMOUNT, ...more });

  it('is of the account, for what is to be paid, and says nothing that is not so', () => {
    expect(planned(named('ogone-1'))).toStrictEqual(PLANNED);
    expect(planned(named('ogone-1', TEST))).toStrictEqual({ ...PLANNED, test: true });
    expect(planned(named('ogone-1', { environment: 'sandbox' }))).toStrictEqual({ ...PLANNED, test: true });
    expect(
      planned(named('ogone-1'), { order: 'polybanking-7', insteadOf: 'payu-1', leftOut: ['COM'] }),
    ).toStrictEqual({ ...PLANNED, order: 'polybanking-7', insteadOf: 'payu-1', leftOut: ['COM'] });
  });

  it('takes the money when the shop says, or else when the account does', () => {
    expect(planned(named('ogone-1'), { request: requestOf({ capture: 'manual' }) })).toStrictEqual({
      ...PLANNED,
      capture: 'manual',
    });
    const held = accountOf('ogone', { id: 'ogone-1' });
    const settings = { ...held.settings, operation: 'RES' };
    expect(planned({ ...held, settings })).toStrictEqual({ ...PLANNED, capture: 'manual' });
  });

  it('has one redirect where its provider takes an order once, unless a code is being confirmed', () => {
    const payu = { ...PLANNED, account: 'payu-1', provider: 'payu', oneRedirect: true, deferred: true };
    expect(planned(named('payu-1'))).toStrictEqual(payu);
    expect(planned(named('payu-1'), { blikCode: '123456' })).toStrictEqual({ ...payu, oneRedirect: false });
    expect(planned(named('ogone-1'), { blikCode: '123456' })).toStrictEqual(PLANNED);
  });

  it('is none where its account cannot take it, by the amount that is left to pay', () => {
    const problem = (more: object) => {
      try {
        return planned(named('payu-1'), more);
      } catch (error) {
        return error instanceof Problem ? error.code : error;
      }
    };
    expect(problem({ amount: LARGE.amount })).toBe('amount_out_of_range');
    expect(problem({ request: requestOf(LARGE) })).toMatchObject({ amount: AMOUNT });
  });
});

describe('an attempt', () => {
  type Start = Parameters<Provider['start']>[0];
  const REDIRECT = { kind: 'url', method: 'GET', url: 'https://bank.example/1' } as const;
  const BANK = 'https://bank.example/register';

  /** Starts an attempt by other code than the provider's own. */
  async function started(
    account: Account,
    start: (request: Start) => unknown,
    more: object = {},
    answer: () => Response = () => new Response('ok'),
  ) {
    vi.spyOn(registered(account.provider), 'start').mockImplementation(
      async (request) => (await start(request)) as never,
    );
    const { service, directory, later, fetched } = handMade({
      directory: { noteCall: undefined, noteReached: undefined },
      changes: { daily: async (name: string, day: string) => name.length + day.length },
    });
    fetched.mockImplementation(async () => answer());
    const options = {
      account,
      id: ID,
      attempt: 2,
      request: requestOf(),
      amount: AMOUNT,
      origin: 'https://pay.example',
    };
    const result = await startAttempt(service, { ...options, ...more }).catch((error: unknown) => error);
    await Promise.all(later);
    const noted = directory.filter(([name]) => name === 'noteReached').map(([, , failure]) => failure);
    return { result, noted, fetched };
  }

  const main = named('ogone-1', { id: 'ogone/1' });

  it('is built of what was asked for', async () => {
    const given: Start[] = [];
    const note = (request: Start) => {
      given.push(request);
      return REDIRECT;
    };
    const { result } = await started(main, note);
    expect(result).toStrictEqual({ ...PLANNED, account: 'ogone/1', redirect: REDIRECT });
    await started(main, note, { order: 'polybanking-7', ip: '198.41.0.5', blikCode: '123456' });
    await started(main, note, { ip: null });
    const [{ fetch: _fetch, charge: _charge, daily, ...first }, second, third] = given as [
      Start,
      Start,
      Start,
    ];
    expect(first).toStrictEqual({
      id: ID,
      order: `${ID}02`,
      payment: requestOf({ amount: AMOUNT }),
      account: {
        id: 'ogone/1',
        environment: 'production',
        endpoints: {},
        settings: expect.objectContaining({ pspid: 'DemoOgone' }),
      },
      urls: {
        callback: 'https://pay.example/callback/ogone%2F1',
        back: `https://pay.example/return/ogone%2F1/${ID}`,
      },
      now: new Date(NOW),
      ip: null,
    });
    expect(second).toMatchObject({ order: 'polybanking-7', ip: '198.41.0.5', blikCode: '123456' });
    expect(third.ip).toBeNull();
    // The name of the counter is of the provider and the contract.
    expect(await daily('contract')).toBe('ogone/contract'.length + '2026-11-27'.length);
  });

  it('is kept with what its provider has said of it', async () => {
    const { result } = await started(main, () => ({
      redirect: REDIRECT,
      providerState: { token: 't' },
      bound: { nonce: 'n' },
      goodForSeconds: 90,
      queryAfterSeconds: 30,
    }));
    expect(result).toStrictEqual({
      ...PLANNED,
      account: 'ogone/1',
      redirect: REDIRECT,
      providerState: { token: 't' },
      bound: { nonce: 'n' },
      goodUntil: '2026-11-27T10:01:30.000Z',
      queryAt: NOW + 30_000,
    });
    const { result: bare } = await started(main, () => ({ redirect: REDIRECT }));
    expect(bare).toStrictEqual({ ...PLANNED, account: 'ogone/1', redirect: REDIRECT });
  });

  describe('that is registered when its shopper comes', () => {
    const payu = named('payu-1');
    const planned = { ...PLANNED, account: 'payu-1', provider: 'payu', oneRedirect: true, deferred: true };

    it('is rehearsed up to its first call before, for a shopper whom nobody is, and nothing is sent', async () => {
      const given: (string | null)[] = [];
      for (const call of [
        (start: Start) => start.fetch(BANK),
        (start: Start) => start.daily('contract'),
        (start: Start) =>
          start.fetch(BANK).catch((cause: unknown) => {
            throw new Problem('provider_unreachable', 'no answer', { cause });
          }),
        () => REDIRECT,
      ]) {
        const { result, fetched } = await started(payu, (start) => {
          given.push(start.ip);
          return call(start);
        });
        expect(result).toStrictEqual(planned);
        expect(fetched).not.toHaveBeenCalled();
      }
      expect(new Set(given)).toEqual(new Set(['192.0.2.1']));
    });

    it('is not begun where it cannot be built', async () => {
      const problems = [new Problem('invalid_request', 'too long'), new Error('ours')];
      for (const problem of problems) {
        const { result } = await started(payu, () => {
          throw problem;
        });
        expect(result).toBe(problem);
      }
    });

    it('is registered when the shopper is there, whose address is known or not', async () => {
      for (const ip of ['198.41.0.5', null]) {
        const { result, fetched } = await started(
          payu,
          async (start) => {
            await start.fetch(BANK);
            return REDIRECT;
          },
          { ip },
        );
        expect(result).toStrictEqual({ ...planned, redirect: REDIRECT });
        expect(fetched).toHaveBeenCalledTimes(1);
      }
    });
  });

  describe('of an account with a fallback', () => {
    const account = named('ogone-1', { fallback: 'payu-1' });
    const calls = async (start: Start) => {
      await start.fetch(BANK);
      return REDIRECT;
    };
    const down = () => new Response('', { status: 503 });

    it('says whether attempts can begin', async () => {
      expect((await started(account, calls)).noted).toEqual([null]);
      // It has begun, whatever its provider answered.
      expect((await started(account, calls, {}, down)).noted).toEqual([null]);
      const failing = async (start: Start) => {
        await start.fetch(BANK);
        throw new Problem('provider_error', 'no order');
      };
      expect((await started(account, failing, {}, down)).noted).toEqual(['it answered 503']);
      // An answer that says no is an answer.
      expect((await started(account, failing)).noted).toEqual([null]);
    });
  });
});
