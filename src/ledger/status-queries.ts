/**
 * Status queries: because of a hint, because the provider's protocol wants one, or because there was no result for too
 * long. A status query is a job of the outbox, repeated until there is a result.
 */
import { moneyOf, summarize } from '../payments/rules.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { HintCommand, HintResult, StatusQueryRequest } from './commands.ts';
import type { LedgerRecord } from './record.ts';
import type { Job, Writer } from './store.ts';
import type { UnitOfWork } from './unit-of-work.ts';

type Hint = Readonly<Record<string, string>>;

/** Repeats of one hint cause at most one status query in this time. */
const HINT_PAUSE_MS = 1000;

/** Status queries that may wait at one time. A hint beyond that is turned away, for its sender to repeat. */
const MAX_QUERIES = 16;

/** The id of the job that queries an attempt. */
function queryId(attempt: number, hint: Hint): string {
  const about = Object.keys(hint).length > 0 ? JSON.stringify(hint) : '';
  return `confirm_${attempt}${about && `_${hex(digests.sha256(utf8(about))).slice(0, 16)}`}`;
}

function isQuery({ kind }: Job): boolean {
  return kind === 'confirm';
}

export class StatusQueries {
  readonly #work: UnitOfWork;

  constructor(work: UnitOfWork) {
    this.#work = work;
  }

  /** A status query about an attempt; null: there is no such attempt. */
  requestFor(record: LedgerRecord, number: number, hint: Hint = {}): StatusQueryRequest | null {
    const attempt = record.attempts[number - 1];
    if (!attempt) return null;
    return {
      id: record.id,
      shop: this.#work.store.head?.shop ?? '',
      attempt: number,
      account: attempt.account,
      amount: attempt.amount,
      currency: record.request.currency,
      capture: attempt.capture,
      providerState: attempt.providerState ?? {},
      startedAt: attempt.createdAt,
      hint,
      known: moneyOf(attempt.state),
    };
  }

  /** Queues a status query for a time (milliseconds since 1970); none for null. */
  queryLater(
    writer: Writer,
    record: LedgerRecord,
    number: number,
    at: number | null,
    hint: Hint = {},
    how: Pick<StatusQueryRequest, 'once'> = {},
  ): void {
    const request = this.requestFor(record, number, hint);
    if (at === null || !request) return;
    writer.queue({
      id: queryId(number, hint),
      kind: 'confirm',
      body: JSON.stringify({ ...request, ...how }),
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

  /** Takes a hint: the provider is queried at once, and again until it has a result. */
  takeHint(command: HintCommand): HintResult {
    const { record } = this.#work.store;
    if (record?.attempts[command.attempt - 1]?.account !== command.account) return 'unknown';
    return this.hint(record, command);
  }

  /** Queues the status query of a hint. Each hint has its own, because anybody can send another hint to displace it. */
  hint(record: LedgerRecord, { attempt, hint }: HintCommand): Exclude<HintResult, 'unknown'> {
    const { store } = this.#work;
    const now = this.#work.now();
    const due = store.job(queryId(attempt, hint))?.dueAt ?? null;
    if (due !== null && due > now && due <= now + HINT_PAUSE_MS) return 'taken';
    if (due === null && store.pendingJobs().filter(isQuery).length >= MAX_QUERIES) return 'busy';
    // A query that is running may have been answered before this hint was sent: it is repeated.
    const isUnderWay = due !== null && due <= now;
    this.#work.commit((writer) => {
      writer.log('confirm.requested', 'provider', { attempt });
      this.queryLater(writer, record, attempt, isUnderWay ? now + HINT_PAUSE_MS : now, hint);
    });
    return 'taken';
  }
}
