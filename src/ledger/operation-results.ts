/** What becomes of operations: by the answer to one, by what the provider shows when it is asked, by a message, by a person. */
import { moneyDetail } from '../payments/movements.ts';
import { type OperationProblem, type RecordedOperation, sumOf } from '../payments/operations.ts';
import {
  type BookedOperation,
  type OperationNews,
  operationOf,
  type Settlement,
  settledBy,
  settledByState,
} from '../payments/reconciliation.ts';
import { OPERATION_PAUSES, pauseAfter } from '../payments/retries.ts';
import type { ApplyUpdateCommand } from './commands.ts';
import type { LookedUp, OperationOutcome } from './operation-commands.ts';
import {
  applied,
  operationsOfAttempt,
  withClaims,
  withMovement,
  withOperation,
  withOwnMoney,
  withShownMoney,
  withUnclaimed,
} from './operation-money.ts';
import { type LedgerRecord, operationReference, orderNumberOf, summaryOf, withAttempt } from './record.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Writer } from './writer.ts';

type Source = 'provider' | 'operator' | 'countersign';

/** The id of the job that watches an operation. */
export function jobId(number: number): string {
  return `operation_${number}`;
}

/** The key of an operation's answer, which is stored beside those to notifications. */
export function answerKey(key: string): string {
  return `operation|${key}`;
}

const ABSENT = 'the provider has no such operation: it was not carried out';

/** What an entry of the provider's amounts to; null: nothing that is known. */
function outcomeOf(booked: BookedOperation | null): OperationOutcome | null {
  if (!booked) return { result: 'failed', problem: { code: 'provider_error', detail: ABSENT } };
  const { state, status, providerReference = null } = booked;
  if (state === 'unknown') return null;
  if (state !== 'failed') return { result: state, status, providerReference };
  return {
    result: 'failed',
    problem: {
      code: 'provider_error',
      detail: `the provider declined it (${status})`,
      provider: { code: status, text: '' },
    },
  };
}

export class OperationResults {
  readonly #work: UnitOfWork;

  constructor(work: UnitOfWork) {
    this.#work = work;
  }

