/** CSV as RFC 4180 has it: lines end with CR LF, cells with a quote, the separator or a line break are quoted. */

const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
type Separator = keyof typeof SEPARATORS;

/**
 * What a spreadsheet may take for a formula (OWASP, CSV injection): a sign of one, as wide as it may be, also behind spaces and
 * characters that are not seen; and what begins with a tab or a line break.
 */
const FORMULA = /^[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/**
 * A value as a cell. What may be taken for a formula begins with an apostrophe: names and texts are other people's. A negative number
 * is none.
 */
function cell(value: unknown, separator: string): string {
  const text =
    value === null || value === undefined
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const isFormula = FORMULA.test(text) && !/^-\d+(?:\.\d+)?$/.test(text);
  const harmless = isFormula ? `'${text}` : text;
  const isQuoted = /["\r\n]/.test(harmless) || harmless.includes(separator);
  return isQuoted ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Rows with their names in the first line. */
export function csvOf(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
  separator: Separator = 'comma',
): string {
  const character = SEPARATORS[separator];
  const lines = rows.map((row) => columns.map((name) => cell(row[name], character)).join(character));
  return [columns.join(character), ...lines, ''].join('\r\n');
}
