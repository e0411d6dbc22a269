/** The rows of a ledger's tables as its code sees them: events, and the jobs of the outbox. */
import type { EventSource, EventType, PaymentEvent } from '../payments/types.ts';

/**
 * `webhook` is a message, `delivery` a message to one endpoint (deliveries.ts); `confirm` is a status query; `operation` reconciles an
 * operation; `expiry` ends a payment whose time is up; `attention` writes what needs a person (attention.ts).
 */
export type JobKind = 'webhook' | 'delivery' | 'confirm' | 'operation' | 'expiry' | 'attention';

/** What was sent to a shop's address, and what it answered: the beginnings of both. */
export interface Exchange {
  readonly url: string;
  readonly request: string;
  /** Null: there was no answer. */
  readonly answer: string | null;
}

/** A row of the outbox. `dueAt` is null once it is done. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly body: string;
  readonly tries: number;
  readonly dueAt: number | null;
  readonly createdAt: string;
}

export type EventRow = {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly detail: string;
  readonly hash: string;
  readonly salt: string | null;
  /** Of an erased detail; empty where the line is of version 1. */
  readonly detail_hash: string | null;
};

export function eventOf(row: EventRow): PaymentEvent {
  return {
    seq: row.seq,
    at: row.at,
    type: row.type as EventType,
    source: row.source as EventSource,
    detail: JSON.parse(row.detail) as PaymentEvent['detail'],
    hash: row.hash,
    salt: row.salt,
    detailHash: row.detail_hash || null,
    erased: row.detail_hash !== null,
  };
}

export type JobRow = {
  readonly id: string;
  readonly kind: string;
  readonly body: string;
  readonly tries: number;
  readonly due_at: number | null;
  readonly created_at: string;
};

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind as JobKind,
    body: row.body,
    tries: row.tries,
    dueAt: row.due_at,
    createdAt: row.created_at,
  };
}

/** A job that is still to be done. */
export type PendingJob = Job & { readonly dueAt: number };

export function isPending(job: Job): job is PendingJob {
  return job.dueAt !== null;
}

export function isNewer(job: Job, than: Job): boolean {
  return job.createdAt === than.createdAt ? job.id > than.id : job.createdAt > than.createdAt;
}
