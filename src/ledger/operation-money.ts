/** Whose money the movements of an attempt are: of which operation of ours, or of somebody else. */

import { knownMoney, MOVES_NOTHING, mismatch } from '../payments/mismatch.ts';
import type { Minor } from '../payments/money.ts';
import {
  isSent,
  movementOf,
  type OperationKind,
  type RecordedOperation,
  sumOf,
  totalAfter,
  updateOf,
} from '../payments/operations.ts';
import {
  type BookedOperation,
  type Bookings,
  mayBeOurs,
  type OperationNews,
  shownTotal,
} from '../payments/reconciliation.ts';
import { type AttemptState, apply } from '../payments/rules.ts';
import type { ApplyUpdateCommand } from './commands.ts';
import { type LedgerRecord, withAttempt, withMovedState } from './record.ts';

/** The operations of an attempt that its provider may know of. */
export function operationsOfAttempt(
  { operations = [] }: LedgerRecord,
  attempt: number,
): readonly RecordedOperation[] {
  return operations.filter((one) => one.attempt === attempt && isSent(one));
}

/** The record with an operation as it is now. */
export function withOperation(record: LedgerRecord, operation: RecordedOperation): LedgerRecord {
  return {
    ...record,
    operations: (record.operations ?? []).map((entry) =>
      entry.number === operation.number ? operation : entry,
    ),
  };
}

/**
 * The record with what the provider shows to have been captured or refunded in all, whoever did it: a total, which never adds to
 * what is known of the same money.
 */
export function withShownMoney(
  record: LedgerRecord,
  attempt: number,
  kind: OperationKind,
  bookings: Bookings,
): LedgerRecord {
  const shown = shownTotal(bookings);
  const state = record.attempts[attempt - 1]?.state;
  if (kind === 'cancel' || !state || !shown) return record;
  const outcome = kind === 'capture' ? 'paid' : 'refunded';
  const { amount = 0, proven = state } = record.attempts[attempt - 1] ?? {};
  const asked = { amount: amount as Minor, currency: record.request.currency };
  const difference = mismatch(asked, { outcome, amount: shown, currency: null }, knownMoney(state, null));
  if (difference && MOVES_NOTHING.has(difference)) {
    console.warn({
      event: 'operation.amount_unclear',
      payment: record.id,
      attempt,
      kind,
      shown,
      reason: difference,
    });
    return record;
  }
  const update = { outcome, amount: shown as Minor, movement: '', cumulative: true } as const;
  if (apply(state, update) === state && apply(proven, update) === proven) return record;
  return withAttempt(record, attempt, (entry) =>
    withMovedState(entry, true, (before) => apply(before, update)),
  );
}

/** The record with the movement of a message noted that may be one of several operations of ours: a list may tell which. */
export function withUnclaimed(
  record: LedgerRecord,
  { attempt, outcome, movement }: ApplyUpdateCommand,
  news: OperationNews | null,
): LedgerRecord {
  const { unclaimed = {} } = record.attempts[attempt - 1] ?? {};
  if (!news || outcome !== 'refunded' || unclaimed[movement] !== undefined) return record;
  const { operations = [] } = record;
  if (!mayBeOurs(news, operationsOfAttempt(record, attempt))) return record;
  return withAttempt(record, attempt, (entry) => ({
    ...entry,
    unclaimed: { ...unclaimed, [movement]: operations.length },
  }));
}

/** The record with the movement of a message noted at the operation that it is about. */
export function withMovement(
  record: LedgerRecord,
  operation: RecordedOperation,
  { outcome, cumulative, movement }: ApplyUpdateCommand,
): LedgerRecord {
  const current = record.operations?.[operation.number - 1];
  if (!current || outcome !== 'refunded' || cumulative || current.movement !== undefined) return record;
  return withOperation(record, { ...current, movement });
}

/**
 * The record with what a message has brought as somebody else's money as that of our operation, where the provider's answer names
 * the two as one: it would count twice.
 */
export function withOwnMoney(
  record: LedgerRecord,
  number: number,
  booked: BookedOperation | null,
): LedgerRecord {
  const operation = record.operations?.[number - 1];
  return operation && booked?.state === 'succeeded'
    ? withOwnMovement(record, operation, booked.movement ?? unclaimedMovement(record, operation))
    : record;
}

/** The record with a movement as that of our operation, unless one of ours has it, or this one another. */
function withOwnMovement(
  record: LedgerRecord,
  operation: RecordedOperation,
  movement: string | null,
): LedgerRecord {
  const isLinked = record.operations?.some((one) => one.movement === movement);
  if (movement === null || isLinked || operation.movement !== undefined || sumOf(operation) !== 'refunded')
    return record;
  const counted = record.attempts[operation.attempt - 1]?.state.refunded[movement];
  const linked = withOperation(record, { ...operation, movement });
  // The message is yet to come.
  if (counted === undefined) return linked;
  return withAttempt(linked, operation.attempt, (attempt) =>
    withMovedState(attempt, true, (state) => renamedRefund(state, movement, movementOf(operation))),
  );
}

/** A state with a refund's movement under another name. */
function renamedRefund(state: AttemptState, from: string, to: string): AttemptState {
  const { [from]: amount, ...others } = state.refunded;
  return amount === undefined ? state : { ...state, refunded: { ...others, [to]: amount } };
}

/**
 * The record with what messages have brought that were not known to be about one of our operations as the money of those that are
 * known to be done now.
 * @param newest the one whose outcome has just become known: a message may have been faster than its answer.
 */
export function withClaims(record: LedgerRecord, newest: RecordedOperation): LedgerRecord {
  const others = operationsOfAttempt(record, newest.attempt).filter(({ number }) => number !== newest.number);
  return [newest, ...others].reduce((before, { number }) => {
    const operation = before.operations?.[number - 1];
    return operation?.state === 'succeeded'
      ? withOwnMovement(before, operation, unclaimedMovement(before, operation))
      : before;
  }, record);
}

/**
 * The movement of a message that may have been about this operation, and brought as much; null: there is none. What the provider shows
 * in all corrects the money where it was somebody else's.
 */
function unclaimedMovement(
  record: LedgerRecord,
  { attempt, amount, number, approval }: RecordedOperation,
): string | null {
  const { state, unclaimed = {} } = record.attempts[attempt - 1] ?? {};
  const [movement = null] =
    Object.entries(unclaimed).find(
      ([name, newest]) =>
        number <= newest && state?.refunded[name] === amount && !approval?.earlierMovements?.includes(name),
    ) ?? [];
  return movement;
}

/** The record after an operation that succeeded. */
export function applied(record: LedgerRecord, operation: RecordedOperation): LedgerRecord {
  const { operations = [] } = record;
  const updates = [updateOf(operation, operations), totalAfter(operation, operations)];
  return withAttempt(record, operation.attempt, (attempt) =>
    withMovedState(attempt, true, (before) =>
      updates.reduce((state, update) => (update ? apply(state, update) : state), before),
    ),
  );
}

/** Under which identity the money of an update counts: that of the operation of ours that it is about. */
export function ownMovement(
  operation: RecordedOperation,
  { outcome, cumulative, movement }: ApplyUpdateCommand,
): string {
  return outcome === 'refunded' && !cumulative && sumOf(operation) === 'refunded'
    ? movementOf(operation)
    : movement;
}
