/**
 * The status query: a payment as Gate shows it, with what was refunded of it. Facts: SHEET.md, "Statuses" and "After payment".
 *
 * After a refund payment.sum is what is left: what was paid is that and what was refunded.
 */
import type { ProviderUpdate, StatusQuery, UpdateOutcome } from '../contract.ts';
import { providerUpdate } from '../kit/update.ts';
import { type GateOperation, type GatePayment, paymentStatus } from './gate.ts';
import type { EcommpaySettings } from './settings.ts';
import { ecommpayOperationState, operationKindOf, paymentOutcome } from './statuses.ts';

type Query = StatusQuery<EcommpaySettings>;

function isDone({ status = '' }: GateOperation): boolean {
  return ecommpayOperationState(status) === 'succeeded';
}

/** Whether an authorization was released: by an operation that says so, or because what was held is over. */
function isReleased({ known }: Query, { operations }: GatePayment): boolean {
  return operations?.some((one) => one.type === 'cancel' && isDone(one)) || (known?.authorized ?? 0) > 0;
}

/** What was refunded in all, in minor units, of a payment of which a part was. */
function refundedOf({ known }: Query, { operations, left }: GatePayment): number {
  const refunds = operations?.filter((one) => operationKindOf(one.type ?? '') === 'refund' && isDone(one));
  if (refunds && refunds.length > 0)
    return refunds.reduce((sum, { sum_initial }) => sum + (sum_initial?.amount ?? 0), 0);
  return known && left !== null ? Math.max(0, known.paid - left) : 0;
}

/**
 * Queries the status of a payment: what was paid, and what was refunded of it, in minor units.
 * @throws Problem provider_error or provider_unreachable
 * @throws Refusal when the answer is about something else, or carries a signature that is wrong
 */
export async function gateStatusUpdates(query: Query): Promise<readonly ProviderUpdate[]> {
  const found = await paymentStatus(query);
  const { word, left, made, currency, method } = found;
  const update = (outcome: UpdateOutcome, amount: number | null): ProviderUpdate =>
    providerUpdate({
      order: query.order,
      key: `status/${word}/${outcome}/${amount}`,
      outcome,
      amount,
      currency,
      movement: 'payment',
      cumulative: true,
      // A callback that was only a hint has left no method.
      ...(method !== null && { providerState: { method } }),
      providerStatus: word,
    });
  const outcome = paymentOutcome(word);
  if (outcome === 'cancelled' || outcome === 'expired')
    return [update(isReleased(query, found) ? 'voided' : outcome, left)];
  if (outcome !== 'refunded' && outcome !== 'reversed') return [update(outcome, left ?? made)];
  const refunded = refundedOf(query, found);
  const paid = left === null ? (made ?? refunded) : left + refunded;
  return [
    ...(paid > 0 ? [update('paid', paid)] : []),
    {
      ...update(outcome, outcome === 'refunded' ? refunded : null),
      // A total names no refund. Which one is which is for the operations to say.
      operation: { kind: 'refund', operationReference: null, amount: null, state: 'unknown' },
    },
  ];
}
