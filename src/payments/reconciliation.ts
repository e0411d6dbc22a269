/**
 * What became of an operation, by what its provider shows: pure rules over the provider's list, its total, or one message.
 *
 * - What names an operation decides first: our operation reference, then the provider's number for it.
 * - Only what is left is matched by elimination, and only where that is unique: as many unexplained entries as operations
 *   that wait. An entry with somebody else's name (made in the provider's back office) is money, and settles no operation.
 * - What is missing from a complete list was not carried out, once the provider has had time enough. An operation that it
 *   accepted stays accepted until a word ends it.
 */
import {
  movementOf,
  OPEN_PROGRESS,
  type OperationKind,
  type RecordedOperation,
  sumOf,
} from './operations.ts';
import { type AttemptState, hasLapsed, moneyOf, progressOf } from './rules.ts';

/** What a provider's word says of an operation. A word that is not documented is `unknown`. */
export const BOOKED_STATES = ['succeeded', 'accepted', 'failed', 'unknown'] as const;
export type BookedState = (typeof BOOKED_STATES)[number];

/** An operation as its provider shows it, in a list, a status or a message. */
export interface BookedOperation {
  /**
   * Our operation reference, where the provider keeps it; null: the entry has another name than ours, or none, where ours
   * would be. Left out: this provider keeps no names of ours.
   */
  readonly operationReference?: string | null;
  /** The provider's number for it; null or left out: it shows none. */
  readonly providerReference?: string | null;
  /** Minor units; null: it shows none, and means whatever was asked for. */
  readonly amount: number | null;
  readonly state: BookedState;
  /** In the provider's own words. */
  readonly status: string;
  /** As `ProviderUpdate.movement` of the messages about this entry, where they name one. */
  readonly movement?: string;
}

/** What a provider shows of the operations of one kind of an attempt. */
export interface Bookings {
  readonly entries: readonly BookedOperation[];
  /** Whether everything of this kind that was carried out is there: then what is missing was not. */
  readonly complete: boolean;
  /** What was captured, cancelled or refunded in all, in minor units, where the provider shows a total and no entries. */
  readonly total?: number;
  /** The word for it, where there is a total or nothing was found. */
  readonly status: string;
  /** As in ProviderUpdate. */
  readonly providerState?: Readonly<Record<string, string>>;
}

/** What decides an operation; null: the provider certainly has none such. */
export interface Settlement {
  readonly number: number;
  readonly booked: BookedOperation | null;
}

/** What the rules need beside the provider's answer. */
export interface ReconciliationContext {
  readonly state: AttemptState;
  /** Those of the attempt that the answer is about, whatever became of them: of one kind, or of one sum. */
  readonly operations: readonly RecordedOperation[];
  /** Our operation reference of an operation. */
  readonly nameOf: (operation: RecordedOperation) => string;
  /** Whether the provider has had time enough, so that what it does not show was not carried out. */
  readonly isPast: (operation: RecordedOperation) => boolean;
  /** Movements of messages that may have been about any of several operations, or about somebody else's. */
  readonly unclaimed?: readonly string[];
}

function waits({ state }: RecordedOperation): boolean {
  return state === 'running' || state === 'accepted' || state === 'unknown';
}

/** Whether an entry is this operation by a name. */
function isNamed(
  entry: Pick<BookedOperation, 'operationReference' | 'providerReference'>,
  operation: RecordedOperation,
  nameOf: ReconciliationContext['nameOf'],
): boolean {
  if (typeof entry.operationReference === 'string') return entry.operationReference === nameOf(operation);
  return (
    typeof entry.providerReference === 'string' && entry.providerReference === operation.providerReference
  );
}

/** Whether an entry may be this operation although no name says so. */
function mayBe(entry: BookedOperation, operation: RecordedOperation): boolean {
  // Where the provider keeps our names, an entry without one is somebody else's.
  if (entry.operationReference !== undefined) return false;
  const isOther = Boolean(entry.providerReference && operation.providerReference);
  return !isOther && (entry.amount === null || entry.amount === operation.amount);
}

