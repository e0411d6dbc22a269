/** What the operator's first page sums up, by the days of the viewer's time zone. */
import type { CountedDay } from '../directory/overview.ts';
import type { Scope } from '../directory/types.ts';
import { invalidField } from '../payments/errors.ts';
import { beginningOf, dayAfter, dayIn } from '../payments/time-zones.ts';
import type { Service } from './service.ts';

/** @throws Problem invalid_request for a zone that is none. */
function todayIn(zone: string, now: number): string {
  try {
    return dayIn(now, zone);
  } catch {
    throw invalidField('zone', 'is no time zone: it looks like Europe/Zurich');
  }
}

/** The last days of a zone, the oldest first, today at the end. */
export function lastDays(now: number, zone: string, count: number): readonly CountedDay[] {
  const today = todayIn(zone, now);
  const days: CountedDay[] = [];
  let from = beginningOf(dayAfter(today, 1 - count), zone);
  for (let ago = count - 1; ago >= 0; ago -= 1) {
    const day = dayAfter(today, -ago);
    const to = beginningOf(dayAfter(day), zone);
    days.push({ day, from, to });
    from = to;
  }
  return days;
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
