/** Where a shop sends the shopper of a payment. */
import type { Service } from '../gateway/service.ts';
import type { PaymentId } from '../payments/id.ts';
import { linkToken } from '../signing/checkout-token.ts';

/** The path of a payment's checkout. Whoever has it can pay, and sees what the provider's form shows. */
export function checkoutPath({ config }: Pick<Service, 'config'>, id: PaymentId): string {
  return `/pay/${id}/${linkToken(config.checkoutKey, id)}`;
}

/** The `checkoutUrl` of a payment. @param origin where countersign is reached from outside */
export function checkoutUrl(service: Pick<Service, 'config'>, origin: string, id: PaymentId): string {
  return origin + checkoutPath(service, id);
}