/** The entry that has an operation's name, or else the identity of the message that was about it. */
function namedEntry(
  entries: readonly BookedOperation[],
  operation: RecordedOperation,
  nameOf: ReconciliationContext['nameOf'],
): BookedOperation | undefined {
  const { movement, providerReference } = operation;
  return (
    entries.find((one) => isNamed(one, operation, nameOf)) ??
    entries.find(
      (one) =>
        movement !== undefined &&
        one.movement === movement &&
        !(typeof one.operationReference === 'string') &&
        !(one.providerReference && providerReference),
    )
  );
}

/** Takes an operation's entry out of the list: the first that may be it, of the first of these states that has one. */
function withoutEntryOf(
  entries: readonly BookedOperation[],
  operation: RecordedOperation,
  states: readonly BookedState[],
): readonly BookedOperation[] {
  for (const state of states) {
    const found = entries.find((entry) => entry.state === state && mayBe(entry, operation));
    if (found) return entries.filter((entry) => entry !== found);
  }
  return entries;
}

/** What a list of entries decides. */
function settledByEntries(bookings: Bookings, context: ReconciliationContext): Settlement[] {
  const { operations: ours, nameOf, isPast, state } = context;
  const settled: Settlement[] = [];
  let entries = bookings.entries;
  const unnamed: RecordedOperation[] = [];
  for (const operation of ours) {
    const entry = namedEntry(entries, operation, nameOf);
    if (!entry) {
      unnamed.push(operation);
      continue;
    }
    entries = entries.filter((one) => one !== entry);
    // Another amount under the same name is no answer about this operation.
    const isOurs = entry.amount === null || entry.amount === operation.amount;
    // Of one that is known to be done, the identity of the messages about it is news still.
    const isNews =
      operation.state !== 'succeeded' || (entry.movement ?? operation.movement) !== operation.movement;
    if (isOurs && isNews) settled.push({ number: operation.number, booked: entry });
  }
  // What a message has brought as somebody else's.
  const linked = new Set([...ours.flatMap(({ movement }) => movement ?? []), ...(context.unclaimed ?? [])]);
  entries = entries.filter(
    ({ movement }) =>
      movement === undefined || state.refunded[movement] === undefined || linked.has(movement),
  );
  const waiting = unnamed.filter(waits);
  const done = unnamed.filter((operation) => operation.state === 'succeeded');
  const failed = unnamed.filter((operation) => operation.state === 'failed');
  // The list may be behind of what the answer said.
  for (const operation of done)
    entries = withoutEntryOf(entries, operation, ['succeeded', 'accepted', 'unknown']);
  entries = withoutFailed(entries, failed, waiting, { bookings, context });
  for (const group of groupsOf(waiting, entries)) {
    const left = entries.filter((entry) => group.some((operation) => mayBe(entry, operation)));
    const accepted = group.filter((operation) => operation.state === 'accepted');
    const others = group.filter((operation) => operation.state !== 'accepted');
    // The provider has what it accepted: that comes before what may never have reached it.
    const isAcceptedAlone = bookings.complete && left.length === accepted.length;
    const matched = left.length === group.length ? [...accepted, ...others] : isAcceptedAlone ? accepted : [];
    for (const [index, operation] of matched.entries()) {
      const booked = left[index] ?? null;
      // Somebody else's may have failed, and ours not be shown yet.
      const isListed = booked?.state === 'failed' && booked.amount !== null;
      const isEarly = isListed && operation.state !== 'accepted' && !isPast(operation);
      if (!isEarly) settled.push({ number: operation.number, booked });
    }
    if (bookings.complete && (left.length === 0 || isAcceptedAlone))
      for (const operation of others)
        if (!matched.includes(operation) && isPast(operation))
          settled.push({ number: operation.number, booked: null });
  }
  return settled;
}

/**
 * The entries without those of operations that failed before: what is shown as failed may be one of them, and then says nothing
 * about what came after it. What the provider accepted is there too, after its time: of that there is no doubt.
 */
