/** Money as integers in the currency's minor unit, and its decimal text, exact in both directions. */
import { currency } from './currencies.ts';

/** An amount in minor units: a safe integer, never negative. */
export type Minor = number & { readonly __brand: 'Minor' };

/** A number as an amount, or null when it is not a whole, safe, non-negative number. */
export function minor(value: number): Minor | null {
  return Number.isSafeInteger(value) && value >= 0 ? (value as Minor) : null;
}

/** Zero of any currency. */
export const ZERO = 0 as Minor;

/**
 * The sum of amounts.
 * @throws RangeError beyond 2^53 - 1, where integers stop being exact.
 */
export function sum(amounts: Iterable<number>): Minor {
  let total = 0;
  for (const amount of amounts) total += amount;
  const checked = minor(total);
  if (checked === null) throw new RangeError('a sum of amounts left the range of exact integers');
  return checked;
}

/** Decimal text of an amount with all its digits: 1999 and 2 digits is "19.99", 5 and 0 digits is "5". */
export function decimal(amount: number, digits: number): string {
  const text = String(amount).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * The minor units of a decimal text ("19.99", "20", "7.5"), never through floating point. Null when it is
 * not plain decimal digits, has more non-zero decimals than the currency, or is too large.
 */
export function fromDecimal(text: string, digits: number): Minor | null {
  const match = /^(\d{1,16})(?:\.(\d{1,20}))?$/.exec(text);
  if (!match?.[1]) return null;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  return minor(Number(match[1] + fraction.padEnd(digits, '0')));
}

/** An amount for people: "19.99 EUR". */
export function display(amount: number, currencyCode: string): string {
  return `${decimal(amount, currency(currencyCode)?.digits ?? 0)} ${currencyCode}`;
}
