/**
 * schema.md beside the tables and the steps of schema.ts. The failures ruled out: a column that nobody described; a payment of any earlier
 * version that is not brought to today's, is brought there twice, or loses money on the way.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { createTables, SCHEMA } from '../../src/ledger/schema.ts';
import { ledgerOf, objectOf } from '../support/harness.ts';
import { compared, describedTables, storedTables } from '../support/schema-doc.ts';
import { newId } from './support.ts';

const [schema = ''] = Object.values(
  import.meta.glob<string>('../../src/ledger/schema.md', { eager: true, query: '?raw', import: 'default' }),
);

/** The examples of records, by version: the last one stands for the versions after it too. */
const examples = [...schema.matchAll(/^```json\n(.+?)^```$/gms)].map(([, json = '']) => json);

const exampleOf = (version: number, id: string): string =>
  (examples[version - 1] ?? examples.at(-1) ?? '').replace('01KQ3XQKWCG7XBC6', id);

/** Writes an example into an object that holds nothing, in the tables of its version, and has the object begin anew. */
async function written(version: number) {
  const id = newId();
  await runInDurableObject(objectOf(id), (_object, { storage: { sql } }) => {
    createTables(sql);
    if (version < 4)
      for (const column of ['salt', 'detail_hash', 'exchange'])
        sql.exec(`ALTER TABLE events DROP COLUMN ${column}`);
    sql.exec(
      "INSERT INTO payment VALUES (1, ?, 7, 'shop', 'hash', 0, ?, ?)",
      version,
      '0'.repeat(64),
      exampleOf(version, id),
    );
  });
  await evictDurableObject(objectOf(id));
  return id;
}

const rowOf = (id: string) =>
  runInDurableObject(objectOf(id), (_object, { storage: { sql } }) => ({
    row: sql.exec<{ schema: number; record: string }>('SELECT schema, record FROM payment').one(),
    tables: storedTables(sql),
  }));

describe('schema.md', () => {
  it('describes every table and column, and none that is not there', async () => {
    const stored = await runInDurableObject(objectOf(newId()), (_object, { storage: { sql } }) => {
      createTables(sql);
      return storedTables(sql);
    });
    const { described, stored: there } = compared(describedTables(schema), stored);
    expect(described).toEqual(there);
  });

  it('names the version of today, and what is different in each', () => {
    expect(schema).toContain(`The version is ${SCHEMA}.`);
    const rows = [...schema.matchAll(/^\| (\d) +\|/gm)].map(([, version]) => Number(version));
    expect(rows).toEqual(Array.from({ length: SCHEMA }, (_, index) => index + 1));
  });
});

describe.each(Array.from({ length: SCHEMA }, (_, index) => index + 1))(
  'a payment that version %i wrote',
  (version) => {
    it('is brought to today’s version, once, and is the one that schema.md says', async () => {
      const id = await written(version);
      const read = await ledgerOf(id).read();
      const { row, tables } = await rowOf(id);
      expect(row.schema).toBe(SCHEMA);
      expect(JSON.parse(row.record)).toEqual(JSON.parse(exampleOf(SCHEMA, id)));
      expect(tables.get('events')).toEqual(expect.arrayContaining(['salt', 'detail_hash', 'exchange']));
      expect(read?.view).toMatchObject({
        status: 'partially_refunded',
        amounts: { paid: 1999, refunded: 700 },
        operations: [{ state: 'succeeded' }, { state: 'succeeded' }],
      });
      await evictDurableObject(objectOf(id));
      expect((await ledgerOf(id).read())?.view).toEqual(read?.view);
      expect((await rowOf(id)).row).toEqual(row);
    });
  },
);
