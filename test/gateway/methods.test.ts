/**
 * The means of payment that a provider lists (methods.ts), and what shoppers see of an account (means.ts). The failures ruled out: a list of
 * another contract, or one that is asked for again and again; a test or retired account that is offered.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { meansOf } from '../../src/gateway/means.ts';
import { methodsOf } from '../../src/gateway/methods.ts';
import { Problem } from '../../src/payments/errors.ts';
import type { MeansOfPayment } from '../../src/payments/means.ts';
import type { MeansQuery } from '../../src/providers/contract.ts';
import { provider } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { liveSecret, payboxAccount } from '../support/account.ts';
import { unique } from '../support/requests.ts';
import { liveShop } from '../support/shop.ts';
import { problemOf, told } from '../support/thrown.ts';

const UUID = '0b9b9f9e-3d0f-4c5a-8f52-6d1f4f0f6a77';
const NOW = Date.UTC(2026, 10, 27, 10);
let now = NOW;
const service = { ...serviceOf(env as unknown as Env), now: () => now };

beforeEach(() => {
  now = NOW;
});
afterEach(() => vi.restoreAllMocks());

function foundProvider(id: string) {
  const found = provider(id);
  if (!found) throw new Error(`there is a provider ${id}`);
  return found;
}

describe('the means of payment of an account', () => {
  const LIST: readonly MeansOfPayment[] = [{ id: '1', name: 'A bank', kind: 'bank' }];

  const paynowAccount = (changes: Partial<Account> = {}) =>
    payboxAccount({
      id: `paynow-${unique()}`,
      provider: 'paynow',
      currencies: ['PLN', 'EUR'],
      settings: {},
      secrets: { api_key: [liveSecret(UUID)], signature_key: [liveSecret(UUID)] },
      ...changes,
    });

  /** Asks for the means of an account, as often as wanted. */
  function asking(account: Account, answer: () => Promise<readonly MeansOfPayment[]> = async () => LIST) {
    vi.spyOn(service.directory, 'account').mockImplementation(async (id) =>
      id === account.id ? account : null,
    );
    const asked: MeansQuery<unknown>[] = [];
    const found = foundProvider(account.provider);
    if (found.methods)
      vi.spyOn(found as Required<typeof found>, 'methods').mockImplementation((query) => {
        asked.push(query);
        return answer();
      });
    const shop = liveShop({ accounts: [account.id] });
    const ask = (currency: string | null = null, amount: number | null = null, id = account.id) =>
      methodsOf(service, shop, id, { currency, amount });
    return { ask, asked };
  }

  it('are what its provider lists for the currency and the amount', async () => {
    const account = paynowAccount();
    const { ask, asked } = asking(account);
    expect(await ask('EUR', 500)).toEqual(LIST);
    expect(await ask()).toEqual(LIST);
    expect(asked).toMatchObject([
      {
        currency: 'EUR',
        amount: 500,
        now: new Date(NOW),
        account: { id: account.id, settings: { api_key: UUID } },
      },
      { currency: 'PLN', amount: null, now: new Date(NOW), account: { id: account.id } },
    ]);
  });

  it('are asked for once in ten minutes, and anew after a change of the account', async () => {
    const account = paynowAccount();
    const { ask, asked } = asking(account);
    await ask('PLN', 500);
    now += 599_999;
    expect(await ask('PLN', 500)).toEqual(LIST);
    expect(asked).toHaveLength(1);
    now += 1;
    await ask('PLN', 500);
    expect(asked).toHaveLength(2);
    await ask('PLN', 501);
    await ask('EUR', 500);
    expect(asked).toHaveLength(4);
    const changed = asking({ ...account, updatedAt: '2026-02-01T00:00:00.000Z' });
    await changed.ask('PLN', 500);
    expect(changed.asked).toHaveLength(1);
  });

  it('are none of an account that takes no shoppers of this shop, as if there were none', async () => {
    const { ask: askOther } = asking(paynowAccount());
    const missing = await problemOf(() => askOther(null, null, 'gone'));
    expect(missing).toMatchObject({ code: 'not_found' });
    for (const changes of [{ environment: 'test' }, { retiredAt: '2026-01-02T00:00:00.000Z' }] as const) {
      const account = paynowAccount(changes);
      const { ask, asked } = asking(account);
      const problem = await problemOf(() => ask());
      expect(problem).toEqual({ ...missing, detail: missing?.detail.replace('gone', account.id) });
      expect(asked).toEqual([]);
    }
  });

  it('are none in a currency that it does not take, or of a provider that lists none', async () => {
    const account = paynowAccount();
    const { ask, asked } = asking(account);
    expect(await problemOf(() => ask('USD'))).toEqual(
      told('unsupported_currency', `the account ${account.id} takes PLN, EUR, not USD`),
    );
    const empty = paynowAccount({ currencies: [] });
    expect(await problemOf(() => asking(empty).ask())).toEqual(
      told('unsupported_currency', `the account ${empty.id} takes , not EUR`),
    );
    expect(asked).toEqual([]);
    expect(await problemOf(() => asking(payboxAccount()).ask())).toEqual(
      told(
        'unsupported_operation',
        'Paybox (Verifone e-commerce, Up2pay e-Transactions) lists no means of payment',
      ),
    );
  });

  it('that cannot be asked for are an error of the provider, whose cause is in the log; other errors stay what they are', async () => {
    const failing = (error: Error) => asking(paynowAccount(), () => Promise.reject(error)).ask();
    const cause = new Problem('provider_unreachable', 'no answer');
    await expect(failing(cause)).rejects.toMatchObject({
      code: 'provider_error',
      message: 'Paynow (mBank, Poland) does not answer',
      cause,
    });
    const other = new Problem('provider_error', 'wrong keys');
    await expect(failing(other)).rejects.toBe(other);
    const ours = new TypeError('a fault of ours');
    await expect(failing(ours)).rejects.toBe(ours);
  });

  it('that could not be had are asked for again', async () => {
    const account = paynowAccount();
    await expect(
      asking(account, () => Promise.reject(new Problem('provider_error', 'no'))).ask(),
    ).rejects.toThrow('no');
    expect(await asking(account).ask()).toEqual(LIST);
  });
});

