/** Amounts and times as people of a language write them. */
import { currency } from '../payments/currencies.ts';
import { decimal, fromDecimal, type Minor } from '../payments/money.ts';
import type { Language } from './texts/languages.ts';

/** Digits of a currency's minor unit; of an unknown one none, so that no amount is shown smaller than it is. */
function digitsOf(code: string): number {
  return currency(code)?.digits ?? 0;
}

const numbers = new Map<string, Intl.NumberFormat>();
const times = new Map<string, Intl.DateTimeFormat>();

/** Formats that are kept: making one costs a hundred times what using it costs, and a PDF has thousands of amounts. */
const MOST_KEPT = 100;

function kept<Format>(formats: Map<string, Format>, key: string, make: () => Format): Format {
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = make();
  // A zone is what an operator has typed.
  if (formats.size < MOST_KEPT) formats.set(key, made);
  return made;
}

/** A time as people of a language write it. @param name of the options */
function timeText(
  { language, zone, at }: { readonly language: Language; readonly zone: string; readonly at: string },
  name: string,
  options: Intl.DateTimeFormatOptions,
): string {
  const locale = language === 'en' ? 'en-GB' : language;
  const make = () => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  return kept(times, `${name} ${locale} ${zone}`, make).format(new Date(at));
}

/** "1,234.50 EUR", "1 234,50 EUR": with a space that does not break. */
export function amountText(language: Language, minorUnits: number, currencyCode: string): string {
  const digits = digitsOf(currencyCode);
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // A text keeps every digit where a number would round.
  const sign = minorUnits < 0 ? '-' : '';
  const exact = (sign + decimal(Math.abs(minorUnits), digits)) as unknown as number;
  const format = kept(numbers, `${language} ${digits}`, () => new Intl.NumberFormat(language, options));
  return `${format.format(exact)}\u00a0${currencyCode}`;
}

/** An amount as it stands in a field: with the decimal separator of the language, without groups. */
export function amountInput(language: Language, minorUnits: number, currencyCode: string): string {
  const text = decimal(minorUnits, digitsOf(currencyCode));
  return language === 'en' ? text : text.replace('.', ',');
}

/**
 * An amount that somebody typed: "1 234,50", "1234.5". Groups by spaces alone are taken, since "1.234" is two numbers to two people.
 * @returns null: it is no amount of the currency.
 */
export function typedAmount(text: string, currencyCode: string): Minor | null {
  return fromDecimal(text.replace(/[\s\u00a0\u202f']/g, '').replace(',', '.'), digitsOf(currencyCode));
}

/** "21 November 2026, 14:03:22 CET" */
export function exactTime(language: Language, zone: string, at: string): string {
  return timeText({ language, zone, at }, 'exact', {
    ...{ day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  });
}

/** "21 Nov 2026, 14:03" */
export function shortTime(language: Language, zone: string, at: string): string {
  return timeText({ language, zone, at }, 'short', {
    ...{ day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit' },
  });
}

/** "21 Nov 2026" */
export function shortDate(language: Language, zone: string, at: string): string {
  return timeText({ language, zone, at }, 'date', { day: 'numeric', month: 'short', year: 'numeric' });
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 minutes ago", "in 2 days". */
export function relativeTime(language: Language, now: number, at: string): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return words.format(Math.trunc(seconds / size), unit);
}

export function countText(language: Language, count: number): string {
  return new Intl.NumberFormat(language).format(count);
}
