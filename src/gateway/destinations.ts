/** The account that a shop's payments go to: the one that it names, or the one that has taken its place. Shops keep the names that they use. */
import type { Account, Shop } from '../directory/types.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { NO_SHOP_FIELDS, shopFieldProblem } from '../providers/kit/provider-fields.ts';
import { open } from './accounts.ts';
import type { Service } from './service.ts';
import { fitsMode } from './shop-mode.ts';

/** An account as a shop names it, and the one that its payments go to now. */
export interface Destination {
  readonly named: Account;
  /** The same account, unless it has a successor. */
  readonly account: Account;
}

/** The most successors that are followed. No chain leads back (`directory/successions.ts`); isolates may read one while it changes. */
const LONGEST_CHAIN = 50;

/** Where the payments of an account go; null: there is no such account. */
export async function destinationOf(service: Service, id: string): Promise<Destination | null> {
  const named = await service.directory.account(id);
  if (!named) return null;
  let account = named;
  for (let count = 0; account.succession !== null && count < LONGEST_CHAIN; count += 1) {
    const next = await service.directory.account(account.succession.by);
    if (!next) break;
    account = next;
  }
  return { named, account };
}

/** Where the payments of a shop may go, in its order. An account that it has by two names is there once, by its own if it has that. */
export async function destinationsOf(service: Service, shop: Shop): Promise<readonly Destination[]> {
  const found = await Promise.all(shop.accounts.map((id) => destinationOf(service, id)));
  const byAccount = new Map<string, Destination>();
  for (const destination of found) {
    if (!destination) continue;
    const { named, account } = destination;
    // A name that is set again keeps its place.
    if (!byAccount.has(account.id) || named.id === account.id) byAccount.set(account.id, destination);
  }
  return [...byAccount.values()];
}

/** Whether an account begins attempts. */
export function isInUse({ retiredAt, succession }: Account): boolean {
  return retiredAt === null && succession === null;
}

/** Whether an account begins attempts of a shop's shoppers. */
export function isOffered(shop: Shop, account: Account): boolean {
  return isInUse(account) && fitsMode(shop, account);
}

function takesField(account: Account, name: string, value: string): boolean {
  const { provider, variants } = open(account);
  const allowed = provider.shopFields?.(variants[0].account.settings as never) ?? NO_SHOP_FIELDS;
  return shopFieldProblem({ [name]: value }, allowed) === null;
}

/** A payment as an account takes it. */
export interface FittedPayment {
  readonly payment: PaymentRequest;
  /** The shop's fields for another provider that it does not have, by their names. */
  readonly leftOut: readonly string[];
}

/**
 * A payment without the shop's fields for another provider: a shop that goes on sending those of the account that it names must not be
 * out of business because its account has moved. What neither of the two takes stays, and is rejected by its name.
 * @param writtenFor the account that the shop has written them for; null: they were checked when the payment was created.
 * @throws Problem misconfigured when one of the accounts cannot be used.
 */
export function fitted(payment: PaymentRequest, account: Account, writtenFor: Account | null): FittedPayment {
  if (writtenFor?.id === account.id) return { payment, leftOut: [] };
  const given = Object.entries(payment.providerFields);
  const isKept = ([name, value]: readonly [string, string]) =>
    takesField(account, name, value) || (writtenFor !== null && !takesField(writtenFor, name, value));
  return {
    payment: { ...payment, providerFields: Object.fromEntries(given.filter(isKept)) },
    leftOut: given.filter((field) => !isKept(field)).map(([name]) => name),
  };
}
