/** Accounts that take the place of others: which may, and what may not be changed of one, because of the accounts that it stands in for. */
import type { AccountInput } from '../directory/accounts.ts';
import { type AccountLink, countsOf, type OpenCounts } from '../directory/successions.ts';
import type { Account, Actor, Scope } from '../directory/types.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { shownRequirement } from '../providers/kit/requirements.ts';
import { provider } from '../providers/registry.ts';
import { knownAccount } from './account-change.ts';
import { open, takesCurrency } from './accounts.ts';
import { usualCapture } from './captures.ts';
import { destinationOf, isInUse } from './destinations.ts';
import { scopedAccountIds } from './scoped.ts';
import type { Service } from './service.ts';

/** What of an account decides whether another can take its place. */
type Place = Pick<Account, 'id' | 'environment'>;

/** Why one account cannot stand in for another; null: it can, as far as the two environments say. */
function environmentProblem(from: Place, to: Place): string | null {
  return from.environment === to.environment
    ? null
    : `the account ${from.id} is for ${from.environment}, ${to.id} for ${to.environment}`;
}

/** The account that a request names, among those that its operator may see. @throws Problem invalid_request */
async function namedIn(service: Service, scope: Scope, field: string, id: string): Promise<Account> {
  const ids = await scopedAccountIds(service, scope);
  const account = ids && !ids.has(id) ? null : await service.directory.accounts.get(id);
  if (!account) throw invalidField(field, `there is no account ${id}`);
  return account;
}

/** @throws Problem invalid_state when an account cannot be the one that payments of others go to. */
function requireUsable(account: Account): void {
  const { id, retiredAt, succession } = account;
  if (retiredAt !== null) throw new Problem('invalid_state', `the account ${id} is retired`);
  if (succession !== null)
    throw new Problem(
      'invalid_state',
      `the account ${id} was succeeded by ${succession.by} itself: name that one`,
    );
  try {
    open(account);
  } catch (error) {
    if (error instanceof Problem) throw new Problem('invalid_state', error.message, { cause: error });
    throw error;
  }
}

/** Currencies of one account that another does not take. */
function currenciesLost(from: Account, to: Account): readonly string[] {
  return from.currencies.filter((code) => takesCurrency(from, code) && !takesCurrency(to, code));
}

/**
 * Why a way back would lose currencies: something is open in them, shops have the account by its own name, or it has taken the place of
 * further accounts that take them. What it took beyond those has nothing to go back to otherwise; null: it loses none.
 */
async function lossOnTheWayBack(service: Service, from: Account, to: Account): Promise<string | null> {
  const lost = currenciesLost(from, to);
  if (lost.length === 0) return null;
  const shops = await service.directory.shops.list();
  if (shops.some((shop) => shop.accounts.includes(from.id)))
    return `${lost.join(', ')}, which shops have that name ${from.id}`;
  const open = await service.directory.openPayments([from.id], { all: true });
  const inOpen = lost.filter((code) => open.some(({ currency }) => currency === code));
  if (inOpen.length > 0) return `${inOpen.join(', ')}, in which payments are open at ${from.id}`;
  const others = await accountsBehind(service, from, to);
  const further = lost.filter((code) => others.some((other) => takesCurrency(other, code)));
  if (further.length === 0) return null;
  return `${further.join(', ')}, which ${from.id} takes for ${others.map(({ id }) => id).join(', ')}`;
}

/** The accounts whose payments go to one, but for another and those behind that. */
async function accountsBehind(service: Service, one: Account, but: Account): Promise<readonly Account[]> {
  const links = await service.directory.accounts.links();
  const found = new Set<string>();
  const waiting = [one.id];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
    for (const link of links) {
      if (link.successor !== id || link.id === but.id || found.has(link.id)) continue;
      found.add(link.id);
      waiting.push(link.id);
    }
  return Promise.all([...found].map((id) => knownAccount(service, id)));
}

/**
 * Has an account succeeded by another: new payments and new attempts go there, by the old name too. Where the other was succeeded by this
 * one, this is the way back.
 * @throws Problem invalid_request for an account that is not there; invalid_state for one that cannot take its place.
 */
export async function succeedAccount(
  service: Service,
  from: Account,
  successor: string,
  by: Actor & { readonly scope: Scope },
): Promise<void> {
  const to = await namedIn(service, by.scope, 'account', successor);
  if (to.id === from.id) throw new Problem('invalid_state', 'an account cannot succeed itself');
  if (from.succession?.by === to.id) return;
  const isWayBack = to.succession?.by === from.id;
  if (!isWayBack && (await leadsTo(service, to, from.id)))
    throw new Problem(
      'invalid_state',
      `payments of ${to.id} go to ${from.id} already: they would go in a circle`,
    );
  requireUsable(isWayBack ? { ...to, succession: null } : to);
  const environment = environmentProblem(from, to);
  if (environment) throw new Problem('invalid_state', environment);
  const lost = currenciesLost(from, to);
  const loss = isWayBack
    ? await lossOnTheWayBack(service, from, to)
    : lost.length > 0 && `${lost.join(', ')}, which ${from.id} takes`;
  if (loss) throw new Problem('invalid_state', `the account ${to.id} does not take ${loss}`);
  const [before, after] = [usualCapture(from), usualCapture(to)];
  if (before !== null && before !== after)
    throw new Problem(
      'invalid_state',
      `by default capture is ${before} at ${from.id} and ${after} at ${to.id}: set both alike`,
    );
  const isDone = await service.directory.accounts.succeed(from.id, to.id, by);
  service.directory.changed();
  if (!isDone)
    throw new Problem('invalid_state', `the account ${to.id} was changed just now: look at it again`);
}

