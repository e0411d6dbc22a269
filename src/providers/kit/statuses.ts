/** Status tables: how they are written, and read. */
import type { StatusMeaning, StatusTable, UpdateOutcome } from '../contract.ts';

/**
 * A row: codes, what they stand for, and what they say. Codes in one text are separated by blanks (`00002 00003`); those
 * that hold a blank themselves stand in a list.
 */
type StatusRow = readonly [codes: string | readonly string[], outcome: UpdateOutcome, text: string];

/**
 * The table of some rows.
 * @throws RangeError when a code stands in two rows.
 */
export function statusTable(rows: readonly StatusRow[]): StatusTable {
  const table: Record<string, StatusMeaning> = {};
  for (const [codes, outcome, text] of rows) {
    for (const code of typeof codes === 'string' ? codes.split(' ') : codes) {
      if (Object.hasOwn(table, code)) throw new RangeError(`the status ${code} stands in two rows`);
      table[code] = { outcome, text };
    }
  }
  return table;
}

/** What a code stands for; undefined for one that the sheet does not have. */
export function meaningOf(table: StatusTable, code: string): StatusMeaning | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

/** What a code says, by the first table that has it; null where none has. */
export function statusText(tables: Readonly<Record<string, StatusTable>>, code: string): string | null {
  for (const table of Object.values(tables)) {
    const meaning = meaningOf(table, code);
    if (meaning) return meaning.text;
  }
  return null;
}
