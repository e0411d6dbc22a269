/** What an operator may see: its shops, the accounts that these use, and what belongs to them. What is outside is not there. */
import { withReachable } from '../directory/successions.ts';
import type { Account, Scope, Shop } from '../directory/types.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { knownAccount, unknownAccount } from './account-change.ts';
import { isInScope } from './permissions.ts';
import type { Service } from './service.ts';
import { type ShopChange, unknownShop } from './shop-change.ts';

/** The shops of a scope, by id. */
export async function scopedShops(service: Service, scope: Scope): Promise<readonly Shop[]> {
  return (await service.directory.shops.list()).filter((shop) => isInScope(scope, shop));
}

/**
 * A shop of the scope.
 * @throws Problem not_found, the same for one that is not there and for one outside.
 */
export async function scopedShop(service: Service, scope: Scope, id: string): Promise<Shop> {
  const shop = await service.directory.shops.get(id);
  if (!shop || !isInScope(scope, shop)) throw unknownShop(id);
  return shop;
}

/**
 * Lets only those through who may see a shop, for what belongs to it.
 * @param shop its id.
 * @param missing what the answer says where there is no such thing, so that nobody can tell the two apart.
 * @throws Problem not_found
 */
export async function requireShopInScope(
  service: Service,
  scope: Scope,
  shop: string,
  missing: string,
): Promise<void> {
  if (scope.all) return;
  const found = await service.directory.shop(shop);
  if (!found || !isInScope(scope, found)) throw new Problem('not_found', missing);
}

/**
 * A payment of a shop of the scope, as its ledger has it.
 * @param text its id as a path has it.
 * @param missing what the answer says where there is none; left out: that there is no such payment.
 * @throws Problem not_found, the same for one that is not there and for one outside.
 */
export async function scopedPayment(
  service: Service,
  scope: Scope,
  text: string | undefined,
  missing = 'there is no such payment',
): Promise<{ readonly id: PaymentId; readonly read: PaymentRead }> {
  const id = paymentId(text ?? '');
  const read = id && (await service.ledger(id).read());
  if (!id || !read) throw new Problem('not_found', missing);
  await requireShopInScope(service, scope, read.shop, missing);
  return { id, read };
}

/** The shops of which payments may go to an account: by its own name, or by one that it has taken the place of. */
async function usersOf(service: Service, id: string): Promise<readonly Shop[]> {
  const links = await service.directory.accounts.links();
  return (await service.directory.shops.list()).filter((shop) => withReachable(shop.accounts, links).has(id));
}

/** Ids of the accounts that shops of the scope use, their successors and fallbacks among them; null: all of them, those that no shop uses too. */
export async function scopedAccountIds(service: Service, scope: Scope): Promise<ReadonlySet<string> | null> {
  if (scope.all) return null;
  const named = (await scopedShops(service, scope)).flatMap((shop) => shop.accounts);
  return withReachable(named, await service.directory.accounts.links());
}

/**
 * An account that a shop of the scope uses.
 * @throws Problem not_found, the same for one that is not there and for one outside.
 */
export async function scopedAccount(service: Service, scope: Scope, id: string): Promise<Account> {
  const ids = await scopedAccountIds(service, scope);
  if (ids && !ids.has(id)) throw unknownAccount(id);
  return knownAccount(service, id);
}

/**
 * An account that shops of the scope use, and no others: to be changed.
 * @throws Problem not_found; forbidden when a shop outside of the scope uses it too, whose money the change would move.
 */
export async function ownAccount(service: Service, scope: Scope, id: string): Promise<Account> {
  const account = await scopedAccount(service, scope, id);
  if (scope.all) return account;
  const users = await usersOf(service, id);
  if (users.some((shop) => !isInScope(scope, shop))) {
    throw new Problem(
      'forbidden',
      `shops that this operator may not see use the account ${id} too: ask an operator of all shops`,
    );
  }
  return account;
}

/**
 * Lets an operator change a shop, or make one. Who may see some shops only stays among them: it makes shops in its groups, moves none
 * into another group, and gives them no account that its shops do not use already.
 * @throws Problem not_found for a shop outside, whether it is there or not; invalid_request for a group or an account outside.
 */
export async function requireChangeInScope(
  service: Service,
  scope: Scope,
  change: { readonly id: string; readonly body: ShopChange; readonly before: Shop | null },
): Promise<void> {
  if (scope.all) return;
  const { id, body, before } = change;
  const group = body.group === undefined ? (before?.group ?? null) : body.group;
  if (!isInScope(scope, before ?? { id, group })) throw unknownShop(id);
  if (group !== (before?.group ?? null) && (group === null || !scope.groups.includes(group)))
    throw invalidField('group', 'is not one of the groups that this operator may see');
  const ids = await scopedAccountIds(service, scope);
  for (const [index, account] of (body.accounts ?? []).entries()) {
    if (ids && !ids.has(account)) throw invalidField(`accounts.${index}`, `there is no account ${account}`);
  }
}
