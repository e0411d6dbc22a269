/** What the tests of operations after a payment share: payments at a bank that can be slow, and has a back office. */
import { expect, vi } from 'vitest';
import type { OperationKind } from '../../src/payments/operations.ts';
import type { OperationView } from '../../src/payments/types.ts';
import { concluded, entryOf, perform, setSlow } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  bankOf,
  deliver,
  type Journey,
  journey,
  memory,
  type Payment,
  type Problem,
  runAlarms,
  unique,
} from '../support/harness.ts';

type Read = Payment & { readonly operations: readonly OperationView[] };
type Answer = Omit<Read, 'status'> & Omit<Problem, 'status'>;

/** What the payments of these tests are for, in minor units. */
export const AMOUNT = 10_000;

export const MINUTE = 60_000;

/** A payment whose money has come, or is held, at a bank that carries out operations at once or later. */
export async function ready(
  id: string,
  options: { held?: boolean; slow?: boolean; settings?: Record<string, unknown> } = {},
): Promise<Journey> {
  const { held = false, slow = false, settings = {} } = options;
  const attempt = await journey(id, {
    settings,
    fields: { amount: AMOUNT, ...(held && { capture: 'manual' }) },
  });
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  if (slow) await setSlow(memory, attempt.order.order, true);
  return attempt;
}

/** A call of the shop about its payment. */
export const call = ({ shop, payment }: Journey, kind: string, body: object = {}, key: string = unique()) =>
  shop.call<Answer>('POST', `/payments/${payment.id}/${kind}`, body, { 'idempotency-key': key });

export const read = async ({ shop, payment }: Journey) =>
  (await shop.call<Read>('GET', `/payments/${payment.id}`)).body;

export const states = async (attempt: Journey) => (await read(attempt)).operations.map(({ state }) => state);

/** The bank's own account of the order. */
export async function entry({ order }: Journey) {
  const found = await entryOf(memory, order.order);
  if (!found) throw new Error('the bank does not know the order');
  return found;
}

/** Something done in the bank's back office, or by our call whose answer came too late. */
export async function performed(attempt: Journey, kind: OperationKind, amount: number) {
  const result = await perform(memory, await entry(attempt), { kind, amount });
  if (typeof result === 'string') throw new Error(result);
  return result.done;
}

/** The bank carries out one of the operations of an order, numbered from 1, or rejects it. Nobody is told. */
export async function ends(attempt: Journey, number: number, state: 'done' | 'rejected'): Promise<void> {
  const before = await entry(attempt);
  await concluded(memory, before, before.done[number - 1]?.id ?? '', state);
}

/** The bank's notification of one of the operations of an order, numbered from 1. */
export async function tell(attempt: Journey, number: number): Promise<void> {
  const now = await entry(attempt);
  const operation = now.done[number - 1];
  const message =
    operation && bankOf(attempt.order.bank).operationNotification?.(now, operation, attempt.merchant);
  if (!message) throw new Error('the bank has nothing to say');
  expect((await deliver(message)).status).toBe(200);
}

/** From now on it is so much later. */
export function later(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

/**
 * Changes what the bank answers to calls of a page, from now on.
 * @param change of the answer's bytes, one character each.
 */
export function answering(page: string, change: (answer: string, asked: URLSearchParams) => string): void {
  const fetcher = vi.mocked(globalThis.fetch);
  const inner = fetcher.getMockImplementation();
  if (!inner) throw new Error('there is no network');
  fetcher.mockImplementation(async (input, init) => {
    const asked = new URLSearchParams(await new Request(input as RequestInfo, init).clone().text());
    const response = await inner(input, init);
    if (!String(input instanceof Request ? input.url : input).endsWith(page)) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = change(String.fromCharCode(...bytes), asked);
    return new Response(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  });
}
