/**
 * Reads a file in pieces: bytes go in as they come, lines about money come out. All that it has to remember between two pieces is its
 * state, which is JSON and bytes, so that whoever was interrupted goes on from there. Long because a line can be read only with all that is known of its
 * file: columns, kinds, signs, days.
 */
import { currency } from '../payments/currencies.ts';
import { ID_LENGTH } from '../payments/id.ts';
import {
  FILE_COLUMNS,
  type FileCharset,
  type FileColumn,
  type FileFault,
  type FileMapping,
  GENERIC_PRESET,
  MAPPED_KINDS,
  MOST_LINES,
  type WordOfFile,
} from '../payments/reconciled.ts';
import { decodeLines, endOfLines, markedCharset } from './charset.ts';
import { type CsvRecord, lineBreaks, readCsv } from './csv.ts';
import { type Evidence, EvidenceReader, type OpenSign } from './evidence.ts';
import { UnreadableFile } from './fault.ts';
import type { FileFormat, LineKind } from './format.ts';
import { isHeaderOf } from './inspect.ts';
import { mappedKind } from './kinds.ts';
import { amountInFile, currencyInFile, currencyOfAmount, dayInFile } from './values.ts';

/** A line of a file that money moves by. */
export interface FileLine {
  /** Of the file, from 1. */
  readonly line: number;
  /** 0; 1: the return of what the same line says was paid. */
  readonly part: 0 | 1;
  /** As the file has them; empty: it does not. */
  readonly providerReference: string;
  readonly order: string;
  readonly reference: string;
  /** Minor units; what goes back is negative. */
  readonly amount: number;
  /** What the provider keeps of it; null: the file does not say it. */
  readonly fee: number | null;
  readonly currency: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
}

/** How a file is read: a known format or a mapping, with all that was left open decided. */
export interface Reading {
  readonly format: FileFormat;
  readonly charset: FileCharset;
  readonly separator: string;
  readonly quote: string;
  readonly zone: string;
  /** That the account takes: the only one counts where the file says none. */
  readonly currencies: readonly string[];
  /** Of a file that does not say it, as somebody has said beside its kind; null: nobody has. */
  readonly currency: string | null;
  /** Columns by name or number, of a file that is not known. */
  readonly mapping: FileMapping | null;
  /** What of the format was guessed from the first lines: the whole file decides it. */
  readonly open: readonly OpenSign[];
}

/** What is remembered between two pieces. */
export interface ReaderState {
  readonly isBegun: boolean;
  /** Bytes of a line that has not ended. */
  readonly carry: Uint8Array;
  /** The line that they begin in. */
  readonly carryLine: number;
  /** A record that has not ended: its quote goes over lines. */
  readonly rest: string;
  readonly restLine: number;
  readonly width: number;
  /** Where each column stands; null: the header has not come. */
  readonly columns: Readonly<Partial<Record<FileColumn, number>>> | null;
  readonly hasEnded: boolean;
  readonly lastWidth: number;
  readonly lastLine: number;
  readonly lines: number;
  readonly ignored: number;
  /** Whether the file ended without a line end, where nothing else shows that it is whole. */
  readonly isLastLineOpen: boolean;
  /** The words of the column of kinds so far, with what they became. */
  readonly words: readonly WordOfFile[];
  readonly evidence: Evidence;
}

/** Words that are counted: a column of more is no column of kinds. */
const MOST_WORDS = 50;

export const BEGINNING: ReaderState = {
  isBegun: false,
  carry: new Uint8Array(),
  carryLine: 1,
  rest: '',
  restLine: 1,
  width: 0,
  columns: null,
  hasEnded: false,
  lastWidth: 0,
  lastLine: 0,
  lines: 0,
  ignored: 0,
  isLastLineOpen: false,
  words: [],
  evidence: {},
};

export interface ReadPart {
  readonly lines: readonly FileLine[];
  /** Lines that should be about money, and cannot be read. */
  readonly unreadable: readonly FileFault[];
  readonly state: ReaderState;
}

/** Longer ones are no references. */
const LONGEST_KEY = 200;

