/**
 * The log is a chain: each event holds a hash over the one before it and itself, so that an exported log can be
 * checked offline, with nothing but SHA-256.
 */
import type { PaymentEvent } from '../payments/types.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';

/** What the first event is linked to. */
export const GENESIS = '0'.repeat(64);

/**
 * The hash of an event: SHA-256, in hexadecimal, of the hash before it, a line feed, and the JSON array
 * [seq, at, type, source, detail].
 */
export function eventHash(before: string, event: Omit<PaymentEvent, 'hash'>): string {
  const { seq, at, type, source, detail } = event;
  return hex(digests.sha256(utf8(`${before}\n${JSON.stringify([seq, at, type, source, detail])}`)));
}

/** The `seq` of the first event that does not fit the one before it, or null when the whole log holds. */
export function firstBrokenLink(events: readonly PaymentEvent[]): number | null {
  let before = GENESIS;
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1 || event.hash !== eventHash(before, event)) return event.seq;
    before = event.hash;
  }
  return null;
}
