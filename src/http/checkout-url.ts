/** Where a shop sends the shopper of a payment. */
import type { Service } from '../gateway/service.ts';
import type { PaymentId } from '../payments/id.ts';
import { linkToken, shortToken } from '../signing/checkout-token.ts';

/** The path of a payment's checkout. Whoever has it can pay, and sees what the provider's form shows. */
export function checkoutPath({ config }: Pick<Service, 'config'>, id: PaymentId): string {
  return `/pay/${id}/${linkToken(config.checkoutKey, id)}`;
}

/** The `checkoutUrl` of a payment. @param origin where countersign is reached from outside */
export function checkoutUrl(service: Pick<Service, 'config'>, origin: string, id: PaymentId): string {
  return origin + checkoutPath(service, id);
}

/**
 * The short address of a payment's checkout, for a QR code at a till or a text message: it leads to the checkout, and opens nothing else.
 * In capital letters throughout, so that a QR code of it is as small as can be.
 */
export function shortUrl({ config }: Pick<Service, 'config'>, origin: string, id: PaymentId): string {
  return `${origin.toUpperCase()}/P/${id}${shortToken(config.checkoutKey, id)}`;
}
