/** JSON whose amounts are decimal numbers, written from integers and read into them: never through floating point arithmetic. */
import { currency } from '../../payments/currencies.ts';
import { decimal, fromDecimal, type Minor } from '../../payments/money.ts';

/** A number of JSON in the digits that it is written with. */
export class JsonDecimal {
  readonly digits: string;
  private constructor(digits: string) {
    this.digits = digits;
  }

  /** An amount in minor units as a decimal in major ones: 1999 CHF is `19.99`, 500 JPY is `500`. */
  static of(amount: number, currencyCode: string): JsonDecimal {
    return new JsonDecimal(decimal(amount, currency(currencyCode)?.digits ?? 2));
  }
}

/** JSON text of a value in which amounts stand as `JsonDecimal`. Members that are undefined are left out, as JSON.stringify does. */
export function jsonWithDecimals(value: unknown): string {
  if (value instanceof JsonDecimal) return value.digits;
  if (Array.isArray(value)) return `[${value.map(jsonWithDecimals).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${jsonWithDecimals(member)}`],
  );
  return `{${members.join(',')}}`;
}

/**
 * A decimal of an answer in minor units; null: it is none, or has more decimals than the currency. JavaScript writes every number of at
 * most 15 digits as it was sent.
 */
export function minorOfJson(value: unknown, currencyCode: string): Minor | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const digits = currency(currencyCode)?.digits;
  return digits === undefined ? null : fromDecimal(String(value), digits);
}
