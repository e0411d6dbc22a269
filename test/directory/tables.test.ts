/** The columns that the code describes are those that the migrations have made: neither reads or writes what the other does not have. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_COLUMNS } from '../../src/directory/accounts.ts';
import { ENDPOINT_COLUMNS } from '../../src/directory/endpoints.ts';
import { PAYMENT_COLUMNS } from '../../src/directory/projection.ts';
import { SHOP_COLUMNS } from '../../src/directory/shops.ts';
import { namesOf } from '../../src/directory/table.ts';

const DESCRIBED = [
  ['accounts', namesOf(ACCOUNT_COLUMNS)],
  ['shops', namesOf(SHOP_COLUMNS)],
  ['endpoints', namesOf(ENDPOINT_COLUMNS)],
  ['payments', Object.keys(PAYMENT_COLUMNS)],
] as const;

describe('a migration that adds a column, or a column that no migration makes, is noticed', () => {
  it.each(DESCRIBED)('of %s', async (table, described) => {
    const { results } = await env.DIRECTORY.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
    expect(results.map(({ name }) => name).toSorted()).toEqual([...described].toSorted());
  });
});
