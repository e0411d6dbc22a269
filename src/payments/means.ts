/** The means of payment that a provider offers at one contract. */

/**
 * What a means of payment is to a shopper:
 * - `card`: cards are entered;
 * - `bank`: the page of one bank, which its id chooses;
 * - `transfer`: a transfer that the shopper makes at any bank;
 * - `blik`: a code of six digits of the shopper's banking app;
 * - `wallet`: an app or an account that pays, as PayPal, Apple Pay or TWINT;
 * - `instalments`: it is paid later, or in parts, to somebody who lends;
 * - `other`: what the sheet does not sort.
 */
export const MEANS_KINDS = ['card', 'bank', 'transfer', 'blik', 'wallet', 'instalments', 'other'] as const;

export type MeansKind = (typeof MEANS_KINDS)[number];

/** One of them. */
export interface MeansOfPayment {
  /** The provider's own number or word for it: as a payment names it there. */
  readonly id: string;
  /** As the provider writes it, for people. */
  readonly name: string;
  readonly kind: MeansKind;
}
