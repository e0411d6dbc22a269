/** A card as a provider tells of it, cut down to what may be shown: brand, last four digits, expiry, who bears a fraud. */
import type { ProviderUpdate } from '../contract.ts';

interface CardFields {
  readonly brand?: string | null | undefined;
  /** As the provider has masked it: what is not the last four digits is dropped. */
  readonly number?: string | null | undefined;
  readonly expiry?: string | null;
  readonly liabilityShift?: boolean | null;
}

/** Brands are names; whatever else a field holds is not shown. */
const BRAND = /^[\p{L}\d][\p{L}\d .,/_&+()-]{0,39}$/u;

/** More digits than the last four of a card have no business in a brand. */
const MANY_DIGITS = /\d{5}/;

/** Four digits, with nothing, no digit or eight digits before them. A longer text is cut before it is looked at. */
const LAST_FOUR = /^(?:|.{0,7}\D|\d{8})\d{4}$/s;

/** The last four digits of a masked number; null where fewer stand at its end. */
export function lastFour(number: string | null | undefined): string | null {
  const end = number?.trim().slice(-12) ?? '';
  return LAST_FOUR.test(end) ? end.slice(-4) : null;
}

/**
 * `YYYY-MM` of a year of two or four digits and a month; null where they are none.
 * @param year a two-digit one is of this century.
 */
export function expiryOf(year = '', month = ''): string | null {
  if (!/^(20)?\d\d$/.test(year) || !/^(0?[1-9]|1[0-2])$/.test(month)) return null;
  return `${year.padStart(4, '20')}-${month.padStart(2, '0')}`;
}

/** `YYYY-MM` of digits in one of the usual orders; null where they are none. */
export function expiryIn(order: 'MMYY' | 'YYMM' | 'YYYYMM' | 'MM/YY' | 'MM/YYYY', text = ''): string | null {
  if (order.includes('/')) {
    const [month, year] = text.split('/');
    return expiryOf(year, month);
  }
  const border = order === 'YYYYMM' ? 4 : 2;
  const [first, second] = [text.slice(0, border), text.slice(border)];
  return order === 'MMYY' ? expiryOf(second, first) : expiryOf(first, second);
}

/** As a member of an update; nothing where nothing is told. */
export function withCard({
  brand,
  number,
  expiry = null,
  liabilityShift = null,
}: CardFields): Pick<ProviderUpdate, 'card'> {
  const name = brand?.trim() ?? '';
  const shown = BRAND.test(name) && !MANY_DIGITS.test(name) ? name : null;
  const last4 = lastFour(number);
  if ((shown ?? last4 ?? expiry ?? liabilityShift) === null) return {};
  return { card: { brand: shown, last4, expiry, liabilityShift } };
}
