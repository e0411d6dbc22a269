/** Choosing an account and building a signed attempt: what creating a payment and trying it again share. */
import type { Account, Shop } from '../directory/types.ts';
import type { SignedAttempt } from '../ledger/commands.ts';
import { currency } from '../payments/currencies.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { orderNumber, type PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { PaymentRequest } from '../payments/types.ts';
import type { DayZone, Provider, StartedAttempt } from '../providers/contract.ts';
import { provider } from '../providers/registry.ts';
import { open, takesCurrency } from './accounts.ts';
import {
  type Destination,
  destinationOf,
  destinationsOf,
  fitted,
  isInUse,
  isOffered,
} from './destinations.ts';
import { attemptCalls } from './outgoing.ts';
import { dailyNumber, type Service } from './service.ts';
import { fitsMode, isReal } from './shop-mode.ts';
import { problemOf, startProblem } from './start-problem.ts';
import { whileShopperWaits } from './time-limit.ts';

/** What a shop says about where a payment goes. */
export interface Choice {
  readonly account?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly request: PaymentRequest;
}

/** That a shop has no account of a name. */
export function unknownToShop(id: string): Problem {
  return new Problem('not_found', `this shop has no account ${id}`, {
    errors: [{ path: 'account', message: 'is not an account of this shop' }],
  });
}

/**
 * Where a payment goes: to the named account, or to the first that can take it, of the named provider where one is named. Names of an
 * account that has a successor lead to that one, and so does the name of its provider.
 * @throws Problem why the named account, or else the first that is for such payments, cannot take this one.
 */
export async function chooseAccount(service: Service, shop: Shop, choice: Choice): Promise<Destination> {
  const { currency: code } = choice.request;
  if (!currency(code)) {
    throw new Problem('unsupported_currency', `${code} is not a currency of ISO 4217`, {
      errors: [{ path: 'currency', message: 'is not a currency of ISO 4217' }],
    });
  }
  const wanted = choice.provider ? provider(choice.provider) : null;
  if (choice.provider && !wanted) throw invalidField('provider', `there is no provider ${choice.provider}`);
  const destination = choice.account
    ? await namedAccount(service, shop, choice.account)
    : await firstAccount(service, shop, wanted?.id ?? null, choice.request);
  const { named, account } = destination;
  if (choice.account && wanted && !isOfProvider(destination, wanted.id)) {
    throw invalidField('provider', `the account ${named.id} is for ${named.provider}`);
  }
  requireCurrency(account, code);
  requireMode(shop, account);
  requireInUse(account);
  return destination;
}

function isOfProvider({ named, account }: Destination, id: string): boolean {
  return named.provider === id || account.provider === id;
}

/** @throws Problem when an account does not take a currency. */
export function requireCurrency(account: Account, code: string): void {
  if (takesCurrency(account, code)) return;
  throw new Problem(
    'unsupported_currency',
    `the account ${account.id} takes ${account.currencies.join(', ')}, not ${code}`,
    { errors: [{ path: 'currency', message: 'is not taken by this account' }] },
  );
}

/** @throws Problem when an account begins no attempt any more. */
function requireInUse(account: Account): void {
  if (!isInUse(account))
    throw new Problem('invalid_state', `the account ${account.id} is retired: it begins no payment any more`);
}

/** @throws Problem when an account is not for a shop of this mode. */
export function requireMode(shop: Pick<Shop, 'testMode'>, account: Account): void {
  if (fitsMode(shop, account)) return;
  if (isReal(account)) {
    throw new Problem(
      'forbidden',
      `the shop is in test mode, and the account ${account.id} takes real money`,
    );
  }
  throw invalidField(
    'account',
    `the account ${account.id} moves no real money, and the shop is not in test mode`,
  );
}

/** Where the payments of an account go that a shop names. @throws Problem not_found */
export async function namedAccount(service: Service, shop: Shop, id: string): Promise<Destination> {
  const found = shop.accounts.includes(id)
    ? await destinationOf(service, id)
    : // Payments say the account that they went to: a shop may have that name from there.
      (await destinationsOf(service, shop)).find(({ account }) => account.id === id);
  if (!found) throw unknownToShop(id);
  return found;
}

async function firstAccount(
  service: Service,
  shop: Shop,
  providerId: string | null,
  request: PaymentRequest,
): Promise<Destination> {
  const ofProvider = (await destinationsOf(service, shop)).filter(
    (destination) => providerId === null || isOfProvider(destination, providerId),
  );
  const some = ofProvider.filter(({ account }) => takesCurrency(account, request.currency));
  // A shop with a real and a test account of one contract uses the one of its mode.
  const offered = some.filter(({ account }) => isOffered(shop, account));
  const found = offered.find((destination) => isTaken(destination, request)) ?? offered[0] ?? some[0];
  if (found) return found;
  if (ofProvider.length > 0)
    throw new Problem('unsupported_currency', `no account of this shop takes ${request.currency}`);
  throw new Problem(
    'not_found',
    providerId === null ? 'this shop has no accounts yet' : `this shop has no account at ${providerId}`,
  );
}

/** Whether a payment that a shop has written for the account that it names is taken where it goes. */
function isTaken({ named, account }: Destination, request: PaymentRequest): boolean {
  if (problemOf(account, request) === null) return true;
  return isUsable(named) && problemOf(account, fitted(request, account, named).payment) === null;
}