/** An order number as it is compared: ours are in capitals. */
export function orderKey(text: string): string {
  const upper = text.trim().toUpperCase();
  return /^[0-9A-HJKMNP-TV-Z]{16}(?:\d\d)?$/.test(upper) ? upper : text.trim();
}

/** Whether an order number has the form of ours: then it leads to one of our payments, or to none. */
export function hasOurForm(order: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{16}(?:\d\d)?$/.test(order) && order.length >= ID_LENGTH;
}

/** Where the columns stand, and whether this record is the header (else it is a line already). */
function columnsIn(
  { format, mapping, currency: said }: Reading,
  { line, cells }: CsvRecord,
): { readonly columns: Readonly<Partial<Record<FileColumn, number>>>; readonly isHeader: boolean } {
  const names = cells.map((cell) => cell.trim());
  const found: Partial<Record<FileColumn, number>> = {};
  for (const column of FILE_COLUMNS) {
    const wanted = mapping
      ? [mapping.columns[column]].filter((name) => name !== undefined)
      : format.columns[column];
    const index = (wanted ?? []).map((name) => positionOf(name.trim(), names, line)).find((at) => at >= 0);
    if (index !== undefined) found[column] = index;
    else if (mapping && wanted && wanted.length > 0)
      throw new UnreadableFile(
        'column_missing',
        line,
        `has no column ${wanted[0]}, which is to be ${column}`,
      );
  }
  const places = Object.entries(found);
  for (const [column, place] of places) {
    const other = places.find(([name, at]) => name !== column && at === place);
    if (other)
      throw new UnreadableFile(
        'column_twice',
        line,
        `the column ${names[place] || place + 1} is mapped twice: as ${column} and as ${other[0]}`,
      );
  }
  for (const needed of ['amount', 'date'] as const)
    if (found[needed] === undefined)
      throw new UnreadableFile('column_missing', line, `no column is the ${needed}: a file needs it`);
  if (said && found.currency !== undefined)
    throw new UnreadableFile(
      'currency_given',
      line,
      `has a column of currencies (${names[found.currency]}): say no currency (${said}) beside it`,
    );
  const byNumber =
    mapping !== null && Object.values(mapping.columns).every((name) => !names.includes(name.trim()));
  return { columns: found, isHeader: !byNumber || !/\d/.test(names[found.amount ?? 0] ?? '') };
}

/** The place of a column, by its name in the header or its number from 1; -1: there is none. */
function positionOf(name: string, names: readonly string[], line: number): number {
  const lower = name.toLowerCase();
  const exact = names.flatMap((one, index) => (one.toLowerCase() === lower ? [index] : []));
  if (exact.length > 1)
    throw new UnreadableFile(
      'column_twice',
      line,
      `has the column ${name} ${exact.length} times: map it by its number`,
    );
  if (exact[0] !== undefined) return exact[0];
  const number = /^\d{1,3}$/.test(name) ? Number(name) : 0;
  return number >= 1 && number <= names.length ? number - 1 : -1;
}

/** What the word of a line says; null: nobody knows it. An empty cell says nothing: the sign of the amount does. */
function kindOf({ format, mapping }: Reading, word: string): LineKind | null {
  if (format.id === GENERIC_PRESET) return word === '' ? 'payment' : mappedKind(word, mapping?.kinds);
  if (!format.kinds) return 'payment';
  return format.kinds[word.toUpperCase()] ?? format.otherKind ?? null;
}

/** Reads the words of a piece: each is looked at once, and counted. */
class WordReader {
  readonly #reading: Reading;
  readonly #known = new Map<string, LineKind | null>();
  readonly #counted: Map<string, WordOfFile>;

  constructor(reading: Reading, before: readonly WordOfFile[]) {
    this.#reading = reading;
    this.#counted = new Map(before.map((one) => [one.word, one]));
  }

