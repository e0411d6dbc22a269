/**
 * Captures, cancels and refunds: each is recorded, then executed once, then concluded. A payment has one operation at a
 * time: another one waits its turn. An operation that a crash interrupted, or whose answer was lost, is unknown: it is
 * reconciled, and never executed again.
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
  ConcludeResult,
  OperationCommand,
  OperationCommandResult,
  OperationOutcome,
  OperationRequest,
} from './commands.ts';
import { type LedgerRecord, summaryOf, viewOf, withAttempt } from './record.ts';
import type { Job, Writer } from './store.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** Queries the provider about an attempt and takes its updates. Resolves with whether there were any. */
type Query = (attempt: number) => Promise<boolean>;

/** An operation that runs longer than this was interrupted; longer than any call may take. */
const INTERRUPTED_MS = 60_000;

/** Pauses between attempts to reconcile an operation whose outcome is not known. */
const RECONCILE_PAUSES_MS = [30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000];

/** More operations than any payment needs. */
const MAX_OPERATIONS = 200;

const LOST: OperationProblem = {
  code: 'provider_unreachable',
  detail: 'the operation was interrupted: it is not known whether the provider carried it out',
};

/** The id of the job that watches an operation. */
function jobId(number: number): string {
  return `operation_${number}`;
}

/** The key of an operation's answer, which is stored beside those to notifications. */
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

  /** Executes an operation, or answers as before if its key is known. */
  execute(command: OperationCommand): Promise<OperationCommandResult> {
    return this.#inTurn(() => this.#executeNow(command));
  }

  /** Reconciles every operation whose outcome is not known. */
  reconcileAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { number } of this.#all().filter(isOpen)) await this.#reconcile(number);
    });
  }

  /** Records what a person says became of an operation. */
  conclude({ number, outcome }: ConcludeCommand): Promise<ConcludeResult> {
    return this.#inTurn(async () => {
      const operation = this.#all().find((entry) => entry.number === number);
      if (!operation) return 'not_found';
      if (!isOpen(operation)) return 'already_known';
      const conclusion: OperationOutcome =
        outcome === 'succeeded'
          ? { result: 'succeeded', status: 'told by the operator', providerReference: null }
          : {
              result: 'failed',
              problem: { code: 'provider_error', detail: 'the operator found that it was not executed' },
            };
      this.#finish(operation, conclusion, 'operator');
      return 'concluded';
    });
  }

  /** Runs the job that watches an operation: reconciles it, and sets when to do so again. */
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
    // Operations run one at a time, so one that is still running was interrupted.
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
      ...(attempt.order !== undefined && { order: attempt.order }),
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
    // The same answer as before, even if the provider has declined meanwhile what it had accepted.
    const answered = answerTo(answerKey(operation.key));
    if (answered) return { kind: 'done', view: JSON.parse(answered.body) as PaymentView, replayed };
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

  /** Reconciles an operation. True when its outcome is known now. */
  async #reconcile(number: number): Promise<boolean> {
    if (this.#known(number).state === 'running') this.#interrupted(number);
    const before = this.#known(number);
    const outcome = await this.#work
      .ports()
      .reconcileOperation(this.#requestOf(number, ''))
      .catch(() => null);
    // An update may have concluded it during the query.
    const now = this.#known(number);
    if (now.state !== before.state) return !isOpen(now);
    if (outcome && outcome.result !== 'unknown' && outcome.result !== now.state) {
      this.#finish(now, outcome, 'provider');
    } else if (outcome === null) {
      // Its provider has no query about operations, but perhaps one about the payment.
      await this.#query(now.attempt);
    }
    return !isOpen(this.#known(number));
  }

  /** Records an operation's outcome, and moves the payment by it. */
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
      const withState = providerState
        ? withAttempt(record, attempt, (entry) => ({
            ...entry,
            providerState: { ...entry.providerState, ...providerState },
          }))
        : record;
      const done = withOperation(withState, {
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
      this.#storeAnswer(writer, operation.key, { ...moved, updatedAt: writer.at });
      this.#watchAgain(writer, number, result === 'accepted');
    });
  }

  #storeAnswer(writer: Writer, key: string, record: LedgerRecord): void {
    if (this.#work.store.answerTo(answerKey(key))) return;
    writer.answer(answerKey(key), { status: 200, headers: {}, body: JSON.stringify(viewOf(record)) });
  }

  #watchAgain(writer: Writer, number: number, isOpen: boolean): void {
    const job = this.#work.store.job(jobId(number));
    if (!job) return;
    const dueAt = isOpen ? this.#work.now() + (RECONCILE_PAUSES_MS[0] ?? 0) : null;
    // A job that is running sets its own next time.
    if (job.tries === 0 || !isOpen) writer.queue({ ...job, dueAt });
  }

  /** Concludes the operations that a provider update has decided. Call it inside the commit of the update. */
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
      // The answer is stored with the update: it is the payment as the update left it.
      this.#storeAnswer(writer, happened.key, { ...changed, updatedAt: writer.at });
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

/**
 * An operation that a provider update has decided, for the log. The log's word for such an update is `news`: events that
 * are stored already have it.
 */
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

/** The record after an operation that succeeded. */
function applied(record: LedgerRecord, operation: RecordedOperation): LedgerRecord {
  return withAttempt(record, operation.attempt, (attempt) => ({
    ...attempt,
    state: apply(attempt.state, updateOf(operation, record.operations ?? [])),
  }));
}

function rejected(code: OperationProblem['code'], detail: string): OperationCommandResult {
  return { kind: 'problem', problem: { code, detail } };
}

/** Our name for an operation at the provider: the order number, the operation's initial and its number. */
export function operationReference(
  order: string,
  { kind, number }: Pick<RecordedOperation, 'kind' | 'number'>,
): string {
  return `${order}${kind.charAt(0).toUpperCase()}${number}`;
}
