/**
 * Captures, cancels and refunds: each is recorded, then executed once, then concluded. One that a second person has to approve is
 * recorded, reserves its amount, and is executed by the approval. A payment has one operation at a
 * time: another one waits its turn. An operation that a crash interrupted, or whose answer was lost, is unknown: it is
 * reconciled, and never executed again.
 */
import {
  isOpen,
  isUnresolved,
  needsApproval,
  type OperationPlan,
  type OperationProblem,
  type OperationWanted,
  type PlanRejection,
  planOperation,
  type RecordedOperation,
} from '../payments/operations.ts';
import { OPERATION_PAUSES, pauseAfter } from '../payments/retries.ts';
import type { PaymentView } from '../payments/types.ts';
import type {
  ApprovalCommand,
  ApprovalResult,
  ConcludeCommand,
  ConcludeResult,
  OperationCommand,
  OperationCommandResult,
  OperationOutcome,
  OperationRequest,
} from './operation-commands.ts';
import { operationsOfAttempt, withOperation } from './operation-money.ts';
import { answerKey, jobId, type OperationResults } from './operation-results.ts';
import type { Job } from './rows.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { viewOf } from './views.ts';
import type { Writer } from './writer.ts';

/** Queries the provider about an attempt and takes its updates. Resolves with whether there were any. */
type Query = (attempt: number) => Promise<boolean>;

/** An operation that runs longer than this was interrupted; longer than any call may take. */
const INTERRUPTED_MS = 60_000;

/** More operations than any payment needs. */
const MAX_OPERATIONS = 200;

const LOST: OperationProblem = {
  code: 'provider_unreachable',
  detail: 'the operation was interrupted: it is not known whether the provider carried it out',
};

const NOT_APPROVED: OperationProblem = {
  code: 'forbidden',
  detail: 'a second operator has declined it: it was not sent to the provider',
};

