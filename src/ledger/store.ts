/**
 * The ledger's SQL, all of it. Writes go through `commit`, which is one transaction with the alarm in it: what a
 * command changes, logs and queues is there together or not at all.
 */
import type { Reply } from '../payments/provider-update.ts';
import { type EventPage, type EventType, FEEDBACK, type PaymentEvent } from '../payments/types.ts';
import { isForWebsite, type WebsiteMessage } from '../payments/website-messages.ts';
import { hex } from '../signing/bytes.ts';
import { detailHash, eventHash, GENESIS, SALT_BYTES } from './chain.ts';
import type { LedgerRecord } from './record.ts';
import {
  type EventRow,
  type Exchange,
  eventOf,
  isNewer,
  isPending,
  type Job,
  type JobRow,
  jobOf,
  type PendingJob,
} from './rows.ts';
import { createTables, migrate, SCHEMA } from './schema.ts';
import type { CommitPorts, Writer } from './writer.ts';

export interface Head {
  readonly version: number;
  readonly shop: string;
  readonly requestHash: string;
  readonly seq: number;
  readonly hash: string;
}

/** The response that a notification got, stored for its repeats. */
export type Answer = Reply;

/** Exchanges that are kept of a payment: the newest. */
const MOST_EXCHANGES = 30;

type PaymentRow = {
  readonly schema: number;
  readonly version: number;
  readonly shop: string;
  readonly request_hash: string;
  readonly seq: number;
  readonly head: string;
  readonly record: string;
};

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

