/**
 * Paying with a BLIK code that a shop sends with its create. The payment is stored first, without the code, so that money that comes is
 * known whatever happens. Then its attempt is begun at once, as when its shopper comes to the checkout, and the code goes with it to the
 * provider and nowhere else: it is not stored, hashed or logged. The same create again tries another code, as long as nothing was begun.
 */
import type { CreateResult } from '../ledger/commands.ts';
import { nextHop, type ShopperAtCheckout } from './checkout.ts';
import type { Service } from './service.ts';

/**
 * Begins the attempt of a payment that nothing has begun of.
 * @throws Problem what the provider has said: the payment is there, and can be paid by another code or at its checkout.
 */
export async function payByCode(
  service: Service,
  created: Exclude<CreateResult, { readonly kind: 'conflict' }>,
  shopper: ShopperAtCheckout & { readonly blikCode: string },
): Promise<Exclude<CreateResult, { readonly kind: 'conflict' }>> {
  const { id, status } = created.view;
  if (status !== 'created' || created.isOver) return created;
  const begun = nextHop(service, id, shopper);
  // A shop that does not wait for its answer has the work go on all the same: a code that was handed over and not noted could be followed by another.
  service.later(Promise.allSettled([begun]).then(() => {}));
  await begun;
  const now = await service.ledger(id).read();
  return now ? { ...created, view: now.view, redirect: now.redirect, isOver: now.isOver } : created;
}
