/**
 * The local database, brought up to date. Wrangler starts a runtime for each migration, which takes a quarter of a minute for all of them:
 * a new database is therefore a copy of one that Wrangler has made once for these migrations.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where Wrangler keeps its local D1 under a folder of state. */
const DATABASES = join('v3', 'd1');

/** What tells these migrations from others: their names and texts, hashed. */
function fingerprint(migrations: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(migrations).sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(migrations, name)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** The folders of a local database. */
export interface LocalDatabase {
  /** Where Wrangler keeps local state. */
  readonly state: string;
  /** The migrations' folder. */
  readonly migrations: string;
  /** Where the database that is copied lies. */
  readonly made: string;
}

/**
 * Brings the local database of a state up to date.
 * @param migrate has Wrangler apply what is left of the migrations to the database of a state.
 */
export async function bringUpToDate(
  { state, migrations, made }: LocalDatabase,
  migrate: (state: string) => Promise<void>,
): Promise<void> {
  if (existsSync(join(state, DATABASES))) return migrate(state);
  const ready = join(made, `database-${fingerprint(migrations)}`);
  if (!existsSync(ready)) {
    const under = mkdtempSync(`${ready}-`);
    await migrate(under);
    try {
      renameSync(under, ready);
    } catch (error) {
      // Another start was faster.
      if (!existsSync(ready)) throw error;
      rmSync(under, { recursive: true, force: true });
    }
  }
  cpSync(join(ready, DATABASES), join(state, DATABASES), { recursive: true });
}
