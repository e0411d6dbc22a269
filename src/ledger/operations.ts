/**
 * What is done after a payment: recorded, then carried out once, then settled. One operation of a payment at a time:
 * another one waits its turn. What a crash interrupted, or whose answer got lost, is unknown: it is asked about, and
 * never carried out again.
 */
import {
  concludedBy,
  isOpen,
  isUnresolved,
  type OperationProblem,
  planOperation,
  type RecordedOperation,
  updateOf,
} from '../payments/operations.ts';
import { apply } from '../payments/rules.ts';
import type { PaymentView } from '../payments/types.ts';
import type {
  ConcludeCommand,
  OperationCommand,
  OperationCommandResult,
  OperationOutcome,
  OperationRequest,
} from './commands.ts';
import { type LedgerRecord, summaryOf, viewOf, withAttempt } from './record.ts';
import type { Job, Writer } from './store.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** Asks the provider about an attempt and takes its news. Whether it answered. */
type Query = (attempt: number) => Promise<boolean>;

/** After this an operation that was neither finished nor failed was interrupted; longer than any call may take. */
const INTERRUPTED_MS = 60_000;

/** Pauses between questions about an operation whose outcome is not known. */
const RECONCILE_PAUSES_MS = [30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000];

/** More than anybody does with one payment. */
const MAX_OPERATIONS = 200;

const LOST: OperationProblem = {
  code: 'provider_unreachable',
  detail: 'the operation was interrupted: it is not known whether the provider carried it out',
};

/** The name of the job that watches an operation. */
function jobId(number: number): string {
  return `operation_${number}`;
}

/** Where the answer to a key is kept, beside those to notifications. */
function answerKey(key: string): string {
  return `operation|${key}`;
}

