/** What the tests of fallbacks share: what an account shows of its outage, and where the shopper of a payment goes. */

import { expect, vi } from 'vitest';
import type { Outage } from '../../src/sandbox/kit/bank.ts';
import { eventually } from '../support/eventually.ts';
import {
  admin,
  BANK_API,
  bankOutage,
  makeAccount,
  makeShop,
  type Payment,
  request,
  type TestShop,
} from '../support/harness.ts';

interface ShownAccount {
  readonly fallback: string | null;
  readonly outage: { since: string; triedAt: string } | null;
}

/** What the bank of these accounts does from now on; null: it works. */
export const bankIs = (how: Outage | null) => bankOutage('przelewy24', how);

/** Lets time pass. */
export function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** An account as the operator reads it. */
export const shown = async (id: string) => (await admin<ShownAccount>('GET', `/accounts/${id}`)).body;

/** Where the shopper of a payment goes. */
export async function hopOf({ checkoutUrl }: Pick<Payment, 'checkoutUrl'>): Promise<number> {
  return (await request(checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } })).status;
}

/** The account of the newest attempt of a payment. */
export const newest = async (shop: TestShop, id: string) =>
  (await shop.call<{ attempts: { account: string }[] }>('GET', `/payments/${id}`)).body.attempts.at(-1)
    ?.account;

/** A shop whose account registers its orders, with a fallback that does not. */
export async function place() {
  const fallback = await makeAccount('ogone', { currencies: ['PLN', 'EUR'] });
  const account = await makeAccount('przelewy24', {
    endpoints: { api: BANK_API },
    currencies: ['PLN'],
    fallback,
  });
  const shop = await makeShop([account]);
  const pay = async (fields = {}) => {
    const { status, body } = await shop.pay({ currency: 'PLN', ...fields });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  };
  return { account, fallback, shop, pay };
}

type Setting = Awaited<ReturnType<typeof place>>;

/** Five shoppers who cannot be sent to the bank. */
export async function outage({ account, pay }: Setting, how: Outage = 'down'): Promise<void> {
  await bankIs(how);
  const payments = [];
  for (let count = 0; count < 5; count++) payments.push(await pay());
  const statuses = await Promise.all(payments.map(hopOf));
  for (const status of statuses) expect(status).toBeGreaterThanOrEqual(500);
  await eventually(async () => expect((await shown(account)).outage).not.toBeNull());
}
