/** What owners give to tokens and users: never more than they have themselves. */
import type { Grant, OperatorToken, OperatorUser } from '../directory/operators.ts';
import type { Role, Scope } from '../directory/types.ts';
import { type FieldError, invalidField, Problem } from '../payments/errors.ts';
import { isInScope, isScopeWithin, type Operator } from './permissions.ts';
import type { Service } from './service.ts';

/** What an owner says of a token or user; what is left out keeps its value. */
export interface GrantChange {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly shops?: readonly string[] | null | undefined;
  readonly groups?: readonly string[] | null | undefined;
}

async function groupsOfShops(service: Service): Promise<ReadonlyMap<string, string | null>> {
  return new Map((await service.directory.shops.list()).map(({ id, group }) => [id, group]));
}

/**
 * The shops that a change gives. A limit that leaves nothing is an error: an empty list must not be taken for everything.
 * @throws Problem invalid_request for a shop that is not there or that the maker may not see, and for such a group.
 */
async function scopeOf(
  service: Service,
  maker: Scope,
  { shops, groups }: GrantChange,
  before: Scope | null,
): Promise<Scope> {
  const wasLimited = before !== null && !before.all ? before : null;
  const named = shops === undefined ? (wasLimited?.shops ?? null) : shops;
  const grouped = groups === undefined ? (wasLimited?.groups ?? null) : groups;
  if (named === null && grouped === null) {
    if (!maker.all) throw invalidField('shops', 'name shops or groups: you may not see all of them yourself');
    return { all: true };
  }
  const scope = { all: false as const, shops: named ?? [], groups: grouped ?? [] };
  if (scope.shops.length + scope.groups.length === 0)
    throw invalidField('shops', 'names no shop, and groups names none: null for both is every shop');
  const known = await groupsOfShops(service);
  const errors: FieldError[] = [
    ...scope.shops.flatMap((id, index) => {
      const isSeen = known.has(id) && isInScope(maker, { id, group: known.get(id) ?? null });
      return isSeen ? [] : [{ path: `shops.${index}`, message: `there is no shop ${id}` }];
    }),
    ...scope.groups.flatMap((group, index) =>
      maker.all || maker.groups.includes(group)
        ? []
        : [{ path: `groups.${index}`, message: `is not one of the groups that you may see` }],
    ),
  ];
  const [first] = errors;
  if (first) throw new Problem('invalid_request', `${first.path}: ${first.message}`, { errors });
  return scope;
}

/**
 * What a token or user gets.
 * @param before what it had; null: it is new.
 * @throws Problem invalid_request
 */
export async function grantOf(
  service: Service,
  { scope: maker }: Pick<Operator, 'scope'>,
  change: GrantChange,
  before: Grant | null = null,
): Promise<Grant> {
  const name = change.name ?? before?.name;
  const role = change.role ?? before?.role;
  if (name === undefined) throw invalidField('name', 'is missing');
  if (role === undefined) throw invalidField('role', 'is missing');
  return { name, role, scope: await scopeOf(service, maker, change, before?.scope ?? null) };
}

/** Tells of a grant whether an operator of this scope may see it: all of its shops are its own. */
export async function isGrantWithin(
  service: Service,
  scope: Scope,
): Promise<(grant: Pick<Grant, 'scope'>) => boolean> {
  if (scope.all) return () => true;
  const groups = await groupsOfShops(service);
  return (grant) => isScopeWithin(grant.scope, scope, groups);
}

/** @throws Problem not_found, the same for a token that is not there and for one outside of the scope. */
export async function knownToken(service: Service, scope: Scope, id: string): Promise<OperatorToken> {
  const token = await service.directory.operators.token(id);
  if (!token || !(await isGrantWithin(service, scope))(token))
    throw new Problem('not_found', `there is no token ${id}`);
  return token;
}

/** @throws Problem not_found, the same for a user who is not there and for one outside of the scope. */
export async function knownUser(service: Service, scope: Scope, id: string): Promise<OperatorUser> {
  const user = await service.directory.operators.user(id);
  if (!user || !(await isGrantWithin(service, scope))(user))
    throw new Problem('not_found', `there is no user ${id}`);
  return user;
}

/** @throws Problem invalid_request when another user has the address. */
export async function requireFreeEmail(
  service: Service,
  email: string,
  before: OperatorUser | null,
): Promise<void> {
  if (email === before?.email) return;
  if (await service.directory.operators.userByEmail(email))
    throw invalidField('email', 'belongs to another user');
}
