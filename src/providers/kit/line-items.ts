/** The lines of what is bought, as protocols want them that have a price for one piece. */
import type { LineItem } from '../../payments/types.ts';

/** A line whose price times its quantity is its amount. */
export interface PricedLine {
  readonly name: string;
  readonly quantity: number;
  /** Of one, tax included, in minor units. */
  readonly price: number;
}

/**
 * The lines of a payment with a price for one piece: one that cannot be divided evenly is one piece, whose name says how many. None where
 * they do not come to what is to be paid.
 */
export function pricedLines({
  lineItems = [],
  amount: total,
}: {
  readonly lineItems?: readonly LineItem[];
  readonly amount: number;
}): readonly PricedLine[] {
  if (lineItems.reduce((sum, { amount }) => sum + amount, 0) !== total) return [];
  return lineItems.map(({ name, quantity, amount }) =>
    amount % quantity === 0
      ? { name, quantity, price: amount / quantity }
      : { name: `${quantity} x ${name}`, quantity: 1, price: amount },
  );
}
