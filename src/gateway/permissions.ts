/** Which operator may do what, and of which shops. Pure: no request and no database. */
import type { Actor, Role, Scope, Shop } from '../directory/types.ts';

/** What a route asks of an operator. */
export type Permission = Role;

/** What a route asks of its operator. */
export interface Access {
  readonly permission: Permission;
  /** Whether it is about the whole installation: an operator who may see some shops only is rejected. */
  readonly unlimitedOnly?: true;
}

/** Who calls one of the operator's routes. As an `Actor` it goes into the audit log. */
export interface Operator extends Actor {
  readonly role: Role;
  readonly scope: Scope;
}

/**
 * What each role may do. `refund` moves money and `configure` says where money goes: neither has the other, so that it takes two people
 * to change an account and to pay out of it.
 */
const MAY: Readonly<Record<Role, readonly Permission[]>> = {
  view: ['view'],
  refund: ['view', 'refund'],
  configure: ['view', 'configure'],
  owner: ['view', 'refund', 'configure', 'owner'],
};

/** What each permission is for, in words. */
export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  view: 'reads',
  refund: 'captures, cancels, refunds, refreshes, resends and settles',
  configure: 'changes shops, accounts, endpoints and branding',
  owner: 'makes tokens and users, and everything else',
};

export function mayDo(role: Role, permission: Permission): boolean {
  return MAY[role].includes(permission);
}

/** The roles that have a permission. */
export function rolesWith(permission: Permission): readonly Role[] {
  return (Object.keys(MAY) as Role[]).filter((role) => mayDo(role, permission));
}

/** Whether an operator of this scope may see a shop. */
export function isInScope(scope: Scope, { id, group }: Pick<Shop, 'id' | 'group'>): boolean {
  return scope.all || scope.shops.includes(id) || (group !== null && scope.groups.includes(group));
}

/**
 * Whether all that one scope shows is shown by another.
 * @param groupOf the group of each shop that is there.
 */
export function isScopeWithin(
  inner: Scope,
  outer: Scope,
  groupOf: ReadonlyMap<string, string | null>,
): boolean {
  if (outer.all) return true;
  if (inner.all) return false;
  return (
    inner.groups.every((group) => outer.groups.includes(group)) &&
    inner.shops.every((id) => isInScope(outer, { id, group: groupOf.get(id) ?? null }))
  );
}
