/** The money of payments that tests make up. */
import { type Minor, minor } from '../../src/payments/money.ts';
import type { PaymentView } from '../../src/payments/types.ts';

/** An amount in minor units. */
export function minorOf(value: number): Minor {
  const amount = minor(value);
  if (amount === null) throw new RangeError(`${value} is no amount`);
  return amount;
}

/** Nothing but what is given, in minor units. */
export function amountsOf({ paid }: { readonly paid: number }): PaymentView['amounts'] {
  return { authorized: minorOf(0), paid: minorOf(paid), refunded: minorOf(0) };
}
