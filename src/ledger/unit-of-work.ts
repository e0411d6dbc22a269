/** How a payment changes: one commit for each command, which queues a webhook when the status changes. */
import type { PaymentId } from '../payments/id.ts';
import type { Summary } from '../payments/rules.ts';
import type { Status } from '../payments/statuses.ts';
import { FEEDBACK } from '../payments/types.ts';
import type { LedgerPorts } from './ports.ts';
import { type LedgerRecord, summaryOf, viewOf } from './record.ts';
import type { Head, Job, Store, Writer } from './store.ts';

/** Who a commit makes a payment for, where it makes one. */
type Identity = Pick<Head, 'shop' | 'requestHash'>;

export class UnitOfWork {
  readonly store: Store;
  readonly #ports: () => LedgerPorts;
  /** Repeats of updates since the last commit, by the way that they came and by key. */
  readonly #repeats = new Map<
    string,
    { readonly key: string; readonly channel: string; readonly count: number }
  >();

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
  payment(): { readonly record: LedgerRecord; readonly shop: string; readonly version: number } {
    const { record, head } = this.store;
    if (!record || !head) throw new Error('there is no payment in this ledger');
    return { record, shop: head.shop, version: head.version };
  }

  /** Runs `work` as one commit, the repeats so far with it. */
  commit(work: (writer: Writer) => void, identity?: Identity): void {
    const repeats = [...this.#repeats];
    this.store.commit(
      this.now(),
      (writer) => {
        for (const [, repeat] of repeats) writer.log('notification.duplicate', 'provider', repeat);
        work(writer);
      },
      identity,
    );
    for (const [name] of repeats) this.#repeats.delete(name);
  }

  /** Counts a repeat, for the log; the next commit writes it. */
  countRepeat(key: string, channel: string): void {
    const name = `${channel}|${key}`;
    this.#repeats.set(name, { key, channel, count: (this.#repeats.get(name)?.count ?? 0) + 1 });
  }

  /** Writes the repeats that are counted, if there are any. */
  writeRepeats(): void {
    if (this.#repeats.size > 0) this.commit(() => {});
  }

  /** Saves a changed record and queues the webhooks that the change calls for. */
  saveMoved(writer: Writer, record: LedgerRecord): void {
    const before = this.store.record ? summaryOf(this.store.record) : null;
    const saved = { ...record, updatedAt: writer.at };
    const after = summaryOf(saved);
    writer.save(saved);
    for (const type of announcements(before, after)) {
      if (type === 'payment.paid_twice') {
        writer.log(type, 'countersign', { paid: after.amounts.paid, asked: record.request.amount });
      }
      writer.queue(this.webhookJob(writer.at, type, saved, before?.status ?? null));
    }
  }

  /** A webhook's id comes from the payment's version, so that a commit that is repeated queues the same message. */
  webhookId(payment: PaymentId, type: string): string {
    const version = (this.store.head?.version ?? 0) + 1;
    const suffix = SUFFIXES[type] ?? 'a';
    return `msg_${payment}_${String(version).padStart(4, '0')}${suffix}`;
  }

  webhookJob(at: string, type: string, record: LedgerRecord, previousStatus: Status | null): Job {
    return this.#job(at, type, record, previousStatus === null ? {} : { previousStatus });
  }

  /** The message about a code that has not moved the status: for websites that speak PolyBanking's dialect alone. */
  feedbackJob(at: string, record: LedgerRecord, code: string): Job {
    return this.#job(at, FEEDBACK, record, { code });
  }

  #job(at: string, type: string, record: LedgerRecord, more: Readonly<Record<string, string>>): Job {
    return {
      id: this.webhookId(record.id, type),
      kind: 'webhook',
      body: JSON.stringify({ type, timestamp: at, ...more, data: viewOf(record) }),
      tries: 0,
      dueAt: Date.parse(at),
      createdAt: at,
    };
  }
}

/** What distinguishes the webhooks of one version. */
const SUFFIXES: Readonly<Record<string, string>> = { 'payment.paid_twice': 'b', [FEEDBACK]: 'c' };

/** The webhooks that a change calls for. */
function announcements(before: Summary | null, after: Summary): string[] {
  const types: string[] = [];
  if (before?.status !== after.status) types.push(`payment.${after.status}`);
  if (after.paidTwice && !before?.paidTwice) types.push('payment.paid_twice');
  return types;
}
