/** What an unknown file looks like: its separator, its columns by their names and contents, its amounts and dates. Guesses, offered to a person. */
import type { ColumnMap, DateOrder, DecimalSign, FileColumn } from '../payments/reconciled.ts';
import { readCsv } from './csv.ts';
import { UnreadableFile } from './fault.ts';
import { amountInFile, currencyInFile, dayInFile, decimalSignOf } from './values.ts';

const SEPARATORS = [';', ',', '\t', '|'] as const;
const QUOTES = ['"', "'", '|'] as const;

/** The separator that most of the first lines have, the same number of times. */
export function guessedSeparator(text: string): string {
  const lines = text
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .slice(0, 20);
  const scored = SEPARATORS.map((separator) => {
    const counts = lines.map((line) => line.split(separator).length - 1);
    const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
    const alike = counts.filter((count) => count === usual && count > 0).length;
    return { separator, score: alike * 1000 + usual };
  });
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).separator;
}

/** The quote that stands beside separators; the double one where none does. */
export function guessedQuote(text: string, separator: string): string {
  const count = (quote: string) =>
    quote === separator ? 0 : text.split(`${separator}${quote}`).length + text.split(`\n${quote}`).length - 2;
  const best = QUOTES.reduce((known, one) => (count(one) > count(known) ? one : known), '"' as string);
  return count(best) > 0 ? best : '"';
}

/** Records of a text that ends anywhere. */
export function sampleRows(text: string, separator: string, quote: string): readonly (readonly string[])[] {
  try {
    return readCsv(text, 1, { separator, quote }, false).records.map(({ cells }) => cells);
  } catch (error) {
    if (error instanceof UnreadableFile) return [];
    throw error;
  }
}

/** Words of headers in the languages of our providers, the plainest first. */
const NAMES: Readonly<Record<FileColumn, RegExp>> = {
  providerReference:
    /^(?:pay ?id|payment[ _]?id|psp[ _]?reference|provider[ _]?reference|trans(?:action)?[ _.]?(?:id|no|number)|id transakcji|numer (?:operacji|transakcji)|id)$/i,
  order:
    /^(?:order[ _]?(?:id|no|number|ref(?:erence)?)|order|ref|orderid|id (?:zam[oó]wienia|sesji)|session[ _]?id|num[eé]ro de commande|commande|bestellnummer|merchant[ _]?(?:reference|order.*))$/i,
  reference: /^(?:(?:customer|shop|your|own)?[ _]?reference|r[eé]f[eé]rence|referenz|invoice.*|tytu[lł])$/i,
  amount: /^(?:amount|total|gross(?:[ _]amount)?|kwota|montant(?: brut)?|betrag|sum|value|.*_amount)$/i,
  currency: /^(?:cur|currency(?:[ _]?code)?|waluta|devise|w[aä]hrung)$/i,
  date: /^(?:(?:payment|order|transaction|value|booking)?[ _]?date(?:[ _]?time)?|created(?:[ _]?at)?|data(?: (?:wp[lł]aty|utworzenia|transakcji))?|date d.*|datum)$/i,
  kind: /^(?:type(?: of operation)?|kind|operation(?:[ _]?type)?|status|typ)$/i,
  fee: /^(?:fees?|commission|prowizja|frais|geb[uü]hr(?:en)?)$/i,
};

/** Which column is which: by the names of the header, then by what stands in it. */
export function guessedColumns(header: readonly string[], rows: readonly (readonly string[])[]): ColumnMap {
  const found: Partial<Record<FileColumn, string>> = {};
  const taken = new Set<number>();
  const take = (column: FileColumn, index: number) => {
    if (index < 0 || taken.has(index) || found[column] !== undefined) return;
    taken.add(index);
    const name = header[index]?.trim() ?? '';
    const isPlain = name !== '' && header.filter((one) => one.trim() === name).length === 1;
    found[column] = isPlain ? name : String(index + 1);
  };
  for (const [column, pattern] of Object.entries(NAMES) as [FileColumn, RegExp][])
    take(
      column,
      header.findIndex((name, index) => !taken.has(index) && pattern.test(name.trim())),
    );
  const whole = (test: (cell: string) => boolean) =>
    header.findIndex(
      (_, index) =>
        !taken.has(index) && rows.length > 0 && rows.every((row) => test(row[index]?.trim() ?? '')),
    );
  take(
    'currency',
    whole((cell) => currencyInFile(cell) !== null && /[A-Z]/i.test(cell)),
  );
  take(
    'date',
    whole((cell) => dayInFile(cell, guessedDates([cell]), 'UTC') !== null),
  );
  take(
    'amount',
    whole((cell) => /[.,]\d\d$/.test(cell) && amountInFile(cell, guessedDecimal([cell]), 'EUR') !== null),
  );
  take(
    'order',
    whole((cell) => /^[0-9A-HJKMNP-TV-Z]{16}(?:\d\d)?$/.test(cell)),
  );
  return found;
}

/** The decimal sign that most amounts have: what it is to begin with, until the whole file was read (evidence.ts). */
export function guessedDecimal(amounts: readonly string[]): DecimalSign {
  const found = amounts.map(decimalSignOf).filter((one) => one?.isSure);
  const have = (sign: string) => found.filter((one) => one?.sign === sign).length;
  return have('comma') > have('point') ? 'comma' : 'point';
}

/** The order of the parts of dates: one of them tells, where it is above twelve. */
export function guessedDates(dates: readonly string[]): DateOrder {
  const parts = dates.map((text) => /^(\d{1,4})[./-](\d{1,2})[./-]\d{1,4}/.exec(text.trim()));
  if (parts.some((part) => part?.[1]?.length === 4) || parts.every((part) => part === null)) return 'ymd';
  if (parts.some((part) => Number(part?.[2]) > 12)) return 'mdy';
  return 'dmy';
}
