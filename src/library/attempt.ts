/** One signed redirect of a shopper, and what an application keeps of it. */
import { Problem } from '../payments/errors.ts';
import { fromOrderNumber, orderNumber, type PaymentId, paymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { Capture, Customer, PaymentRequest, Redirect } from '../payments/types.ts';
import type { DayZone, DeclaredProvider, StartedAttempt } from '../providers/contract.ts';
import type { SettingsSchema } from '../providers/kit/settings.ts';
import type { LibraryAccount } from './account.ts';

/** What the library is given to reach the world. */
export interface World {
  /** In place of the platform's own. */
  readonly fetch?: typeof fetch;
  readonly now?: () => Date;
  /**
   * A number from 0 that no other order of the same contract gets on this day: for the protocols with short order numbers (SIPS, Lyra's
   * form, ...), where you have to count. Left out: such a protocol says that it is missing.
   */
  readonly daily?: (contract: string, zone?: DayZone) => Promise<number>;
}

/** A payment that is to be started. */
export interface LibraryPayment {
  /** What the provider knows it by: `newOrder()`, and another one for each try. */
  readonly order: string;
  /** Your own reference, where the protocol has a field for it. */
  readonly reference: string;
  /** In the currency's minor unit: 1999 with EUR is 19.99 EUR. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly description?: string;
  /** Left out: as the account does. */
  readonly capture?: Capture;
  readonly customer?: Customer;
  /** Extra fields for the provider, signed with the rest. */
  readonly providerFields?: Readonly<Record<string, string>>;
  /** Where the provider sends its notification: there `verify` is called with `notification`. */
  readonly callbackUrl: string;
  /** Where the shopper comes back to: there `verify` is called with `return`. */
  readonly backUrl: string;
  /** The shopper's address, where orders are registered while the shopper is there. */
  readonly ip?: string;
}

/** What you keep of an attempt by its order, until its money is settled: `verify` and what comes later need it. It has no secrets. */
export interface LibraryAttempt {
  readonly order: string;
  /** The account's id. */
  readonly account: string;
  readonly amount: number;
  readonly currency: string;
  readonly capture: Capture;
  readonly startedAt: string;
  /** What the provider's code wants back. `verify` and `query` may bring newer members: they go over these. */
  readonly providerState: Readonly<Record<string, string>>;
  /** What has to come back the same. */
  readonly bound: Readonly<Record<string, string>>;
}

/** Where the shopper goes, and what is kept. */
export interface Started {
  readonly redirect: Redirect;
  readonly attempt: LibraryAttempt;
  /** From then on the provider does not take the redirect any more: start another. Null: it does not say. */
  readonly goodUntil: string | null;
}

const noDaily = () =>
  Promise.reject(
    new Problem(
      'unsupported_operation',
      'this protocol numbers the orders of a day: hand in `daily`, which counts them',
    ),
  );

/** What provider code is given of the world. */
export function worldOf({ fetch: given, now, daily }: World) {
  const fetcher: typeof fetch = given ?? ((input, init) => fetch(input, init));
  return { fetch: fetcher, now: now?.() ?? new Date(), daily: daily ?? noDaily };
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An order number that fits every protocol: 18 letters and digits, of which 80 bits are random. */
export function newOrder(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => ALPHABET[byte % 32]);
  return orderNumber(letters.join('') as PaymentId, 1);
}

/** The part of an order number that names the payment. @throws Problem invalid_request */
function paymentOfOrder(order: string): PaymentId {
  const id = fromOrderNumber(order)?.id ?? paymentId(order.slice(0, 16));
  if (id && order.length === 18) return id;
  throw new Problem('invalid_request', `order: ${order} is no number that newOrder() makes`);
}

/**
 * Builds and signs the redirect of one attempt.
 * @throws Problem naming what the provider or its protocol cannot take.
 */
export async function startPayment<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  account: LibraryAccount<Schema>,
  payment: LibraryPayment,
  given: World,
): Promise<Started> {
  const world = worldOf(given);
  if (!Number.isSafeInteger(payment.amount) || payment.amount < 1 || payment.amount > provider.maxAmount)
    throw new Problem(
      'amount_out_of_range',
      `amount: is a whole number from 1 to ${provider.maxAmount}, in minor units`,
    );
  if (!provider.currencies.includes(payment.currency))
    throw new Problem('unsupported_currency', `${provider.caption} does not take ${payment.currency}`);
  const request: PaymentRequest = {
    reference: payment.reference,
    amount: payment.amount as Minor,
    currency: payment.currency,
    description: payment.description ?? null,
    capture: payment.capture ?? null,
    customer: payment.customer ?? {},
    returnUrl: {},
    extraData: null,
    providerFields: payment.providerFields ?? {},
  };
  const started = await provider.start({
    id: paymentOfOrder(payment.order),
    order: payment.order,
    payment: request,
    account: account as never,
    urls: { callback: payment.callbackUrl, back: payment.backUrl },
    ip: payment.ip ?? null,
    ...world,
  });
  const made: StartedAttempt = 'kind' in started ? { redirect: started } : started;
  const { goodForSeconds } = made;
  return {
    redirect: made.redirect,
    attempt: {
      order: payment.order,
      account: account.id,
      amount: payment.amount,
      currency: payment.currency,
      capture: payment.capture ?? provider.captureDefault(account.settings as never),
      startedAt: world.now.toISOString(),
      providerState: made.providerState ?? {},
      bound: made.bound ?? {},
    },
    goodUntil:
      goodForSeconds === undefined
        ? null
        : new Date(world.now.getTime() + goodForSeconds * 1000).toISOString(),
  };
}
