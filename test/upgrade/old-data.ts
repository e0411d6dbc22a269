/** What commit 6de0c03 told about the data folder that it left behind, and calls to today's server that runs on it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** A payment as the old version had it. */
export interface Payment {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly amount: number;
  readonly provider: string;
  readonly checkoutUrl: string;
  readonly redirect: { readonly url?: string } | null;
  readonly amounts: { readonly authorized: number; readonly paid: number; readonly refunded: number };
  readonly attempts: readonly { readonly attempt: number; readonly status: string }[];
  readonly operations: readonly { readonly state: string; readonly kind: string }[];
}

interface Event {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
  /** Null: a line of the old version, which has none. */
  readonly salt: string | null;
}

interface Kept {
  /** Whether the server has something to ask about it as soon as it runs: its status may be another one by then. */
  readonly open: boolean;
  /** What created it; PolyBanking's own form is not kept. */
  readonly create?: unknown;
  /** Of its shop. */
  readonly key: string;
  readonly payment: Payment;
  readonly events: readonly Event[];
  readonly deliveries: readonly unknown[];
}

/** A message of a bank. */
interface Message {
  readonly payment: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** All that the old version told. */
export interface Told {
  readonly port: number;
  /** The port of the shops' webhooks. */
  readonly receiver: number;
  readonly keys: {
    readonly admin: string;
    readonly rotating: { readonly apiKeys: readonly string[]; readonly webhookSecrets: readonly string[] };
    readonly polybanking: { readonly apiKey: string; readonly ipnKey: string };
  };
  readonly payments: Readonly<Record<string, Kept>>;
  /** Those that were over, with the answer to their repeat. */
  readonly operations: readonly {
    readonly path: string;
    readonly key: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly answer: { readonly status: number; readonly body: object };
  }[];
  /** Those that were applied, with the answer to their repeat. */
  readonly notifications: readonly (Message & {
    readonly answer: { readonly status: number; readonly type: string | null; readonly body: string };
  })[];
  /** Genuine ones that the old server never got to see. */
  readonly undelivered: readonly Message[];
  readonly classic: { readonly transaction: object; readonly logs: object };
  readonly directory: Readonly<
    Record<'accounts' | 'shops' | 'refusals', { readonly data: readonly { readonly id: string | number }[] }>
  >;
}

export const FIXTURES = join(import.meta.dirname, '..', 'fixtures');
export const told = JSON.parse(readFileSync(join(FIXTURES, 'data-6de0c03.json'), 'utf8')) as Told;
const origin = `http://localhost:${told.port}`;
export const references = Object.keys(told.payments);

/** The payments whose reference begins so. */
export const beginning = (start: string) => references.filter((reference) => reference.startsWith(start));

/** What it told of one payment. */
export function kept(reference: string): Kept {
  const found = told.payments[reference];
  if (!found) throw new Error(`there is no payment ${reference}`);
  return found;
}

interface Options {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call to today’s server. */
export function call(method: string, path: string, { key, body, headers }: Options = {}): Promise<Response> {
  return fetch(origin + path, {
    method,
    redirect: 'manual',
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** A call whose answer is good. */
export async function json<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await call(method, path, options);
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
  return JSON.parse(text) as T;
}

/** A payment as today’s server tells it. */
export function read(reference: string): Promise<Payment> {
  const { key, payment } = kept(reference);
  return json('GET', `/v1/payments/${payment.id}`, { key });
}

/** Its log today. */
export async function events(reference: string): Promise<Event[]> {
  const { key, payment } = kept(reference);
  return (await json<{ data: Event[] }>('GET', `/v1/payments/${payment.id}/events`, { key })).data;
}

/** An operation that its shop asks for. */
export function operate(reference: string, what: string, body?: object): Promise<Response> {
  const { key, payment } = kept(reference);
  return call('POST', `/v1/payments/${payment.id}/${what}`, { key, body });
}

/** The simulated bank decides. */
export async function decide(reference: string, decision: string): Promise<void> {
  await json('POST', `/sandbox/payments/${kept(reference).payment.id}`, { body: { decision } });
}

/** A message of a bank comes in. */
export function send({ method, path, headers, body }: Message): Promise<Response> {
  return call(method, path, { headers, ...(body !== null && { body }) });
}

/** What the old version told of a payment, as far as it has to stay. */
export function lasting({ open, payment }: Kept): Partial<Payment> {
  // Today a payment that is over has no redirect, and one that cannot be used again leads to our checkout.
  const { checkoutUrl: _checkoutUrl, redirect: _redirect, ...shown } = payment;
  if (!open) return shown;
  const { id, reference, provider } = shown;
  return { id, reference, provider };
}

/** The demo shop: the local server gives it an account at each provider that was added since, and keeps those that it had. */
export function extended(shop: object): object {
  const {
    accounts,
    updatedAt: _updatedAt,
    ...kept
  } = shop as {
    readonly accounts: readonly string[];
    readonly updatedAt: string;
  };
  return { ...kept, accounts: expect.arrayContaining([...accounts]) };
}

/** A refusal without the whole of what was expected: that is the right signature of a forged message, and is kept no more. */
export function withoutRightSignature(stored: object): object {
  if (!('explanation' in stored)) return stored;
  const { expected, firstDifference, ...explanation } = stored.explanation as {
    readonly expected: string | null;
    readonly firstDifference: { readonly at: number; readonly expected: string } | null;
  };
  const kept = expected?.slice(0, 8) ?? null;
  return {
    ...stored,
    explanation: {
      ...explanation,
      expected: kept,
      firstDifference: firstDifference && { ...firstDifference, expected: kept?.slice(firstDifference.at) },
    },
  };
}