function isUsable(account: Account): boolean {
  try {
    open(account);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** The shop's accounts for a payment method form, in its order: those that take the currency (null: any). */
export async function offeredAccounts(
  service: Service,
  shop: Shop,
  currencyCode: string | null,
): Promise<readonly Destination[]> {
  return (await destinationsOf(service, shop)).filter(
    ({ account }) =>
      isOffered(shop, account) && (currencyCode === null || takesCurrency(account, currencyCode)),
  );
}

/** The accounts that a payment of the shop can go to, in its order. */
export async function choices(
  service: Service,
  shop: Shop,
  payment: PaymentRequest,
): Promise<readonly Destination[]> {
  const offered = await offeredAccounts(service, shop, payment.currency);
  return offered.filter((destination) => isTaken(destination, payment));
}

/** Where countersign is reached from outside. Only under `npm start` the request says it. */
export function originOf(service: Service, requestUrl: string): string {
  return service.config.publicUrl ?? new URL(requestUrl).origin;
}

/** An address of documentation (RFC 5737): stands for a shopper who has yet to come, and is sent nowhere. */
const NO_SHOPPER = '192.0.2.1';

/** Ends a rehearsal where the first call would go out. */
class NothingIsSent extends Error {}

/**
 * Builds an order that is registered when its shopper comes, up to the first call: what cannot be built, an address of ours that is too
 * long for the protocol, is found now.
 * @throws Problem
 */
async function rehearse(found: Provider, start: Parameters<Provider['start']>[0]): Promise<void> {
  const nothing = new NothingIsSent();
  try {
    await found.start({
      ...start,
      ip: NO_SHOPPER,
      fetch: () => Promise.reject(nothing),
      daily: () => Promise.reject(nothing),
    });
  } catch (error) {
    const isReached = error === nothing || (error instanceof Problem && error.cause === nothing);
    if (!isReached) throw error;
  }
}

/** What an attempt is built of. */
interface AttemptOptions {
  readonly account: Account;
  readonly id: PaymentId;
  readonly attempt: number;
  /** The order number at the provider; left out: that of this payment and attempt. */
  readonly order?: string | undefined;
  readonly request: PaymentRequest;
  readonly amount: Minor;
  readonly origin: string;
  /** The account that this one stands in for while it cannot be reached. */
  readonly insteadOf?: string | undefined;
  /** Names of the shop's fields for another provider, which the request does not have any more. */
  readonly leftOut?: readonly string[];
  /** The shopper is there, at this address (null: not known); left out: the shopper has yet to come. */
  readonly ip?: string | null;
  /** Of a payment by BLIK: for this try alone. */
  readonly blikCode?: string | undefined;
}

/**
 * An attempt before its redirect is built.
 * @throws Problem naming what the account does not take.
 */
export function plannedAttempt(options: Omit<AttemptOptions, 'id' | 'attempt' | 'origin'>): SignedAttempt {
  const { account, order, request, amount, insteadOf, leftOut = [], blikCode } = options;
  // Here and not in each start: an order that is registered later must not be rejected only when its shopper is there.
  const problem = startProblem(account, { ...request, amount });
  if (problem) throw problem;
  const { provider: found, variants } = open(account);
  const { settings } = variants[0].account;
  return {
    account: account.id,
    provider: found.id,
    test: account.environment !== 'production',
    ...(order !== undefined && { order }),
    ...(insteadOf !== undefined && { insteadOf }),
    ...(leftOut.length > 0 && { leftOut }),
    capture: request.capture ?? found.captureDefault(settings),
    amount,
    // Whoever comes to the checkout while a code is being confirmed must not get a second order to pay.
    oneRedirect: found.freshOrderEachRedirect && blikCode === undefined,
    deferred: found.deferred?.(settings) ?? false,
    redirect: null,
    providerState: {},
    goodUntil: null,
    queryAt: null,
  };
}

/**
 * Builds and signs one attempt.
 * @throws Problem naming the field that is missing, too large, or that the protocol cannot carry.
 */
export async function startAttempt(service: Service, options: AttemptOptions): Promise<SignedAttempt> {
  const { account, id, attempt, order, request, amount, origin, ip, blikCode } = options;
  const planned = plannedAttempt(options);
  const { provider: found, variants } = open(account);
  const [current] = variants;
  const payment = { ...request, amount };
  const now = service.now();
  const calls = attemptCalls(service, account);
  const start = {
    id,
    order: order ?? orderNumber(id, attempt),
    payment,
    account: current.account,
    urls: {
      callback: `${origin}/callback/${encodeURIComponent(account.id)}`,
      back: `${origin}/return/${encodeURIComponent(account.id)}/${id}`,
    },
    now: new Date(now),
    ip: ip ?? null,
    ...(blikCode !== undefined && { blikCode }),
    fetch: calls.fetch,
    daily: (contract: string, zone?: DayZone) => dailyNumber(service, found.id, contract, zone),
  };
  if (planned.deferred && ip === undefined) {
    await rehearse(found, start);
    return planned;
  }
  const started = await whileShopperWaits(start.fetch, async ({ fetch: fetcher, charge }) =>
    found.start({ ...start, fetch: fetcher, charge }),
  ).catch((error: unknown) => {
    calls.ended(false);
    throw error;
  });
  calls.ended(true);
  const after = (seconds: number | undefined) => (seconds === undefined ? null : now + seconds * 1000);
  const made: StartedAttempt = 'kind' in started ? { redirect: started } : started;
  const goodUntil = after(made.goodForSeconds);
  return {
    ...planned,
    redirect: made.redirect,
    providerState: made.providerState ?? {},
    ...(made.bound && { bound: made.bound }),
    goodUntil: goodUntil === null ? null : new Date(goodUntil).toISOString(),
    queryAt: after(made.queryAfterSeconds),
  };
}
