/** What a provider's words say of an operation: how such tables are written, and read (SHEET.md, "Operations"). */
import type { BookedState } from '../../payments/reconciliation.ts';

/** Word -> state of the operation. A word that is not there is `unknown`. */
export type OperationTable = Readonly<Record<string, BookedState>>;

/**
 * The table of some rows: words separated by blanks, and what they say of an operation.
 * @throws RangeError when a word stands in two rows.
 */
export function operationTable(
  rows: readonly (readonly [words: string, state: BookedState])[],
): OperationTable {
  const table: Record<string, BookedState> = {};
  for (const [words, state] of rows) {
    for (const word of words.split(' ')) {
      if (Object.hasOwn(table, word)) throw new RangeError(`the word ${word} stands in two rows`);
      table[word] = state;
    }
  }
  return table;
}

/** What a word says of an operation. */
export function stateIn(table: OperationTable, word: string): BookedState {
  return (Object.hasOwn(table, word) ? table[word] : undefined) ?? 'unknown';
}
