/** Finds the attempt that is named by the order number in a provider's message. */
import { fromOrderNumber, type PaymentId, paymentId } from '../payments/id.ts';
import type { Service } from './service.ts';

/** An attempt of a payment. */
export interface NamedAttempt {
  readonly id: PaymentId;
  /** From 1. */
  readonly attempt: number;
}

/** Whether an order number has the form of PolyBanking's. */
export function isOfPolybanking(order: string): boolean {
  return /^polybanking-\d{1,18}$/.test(order);
}

/** PolyBanking's order number of a transaction. */
export function polybankingOrder(number: string): string {
  return `polybanking-${number}`;
}

/**
 * The attempt that an order number names: one of ours by its form, one of PolyBanking's where its transaction was taken over.
 * Null: none. Nothing is verified yet: the ledger takes a message only from the account that the attempt went to.
 */
export async function attemptOfOrder(service: Service, order: string): Promise<NamedAttempt | null> {
  const ours = fromOrderNumber(order);
  if (ours || !isOfPolybanking(order)) return ours;
  const found = await service.directory.imported.paymentOf(order);
  const id = found === null ? null : paymentId(found);
  return id && { id, attempt: 1 };
}

/** The account that the attempt of an order number went to; null: there is no such attempt. */
export async function accountOfOrder(service: Service, order: string): Promise<string | null> {
  const about = await attemptOfOrder(service, order);
  if (!about) return null;
  const payment = await service.ledger(about.id).read();
  return payment?.attempts[about.attempt - 1]?.account ?? null;
}
