/**
 * Captures, cancels and refunds: each is recorded, then executed once, then concluded. A payment has one operation at a
 * time: another one waits its turn. An operation that a crash interrupted, or whose answer was lost, is unknown: it is
 * reconciled, and never executed again.
 */
import {
  isOpen,
  isUnresolved,
  type OperationProblem,
  planOperation,
  type RecordedOperation,
} from '../payments/operations.ts';
import type { PaymentView } from '../payments/types.ts';
import type {
  ConcludeCommand,
  ConcludeResult,
  OperationCommand,
  OperationCommandResult,
  OperationOutcome,
  OperationRequest,
} from './commands.ts';
import { answerKey, jobId, type OperationResults, RECONCILE_PAUSES_MS } from './operation-results.ts';
import { viewOf } from './record.ts';
import type { Job } from './store.ts';
import type { UnitOfWork } from './unit-of-work.ts';

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
    if (isUnresolved(operation)) this.#results.finish(operation, outcome, 'provider');
    else this.#results.keep(operation, outcome);
    return this.#answerOf(number, false);
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
    return { kind: 'done', view: viewOf(record, this.#work.payment().version), replayed };
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

function rejected(code: OperationProblem['code'], detail: string): OperationCommandResult {
  return { kind: 'problem', problem: { code, detail } };
}
