/** The summary of the books: sums of months, by shop, group or account, and currency. */
import type { BookDate, BookRange, BookSums } from '../directory/books.ts';
import type { Scope } from '../directory/types.ts';
import { invalidField } from '../payments/errors.ts';
import { beginningOf, monthAfter } from '../payments/time-zones.ts';
import { type BookRequest, bookRange } from './books.ts';
import { scopedShops } from './scoped.ts';
import type { Service } from './service.ts';

export type SummaryBy = 'shop' | 'group' | 'account';

export interface SummaryRequest extends Omit<BookRequest, 'from' | 'to' | 'isGoodAlone'> {
  /** `YYYY-MM`, both inclusive. */
  readonly month: string;
  readonly to: string;
  readonly by: SummaryBy;
}

/** Minor units. */
export interface SummarySums extends Omit<BookSums, 'key'> {
  readonly net: number;
}

export interface SummaryLine extends SummarySums {
  readonly month: string;
  readonly key: string;
  readonly name: string;
}

export interface BookSummary {
  readonly dateBy: BookDate;
  readonly by: SummaryBy;
  readonly timeZone: string;
  /** RFC 3339 UTC; `to` is exclusive. */
  readonly from: string;
  readonly to: string;
  readonly data: readonly SummaryLine[];
  readonly totals: readonly SummarySums[];
}

/** Months of one summary. */
const MOST_MONTHS = 36;

function monthsOf({ month, to }: SummaryRequest): string[] {
  if (to < month) throw invalidField('to', 'comes before month');
  const months: string[] = [];
  for (let next = month; next <= to; next = monthAfter(next)) {
    if (months.length === MOST_MONTHS) throw invalidField('to', `is more than ${MOST_MONTHS} months on`);
    months.push(next);
  }
  return months;
}

type Sums = Omit<BookSums, 'key'>;

function sumOf(one: Sums, other: Sums | undefined): SummarySums {
  const [gross, refunds, chargebacks] = [
    one.gross + (other?.gross ?? 0),
    one.refunds + (other?.refunds ?? 0),
    one.chargebacks + (other?.chargebacks ?? 0),
  ];
  return {
    currency: one.currency,
    test: one.test,
    payments: one.payments + (other?.payments ?? 0),
    refundCount: one.refundCount + (other?.refundCount ?? 0),
    chargebackCount: one.chargebackCount + (other?.chargebackCount ?? 0),
    gross,
    refunds,
    chargebacks,
    net: gross - refunds - chargebacks,
  };
}

/** Sums of one name, currency, and sort of money, added up, in the order in which they come. */
function added<T extends Sums>(lines: readonly T[], nameOf: (line: T) => string) {
  const sums = new Map<string, { readonly first: T; readonly sum: SummarySums }>();
  for (const line of lines) {
    const name = JSON.stringify([nameOf(line), line.currency, line.test]);
    const known = sums.get(name);
    sums.set(name, { first: known?.first ?? line, sum: sumOf(line, known?.sum) });
  }
  return [...sums.values()];
}

/** What a line is about, and its name for people. */
async function namesOf(service: Service, scope: Scope, by: SummaryBy) {
  const shops = new Map((await scopedShops(service, scope)).map((shop) => [shop.id, shop]));
  const captions =
    by === 'account'
      ? new Map((await service.directory.accounts.list()).map(({ id, caption }) => [id, caption]))
      : null;
  return (key: string): readonly [string, string] => {
    if (captions) return [key, captions.get(key) ?? key];
    const { name = key, group } = shops.get(key) ?? {};
    return by === 'group' ? [group ?? '', group ?? ''] : [key, name];
  };
}

/** Of sums that have no payment in common. */
function totalsOf(sums: readonly Sums[]): SummarySums[] {
  return added(sums, () => '').map(({ sum }) => sum);
}

/** The sums of a range, a line for each shop, group or account. */
async function linesOf(service: Service, scope: Scope, by: SummaryBy, range: BookRange) {
  const [sums, about] = await Promise.all([
    service.directory.books.sums(range, by === 'account' ? by : 'shop'),
    namesOf(service, scope, by),
  ]);
  const named = sums.map((line) => {
    const [key, name] = about(line.key);
    return { ...line, key, name };
  });
  return added(named, ({ key }) => key).map(({ first: { key, name }, sum }) => ({ key, name, ...sum }));
}

/** The sums of a range, a line for each shop, and their totals. */
export async function summarized(service: Service, scope: Scope, range: BookRange) {
  const lines = await linesOf(service, scope, 'shop', range);
  return { lines, totals: totalsOf(lines) };
}

/** In the order of code points, as D1 sorts. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/**
 * The summary of one or several months.
 * @throws Problem invalid_request for months the wrong way round or an unknown zone; not_found for a shop outside of the scope.
 */
export async function bookSummary(
  service: Service,
  scope: Scope,
  request: SummaryRequest,
): Promise<BookSummary> {
  const { by, dateBy, timeZone } = request;
  const months = monthsOf(request);
  const rangeOf = (from: string, last: string) =>
    bookRange(service, scope, { ...request, from, to: monthAfter(last) });
  const lines: SummaryLine[] = [];
  for (const month of months) {
    const found = await linesOf(service, scope, by, await rangeOf(month, month));
    lines.push(...found.map((line) => ({ month, ...line })));
  }
  const data = lines.toSorted(
    (one, other) =>
      compare(one.month, other.month) ||
      compare(one.name, other.name) ||
      compare(one.key, other.key) ||
      compare(one.currency, other.currency),
  );
  // A payment may have brought money in several months, and to several accounts; it has one shop.
  const isApart = by !== 'account' && months.length === 1;
  const totals = isApart
    ? data
    : await service.directory.books.sums(await rangeOf(request.month, request.to), 'shop');
  return {
    dateBy,
    by,
    timeZone,
    from: beginningOf(request.month, timeZone),
    to: beginningOf(monthAfter(request.to), timeZone),
    data,
    totals: totalsOf(totals),
  };
}
