/** Files that are no tables: a person who is asked for their columns has nothing to map. */
import { UnreadableFile } from './fault.ts';

/** What a text begins with that is something else. */
const OTHERS: readonly (readonly [what: string, begins: RegExp])[] = [
  ['a web page (HTML)', /^\s*<(?:!doctype html|html|head|body)\b/i],
  ['XML', /^\s*<\?xml\b/i],
  ['JSON', /^\s*[{[]\s*(?:["{[\]}]|-?\d|$)/],
  ['a PDF', /^%PDF-/],
];

/** Signs that no text has. */
const CONTROL = /[\0-\x08\x0e-\x19\x1c-\x1f]/;

/** @throws UnreadableFile for bytes that are no text in this charset. */
export function requireText(text: string, charset: string): void {
  if (text.includes('\0'))
    throw new UnreadableFile(
      'unknown_format',
      null,
      `this is no text in ${charset}: an image, an archive or a table of an office program; or it is UTF-16 without its mark: then say its charset`,
    );
}

/**
 * @param rows of the header and the first lines.
 * @throws UnreadableFile for a file that nobody knows, and whose columns nobody can map.
 */
export function requireTable(text: string, rows: readonly (readonly string[])[]): void {
  const other = OTHERS.find(([, begins]) => begins.test(text))?.[0];
  if (other) throw new UnreadableFile('unknown_format', null, `this is ${other}, and no CSV`);
  if (CONTROL.test(text))
    throw new UnreadableFile('unknown_format', null, 'it has signs that no text has: this is no CSV');
  if (rows.every((cells) => cells.length < 2))
    throw new UnreadableFile(
      'unknown_format',
      null,
      'its first lines have no columns: this is no CSV, or another separator than ; , | and the tab is between them',
    );
}
