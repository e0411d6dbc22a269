/**
 * The outbox: what a commit queued, done by the alarm (alarm.ts). A webhook is sent, then its outcome is committed; a crash in
 * between sends it again under the same identity (at least once, never under a new webhook-id). The searchable copy
 * needs no row: whatever wakes the ledger pushes the newest version, and the alarm of a change stays set until one
 * push went through.
 */
import { isUnavailable } from '../payments/errors.ts';
import { COPY_PAUSES, MESSAGE_PAUSES, nextPause, POSTPONED_PAUSES, pauseAfter } from '../payments/retries.ts';
import type { EventType } from '../payments/types.ts';
import type { StatusQueryRequest } from './commands.ts';
import type { Sending } from './deliveries.ts';
import type { LedgerPorts, StatusQueryOutcome, WebhookOutcome } from './ports.ts';
import type { Job } from './rows.ts';
import type { Writer } from './writer.ts';

/** The outcome of one job, to be committed. */
export type JobOutcome =
  | {
      readonly kind: 'sending';
      readonly sending: Sending;
      /** Null: our own storage did not answer, and nothing was sent. */
      readonly outcome: WebhookOutcome | null;
    }
  /** No endpoint wants the message. */
  | { readonly kind: 'unwanted'; readonly job: Job }
  | {
      readonly kind: 'confirm';
      readonly job: Job;
      readonly outcome: StatusQueryOutcome;
      /** Milliseconds until the next status query, where this one brought no result. */
      readonly pause: number | null;
    }
  | { readonly kind: 'attention'; readonly job: Job; readonly isTold: boolean }
  /** Our own storage did not answer: nothing was tried. */
  | { readonly kind: 'postponed'; readonly job: Job }
  /** The endpoints of the shop cannot be read: its keys do not open. */
  | { readonly kind: 'unreadable'; readonly job: Job; readonly error: string };

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Sends one message to one endpoint. Never throws: a failure is an outcome. */
export async function send(sending: Sending, ports: LedgerPorts, shop: string): Promise<JobOutcome> {
  const { message, endpoint } = sending;
  try {
    const outcome = await ports.sendWebhook(shop, endpoint, { id: message.id, body: message.body });
    return { kind: 'sending', sending, outcome };
  } catch (cause) {
    if (isUnavailable(cause)) return { kind: 'sending', sending, outcome: null };
    const outcome = { result: 'failed', status: null, error: textOf(cause), durationMs: 0 } as const;
    return { kind: 'sending', sending, outcome };
  }
}

/**
 * What the outbox keeps of a status query: which attempt it is about, and why. What the provider's code is told of that attempt is read
 * from the record when the query is made, because a message may have brought more since it was queued.
 */
export interface QueuedQuery {
  readonly attempt: number;
  readonly hint: Readonly<Record<string, string>>;
  /** As in StatusQueryRequest. */
  readonly spends?: true;
  /** Queried because there was no result for too long. It is repeated by that schedule alone, not by the outbox. */
  readonly once?: true;
  /** The provider has answered it before, without a result. */
  readonly answered?: true;
}

export function queuedQuery({ body }: Job): QueuedQuery {
  return JSON.parse(body) as QueuedQuery;
}

/** Makes one status query. Never throws: a failure is an outcome. @param request null: its attempt is not there. */
export async function runQuery(
  job: Job,
  request: StatusQueryRequest | null,
  ports: LedgerPorts,
): Promise<JobOutcome> {
  const { once } = queuedQuery(job);
  let outcome: StatusQueryOutcome = { result: 'later', error: 'there is no such attempt' };
  if (!request) return { kind: 'confirm', job, outcome, pause: null };
  let pause: number | null = null;
  try {
    outcome = await ports.queryStatus(request);
  } catch (cause) {
    if (isUnavailable(cause)) return { kind: 'postponed', job };
    outcome = { result: 'later', error: textOf(cause) };
  }
  if (outcome.result === 'later' && !once) {
    try {
      pause = await ports.queryPause(request, job.tries + 1);
    } catch (cause) {
      if (isUnavailable(cause)) return { kind: 'postponed', job };
    }
  }
  return { kind: 'confirm', job, outcome, pause };
}

