/**
 * An account's fallback: where new attempts go while its provider cannot be reached. Whether it can be reached is seen in the calls that
 * register orders; of a provider that registers none, in any call. An account without an outage costs nothing here.
 */

import { TRIED_EVERY_MS } from '../directory/outages.ts';
import type { Account, Shop } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { takesCurrency } from './accounts.ts';
import { usualCapture } from './captures.ts';
import { destinationOf, fitted, isOffered } from './destinations.ts';
import type { Service } from './service.ts';
import { startProblem } from './start-problem.ts';

/** Where an attempt goes. */
export interface AttemptPlace {
  readonly account: Account;
  /** The account that it stands in for; left out: none. */
  readonly insteadOf?: string;
  /** Whether it tries if the account can be reached again. */
  readonly isTrial: boolean;
}

/** The fallback of an account, where it can take this payment; null: it cannot. */
async function fallbackFor(
  service: Service,
  shop: Shop,
  own: Account,
  payment: PaymentRequest,
): Promise<Account | null> {
  const { id, fallback, environment } = own;
  const found = fallback === null ? null : await destinationOf(service, fallback);
  if (!found || found.account.id === id) return null;
  const { account } = found;
  const isFit =
    account.environment === environment &&
    isOffered(shop, account) &&
    takesCurrency(account, payment.currency) &&
    // Its shop was told, or knows by the account, when the money is taken.
    (payment.capture !== null || usualCapture(own) === usualCapture(account));
  if (!isFit) return null;
  try {
    return startProblem(account, fitted(payment, account, null).payment) === null ? account : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/**
 * Where a new attempt at an account goes now.
 * @param options.isInFlight the shopper of the payment may be paying at a bank: then it stays, as money would come twice.
 */
export async function placeOf(
  service: Service,
  account: Account,
  options: { readonly shop: Shop; readonly payment: PaymentRequest; readonly isInFlight: boolean },
): Promise<AttemptPlace> {
  const own = { account, isTrial: false };
  const { shop, payment, isInFlight } = options;
  if (account.outage === null || isInFlight) return own;
  const fallback = await fallbackFor(service, shop, account, payment);
  if (!fallback) return own;
  const isDue = service.now() - Date.parse(account.outage.triedAt) >= TRIED_EVERY_MS;
  if (isDue && (await service.directory.claimTrial(account.id))) return { account, isTrial: true };
  console.warn({ event: 'account.fallback', account: account.id, fallback: fallback.id });
  return { account: fallback, insteadOf: account.id, isTrial: false };
}

/** After a trial that made no call: nothing says any more that the provider cannot be reached. */
export async function endTrial(service: Service, { account, isTrial }: AttemptPlace): Promise<void> {
  if (isTrial) await service.directory.noteReached(account, null);
}
