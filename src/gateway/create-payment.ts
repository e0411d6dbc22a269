/** Creating a payment: its account chosen, its first attempt signed, then one call to its ledger. */
import type { Shop } from '../directory/types.ts';
import type { CreateResult } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import { derivePaymentId } from '../payments/id.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { Service } from './service.ts';
import { choices, chooseAccount, startAttempt } from './start-attempt.ts';

/** What a shop asks for. */
export interface PaymentOrder {
  readonly request: PaymentRequest;
  /** Where it is to go, as the shop says; neither: the shopper or the shop's order of accounts decides. */
  readonly account: string | null;
  readonly provider: string | null;
}

/** The same order has the same hash, whatever the order or spacing of its JSON. */
function hashOf({ account, provider, request }: PaymentOrder): string {
  return hex(digests.sha256(utf8(JSON.stringify(sorted({ account, provider, request })))));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((name) => [name, sorted(members[name])]),
  );
}

/**
 * Stores the payment, or finds the one that the shop has created with that reference before.
 * @param origin where countersign is reached from outside.
 * @throws Problem when the payment cannot be started, unless it is there already.
 */
export async function createPayment(
  service: Service,
  shop: Shop,
  order: PaymentOrder,
  origin: string,
): Promise<CreateResult> {
  const { request } = order;
  const id = derivePaymentId(service.config.idKey, shop.id, request.reference);
  const requestHash = hashOf(order);
  const ledger = service.ledger(id, shop.region);
  try {
    const account = await chooseAccount(service, shop, { ...order, currency: request.currency });
    const { amount } = request;
    const attempt = await startAttempt(service, { account, id, attempt: 1, request, amount, origin });
    const isOpen =
      !order.account &&
      !order.provider &&
      (await choices(service, shop, request.currency, request.providerFields)).length > 1;
    return await ledger.create({
      id,
      shop: shop.id,
      requestHash,
      request: isOpen ? { ...request, choose: true } : request,
      attempt,
      announce: shop.webhook.newPayments,
    });
  } catch (error) {
    // The account may have changed since: a repeat of a request that succeeded still gets its payment.
    const earlier = error instanceof Problem ? await ledger.replay(requestHash) : null;
    if (earlier === null) throw error;
    return earlier;
  }
}
