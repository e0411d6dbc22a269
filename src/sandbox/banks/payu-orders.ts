/** The simulated PayU's orders: what it keeps of one, and its statuses. */
import { createHash } from 'node:crypto';
import type { BankOrder, Decision, Memory } from '../kit/bank.ts';

const REST: Record<Decision, string> = {
  pay: 'COMPLETED',
  decline: 'CANCELED',
  cancel: 'CANCELED',
  wait: 'PENDING',
};
const CLASSIC: Record<Decision, string> = { pay: '99', decline: '3', cancel: '2', wait: '4' };

/** A point of sale without automatic receipt holds the money until it is confirmed. */
export function payuStatus({ manual }: BankOrder, classic: boolean, decision: Decision): string {
  if (manual && decision === 'pay') return classic ? '5' : 'WAITING_FOR_CONFIRMATION';
  return (classic ? CLASSIC : REST)[decision];
}

/** Lower-case hexadecimal, of UTF-8. */
export function payuMd5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}

/** Where an order is kept, by the merchant's number. */
export function payuPlace(order: string): string {
  return `payu/${order}`;
}

/** An order, under the names of REST. */
export type PayuOrderRecord = {
  extOrderId: string;
  orderId: string;
  totalAmount: string;
  currencyCode: string;
  continueUrl: string;
  notifyUrl: string;
  description: string;
  pos: string;
  status: string;
};

/** An order by the merchant's number. */
export async function payuOrder(memory: Memory, order: string): Promise<PayuOrderRecord | null> {
  const text = await memory.get(payuPlace(order));
  return text ? (JSON.parse(text) as PayuOrderRecord) : null;
}