export class Operations {
  readonly #work: UnitOfWork;
  readonly #query: Query;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(work: UnitOfWork, query: Query) {
    this.#work = work;
    this.#query = query;
  }

  /** Carries out an operation, or answers as before if its key is known. */
  execute(command: OperationCommand): Promise<OperationCommandResult> {
    return this.#inTurn(() => this.#executeNow(command));
  }

  /** Asks about every operation whose outcome is not known. */
  reconcileAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { number } of this.#all().filter(isOpen)) await this.#reconcile(number);
    });
  }

  /** Takes the word of a person for what became of an operation. */
  conclude({ number, outcome }: ConcludeCommand): Promise<'settled' | 'none' | 'known'> {
    return this.#inTurn(async () => {
      const operation = this.#all().find((entry) => entry.number === number);
      if (!operation) return 'none';
      if (!isOpen(operation)) return 'known';
      const told: OperationOutcome =
        outcome === 'succeeded'
          ? { result: 'succeeded', status: 'told by the operator', providerReference: null }
          : {
              result: 'failed',
              problem: { code: 'provider_error', detail: 'the operator found that it was not carried out' },
            };
      this.#finish(operation, told, 'operator');
      return 'settled';
    });
  }

  /** Does the job that watches an operation. */
  watch(job: Job): Promise<void> {
    return this.#inTurn(async () => {
      const { number } = JSON.parse(job.body) as { number: number };
      const operation = this.#all().find((entry) => entry.number === number);
      const isKnown = !operation || !isOpen(operation) || (await this.#reconcile(number));
      const pause = RECONCILE_PAUSES_MS[job.tries];
      this.#work.commit((writer) => {
        const dueAt = isKnown || pause === undefined ? null : this.#work.now() + pause;
        if (!isKnown && dueAt === null) {
          console.error({
            event: 'operation.abandoned',
            payment: this.#stored().record.id,
            operation: number,
          });
          writer.log('operation.abandoned', 'countersign', {
            operation: number,
            reason: 'it could not be found out what became of it: somebody has to look at the provider',
          });
        }
        writer.queue({ ...job, tries: job.tries + 1, dueAt });
      });
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #all(): readonly RecordedOperation[] {
    return this.#work.store.record?.operations ?? [];
  }

  async #executeNow(command: OperationCommand): Promise<OperationCommandResult> {
    if (this.#work.store.head?.shop !== command.shop) return { kind: 'none' };
    // It is this one's turn, so one that still runs was interrupted.
    for (const { state, number } of this.#all()) if (state === 'running') this.#interrupted(number);
    const { record } = this.#stored();
    const wanted = { kind: command.kind, amount: command.amount, attempt: command.attempt };
    const earlier = this.#all().find(({ key }) => key === command.key);
    if (earlier) {
      return JSON.stringify(earlier.wanted) === JSON.stringify(wanted)
        ? this.#answerOf(earlier.number, true)
        : rejected('reference_conflict', 'this Idempotency-Key belongs to another operation of this payment');
    }
    if (this.#all().length >= MAX_OPERATIONS)
      return rejected('invalid_state', `this payment has had ${MAX_OPERATIONS} operations already`);
    const attempts = record.attempts.map(({ state, amount, account }) => ({
      state,
      amount,
      rule: command.rules[account] ?? null,
    }));
    const plan = planOperation(wanted, record.request.currency, attempts, this.#all());
    if ('code' in plan) return rejected(plan.code, plan.detail);
    const number = this.#all().length + 1;
    this.#work.commit((writer) => {
      const operation: RecordedOperation = {
        ...plan,
        number,
        key: command.key,
        wanted,
        state: 'running',
        requestedAt: writer.at,
        finishedAt: null,
        problem: null,
        providerStatus: null,
        providerReference: null,
      };
      writer.save({ ...record, operations: [...(record.operations ?? []), operation] });
      const { kind, attempt, amount } = plan;
      writer.log('operation.requested', 'shop', { operation: number, kind, attempt, amount });
      writer.queue({
        id: jobId(number),
        kind: 'operation',
        body: JSON.stringify({ number }),
        tries: 0,
        dueAt: this.#work.now() + INTERRUPTED_MS,
        createdAt: writer.at,
      });
    });
    const outcome = await this.#work
      .ports()
      .executeOperation(this.#requestOf(number, command.origin))
      .catch(
        (cause: unknown): OperationOutcome => ({
          result: 'unknown',
          problem: { ...LOST, detail: `${LOST.detail} (${String(cause)})` },
        }),
      );
    const operation = this.#known(number);
    // The provider's own message may have been faster than its answer.
    if (isUnresolved(operation)) this.#finish(operation, outcome, 'provider');
    return this.#answerOf(number, false);
  }

  #known(number: number): RecordedOperation {
    const found = this.#all().find((entry) => entry.number === number);
    if (!found) throw new Error(`there is no operation ${number}`);
    return found;
  }

  #interrupted(number: number): void {
    this.#finish(this.#known(number), { result: 'unknown', problem: LOST }, 'countersign');
  }

  #requestOf(number: number, origin: string): OperationRequest {
    const { record } = this.#work.store;
    const operation = this.#known(number);
    const attempt = record?.attempts[operation.attempt - 1];
    if (!record || !attempt) throw new Error(`there is no attempt ${operation.attempt}`);
    return {
      id: record.id,
      operation,
      account: attempt.account,
      asked: attempt.amount,
      currency: record.request.currency,
      capture: attempt.capture,
      providerState: attempt.providerState ?? {},
      startedAt: attempt.createdAt,
      origin,
    };
  }

  #answerOf(number: number, replayed: boolean): OperationCommandResult {
    const { record, answerTo } = this.#stored();
    const operation = this.#known(number);
    // What was answered once is answered again, also where the provider refuses later what it had accepted.
    const kept = answerTo(answerKey(operation.key));
    if (kept) return { kind: 'done', view: JSON.parse(kept.body) as PaymentView, replayed };
    if (operation.state === 'failed' || operation.state === 'unknown') {
      return { kind: 'problem', problem: operation.problem ?? LOST };
    }
    return { kind: 'done', view: viewOf(record), replayed };
  }

  #stored() {
    const { store } = this.#work;
    if (!store.record) throw new Error('there is no payment in this ledger');
    return { record: store.record, answerTo: (key: string) => store.answerTo(key) };
  }

  /** Finds out what became of an operation. True when it is known now. */
  async #reconcile(number: number): Promise<boolean> {
    if (this.#known(number).state === 'running') this.#interrupted(number);
    const before = this.#known(number);
    const outcome = await this.#work
      .ports()
      .reconcileOperation(this.#requestOf(number, ''))
      .catch(() => null);
    // Its news may have come while we asked.
    const now = this.#known(number);
    if (now.state !== before.state) return !isOpen(now);
    if (outcome && outcome.result !== 'unknown' && outcome.result !== now.state) {
      this.#finish(now, outcome, 'provider');
    } else if (outcome === null) {
      // Its provider cannot be asked about operations, but perhaps about the payment.
      await this.#query(now.attempt);
    }
    return !isOpen(this.#known(number));
  }

  /** Records what an operation came to, and moves the payment by it. */
  #finish(
    operation: RecordedOperation,
    outcome: OperationOutcome,
    source: 'provider' | 'operator' | 'countersign',
  ): void {
    const { record } = this.#stored();
    this.#work.commit((writer) => {
      const { number, kind, attempt, amount } = operation;
      const detail = { operation: number, kind, attempt, amount };
      if ('problem' in outcome) {
        const { problem } = outcome;
        writer.save(withOperation(record, { ...operation, ...ended(outcome.result, writer.at), problem }));
        writer.log(`operation.${outcome.result}`, source, { ...detail, ...problem });
        this.#watchAgain(writer, number, outcome.result === 'unknown');
        return;
      }
      const { result, status, providerReference, providerState } = outcome;
      const kept = providerState
        ? withAttempt(record, attempt, (entry) => ({
            ...entry,
            providerState: { ...entry.providerState, ...providerState },
          }))
        : record;
      const done = withOperation(kept, {
        ...operation,
        ...ended(result, writer.at),
        problem: null,
        providerStatus: status,
        providerReference,
      });
      const moved = result === 'succeeded' ? applied(done, operation) : done;
      writer.log(`operation.${result}`, source, {
        ...detail,
        providerStatus: status,
        ...(providerReference !== null && { providerReference }),
        ...(result === 'succeeded' && { from: summaryOf(record).status, to: summaryOf(moved).status }),
      });
      this.#work.saveMoved(writer, moved);
      this.#keepAnswer(writer, operation.key, { ...moved, updatedAt: writer.at });
      this.#watchAgain(writer, number, result === 'accepted');
    });
  }

  #keepAnswer(writer: Writer, key: string, record: LedgerRecord): void {
    if (this.#work.store.answerTo(answerKey(key))) return;
    writer.answer(answerKey(key), { status: 200, headers: {}, body: JSON.stringify(viewOf(record)) });
  }

  #watchAgain(writer: Writer, number: number, isOpen: boolean): void {
    const job = this.#work.store.job(jobId(number));
    if (!job) return;
    const dueAt = isOpen ? this.#work.now() + (RECONCILE_PAUSES_MS[0] ?? 0) : null;
    // A job that is being done right now sets its own next time.
    if (job.tries === 0 || !isOpen) writer.queue({ ...job, dueAt });
  }

  /** Settles the operations that news of an attempt has decided; call it inside the commit of the news. */
  applyUpdate(
    writer: Writer,
    record: LedgerRecord,
    attempt: number,
    declined: {
      readonly kind: RecordedOperation['kind'];
      readonly amount: number | null;
      readonly status: string;
    } | null,
  ): LedgerRecord {
    const state = record.attempts[attempt - 1]?.state;
    let changed = record;
    const next = () => state && concludedBy(state, attempt, changed.operations ?? []);
    for (let happened = next(); happened; happened = next()) {
      writer.log('operation.succeeded', 'provider', shownOf(happened));
      changed = withOperation(changed, { ...happened, ...ended('succeeded', writer.at), problem: null });
      // The answer is stored when the news is: this is the payment as it is after it.
      this.#keepAnswer(writer, happened.key, { ...changed, updatedAt: writer.at });
      this.#watchAgain(writer, happened.number, false);
    }
    const declinedOne = (changed.operations ?? []).find(
      (operation) => operation.attempt === attempt && isOpen(operation) && isDeclineOf(operation, declined),
    );
    if (declinedOne) {
      const problem: OperationProblem = {
        code: 'provider_error',
        detail: `the provider declined it after all (${declined?.status})`,
        provider: { code: declined?.status ?? '', text: '' },
      };
      writer.log('operation.failed', 'provider', { ...shownOf(declinedOne), ...problem });
      changed = withOperation(changed, { ...declinedOne, ...ended('failed', writer.at), problem });
      this.#watchAgain(writer, declinedOne.number, false);
    }
    return changed;
  }
}

