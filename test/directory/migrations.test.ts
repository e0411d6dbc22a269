/** The directory's migrations, from any step on: what a deployment holds survives them, and ends in the same tables. */

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { objectOf, unique } from '../support/harness.ts';
import { compared, describedTables, storedTables } from '../support/schema-doc.ts';

const { TEST_MIGRATIONS: migrations } = env;

const [directorySchema = ''] = Object.values(
  import.meta.glob<string>('../../src/directory/schema.md', {
    eager: true,
    query: '?raw',
    import: 'default',
  }),
);

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

  /** What the migration to 0007 makes of rows of before. */
  function afterTestAndLive<T>(fillIn: (sql: SqlStorage) => void, read: (sql: SqlStorage) => T): Promise<T> {
    return inDatabase((sql) => {
      const at = migrations.findIndex(({ name }) => name.startsWith('0007'));
      run(sql, 0, at);
      fillIn(sql);
      run(sql, at, migrations.length);
      return read(sql);
    });
  }

  it('put a shop into test mode that takes no real money, say so, and leave every other as it is', async () => {
    const shops: Record<string, string> = {
      unreal: '["sandbox","test"]',
      mixed: '["test","real"]',
      real: '["real"]',
      empty: '[]',
      gone: '["nobody"]',
      broken: 'same',
    };
    const { modes, log } = await afterTestAndLive(
      (sql) => {
        for (const environment of ['sandbox', 'test', 'production']) {
          sql.exec(
            `INSERT INTO accounts (id, provider, caption, environment, currencies, settings, endpoints, allowed_ips, created_at, updated_at)
             VALUES (?, 'ogone', '', ?, '[]', '{}', '{}', '[]', '', '')`,
            environment === 'production' ? 'real' : environment,
            environment,
          );
        }
        for (const [id, accounts] of Object.entries(shops)) {
          sql.exec(
            `INSERT INTO shops (id, name, active, admin_enabled, test_mode, accounts, webhook_dialect, created_at, updated_at)
             VALUES (?, '', 1, 1, 0, ?, 'standard', '', '')`,
            id,
            accounts,
          );
        }
      },
      (sql) => ({
        modes: sql.exec<{ id: string }>('SELECT id FROM shops WHERE test_mode = 1').toArray(),
        log: sql.exec<{ at: string; detail: string }>('SELECT * FROM audit').toArray(),
      }),
    );
    expect(modes).toEqual([{ id: 'unreal' }]);
    expect(log).toMatchObject([{ actor: 'migration', action: 'shop.updated', subject: 'unreal' }]);
    expect(JSON.parse(log[0]?.detail ?? '')).toMatchObject({ testMode: { from: false, to: true } });
    expect(new Date(log[0]?.at ?? '').toISOString()).toBe(log[0]?.at);
  });

  it('leave no right signature of a forged message in the refusals', async () => {
    const right = '70C267A6C559990139699555559FB913';
    const refusal = (at: number) => ({
      problem: 'no',
      base: 'AMOUNT=0.01‹sha_out›',
      expected: right,
      received: right.slice(0, at).padEnd(32, 'F'),
      firstDifference: { at, expected: right.slice(at, at + 16), received: 'F' },
    });
    const explanations = [
      refusal(0),
      refusal(5),
      refusal(31),
      { ...refusal(0), firstDifference: null },
      { problem: 'no', expected: null, firstDifference: null },
    ];
    const kept = await afterTestAndLive(
      (sql) => {
        for (const explanation of explanations) {
          sql.exec(
            "INSERT INTO refusals (at, account, channel, reason, request_id, explanation) VALUES ('', '', '', '', '', ?)",
            JSON.stringify(explanation),
          );
        }
      },
      (sql) => sql.exec<{ explanation: string }>('SELECT explanation FROM refusals ORDER BY id').toArray(),
    );
    const cut = (at: number, expected: string) => ({
      ...refusal(at),
      expected: right.slice(0, 8),
      firstDifference: { at: Math.min(at, 8), expected, received: 'F' },
    });
    expect(kept.map(({ explanation }) => JSON.parse(explanation))).toEqual([
      cut(0, '70C267A6'),
      cut(5, '7A6'.slice(0, 3)),
      cut(31, ''),
      { ...refusal(0), expected: right.slice(0, 8), firstDifference: null },
      explanations[4],
    ]);
  });

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

describe('schema.md', () => {
  const all = describedTables(directorySchema);
  const isOfStandby = ({ heading }: { readonly heading: string }) => heading.includes('(in the standby');

  it('describes every table and column of D1, and none that is not there', async () => {
    const stored = await inDatabase((sql) => {
      // The object has tables of its own.
      const own = new Set(storedTables(sql).keys());
      run(sql, 0, migrations.length);
      return new Map([...storedTables(sql)].filter(([name]) => !own.has(name)));
    });
    const { described, stored: there } = compared(
      all.filter((one) => !isOfStandby(one)),
      stored,
    );
    expect(described).toEqual(there);
  });

  it('describes every table and column of the standby', async () => {
    const stored = await runInDurableObject(
      env.STANDBY.get(env.STANDBY.idFromName('directory')),
      (_object, state) => storedTables(state.storage.sql),
    );
    const { described, stored: there } = compared(all.filter(isOfStandby), stored);
    expect(described).toEqual(there);
  });
});
