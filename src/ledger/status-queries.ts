/**
 * Status queries: because of a hint, because the provider's protocol wants one, or because there was no result for too
 * long. A status query is a job of the outbox, repeated until there is a result.
 */
import { moneyOf } from '../payments/rules.ts';
import { NOTHING_TO_PAY } from '../payments/statuses.ts';
import { summarize } from '../payments/summary.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { isInProcess, takesNoMore } from './attempts.ts';
import type { HintCommand, HintResult, ReturnQuery, StatusQueryRequest } from './commands.ts';
import { type QueuedQuery, queuedQuery } from './outbox.ts';
import { type LedgerRecord, summaryOf } from './record.ts';
import type { Job } from './rows.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Writer } from './writer.ts';

type Hint = Readonly<Record<string, string>>;

/** Repeats of one hint cause at most one status query in this time. */
const HINT_PAUSE_MS = 1000;

/** Hints of their own query that may wait at one time for their first answer. */
const MAX_QUERIES = 16;

/**
 * Of what can be asked only with what a hint names (SIPS 1 while its bridge is down), more may wait: one more each time this has passed
 * since the newest. Made-up ones keep the genuine one out for so long and no longer.
 */
const ONE_MORE_AFTER_MS = 10_000;

/** So many of them wait at most. Beyond it the one that was tried most often makes room. */
const MAX_ALONE = 200;

/** A return that proves nothing has its provider asked at most once in this time, for each attempt. */
const RETURN_PAUSE_MS = 10_000;

/** Queries that may take the shopper's money in that time: a card that is declined may be entered again. */
const MAX_CLAIMS = 3;

/** After this time without an outcome, the ledger itself looks up what came of a query that takes money. */
const SPENDING_MS = 60_000;

/** The id of the job that looks up what came of a query that takes money. */
function spendingId(attempt: number): string {
  return `confirm_${attempt}_spends`;
}

function isSpending({ id, kind }: Job): boolean {
  return kind === 'confirm' && id.endsWith('_spends');
}

/** Whether the whole of an attempt is still to be paid: what is held counts as taken, what was refunded too. */
function isLeftToPay(record: LedgerRecord, number: number): boolean {
  const { attempts, request } = record;
  const taken = attempts
    .map(({ state }) => moneyOf(state))
    .reduce((total, { authorized, paid }) => total + Math.max(authorized, paid), 0);
  const asked = attempts[number - 1]?.amount ?? 0;
  const { status } = summaryOf(record);
  // What is in process at a bank may still be paid.
  if (attempts.some(isInProcess) || NOTHING_TO_PAY.has(status) || attempts.some(takesNoMore)) return false;
  return asked > 0 && taken + asked <= request.amount;
}

/** The id of the job that queries an attempt. */
function queryId(attempt: number, hint: Hint): string {
  const about = Object.keys(hint).length > 0 ? JSON.stringify(hint) : '';
  return `confirm_${attempt}${about && `_${hex(digests.sha256(utf8(about))).slice(0, 16)}`}`;
}

/** Whether the provider has answered a query before, and had no result yet. */
function isAnswered(job: Job): boolean {
  return queuedQuery(job).answered ?? false;
}

/** Whether it is a status query because of a hint that carries something. */
function isHinted({ id, kind }: Job): boolean {
  return kind === 'confirm' && /^confirm_\d+_[0-9a-f]{16}$/.test(id);
}

function mostTried(jobs: readonly Job[]): Job | null {
  return jobs.toSorted((a, b) => b.tries - a.tries)[0] ?? null;
}

/** When the newest of some jobs was queued, in milliseconds since 1970. */
function newestOf(jobs: readonly Job[]): number {
  return Math.max(...jobs.map(({ createdAt }) => Date.parse(createdAt)));
}

export class StatusQueries {
  readonly #work: UnitOfWork;
  /** When queries were claimed that may take money (milliseconds since 1970). */
  #claimedAt: number[] = [];
  /** When the provider was last asked because of a return, by attempt (milliseconds since 1970). */
  readonly #askedAt = new Map<number, number>();

  /** The ids of the queries that are being made. */
  readonly #running = new Set<string>();

  constructor(work: UnitOfWork) {
    this.#work = work;
  }

  /** Makes a query, of which it is known meanwhile that it is under way. @param id of its job. */
  async whileRunning<Outcome>(id: string, make: () => Promise<Outcome>): Promise<Outcome> {
    this.#running.add(id);
    try {
      return await make();
    } finally {
      this.#running.delete(id);
    }
  }

  /** A status query about an attempt; null: there is no such attempt. */
  requestFor(record: LedgerRecord, number: number, hint: Hint = {}): StatusQueryRequest | null {
    const attempt = record.attempts[number - 1];
    if (!attempt) return null;
    return {
      id: record.id,
      attempt: number,
      account: attempt.account,
      ...(attempt.order !== undefined && { order: attempt.order }),
      amount: attempt.amount,
      currency: record.request.currency,
      capture: attempt.capture,
      providerState: attempt.providerState ?? {},
      startedAt: attempt.createdAt,
      hint,
      known: moneyOf(attempt.state),
    };
  }

  /** What a queued status query is made with, by what is known of its attempt now; null: there is no such attempt. */
  requestOf(record: LedgerRecord, job: Job): StatusQueryRequest | null {
    const { attempt, hint, spends } = queuedQuery(job);
    const request = this.requestFor(record, attempt, hint);
    return request && { ...request, ...(spends && { spends }) };
  }

