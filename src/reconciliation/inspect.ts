/** A first look at a file: its charset, which known file it is, what a person sees of it before mapping its columns. */
import type { FileCharset, FileColumn, FileMapping, FilePreview } from '../payments/reconciled.ts';
import { decodeLines, endOfLines, markedCharset } from './charset.ts';
import { UnreadableFile } from './fault.ts';
import type { FileFormat } from './format.ts';
import { FILE_FORMATS } from './formats.ts';
import {
  guessedColumns,
  guessedDates,
  guessedDecimal,
  guessedQuote,
  guessedSeparator,
  sampleRows,
} from './guess.ts';
import { mappedKinds } from './kinds.ts';

/** So much of a file is looked at, in bytes. */
export const SAMPLE_BYTES = 64 * 1024;

const PREVIEW_ROWS = 10;

/** Lines before a header are few. */
const HEADER_WITHIN = 50;

export interface Sample {
  readonly bytes: Uint8Array;
  /** Whether the sample is the whole file. */
  readonly isWhole: boolean;
  /** Whether the whole file is UTF-8. */
  readonly isUtf8: boolean;
}

/** The charset that a file is read in: by its byte order mark, or the first that fits. @param allowed empty: any. */
export function charsetOf({ bytes, isUtf8 }: Sample, allowed: readonly FileCharset[]): FileCharset {
  const marked = markedCharset(bytes);
  if (marked) return marked.charset;
  const choices = allowed.length > 0 ? allowed : (['utf-8', 'windows-1252'] as const);
  return choices.find((one) => one !== 'utf-8' || isUtf8) ?? 'utf-8';
}

/** The text of a sample's whole lines, as far as it can be decoded. */
export function sampleText(sample: Sample, charset: FileCharset): string {
  const { bytes, isWhole } = sample;
  const from = markedCharset(bytes)?.charset === charset ? (markedCharset(bytes)?.length ?? 0) : 0;
  const body = bytes.subarray(
    from,
    isWhole ? bytes.length : from + endOfLines(bytes.subarray(from), charset),
  );
  try {
    return decodeLines(body, charset, 1);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return new TextDecoder(charset).decode(body);
  }
}

/** Whether a row is the header of a format. */
export function isHeaderOf(format: FileFormat, cells: readonly string[]): boolean {
  const names = new Set(cells.map((cell) => cell.trim()));
  return format.header.every((name) => names.has(name));
}

/** The known file that a sample is of; null: none. */
export function knownFormat(sample: Sample): FileFormat | null {
  return (
    FILE_FORMATS.find((format) => {
      const text = sampleText(sample, charsetOf(sample, format.charsets));
      const separator = format.separator ?? guessedSeparator(text);
      return sampleRows(`${text}\n`, separator, format.quote)
        .slice(0, HEADER_WITHIN)
        .some((cells) => isHeaderOf(format, cells));
    }) ?? null
  );
}

/**
 * What a person sees of a file.
 * @param given what is known of how it is written.
 * @param currencies that the account takes.
 */
export function previewOf(
  sample: Sample,
  given: Partial<FileMapping>,
  currencies: readonly string[],
): FilePreview {
  const charset = charsetOf(sample, given.charset ? [given.charset] : []);
  const text = sampleText(sample, charset);
  const separator = given.separator ?? guessedSeparator(text);
  const quote = given.quote ?? guessedQuote(text, separator);
  const [header = [], ...rest] = sampleRows(sample.isWhole ? `${text}\n` : text, separator, quote);
  const rows = rest.slice(0, PREVIEW_ROWS);
  const columns = guessedColumns(header, rows);
  const cellsOf = (column: FileColumn) => {
    const name = given.columns?.[column] ?? columns[column] ?? '';
    const named = header.findIndex((one) => one.trim() === name);
    const index = named < 0 && /^\d{1,3}$/.test(name) ? Number(name) - 1 : named;
    return index < 0 ? [] : rest.map((row) => row[index] ?? '');
  };
  const [first] = currencies;
  return {
    charset,
    separator,
    quote,
    header,
    rows,
    guess: {
      columns,
      charset: charset,
      separator,
      quote,
      decimal: given.decimal ?? guessedDecimal(cellsOf('amount')),
      dates: given.dates ?? guessedDates(cellsOf('date')),
      ...(columns.currency === undefined && first !== undefined && { currency: given.currency ?? first }),
    },
    kinds: mappedKinds(cellsOf('kind'), given.kinds),
    preset: knownFormat(sample)?.id ?? null,
  };
}