function withoutFailed(
  entries: readonly BookedOperation[],
  failed: readonly RecordedOperation[],
  waiting: readonly RecordedOperation[],
  { bookings, context }: { readonly bookings: Bookings; readonly context: ReconciliationContext },
): readonly BookedOperation[] {
  return failed.reduce((left, operation) => {
    const alike = left.filter((entry) => mayBe(entry, operation));
    const accepted = waiting.filter(
      (one) => one.state === 'accepted' && alike.some((entry) => mayBe(entry, one)),
    );
    const areThere = bookings.complete && accepted.length > 0 && accepted.every(context.isPast);
    return areThere && alike.length <= accepted.length ? left : withoutEntryOf(left, operation, ['failed']);
  }, entries);
}

/** The operations that wait, by what could be mistaken for one another: all, where an entry names no amount. */
function groupsOf(
  waiting: readonly RecordedOperation[],
  entries: readonly BookedOperation[],
): readonly (readonly RecordedOperation[])[] {
  if (entries.some(({ amount }) => amount === null)) return waiting.length > 0 ? [waiting] : [];
  return [
    ...Map.groupBy(
      waiting,
      ({ amount, providerReference }) => `${amount}/${providerReference ?? ''}`,
    ).values(),
  ];
}

/** More operations that wait at once than are told apart by a total. */
const MAX_TOLD_APART = 10;

/** Each choice of the operations whose amounts come to a sum. */
function choicesFor(
  sum: number,
  operations: readonly RecordedOperation[],
): readonly (readonly RecordedOperation[])[] {
  const [first, ...rest] = operations;
  if (!first) return sum === 0 ? [[]] : [];
  const without = choicesFor(sum, rest);
  const withFirst =
    first.amount <= sum ? choicesFor(sum - first.amount, rest).map((one) => [first, ...one]) : [];
  return [...without, ...withFirst];
}

/** What the total of what was done decides. */
function settledByTotal(
  total: number,
  { complete, status }: Bookings,
  context: ReconciliationContext,
): Settlement[] {
  const { state, operations: ours, isPast } = context;
  const waiting = ours.filter(waits);
  if (waiting.length === 0 || waiting.length > MAX_TOLD_APART) return [];
  const done = ours.filter((one) => one.state === 'succeeded').reduce((sum, { amount }) => sum + amount, 0);
  const unexplained =
    total - done - Math.max(foreignOf(state, ours), ...waiting.map(({ outside }) => outside));
  const choices = choicesFor(unexplained, waiting);
  const [only] = choices;
  if (only && choices.length === 1) {
    const rest = complete ? waiting.filter((one) => !only.includes(one) && isPast(one)) : [];
    return [
      ...only.map(({ number, amount }) => ({
        number,
        booked: { amount, state: 'succeeded' as const, status, providerReference: null },
      })),
      ...rest.filter((one) => one.state !== 'accepted').map(({ number }) => ({ number, booked: null })),
    ];
  }
  // Whatever explains the rest: it is less than this operation.
  if (!complete) return [];
  return waiting
    .filter((one) => one.amount > unexplained && one.state !== 'accepted' && isPast(one))
    .map(({ number }) => ({ number, booked: null }));
}

/** What messages have brought of refunds that are none of ours, in minor units. */
function foreignOf(state: AttemptState, ours: readonly RecordedOperation[]): number {
  if (!ours.some((operation) => sumOf(operation) === 'refunded')) return 0;
  const known = new Set(ours.flatMap((operation) => [movementOf(operation), operation.movement ?? '']));
  return Object.entries(state.refunded)
    .filter(([movement]) => !known.has(movement))
    .reduce((sum, [, amount]) => sum + amount, 0);
}

/** The operations that a provider's answer decides. */
export function settledBy(bookings: Bookings, context: ReconciliationContext): readonly Settlement[] {
  return bookings.total === undefined
    ? settledByEntries(bookings, context)
    : settledByTotal(bookings.total, bookings, context);
}

/** What an answer shows to have been done in all, in minor units; null: it names no amounts. */
export function shownTotal({ total, entries }: Bookings): number | null {
  if (total !== undefined) return total;
  return entries
    .filter(({ state }) => state === 'succeeded')
    .reduce<number | null>((sum, { amount }) => (sum === null || amount === null ? null : sum + amount), 0);
}

