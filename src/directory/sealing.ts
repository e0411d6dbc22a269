/** Secrets that an older version or an older master key has sealed, sealed again row by row. */
import type { Database } from './database.ts';
import type { Place, Vault } from './vault.ts';

/** A sealed row, and where it stands. */
interface SealedRow {
  readonly id: string;
  readonly sealed: string;
  readonly place: Place;
}

/** What came of sealing rows again. */
export interface SealedAgain {
  /** The secrets of those that were, by their names. */
  readonly sealed: readonly string[];
  /** Of those that do not open: they stay as they are. */
  readonly failed: readonly string[];
}

/** A table that holds secrets: which column names a row, and which is sealed. */
interface SealedTable {
  readonly db: Database;
  readonly vault: Vault;
  readonly table: string;
  readonly id: string;
  readonly sealed: string;
}

/**
 * Seals the rows of a table again that an older version or an older master key has sealed. One that does not open does not stop the
 * others.
 * @param acceptOlder whether records of older versions open although they are closed.
 */
export async function sealTableAgain<Row>(
  { db, vault, table, id: name, sealed: column }: SealedTable,
  rowOf: (row: Row) => SealedRow,
  acceptOlder: boolean,
): Promise<SealedAgain> {
  const { results } = await db
    .prepare(`SELECT * FROM ${table} WHERE ${column} NOT LIKE ?`, [`${vault.prefix}%`])
    .all<Row>();
  const sealed: string[] = [];
  const failed: string[] = [];
  for (const { id, place, sealed: before } of results.map(rowOf)) {
    const secret = await vault.open(place, before, { acceptOlder }).catch((error: unknown) => {
      console.error({
        event: 'vault.not_sealed_again',
        secret: place.purpose,
        row: id,
        error: String(error),
      });
      return null;
    });
    if (secret === null) {
      failed.push(place.purpose);
      continue;
    }
    // Where the row still has the old text.
    await db
      .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${name} = ? AND ${column} = ?`, [
        await vault.seal(place, secret),
        id,
        before,
      ])
      .run();
    sealed.push(place.purpose);
  }
  return { sealed, failed };
}
