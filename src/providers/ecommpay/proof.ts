/** What ECommPay's signature proves. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';

const COVERED = [
  'project_id',
  'general.project_id',
  'payment.id',
  'payment.status',
  'payment.method',
  'payment.sum.amount',
  'payment.sum.currency',
  'payment.merchant_refund_id',
  'operation.id',
  'operation.type',
  'operation.status',
  'operation.request_id',
  'operation.sum_initial.amount',
  'operation.sum_initial.currency',
  'operation.date',
  'transaction.id',
  'transaction.type',
  'request_id',
  'sum_request.amount',
  'sum_request.currency',
  'sum_real.amount',
  'sum_real.currency',
  'sum_refund.amount',
  'sum_refund.currency',
];

/** Only the callback is signed: a return carries nothing. */
export function ecommpayProof(channel: Channel): Proof {
  if (channel === 'return') return unsignedProof([]);
  return merchantProof(COVERED, {
    bordersCovered: false,
    uniqueReading:
      'what decides is read from the signed text and not from the JSON; a message in which a name or value holds the separator, or a deciding line stands twice, is only a reason to ask',
    requestIsNoAnswer:
      'no request of ours has payment.id and payment.status or holds the separator, and what has lines of a request is refused',
  });
}
