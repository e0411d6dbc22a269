/**
 * The daily report: yesterday's sums and what needs a person, to an operator's endpoint as a signed webhook. The cron sends it; a day
 * that could not be sent is sent by a later run, under the same id.
 */

import type { ReportTarget } from '../directory/settings.ts';
import type { Scope } from '../directory/types.ts';
import { beginningOf, dayAfter, dayIn, wallClock } from '../payments/time-zones.ts';
import { base64 } from '../signing/bytes.ts';
import { derivedKey } from '../signing/derived-key.ts';
import { standardMessage } from '../webhooks/standard.ts';
import { summarized } from './book-summary.ts';
import type { Service } from './service.ts';
import { deliver } from './webhooks.ts';

/** Days that were not sent are sent later, so many at most: the newest. */
const MOST_DAYS = 7;

/** A ledger pushes its newest lines within moments: what has moved at a day's end is in the copy so much later. Milliseconds. */
const SETTLED_MS = 600_000;

/** What needs a person is counted whole; so much of it is shown. */
const SHOWN = 50;

const EVERYTHING: Scope = { all: true };

/** The secret that signs the reports of a target: derived from ID_KEY, so that nothing is stored that has to be sealed. */
export function reportSecret(service: Service, { nonce }: Pick<ReportTarget, 'nonce'>): string {
  const key = derivedKey(service.config.idKey, `countersign report ${nonce}`);
  return `whsec_${base64(key)}`;
}

/** The first day of a target that is set now: the one before. */
export function firstDayOf(timeZone: string, now: number): string {
  return dayAfter(dayIn(now, timeZone), -1);
}

/**
 * Where a report goes on that is set anew: what an endpoint of before has not taken is this one's. In another zone days begin and end at other
 * moments: the first day that was not whole by the end of the last one is the next, so that what was reported may be so twice, and nothing never.
 */
export function progressOfReport(
  before: ReportTarget | null,
  timeZone: string,
  now: number,
): Pick<ReportTarget, 'firstDay' | 'lastDay'> {
  const dayAt = (day: string) => dayIn(Date.parse(beginningOf(day, before?.timeZone ?? timeZone)), timeZone);
  return {
    firstDay: before?.firstDay === undefined ? firstDayOf(timeZone, now) : dayAt(before.firstDay),
    lastDay: before?.lastDay ? dayAfter(dayAt(dayAfter(before.lastDay)), -1) : null,
  };
}

/** The days that are due, the earliest first. */
export function dueDays({ timeZone, hour, firstDay, lastDay }: ReportTarget, now: number): string[] {
  const yesterday = firstDayOf(timeZone, now);
  const isYet =
    new Date(wallClock(now, timeZone)).getUTCHours() >= hour &&
    firstDayOf(timeZone, now - SETTLED_MS) === yesterday;
  const newest = isYet ? yesterday : dayAfter(yesterday, -1);
  const earliest = dayAfter(newest, 1 - MOST_DAYS);
  let day = lastDay === null ? (firstDay ?? yesterday) : dayAfter(lastDay);
  if (day < earliest) day = earliest;
  const days: string[] = [];
  for (; day <= newest; day = dayAfter(day)) days.push(day);
  return days;
}

async function bodyOf(service: Service, { timeZone }: ReportTarget, day: string): Promise<string> {
  const [from, to] = [beginningOf(day, timeZone), beginningOf(dayAfter(day), timeZone)];
  const range = { dateBy: 'movement', from, to, shops: null, test: null, statuses: null } as const;
  const { lines, totals } = await summarized(service, EVERYTHING, range);
  const { data, counts } = await service.directory.attention({
    limit: SHOWN,
    sight: { scope: EVERYTHING, ofInstallation: true },
  });
  return JSON.stringify({
    type: 'report.daily',
    timestamp: new Date(service.now()).toISOString(),
    data: { day, timeZone, from, to, sums: lines, totals, attention: { counts, newest: data } },
  });
}

/** Sends the reports that are due. */
export async function sendDailyReports(service: Service): Promise<void> {
  const { settings } = service.directory;
  const target = await settings.report();
  if (!target) return;
  for (const day of dueDays(target, service.now())) {
    const body = await bodyOf(service, target, day);
    const message = standardMessage(`report_${target.nonce}_${day}`, service.now(), body, [
      reportSecret(service, target),
    ]);
    const { result, status, error } = await deliver(service, message, target.url);
    if (result !== 'delivered') {
      console.error({ event: 'report.not_delivered', day, status, error });
      return;
    }
    await settings.reported(target.nonce, day);
  }
}
