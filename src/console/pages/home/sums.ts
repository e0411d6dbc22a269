/** The sums of the first page in the shape of charts and tables. Pure. */
import type { OperatorAnswer } from '../../api.ts';

export type Overview = OperatorAnswer<'overview'>;

/** Providers that a chart tells apart; the rest is one. */
const MOST_PROVIDERS = 5;

/** The money of one currency. */
export interface CurrencySums {
  readonly currency: string;
  readonly test: boolean;
  /** The one with most money first; null: all others. */
  readonly providers: readonly (string | null)[];
  readonly days: readonly {
    readonly day: string;
    readonly count: number;
    /** Minor units, in the order of the providers. */
    readonly paid: readonly number[];
    readonly total: number;
    readonly refunded: number;
  }[];
  readonly total: number;
  readonly count: number;
}

const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function sumsOf(
  rows: Overview['sums'],
  days: readonly string[],
  currency: string,
  test: boolean,
): CurrencySums {
  const byProvider = new Map<string, number>();
  for (const { provider, paid } of rows) byProvider.set(provider, (byProvider.get(provider) ?? 0) + paid);
  const ranked = [...byProvider].sort(([, a], [, b]) => b - a).map(([provider]) => provider);
  const own = ranked.slice(0, ranked.length > MOST_PROVIDERS ? MOST_PROVIDERS - 1 : MOST_PROVIDERS);
  const providers = ranked.length > own.length ? [...own, null] : own;
  const perDay = days.map((day) => {
    const ofDay = rows.filter((row) => row.day === day);
    const paid = providers.map((provider) =>
      add(
        ofDay
          .filter((row) => (provider === null ? !own.includes(row.provider) : row.provider === provider))
          .map((row) => row.paid),
      ),
    );
    const refunded = add(ofDay.map((row) => row.refunded));
    return { day, count: add(ofDay.map((row) => row.count)), paid, total: add(paid), refunded };
  });
  return {
    currency,
    test,
    providers,
    days: perDay,
    total: add(perDay.map(({ total }) => total)),
    count: add(perDay.map(({ count }) => count)),
  };
}

/** Each currency with its money, that of real money first, then the one with most payments. */
export function byCurrency({ sums, days }: Overview): readonly CurrencySums[] {
  const keys = [...new Set(sums.map(({ currency, test }) => `${test ? 'test' : 'real'} ${currency}`))];
  return keys
    .map((key) => {
      const [kind, currency = ''] = key.split(' ');
      const test = kind === 'test';
      return sumsOf(
        sums.filter((row) => row.currency === currency && row.test === test),
        days,
        currency,
        test,
      );
    })
    .sort((a, b) => Number(a.test) - Number(b.test) || b.count - a.count);
}
