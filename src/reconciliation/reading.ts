/** Which way a file is read: as a known one, or by a mapping; with what was left open taken from its first lines. */
import { type FileMapping, GENERIC_PRESET } from '../payments/reconciled.ts';
import { datesIn, decimalIn, type Evidence, type OpenSign, refundsIn } from './evidence.ts';
import { UnreadableFile } from './fault.ts';
import type { FileFormat } from './format.ts';
import { fileFormat } from './formats.ts';
import { guessedDates, guessedDecimal, guessedSeparator, sampleRows } from './guess.ts';
import { charsetOf, isHeaderOf, knownFormat, previewOf, type Sample, sampleText } from './inspect.ts';
import type { Reading } from './reader.ts';
import { decimalSignOf, isNegativeAmount } from './values.ts';

interface Wanted {
  /** Null: whatever the header shows. */
  readonly preset: string | null;
  readonly mapping: FileMapping | null;
  readonly zone: string;
  readonly currencies: readonly string[];
  /** That the file is said to be in; null: nothing is said. */
  readonly currency: string | null;
}

/** How long after a movement an unknown file may have it, in days. */
const GENERIC_SLACK = 7;

/** What is guessed of a file, where these say it. */
function openSigns(said: Pick<FileMapping, 'decimal' | 'dates'>): readonly OpenSign[] {
  return (['decimal', 'dates'] as const).filter((name) => said[name] === undefined);
}

/** A file that is not known, as a format. @param isSigned whether its first lines have amounts with a minus. */
function mappedFormat(mapping: FileMapping, guess: FileMapping, isSigned: boolean): FileFormat {
  return {
    id: GENERIC_PRESET,
    charsets: mapping.charset ? [mapping.charset] : ['utf-8', 'windows-1252'],
    separator: mapping.separator ?? guess.separator ?? ',',
    quote: mapping.quote ?? guess.quote ?? '"',
    header: [],
    columns: {},
    decimal: mapping.decimal ?? guess.decimal ?? 'point',
    dates: mapping.dates ?? guess.dates ?? 'ymd',
    refunds: isSigned ? 'negative' : 'positive',
    amounts: 'gross',
    slackDays: GENERIC_SLACK,
  };
}

/**
 * The way; null: a person has to map the columns.
 * @throws UnreadableFile for a preset that nobody knows.
 */
export function readingOf(sample: Sample, wanted: Wanted): Reading | null {
  const { preset, mapping, zone, currencies, currency } = wanted;
  const isGeneric = preset === GENERIC_PRESET;
  const format =
    isGeneric || (preset === null && mapping)
      ? null
      : preset === null
        ? knownFormat(sample)
        : fileFormat(preset);
  if (format) {
    const charset = charsetOf(sample, format.charsets);
    const text = sampleText(sample, charset);
    const separator = format.separator ?? guessedSeparator(text);
    const rows = sampleRows(`${text}\n`, separator, format.quote);
    const at = rows.findIndex((cells) => isHeaderOf(format, cells));
    const cellsOf = (names: readonly string[] = []) => {
      const place = (rows[at] ?? []).findIndex((name) => names.includes(name.trim()));
      return rows.slice(at + 1).map((row) => row[place] ?? '');
    };
    return {
      format: {
        ...format,
        decimal: format.decimal ?? guessedDecimal(cellsOf(format.columns.amount)),
        dates: format.dates ?? guessedDates(cellsOf(format.columns.date)),
      },
      charset,
      separator,
      quote: format.quote,
      zone: format.zone ?? zone,
      currencies,
      currency,
      mapping: null,
      open: openSigns(format),
    };
  }
  if (preset !== null && !isGeneric)
    throw new UnreadableFile('unknown_format', null, `there is no preset ${preset}`);
  if (!mapping) return null;
  const { guess, charset, separator, quote, rows } = previewOf(sample, mapping, currencies);
  const isSigned = rows.some((cells) => cells.some((cell) => decimalSignOf(cell) && isNegativeAmount(cell)));
  return {
    format: mappedFormat(mapping, guess, isSigned),
    charset: charset as Reading['charset'],
    separator,
    quote,
    zone,
    currencies,
    currency,
    mapping,
    open: [...openSigns(mapping), 'refunds'],
  };
}

/**
 * The way as the whole file has it, where it was guessed.
 * @returns null: it is the one that the file was read in.
 * @throws UnreadableFile where the file does not tell, and it matters.
 */
export function correctedReading(reading: Reading, evidence: Evidence): Reading | null {
  const { format, mapping, open } = reading;
  const isMapped = mapping !== null;
  const found = {
    decimal: open.includes('decimal') ? decimalIn(evidence, isMapped) : null,
    dates: open.includes('dates') ? datesIn(evidence, isMapped) : null,
    refunds: open.includes('refunds') ? refundsIn(evidence) : null,
  };
  const corrected = {
    ...format,
    decimal: found.decimal ?? format.decimal ?? 'point',
    dates: found.dates ?? format.dates ?? 'ymd',
    refunds: found.refunds ?? format.refunds,
  };
  const isSame = (['decimal', 'dates', 'refunds'] as const).every((name) => corrected[name] === format[name]);
  return isSame ? null : { ...reading, format: corrected };
}
