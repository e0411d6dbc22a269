/** An operator's shops as a condition of a query. */
import type { Scope } from './types.ts';

/** A part of a WHERE clause, and the values of its `?` in order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

/**
 * The condition that a column names a shop of the scope; it is true of every row where the scope is everything.
 * @param column the name of the column in the query, `payments.shop`: never a text that a caller gave.
 */
export function scopeCondition(scope: Scope, column: string): Condition {
  if (scope.all) return { sql: 'TRUE', values: [] };
  return {
    sql: `${column} IN (SELECT value FROM json_each(?) UNION SELECT id FROM shops WHERE "group" IN (SELECT value FROM json_each(?)))`,
    values: [JSON.stringify(scope.shops), JSON.stringify(scope.groups)],
  };
}

/** The query of the accounts that payments of a scope's shops may go to: by the shops' own names, their successors and fallbacks. */
export function accountsOf(scope: Scope): Condition {
  const own = scopeCondition(scope, 'shops.id');
  return {
    sql: `WITH RECURSIVE used (id) AS (
        SELECT value FROM shops, json_each(shops.accounts) WHERE ${own.sql}
        UNION SELECT value FROM used JOIN accounts ON accounts.id = used.id, json_each(json_array(succeeded_by, fallback))
          WHERE value IS NOT NULL
      ) SELECT id FROM used`,
    values: own.values,
  };
}
