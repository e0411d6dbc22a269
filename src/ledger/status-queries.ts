/**
 * What a provider is asked about a payment: because something hints at news, because its protocol wants it, or because
 * it has been silent for long. A question is a job of the outbox, asked until there is an answer.
 */
import { moneyOf, summarize } from '../payments/rules.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { HintCommand, HintResult, Inquiry } from './commands.ts';
import type { LedgerRecord } from './record.ts';
import type { Job, Writer } from './store.ts';
import type { Changes } from './unit-of-work.ts';

type Hint = Readonly<Record<string, string>>;

/** Hints make no more than a question in this time. */
const HINT_PAUSE_MS = 1000;

/** Questions that may wait for their answer at one time; whoever sends more hints has to come again. */
const MAX_QUESTIONS = 16;

/** The name of the job that asks about an attempt. */
function questionId(attempt: number, hint: Hint): string {
  const about = Object.keys(hint).length > 0 ? JSON.stringify(hint) : '';
  return `confirm_${attempt}${about && `_${hex(digests.sha256(utf8(about))).slice(0, 16)}`}`;
}

function isQuestion({ kind }: Job): boolean {
  return kind === 'confirm';
}

export class Questions {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** What there is to ask about an attempt; null: there is no such attempt. */
  inquiry(record: LedgerRecord, number: number, hint: Hint = {}): Inquiry | null {
    const attempt = record.attempts[number - 1];
    if (!attempt) return null;
    return {
      id: record.id,
      shop: this.#changes.store.head?.shop ?? '',
      attempt: number,
      account: attempt.account,
      amount: attempt.amount,
      currency: record.request.currency,
      capture: attempt.capture,
      memo: attempt.memo ?? {},
      startedAt: attempt.createdAt,
      hint,
      known: moneyOf(attempt.state),
    };
  }

  /** Queues a question for a time (milliseconds since 1970); none for null. */
  askLater(
    writer: Writer,
    record: LedgerRecord,
    number: number,
    at: number | null,
    hint: Hint = {},
    how: Pick<Inquiry, 'once'> = {},
  ): void {
    const inquiry = this.inquiry(record, number, hint);
    if (at === null || !inquiry) return;
    writer.queue({
      id: questionId(number, hint),
      kind: 'confirm',
      body: JSON.stringify({ ...inquiry, ...how }),
      tries: 0,
      dueAt: at,
      createdAt: writer.at,
    });
  }

  /** Whether a question about an attempt is queued, none of a hint. */
  isAsking(number: number): boolean {
    return Boolean(this.#changes.store.job(questionId(number, {}))?.dueAt);
  }

  /** A trip that has brought its money is not asked about on schedule any more; a question on its way has its own end. */
  askNoMore(writer: Writer, { attempts }: LedgerRecord, number: number): void {
    const attempt = attempts[number - 1];
    const job = this.#changes.store.job(questionId(number, {}));
    if (!attempt || !job?.dueAt || job.dueAt <= this.#changes.now()) return;
    if (summarize(attempt.amount, [attempt.state]).status === 'paid') writer.queue({ ...job, dueAt: null });
  }

  /** Takes a hint: the provider is asked, at once and until it says something. */
  hinted(command: HintCommand): HintResult {
    const { record } = this.#changes.store;
    if (record?.attempts[command.attempt - 1]?.account !== command.account) return 'unknown';
    return this.hint(record, command);
  }

  /** Each hint has a question of its own: a later one, which anybody may have sent, must not take its place. */
  hint(record: LedgerRecord, { attempt, hint }: HintCommand): Exclude<HintResult, 'unknown'> {
    const { store } = this.#changes;
    const now = this.#changes.now();
    const due = store.job(questionId(attempt, hint))?.dueAt ?? null;
    if (due !== null && due > now && due <= now + HINT_PAUSE_MS) return 'taken';
    if (due === null && store.pendingJobs().filter(isQuestion).length >= MAX_QUESTIONS) return 'busy';
    // A question that is on its way may have been answered before this news: it is asked once more.
    const isUnderWay = due !== null && due <= now;
    this.#changes.commit((writer) => {
      writer.log('confirm.requested', 'provider', { attempt });
      this.askLater(writer, record, attempt, isUnderWay ? now + HINT_PAUSE_MS : now, hint);
    });
    return 'taken';
  }
}
