/**
 * What a provider is asked about a payment: because something hints at news, because its protocol wants it, or because
 * it has been silent for long. A question is a job of the outbox, asked until there is an answer.
 */
import { moneyOf, summarize } from '../payments/rules.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { HintCommand, HintResult, StatusQueryRequest } from './commands.ts';
import type { LedgerRecord } from './record.ts';
import type { Job, Writer } from './store.ts';
import type { UnitOfWork } from './unit-of-work.ts';

type Hint = Readonly<Record<string, string>>;

/** Hints make no more than a question in this time. */
const HINT_PAUSE_MS = 1000;

/** Questions that may wait for their answer at one time; whoever sends more hints has to come again. */
const MAX_QUERIES = 16;

/** The name of the job that asks about an attempt. */
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

  /** What there is to ask about an attempt; null: there is no such attempt. */
  requestFor(record: LedgerRecord, number: number, queueHint: Hint = {}): StatusQueryRequest | null {
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
      hint: queueHint,
      known: moneyOf(attempt.state),
    };
  }

  /** Queues a question for a time (milliseconds since 1970); none for null. */
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

  /** Whether a question about an attempt is queued, none of a hint. */
  isQueued(number: number): boolean {
    return Boolean(this.#work.store.job(queryId(number, {}))?.dueAt);
  }

  /** A trip that has brought its money is not asked about on schedule any more; a question on its way has its own end. */
  queryNoMore(writer: Writer, { attempts }: LedgerRecord, number: number): void {
    const attempt = attempts[number - 1];
    const job = this.#work.store.job(queryId(number, {}));
    if (!attempt || !job?.dueAt || job.dueAt <= this.#work.now()) return;
    if (summarize(attempt.amount, [attempt.state]).status === 'paid') writer.queue({ ...job, dueAt: null });
  }

  /** Takes a hint: the provider is asked, at once and until it says something. */
  takeHint(command: HintCommand): HintResult {
    const { record } = this.#work.store;
    if (record?.attempts[command.attempt - 1]?.account !== command.account) return 'unknown';
    return this.hint(record, command);
  }

  /** Each hint has a question of its own: a later one, which anybody may have sent, must not take its place. */
  hint(record: LedgerRecord, { attempt, hint }: HintCommand): Exclude<HintResult, 'unknown'> {
    const { store } = this.#work;
    const now = this.#work.now();
    const due = store.job(queryId(attempt, hint))?.dueAt ?? null;
    if (due !== null && due > now && due <= now + HINT_PAUSE_MS) return 'taken';
    if (due === null && store.pendingJobs().filter(isQuery).length >= MAX_QUERIES) return 'busy';
    // A question that is on its way may have been answered before this news: it is asked once more.
    const isUnderWay = due !== null && due <= now;
    this.#work.commit((writer) => {
      writer.log('confirm.requested', 'provider', { attempt });
      this.queryLater(writer, record, attempt, isUnderWay ? now + HINT_PAUSE_MS : now, hint);
    });
    return 'taken';
  }
}
