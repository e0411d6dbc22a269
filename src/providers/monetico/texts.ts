/** How the protocol writes amounts and dates. */
import { currency } from '../../payments/currencies.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import { inParis, parisDay } from '../kit/paris-time.ts';

/**
 * `19.99EUR`; nothing is `0EUR`.
 * @param amount minor units.
 */
export function montant(amount: number, currencyCode: string): string {
  const text = amount === 0 ? '0' : decimal(amount, currency(currencyCode)?.digits ?? 2);
  return `${text}${currencyCode}`;
}

/** `19.99EUR`, `19.9EUR` or `20EUR`, read; null: it is none. */
export function readMontant(text: string): { readonly amount: number; readonly currency: string } | null {
  const [, number = '', code = ''] = /^(\d{1,12}(?:\.\d{1,2})?)([A-Z]{3})$/.exec(text) ?? [];
  const known = currency(code);
  // A currency without a minor unit may come with decimals, which are zeros.
  const amount = known && fromDecimal(number, known.digits);
  return amount === null ? null : { amount, currency: code };
}

/** `21/11/2026:10:00:00` in Paris. */
export function parisTime(now: Date): string {
  const value = inParis(now);
  return `${parisDay(now)}:${value('hour')}:${value('minute')}:${value('second')}`;
}

/** The day of a notification's `21/11/2026_a_10:02:11`, which some send with a colon; null: it is no date. */
export function dayOf(date: string): string | null {
  return /^(\d{2}\/\d{2}\/\d{4})(?:_a_|[_:])\d{2}:\d{2}:\d{2}$/.exec(date)?.[1] ?? null;
}
