/** The directory's migrations, from any step on: what a deployment holds survives them, and ends in the same tables. */

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { objectOf, unique } from '../support/harness.ts';

const { TEST_MIGRATIONS: migrations } = env;

/** An SQLite database of its own: that of an object. */
function inDatabase<T>(work: (sql: SqlStorage) => T): Promise<T> {
  return runInDurableObject(objectOf(unique()), (_object, state) => work(state.storage.sql));
}

function run(sql: SqlStorage, from: number, to: number): void {
  for (const { queries } of migrations.slice(from, to)) for (const query of queries) sql.exec(query);
}

const schema = (sql: SqlStorage) =>
  sql
    .exec("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name")
    .toArray();

/** A row in every table, as the columns of the moment want it; all of one text, so that rows refer to each other. */
function fill(sql: SqlStorage): Map<string, Record<string, SqlStorageValue>> {
  const rows = new Map<string, Record<string, SqlStorageValue>>();
  for (const { name } of sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray()) {
    const columns = sql
      .exec<{ name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)', name)
      .toArray();
    const row = Object.fromEntries(
      columns.map((column) => [column.name, column.type === 'INTEGER' ? 1 : 'same']),
    );
    sql.exec(
      `INSERT INTO ${name} (${columns.map((column) => `"${column.name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ...Object.values(row),
    );
    rows.set(name, row);
  }
  return rows;
}

describe('the migrations of the directory', () => {
  it.each(migrations.map(({ name }, index) => [name, index + 1] as const))(
    'keep every row of a database that stopped at %s',
    async (_name, stopped) => {
      const whole = await inDatabase((sql) => {
        run(sql, 0, migrations.length);
        return schema(sql);
      });
      await inDatabase((sql) => {
        run(sql, 0, stopped);
        const before = fill(sql);
        run(sql, stopped, migrations.length);
        expect(schema(sql)).toEqual(whole);
        for (const [table, row] of before) {
          expect(sql.exec(`SELECT * FROM ${table}`).toArray()).toEqual([expect.objectContaining(row)]);
        }
      });
    },
  );

  it('have the payments without a result checked, those of before as well', async () => {
    const checkAt = await inDatabase((sql) => {
      const overdue = migrations.findIndex(({ name }) => name.startsWith('0005'));
      run(sql, 0, overdue);
      fill(sql);
      sql.exec("UPDATE payments SET status = 'pending', updated_at = 'then'");
      run(sql, overdue, migrations.length);
      return sql.exec<{ check_at: string }>('SELECT check_at FROM payments').one().check_at;
    });
    expect(checkAt).toBe('then');
  });
});