  /** Records the outcome of one operation as a commit, and moves the payment by it. */
  finish(operation: RecordedOperation, outcome: OperationOutcome, source: Source): void {
    const { record } = this.#work.payment();
    this.#work.commit((writer) => {
      const finished = this.#finished(writer, record, operation, outcome, source);
      this.#work.saveMoved(writer, withClaims(finished, operation));
    });
  }

  /**
   * Keeps what the answer to an operation has brought for later calls, where a message has told its outcome before.
   */
  keep(operation: RecordedOperation, outcome: OperationOutcome): void {
    if ('problem' in outcome) return;
    const { record } = this.#work.payment();
    const { providerReference, providerState = {} } = outcome;
    const known = withOperation(record, {
      ...operation,
      providerReference: operation.providerReference ?? providerReference,
    });
    this.#work.commit((writer) => writer.save(withState(known, operation.attempt, providerState)));
  }

  /**
   * Settles the operations of one kind of an attempt that the provider's answer decides, by what the payment holds now.
   * @param asked the operation that was asked about. A total is that of its source of funds.
   */
  settleByBookings({ bookings, settlesAfterMs }: LookedUp, asked: RecordedOperation): void {
    const { record } = this.#work.payment();
    const { kind, attempt } = asked;
    // A total has every operation of its sum: a cancel of what was paid beside the refunds.
    const isMeant = (one: RecordedOperation) =>
      bookings.total === undefined ? one.kind === kind : sumOf(one) === sumOf(asked);
    const { state, unclaimed = {} } = record.attempts[attempt - 1] ?? {};
    if (!state) return;
    const now = this.#work.now();
    const settlements = settledBy(bookings, {
      state,
      operations: operationsOfAttempt(record, attempt).filter(isMeant),
      nameOf: namesIn(record, attempt),
      isPast: ({ requestedAt }) => now - Date.parse(requestedAt) >= settlesAfterMs,
      unclaimed: Object.keys(unclaimed),
    });
    const known = withShownMoney(withState(record, attempt, bookings.providerState), attempt, kind, bookings);
    if (settlements.length === 0 && known === record) return;
    this.#work.commit((writer) => {
      this.#work.saveMoved(writer, this.#settled(writer, known, settlements, 'asked'));
    });
  }

  /** The operation of ours that an update is about, and what it says of it; null: it is about none for sure. */
  newsOf(
    record: LedgerRecord,
    command: ApplyUpdateCommand,
    amount: number | null,
  ): { readonly operation: RecordedOperation; readonly news: OperationNews } | null {
    const news = newsIn(command, amount);
    if (!news || command.proofMissing) return null;
    const { attempt } = command;
    const operation = operationOf(news, operationsOfAttempt(record, attempt), namesIn(record, attempt));
    return operation && { operation, news };
  }

  /**
   * Settles what an update decides, inside its commit: the operation that it is about, or those that the attempt's new state decides.
   */
  settleByUpdate(
    writer: Writer,
    record: LedgerRecord,
    command: ApplyUpdateCommand,
    about: ReturnType<OperationResults['newsOf']>,
  ): LedgerRecord {
    if (command.proofMissing) return record;
    const { attempt, providerStatus } = command;
    if (!about) this.#askSoon(writer, record, command);
    const known = about
      ? withMovement(record, about.operation, command)
      : withUnclaimed(record, command, newsIn(command, command.amount === 'asked' ? null : command.amount));
    // Another amount under its name is money, and says nothing of it.
    const isAnswer = about && (about.news.amount ?? about.operation.amount) === about.operation.amount;
    const named = isAnswer ? [{ number: about.operation.number, booked: about.news }] : [];
    const settled = this.#settled(writer, known, named, 'news');
    const state = settled.attempts[attempt - 1]?.state;
    // A message about one operation says nothing about another, and one about somebody else's nothing about ours.
    if (!state || newsIn(command, null)) return settled;
    return this.#settled(
      writer,
      settled,
      settledByState(state, operationsOfAttempt(settled, attempt), providerStatus),
      'news',
    );
  }

  /** A message about an operation that it does not name may be about one of ours: those that wait for their result are asked about now. */
  #askSoon(writer: Writer, record: LedgerRecord, { attempt, operation }: ApplyUpdateCommand): void {
    if (operation?.operationReference !== null) return;
    for (const { number, kind, state } of operationsOfAttempt(record, attempt)) {
      const job = this.#work.store.job(jobId(number));
      if (state === 'accepted' && kind === operation.kind && job && job.dueAt !== null)
        writer.queue({ ...job, dueAt: Math.min(job.dueAt, this.#work.now()) });
    }
  }

  /** @param by the log's words: `news` for a message, `asked` for an answer. */
  #settled(
    writer: Writer,
    record: LedgerRecord,
    settlements: readonly Settlement[],
    by: 'news' | 'asked',
  ): LedgerRecord {
    return settlements.reduce((before, { number, booked }) => {
      const changed = withNumber(withOwnMoney(before, number, booked), number, booked);
      const operation = changed.operations?.[number - 1];
      const outcome = outcomeOf(booked);
      if (!operation || !outcome || !moves(operation, outcome)) return changed;
      return this.#finished(writer, changed, operation, outcome, 'provider', by);
    }, record);
  }

  /** The record after an operation's outcome, inside a commit. */
  #finished(
    writer: Writer,
    record: LedgerRecord,
    operation: RecordedOperation,
    given: OperationOutcome,
    source: Source,
    by?: 'news' | 'asked',
  ): LedgerRecord {
    const outcome = withOwnReference(record, operation, given);
    const { number, kind, attempt, amount } = operation;
    const detail = { operation: number, kind, attempt, amount, ...(by && { by }) };
    if ('problem' in outcome) {
      const { problem } = outcome;
      writer.log(`operation.${outcome.result}`, source, { ...detail, ...problem });
      this.#watchAgain(writer, number, outcome.result === 'unknown');
      return withOperation(record, { ...operation, ...ended(outcome.result, writer.at), problem });
    }
    const { result, status, providerReference, providerState = {} } = outcome;
    const done = withOperation(withState(record, attempt, providerState), {
      ...operation,
      ...ended(result, writer.at),
      problem: null,
      providerStatus: status,
      providerReference: providerReference ?? operation.providerReference,
    });
    const moved = result === 'succeeded' ? applied(done, operation) : done;
    writer.log(`operation.${result}`, source, {
      ...detail,
      providerStatus: status,
      ...(providerReference !== null && { providerReference }),
      ...(result === 'succeeded' && {
        from: summaryOf(record).status,
        to: summaryOf(moved).status,
        ...moneyDetail(record, moved),
      }),
    });
    this.#storeAnswer(writer, operation.key, moved);
    this.#watchAgain(writer, number, result === 'accepted');
    return moved;
  }

  #storeAnswer(writer: Writer, key: string, record: LedgerRecord): void {
    if (this.#work.store.answerTo(answerKey(key))) return;
    writer.answer(answerKey(key), {
      status: 200,
      headers: {},
      body: JSON.stringify(this.#work.viewAfter(writer, record)),
    });
  }

  #watchAgain(writer: Writer, number: number, isOpen: boolean): void {
    const job = this.#work.store.job(jobId(number));
    if (!job) return;
    const { now, random } = this.#work.ports();
    const dueAt = isOpen ? now() + (pauseAfter(OPERATION_PAUSES, 1, random) ?? 0) : null;
    // A job that is running sets its own next time.
    if (job.tries === 0 || !isOpen) writer.queue({ ...job, dueAt });
  }
}

