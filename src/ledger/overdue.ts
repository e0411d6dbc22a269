/** When a payment without a result is queried, and when it expires. */
import { UNFINISHED } from '../payments/statuses.ts';
import { isInFlight } from './attempts.ts';
import type { OverdueCommand } from './commands.ts';
import { expired } from './ending.ts';
import { type Attempt, type LedgerRecord, pendingReasonOf, summaryOf, withAttempt } from './record.ts';
import type { StatusQueries } from './status-queries.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** A query about an attempt, with its number since the payment's last change, from 1. */
interface DueQuery {
  readonly attempt: number;
  readonly query: number;
}

/** What to do now; `next` is when to check again, in milliseconds since 1970. */
type OverdueAction =
  | { readonly kind: 'leave' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'wait'; readonly next: number }
  | { readonly kind: 'query'; readonly queries: readonly DueQuery[]; readonly next: number };

const LEAVE: OverdueAction = { kind: 'leave' };

const DAY_MS = 86_400_000;

/** Queries about the next part of a payment, one a day, before nobody asks any more. */
const MOST_PART_QUERIES = 7;

/** The next part of a payment is asked about when it was due a day ago: its provider may tell of it, or not. */
function partsAction({ request, attempts, updatedAt }: LedgerRecord, canQuery: boolean, now: number) {
  const { installments } = request;
  const queried = attempts.at(-1)?.queried ?? 0;
  if (!installments || !canQuery || queried >= MOST_PART_QUERIES) return LEAVE;
  const next = Date.parse(updatedAt) + (installments.periodDays + 1 + queried) * DAY_MS;
  if (next > now) return { kind: 'wait', next } as const;
  const queries = [{ attempt: attempts.length, query: queried + 1 }];
  return { kind: 'query', queries, next: now + DAY_MS } as const;
}

/**
 * The attempts whose result is missing: those that a bank is processing, and the newest that a shopper has left for. A
 * person or a report decides those that wait for one.
 */
function awaitedIn({ attempts }: LedgerRecord): readonly Attempt[] {
  if (attempts.every(({ state }) => state.progress === 'created')) return attempts.slice(-1);
  const open = attempts.filter(
    (one) => isInFlight(one) && (one.pendingReason ?? 'processing') === 'processing',
  );
  return open.filter((one) => one === open.at(-1) || one.state.progress === 'pending');
}

/**
 * What to do with a payment that may be overdue.
 * @param now milliseconds since 1970.
 */
export function overdueAction(
  record: LedgerRecord,
  { schedules }: OverdueCommand,
  now: number,
): OverdueAction {
  const { status } = summaryOf(record);
  // Nobody waits here for a payment that another gateway left unfinished.
  if (record.imported) return LEAVE;
  if (status === 'partially_paid') {
    const schedule = schedules[record.attempts.at(-1)?.account ?? ''];
    return schedule ? partsAction(record, schedule.queryAfter.length > 0, now) : LEAVE;
  }
  if (!UNFINISHED.has(status)) return LEAVE;
  const since = Date.parse(record.updatedAt);
  const awaited = awaitedIn(record).flatMap((attempt) => {
    const schedule = schedules[attempt.account];
    if (!schedule) return [];
    // As far as we know this shopper never left for the provider: one query before the payment expires is enough.
    const after = status === 'created' ? schedule.queryAfter.slice(-1) : schedule.queryAfter;
    const times = after.map((seconds) => since + seconds * 1000);
    const query = times.filter((time) => time <= now).length;
    return [{ attempt, times, query, end: since + schedule.expireAfterMs }];
  });
  if (awaited.length === 0) return LEAVE;
  const end = Math.max(...awaited.map((one) => one.end));
  // A person or a report decides, however long that takes: what was said to be paid, in whichever attempt, must not expire meanwhile.
  if (now >= end) return pendingReasonOf(record) === 'processing' ? { kind: 'expire' } : LEAVE;
  const next = Math.min(end, ...awaited.flatMap(({ times }) => times.filter((time) => time > now)));
  const queries = awaited.flatMap(({ attempt, query }) =>
    query > (attempt.queried ?? 0) ? [{ attempt: record.attempts.indexOf(attempt) + 1, query }] : [],
  );
  return queries.length > 0 ? { kind: 'query', queries, next } : { kind: 'wait', next };
}

/**
 * Polls, or finally expires, a payment that has had no result for too long.
 * @returns when to check it again (milliseconds since 1970); null: not any more.
 */
export function overdue(
  work: UnitOfWork,
  statusQueries: StatusQueries,
  command: OverdueCommand,
): number | null {
  const { record } = work.store;
  if (!record) return null;
  const number = record.attempts.length;
  const now = work.now();
  const action = overdueAction(record, command, now);
  if (action.kind === 'leave') return null;
  if (action.kind === 'wait') return action.next;
  work.commit((writer) => {
    if (action.kind === 'expire') {
      writer.log('payment.expired', 'countersign', {
        attempt: number,
        reason: 'no result came in time; money that arrives later still counts',
      });
      work.saveMoved(writer, expired(record, writer.at));
      return;
    }
    // `updatedAt` stays: the schedule counts from the last change of the payment.
    const counted = action.queries.reduce(
      (before, { attempt, query }) => withAttempt(before, attempt, (entry) => ({ ...entry, queried: query })),
      record,
    );
    writer.save(counted);
    for (const { attempt } of action.queries) {
      if (statusQueries.isQueued(attempt)) continue;
      writer.log('confirm.requested', 'countersign', { attempt, reason: 'no result for too long' });
      statusQueries.queryLater(writer, counted, attempt, now, {}, { once: true });
    }
  });
  return action.kind === 'query' ? action.next : null;
}