export class Operations {
  readonly #work: UnitOfWork;
  readonly #query: Query;
  readonly #results: OperationResults;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(work: UnitOfWork, results: OperationResults, query: Query) {
    this.#work = work;
    this.#results = results;
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
      if (operation.state === 'awaiting_approval') return 'awaiting_approval';
      if (!isOpen(operation)) return 'already_known';
      const conclusion: OperationOutcome =
        outcome === 'succeeded'
          ? { result: 'succeeded', status: 'told by the operator', providerReference: null }
          : {
              result: 'failed',
              problem: { code: 'provider_error', detail: 'the operator found that it was not executed' },
            };
      this.#results.finish(operation, conclusion, 'operator');
      return 'concluded';
    });
  }

  /** Executes an operation that waits for approval, once, or ends it without sending anything. */
  decide(command: ApprovalCommand): Promise<ApprovalResult> {
    return this.#inTurn(() => this.#decideNow(command));
  }

  /** Runs the job that watches an operation: reconciles it, and sets when to do so again. */
  watch(job: Job): Promise<void> {
    return this.#inTurn(async () => {
      const { number } = JSON.parse(job.body) as { number: number };
      const operation = this.#all().find((entry) => entry.number === number);
      const isKnown = !operation || !isOpen(operation) || (await this.#reconcile(number));
      const pause = pauseAfter(OPERATION_PAUSES, job.tries + 1, this.#work.ports().random);
      this.#work.commit((writer) => {
        const dueAt = isKnown || pause === null ? null : this.#work.now() + pause;
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
    this.#endInterrupted();
    const { record } = this.#stored();
    const wanted = { kind: command.kind, amount: command.amount, attempt: command.attempt };
    const earlier = this.#all().find(({ key }) => key === command.key);
    if (earlier) {
      const differences = differing(earlier.wanted, wanted);
      if (differences.length === 0) return this.#answerOf(earlier.number, true);
      const detail = `this Idempotency-Key belongs to operation ${earlier.number} of this payment, a ${earlier.kind}`;
      return { ...rejected({ code: 'reference_conflict', detail }), differences };
    }
    if (this.#all().length >= MAX_OPERATIONS)
      return rejected({
        code: 'invalid_state',
        detail: `this payment has had ${MAX_OPERATIONS} operations already`,
      });
    const plan = this.#plan(wanted, command.rules, this.#all());
    if ('code' in plan) return rejected({ code: plan.code, detail: plan.detail });
    const number = this.#all().length + 1;
    const { operator } = command;
    const waits = needsApproval(plan, operator?.approvalAbove ?? null, this.#all());
    this.#work.commit((writer) => {
      const operation: RecordedOperation = {
        ...plan,
        number,
        key: command.key,
        wanted,
        state: waits ? 'awaiting_approval' : 'running',
        ...(operator && { requestedBy: operator.actor }),
        ...(waits && { approval: { askedAt: writer.at, decidedBy: null, decision: null } }),
        requestedAt: writer.at,
        finishedAt: null,
        problem: null,
        providerStatus: null,
        providerReference: null,
      };
      writer.save({ ...record, operations: [...(record.operations ?? []), operation] });
      const { kind, attempt, amount } = plan;
      writer.log('operation.requested', operator ? 'operator' : 'shop', {
        operation: number,
        kind,
        attempt,
        amount,
        ...(operator && { by: operator.actor }),
        ...(waits && { awaitsApproval: true }),
      });
      if (!waits) this.#watchFrom(writer, number);
    });
    if (!waits) await this.#send(number, command.origin);
    return this.#answerOf(number, false);
  }

  /** What an operation would do by the rules, with the payment as it is now. */
  #plan(
    wanted: OperationWanted,
    rules: OperationCommand['rules'],
    operations: readonly RecordedOperation[],
  ): OperationPlan | PlanRejection {
    const { record } = this.#stored();
    const attempts = record.attempts.map(({ state, amount, account }) => ({
      state,
      amount,
      rule: rules[account] ?? null,
    }));
    return planOperation(wanted, record.request.currency, attempts, operations);
  }

  async #decideNow(command: ApprovalCommand): Promise<ApprovalResult> {
    const { number, actor, decision } = command;
    this.#endInterrupted();
    const operation = this.#all().find((entry) => entry.number === number);
    if (!operation) return { kind: 'not_found' };
    const { approval, kind, attempt, amount } = operation;
    if (!approval || operation.state !== 'awaiting_approval') return { kind: 'not_waiting' };
    if (operation.requestedBy === actor) return { kind: 'same_person' };
    const { record } = this.#stored();
    const detail = { operation: number, kind, attempt, amount, by: actor };
    const decided = { ...operation, approval: { ...approval, decidedBy: actor, decision } };
    if (decision === 'declined') {
      this.#work.commit((writer) => {
        writer.save(
          withOperation(record, {
            ...decided,
            state: 'failed',
            finishedAt: writer.at,
            problem: NOT_APPROVED,
          }),
        );
        writer.log('operation.not_approved', 'operator', detail);
      });
      return { kind: 'done', view: this.#view() };
    }
    // By what the payment holds now, and as if it had not been asked for before.
    const others = this.#all().filter((entry) => entry.number !== number);
    const earlierMovements = Object.keys(record.attempts[attempt - 1]?.unclaimed ?? {});
    const plan = this.#plan({ kind, amount, attempt }, command.rules, others);
    if ('code' in plan)
      return {
        kind: 'problem',
        problem: { code: plan.code, detail: plan.detail },
        isDecided: false,
        state: null,
      };
    this.#work.commit((writer) => {
      writer.save(
        withOperation(record, {
          ...decided,
          ...plan,
          approval: { ...decided.approval, earlierMovements },
          state: 'running',
          requestedAt: writer.at,
        }),
      );
      writer.log('operation.approved', 'operator', detail);
      this.#watchFrom(writer, number);
    });
    await this.#send(number, command.origin);
    const answer = this.#answerOf(number, false);
    return answer.kind === 'problem'
      ? { kind: 'problem', problem: answer.problem, isDecided: true, state: answer.state }
      : { kind: 'done', view: this.#view() };
  }

  /** Queues the job that reconciles an operation, should its call be interrupted. */
  #watchFrom(writer: Writer, number: number): void {
    writer.queue({
      id: jobId(number),
      kind: 'operation',
      body: JSON.stringify({ number }),
      tries: 0,
      dueAt: this.#work.now() + INTERRUPTED_MS,
      createdAt: writer.at,
    });
  }

  /** Calls the provider, once, for an operation that is recorded as running. */
  async #send(number: number, origin: string): Promise<void> {
    const outcome = await this.#work
      .ports()
      .executeOperation(this.#requestOf(number, origin))
      .catch(
        (cause: unknown): OperationOutcome => ({
          result: 'unknown',
          problem: { ...LOST, detail: `${LOST.detail} (${String(cause)})` },
        }),
      );
    const operation = this.#known(number);
    // The provider's own message may have been faster than its answer.
    if (isUnresolved(operation)) this.#results.finish(operation, outcome, 'provider');
    else this.#results.keep(operation, outcome);
  }

  /** Operations run one at a time, so one that is still running at the beginning of another was interrupted. */
  #endInterrupted(): void {
    for (const { state, number } of this.#all()) if (state === 'running') this.#interrupted(number);
  }

  #known(number: number): RecordedOperation {
    const found = this.#all().find((entry) => entry.number === number);
    if (!found) throw new Error(`there is no operation ${number}`);
    return found;
  }

  #interrupted(number: number): void {
    this.#results.finish(this.#known(number), { result: 'unknown', problem: LOST }, 'countersign');
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
      notMade: operationsOfAttempt(record, operation.attempt).flatMap(({ state, providerReference }) =>
        state === 'failed' && providerReference !== null ? [providerReference] : [],
      ),
      startedAt: attempt.createdAt,
      origin,
    };
  }

  #answerOf(number: number, replayed: boolean): OperationCommandResult {
    const { answerTo } = this.#stored();
    const operation = this.#known(number);
    const made = { operation: number, replayed };
    // The same answer as before, even if the provider has declined meanwhile what it had accepted.
    const answered = answerTo(answerKey(operation.key));
    if (answered) return { kind: 'done', view: JSON.parse(answered.body) as PaymentView, ...made };
    if (operation.state === 'failed' || operation.state === 'unknown') {
      return { kind: 'problem', problem: operation.problem ?? LOST, state: operation.state, ...made };
    }
    return { kind: 'done', view: this.#view(), ...made };
  }

  #view(): PaymentView {
    return viewOf(this.#stored().record, this.#work.payment().version);
  }

  #stored() {
    const { store } = this.#work;
    if (!store.record) throw new Error('there is no payment in this ledger');
    return { record: store.record, answerTo: (key: string) => store.answerTo(key) };
  }

  /** Asks what became of an operation, and settles all that the answer decides. True when its outcome is known now. */
  async #reconcile(number: number): Promise<boolean> {
    if (this.#known(number).state === 'running') this.#interrupted(number);
    const asked = this.#known(number);
    const found = await this.#work
      .ports()
      .lookUpOperation(this.#requestOf(number, ''))
      .catch(() => 'no_answer' as const);
    // Its provider has no query about operations, but perhaps one about the payment.
    if (found === null) await this.#query(asked.attempt);
    // By what the payment holds now: a message may have come during the query.
    else if (found !== 'no_answer') this.#results.settleByBookings(found, asked);
    return !isOpen(this.#known(number));
  }
}

/** The answer to an operation that was not made. */
export function rejected(
  problem: OperationProblem,
): Extract<OperationCommandResult, { readonly kind: 'problem' }> {
  return { kind: 'problem', problem, state: null, operation: null, replayed: false };
}

/** The members of the request in which two operations differ. */
function differing(one: OperationWanted, other: OperationWanted): readonly string[] {
  const names = ['kind', 'amount', 'attempt'] as const;
  return names.filter((name) => one[name] !== other[name]);
}