/** What an update says of an operation, in its own words or by what it moves; null: it is a total, or about no operation. */
function newsIn(command: ApplyUpdateCommand, amount: number | null): OperationNews | null {
  const { operation, outcome, cumulative, movement, providerStatus: status } = command;
  if (operation) return { status, ...(outcome === 'refunded' && { movement }), ...operation };
  if (outcome !== 'refunded' || cumulative) return null;
  return { kind: 'refund', amount, state: 'succeeded', status, movement };
}

/** Whether an outcome is news: what is known stays, except that a failed operation may turn out to have succeeded. */
function moves({ state }: RecordedOperation, { result }: OperationOutcome): boolean {
  if (state === 'succeeded') return false;
  if (state === 'failed') return result === 'succeeded';
  if (state === 'accepted') return result === 'succeeded' || result === 'failed';
  return true;
}

/** An answer that names another operation is no answer to this one. */
function withOwnReference(
  { operations = [] }: LedgerRecord,
  { number }: RecordedOperation,
  outcome: OperationOutcome,
): OperationOutcome {
  if ('problem' in outcome || outcome.providerReference === null) return outcome;
  const { providerReference } = outcome;
  const other = operations.find(
    (one) => one.number !== number && one.providerReference === providerReference,
  );
  if (!other) return outcome;
  const problem: OperationProblem = {
    code: 'provider_error',
    detail: `the provider answered about operation ${other.number} (${providerReference}); it is not known whether this one was executed`,
  };
  return { result: 'unknown', problem };
}

function namesIn(record: LedgerRecord, attempt: number): (operation: RecordedOperation) => string {
  const order = orderNumberOf(record, attempt);
  return (operation) => operationReference(order, operation);
}

function ended(
  state: RecordedOperation['state'],
  at: string,
): Pick<RecordedOperation, 'state' | 'finishedAt'> {
  return { state, finishedAt: state === 'succeeded' || state === 'failed' ? at : null };
}

function withState(
  record: LedgerRecord,
  attempt: number,
  providerState: Readonly<Record<string, string>> = {},
): LedgerRecord {
  const known = record.attempts[attempt - 1]?.providerState ?? {};
  if (Object.entries(providerState).every(([name, value]) => known[name] === value)) return record;
  return withAttempt(record, attempt, (entry) => ({
    ...entry,
    providerState: { ...entry.providerState, ...providerState },
  }));
}

/** The record with the provider's number for an operation, which names it from now on, whatever became of it. */
function withNumber(record: LedgerRecord, number: number, booked: BookedOperation | null): LedgerRecord {
  const operation = record.operations?.[number - 1];
  const { providerReference = null } = booked ?? {};
  if (!operation || operation.providerReference !== null || providerReference === null) return record;
  const isOthers = record.operations?.some((one) => one.providerReference === providerReference);
  return isOthers ? record : withOperation(record, { ...operation, providerReference });
}