/** Whether a message that is about none of ours for sure may be about one of them all the same. */
export function mayBeOurs(news: OperationNews, operations: readonly RecordedOperation[]): boolean {
  return operations.some((one) => isOfKind(one, news.kind) && one.movement === undefined && mayBe(news, one));
}

/** What one message says of an operation. */
export interface OperationNews extends BookedOperation {
  readonly kind: OperationKind;
}

/** The same in a provider update, whose own status and movement count where these are left out. */
export interface UpdatedOperation extends Omit<OperationNews, 'status'> {
  readonly status?: string;
}

/** Whether a message about this kind may mean the operation: a cancel of what was paid already is a refund to the provider. */
function isOfKind(operation: RecordedOperation, kind: OperationKind): boolean {
  return operation.kind === kind || (kind === 'refund' && sumOf(operation) === 'refunded');
}

/**
 * The operation that a message is about; null: none that is known for sure, so that the message settles none. One that failed is
 * found by its name alone.
 * @param operations all of the attempt's.
 */
export function operationOf(
  news: OperationNews,
  operations: readonly RecordedOperation[],
  nameOf: ReconciliationContext['nameOf'],
): RecordedOperation | null {
  const ours = operations.filter((one) => isOfKind(one, news.kind));
  const linked = news.movement && ours.find(({ movement }) => movement === news.movement);
  if (linked) return linked;
  const named = ours.find((one) => isNamed(news, one, nameOf));
  if (named) return named;
  const candidates = ours.filter((one) => one.movement === undefined && mayBe(news, one));
  // Each operation that succeeded has its own message, which may come after the answer.
  const done = news.state === 'succeeded' && candidates.find(({ state }) => state === 'succeeded');
  // Its number is that of the one that is running, or of this one: the answer tells which.
  const isEarly = news.providerReference && candidates.some(({ state }) => state === 'running');
  if (done) return isEarly && done.providerReference === null ? null : done;
  const accepted = candidates.filter(({ state }) => state === 'accepted');
  const unresolved = candidates.filter(({ state }) => state === 'running' || state === 'unknown');
  // Accepted ones of one amount and without numbers are alike: the oldest. Otherwise none of several is meant for sure.
  const [oldest] = accepted;
  if (oldest) {
    const areAlike =
      accepted.length === 1 ||
      accepted.every(
        ({ amount, providerReference }) => amount === oldest.amount && providerReference === null,
      );
    return areAlike && unresolved.length === 0 ? oldest : null;
  }
  return unresolved.length === 1 ? (unresolved[0] ?? null) : null;
}

/**
 * The operations that an attempt's state decides, where messages name none: a cancel whose order is over or was paid after all, a
 * capture of an order that ended without money, and whatever a total explains.
 * @param operations all of the attempt's.
 * @param status the provider's word for the state.
 */
export function settledByState(
  state: AttemptState,
  operations: readonly RecordedOperation[],
  status: string,
): readonly Settlement[] {
  const money = moneyOf(state);
  const isOver = !OPEN_PROGRESS.has(state.progress) && money.paid === 0;
  const progress = progressOf(state);
  const isEnd = progress === 'voided' || progress === 'capture_denied' || hasLapsed(state);
  const hasEnded = isEnd && money.paid === 0;
  const settled = (operation: RecordedOperation): BookedState | null => {
    switch (sumOf(operation)) {
      case null:
        return isOver ? 'succeeded' : money.paid > 0 ? 'failed' : null;
      case 'released':
        return progress === 'voided' ? 'succeeded' : null;
      case 'paid':
        return hasEnded ? 'failed' : null;
      case 'refunded':
        return null;
    }
  };
  const byProgress = operations.filter(waits).flatMap((operation): Settlement[] => {
    const booked = settled(operation);
    return booked
      ? [{ number: operation.number, booked: { amount: operation.amount, state: booked, status } }]
      : [];
  });
  const byTotal = (['paid', 'refunded'] as const).flatMap((sum) =>
    settledByTotal(
      money[sum],
      { entries: [], complete: false, status },
      {
        state,
        operations: operations.filter((operation) => sumOf(operation) === sum),
        nameOf: () => '',
        isPast: () => false,
      },
    ),
  );
  return [...byProgress, ...byTotal];
}