  /**
   * The status query because of a return that proves nothing: now, or later where the provider was asked because of another one
   * just now; null: there is no such attempt.
   */
  ofReturn(record: LedgerRecord, attempt: number): ReturnQuery | null {
    const request = this.requestFor(record, attempt);
    if (!request) return null;
    const now = this.#work.now();
    const notBefore = (this.#askedAt.get(attempt) ?? -RETURN_PAUSE_MS) + RETURN_PAUSE_MS;
    if (now < notBefore) return { kind: 'later', attempt, notBefore };
    this.#askedAt.set(attempt, now);
    return { kind: 'now', request };
  }

  /** Queues a status query for a time (milliseconds since 1970); none for null. */
  queryLater(
    writer: Writer,
    record: LedgerRecord,
    number: number,
    at: number | null,
    hint: Hint = {},
    how: Pick<QueuedQuery, 'once'> = {},
  ): void {
    if (at === null || !record.attempts[number - 1]) return;
    const queued: QueuedQuery = { attempt: number, hint, ...how };
    writer.queue({
      id: queryId(number, hint),
      kind: 'confirm',
      body: JSON.stringify(queued),
      tries: 0,
      dueAt: at,
      createdAt: writer.at,
    });
  }

  /** Whether a status query without a hint is queued for an attempt. */
  isQueued(number: number): boolean {
    return Boolean(this.#work.store.job(queryId(number, {}))?.dueAt);
  }

  /** Cancels the scheduled status query of an attempt that is paid. A query that is running ends by itself. */
  queryNoMore(writer: Writer, { attempts }: LedgerRecord, number: number): void {
    const attempt = attempts[number - 1];
    const job = this.#work.store.job(queryId(number, {}));
    if (!attempt || !job?.dueAt || job.dueAt <= this.#work.now()) return;
    if (summarize(attempt.amount, [attempt.state]).status === 'paid') writer.queue({ ...job, dueAt: null });
  }

  /**
   * The status query of a hint that takes the shopper's money, for the caller to make once and at once; null: it must not be
   * made, because less than the attempt is left to pay, or the outcome of another one of this payment is not known. Until an
   * outcome is recorded (`spent`) it holds its place; the ledger looks up what came of it, and never spends itself.
   */
  claim(record: LedgerRecord, number: number): StatusQueryRequest | null {
    const { store } = this.#work;
    const request = this.requestFor(record, number);
    if (!request || store.pendingJobs().some(isSpending) || !isLeftToPay(record, number)) return null;
    const now = this.#work.now();
    this.#claimedAt = this.#claimedAt.filter((at) => at > now - RETURN_PAUSE_MS);
    if (this.#claimedAt.length >= MAX_CLAIMS) return null;
    this.#claimedAt.push(now);
    const queued: QueuedQuery = { attempt: number, hint: {}, spends: true };
    this.#work.commit((writer) => {
      writer.log('confirm.requested', 'shopper', { attempt: number });
      writer.queue({
        id: spendingId(number),
        kind: 'confirm',
        body: JSON.stringify(queued),
        tries: 0,
        dueAt: this.#work.now() + SPENDING_MS,
        createdAt: writer.at,
      });
    });
    return { ...request, spends: true };
  }

  /** A query that might take money has come to an outcome: the next one may. */
  spent(writer: Writer, number: number): void {
    const job = this.#work.store.job(spendingId(number));
    if (!job?.dueAt) return;
    writer.log('confirm.succeeded', 'countersign', { attempt: number, try: job.tries + 1 });
    writer.queue({ ...job, tries: job.tries + 1, dueAt: null });
  }

  /** Takes a hint: the provider is queried at once, and again until it has a result. */
  takeHint(command: HintCommand): HintResult {
    const { record } = this.#work.store;
    if (record?.attempts[command.attempt - 1]?.account !== command.account) return 'unknown';
    return this.hint(record, command);
  }

  /**
   * Queues the status query of a hint. Hints that name what their query needs have one each, because anybody can send another hint to
   * displace it. Where too many wait, the query is about the attempt alone, so that those that were made up keep no other one out; where
   * nothing can be asked about that, the sender has to come again a few seconds later.
   */
  hint(record: LedgerRecord, command: HintCommand): Exclude<HintResult, 'unknown'> {
    const { attempt, hint, alone, notBefore } = command;
    const { store } = this.#work;
    const now = Math.max(this.#work.now(), notBefore ?? 0);
    const due = store.job(queryId(attempt, hint))?.dueAt ?? null;
    // A query that is running may have been answered before this hint was sent: it is repeated. One that is about to run is not put
    // off, however many hints come meanwhile.
    const isRunning = this.#running.has(queryId(attempt, hint));
    const isSoon = due !== null && due <= now + HINT_PAUSE_MS;
    if (isSoon && (!isRunning || due > now)) return 'taken';
    const waiting = store.pendingJobs().filter(isHinted);
    const isNamed = Object.keys(hint).length > 0;
    if (isNamed && due === null && waiting.length >= MAX_QUERIES) {
      // One that has had an answer, and waits to be repeated, makes room.
      const answered = mostTried(waiting.filter(isAnswered));
      if (!answered && !alone) return this.hint(record, { ...command, hint: {} });
      if (!answered && this.#work.now() < newestOf(waiting) + ONE_MORE_AFTER_MS) return 'busy';
      const leaving = answered ?? (waiting.length >= MAX_ALONE ? mostTried(waiting) : null);
      if (leaving) this.#work.commit((writer) => writer.queue({ ...leaving, dueAt: null }));
    }
    this.#work.commit((writer) => {
      this.#work.logBounded(writer, 'confirm.requested', 'provider', { attempt });
      this.queryLater(writer, record, attempt, isRunning ? now + HINT_PAUSE_MS : now, hint);
    });
    return 'taken';
  }
}
