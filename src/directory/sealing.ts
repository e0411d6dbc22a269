/** Secrets that an older version or an older master key has sealed, sealed again row by row. */
import type { Place, Vault } from './vault.ts';

/** A sealed row, and where it stands. */
export interface SealedRow {
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

/**
 * Seals rows again under the newest version and master key. One that does not open does not stop the others.
 * @param acceptOlder whether records of older versions open although they are closed.
 * @param replace stores the new text of a row, if it still has the old one.
 */
export async function sealRowsAgain(
  vault: Vault,
  rows: readonly SealedRow[],
  acceptOlder: boolean,
  replace: (id: string, from: string, to: string) => Promise<unknown>,
): Promise<SealedAgain> {
  const sealed: string[] = [];
  const failed: string[] = [];
  for (const { id, place, sealed: before } of rows) {
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
    await replace(id, before, await vault.seal(place, secret));
    sealed.push(place.purpose);
  }
  return { sealed, failed };
}
