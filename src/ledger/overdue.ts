/** When a payment that stays without a result is asked about, and when it is given up. */
import { apply } from '../payments/rules.ts';
import { UNFINISHED } from '../payments/statuses.ts';
import type { OverdueCommand } from './commands.ts';
import { type LedgerRecord, summaryOf, withAttempt } from './record.ts';
import type { StatusQueries } from './status-queries.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** What to do now; `next` is when to look again, in milliseconds since 1970. */
type Look =
  | { readonly kind: 'leave' }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'wait'; readonly next: number }
  /** It is the `asked`th time since its last news. */
  | { readonly kind: 'ask'; readonly asked: number; readonly next: number };

const LEAVE: Look = { kind: 'leave' };

/** @param now milliseconds since 1970. */
export function lookAt(record: LedgerRecord, { schedules }: OverdueCommand, now: number): Look {
  const { status } = summaryOf(record);
  const attempt = record.attempts.at(-1);
  const schedule = attempt && schedules[attempt.account];
  // What another gateway has left unfinished is history: nobody waits for it here.
  if (!schedule || record.imported || !UNFINISHED.has(status)) return LEAVE;
  const since = Date.parse(record.updatedAt);
  const end = since + schedule.expireAfterMs;
  if (now >= end) return { kind: 'give-up' };
  // Of a shopper who, for all we know, never left, it is asked once, before the payment is given up.
  const askAfter = status === 'created' ? schedule.queryAfter.slice(-1) : schedule.queryAfter;
  const asked = askAfter.filter((seconds) => since + seconds * 1000 <= now).length;
  const following = askAfter[asked];
  const next = following === undefined ? end : Math.min(end, since + following * 1000);
  return asked > (attempt.queried ?? 0) ? { kind: 'ask', asked, next } : { kind: 'wait', next };
}

/**
 * Does what is due of a payment that has been without a result for long: it is asked about by its provider's schedule,
 * and expires after its account's limit. Answers when it is to be looked at again (milliseconds since 1970); null: not
 * any more.
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
  const look = lookAt(record, command, now);
  if (look.kind === 'leave') return null;
  if (look.kind === 'wait') return look.next;
  work.commit((writer) => {
    if (look.kind === 'give-up') {
      const expired = withAttempt(record, number, (entry) => ({
        ...entry,
        state: apply(entry.state, { outcome: 'expired', amount: null, movement: '' }),
      }));
      writer.log('payment.expired', 'countersign', {
        attempt: number,
        reason: 'no result came in time; money that arrives later still counts',
      });
      work.saveMoved(writer, expired);
      return;
    }
    // Not a change of the payment: its clock goes on.
    const noted = withAttempt(record, number, (entry) => ({ ...entry, queried: look.asked }));
    writer.save(noted);
    if (statusQueries.isQueued(number)) return;
    writer.log('confirm.requested', 'countersign', { attempt: number, reason: 'no news for long' });
    statusQueries.queryLater(writer, noted, number, now, {}, { once: true });
  });
  return look.kind === 'ask' ? look.next : null;
}
