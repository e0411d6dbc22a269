/** Sends one message to one shop, once. Retrying is the ledger's outbox. */
import { concat } from '../signing/bytes.ts';
import { type AddressRules, addressProblem } from './address.ts';

const TIMEOUT_MS = 15_000;

/** A message in its dialect, ready to be sent. */
export interface OutgoingMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether an HTTP status means that the shop has it. */
  accepts(status: number): boolean;
}

/** The outcome of one try. */
export interface DeliveryOutcome {
  readonly result: 'delivered' | 'failed' | 'gone';
  /** The HTTP status, or null when there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** What was sent, and the beginning of the answer; left out where nothing was sent. */
  readonly exchange?: SentExchange;
}

/** A body that was sent to an address, and the beginning of what came back. */
export interface SentExchange {
  readonly url: string;
  readonly request: string;
  /** At most `ANSWER_BYTES`; null: there was no answer. */
  readonly answer: string | null;
}

/** How much of an answer is read, in bytes, and for how long. */
const ANSWER_BYTES = 5 * 1024;
const READING_MS = 2000;

export interface DeliveryPorts {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly rules: AddressRules;
  /** Whether a host has an address that is not on the public internet. @throws when that cannot be looked up. */
  isPrivate(host: string): Promise<boolean>;
}

/** The beginning of an answer's body, as far as it comes in time. It says nothing about the outcome. */
async function beginningOf(response: Response): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), READING_MS);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
  } catch {
    // What has come stays.
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
  return new TextDecoder().decode(concat(chunks).subarray(0, ANSWER_BYTES));
}

/** What the dialect accepts is delivered, 410 means that nobody wants it any more, everything else is tried again. */
export async function deliverWebhook(
  message: OutgoingMessage,
  url: string,
  ports: DeliveryPorts,
): Promise<DeliveryOutcome> {
  const startedAt = ports.now();
  // Not AbortSignal.timeout: its timer would keep the ledger awake after the answer.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer within 15 s')), TIMEOUT_MS);
  let isSent = false;
  let answer: string | null = null;
  let endedAt: number | null = null;
  const outcome = (result: DeliveryOutcome['result'], status: number | null, error: string | null) => ({
    result,
    status,
    error,
    durationMs: (endedAt ?? ports.now()) - startedAt,
    ...(isSent && { exchange: { url, request: message.body, answer } }),
  });
  try {
    const problem = addressProblem(url, ports.rules);
    if (problem) return outcome('failed', null, `the webhook address ${problem}`);
    if (!ports.rules.local && (await ports.isPrivate(new URL(url).hostname))) {
      return outcome('failed', null, 'the webhook address leads into a private network');
    }
    isSent = true;
    const response = await ports.fetch(url, {
      method: 'POST',
      headers: {
        ...message.headers,
        'user-agent': 'countersign-webhooks/1',
      },
      body: message.body,
      redirect: 'manual',
      signal: abort.signal,
    });
    endedAt = ports.now();
    answer = await beginningOf(response);
    if (message.accepts(response.status)) return outcome('delivered', response.status, null);
    return outcome(response.status === 410 ? 'gone' : 'failed', response.status, null);
  } catch (error) {
    return outcome('failed', null, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}
