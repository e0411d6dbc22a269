/** CSV as RFC 4180 has it: lines end with CR LF, cells with a quote, the separator or a line break are quoted. */

const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
type Separator = keyof typeof SEPARATORS;

/** What is not seen before a sign of a formula, and the signs, as wide as they may be. */
const SIGN = String.raw`[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@＝＋－＠]`;

/** What a spreadsheet may take for a formula (OWASP, CSV injection): a sign of one, and what begins with a tab or a line break. */
const FORMULA = new RegExp(`^${SIGN}|^[\\t\\r\\n]`, 'u');

/**
 * Where a program that splits at another separator begins a cell: there our quote does not stand at the beginning of its cell, and counts for
 * nothing, neither around a line break.
 */
const INNER_FORMULAS = {
  ',': new RegExp(`([;\\t\\r\\n])(?=${SIGN})`, 'gu'),
  ';': new RegExp(`([,\\t\\r\\n])(?=${SIGN})`, 'gu'),
  '\t': new RegExp(`([,;\\r\\n])(?=${SIGN})`, 'gu'),
} as const;

/**
 * A value as a cell. What may be taken for a formula gets an apostrophe, also within a text: names and texts are other people's. A negative
 * number is none.
 */
function cell(value: unknown, separator: keyof typeof INNER_FORMULAS): string {
  const text =
    value === null || value === undefined
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const isFormula = FORMULA.test(text) && !/^-\d+(?:\.\d+)?$/.test(text);
  const harmless = (isFormula ? `'${text}` : text).replaceAll(INNER_FORMULAS[separator], "$1'");
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
