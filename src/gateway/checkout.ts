/** The shopper at the checkout: the redirect of the newest attempt, a new attempt, or a choice of accounts. */
import type { Account } from '../directory/types.ts';
import type { HopFailure, HopResult } from '../ledger/commands.ts';
import { isUnavailable, Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { type Moves, movedTo, NO_MOVES } from '../payments/moves.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { fitted, isInUse, isOffered } from './destinations.ts';
import { type AttemptPlace, endTrial, placeOf } from './fallback.ts';
import { hopFailure } from './hop-failure.ts';
import { withoutCode } from './masked-code.ts';
import type { LedgerClient, Service } from './service.ts';
import { isReal } from './shop-mode.ts';
import { choices, plannedAttempt, requireCurrency, startAttempt } from './start-attempt.ts';

/** What the checkout knows of a shopper's request. */
export interface ShopperAtCheckout {
  /** The shopper's address; null: not known. */
  readonly ip: string | null;
  /** The account that the shopper has chosen; null: none. */
  readonly chosen: string | null;
  /** Where countersign is reached from outside. */
  readonly origin: string;
  readonly requestId: string;
  /** Of a payment by BLIK whose shop has sent the code: for one try. */
  readonly blikCode?: string;
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

/** The accounts that have moved. Where that cannot be read, an account that has is taken for one that is not offered any more. */
async function movesNow({ directory }: Service): Promise<Moves> {
  try {
    return await directory.moves();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return NO_MOVES;
  }
}

/** What the checkout is to build, by its ledger. */
type Start = Extract<HopResult, { kind: 'start' }>;

/** An attempt that was to be built, and what became of it. */
type Started = { readonly result: HopResult } | { readonly failedTrial: Problem };

async function start(
  service: Service,
  ledger: LedgerClient,
  hop: Start,
  shopper: ShopperAtCheckout,
): Promise<Started> {
  const { id, attempt, amount } = hop;
  const { origin, ip, requestId, blikCode } = shopper;
  let account: Account | null = null;
  let place: AttemptPlace | null = null;
  // The provider has a code, and the shopper may be paying.
  let isCodeTaken = false;
  try {
    account = await service.directory.account(hop.account);
    if (!account) throw new Problem('misconfigured', `the account ${hop.account} is not there any more`);
    const shop = await service.directory.shop(hop.shop);
    // The shop may have changed its mode since the payment was made.
    if (!shop?.active || !shop.adminEnabled || !isOffered(shop, account) || isReal(account) === hop.test) {
      await note(ledger, attempt, notOffered(hop.account, shopper));
      return { result: { kind: 'not_offered' } };
    }
    place = await placeOf(service, account, { shop, payment: hop.request, isInFlight: hop.isInFlight });
    account = place.account;
    // It may be another account than the one that the payment was made for: after a move, and while a move is taken back.
    requireCurrency(account, hop.request.currency);
    const { payment: request, leftOut } = fitted(hop.request, account, null);
    const { insteadOf } = place;
    const options = { account, insteadOf, leftOut, id, attempt, request, amount, origin, ip, blikCode };
    const planned = plannedAttempt(options);
    if (planned.deferred && !hop.isReserved) {
      const isReserved = await ledger.reserve(attempt, planned, blikCode !== undefined);
      if (!isReserved) return { result: { kind: 'busy', attempt } };
    }
    const started = await startAttempt(service, options).catch((error: unknown) => {
      throw withoutCode(error, blikCode);
    });
    isCodeTaken = blikCode !== undefined;
    await endTrial(service, place);
    return { result: await ledger.start(attempt, started, ip, await movesNow(service)) };
  } catch (error) {
    // The number stays reserved: the next code would begin another order.
    if (isCodeTaken) throw error;
    const accountId = account?.id ?? hop.account;
    await note(ledger, attempt, hopFailure(error, { accountId, account, requestId }));
    const isUnreached =
      error instanceof Problem && (error.code === 'provider_unreachable' || error.code === 'provider_error');
    if (place?.isTrial && isUnreached) return { failedTrial: error };
    throw error;
  }
}

/** How often, and how many milliseconds apart, it is looked whether another request has come to its end: as long as that waits for a provider. */
const LOOKS = 40;
const LOOK_MS = 250;

/** Another request of the shopper may be registering the order: this one waits for it, and goes where that one leads. */
async function follow(ledger: LedgerClient, first: HopResult, ip: string | null): Promise<HopResult> {
  let result = first;
  for (let look = 0; look < LOOKS && result.kind === 'busy' && result.attempt !== undefined; look += 1) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    result = await ledger.follow(result.attempt, ip);
  }
  return result;
}

/**
 * Where the shopper goes; a new attempt is started where one is needed. Whose attempt has tried in vain whether a provider can be reached
 * again goes to the fallback with the next one.
 * @throws Problem when it cannot be started.
 */
export async function nextHop(
  service: Service,
  id: PaymentId,
  shopper: ShopperAtCheckout,
): Promise<HopResult> {
  const ledger = service.ledger(id);
  const moves = await movesNow(service);
  const next = () => ledger.hop(shopper.ip, shopper.chosen, moves, shopper.blikCode !== undefined);
  const followed = (result: HopResult) => follow(ledger, result, shopper.ip);
  let result = await next();
  if (result.kind === 'start') {
    const first = await start(service, ledger, result, shopper);
    if ('result' in first) return followed(first.result);
    result = await next();
    if (result.kind === 'start') {
      const second = await start(service, ledger, result, shopper);
      if ('result' in second) return followed(second.result);
      throw second.failedTrial;
    }
  }
  result = await followed(result);
  if (result.kind === 'go') {
    // The attempt was signed before the account was retired, the shop was switched off, or went live: what a test bank calls paid is not.
    const shop = await service.directory.shop(result.shop);
    const account = await service.directory.account(result.account);
    if (
      !account ||
      !isInUse(account) ||
      !shop?.active ||
      !shop.adminEnabled ||
      (result.test && !shop.testMode)
    ) {
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
  return offered.flatMap(({ account }) => (isReal(account) === test ? [] : [account]));
}

/** What the name of an account comes to as a choice for a payment. */
interface NamedChoice {
  /** Null: it cannot be chosen. */
  readonly account: string | null;
  /** Whether there is anything to choose for: else the shopper learns what became of the payment, whatever was named. */
  readonly isNeeded: boolean;
}

/**
 * The account that a shopper chooses for a payment, by a name that a page has shown: one of the shop's where it has left the choice open,
 * else no other than it has named. An account that has moved since the page was shown is its successor.
 */
export async function choiceOf(service: Service, id: PaymentId, name: string): Promise<NamedChoice> {
  const account = movedTo(await movesNow(service), name) ?? name;
  const found = await service.ledger(id).read();
  const isNeeded =
    found !== null && !found.isOver && !found.attempts.some(({ status }) => status === 'pending');
  const isChoice = async () => {
    if (!found?.isOpen) return found?.attempts.at(-1)?.account === name;
    const accounts = await accountsToChoose(service, found.shop, found.request, found.view.test);
    return accounts.some((entry) => entry.id === account);
  };
  return { account: (await isChoice()) ? account : null, isNeeded };
}
