/** What the tests of the attention list share: payments and accounts that something is wrong with, and what is open about them. */
import { vi } from 'vitest';
import { notify } from '../ledger/support.ts';
import { admin, ledgerOf, makeAccount, makeShop, runAlarms, type TestShop } from '../support/harness.ts';

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly payment: string | null;
  readonly account: string | null;
  readonly shop: string | null;
  readonly since: string;
  readonly detail: Record<string, unknown>;
}

/** A page of the list. */
export interface Listed {
  readonly data: Entry[];
  readonly nextCursor: string | null;
  readonly counts: Record<string, number>;
}

/** Lets time pass. */
export function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** What is open of a kind, about a payment, an account or a shop. */
export async function open(kind: string, about: string): Promise<Entry[]> {
  const { data } = (await admin<Listed>('GET', `/attention?kind=${kind}&limit=100`)).body;
  return data.filter(({ payment, account, shop }) => [payment, account, shop].includes(about));
}

/** A payment whose ledger is told what its provider says. */
export async function payment(account: string, shop: TestShop) {
  const { id } = (await shop.pay({})).body;
  return {
    id,
    tell: async (changes: Partial<Parameters<typeof notify>[0]>) => {
      await ledgerOf(id).applyUpdate(notify({ account, ...changes }));
      await runAlarms(id);
    },
  };
}

/** A shop with an account of its own. */
export async function place(provider = 'dummy') {
  const account = await makeAccount(provider);
  return { account, shop: await makeShop([account]) };
}
