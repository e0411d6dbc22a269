/** The shopper at the checkout: the redirect of the newest attempt, a new attempt, or a choice of accounts. */
import type { Account } from '../directory/types.ts';
import type { HopFailure, HopResult } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { hopFailure } from './hop-failure.ts';
import type { LedgerClient, Service } from './service.ts';
import { fitsMode, isReal } from './shop-mode.ts';
import { choices, startAttempt } from './start-attempt.ts';

/** What the checkout knows of a shopper's request. */
export interface ShopperAtCheckout {
  /** The shopper's address; null: not known. */
  readonly ip: string | null;
  /** The account that the shopper has chosen; null: none. */
  readonly chosen: string | null;
  /** Where countersign is reached from outside. */
  readonly origin: string;
  readonly requestId: string;
}

/** Notes in the payment's log why its shopper could not be forwarded. What fails here must not hide that. */
async function note(ledger: LedgerClient, attempt: number | null, failure: HopFailure): Promise<void> {
  try {
    await ledger.startFailed(attempt, failure);
  } catch (error) {
    console.error({ event: 'hop.failure_not_logged', requestId: failure.requestId, error: String(error) });
  }
}

/** The account is not for this shop, or for its mode, any more. */
function notOffered(account: string | null, { requestId }: ShopperAtCheckout): HopFailure {
  const detail = 'the account is not offered to this shop any more, or the shop is switched off';
  return { account, code: 'not_offered', detail, words: null, requestId };
}

async function startNext(
  service: Service,
  ledger: LedgerClient,
  hop: Extract<HopResult, { kind: 'start' }>,
  shopper: ShopperAtCheckout,
): Promise<HopResult> {
  const { id, attempt, request, amount } = hop;
  const { origin, ip, requestId } = shopper;
  let account: Account | null = null;
  try {
    account = await service.directory.account(hop.account);
    if (!account) throw new Problem('misconfigured', `the account ${hop.account} is not there any more`);
    const shop = await service.directory.shop(hop.shop);
    // The shop may have changed its mode since the payment was made.
    const isOffered =
      shop?.active && shop.adminEnabled && fitsMode(shop, account) && account.retiredAt === null;
    if (!isOffered || isReal(account) === hop.test) {
      await note(ledger, attempt, notOffered(hop.account, shopper));
      return { kind: 'not_offered' };
    }
    const started = await startAttempt(service, { account, id, attempt, request, amount, origin, ip });
    return await ledger.start(attempt, started, ip);
  } catch (error) {
    await note(ledger, attempt, hopFailure(error, { accountId: hop.account, account, requestId }));
    throw error;
  }
}

/**
 * Where the shopper goes; a new attempt is started where one is needed.
 * @throws Problem when it cannot be started.
 */
export async function nextHop(
  service: Service,
  id: PaymentId,
  shopper: ShopperAtCheckout,
): Promise<HopResult> {
  const ledger = service.ledger(id);
  const result = await ledger.hop(shopper.ip, shopper.chosen);
  if (result.kind === 'start') return startNext(service, ledger, result, shopper);
  if (result.kind === 'go') {
    // The attempt was signed before the account was retired, the shop was switched off, or went live: what a test bank calls paid is not.
    const shop = await service.directory.shop(result.shop);
    const account = await service.directory.account(result.account);
    const isInUse = account !== null && account.retiredAt === null;
    if (!isInUse || !shop?.active || !shop.adminEnabled || (result.test && !shop.testMode)) {
      await note(ledger, null, notOffered(null, shopper));
      return { kind: 'not_offered' };
    }
  }
  return result;
}

/** The accounts that a shopper of a payment may choose from: those that can take it; none for a shop that is gone. */
export async function accountsToChoose(
  service: Service,
  shopId: string,
  payment: PaymentRequest,
  test: boolean,
): Promise<readonly Account[]> {
  const shop = await service.directory.shop(shopId);
  if (!shop) return [];
  const offered = await choices(service, shop, payment);
  return offered.filter((account) => isReal(account) !== test);
}

/**
 * Whether a shopper may choose an account for a payment: one of the shop's where it has left the choice open, else no other
 * than it has named.
 */
export async function isChoice(service: Service, id: PaymentId, account: string): Promise<boolean> {
  const found = await service.ledger(id).read();
  if (!found?.isOpen) return found?.view.account === account;
  const accounts = await accountsToChoose(service, found.shop, found.request, found.view.test);
  return accounts.some((entry) => entry.id === account);
}