/** Whether a job was queued anew while it ran: then that newer row stands. */
export function isQueuedAnew(job: Job, current: Job | null): boolean {
  return !current || current.body !== job.body || current.tries !== job.tries || current.dueAt !== job.dueAt;
}

interface Recording {
  readonly ports: LedgerPorts;
  /** The job as it is now: it may have been queued anew while it ran. */
  readonly current: Job | null;
  readonly now: number;
  /** Whether the log has as many events of a type as strangers may cause. */
  readonly isBounded: (type: EventType) => boolean;
}

/** Writes the outcome of any job but a message's to an endpoint: the job is done, or due again later; status queries are logged. */
export function recordOutcome(
  writer: Writer,
  recording: Recording,
  result: Exclude<JobOutcome, { readonly kind: 'sending' }>,
): void {
  if (isQueuedAnew(result.job, recording.current)) return;
  switch (result.kind) {
    case 'postponed':
      // It does not count as a try.
      writer.queue({
        ...result.job,
        dueAt: recording.now + nextPause(POSTPONED_PAUSES, 1, recording.ports.random),
      });
      break;
    case 'unreadable':
      recordUnreadable(writer, recording, result);
      break;
    case 'unwanted':
      writer.queue({ ...result.job, tries: result.job.tries + 1, dueAt: null });
      break;
    case 'attention':
      recordAttention(writer, recording, result);
      break;
    case 'confirm':
      recordStatusQuery(writer, recording, result);
      break;
  }
}

function recordStatusQuery(
  writer: Writer,
  { now, isBounded }: Recording,
  { job, outcome, pause }: Extract<JobOutcome, { kind: 'confirm' }>,
): void {
  const queued = queuedQuery(job);
  const { attempt, once } = queued;
  const isAnswered = outcome.result === 'later' && outcome.error === null;
  const tries = job.tries + 1;
  if (outcome.result === 'updates') {
    writer.log('confirm.succeeded', 'countersign', { attempt, try: tries });
  } else {
    const type = pause === null && !once ? 'confirm.abandoned' : 'confirm.failed';
    const detail = {
      attempt,
      try: tries,
      ...(outcome.error === null ? { answer: 'no result yet' } : { error: outcome.error }),
      ...(pause !== null && { nextTryAt: new Date(now + pause).toISOString() }),
    };
    // Hints can be sent by anybody, as often as they like.
    if (!isBounded(type)) writer.log(type, 'countersign', detail);
  }
  const body = isAnswered ? JSON.stringify({ ...queued, answered: true } satisfies QueuedQuery) : job.body;
  writer.queue({ ...job, body, tries, dueAt: pause === null ? null : now + pause });
}

function recordUnreadable(
  writer: Writer,
  { ports, now }: Recording,
  { job, error }: Extract<JobOutcome, { kind: 'unreadable' }>,
): void {
  const tries = job.tries + 1;
  const pause = pauseAfter(MESSAGE_PAUSES, tries, ports.random);
  const type = pause === null ? 'webhook.abandoned' : 'webhook.failed';
  const nextTryAt = pause === null ? {} : { nextTryAt: new Date(now + pause).toISOString() };
  const detail = { webhook: job.id, try: tries, status: null, error, durationMs: 0, ...nextTryAt };
  writer.log(type, 'countersign', detail);
  console.warn({ event: type, ...detail });
  writer.queue({ ...job, tries, dueAt: pause === null ? null : now + pause });
}

function recordAttention(
  writer: Writer,
  { now, ports }: Recording,
  { job, isTold }: Extract<JobOutcome, { kind: 'attention' }>,
): void {
  const tries = isTold ? 0 : job.tries + 1;
  writer.queue({ ...job, tries, dueAt: isTold ? null : now + nextPause(COPY_PAUSES, tries, ports.random) });
}
