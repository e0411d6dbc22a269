/** The local database that is copied. The failures ruled out: one of other migrations, one over an existing database, one half made. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringUpToDate } from '../../src/sandbox/run/local-database.ts';

let folder: string;
let migrated: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-database-'));
  for (const name of ['migrations', 'made']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'migrations', '0001.sql'), 'CREATE TABLE a (b)');
  migrated = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const databaseOf = (state: string) => join(state, 'v3', 'd1', 'database');

/** Brings a state up to date by migrations that count their runs. */
async function start(name: string, migrate?: (state: string) => Promise<void>): Promise<string> {
  const state = join(folder, name);
  await bringUpToDate(
    { state, migrations: join(folder, 'migrations'), made: join(folder, 'made') },
    migrate ??
      (async (under) => {
        migrated.push(under);
        mkdirSync(join(under, 'v3', 'd1'), { recursive: true });
        writeFileSync(databaseOf(under), `migrated ${migrated.length}`);
      }),
  );
  return readFileSync(databaseOf(state), 'utf8');
}

describe('a local database', () => {
  it('is migrated once for all that begin anew', async () => {
    expect([await start('one'), await start('two')]).toEqual(['migrated 1', 'migrated 1']);
    expect(migrated).toHaveLength(1);
    expect(migrated[0]).not.toBe(join(folder, 'one'));
  });

  it('is made anew where a migration has come or has changed', async () => {
    await start('one');
    writeFileSync(join(folder, 'migrations', '0002.sql'), 'CREATE TABLE c (d)');
    expect(await start('two')).toBe('migrated 2');
    writeFileSync(join(folder, 'migrations', '0002.sql'), 'CREATE TABLE e (f)');
    expect(await start('three')).toBe('migrated 3');
  });

  it('that is there is migrated itself, and nothing is copied over it', async () => {
    await start('one');
    expect(await start('one')).toBe('migrated 2');
    expect(migrated[1]).toBe(join(folder, 'one'));
  });

  it('whose migrations fail leaves nothing that a later start would copy', async () => {
    const fails = async (under: string) => {
      mkdirSync(join(under, 'v3', 'd1'), { recursive: true });
      throw new Error('the migrations failed');
    };
    await expect(start('one', fails)).rejects.toThrow('the migrations failed');
    expect(existsSync(join(folder, 'one'))).toBe(false);
    expect(await start('one')).toBe('migrated 1');
  });

  it('that two starts make at once is made whole for both', async () => {
    expect(await Promise.all([start('one'), start('two')])).toEqual([
      expect.stringContaining('migrated'),
      expect.stringContaining('migrated'),
    ]);
    expect(readdirSync(join(folder, 'made'))).toHaveLength(1);
  });
});