describe('what shoppers see of an account', () => {
  it('is its name for them, else the operator’s own caption, else what is usual for its provider', () => {
    const { caption } = foundProvider('paynow');
    const seen = (changes: Partial<Account>) =>
      meansOf(payboxAccount({ provider: 'paynow', caption, ...changes }));
    expect(seen({})).toEqual({ kind: 'bank', name: 'Paynow', page: 'Paynow' });
    expect(seen({ caption: 'Our bank' })).toEqual({ kind: 'bank', name: 'Our bank', page: 'Paynow' });
    expect(seen({ caption: 'Our bank', displayName: 'Fast', kind: 'wallet' })).toEqual({
      kind: 'wallet',
      name: 'Fast',
      page: 'Paynow',
    });
    expect(meansOf(payboxAccount({ caption: foundProvider('paybox').caption }))).toEqual({
      kind: 'card',
      name: null,
      page: 'Paybox',
    });
  });

  it.each([
    ['Bank (of tickets) and of others', 'Bank'],
    ['Bank 24 hours', 'Bank'],
    ['Bank of tickets', 'Bank of tickets'],
    ['Bank, and its friends', 'Bank'],
    ['Bank and other brands', 'Bank'],
    ['Bank and brands', 'Bank and brands'],
    ['Bank-24', 'Bank-24'],
  ])('of the page that they go on to is its caption without what it explains: %s', (caption, page) => {
    expect(meansOf(payboxAccount({ provider: 'gone', caption }))).toEqual({ kind: 'card', name: null, page });
  });
});
