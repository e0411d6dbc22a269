/** What the tests of operations share: payments that are paid or held, and calls about them. */
import type { OperationView } from '../../src/payments/types.ts';
import { type Journey, journey, type Payment, type Problem, runAlarms, unique } from '../support/harness.ts';

type Read = Payment & { readonly operations: readonly OperationView[] };

/** A payment or a problem. */
export type Answer = Omit<Read, 'status'> & Omit<Problem, 'status'> & { readonly status: string | number };

/** A payment whose shopper has paid. */
export async function paid(provider: string, options: Parameters<typeof journey>[1] = {}): Promise<Journey> {
  const attempt = await journey(provider, options);
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
}

/** A payment whose money is held for its shop. */
export const held = (provider: string, settings: Record<string, unknown> = {}) =>
  paid(provider, { settings, fields: { capture: 'manual' } });

/** An operation that the shop asks for. */
export const call = ({ shop, payment }: Journey, kind: string, body: object = {}, key: string = unique()) =>
  shop.call<Answer>('POST', `/payments/${payment.id}/${kind}`, body, { 'idempotency-key': key });

/** The payment as its shop reads it. */
export const read = async ({ shop, payment }: Journey) =>
  (await shop.call<Read>('GET', `/payments/${payment.id}`)).body;
