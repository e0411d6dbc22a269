/** What lines of a file lead to. Ruled out: a search of all payments of the account for each page of lines, which takes minutes for a file of another account. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { namedByLines } from '../../src/directory/account-movements.ts';
import type { Env } from '../../src/worker.ts';

const PAYMENTS = 3000;
const LINES = 200;

/** The same database; `read` is how many rows its queries have read. */
function counted(db: D1Database) {
  const count = { read: 0 };
  const prepare = (sql: string) => {
    const bind = (...values: unknown[]) => ({
      all: async () => {
        const answer = await db
          .prepare(sql)
          .bind(...values)
          .all();
        count.read += answer.meta.rows_read;
        return answer;
      },
    });
    return { bind };
  };
  return { db: { prepare } as unknown as D1Database, count };
}

it('is looked for line by line, by the index of references', async () => {
  const { DIRECTORY } = env as unknown as Env;
  const rows = Array.from({ length: PAYMENTS }, (_, index) => [`AM${index}`, `ref-${index}`]);
  await DIRECTORY.prepare(
    `INSERT INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded, created_at, updated_at, body)
     SELECT value ->> 0, 1, 'shop', value ->> 1, 'paid', 100, 'EUR', 'named', 'ogone', 0, 100, 0, '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z', '{}'
     FROM json_each(?)`,
  )
    .bind(JSON.stringify(rows))
    .run();
  const lines = Array.from({ length: LINES }, (_, id) => ({
    ...{ id, payment: '', providerReference: '', order: '' },
    reference: id === 7 ? 'ref-42' : `nobody-${id}`,
  }));
  const { db, count } = counted(DIRECTORY);
  const found = await namedByLines(db, 'named', lines);
  expect(found.map(({ id, payment }) => [id, payment])).toEqual([[7, 'AM42']]);
  expect(count.read).toBeLessThan(LINES * 10);
});
