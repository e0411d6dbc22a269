/** What can be told of an update from itself and the record alone, before anything is written. */

import type { Mismatch } from '../payments/mismatch.ts';
import type { Minor } from '../payments/money.ts';
import { movementOf } from '../payments/operations.ts';
import type { ApplyUpdateCommand } from './commands.ts';
import type { OperationResults } from './operation-results.ts';
import { type Attempt, asksForTest, type LedgerRecord, withAttempt, withDocument } from './record.ts';

/** The first name of what was sent with an attempt that an update brings back otherwise; null: none. */
export function unboundName({ bound }: Attempt, { echo }: ApplyUpdateCommand): string | null {
  if (!bound || !echo) return null;
  const names = Object.keys(bound).filter((name) => Object.hasOwn(echo, name));
  return names.find((name) => echo[name] !== bound[name]) ?? null;
}

/**
 * Whether the money of an update is not real although the payment asks for real money: the attempt's, or the account's after it was
 * moved to a test platform. Test and live do not mix.
 */
export function isNotReal(
  record: LedgerRecord,
  attempt: Attempt,
  { test = false }: ApplyUpdateCommand,
): boolean {
  return (attempt.test && !asksForTest(record)) || (test && !attempt.test);
}

/**
 * The record with what an update carries besides its result, even where it moves nothing: the provider's document that
 * it is about, and the provider state.
 */
export function withProviderData(
  record: LedgerRecord,
  { attempt, document, providerState, proofMissing, undelivered }: ApplyUpdateCommand,
): LedgerRecord {
  // What proves nothing leaves nothing that a later call would use.
  if (proofMissing) return record;
  const { providerState: known = {}, undelivered: before = undelivered } = record.attempts[attempt - 1] ?? {};
  const isKnown = Object.entries(providerState ?? {}).every(([name, value]) => known[name] === value);
  // What is given back makes it less, whichever message came first.
  const least = undelivered === undefined ? before : (Math.min(undelivered, before ?? undelivered) as Minor);
  if (!document && isKnown && least === record.attempts[attempt - 1]?.undelivered) return record;
  return withAttempt(record, attempt, (entry) => ({
    ...entry,
    ...(document && { documents: withDocument(entry.documents, document) }),
    ...(providerState && { providerState: { ...entry.providerState, ...providerState } }),
    ...(least !== undefined && { undelivered: least }),
  }));
}

/**
 * Whether an update is about another document of the provider's than those that are known of its attempt: money that seems to be known
 * may have come a second time.
 */
export function isSecondDocument(record: LedgerRecord, { attempt, document }: ApplyUpdateCommand): boolean {
  const { documents = [] } = record.attempts[attempt - 1] ?? {};
  const plain = (number: string) => number.split('.')[0];
  return (
    document !== undefined &&
    documents.length > 0 &&
    documents.every(({ number }) => plain(number) !== plain(document.number))
  );
}

/** Whether a refund that has counted is said to have failed after all: what was given back has not arrived, and a person looks. */
export function takesRefundBack(
  { state }: Attempt,
  { operation, movement }: ApplyUpdateCommand,
  about: ReturnType<OperationResults['newsOf']>,
): boolean {
  if (operation?.kind !== 'refund' || operation.state !== 'failed') return false;
  const movements = [movement, ...(about ? [movementOf(about.operation)] : [])];
  return movements.some((id) => (state.refunded[id] ?? 0) > 0);
}

/** How money differs from what was asked. Of a payment in parts each message is about one of them. */
export function differenceOf({ request }: LedgerRecord, found: Mismatch | null): Mismatch | null {
  return request.installments && found === 'amount_below' ? null : found;
}
