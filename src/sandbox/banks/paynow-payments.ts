/** The simulated Paynow's payments and refunds: what it keeps of them, and their numbers. */
import { createHash } from 'node:crypto';
import type { Memory } from '../kit/bank.ts';
import { type Entry, entryOf } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

/** A payment as it is kept. */
export interface KeptPayment {
  readonly id: string;
  readonly account: string;
  readonly externalId: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  readonly continueUrl: string;
  /** Of the page's address. */
  readonly token: string;
  readonly status: 'NEW' | 'PENDING' | 'CONFIRMED' | 'REJECTED' | 'ABANDONED';
  /** The payment by which the buyer has tried again; null: not tried again. */
  readonly next: string | null;
}

const place = (id: string) => `paynow/payment/${id}`;

export async function paymentAt(memory: Memory, id: string): Promise<KeptPayment | null> {
  const text = await memory.get(place(id));
  return text ? (JSON.parse(text) as KeptPayment) : null;
}

export function savePayment(memory: Memory, payment: KeptPayment): Promise<void> {
  return memory.put(place(payment.id), JSON.stringify(payment));
}

/** Thirteen characters as a number of Paynow's: `NOLV-8F9-08K-WGD`. */
function grouped(text: string): string {
  return `${text.slice(0, 4)}-${text.slice(4, 7)}-${text.slice(7, 10)}-${text.slice(10, 13)}`;
}

/** The number of a payment that nothing else has: of the order, and how often it was tried. */
async function freshNumber(account: string, externalId: string, memory: Memory): Promise<string> {
  for (let count = 0; ; count++) {
    const hash = createHash('sha256').update(`${account}/${externalId}/${count}`).digest('hex');
    const text = BigInt(`0x${hash.slice(0, 20)}`)
      .toString(36)
      .toUpperCase()
      .padStart(11, '0')
      .slice(-11);
    const id = grouped(`N${text}0`);
    if ((await paymentAt(memory, id)) === null) return id;
  }
}

/** A new payment. */
export async function registered(
  memory: Memory,
  wanted: Omit<KeptPayment, 'id' | 'status' | 'next'>,
): Promise<KeptPayment> {
  const id = await freshNumber(wanted.account, wanted.externalId, memory);
  const payment: KeptPayment = { ...wanted, id, status: 'NEW', next: null };
  await savePayment(memory, payment);
  return payment;
}

/** The payment that the buyer is at: one that was rejected is abandoned, and tried again by a new one with the same reference. */
export async function currentPayment(memory: Memory, id: string): Promise<KeptPayment | null> {
  const payment = await paymentAt(memory, id);
  if (payment?.next) return currentPayment(memory, payment.next);
  if (payment?.status !== 'REJECTED') return payment;
  const next = await registered(memory, payment);
  await savePayment(memory, { ...payment, status: 'ABANDONED', next: next.id });
  return next;
}

/** The money of a payment; null: nobody has paid by it. */
export async function entryOfPayment(memory: Memory, { id, externalId }: KeptPayment): Promise<Entry | null> {
  const entry = await entryOf(memory, externalId);
  return entry?.data.paymentId === id ? entry : null;
}

/** The number of a refund: that of its payment, with R in front, and which one of it at the end. */
export function refundNumber({ data, done }: Entry, { id }: BankOperation): string {
  const index = done.findIndex((one) => one.id === id);
  return `R${(data.paymentId ?? '').slice(1, -1)}${index.toString(36).toUpperCase()}`;
}

/** A refund by its number. */
export async function refundAt(memory: Memory, number: string): Promise<BankOperation | null> {
  const payment = await paymentAt(memory, `N${number.slice(1, -1)}0`);
  const entry = payment && (await entryOfPayment(memory, payment));
  return entry?.done[Number.parseInt(number.slice(-1), 36)] ?? null;
}

/** The words for a refund. */
export const REFUND_WORDS: Readonly<Record<BankOperation['state'], string>> = {
  done: 'SUCCESSFUL',
  pending: 'PENDING',
  rejected: 'FAILED',
};