  kindOf(word: string): LineKind | null {
    const known = this.#known.get(word);
    const kind = known === undefined ? kindOf(this.#reading, word) : known;
    if (known === undefined) this.#known.set(word, kind);
    const shown = word.slice(0, LONGEST_WORD);
    const counted = this.#counted.get(shown);
    if (shown !== '' && (counted || this.#counted.size < MOST_WORDS))
      this.#counted.set(shown, {
        word: shown,
        kind: counted?.kind ?? kind ?? 'unknown',
        lines: (counted?.lines ?? 0) + 1,
      });
    return kind;
  }

  get counted(): readonly WordOfFile[] {
    return [...this.#counted.values()];
  }
}

/** Of a word that is shown. */
const LONGEST_WORD = 60;

type Read = { readonly lines: readonly FileLine[] } | { readonly ignored: true } | { readonly wrong: string };

/** The currency of a line; null: it says none, or none that is one. */
function currencyOfLine(
  { format, mapping, currencies, currency: said }: Reading,
  named: string,
): string | null {
  const only = currencies.length === 1 ? (currencies[0] ?? null) : null;
  const alpha = named ? currencyInFile(named) : (said ?? mapping?.currency ?? format.currency ?? only);
  return alpha !== null && currency(alpha) ? alpha : null;
}

/** What goes through a piece with its records. */
interface Readers {
  readonly words: WordReader;
  readonly evidence: EvidenceReader;
}

/** What a record says. */
function lineOf(
  reading: Reading,
  state: ReaderState,
  { words, evidence }: Readers,
  { line, cells }: CsvRecord,
): Read {
  const { format, mapping, zone, currency: said } = reading;
  const { columns } = state;
  const cell = (column: FileColumn): string => {
    const at = columns?.[column];
    return at === undefined ? '' : (cells[at] ?? '').trim();
  };
  const word = cell('kind');
  const kind = words.kindOf(word);
  // A file without a column of currencies may say them behind the amounts.
  const named = cell('currency') || currencyOfAmount(cell('amount'));
  const alpha = currencyOfLine(reading, named);
  evidence.look({
    ...{ line, kind, amount: cell('amount'), fee: cell('fee'), date: cell('date') },
    digits: currency(alpha ?? '')?.digits ?? null,
  });
  if (kind === null)
    return {
      wrong: `nobody knows the kind "${word.slice(0, 40)}"${mapping ? `: say which it is (kinds: ${MAPPED_KINDS.join(', ')})` : ''}`,
    };
  if (kind === 'none') return { ignored: true };
  if (alpha === null)
    return {
      wrong: named
        ? `"${named.slice(0, 20)}" is no currency`
        : 'says no currency: map one, or say which it is',
    };
  if (said && alpha !== said) return { wrong: `says ${alpha}, and the file is said to be in ${said}` };
  const read = amountInFile(cell('amount'), format.decimal ?? 'point', alpha);
  if (read === null) return { wrong: `"${cell('amount').slice(0, 40)}" is no amount in ${alpha}` };
  const fee = cell('fee') === '' ? null : amountInFile(cell('fee'), format.decimal ?? 'point', alpha);
  const day = dayInFile(cell('date'), format.dates ?? 'ymd', zone);
  if (day === null) return { wrong: `"${cell('date').slice(0, 40)}" is no date` };
  const keys = {
    providerReference: cell('providerReference'),
    order: orderKey(cell('order')),
    reference: cell('reference'),
  };
  const long = Object.entries(keys).find(([, value]) => value.length > LONGEST_KEY);
  if (long) return { wrong: `its ${long[0]} is longer than ${LONGEST_KEY} characters` };
  const gross = format.amounts === 'net' && fee !== null ? read + Math.abs(fee) : read;
  const isBack = kind === 'refund' || kind === 'chargeback';
  if (isBack && mapping && format.refunds === 'positive' && gross < 0)
    return {
      wrong: `"${cell('amount').slice(0, 40)}" has a minus, and refunds and chargebacks of this file have none: nobody knows which way it went`,
    };
  // In a file that signs them, one without a minus has come back: a refund that failed, a chargeback that was won.
  const isSigned = mapping !== null && format.refunds === 'negative';
  const amount = isBack && !isSigned ? 0 - Math.abs(gross) : gross;
  if (amount === 0) return { ignored: true };
  const one: FileLine = { line, part: 0, ...keys, amount, fee, currency: alpha, day };
  return { lines: kind === 'returned' ? [one, { ...one, part: 1, amount: 0 - amount }] : [one] };
}

/**
 * Reads one piece.
 * @param bytes those after the last piece's.
 * @param isLast whether the file ends with them.
 * @throws UnreadableFile
 */
export function readPiece(
  reading: Reading,
  before: ReaderState,
  bytes: Uint8Array,
  isLast: boolean,
): ReadPart {
  const { format, charset, separator, quote } = reading;
  let piece = bytes;
  if (!before.isBegun) {
    const mark = markedCharset(piece);
    if (mark?.charset === charset) piece = piece.subarray(mark.length);
  }
  const all = before.carry.length === 0 ? piece : joined(before.carry, piece);
  const cut = isLast ? all.length : endOfLines(all, charset);
  if (all.length - cut > LONGEST_LINE_BYTES)
    throw new UnreadableFile('line_too_long', before.carryLine, 'has no end: this is no file of lines');
  const text = decodeLines(all.subarray(0, cut), charset, before.carryLine);
  const part = readCsv(
    before.rest + text,
    before.rest === '' ? before.carryLine : before.restLine,
    { separator, quote },
    isLast,
  );
  let state: ReaderState = {
    ...before,
    isBegun: true,
    carry: all.slice(cut),
    carryLine: before.carryLine + lineBreaks(text),
    rest: part.rest,
    restLine: part.line,
  };
  const lines: FileLine[] = [];
  const unreadable: FileFault[] = [];
  const words = new WordReader(reading, before.words);
  const evidence = new EvidenceReader(reading.open, before.evidence);
  for (const record of part.records) {
    const [first = ''] = record.cells;
    if (format.ending?.includes(first.trim())) state = { ...state, hasEnded: true };
    if (format.framing?.includes(first.trim())) continue;
    if (state.columns === null) {
      if (format.skipped?.some((begin) => first.trimStart().startsWith(begin))) continue;
      if (format.id !== GENERIC_PRESET && !isHeaderOf(format, record.cells))
        throw new UnreadableFile(
          'no_header',
          record.line,
          `is not the header of this file: it needs ${format.header.join(', ')}`,
        );
      const { columns, isHeader } = columnsIn(reading, record);
      state = { ...state, columns, width: record.cells.length };
      if (isHeader) continue;
    }
    const count = state.lines + 1;
    if (count > MOST_LINES)
      throw new UnreadableFile(
        'too_many_lines',
        record.line,
        `there are more than ${MOST_LINES} lines: split the file`,
      );
    const read = lineOf(reading, state, { words, evidence }, record);
    const isIgnored = 'ignored' in read;
    if ('lines' in read) lines.push(...read.lines);
    if ('wrong' in read) unreadable.push({ code: 'unreadable_lines', line: record.line, detail: read.wrong });
    state = {
      ...state,
      lines: count,
      ignored: state.ignored + (isIgnored ? 1 : 0),
      lastWidth: record.cells.length,
      lastLine: record.line,
    };
  }
  state = { ...state, words: words.counted, evidence: evidence.evidence };
  if (!isLast) return { lines, unreadable, state };
  const isOpen = !/[\r\n]$/.test(text);
  requireWhole(reading, state, isOpen);
  return { lines, unreadable, state: { ...state, isLastLineOpen: isOpen && !format.ending } };
}

/** A line without an end is one in no file. */
const LONGEST_LINE_BYTES = 1024 * 1024;

/** @throws UnreadableFile for a file that is empty, or ends in the middle. */
function requireWhole({ format }: Reading, state: ReaderState, isOpen: boolean): void {
  if (state.columns === null) throw new UnreadableFile('empty', null, 'the file has no lines');
  if (format.ending && !state.hasEnded)
    throw new UnreadableFile(
      'cut_off',
      state.lastLine,
      `the file ends here, without its last line (${format.ending.join(' or ')}): it was cut off`,
    );
  if (isOpen && state.lines > 0 && state.lastWidth < state.width)
    throw new UnreadableFile(
      'cut_off',
      state.lastLine,
      `the file ends here, after ${state.lastWidth} of ${state.width} columns: it was cut off`,
    );
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