export class Store {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #record: LedgerRecord | null = null;
  #head: Head | null = null;
  /**
   * What the tables hold, read once and kept in step; null: not read yet. An object lives for a few commands, so that
   * preparing a query for each would cost more than all its rows.
   */
  #answers: Map<string, Answer> | null = null;
  /** Without the status queries that are done: hints, which anybody can send, must not fill the memory. */
  #jobs: Map<string, Job> | null = null;
  /** When the alarm is set; undefined until it is known. */
  #alarmAt: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    if (this.#exists()) this.#load();
  }

  /** Looking at an object that holds no payment must not make one: tables come with the first commit. */
  #exists(): boolean {
    return this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'payment'").toArray().length > 0;
  }

  #load(): void {
    const stored = this.#row();
    if (!stored) return;
    if (stored.schema > SCHEMA) {
      // Read under today's names, a newer record would be misread, and then overwritten.
      throw new Error(
        `this payment was written by a newer version (schema ${stored.schema}, here ${SCHEMA})`,
      );
    }
    const row = stored.schema < SCHEMA ? this.#migrated(stored) : stored;
    this.#record = JSON.parse(row.record) as LedgerRecord;
    this.#head = {
      version: row.version,
      shop: row.shop,
      requestHash: row.request_hash,
      seq: row.seq,
      hash: row.head,
    };
  }

  #row(): PaymentRow | undefined {
    return this.#sql.exec<PaymentRow>('SELECT * FROM payment').toArray()[0];
  }

  #migrated(row: PaymentRow): PaymentRow {
    this.#storage.transactionSync(() => {
      migrate(this.#sql, row.schema);
      this.#sql.exec('UPDATE payment SET schema = ?', SCHEMA);
    });
    return this.#row() ?? row;
  }

  get record(): LedgerRecord | null {
    return this.#record;
  }

  get head(): Head | null {
    return this.#head;
  }

  answerTo(key: string): Answer | null {
    return this.#answersByKey().get(key) ?? null;
  }

  #answersByKey(): Map<string, Answer> {
    this.#answers ??= new Map(
      this.#sql
        .exec<{ key: string; status: number; headers: string; body: string }>('SELECT * FROM notifications')
        .toArray()
        .map(({ key, status, headers, body }) => [
          key,
          { status, headers: JSON.parse(headers) as Answer['headers'], body },
        ]),
    );
    return this.#answers;
  }

  /** How many events of a type there are. */
  countOf(type: EventType): number {
    return this.#sql
      .exec<{ count: number }>('SELECT count(*) AS count FROM events WHERE type = ?', type)
      .one().count;
  }

  /** How many answers are stored under keys that begin so. */
  countOfAnswers(prefix: string): number {
    return [...this.#answersByKey().keys()].filter((key) => key.startsWith(prefix)).length;
  }

  /** When the newest answer under keys that begin so was stored (milliseconds since 1970); null: there is none. */
  lastAnswerAt(prefix: string): number | null {
    const { at } = this.#sql
      .exec<{ at: string | null }>(
        'SELECT max(at) AS at FROM notifications WHERE substr(key, 1, ?) = ?',
        prefix.length,
        prefix,
      )
      .one();
    return at === null ? null : Date.parse(at);
  }

  /** Events, the oldest first. @param after leaves out those up to this number. */
  events({ after = 0, limit = -1 }: EventPage = {}): PaymentEvent[] {
    return this.#sql
      .exec<EventRow>(
        'SELECT seq, at, type, source, detail, hash, salt, detail_hash FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
        after,
        limit,
      )
      .toArray()
      .map(eventOf);
  }

  /** What was sent and answered, by the number of the line that says so. */
  exchanges(): ReadonlyMap<number, Exchange> {
    const rows = this.#sql
      .exec<{ seq: number; exchange: string }>('SELECT seq, exchange FROM events WHERE exchange IS NOT NULL')
      .toArray();
    return new Map(rows.map(({ seq, exchange }) => [seq, JSON.parse(exchange) as Exchange]));
  }

  #jobsById(): Map<string, Job> {
    this.#jobs ??= new Map(
      this.#sql
        .exec<JobRow>("SELECT * FROM jobs WHERE due_at IS NOT NULL OR kind <> 'confirm'")
        .toArray()
        .map((row) => [row.id, jobOf(row)]),
    );
    return this.#jobs;
  }

  /** A job of that id; null also for a status query that is done. */
  job(id: string): Job | null {
    return this.#jobsById().get(id) ?? null;
  }

  /** Every job, without the status queries that are done. */
  jobs(): Job[] {
    return [...this.#jobsById().values()];
  }

  /** @param options.isPolybanking whether what websites of PolyBanking get counts, or what other shops get. */
  newestWebhook({ isPolybanking }: { readonly isPolybanking: boolean }): Job | null {
    let newest: Job | null = null;
    for (const job of this.#jobsById().values()) {
      if (job.kind !== 'webhook' || (newest && !isNewer(job, newest))) continue;
      const message = JSON.parse(job.body) as WebsiteMessage;
      if (isPolybanking ? isForWebsite(message) : message.type !== FEEDBACK) newest = job;
    }
    return newest;
  }

  /** Jobs that are still to be done, the next one first. */
  pendingJobs(): PendingJob[] {
    return [...this.#jobsById().values()].filter(isPending).toSorted((a, b) => a.dueAt - b.dueAt);
  }

  /** Jobs that are due, the oldest first. */
  dueJobs(now: number): PendingJob[] {
    return this.pendingJobs().filter(({ dueAt }) => dueAt <= now);
  }

  nextDue(): number | null {
    return this.pendingJobs()[0]?.dueAt ?? null;
  }

  /**
   * Runs `work` as one transaction, with the alarm in it. Memory follows only when the transaction is through.
   * @param identity of a payment that this commit creates, or gives another request.
   */
  commit(
    { now, random }: CommitPorts,
    work: (writer: Writer) => void,
    identity?: Pick<Head, 'shop' | 'requestHash'>,
  ): void {
    const at = new Date(now).toISOString();
    let record = this.#record;
    let head: Head | null =
      this.#head ?? (identity ? { version: 0, seq: 0, hash: GENESIS, ...identity } : null);
    if (!head) throw new Error('a ledger without a payment cannot commit');
    let { seq, hash } = head;
    const base = identity ? { ...head, ...identity } : head;
    const transaction = () => {
      if (!this.#head) {
        createTables(this.#sql);
        this.#answers = new Map();
        this.#jobs = new Map();
      }
      work({
        at,
        save: (changed) => {
          record = changed;
        },
        log: (type, source, detail, when = at) => {
          seq += 1;
          const bytes = new Uint8Array(SALT_BYTES);
          random(bytes);
          const salt = hex(bytes);
          hash = eventHash(hash, { seq, at: when, type, source }, detailHash(salt, detail));
          this.#sql.exec(
            'INSERT INTO events (seq, at, type, source, detail, hash, salt) VALUES (?, ?, ?, ?, ?, ?, ?)',
            seq,
            when,
            type,
            source,
            JSON.stringify(detail),
            hash,
            salt,
          );
          return seq;
        },
        keepExchange: (line, exchange) => {
          this.#sql.exec('UPDATE events SET exchange = ? WHERE seq = ?', JSON.stringify(exchange), line);
          this.#sql.exec(
            `UPDATE events SET exchange = NULL WHERE exchange IS NOT NULL AND seq NOT IN
               (SELECT seq FROM events WHERE exchange IS NOT NULL ORDER BY seq DESC LIMIT ?)`,
            MOST_EXCHANGES,
          );
        },
        eraseDetails: (lines) => this.#eraseDetails(lines),
        rewriteBodies: (change) => this.#rewriteBodies(change),
        answer: (key, answer) => {
          this.#sql.exec(
            'INSERT INTO notifications (key, at, status, headers, body) VALUES (?, ?, ?, ?, ?)',
            key,
            at,
            answer.status,
            JSON.stringify(answer.headers),
            answer.body,
          );
          this.#answersByKey().set(key, answer);
        },
        queue: (job) => {
          this.#sql.exec(
            'INSERT OR REPLACE INTO jobs (id, kind, body, tries, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?)',
            job.id,
            job.kind,
            job.body,
            job.tries,
            job.dueAt,
            job.createdAt,
          );
          if (job.kind === 'confirm' && !isPending(job)) this.#jobsById().delete(job.id);
          else this.#jobsById().set(job.id, job);
        },
      });
      const version = record === this.#record ? base.version : base.version + 1;
      head = { ...base, version, seq, hash };
      // A commit of jobs alone leaves the row of the payment as it is.
      if (record !== this.#record || seq !== this.#head?.seq || identity)
        this.#sql.exec(
          'INSERT OR REPLACE INTO payment (one, schema, version, shop, request_hash, seq, head, record) VALUES (1, ?, ?, ?, ?, ?, ?, ?)',
          SCHEMA,
          version,
          base.shop,
          base.requestHash,
          seq,
          hash,
          JSON.stringify(record),
        );
      const changed = record !== this.#record || this.#alarmAt === undefined;
      this.#setAlarm(earlier(this.nextDue(), changed ? now : (this.#alarmAt ?? null)));
    };
    try {
      this.#storage.transactionSync(transaction);
    } catch (error) {
      this.#alarmAt = undefined;
      this.#answers = null;
      this.#jobs = null;
      throw error;
    }
    this.#record = record;
    this.#head = head;
  }

  #eraseDetails(lines: readonly number[]): void {
    for (const event of this.events()) {
      if (!lines.includes(event.seq)) continue;
      const { seq, salt, detail } = event;
      this.#sql.exec(
        "UPDATE events SET detail = '{}', salt = NULL, detail_hash = ? WHERE seq = ?",
        salt === null ? '' : detailHash(salt, detail),
        seq,
      );
    }
    this.#sql.exec('UPDATE events SET exchange = NULL WHERE exchange IS NOT NULL');
  }

  #rewriteBodies(change: (body: string) => string): void {
    for (const table of ['jobs', 'notifications']) {
      const [key, condition] =
        table === 'jobs' ? ['id', "kind = 'webhook'"] : ['key', "key LIKE 'operation|%'"];
      const rows = this.#sql
        .exec<{ id: string; body: string }>(`SELECT ${key} AS id, body FROM ${table} WHERE ${condition}`)
        .toArray();
      for (const { id, body } of rows) {
        const changed = change(body);
        if (changed !== body) this.#sql.exec(`UPDATE ${table} SET body = ? WHERE ${key} = ?`, changed, id);
      }
    }
    // Read again when they are needed: they hold the bodies.
    this.#jobs = null;
    this.#answers = null;
  }

  /** In the same turn as the writes, so in the same commit; the output gate waits for both. */
  #setAlarm(at: number | null): void {
    if (at === this.#alarmAt) return;
    this.#alarmAt = at;
    if (at === null) void this.#storage.deleteAlarm();
    else void this.#storage.setAlarm(at);
  }

  /** The alarm has gone off: none is set now. */
  alarmWentOff(): void {
    this.#alarmAt = null;
  }

  /** Sets the alarm for a time, unless one is set for sooner: a change during the alarm has set its own. */
  async wake(at: number | null): Promise<void> {
    if (at === null || (typeof this.#alarmAt === 'number' && this.#alarmAt <= at)) return;
    this.#alarmAt = at;
    await this.#storage.setAlarm(at);
  }
}
