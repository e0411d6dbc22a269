/**
 * Test and live do not mix. A shop in test mode moves no real money, and a shop that is not takes real money only: what an
 * account at a provider's test platform or at our sandbox calls paid is not.
 */
import type { Account, Shop } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';

/** Whether the money of an account is real. */
export function isReal({ environment }: Pick<Account, 'environment'>): boolean {
  return environment === 'production';
}

/** Whether a shop offers and accepts an account. */
export function fitsMode(
  { testMode }: Pick<Shop, 'testMode'>,
  account: Pick<Account, 'environment'>,
): boolean {
  return isReal(account) !== testMode;
}

/** The mode of a shop that says none: test, while all its accounts are. */
export function modeOf(accounts: readonly Pick<Account, 'environment'>[]): boolean {
  return accounts.length > 0 && !accounts.some(isReal);
}

/**
 * What is to be done before a shop takes an account that its mode rules out. A live shop may list an account whose money is
 * not real, for instance while it moves: it never offers or accepts it.
 * @returns null: nothing, it may be listed.
 */
export function modeProblem(
  shop: Pick<Shop, 'id' | 'testMode'>,
  account: Pick<Account, 'id' | 'environment'>,
): Problem | null {
  if (!shop.testMode || fitsMode(shop, account)) return null;
  const { id } = account;
  return new Problem(
    'invalid_state',
    `the shop ${shop.id} is in test mode, and the account ${id} takes real money: to go live, send "testMode": false; to go on testing, leave ${id} out`,
    { errors: [{ path: 'accounts', message: `${id} does not fit the mode of the shop` }] },
  );
}
