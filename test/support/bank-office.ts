/**
 * The bank's side of operations after a payment, for tests: it carries them out later or rejects them, tells of them, is given
 * some in its own panel, and answers something else than it should.
 */
import { expect, vi } from 'vitest';
import type { OperationView } from '../../src/payments/types.ts';
import { concluded, entryOf, perform, setSlow } from '../../src/sandbox/kit/bank-ledger.ts';
import type { BankOperation, BankOperationKind, Entry } from '../../src/sandbox/kit/entry.ts';
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
} from './harness.ts';

/** A payment with its operations, as the shop reads it. */
export type PaymentRead = Payment & { readonly operations: readonly OperationView[] };
type OperationAnswer = Omit<PaymentRead, 'status'> &
  Omit<Problem, 'status'> & {
    readonly status: string | number;
    readonly provider?: { readonly code: string };
  };

/** A payment that the shopper has paid. */
export async function paid(
  providerId: string,
  options: Parameters<typeof journey>[1] = {},
): Promise<Journey> {
  const attempt = await journey(providerId, options);
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
}

/** The shop asks for an operation, or for a refresh. */
export function ask({ shop, payment }: Journey, kind: string, amount?: number, key: string = unique()) {
  const body = amount === undefined ? {} : { amount };
  return shop.call<OperationAnswer>('POST', `/payments/${payment.id}/${kind}`, body, {
    'idempotency-key': key,
  });
}

/** The payment, as the shop reads it now. */
export async function read({ shop, payment }: Journey): Promise<PaymentRead> {
  return (await shop.call<PaymentRead>('GET', `/payments/${payment.id}`)).body;
}

/** The payment after a refresh. @param minutes that pass before. */
export async function refreshed(attempt: Journey, minutes = 0): Promise<PaymentRead> {
  if (minutes > 0) vi.setSystemTime(Date.now() + minutes * 60_000);
  await ask(attempt, 'refresh');
  return read(attempt);
}

/** The payment after its ledger has looked by itself, and nobody has refreshed. */
export async function watched(attempt: Journey, minutes = 1): Promise<PaymentRead> {
  vi.setSystemTime(Date.now() + minutes * 60_000);
  await runAlarms(attempt.payment.id);
  return read(attempt);
}

/** Longer than any provider takes to show an operation. */
export const SETTLED_MINUTES = 24 * 60;

/** The states of a payment's operations, the oldest first. */
export function statesOf({ operations }: PaymentRead): readonly string[] {
  return operations.map(({ state }) => state);
}

async function entry({ order }: Journey): Promise<Entry> {
  const found = await entryOf(memory, order.order);
  if (!found) throw new Error('the bank has no such order');
  return found;
}

/** The bank's ledger of an order. */
export const entryAt = entry;

/** From now on the bank carries out the operations of an order later, or at once again. */
export function slow({ order }: Journey, isSlow = true): Promise<void> {
  return setSlow(memory, order.order, isSlow);
}

/** The bank's operation by its place in the bank's ledger, from 0. */
async function operationAt(attempt: Journey, index: number): Promise<BankOperation> {
  const operation = (await entry(attempt)).done[index];
  if (!operation) throw new Error(`the bank has no operation ${index}`);
  return operation;
}

/** The bank carries out a pending operation, or rejects it. @param index its place in the bank's ledger, from 0. */
export async function conclude(attempt: Journey, index: number, state: 'done' | 'rejected'): Promise<void> {
  const { id } = await operationAt(attempt, index);
  await concluded(memory, await entry(attempt), id, state);
}

/** The bank tells what became of an operation. */
export async function tell(attempt: Journey, index: number): Promise<void> {
  const operation = await operationAt(attempt, index);
  const bank = bankOf(attempt.order.bank);
  const message = bank.operationNotification?.(await entry(attempt), operation, attempt.merchant);
  if (!message) throw new Error('this bank tells nothing of it');
  const answer = await deliver(message);
  expect(answer.status, await answer.text()).toBeLessThan(300);
  await runAlarms(attempt.payment.id);
}

/** Somebody does it in the bank's own panel. */
export async function inPanel(attempt: Journey, kind: BankOperationKind, amount: number): Promise<void> {
  const done = await perform(memory, await entry(attempt), { kind, amount });
  if (typeof done === 'string') throw new Error(`the bank declines: ${done}`);
}

/** What the bank's answers to some calls are made into, until it is taken back. */
export function answering(
  fits: (sent: Request) => boolean,
  make: (answer: Response, sent: Request) => Response | Promise<Response>,
): () => void {
  const fetcher = vi.mocked(globalThis.fetch);
  const before = fetcher.getMockImplementation();
  if (!before) throw new Error('there is no network');
  fetcher.mockImplementation(async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    const answer = await before(sent.clone(), init?.signal ? { signal: init.signal } : undefined);
    return fits(sent) ? make(answer, sent) : answer;
  });
  return () => fetcher.mockImplementation(before);
}

/** The same for the next answer of a method at a path, whose JSON is changed. */
export function changing(
  method: string,
  path: RegExp,
  change: (body: Record<string, unknown>) => unknown,
): () => void {
  return answering(
    (sent) => sent.method === method && path.test(new URL(sent.url).pathname),
    async (answer) => Response.json(change(await answer.json()), { status: answer.status }),
  );
}
