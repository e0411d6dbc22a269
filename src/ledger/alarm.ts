/**
 * One run of the alarm: it does everything that is due, side by side, until nothing more is due. What answers slowly holds up only what goes the same
 * way: one message at a time goes to each endpoint, one operation at a time is reconciled, a few status queries are made at a time.
 * Each outcome is committed as it comes. What is queued meanwhile begins at once.
 */
import { isUnavailable } from '../payments/errors.ts';
import { nextPause, POSTPONED_PAUSES } from '../payments/retries.ts';
import { attentionIn } from './attention.ts';
import type { ApplyUpdateCommand } from './commands.ts';
import { deliveryId, deliveryOf, recordSending, type Sending, sendingsOf } from './deliveries.ts';
import type { Ending } from './ending.ts';
import type { Operations } from './operations.ts';
import { isQueuedAnew, type JobOutcome, recordOutcome, runQuery, send } from './outbox.ts';
import type { LedgerPorts } from './ports.ts';
import type { Job, PendingJob } from './rows.ts';
import type { StatusQueries } from './status-queries.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Writer } from './writer.ts';

/** Status queries that are made at one time. */
const MOST_QUERIES = 6;

/** How the names of status queries begin among what is under way. */
const QUERY = 'query ';

interface Parts {
  readonly work: UnitOfWork;
  readonly statusQueries: StatusQueries;
  readonly operations: Operations;
  readonly ending: Ending;
  applyUpdate(command: ApplyUpdateCommand): unknown;
}

/** A message that is due, and the endpoints that have not had it. */
interface Spread {
  readonly row: Job;
  readonly left: Map<string, Sending>;
}

export class AlarmRun {
  readonly #parts: Parts;
  readonly #ports: LedgerPorts;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #spread = new Map<string, Spread>();
  #outcomes: JobOutcome[] = [];

  constructor(parts: Parts, ports: LedgerPorts) {
    this.#parts = parts;
    this.#ports = ports;
  }

