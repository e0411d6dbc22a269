/**
 * The outbox: what a commit queued, sent by the alarm. A webhook is sent, then its outcome is committed; a crash in
 * between sends it again under the same identity (at least once, never under a new webhook-id). The searchable copy
 * needs no row: whatever wakes the ledger pushes the newest version, and the alarm of a change stays set until one
 * push went through.
 */
import { isUnavailable } from '../payments/errors.ts';
import type { EventType, PaymentEvent } from '../payments/types.ts';
import type { Delivery, StatusQueryRequest } from './commands.ts';
import type { LedgerPorts, StatusQueryOutcome, WebhookOutcome } from './ports.ts';
import type { Job, Writer } from './store.ts';

/** The outcome of one job, to be committed. */
export type JobOutcome =
  | { readonly kind: 'webhook'; readonly job: Job; readonly outcome: WebhookOutcome }
  | {
      readonly kind: 'confirm';
      readonly job: Job;
      readonly outcome: StatusQueryOutcome;
      /** Milliseconds until the next status query, where this one brought no result. */
      readonly pause: number | null;
    }
  /** Our own storage did not answer: nothing was tried. */
  | { readonly kind: 'postponed'; readonly job: Job };

/** When a job is tried again that our own storage kept from being tried, in milliseconds. It does not count as a try. */
const POSTPONED_MS = 30_000;

/** Pauses of the searchable copy after failures, in milliseconds. It is tried for ever. */
const PROJECTION_PAUSES = [1000, 5000, 30_000, 300_000];

/** Milliseconds until the searchable copy is tried again after so many failures. */
export function projectionPause(failures: number): number {
  return PROJECTION_PAUSES[Math.min(failures, PROJECTION_PAUSES.length) - 1] ?? 0;
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Runs one job. Never throws: a failure is an outcome. */
export async function run(job: Job, ports: LedgerPorts, shop: string): Promise<JobOutcome> {
  if (job.kind === 'confirm') return query(job, ports);
  try {
    return { kind: 'webhook', job, outcome: await ports.sendWebhook(shop, { id: job.id, body: job.body }) };
  } catch (cause) {
    if (isUnavailable(cause)) return { kind: 'postponed', job };
    const outcome = { result: 'failed', status: null, error: textOf(cause), durationMs: 0 } as const;
    return { kind: 'webhook', job, outcome };
  }
}

async function query(job: Job, ports: LedgerPorts): Promise<JobOutcome> {
  const request = JSON.parse(job.body) as StatusQueryRequest;
  let outcome: StatusQueryOutcome;
  let pause: number | null = null;
  try {
    outcome = await ports.queryStatus(request);
  } catch (cause) {
    if (isUnavailable(cause)) return { kind: 'postponed', job };
    outcome = { result: 'later', error: textOf(cause) };
  }
  if (outcome.result === 'later' && !request.once) {
    try {
      pause = await ports.queryPause(request, job.tries + 1);
    } catch (cause) {
      if (isUnavailable(cause)) return { kind: 'postponed', job };
    }
  }
  return { kind: 'confirm', job, outcome, pause };
}

/** Whether a job was queued anew while it ran: then that newer row stands. */
function isQueuedAnew(job: Job, current: Job | null): boolean {
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

/** Writes an outcome: the job is done, or due again later; deliveries and status queries are logged. */
export function recordOutcome(writer: Writer, recording: Recording, result: JobOutcome): void {
  if (isQueuedAnew(result.job, recording.current)) return;
  switch (result.kind) {
    case 'postponed':
      writer.queue({ ...result.job, dueAt: recording.now + POSTPONED_MS });
      break;
    case 'webhook':
      recordWebhook(writer, recording, result);
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
  const request = JSON.parse(job.body) as StatusQueryRequest;
  const { attempt, once } = request;
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
  const body = isAnswered ? JSON.stringify({ ...request, answered: true }) : job.body;
  writer.queue({ ...job, body, tries, dueAt: pause === null ? null : now + pause });
}

function recordWebhook(
  writer: Writer,
  { ports, now }: Recording,
  { job, outcome }: Extract<JobOutcome, { kind: 'webhook' }>,
): void {
  const tries = job.tries + 1;
  const detail = {
    webhook: job.id,
    try: tries,
    status: outcome.status,
    ...(outcome.error !== null && { error: outcome.error }),
    durationMs: outcome.durationMs,
  };
  const keep = (line: number) => outcome.exchange && writer.keepExchange(line, outcome.exchange);
  if (outcome.result === 'unwanted' || outcome.result === 'delivered') {
    if (outcome.result === 'delivered') keep(writer.log('webhook.delivered', 'countersign', detail));
    writer.queue({ ...job, tries, dueAt: null });
    return;
  }
  const pause = outcome.result === 'gone' ? null : ports.webhookPause(tries);
  const type = pause === null ? 'webhook.abandoned' : 'webhook.failed';
  const failed = { ...detail, ...(pause !== null && { nextTryAt: new Date(now + pause).toISOString() }) };
  keep(writer.log(type, 'countersign', failed));
  // The webhook's id names the payment.
  console.warn({ event: type, ...failed });
  writer.queue({ ...job, tries, dueAt: pause === null ? null : now + pause });
}

const DELIVERY_RESULTS: Readonly<Record<string, Delivery['result']>> = {
  'webhook.delivered': 'delivered',
  'webhook.failed': 'failed',
  'webhook.abandoned': 'abandoned',
};

/** The tries of webhooks in a log, oldest first. */
export function deliveriesOf(events: readonly PaymentEvent[]): Delivery[] {
  return events.flatMap(({ seq, type, at, detail }) => {
    const result = DELIVERY_RESULTS[type];
    if (!result) return [];
    const { webhook, status, error, durationMs, try: count } = detail;
    return [
      {
        seq,
        webhook: String(webhook),
        at,
        result,
        try: Number(count),
        status: typeof status === 'number' ? status : null,
        error: typeof error === 'string' ? error : null,
        durationMs: Number(durationMs),
      },
    ];
  });
}
