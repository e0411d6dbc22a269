/** The simulated PostFinance Checkout's transactions: what it keeps of one, and how it shows them. */
import { currency } from '../../payments/currencies.ts';
import type { Memory } from '../kit/bank.ts';
import { type Entry, entryOf } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

/** A transaction as it is kept. */
export interface Transaction {
  readonly id: number;
  readonly space: string;
  readonly account: string;
  /** The merchant's reference. */
  readonly order: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly success: string;
  readonly failed: string;
  readonly description: string;
  readonly manual: boolean;
  /** Before money is held or taken. */
  readonly state: 'PENDING' | 'CONFIRMED' | 'PROCESSING' | 'FAILED';
  readonly isLive: boolean;
}

const place = (id: number | string) => `checkout/${id}`;

export async function transactionAt(memory: Memory, id: number | string): Promise<Transaction | null> {
  const text = await memory.get(place(id));
  return text ? (JSON.parse(text) as Transaction) : null;
}

/** The numbers of operations end as those of their order do: by these, an operation is found again. */
const ending = (order: string) => order.slice(-6).replace(/\D/g, '7');
const ordersPlace = (end: string) => `checkout/orders/${end}`;

async function ordersAt(memory: Memory, end: string): Promise<readonly string[]> {
  return JSON.parse((await memory.get(ordersPlace(end))) ?? '[]') as string[];
}

export async function saveTransaction(memory: Memory, one: Transaction): Promise<void> {
  await memory.put(place(one.id), JSON.stringify(one));
  const end = ending(one.order);
  const orders = await ordersAt(memory, end);
  if (!orders.includes(one.order)) await memory.put(ordersPlace(end), JSON.stringify([...orders, one.order]));
}

/** The money of a transaction; null: nobody has decided about it, or it is another transaction of the order. */
export async function entryOfTransaction(memory: Memory, one: Transaction): Promise<Entry | null> {
  const entry = await entryOf(memory, one.order);
  return entry?.data.transaction === String(one.id) ? entry : null;
}

/** An operation by its number, with the transaction that it is of. */
export async function operationAt(
  memory: Memory,
  id: string,
): Promise<{ readonly transaction: Transaction; readonly operation: BankOperation } | null> {
  for (const order of await ordersAt(memory, id.slice(-6))) {
    const entry = await entryOf(memory, order);
    const operation = entry?.done.find((one) => one.id === id);
    const transaction = operation && (await transactionAt(memory, entry?.data.transaction ?? ''));
    if (operation && transaction) return { transaction, operation };
  }
  return null;
}

/** An amount as the API shows it. */
export function major(amount: number, code: string): number {
  const digits = currency(code)?.digits ?? 2;
  return Number((amount / 10 ** digits).toFixed(digits));
}

/** An amount of the API, in minor units; null: it is no number, or has more decimals than the currency. */
export function minorOf(amount: unknown, code: string): number | null {
  const digits = currency(code)?.digits ?? 2;
  const [whole = '', decimals = '', ...more] = typeof amount === 'number' ? String(amount).split('.') : [];
  if (!/^\d{1,12}$/.test(whole) || !/^\d*$/.test(decimals) || decimals.length > digits || more.length > 0)
    return null;
  return Number(whole + decimals.padEnd(digits, '0'));
}

/** The state of a transaction, with what was decided and done since. */
export function stateOf(one: Transaction, entry: Entry | null): string {
  if (entry?.cancelled) return entry.held > 0 ? 'VOIDED' : 'FAILED';
  if (entry && entry.taken > 0) return 'FULFILL';
  return entry && entry.held > 0 ? 'AUTHORIZED' : one.state;
}

/** A transaction as the API shows it. */
export function shownTransaction(one: Transaction, entry: Entry | null): object {
  const state = stateOf(one, entry);
  const authorized = entry ? Math.max(entry.held, entry.taken) : 0;
  return {
    id: one.id,
    linkedSpaceId: Number(one.space),
    state,
    currency: one.currency,
    merchantReference: one.order,
    authorizationAmount: major(authorized, one.currency),
    completedAmount: major(entry?.taken ?? 0, one.currency),
    refundedAmount: major(entry?.returned ?? 0, one.currency),
    environment: one.isLive ? 'LIVE' : 'PREVIEW',
    version: 1 + (entry?.done.length ?? 0),
    lineItems: [{ uniqueId: one.order, quantity: 1, amountIncludingTax: major(one.amount, one.currency) }],
    ...(state === 'FAILED' && { failureReason: { category: 'END_USER' } }),
  };
}

const WORDS: Readonly<Record<BankOperation['state'], string>> = {
  done: 'SUCCESSFUL',
  pending: 'PENDING',
  rejected: 'FAILED',
};

/** A completion, void or refund as the API shows it. One of the back office has a name of the platform's. */
export function shownOperation(one: Transaction, entry: Entry | null, operation: BankOperation): object {
  const { id, kind, amount, operationReference } = operation;
  return {
    id: Number(id),
    linkedSpaceId: Number(one.space),
    state: WORDS[operation.state],
    ...(kind === 'refund'
      ? { transaction: shownTransaction(one, entry), externalId: operationReference || `backoffice-${id}` }
      : { linkedTransaction: one.id }),
    ...(kind !== 'cancel' && { amount: major(amount, one.currency) }),
  };
}
