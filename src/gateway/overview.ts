/** What the operator's first page sums up, by the days of the viewer's time zone. */
import type { CountedDay } from '../directory/overview.ts';
import type { Scope } from '../directory/types.ts';
import { invalidField } from '../payments/errors.ts';
import type { Service } from './service.ts';

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

/** No zone is further from UTC. */
const FURTHEST_MS = 15 * 3_600_000;

/** @throws Problem invalid_request for a zone that is none. */
function dayFormat(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  } catch {
    throw invalidField('zone', 'is no time zone: it looks like Europe/Zurich');
  }
}

/**
 * When a day begins in a zone, in milliseconds since 1970. All zones change by quarters of an hour, so the first quarter of the day is
 * searched; a midnight that a change of the clock leaves out needs no rule of its own.
 */
function startOf(day: string, format: Intl.DateTimeFormat): number {
  const middle = Date.parse(`${day}T00:00:00Z`);
  let [before, after] = [-FURTHEST_MS / QUARTER_MS, FURTHEST_MS / QUARTER_MS];
  while (after - before > 1) {
    const between = Math.floor((before + after) / 2);
    if (format.format(middle + between * QUARTER_MS) >= day) after = between;
    else before = between;
  }
  return middle + after * QUARTER_MS;
}

/** The last days of a zone, the oldest first, today at the end. */
export function lastDays(now: number, zone: string, count: number): readonly CountedDay[] {
  const format = dayFormat(zone);
  const today = Date.parse(`${format.format(now)}T00:00:00Z`);
  const names = Array.from({ length: count + 1 }, (_, index) =>
    new Date(today + (index - count + 1) * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length),
  );
  const starts = names.map((day) => new Date(startOf(day, format)).toISOString());
  return names.slice(0, count).map((day, index) => ({
    day,
    from: starts[index] as string,
    to: starts[index + 1] as string,
  }));
}

/**
 * Today by status, and money by day.
 * @throws Problem invalid_request for a zone that is none.
 */
export async function overviewOf(
  service: Service,
  scope: Scope,
  { zone, days: count }: { readonly zone: string; readonly days: number },
) {
  const days = lastDays(service.now(), zone, count);
  const today = days.at(-1) as CountedDay;
  const { statuses, sums } = await service.directory.sumUp({ scope, today, days });
  return { zone, days: days.map(({ day }) => day), today: { day: today.day, statuses }, sums };
}
