/**
 * The outbox: what a commit queued, sent by the alarm. A webhook is sent, then its outcome is committed; a crash in
 * between sends it again under the same identity (at least once, never under a new webhook-id). The searchable copy
 * needs no row: whatever wakes the ledger pushes the newest version, and the alarm of a change stays set until one
 * push went through.
 */
import type { PaymentEvent, PaymentView } from '../payments/types.ts';
import type { Delivery, Inquiry, NotifyCommand, OperationErrand, OperationOutcome } from './commands.ts';
import type { Job, Writer } from './store.ts';

/** What a try of a webhook came to. */
export interface WebhookOutcome {
  readonly result: 'delivered' | 'failed' | 'gone' | 'unwanted';
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** What asking a provider came to. */
export type ConfirmOutcome =
  | { readonly result: 'news'; readonly commands: readonly NotifyCommand[] }
  /** It does not know yet, or could not be asked. */
  | { readonly result: 'later'; readonly error: string | null };

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
  /** Asks a provider what became of an attempt. */
  confirm(inquiry: Inquiry): Promise<ConfirmOutcome>;
  /** Milliseconds until a provider is asked again after so many questions without a result; null: not any more. */
  confirmPause(inquiry: Inquiry, asked: number): Promise<number | null>;
  /** Carries out a capture, cancel or refund: once, whatever happens. */
  operate(errand: OperationErrand): Promise<OperationOutcome>;
  /** Asks what became of one; null: its provider cannot be asked that. */
  resolve(errand: OperationErrand): Promise<OperationOutcome | null>;
}

/** The outcome of one job, to be committed. */
export type Outcome =
  | { readonly kind: 'webhook'; readonly job: Job; readonly outcome: WebhookOutcome }
  | {
      readonly kind: 'confirm';
      readonly job: Job;
      readonly outcome: ConfirmOutcome;
      /** Milliseconds until the next question, where this one brought no result. */
      readonly pause: number | null;
    };

/** Pauses of the searchable copy after failures: it is tried for ever. */
const PROJECTION_PAUSES = [1000, 5000, 30_000, 300_000];

/** Milliseconds until the searchable copy is tried again after so many failures. */
export function projectionPause(failures: number): number {
  return PROJECTION_PAUSES[Math.min(failures, PROJECTION_PAUSES.length) - 1] ?? 0;
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Does one job. Never throws: a failure is an outcome. */
export async function run(job: Job, courier: Courier, shop: string): Promise<Outcome> {
  if (job.kind === 'confirm') return ask(job, courier);
  try {
    return { kind: 'webhook', job, outcome: await courier.webhook(shop, { id: job.id, body: job.body }) };
  } catch (cause) {
    const outcome = { result: 'failed', status: null, error: textOf(cause), durationMs: 0 } as const;
    return { kind: 'webhook', job, outcome };
  }
}

async function ask(job: Job, courier: Courier): Promise<Outcome> {
  const inquiry = JSON.parse(job.body) as Inquiry;
  const outcome = await courier
    .confirm(inquiry)
    .catch((cause: unknown): ConfirmOutcome => ({ result: 'later', error: textOf(cause) }));
  const isOver = outcome.result === 'news' || inquiry.once === true;
  const pause = isOver ? null : await courier.confirmPause(inquiry, job.tries + 1).catch(() => null);
  return { kind: 'confirm', job, outcome, pause };
}

/** Whether a job was queued anew while it ran: then that newer row stands. */
function isReplaced(job: Job, current: Job | null): boolean {
  return !current || current.body !== job.body || current.tries !== job.tries || current.dueAt !== job.dueAt;
}

interface Settling {
  readonly courier: Courier;
  /** The job as it is now: it may have been queued anew while it ran. */
  readonly current: Job | null;
  readonly now: number;
}

/** Writes an outcome: the job is done, or due again later; deliveries and questions are logged. */
export function settle(writer: Writer, settling: Settling, result: Outcome): void {
  if (isReplaced(result.job, settling.current)) return;
  if (result.kind === 'webhook') settleWebhook(writer, settling, result);
  else settleConfirm(writer, settling, result);
}

function settleConfirm(
  writer: Writer,
  { now }: Settling,
  { job, outcome, pause }: Extract<Outcome, { kind: 'confirm' }>,
): void {
  const { attempt, once } = JSON.parse(job.body) as Inquiry;
  const tries = job.tries + 1;
  if (outcome.result === 'news') {
    writer.log('confirm.succeeded', 'countersign', { attempt, try: tries });
  } else {
    writer.log(pause === null && !once ? 'confirm.abandoned' : 'confirm.failed', 'countersign', {
      attempt,
      try: tries,
      ...(outcome.error === null ? { answer: 'no result yet' } : { error: outcome.error }),
      ...(pause !== null && { nextTryAt: new Date(now + pause).toISOString() }),
    });
  }
  writer.queue({ ...job, tries, dueAt: pause === null ? null : now + pause });
}

function settleWebhook(
  writer: Writer,
  { courier, now }: Settling,
  { job, outcome }: Extract<Outcome, { kind: 'webhook' }>,
): void {
  const tries = job.tries + 1;
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

const DELIVERY_RESULTS: Readonly<Record<string, Delivery['result']>> = {
  'webhook.delivered': 'delivered',
  'webhook.failed': 'failed',
  'webhook.abandoned': 'abandoned',
};

/** The tries of webhooks that a log tells of, oldest first. */
export function deliveriesOf(events: readonly PaymentEvent[]): Delivery[] {
  return events.flatMap(({ type, at, detail }) => {
    const result = DELIVERY_RESULTS[type];
    if (!result) return [];
    const { webhook, status, error, durationMs, try: count } = detail;
    return [
      {
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
