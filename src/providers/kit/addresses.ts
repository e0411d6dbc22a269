/** Addresses: those of the provider, and our own where a field of the protocol carries them. */
import { Problem } from '../../payments/errors.ts';
import type { AttemptUrls } from '../contract.ts';

/** An address with scheme and host replaced by an origin, the path kept as the sheet has it. */
export function atOrigin(address: string, origin: string | undefined): string {
  if (!origin) return address;
  return origin + address.slice(new URL(address).origin.length);
}

/** The parameter of our own return address that says by which of a provider's addresses the shopper came. */
export const VIA = 'via';

/** A hint for the page to show, never a result; only where the provider signs it does it mean anything. */
export type Via = 'success' | 'pending' | 'failure' | 'cancel';

/** The return address for one of a provider's return fields. */
export function backBy(urls: AttemptUrls, via: Via): string {
  return `${urls.back}?${VIA}=${via}`;
}

/**
 * An address of ours that a field of the protocol has to carry.
 * @throws Problem misconfigured when it is too long for the field.
 */
export function addressWithin(limit: number, url: string): string {
  if (url.length <= limit) return url;
  throw new Problem(
    'misconfigured',
    `an address of ours has ${url.length} characters and the provider takes ${limit}: shorten PUBLIC_URL or the account's id`,
  );
}
