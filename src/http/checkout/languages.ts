/** Which language a page for shoppers is in, and how amounts and dates are written in it. */
import { currency } from '../../payments/currencies.ts';
import { decimal } from '../../payments/money.ts';
import { PAGE_LANGUAGES, type PageLanguage } from '../../payments/page-languages.ts';

/** The parameter by which a shopper has chosen a language. */
export const LANGUAGE_PARAMETER = 'lang';

/** A text as one of our languages: `PT-br` is `pt`. Null: we do not have it. */
export function pageLanguageOf(text: string | null | undefined): PageLanguage | null {
  const [primary] = (text ?? '').trim().toLowerCase().split(/[-_]/);
  return PAGE_LANGUAGES.find((language) => language === primary) ?? null;
}

/** The first of our languages that a browser asks for (RFC 9110, 12.5.4), by weight; null: none. */
export function acceptedLanguage(header: string | null | undefined): PageLanguage | null {
  const ranges = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';');
      const weight = /^\s*q=(\d(?:\.\d{1,3})?)\s*$/.exec(parameters[0] ?? 'q=1')?.[1] ?? '0';
      return { language: pageLanguageOf(tag), weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return ranges.find(({ language }) => language !== null)?.language ?? null;
}

/** What a page in a language is marked with, BCP 47. */
export function languageTag(language: PageLanguage): string {
  return language === 'pt' ? 'pt-BR' : language;
}

/** How numbers and dates are written: in English as most of its readers outside America do. */
function localeOf(language: PageLanguage): string {
  return language === 'en' ? 'en-GB' : languageTag(language);
}

const made = new Map<string, Intl.NumberFormat>();

/** Amounts in a currency; making a format costs more than using it. The digits are those of ISO 4217: Intl has display rules. */
function amounts(locale: string, code: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${code}`;
  const known = made.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: code,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  if (made.size < 200) made.set(key, format);
  return format;
}

/** An amount as a language writes it: 1999 with EUR is "19,99 €" in German. Exact: no amount is a floating-point number on the way. */
export function writtenAmount(language: PageLanguage, minor: number, code: string): string {
  const digits = currency(code)?.digits ?? 0;
  return amounts(localeOf(language), code, digits).format(decimal(minor, digits) as `${number}`);
}

/** A time (RFC 3339) as a language writes it, in UTC, which it says. */
export function timeIn(language: PageLanguage, time: string): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(localeOf(language), format).format(new Date(time))} UTC`;
}

/** A text with its gaps filled. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => values[name] ?? gap);
}
