/** What the tests of operations share: payments that are paid, calls, and banks whose answers, books and clocks are changed. */
import { vi } from 'vitest';
import type { OperationView } from '../../src/payments/types.ts';
import type { BankOperationKind } from '../../src/sandbox/kit/bank-ledger.ts';
import { concluded, entryOf, perform } from '../../src/sandbox/kit/bank-ledger.ts';
import type { BankOperation, Entry } from '../../src/sandbox/kit/entry.ts';
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

export type Read = Payment & { readonly operations: readonly OperationView[] };
type Answer = Omit<Read, 'status'> &
  Omit<Problem, 'status'> & {
    readonly status: string | number;
    readonly provider?: { readonly code: string; readonly text: string };
  };

/** A payment whose money has come, or is held. */
export async function paid(
  provider: string,
  options: Parameters<typeof journey>[1] & { readonly held?: true } = {},
): Promise<Journey> {
  const { held, ...rest } = options;
  const attempt = await journey(provider, {
    ...rest,
    fields: { amount: 10_000, ...rest.fields, ...(held && { capture: 'manual' }) },
  });
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
}

export const call = ({ shop, payment }: Journey, kind: string, body: object = {}, key: string = unique()) =>
  shop.call<Answer>('POST', `/payments/${payment.id}/${kind}`, body, { 'idempotency-key': key });

export const read = async ({ shop, payment }: Journey) =>
  (await shop.call<Read>('GET', `/payments/${payment.id}`)).body;

/** Refreshes, and reads. */
export async function refreshed(attempt: Journey): Promise<Read> {
  await call(attempt, 'refresh');
  return read(attempt);
}

/** The states of a payment's operations, and what was paid and refunded. */
export async function outcome(attempt: Journey) {
  const { operations, amounts } = await read(attempt);
  return { states: operations.map(({ state }) => state), paid: amounts.paid, refunded: amounts.refunded };
}

/** The order at the bank. */
export async function bankEntry({ order }: Journey): Promise<Entry> {
  const entry = await entryOf(memory, order.order);
  if (!entry) throw new Error('the bank has no such order');
  return entry;
}

/** Somebody does something in the back office. */
export async function inBackOffice(
  attempt: Journey,
  kind: BankOperationKind,
  amount: number | null,
): Promise<BankOperation> {
  const result = await perform(memory, await bankEntry(attempt), { kind, amount });
  if (typeof result === 'string') throw new Error(`not possible: ${result}`);
  return result.done;
}

/** The bank carries out what it has taken, or rejects it. Resolves with the operation as it is then. */
export async function conclude(
  attempt: Journey,
  { id }: BankOperation,
  state: 'done' | 'rejected',
): Promise<BankOperation> {
  const entry = await concluded(memory, await bankEntry(attempt), id, state);
  const operation = entry.done.find((one) => one.id === id);
  if (!operation) throw new Error('the bank has no such operation');
  return operation;
}

/** The bank tells of an operation. */
export async function tell(attempt: Journey, operation: BankOperation): Promise<Response> {
  const bank = bankOf(attempt.order.bank);
  const message = bank.operationNotification?.(await bankEntry(attempt), operation, attempt.merchant);
  if (!message) throw new Error('the bank tells nothing');
  return deliver(message);
}

/** Changes the bank's next answer to a call whose address has this in it. The bank has done by then what it was asked to. */
export function changeAnswer(
  part: string,
  change: (text: string, answer: Response) => Response | string,
  times = 1,
): void {
  const spy = vi.mocked(globalThis.fetch);
  const real = spy.getMockImplementation();
  let left = times;
  spy.mockImplementation(async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const body = typeof init?.body === 'string' ? init.body : '';
    const answer = await (real as typeof fetch)(input, init);
    if (left === 0 || !(address.includes(part) || body.includes(part))) return answer;
    left -= 1;
    const changed = change(await answer.text(), answer);
    return typeof changed === 'string'
      ? new Response(changed, { status: answer.status, headers: answer.headers })
      : changed;
  });
}

/** Changes members of the JSON of an answer, wherever they are. */
export function withJson(changes: Record<string, unknown>): (text: string) => string {
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        Object.hasOwn(changes, name) ? changes[name] : changed(member),
      ]),
    );
  };
  return (text) => JSON.stringify(changed(JSON.parse(text)));
}

/** Long after any bank has booked what it has taken. */
const SETTLED_MS = 3_600_000;

/** Goes on at a later time. */
export function wait(ms: number = SETTLED_MS): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}
