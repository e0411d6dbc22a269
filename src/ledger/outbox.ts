/**
 * The outbox: what a commit queued, sent by the alarm. A webhook is sent, then its outcome is committed; a crash in
 * between sends it again under the same identity (at least once, never under a new webhook-id). The searchable copy
 * needs no row: whatever wakes the ledger pushes the newest version, and the alarm of a change stays set until one
 * push went through.
 */
import type { PaymentView } from '../payments/types.ts';
import type { Job, Writer } from './store.ts';

/** What a try of a webhook came to. */
export interface WebhookOutcome {
  readonly result: 'delivered' | 'failed' | 'gone' | 'unwanted';
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** What the ledger's jobs need from outside; handed in, so that a test can fail each of them at any point. */
export interface Courier {
  /** Sends a message to the shop's webhook; 'unwanted' when the shop has none. */
  webhook(shop: string, message: { readonly id: string; readonly body: string }): Promise<WebhookOutcome>;
  /** Writes the searchable copy. */
  project(payment: {
    readonly shop: string;
    readonly version: number;
    readonly view: PaymentView;
  }): Promise<void>;
  /** Milliseconds until the next try of a webhook after so many failures; null when there is none left. */
  pause(failures: number): number | null;
}

/** The outcome of one webhook, to be committed. */
export interface Outcome {
  readonly job: Job;
  readonly outcome: WebhookOutcome;
}

/** Pauses of the searchable copy after failures: it is tried for ever. */
const PROJECTION_PAUSES = [1000, 5000, 30_000, 300_000];

/** Milliseconds until the searchable copy is tried again after so many failures. */
export function projectionPause(failures: number): number {
  return PROJECTION_PAUSES[Math.min(failures, PROJECTION_PAUSES.length) - 1] ?? 0;
}

/** Sends one webhook. Never throws: a failure is an outcome. */
export async function run(job: Job, courier: Courier, shop: string): Promise<Outcome> {
  try {
    return { job, outcome: await courier.webhook(shop, { id: job.id, body: job.body }) };
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause);
    return { job, outcome: { result: 'failed', status: null, error, durationMs: 0 } };
  }
}

/**
 * Writes an outcome: the job is done, or due again later; deliveries are logged.
 * @param current the job as it is now: it may have been queued anew while it ran.
 */
export function settle(
  writer: Writer,
  {
    courier,
    current,
    now,
  }: { readonly courier: Courier; readonly current: Job | null; readonly now: number },
  result: Outcome,
): void {
  const { job } = result;
  // Queued anew while it ran: that newer row stands.
  if (!current || current.body !== job.body || current.tries !== job.tries || current.dueAt !== job.dueAt)
    return;
  const tries = job.tries + 1;
  const { outcome } = result;
  const detail = {
    webhook: job.id,
    try: tries,
    status: outcome.status,
    ...(outcome.error !== null && { error: outcome.error }),
    durationMs: outcome.durationMs,
  };
  if (outcome.result === 'unwanted' || outcome.result === 'delivered') {
    if (outcome.result === 'delivered') writer.log('webhook.delivered', 'countersign', detail);
    writer.queue({ ...job, tries, dueAt: null });
    return;
  }
  const pause = outcome.result === 'gone' ? null : courier.pause(tries);
  writer.log(pause === null ? 'webhook.abandoned' : 'webhook.failed', 'countersign', {
    ...detail,
    ...(pause !== null && { nextTryAt: new Date(now + pause).toISOString() }),
  });
  writer.queue({ ...job, tries, dueAt: pause === null ? null : now + pause });
}
