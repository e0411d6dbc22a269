/** What the tests of webhook endpoints share: shops with several of them, and payments whose messages go there. */
import { expect, vi } from 'vitest';
import { notify } from '../ledger/support.ts';
import {
  admin,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  type Problem,
  type TestShop,
} from '../support/harness.ts';

/** An endpoint as the operator reads it. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly dialect: string;
  readonly events: readonly string[];
  readonly active: boolean;
  readonly failingSince: string | null;
  readonly switchedOffAt: string | null;
  readonly secret?: string;
}

export const OTHER_URL = 'https://books.shop-demo.com/countersign';

/** Lets time pass, so that what is due later is due. */
export function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** Makes another endpoint of a shop. */
export async function endpointOf(shop: TestShop, changes: Record<string, unknown> = {}) {
  const made = await admin<Endpoint & Problem>('POST', `/shops/${shop.id}/endpoints`, {
    url: OTHER_URL,
    ...changes,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
}

/** The provider says that the money was given back. */
export const refunded = (account: string, id: string) =>
  ledgerOf(id).applyUpdate(notify({ account, key: 'R', movement: 'R', outcome: 'refunded' }));

/** The endpoints of a shop. */
export const listed = async (shop: TestShop) =>
  (await admin<{ data: Endpoint[] }>('GET', `/shops/${shop.id}/endpoints`)).body.data;

/** A payment whose shopper has paid, at a shop with these endpoints beside its own. */
export async function place(...endpoints: Record<string, unknown>[]) {
  const account = await makeAccount('ogone');
  const shop = await makeShop([account]);
  const made: (Endpoint & { readonly secret?: string })[] = [];
  for (const changes of endpoints) made.push(await endpointOf(shop, changes));
  const pay = async () => {
    const attempt = await journey('ogone', { place: { account, shop } });
    await attempt.notify('pay');
    return attempt.payment.id;
  };
  return { account, shop, made, pay };
}
