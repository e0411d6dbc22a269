/** Sums over the searchable copy for the operator's first page: today by status, and money by day, currency and provider. */
import type { Status } from '../payments/statuses.ts';
import type { Database } from './database.ts';
import { scopeCondition } from './scope.ts';
import type { Scope } from './types.ts';

/** One day of somebody's calendar: from inclusive, to exclusive, RFC 3339 UTC. */
export interface CountedDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly from: string;
  readonly to: string;
}

/** The payments of a day in one currency at one provider. */
interface DaySum {
  readonly day: string;
  readonly currency: string;
  readonly provider: string;
  readonly test: boolean;
  readonly count: number;
  /** Minor units. */
  readonly paid: number;
  readonly refunded: number;
}

/** How many payments were created with each status. */
interface StatusCount {
  readonly status: Status;
  readonly test: boolean;
  readonly count: number;
}

type Row<T extends { readonly test: boolean }> = Omit<T, 'test'> & { readonly test: number };

function withTest<T extends { readonly test: boolean }>(rows: readonly unknown[]): T[] {
  return (rows as readonly Row<T>[]).map((row) => ({ ...row, test: row.test === 1 }) as unknown as T);
}

/**
 * Both in one trip. Each payment of the days is read once, by the index of its time.
 * @param today of which payments are counted by status, by their creation.
 * @param days of which money is summed up, by when it had come.
 */
export async function sumUp(
  db: Database,
  {
    scope,
    today,
    days,
  }: { readonly scope: Scope; readonly today: CountedDay; readonly days: readonly CountedDay[] },
): Promise<{ readonly statuses: readonly StatusCount[]; readonly sums: readonly DaySum[] }> {
  const { sql, values } = scopeCondition(scope, 'i.shop');
  const [statuses, sums] = await db.batch([
    db
      .prepare(
        `SELECT i.status, i.test, count(*) AS count FROM payments i INDEXED BY payments_by_created
         WHERE i.created_at >= ? AND i.created_at < ? AND ${sql} GROUP BY i.status, i.test`,
      )
      .bind(today.from, today.to, ...values),
    db
      .prepare(
        `SELECT d.value ->> 'day' AS day, i.currency, i.provider, i.test, count(*) AS count, sum(i.paid) AS paid, sum(i.refunded) AS refunded
         FROM json_each(?) d CROSS JOIN payments i INDEXED BY payments_by_paid
         WHERE i.paid_at IS NOT NULL AND i.paid_at >= d.value ->> 'from' AND i.paid_at < d.value ->> 'to' AND ${sql}
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
      )
      .bind(JSON.stringify(days), ...values),
  ]);
  return {
    statuses: withTest<StatusCount>(statuses?.results ?? []),
    sums: withTest<DaySum>(sums?.results ?? []),
  };
}