/** An operation that news have decided, for the log. */
function shownOf({ number, kind, attempt, amount }: RecordedOperation) {
  return { operation: number, kind, attempt, amount, by: 'news' };
}

function isDeclineOf(
  { kind, amount }: RecordedOperation,
  declined: { readonly kind: RecordedOperation['kind']; readonly amount: number | null } | null,
): boolean {
  return (
    declined !== null && declined.kind === kind && (declined.amount === null || declined.amount === amount)
  );
}

function ended(
  state: RecordedOperation['state'],
  at: string,
): Pick<RecordedOperation, 'state' | 'finishedAt'> {
  return { state, finishedAt: state === 'succeeded' || state === 'failed' ? at : null };
}

function withOperation(record: LedgerRecord, operation: RecordedOperation): LedgerRecord {
  return {
    ...record,
    operations: (record.operations ?? []).map((entry) =>
      entry.number === operation.number ? operation : entry,
    ),
  };
}

/** The record after an operation that was carried out. */
function applied(record: LedgerRecord, operation: RecordedOperation): LedgerRecord {
  return withAttempt(record, operation.attempt, (attempt) => ({
    ...attempt,
    state: apply(attempt.state, updateOf(operation, record.operations ?? [])),
  }));
}

function rejected(code: OperationProblem['code'], detail: string): OperationCommandResult {
  return { kind: 'problem', problem: { code, detail } };
}

/** What the provider calls an operation by: the order number and its own number, letters and digits. */
export function operationReference(
  order: string,
  { kind, number }: Pick<RecordedOperation, 'kind' | 'number'>,
): string {
  return `${order}${kind.charAt(0).toUpperCase()}${number}`;
}
