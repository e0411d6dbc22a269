/** schema.md beside the tables that there are. The failure ruled out: a table or a column that nobody described, or that is described and gone. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { OF_COMPARISON, OF_READING, TABLES } from '../../src/reconciliation/tables.ts';
import { unique } from '../support/harness.ts';
import { compared, describedTables, storedTables } from '../support/schema-doc.ts';

const [schema = ''] = Object.values(
  import.meta.glob<string>('../../src/reconciliation/schema.md', {
    eager: true,
    query: '?raw',
    import: 'default',
  }),
);

describe('schema.md', () => {
  it('describes every table and column, and none that is not there', async () => {
    const object = env.RECONCILIATION.get(env.RECONCILIATION.idFromName(unique()));
    const stored = await runInDurableObject(object, (_object, { storage: { sql } }) => {
      sql.exec(TABLES);
      return storedTables(sql);
    });
    const { described, stored: there } = compared(describedTables(schema), stored);
    expect(described).toEqual(there);
  });

  it('says which tables a new reading and a new comparison empty', () => {
    const [, reading = '', comparison = ''] =
      /^(.*) are emptied by a new reading; (.*) by a new comparison\.$/m.exec(schema) ?? [];
    const namesIn = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(namesIn(reading)).toEqual([...OF_READING]);
    expect(namesIn(comparison)).toEqual([...OF_COMPARISON]);
  });
});
