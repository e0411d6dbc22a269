/**
 * The checkout links of payments that were made before links had a token: `/pay/:id`. Shops have sent them to shoppers, so they work on
 * for as long as there is something to pay, and no longer than 30 days. The id also stands in return addresses: after a result it is in
 * more hands than the shopper's, and the bare link ends, whatever the result.
 */
import { UNFINISHED } from '../payments/statuses.ts';
import { type LedgerRecord, summaryOf } from './record.ts';

const LONGEST_MS = 30 * 86_400_000;

/** Whether the payment's id alone opens its checkout (`now` in milliseconds since 1970). */
export function hasBareLink(record: LedgerRecord, now: number): boolean {
  if (record.link === 'token' || now >= Date.parse(record.createdAt) + LONGEST_MS) return false;
  const { status } = summaryOf(record);
  return UNFINISHED.has(status) || status === 'partially_paid';
}
