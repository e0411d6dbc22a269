/**
 * Messages on their way to the endpoints of a shop. A message is one row of the outbox (`webhook`). When it is due, it goes to every
 * endpoint that wants it at that time, to each on its own: an endpoint that does not answer holds up no other, and one that has failed
 * has a row of its own (`delivery`) with its own tries. A message goes to an endpoint once, whatever happens in between, except where
 * the object dies between the endpoint's answer and the commit.
 */
import { MESSAGE_PAUSES, pauseAfter } from '../payments/retries.ts';
import type { PaymentEvent } from '../payments/types.ts';
import type { Delivery } from './commands.ts';
import type { LedgerPorts, WebhookOutcome } from './ports.ts';
import type { Job, PendingJob } from './rows.ts';
import type { Writer } from './writer.ts';

/** The endpoint of messages of before there were several. */
const FIRST = 'first';

/** One message to one endpoint. */
export interface DeliveryState {
  /** The id of the message. */
  readonly webhook: string;
  readonly endpoint: string;
  /** Of the newest try. */
  readonly status: number | null;
  readonly error: string | null;
  /** It was given up, and nothing newer has arrived there since. */
  readonly isAbandoned: boolean;
}

/** What a row of one message to one endpoint holds; null: the row is none. */
export function deliveryOf({ kind, body }: Job): DeliveryState | null {
  return kind === 'delivery' ? (JSON.parse(body) as DeliveryState) : null;
}

/** The id of the row of one message to one endpoint. */
export function deliveryId(webhook: string, endpoint: string): string {
  return `${webhook}/${endpoint}`;
}

/** A try that is to be made: of a message that is due, or of the row of one endpoint. */
export interface Sending {
  readonly message: Job;
  readonly endpoint: string;
  /** Failed before. */
  readonly tries: number;
  /** The row that is due: the message's, or the endpoint's. It decides whether the outcome still counts. */
  readonly row: Job;
}

/** The tries of a message that is due. @param jobs those of the outbox. */
export function sendingsOf(message: Job, endpoints: readonly string[], jobs: readonly Job[]): Sending[] {
  const ids = new Set(jobs.map(({ id }) => id));
  return endpoints
    .filter((endpoint) => !ids.has(deliveryId(message.id, endpoint)))
    .map((endpoint) => ({
      message,
      endpoint,
      // A row of before there were several endpoints counts the tries of the first one.
      tries: endpoint === FIRST ? message.tries : 0,
      row: message,
    }));
}

interface Recording {
  readonly ports: LedgerPorts;
  readonly now: number;
  /** Those of the outbox. */
  readonly jobs: readonly Job[];
  /** Whether the message has no other endpoint to go to: then its own row says that it has arrived. */
  readonly isLast: boolean;
}

/** Writes the outcome of one try, in its log line and its row; and drops what a newer message has made up for. */
export function recordSending(
  writer: Writer,
  { ports, now, jobs, isLast }: Recording,
  { message, endpoint, tries: before, row }: Sending,
  outcome: WebhookOutcome,
): void {
  const tries = before + 1;
  const detail = {
    webhook: message.id,
    endpoint,
    try: tries,
    status: outcome.status,
    ...(outcome.error !== null && { error: outcome.error }),
    durationMs: outcome.durationMs,
  };
  const isOwn = row.kind === 'delivery';
  const queue = (dueAt: number | null, isAbandoned: boolean) => {
    const state: DeliveryState = {
      webhook: message.id,
      endpoint,
      status: outcome.status,
      error: outcome.error,
      isAbandoned,
    };
    writer.queue({
      id: deliveryId(message.id, endpoint),
      kind: 'delivery',
      body: JSON.stringify(state),
      tries,
      dueAt,
      createdAt: isOwn ? row.createdAt : writer.at,
    });
  };
  // The shopper may have been erased while the message was under way: then it has another body now.
  const isAsSent = jobs.some(({ id, body }) => id === message.id && body === message.body);
  const keep = (line: number) => {
    if (isAsSent && outcome.exchange) writer.keepExchange(line, outcome.exchange);
  };
  if (outcome.result === 'unwanted' || outcome.result === 'delivered') {
    if (outcome.result === 'delivered') {
      keep(writer.log('webhook.delivered', 'countersign', detail));
      for (const job of jobs) {
        const other = deliveryOf(job);
        if (other?.isAbandoned && other.endpoint === endpoint && other.webhook < message.id)
          writer.queue({ ...job, body: JSON.stringify({ ...other, isAbandoned: false }) });
      }
    }
    if (isOwn || !isLast) queue(null, false);
    return;
  }
  const pause = outcome.result === 'gone' ? null : pauseAfter(MESSAGE_PAUSES, tries, ports.random);
  const type = pause === null ? 'webhook.abandoned' : 'webhook.failed';
  const failed = { ...detail, ...(pause !== null && { nextTryAt: new Date(now + pause).toISOString() }) };
  keep(writer.log(type, 'countersign', failed));
  // The webhook's id names the payment.
  console.warn({ event: type, ...failed });
  queue(pause === null ? null : now + pause, pause === null);
}

/** Queues a message again for every endpoint: those that have a row, and by the message's own row all others. */
export function queueAgain(writer: Writer, message: Job, jobs: readonly Job[]): void {
  const dueAt = Date.parse(writer.at);
  for (const job of jobs)
    if (deliveryOf(job)?.webhook === message.id) writer.queue({ ...job, tries: 0, dueAt });
  writer.queue({ ...message, tries: 0, dueAt });
}

/** A job that is due, as the reader of the log sees it: the try of a message to one endpoint is one of the message. */
export function pendingOf(job: PendingJob) {
  const { id, kind, tries, dueAt } = job;
  const state = deliveryOf(job);
  const nextTryAt = new Date(dueAt).toISOString();
  return state
    ? { id: state.webhook, kind: 'webhook' as const, endpoint: state.endpoint, tries, nextTryAt }
    : { id, kind, tries, nextTryAt };
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
    const { webhook, status, error, durationMs, try: count, endpoint = FIRST } = detail;
    return [
      {
        seq,
        webhook: String(webhook),
        endpoint: String(endpoint),
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
