/** When a payment that stays without a result is asked about, and when it is given up. */
import { UNFINISHED } from '../payments/statuses.ts';
import type { OverdueCommand } from './commands.ts';
import { type LedgerRecord, summaryOf } from './record.ts';

/** What to do now; `next` is when to look again, in milliseconds since 1970. */
export type Look =
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
  const askAfter = status === 'created' ? schedule.askAfter.slice(-1) : schedule.askAfter;
  const asked = askAfter.filter((seconds) => since + seconds * 1000 <= now).length;
  const following = askAfter[asked];
  const next = following === undefined ? end : Math.min(end, since + following * 1000);
  return asked > (attempt.asked ?? 0) ? { kind: 'ask', asked, next } : { kind: 'wait', next };
}
