/** How a payment changes: one commit for each command, which queues a webhook when the status changes. */
import type { PaymentId } from '../payments/id.ts';
import { type Money, moneyInDetail, moneyMoved, moneyOfAttempts, withMoney } from '../payments/movements.ts';
import type { RecordedOperation } from '../payments/operations.ts';
import type { Status } from '../payments/statuses.ts';
import type { Amounts, Summary } from '../payments/summary.ts';
import { type EventSource, type EventType, FEEDBACK, type PaymentView } from '../payments/types.ts';
import { ATTENTION_JOB, attentionJob } from './attention.ts';
import type { LedgerPorts } from './ports.ts';
import { endedBy, type LedgerRecord, summaryOf } from './record.ts';
import type { Job } from './rows.ts';
import type { Head, Store } from './store.ts';
import { viewOf } from './views.ts';
import type { Writer } from './writer.ts';

/** Events of one type that strangers may cause in one payment. */
const MAX_EVENTS_OF_STRANGERS = 30;

/** Different repeats that are counted between two commits. */
const MAX_KINDS_OF_REPEATS = 50;

interface Repeats {
  readonly type: EventType;
  readonly source: EventSource;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** Who a commit makes a payment for, where it makes one. */
type Identity = Pick<Head, 'shop' | 'requestHash'>;

export class UnitOfWork {
  readonly store: Store;
  readonly #ports: () => LedgerPorts;
  /** Repeats since the last commit, by what is repeated. */
  readonly #repeats = new Map<string, Repeats>();
  /** Those who wait for the next commit. */
  readonly #waiting = new Set<() => void>();

  /** @param ports made anew for each use: what it holds belongs to the Worker, not to the payment. */
  constructor(store: Store, ports: () => LedgerPorts) {
    this.store = store;
    this.#ports = ports;
  }

  now(): number {
    return this.#ports().now();
  }

  ports(): LedgerPorts {
    return this.#ports();
  }

  /** The payment. @throws Error where a command is possible only when there is one. */
  payment() {
    const { record, head } = this.store;
    if (!record || !head) throw new Error('there is no payment in this ledger');
    const { shop, version, seq, hash } = head;
    return { record, shop, version, head: { seq, hash } };
  }

