/** Choosing an account and building a signed attempt: what creating a payment and trying it again share. */
import type { Account, Shop } from '../directory/types.ts';
import type { SignedAttempt } from '../ledger/commands.ts';
import { currency } from '../payments/currencies.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { orderNumber, type PaymentId } from '../payments/id.ts';
import { display, type Minor } from '../payments/money.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { type StartedAttempt, shopFieldsOf } from '../providers/contract.ts';
import { requireShopFields, shopFieldProblem } from '../providers/kit/provider-fields.ts';
import { provider } from '../providers/registry.ts';
import { open, takesCurrency } from './accounts.ts';
import { fetchFor } from './outgoing.ts';
import { dailyNumber, type Service } from './service.ts';
import { fitsMode, isReal } from './shop-mode.ts';

/** What a shop says about where a payment goes. */
export interface Choice {
  readonly account?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly currency: string;
}

function unknownAccount(id: string): Problem {
  return new Problem('not_found', `this shop has no account ${id}`, {
    errors: [{ path: 'account', message: 'is not an account of this shop' }],
  });
}

/**
 * The account that a payment goes to: the named one, the first of the named provider, or the first that takes
 * the currency.
 * @throws Problem
 */
export async function chooseAccount(service: Service, shop: Shop, choice: Choice): Promise<Account> {
  if (!currency(choice.currency)) {
    throw new Problem('unsupported_currency', `${choice.currency} is not a currency of ISO 4217`, {
      errors: [{ path: 'currency', message: 'is not a currency of ISO 4217' }],
    });
  }
  const wanted = choice.provider ? provider(choice.provider) : null;
  if (choice.provider && !wanted) throw invalidField('provider', `there is no provider ${choice.provider}`);
  const account = choice.account
    ? await namedAccount(service, shop, choice.account)
    : await firstAccount(service, shop, wanted?.id ?? null, choice.currency);
  if (choice.account && wanted && account.provider !== wanted.id) {
    throw invalidField('provider', `the account ${account.id} is for ${account.provider}`);
  }
  if (!takesCurrency(account, choice.currency)) {
    throw new Problem(
      'unsupported_currency',
      `the account ${account.id} takes ${account.currencies.join(', ')}, not ${choice.currency}`,
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
  currencyCode: string,
): Promise<Account> {
  let some = false;
  let unfit: Account | null = null;
  for (const id of shop.accounts) {
    const account = await service.directory.account(id);
    if (!account || (providerId !== null && account.provider !== providerId)) continue;
    some = true;
    if (!takesCurrency(account, currencyCode)) continue;
    // A shop with a real and a test account of one contract uses the one of its mode.
    if (fitsMode(shop, account) && account.retiredAt === null) return account;
    unfit ??= account;
  }
  if (unfit) return unfit;
  if (some) throw new Problem('unsupported_currency', `no account of this shop takes ${currencyCode}`);
  throw new Problem(
    'not_found',
    providerId === null ? 'this shop has no accounts yet' : `this shop has no account at ${providerId}`,
  );
}

/** Whether an account's provider takes the fields that a shop gives with a payment. */
function takesFields(account: Account, fields: PaymentRequest['providerFields']): boolean {
  if (Object.keys(fields).length === 0) return true;
  try {
    const { provider: found, variants } = open(account);
    return shopFieldProblem(fields, shopFieldsOf(found, variants[0].account.settings)) === null;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/**
 * The shop's accounts for a payment method form, in its order: those that take the currency (null: any).
 * @param fields of the payment, for the provider: an account whose provider does not take them cannot be chosen.
 */
export async function choices(
  service: Service,
  shop: Shop,
  currencyCode: string | null,
  fields: PaymentRequest['providerFields'] = {},
): Promise<Account[]> {
  const accounts = await Promise.all(shop.accounts.map((id) => service.directory.account(id)));
  return accounts.filter(
    (account): account is Account =>
      account !== null &&
      account.retiredAt === null &&
      (currencyCode === null || takesCurrency(account, currencyCode)) &&
      fitsMode(shop, account) &&
      takesFields(account, fields),
  );
}

/** Where countersign is reached from outside. Only under `npm start` the request says it. */
export function originOf(service: Service, requestUrl: string): string {
  return service.config.publicUrl ?? new URL(requestUrl).origin;
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
  const { provider: found, variants } = open(account);
  if (amount > found.maxAmount) {
    throw new Problem(
      'amount_out_of_range',
      `${found.caption} takes at most ${display(found.maxAmount, request.currency)}`,
      { errors: [{ path: 'amount', message: `is above ${found.maxAmount}` }] },
    );
  }
  const [current] = variants;
  const { settings } = current.account;
  // Here and not in each start: an order that is registered later must not be rejected only when its shopper is there.
  requireShopFields(request.providerFields, shopFieldsOf(found, settings));
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
  if (common.deferred && ip === undefined) {
    return { ...common, redirect: null, providerState: {}, goodUntil: null, queryAt: null };
  }
  const now = service.now();
  const started = await found.start({
    id,
    order: order ?? orderNumber(id, attempt),
    payment: { ...request, amount },
    account: current.account,
    urls: {
      callback: `${origin}/callback/${encodeURIComponent(account.id)}`,
      back: `${origin}/return/${encodeURIComponent(account.id)}/${id}`,
    },
    now: new Date(now),
    ip: ip ?? null,
    fetch: fetchFor(service, account),
    daily: (contract, zone) => dailyNumber(service, found.id, contract, zone),
  });
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
