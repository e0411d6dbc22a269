/** Choosing an account and building a signed attempt: what creating a payment and trying it again share. */
import type { Account, Shop } from '../directory/types.ts';
import type { SignedAttempt } from '../ledger/commands.ts';
import { currency } from '../payments/currencies.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { orderNumber, type PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { PaymentRequest } from '../payments/types.ts';
import type { DayZone, Provider, StartedAttempt } from '../providers/contract.ts';
import { paymentProblem } from '../providers/kit/requirements.ts';
import { provider } from '../providers/registry.ts';
import { open, takesCurrency } from './accounts.ts';
import { fetchFor } from './outgoing.ts';
import { dailyNumber, type Service } from './service.ts';
import { fitsMode, isReal } from './shop-mode.ts';

/** What a shop says about where a payment goes. */
export interface Choice {
  readonly account?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly request: PaymentRequest;
}

function unknownAccount(id: string): Problem {
  return new Problem('not_found', `this shop has no account ${id}`, {
    errors: [{ path: 'account', message: 'is not an account of this shop' }],
  });
}

/**
 * The account that a payment goes to: the named one, or the first that can take it, of the named provider where one is named.
 * @throws Problem why the named account, or else the first that is for such payments, cannot take this one.
 */
export async function chooseAccount(service: Service, shop: Shop, choice: Choice): Promise<Account> {
  const { currency: code } = choice.request;
  if (!currency(code)) {
    throw new Problem('unsupported_currency', `${code} is not a currency of ISO 4217`, {
      errors: [{ path: 'currency', message: 'is not a currency of ISO 4217' }],
    });
  }
  const wanted = choice.provider ? provider(choice.provider) : null;
  if (choice.provider && !wanted) throw invalidField('provider', `there is no provider ${choice.provider}`);
  const account = choice.account
    ? await namedAccount(service, shop, choice.account)
    : await firstAccount(service, shop, wanted?.id ?? null, choice.request);
  if (choice.account && wanted && account.provider !== wanted.id) {
    throw invalidField('provider', `the account ${account.id} is for ${account.provider}`);
  }
  if (!takesCurrency(account, code)) {
    throw new Problem(
      'unsupported_currency',
      `the account ${account.id} takes ${account.currencies.join(', ')}, not ${code}`,
      { errors: [{ path: 'currency', message: 'is not taken by this account' }] },
    );
  }
  requireMode(shop, account);
  requireInUse(account);
  return account;
}

/** @throws Problem when an account begins no attempt any more. */
export function requireInUse({ id, retiredAt }: Account): void {
  if (retiredAt !== null)
    throw new Problem('invalid_state', `the account ${id} is retired: it begins no payment any more`);
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

async function namedAccount(service: Service, shop: Shop, id: string): Promise<Account> {
  const account = shop.accounts.includes(id) ? await service.directory.account(id) : null;
  if (!account) throw unknownAccount(id);
  return account;
}

async function firstAccount(
  service: Service,
  shop: Shop,
  providerId: string | null,
  request: PaymentRequest,
): Promise<Account> {
  const ofProvider = (await accountsOf(service, shop)).filter(
    (account) => providerId === null || account.provider === providerId,
  );
  const some = ofProvider.filter((account) => takesCurrency(account, request.currency));
  // A shop with a real and a test account of one contract uses the one of its mode.
  const offered = some.filter((account) => isOffered(shop, account));
  const found = offered.find((account) => problemOf(account, request) === null) ?? offered[0] ?? some[0];
  if (found) return found;
  if (ofProvider.length > 0)
    throw new Problem('unsupported_currency', `no account of this shop takes ${request.currency}`);
  throw new Problem(
    'not_found',
    providerId === null ? 'this shop has no accounts yet' : `this shop has no account at ${providerId}`,
  );
}

async function accountsOf(service: Service, shop: Shop): Promise<Account[]> {
  const accounts = await Promise.all(shop.accounts.map((id) => service.directory.account(id)));
  return accounts.filter((account): account is Account => account !== null);
}

/** Whether a shop's account begins attempts of its shoppers. */
function isOffered(shop: Shop, account: Account): boolean {
  return account.retiredAt === null && fitsMode(shop, account);
}

/**
 * Why an account cannot take a payment, as far as its settings and the payment say it; null: it can.
 * @throws Problem misconfigured when the account cannot be used at all.
 */
function startProblem(account: Account, payment: PaymentRequest): Problem | null {
  const { provider: found, variants } = open(account);
  return paymentProblem(found, variants[0].account.settings as never, payment);
}

/** The same, of an account that cannot be used too. */
function problemOf(account: Account, payment: PaymentRequest): Problem | null {
  try {
    return startProblem(account, payment);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** The shop's accounts for a payment method form, in its order: those that take the currency (null: any). */
export async function offeredAccounts(
  service: Service,
  shop: Shop,
  currencyCode: string | null,
): Promise<Account[]> {
  return (await accountsOf(service, shop)).filter(
    (account) => isOffered(shop, account) && (currencyCode === null || takesCurrency(account, currencyCode)),
  );
}

/** The shop's accounts that can take a payment, in its order. */
export async function choices(service: Service, shop: Shop, payment: PaymentRequest): Promise<Account[]> {
  const offered = await offeredAccounts(service, shop, payment.currency);
  return offered.filter((account) => problemOf(account, payment) === null);
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

/**
 * Builds and signs one attempt.
 * @throws Problem naming the field that is missing, too large, or that the protocol cannot carry.
 */
export async function startAttempt(
  service: Service,
  options: {
    readonly account: Account;
    readonly id: PaymentId;
    readonly attempt: number;
    /** The order number at the provider; left out: that of this payment and attempt. */
    readonly order?: string | undefined;
    readonly request: PaymentRequest;
    readonly amount: Minor;
    readonly origin: string;
    /** The shopper is there, at this address (null: not known); left out: the shopper has yet to come. */
    readonly ip?: string | null;
  },
): Promise<SignedAttempt> {
  const { account, id, attempt, order, request, amount, origin, ip } = options;
  const payment = { ...request, amount };
  // Here and not in each start: an order that is registered later must not be rejected only when its shopper is there.
  const problem = startProblem(account, payment);
  if (problem) throw problem;
  const { provider: found, variants } = open(account);
  const [current] = variants;
  const { settings } = current.account;
  const common = {
    account: account.id,
    provider: found.id,
    test: account.environment !== 'production',
    ...(order !== undefined && { order }),
    capture: request.capture ?? found.captureDefault(settings),
    amount,
    oneRedirect: found.freshOrderEachRedirect,
    deferred: found.deferred?.(settings) ?? false,
  };
  const now = service.now();
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
    fetch: fetchFor(service, account),
    daily: (contract: string, zone?: DayZone) => dailyNumber(service, found.id, contract, zone),
  };
  if (common.deferred && ip === undefined) {
    await rehearse(found, start);
    return { ...common, redirect: null, providerState: {}, goodUntil: null, queryAt: null };
  }
  const started = await found.start(start);
  const after = (seconds: number | undefined) => (seconds === undefined ? null : now + seconds * 1000);
  const made: StartedAttempt = 'kind' in started ? { redirect: started } : started;
  const goodUntil = after(made.goodForSeconds);
  return {
    ...common,
    redirect: made.redirect,
    providerState: made.providerState ?? {},
    ...(made.bound && { bound: made.bound }),
    goodUntil: goodUntil === null ? null : new Date(goodUntil).toISOString(),
    queryAt: after(made.queryAfterSeconds),
  };
}