  /** Runs `work` as one commit, the repeats so far with it. */
  commit(work: (writer: Writer) => void, identity?: Identity): void {
    const repeats = [...this.#repeats];
    const ports = this.#ports();
    this.store.commit(
      { now: ports.now(), random: (bytes) => ports.random(bytes) },
      (writer) => {
        for (const [, { type, source, detail, count }] of repeats)
          writer.log(type, source, { ...detail, count });
        this.#workAndAttend(writer, work);
      },
      identity,
    );
    for (const [name] of repeats) this.#repeats.delete(name);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Resolves with the next commit; and what drops it. */
  nextCommit(): [next: Promise<void>, forget: () => void] {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    return [promise, () => this.#waiting.delete(resolve)];
  }

  /** Has what needs a person written again, whatever the directory is known to have. */
  attendAgain(): void {
    const { store } = this;
    const { record } = store;
    if (!record) return;
    const before = store.job(ATTENTION_JOB);
    const at = new Date(this.now()).toISOString();
    const job = attentionJob(record, store.jobs(), before, at) ?? before;
    if (job) this.commit((writer) => writer.queue({ ...job, tries: 0, dueAt: Date.parse(at) }));
  }

  /** Runs `work`, and queues what it changes of what needs a person. */
  #workAndAttend(writer: Writer, work: (writer: Writer) => void): void {
    const { store } = this;
    let saved: LedgerRecord | null = null;
    let isDelivery = false;
    let logged: readonly Money[] = moneyOfAttempts(store.record?.attempts ?? []);
    work({
      ...writer,
      log: (type, source, detail, at) => {
        logged = withMoney(logged, moneyInDetail(detail));
        return writer.log(type, source, detail, at);
      },
      save: (record) => {
        saved = record;
        writer.save(record);
      },
      queue: (job) => {
        isDelivery ||= job.kind === 'delivery';
        writer.queue(job);
      },
    });
    const record = saved ?? store.record;
    // Whatever has moved money, the log has it.
    const unsaid = moneyMoved(logged, moneyOfAttempts(record?.attempts ?? []));
    if (unsaid.length > 0) writer.log('money.moved', 'countersign', { money: unsaid });
    if (!record || (!saved && !isDelivery)) return;
    const job = attentionJob(record, store.jobs(), store.job(ATTENTION_JOB), writer.at);
    if (job) writer.queue(job);
  }

  /** Counts a repeat, for the log; the next commit writes it. */
  countRepeat(type: EventType, source: EventSource, detail: Readonly<Record<string, unknown>>): void {
    const key = JSON.stringify([type, detail]);
    const known = this.#repeats.get(key);
    if (!known && this.#repeats.size >= MAX_KINDS_OF_REPEATS) return;
    this.#repeats.set(key, { type, source, detail, count: (known?.count ?? 0) + 1 });
  }

  /**
   * Logs what a stranger can cause as often as they like: the first ones as events, the rest as counts.
   */
  logBounded(
    writer: Writer,
    type: EventType,
    source: EventSource,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    if (this.isBounded(type)) this.countRepeat(type, source, detail);
    else writer.log(type, source, detail);
  }

  /** Whether there are as many events of a type as strangers may cause. */
  isBounded(type: EventType): boolean {
    return this.store.countOf(type) >= MAX_EVENTS_OF_STRANGERS;
  }

  /** Writes the repeats that are counted, if there are any. */
  writeRepeats(): void {
    if (this.#repeats.size > 0) this.commit(() => {});
  }

  /** Saves a changed record and queues the webhooks that the change calls for. */
  saveMoved(writer: Writer, record: LedgerRecord): void {
    const before = this.store.record ? summaryOf(this.store.record) : null;
    const after = summaryOf(record);
    const saved = { ...record, ...this.#moneyMarks(writer, record, after), updatedAt: writer.at };
    writer.save(saved);
    for (const type of announcements(before, after)) {
      if (type === 'payment.paid_twice') {
        writer.log(type, 'countersign', { paid: after.amounts.paid, asked: record.request.amount });
      }
      if (type === 'payment.chargeback_reversed') writer.log(type, 'countersign', { ...after.chargebacks });
      writer.queue(this.webhookJob(writer.at, type, saved, before?.status ?? null));
    }
    for (const { number, state } of operationsEnded(this.store.record, saved)) {
      writer.queue(this.webhookJob(writer.at, `operation.${state}`, saved, null, `o${number}`));
    }
  }

  /** The payment as its shop will see it when this commit is through. */
  viewAfter(writer: Writer, record: LedgerRecord): PaymentView {
    const marks = this.#moneyMarks(writer, record, summaryOf(record));
    return viewOf({ ...record, ...marks, updatedAt: writer.at }, this.#nextVersion);
  }

  /** What is noted of a payment when its money comes. */
  #moneyMarks(writer: Writer, record: LedgerRecord, after: Summary): Pick<LedgerRecord, 'paidAt' | 'late'> {
    const { record: before } = this.store;
    const isPaid = record.paidAt === undefined && after.amounts.paid >= record.request.amount;
    const hasMoney = ({ amounts }: Summary) => amounts.paid > 0 || amounts.authorized > 0;
    const earlier = before && summaryOf(before);
    const wasOver = before && endedBy(before, Date.parse(writer.at)) !== null;
    const isLate = wasOver && earlier && !hasMoney(earlier) && hasMoney(after);
    return { ...(isPaid && { paidAt: writer.at }), ...(isLate && { late: true }) };
  }

  /** A webhook's id comes from the payment's version, so that a commit that is repeated queues the same message. */
  webhookId(payment: PaymentId, suffix: string): string {
    return `msg_${payment}_${String(this.#nextVersion).padStart(4, '0')}${suffix}`;
  }

  /** The version that a commit makes which changes the record. */
  get #nextVersion(): number {
    return (this.store.head?.version ?? 0) + 1;
  }

  webhookJob(
    at: string,
    type: string,
    record: LedgerRecord,
    previousStatus: Status | null,
    suffix = SUFFIXES[type] ?? 'a',
  ): Job {
    return this.#job({ at, type, suffix }, record, previousStatus === null ? {} : { previousStatus });
  }

  /** The message about a code that has not moved the status: for websites that speak PolyBanking's dialect alone. */
  feedbackJob(at: string, record: LedgerRecord, code: string): Job {
    return this.#job({ at, type: FEEDBACK, suffix: SUFFIXES[FEEDBACK] ?? '' }, record, { code });
  }

  #job(
    { at, type, suffix }: { readonly at: string; readonly type: string; readonly suffix: string },
    record: LedgerRecord,
    more: Readonly<Record<string, string>>,
  ): Job {
    const late = record.late && { late: true };
    return {
      id: this.webhookId(record.id, suffix),
      kind: 'webhook',
      body: JSON.stringify({
        type,
        timestamp: at,
        ...more,
        ...late,
        data: viewOf(record, this.#nextVersion),
      }),
      tries: 0,
      dueAt: Date.parse(at),
      createdAt: at,
    };
  }
}

/** The operations of which a change says what became of them, or that nobody knows. */
function operationsEnded(before: LedgerRecord | null, after: LedgerRecord): readonly RecordedOperation[] {
  return (after.operations ?? []).filter(({ number, state }) => {
    const isAnswer = state === 'succeeded' || state === 'failed' || state === 'unknown';
    return isAnswer && before?.operations?.[number - 1]?.state !== state;
  });
}

/** What distinguishes the webhooks of one version. */
const SUFFIXES: Readonly<Record<string, string>> = {
  'payment.paid_twice': 'b',
  [FEEDBACK]: 'c',
  'payment.conflict': 'd',
  'payment.chargeback_reversed': 'e',
};

function isSame(one: Amounts, other: Amounts): boolean {
  return one.authorized === other.authorized && one.paid === other.paid && one.refunded === other.refunded;
}

/** The webhooks that a change calls for: of the status, and of the amounts under the same status. */
function announcements(before: Summary | null, after: Summary): string[] {
  const types: string[] = [];
  const isMore = (kind: 'made' | 'reversed') => after.chargebacks[kind] > (before?.chargebacks[kind] ?? 0);
  if (before?.status !== after.status || !isSame(before.amounts, after.amounts) || isMore('made'))
    types.push(`payment.${after.status}`);
  if (isMore('reversed')) types.push('payment.chargeback_reversed');
  if (after.paidTwice && !before?.paidTwice) types.push('payment.paid_twice');
  return types;
}