  /** @param onRound called whenever something may have changed. */
  async run(onRound: () => void): Promise<void> {
    const { work } = this.#parts;
    try {
      for (;;) {
        this.#begin();
        onRound();
        if (this.#underWay.size === 0) return;
        const [changed, forget] = work.nextCommit();
        await Promise.race([...this.#underWay.values(), changed]);
        forget();
        this.#record();
      }
    } finally {
      // An alarm that goes off again must not meet what this one has begun.
      await Promise.allSettled(this.#underWay.values());
    }
  }

  // --- What is begun --------------------------------------------------------------------------------------

  #due(): PendingJob[] {
    const { store } = this.#parts.work;
    return store.dueJobs(this.#ports.now());
  }

  #begin(): void {
    for (const job of this.#due()) if (job.kind === 'expiry') this.#parts.ending.expire(job);
    for (const job of this.#due()) this.#beginJob(job);
    for (const [id, { row, left }] of this.#spread) {
      if (isQueuedAnew(row, this.#parts.work.store.job(id))) this.#spread.delete(id);
      else for (const sending of left.values()) this.#beginSending(sending);
    }
  }

  /** Does one thing of a name at a time. What it throws ends the run. */
  #start(name: string, make: () => Promise<JobOutcome | null>): void {
    if (this.#underWay.has(name)) return;
    const running = make().then((outcome) => {
      if (outcome) this.#outcomes.push(outcome);
    });
    this.#underWay.set(
      name,
      running.finally(() => this.#underWay.delete(name)),
    );
  }

  #beginJob(job: PendingJob): void {
    const { operations, statusQueries } = this.#parts;
    switch (job.kind) {
      case 'expiry':
        break;
      case 'operation':
        this.#start('operation', () => operations.watch(job).then(() => null));
        break;
      case 'confirm':
        if (this.#isRoomForQuery())
          this.#start(`${QUERY}${job.id}`, () =>
            statusQueries.whileRunning(job.id, () =>
              runQuery(job, statusQueries.requestOf(this.#parts.work.payment().record, job), this.#ports),
            ),
          );
        break;
      case 'attention':
        this.#start(job.id, () => this.#tellAttention(job));
        break;
      case 'webhook':
        if (!this.#spread.has(job.id)) this.#start(job.id, () => this.#findEndpoints(job));
        break;
      case 'delivery':
        this.#beginDelivery(job);
        break;
    }
  }

  #isRoomForQuery(): boolean {
    return [...this.#underWay.keys()].filter((name) => name.startsWith(QUERY)).length < MOST_QUERIES;
  }

  #beginDelivery(row: Job): void {
    const state = deliveryOf(row);
    const message = state && this.#parts.work.store.job(state.webhook);
    if (message) this.#beginSending({ message, endpoint: state.endpoint, tries: row.tries, row });
  }

  async #findEndpoints(message: Job): Promise<JobOutcome | null> {
    const { work } = this.#parts;
    const { shop } = work.payment();
    let endpoints: readonly string[];
    try {
      endpoints = await this.#ports.webhookEndpoints(shop, message.body);
    } catch (cause) {
      return { kind: isUnavailable(cause) ? 'postponed' : 'unreadable', job: message, error: String(cause) };
    }
    const sendings = sendingsOf(message, endpoints, work.store.jobs());
    if (sendings.length === 0) return { kind: 'unwanted', job: message };
    this.#spread.set(message.id, {
      row: message,
      left: new Map(sendings.map((sending) => [sending.endpoint, sending])),
    });
    return null;
  }

  #beginSending(sending: Sending): void {
    const { shop } = this.#parts.work.payment();
    this.#start(`endpoint ${sending.endpoint}`, () => send(sending, this.#ports, shop));
  }

  async #tellAttention(job: Job): Promise<JobOutcome> {
    const { record, shop } = this.#parts.work.payment();
    try {
      await this.#ports.tellAttention({ payment: record.id, shop, items: attentionIn(job) });
      return { kind: 'attention', job, isTold: true };
    } catch (error) {
      console.error({ event: 'ledger.attention_failed', payment: record.id, error: String(error) });
      return { kind: 'attention', job, isTold: false };
    }
  }

  // --- What came of it ------------------------------------------------------------------------------------

  #record(): void {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    if (outcomes.length === 0) return;
    // Updates are committed before their job ends: a crash in between repeats a query and loses no update.
    for (const done of outcomes) {
      if (done.kind === 'confirm')
        for (const command of done.outcome.commands ?? []) this.#parts.applyUpdate(command);
    }
    const { work } = this.#parts;
    work.commit((writer) => {
      for (const outcome of outcomes) {
        if (outcome.kind === 'sending') this.#recordSending(writer, outcome);
        else
          recordOutcome(
            writer,
            {
              ports: this.#ports,
              current: work.store.job(outcome.job.id),
              now: this.#ports.now(),
              isBounded: (type) => work.isBounded(type),
            },
            outcome,
          );
      }
    });
  }

  #recordSending(
    writer: Writer,
    { sending, outcome }: Extract<JobOutcome, { readonly kind: 'sending' }>,
  ): void {
    const { store } = this.#parts.work;
    const { row, message, endpoint } = sending;
    if (isQueuedAnew(row, store.job(row.id))) return;
    const now = this.#ports.now();
    if (outcome === null) writer.queue(this.#postponed(sending, now));
    const spread = row.kind === 'webhook' ? this.#spread.get(message.id) : undefined;
    spread?.left.delete(endpoint);
    const isLast = spread?.left.size === 0;
    if (outcome)
      recordSending(writer, { ports: this.#ports, now, jobs: store.jobs(), isLast }, sending, outcome);
    if (!isLast) return;
    this.#spread.delete(message.id);
    writer.queue({ ...row, tries: row.tries + 1, dueAt: null });
  }

  /** The row of an endpoint whose message our own storage kept from being sent. It does not count as a try. */
  #postponed({ message, endpoint, tries, row }: Sending, now: number): Job {
    const dueAt = now + nextPause(POSTPONED_PAUSES, 1, this.#ports.random);
    if (row.kind === 'delivery') return { ...row, dueAt };
    const state = { webhook: message.id, endpoint, status: null, error: null, isAbandoned: false };
    return {
      id: deliveryId(message.id, endpoint),
      kind: 'delivery',
      body: JSON.stringify(state),
      tries,
      dueAt,
      createdAt: message.createdAt,
    };
  }
}
