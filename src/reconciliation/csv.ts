/**
 * CSV as providers write it: cells with a separator between them, quoted where they hold it, a quote inside doubled (RFC 4180 with other
 * signs). Lines end with CR LF, LF or CR. A quoted cell may have line breaks; a quote in the middle of an unquoted cell is a character.
 */
import { UnreadableFile } from './fault.ts';

export interface CsvSigns {
  readonly separator: string;
  /** One character; empty: cells are never quoted. */
  readonly quote: string;
}

/** A record, with the line of the file that it begins in, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What of a text is read: records, and where the one that has not ended begins. */
export interface CsvPart {
  readonly records: readonly CsvRecord[];
  /** The record that has not ended; empty: all have. */
  readonly rest: string;
  /** The line that `rest` begins in. */
  readonly line: number;
}

/** How many lines end in a text: with CR LF, LF or CR. */
export function lineBreaks(text: string): number {
  let found = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) found += 1;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1))
    if (text[at + 1] !== '\n') found += 1;
  return found;
}

/** A record longer than this is none: a quote has not ended, or it is no CSV. In characters. */
export const LONGEST_RECORD = 256 * 1024;

/**
 * Reads records.
 * @param text from the beginning of a record on.
 * @param line of the file that it begins in.
 * @param isLast whether nothing comes after it: then the last record needs no line break.
 * @throws UnreadableFile for a quote that does not end, and for a record that is too long, with the line that it begins in.
 */
export function readCsv(
  text: string,
  line: number,
  { separator, quote }: CsvSigns,
  isLast: boolean,
): CsvPart {
  const records: CsvRecord[] = [];
  let at = 0;
  let begin = 0;
  let beginLine = line;
  let now = line;
  let cells: string[] = [];
  const end = () => {
    // An empty line is no record.
    if (cells.length > 1 || cells[0] !== '') records.push({ line: beginLine, cells });
    cells = [];
    now += 1;
    begin = at;
    beginLine = now;
  };
  const open = (): CsvPart => {
    if (isLast)
      throw new UnreadableFile('unterminated_quote', beginLine, `has a quote (${quote}) that does not end`);
    const rest = text.slice(begin);
    if (rest.length > LONGEST_RECORD)
      throw new UnreadableFile(
        'line_too_long',
        beginLine,
        `is longer than ${LONGEST_RECORD} characters: a quote (${quote}) does not end, or this is no CSV`,
      );
    return { records, rest, line: beginLine };
  };
  while (at < text.length) {
    let cell: string;
    if (quote !== '' && text[at] === quote) {
      cell = '';
      at += 1;
      for (;;) {
        const close = text.indexOf(quote, at);
        if (close < 0) return open();
        cell += text.slice(at, close);
        at = close + 1;
        if (text[at] !== quote) break;
        cell += quote;
        at += 1;
      }
      // The next character may come with the next piece.
      if (at >= text.length && !isLast) return open();
      now += lineBreaks(cell);
      // What stands between the quote and the separator belongs to the cell.
      const close = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
      cell += text.slice(close, at);
    } else {
      const start = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
      cell = text.slice(start, at);
    }
    // Of CR LF, the LF may come with the next piece.
    const isHalf = text[at] === '\r' && at + 1 >= text.length;
    if ((at >= text.length || isHalf) && !isLast) {
      now = beginLine;
      const rest = text.slice(begin);
      if (rest.length > LONGEST_RECORD)
        throw new UnreadableFile(
          'line_too_long',
          beginLine,
          `is longer than ${LONGEST_RECORD} characters: this is no CSV`,
        );
      return { records, rest, line: beginLine };
    }
    cells.push(cell);
    const sign = text[at];
    if (sign === separator) {
      at += 1;
      if (at < text.length) continue;
      if (!isLast) return { records, rest: text.slice(begin), line: beginLine };
      cells.push('');
      end();
    } else if (sign === undefined) end();
    else {
      at += sign === '\r' && text[at + 1] === '\n' ? 2 : 1;
      end();
    }
  }
  return { records, rest: '', line: now };
}
