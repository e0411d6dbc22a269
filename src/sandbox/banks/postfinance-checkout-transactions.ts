/** The simulated PostFinance Checkout's transactions: what it keeps of one, and how it shows them. */
import { currency } from '../../payments/currencies.ts';
import type { Memory } from '../kit/bank.ts';
import { type Entry, entryOf } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

/** A transaction as it is kept. */
export interface SpaceTransaction {
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

export async function transactionAt(memory: Memory, id: number | string): Promise<SpaceTransaction | null> {
  const text = await memory.get(place(id));
  return text ? (JSON.parse(text) as SpaceTransaction) : null;
}

export function saveTransaction(memory: Memory, one: SpaceTransaction): Promise<void> {
  return memory.put(place(one.id), JSON.stringify(one));
}

/** The money of a transaction; null: nobody has decided about it, or it is another transaction of the order. */
export async function entryOfTransaction(memory: Memory, one: SpaceTransaction): Promise<Entry | null> {
  const entry = await entryOf(memory, one.order);
  return entry?.data.transaction === String(one.id) ? entry : null;
}

/** Fewer operations than this are of one transaction: the platform's numbers for them are this many times its own, and one more each. */
const MOST_OPERATIONS = 1000;

/** The platform's number of an operation. */
export function checkoutOperationNumber(transaction: number, { done }: Entry, { id }: BankOperation): number {
  return transaction * MOST_OPERATIONS + done.findIndex((one) => one.id === id) + 1;
}

/** An operation by its number, with the transaction that it is of. */
export async function operationAt(memory: Memory, id: string) {
  const number = Number(id);
  const transaction = await transactionAt(memory, Math.floor(number / MOST_OPERATIONS));
  const entry = transaction && (await entryOfTransaction(memory, transaction));
  const operation = entry?.done[(number % MOST_OPERATIONS) - 1];
  return transaction && entry && operation ? { transaction, entry, operation } : null;
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
export function stateOf(one: SpaceTransaction, entry: Entry | null): string {
  if (entry?.cancelled) return entry.held > 0 ? 'VOIDED' : 'FAILED';
  if (entry && entry.taken > 0) return 'FULFILL';
  return entry && entry.held > 0 ? 'AUTHORIZED' : one.state;
}

/** A transaction as the API shows it. */
export function shownTransaction(one: SpaceTransaction, entry: Entry | null): object {
  const state = stateOf(one, entry);
  const code = entry?.currency ?? one.currency;
  const authorized = entry ? Math.max(entry.held, entry.taken) : 0;
  return {
    id: one.id,
    linkedSpaceId: Number(one.space),
    state,
    currency: code,
    merchantReference: one.order,
    authorizationAmount: major(authorized, code),
    completedAmount: major(entry?.taken ?? 0, code),
    refundedAmount: major(entry?.returned ?? 0, code),
    environment: one.isLive ? 'LIVE' : 'PREVIEW',
    version: 1 + (entry?.done.length ?? 0),
    lineItems: [{ uniqueId: one.order, quantity: 1, amountIncludingTax: major(one.amount, code) }],
    ...(state === 'FAILED' && { failureReason: { category: 'END_USER' } }),
  };
}

const WORDS: Readonly<Record<BankOperation['state'], string>> = {
  done: 'SUCCESSFUL',
  pending: 'PENDING',
  rejected: 'FAILED',
};

/** A completion, void or refund as the API shows it. One of the back office has a name of the platform's. */
export function shownOperation(one: SpaceTransaction, entry: Entry, operation: BankOperation): object {
  const { kind, amount, operationReference } = operation;
  const id = checkoutOperationNumber(one.id, entry, operation);
  return {
    id,
    linkedSpaceId: Number(one.space),
    state: WORDS[operation.state],
    ...(kind === 'refund'
      ? { transaction: shownTransaction(one, entry), externalId: operationReference || `backoffice-${id}` }
      : { linkedTransaction: one.id }),
    ...(kind !== 'cancel' && { amount: major(amount, entry.currency) }),
  };
}
