/** What the tests of moving an account share: accounts that move, and payments that are under way while they do. */
import { expect } from 'vitest';
import { notify as updateOf } from '../ledger/support.ts';
import {
  admin,
  BANK_API,
  type Journey,
  journey,
  ledgerOf,
  makeAccount,
  type Payment,
  type Place,
  type Problem,
  request,
  runAlarms,
  type TestShop,
} from '../support/harness.ts';

/** An account as the operator reads it. */
export interface ShownAccount {
  readonly id: string;
  readonly retiredAt: string | null;
  readonly succession: {
    by: string;
    since: string;
    open: Record<string, number>;
  } | null;
}

/** Moves an account to another one. */
export const move = (from: string, to: string) =>
  admin<ShownAccount & Problem>('POST', `/accounts/${from}/succeed`, { account: to });

/** An account as the operator reads it. */
export const shown = async (id: string) => (await admin<ShownAccount>('GET', `/accounts/${id}`)).body;

/** An account at another provider, which no shop lists. */
export const successor = (changes: Record<string, unknown> = {}) =>
  makeAccount('ecommpay', { currencies: ['EUR', 'CHF'], endpoints: { api: BANK_API }, ...changes });

/** An account that takes euros. */
export const euros = (provider = 'ogone', changes: Record<string, unknown> = {}) =>
  makeAccount(provider, { currencies: ['EUR'], endpoints: { api: BANK_API }, ...changes });

/** What a bank tells of a payment, and that the searchable copy has it. */
export async function told(id: string, update: Parameters<typeof updateOf>[0]): Promise<void> {
  await ledgerOf(id).applyUpdate(updateOf(update));
  await runAlarms(id);
}

/** Where the link of a payment leads. */
export async function hopOf({ checkoutUrl }: Pick<Payment, 'checkoutUrl'>) {
  const answer = await request(checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
  return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
}

/** The accounts of the attempts of a payment. */
export const accountsOf = async (shop: TestShop, id: string) =>
  (await shop.call<{ attempts: { account: string }[] }>('GET', `/payments/${id}`)).body.attempts.map(
    ({ account }) => account,
  );

/** A payment in flight at the old account, and what becomes of it after the move. */
export interface Flight {
  readonly status: string;
  bring(place: Place): Promise<Journey>;
  /** Whether its shopper may still pay, and then does so at the new account. */
  readonly isPayable: boolean;
}

/** The shopper is at the bank, which decides. */
export const paying =
  (decision: 'pay' | 'decline' | 'cancel' | 'wait', fields = {}) =>
  async (place: Place) => {
    const trip = await journey('ogone', { place, fields });
    await hopOf(trip.payment);
    expect((await trip.notify(decision)).status).toBe(200);
    return trip;
  };

/** The old bank says something more of a payment that was brought so far. */
export const goneOn =
  (bring: Flight['bring'], changes: Parameters<typeof updateOf>[0]) =>
  async (place: Place): Promise<Journey> => {
    const trip = await bring(place);
    const key = `then ${changes?.outcome}`;
    await ledgerOf(trip.payment.id).applyUpdate(
      updateOf({ account: place.account, movement: key, key, ...changes }),
    );
    return trip;
  };

/** The shopper is at the bank. */
export const begun = (place: Place) => journey('ogone', { place });
