/** When a payment without a result is queried, and when it expires. */
import { UNFINISHED } from '../payments/statuses.ts';
import type { OverdueCommand } from './commands.ts';
import { expired } from './ending.ts';
import { type LedgerRecord, summaryOf, withAttempt } from './record.ts';
import type { StatusQueries } from './status-queries.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { pendingReasonOf } from './views.ts';

/** What to do now; `next` is when to check again, in milliseconds since 1970. */
type OverdueAction =
  | { readonly kind: 'leave' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'wait'; readonly next: number }
  /** It is query number `query` since the payment's last change. */
  | { readonly kind: 'query'; readonly query: number; readonly next: number };

const LEAVE: OverdueAction = { kind: 'leave' };

const DAY_MS = 86_400_000;

/** Queries about the next part of a payment, one a day, before nobody asks any more. */
const MOST_PART_QUERIES = 7;

/** The next part of a payment is asked about when it was due a day ago: its provider may tell of it, or not. */
function partsAction(record: LedgerRecord, canQuery: boolean, now: number): OverdueAction {
  const { installments } = record.request;
  const queried = record.attempts.at(-1)?.queried ?? 0;
  if (!installments || !canQuery || queried >= MOST_PART_QUERIES) return LEAVE;
  const next = Date.parse(record.updatedAt) + (installments.periodDays + 1 + queried) * DAY_MS;
  return next <= now ? { kind: 'query', query: queried + 1, next: now + DAY_MS } : { kind: 'wait', next };
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
  const attempt = record.attempts.at(-1);
  const schedule = attempt && schedules[attempt.account];
  // Nobody waits here for a payment that another gateway left unfinished.
  if (!schedule || record.imported) return LEAVE;
  if (status === 'partially_paid') return partsAction(record, schedule.queryAfter.length > 0, now);
  if (!UNFINISHED.has(status)) return LEAVE;
  // A person or a report decides, however long that takes: what was said to be paid, in whichever attempt, must not expire meanwhile.
  const waits = status === 'pending' && pendingReasonOf(record) !== 'processing';
  if (waits && attempt.state.progress === 'pending') return LEAVE;
  const since = Date.parse(record.updatedAt);
  const end = since + schedule.expireAfterMs;
  if (now >= end) return waits ? LEAVE : { kind: 'expire' };
  // As far as we know this shopper never left for the provider: one query before the payment expires is enough.
  const queryAfter = status === 'created' ? schedule.queryAfter.slice(-1) : schedule.queryAfter;
  const due = queryAfter.filter((seconds) => since + seconds * 1000 <= now).length;
  const following = queryAfter[due];
  const next = following === undefined ? end : Math.min(end, since + following * 1000);
  return due > (attempt.queried ?? 0) ? { kind: 'query', query: due, next } : { kind: 'wait', next };
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
    const counted = withAttempt(record, number, (entry) => ({ ...entry, queried: action.query }));
    writer.save(counted);
    if (statusQueries.isQueued(number)) return;
    writer.log('confirm.requested', 'countersign', { attempt: number, reason: 'no result for too long' });
    statusQueries.queryLater(writer, counted, number, now, {}, { once: true });
  });
  return action.kind === 'query' ? action.next : null;
}
