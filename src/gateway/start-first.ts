/** The attempt with which a payment begins, before its shopper comes. */
import type { Shop } from '../directory/types.ts';
import type { SignedAttempt } from '../ledger/commands.ts';
import type { PaymentId } from '../payments/id.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { isDeferred } from './accounts.ts';
import { type Destination, fitted } from './destinations.ts';
import { endTrial, placeOf } from './fallback.ts';
import type { Service } from './service.ts';
import { startAttempt } from './start-attempt.ts';

/**
 * Builds it for the account that the payment goes to, or for its fallback. An order that is registered when the shopper comes goes to its
 * own account here: where it is registered is decided then.
 * @throws Problem as startAttempt does.
 */
export async function startFirst(
  service: Service,
  options: {
    readonly shop: Shop;
    readonly destination: Destination;
    readonly id: PaymentId;
    readonly number: number;
    readonly request: PaymentRequest;
    readonly origin: string;
  },
): Promise<SignedAttempt> {
  const { shop, destination, id, number, request, origin } = options;
  const { named, account } = destination;
  const place = isDeferred(account)
    ? { account, isTrial: false }
    : await placeOf(service, account, { shop, payment: request, isInFlight: false });
  const { payment, leftOut } = fitted(request, place.account, named);
  const attempt = await startAttempt(service, {
    account: place.account,
    insteadOf: place.insteadOf,
    leftOut,
    id,
    attempt: number,
    request: payment,
    amount: request.amount,
    origin,
  });
  await endTrial(service, place);
  return attempt;
}