/** Whether the payments of an account go to another in the end, or on the way. */
async function leadsTo(service: Service, account: Account, id: string): Promise<boolean> {
  const links = new Map((await service.directory.accounts.links()).map((link) => [link.id, link.successor]));
  const seen = new Set<string>();
  for (let at: string | null = account.id; at !== null && !seen.has(at); at = links.get(at) ?? null) {
    if (at === id) return true;
    seen.add(at);
  }
  return false;
}

/**
 * Lets an account be changed as far as it still fits those whose place it takes, its successor and its fallback.
 * @throws Problem invalid_request for a fallback that cannot be one; invalid_state for a change under another account.
 */
export async function requireLinksFit(
  service: Service,
  scope: Scope,
  input: AccountInput,
  before: Account | null,
): Promise<void> {
  const { fallback } = input;
  if (fallback !== null && (fallback !== before?.fallback || input.environment !== before.environment))
    await requireFallback(service, scope, input, fallback);
  if (!before) return;
  const links = await service.directory.accounts.links();
  const next = before.succession && (await service.directory.accounts.get(before.succession.by));
  const problem = next && environmentProblem(input, next);
  if (problem) throw new Problem('invalid_state', problem);
  for (const { id, successor } of standingIn(links, input.id)) {
    const other = await knownAccount(service, id);
    const environment = environmentProblem(other, input);
    if (environment) throw new Problem('invalid_state', environment);
    if (successor !== input.id) continue;
    const lost = currenciesLost(other, { ...before, currencies: input.currencies });
    if (lost.length > 0)
      throw new Problem(
        'invalid_state',
        `payments of the account ${id} go to ${input.id}: it has to go on taking ${lost.join(', ')}`,
      );
  }
}

async function requireFallback(
  service: Service,
  scope: Scope,
  input: AccountInput,
  fallback: string,
): Promise<void> {
  if (fallback === input.id) throw invalidField('fallback', 'is the account itself');
  const found = await namedIn(service, scope, 'fallback', fallback);
  const problem = environmentProblem(input, found);
  if (problem) throw invalidField('fallback', problem);
  if (!isInUse(found)) throw invalidField('fallback', `the account ${fallback} is retired`);
  if (!input.currencies.some((code) => takesCurrency(found, code)))
    throw invalidField('fallback', `the account ${fallback} takes none of the currencies`);
}

/** The accounts whose payments may go to one, as their successor or fallback. */
function standingIn(links: readonly AccountLink[], id: string): readonly AccountLink[] {
  return links.filter(({ successor, fallback }) => successor === id || fallback === id);
}

/** @throws Problem invalid_state when payments of others go to an account, which is to be deleted. */
export async function requireNobodyStandsOn(service: Service, id: string): Promise<void> {
  const names = standingIn(await service.directory.accounts.links(), id).map((link) => link.id);
  if (names.length > 0)
    throw new Problem(
      'invalid_state',
      `the account ${id} is the successor or fallback of ${names.join(', ')}`,
    );
}

/**
 * What went on elsewhere after a move may be paid at the old account long after, and only with its secrets that can be believed. The
 * searchable copy may be behind, or be lost.
 * @throws Problem invalid_state for an account that has ever moved.
 */
export async function requireNeverMoved(service: Service, id: string): Promise<void> {
  if (await service.directory.accounts.wasSucceeded(id))
    throw new Problem(
      'invalid_state',
      `payments of the account ${id} have moved to another one and may still be paid here: leave it retired`,
    );
}

/**
 * An attempt that went there, and that its shopper left for another account, may be paid there all the same.
 * @throws Problem invalid_state for an account that any attempt ever went to, and while that is not known.
 */
export async function requireNoPayments(service: Service, id: string): Promise<void> {
  const went = await service.directory.everWentTo(id);
  if (went === 'yes')
    throw new Problem('invalid_state', `payments have gone to the account ${id}: retire it instead`);
  if (went === 'unknown')
    throw new Problem(
      'invalid_state',
      `whether payments have gone to the account ${id} is not known before npm run rebuild -- URL --older has run: retire it instead`,
    );
}

/** How far a succession is. */
export interface ShownSuccession {
  readonly by: string;
  readonly since: string;
  /** Payments of which an attempt is open at the old account, by status. */
  readonly open: OpenCounts;
  /** Fields that payments need where they go now, and did not need at the old account. */
  readonly requires: readonly string[];
}

/**
 * What payments need where those of an account go now, and did not need there. Which of the open ones lack it is not known: the
 * searchable copy does not have what a shop has told of its customer.
 */
async function newlyRequired(service: Service, account: Account): Promise<readonly string[]> {
  const now = (await destinationOf(service, account.id))?.account ?? account;
  const shownOf = ({ provider: id }: Account) => (provider(id)?.requires ?? []).map(shownRequirement);
  const before = new Set(shownOf(account).map((one) => JSON.stringify(one)));
  const added = shownOf(now).filter((one) => !before.has(JSON.stringify(one)));
  return [...new Set(added.map(({ field }) => field))];
}

/** The successions of accounts with their progress, by account, as an operator of a scope sees it. */
export async function shownSuccessions(
  service: Service,
  scope: Scope,
  accounts: readonly Account[],
): Promise<ReadonlyMap<string, ShownSuccession>> {
  const moved = accounts.flatMap((account) =>
    account.succession === null ? [] : [{ account, succession: account.succession }],
  );
  const ids = moved.map(({ account }) => account.id);
  const open = await service.directory.openPayments(ids, scope);
  const shown = moved.map(async ({ account, succession }) => {
    const requires = await newlyRequired(service, account);
    return [account.id, { ...succession, open: countsOf(open, account.id), requires }] as const;
  });
  return new Map(await Promise.all(shown));
}
