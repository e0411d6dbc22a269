/** A webhook as it reached the shop: its headers, and the bytes of its body. */
import { utf8 } from '../signing/bytes.ts';
import { clientProblem } from './errors.ts';

/** Headers of `fetch`, or of Node: names in lower case. */
export type HeaderSource =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request of the platform, with its body not read yet. */
export interface WebhookRequest {
  readonly headers: { get(name: string): string | null };
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is verified: a request, or the headers and the body exactly as it came. */
export type WebhookMessage =
  | WebhookRequest
  | { readonly headers: HeaderSource; readonly rawBody: string | Uint8Array | ArrayBuffer };

const HOW_TO_GET_IT =
  'The signature is over the bytes that were sent, and JSON that is written again has others. Hand over the body before it is parsed: in Express `express.raw({ type: "*/*" })` on this route and `rawBody: req.body`; in Fastify, Next and others their way to the raw body; elsewhere the Request itself, before its body is read.';

/** The value of a header; null: it is not there. */
export function headerOf(headers: HeaderSource, name: string): string | null {
  const { get } = headers as { get?: unknown };
  if (typeof get === 'function') {
    const value: unknown = (headers as { get(name: string): unknown }).get(name);
    return typeof value === 'string' ? value : null;
  }
  const members = headers as Readonly<Record<string, string | readonly string[] | undefined>>;
  const key = Object.keys(members).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : members[key];
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(', ') : null;
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return utf8(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  throw clientProblem(
    'body_parsed',
    `rawBody is an object that a framework has made of the body. ${HOW_TO_GET_IT}`,
  );
}

/**
 * The bytes of a message's body, as they were sent.
 * @throws CountersignError `body_parsed` where they are not there any more.
 */
export async function rawBodyOf(message: WebhookMessage): Promise<Uint8Array> {
  const given = message as Partial<WebhookRequest> & { readonly rawBody?: unknown };
  if (given.rawBody !== undefined && given.rawBody !== null) return bytesOf(given.rawBody);
  if (typeof given.arrayBuffer !== 'function') {
    throw clientProblem('body_parsed', `the message has no rawBody. ${HOW_TO_GET_IT}`);
  }
  if (given.bodyUsed) {
    throw clientProblem('body_parsed', `the body of this request was read already. ${HOW_TO_GET_IT}`);
  }
  try {
    return new Uint8Array(await given.arrayBuffer());
  } catch (cause) {
    throw clientProblem('malformed', 'the body did not come to its end', cause);
  }
}
