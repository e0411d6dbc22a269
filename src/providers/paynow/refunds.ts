/**
 * Refunds, the one operation that Paynow has. Facts: SHEET.md, "After payment". There is no list of them, and the number that the answer
 * gives is the one thing by which a refund is found: where that answer was lost, a person has to look in the panel. The Idempotency-Key
 * would allow the call to be repeated, for a time that nobody documents, but a repeat carries out what never arrived: that is for a person
 * to ask for again.
 *
 * Safe readings of what is unverified:
 * - an error of Paynow's by its name in 4xx declines, CONFLICT, RATE_LIMIT_REACHED and those of 5xx do not: the outcome is unknown;
 * - CANCELLED, for want of balance within the days of the shop's setting, is a failure.
 */
import { Declined } from '../../payments/errors.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { callPaynow, declinedByPaynow, readPaynowState } from './api.ts';
import { paymentToRefund, stateOfOwnRefund, stateOfUndoneRefund } from './payments.ts';
import type { PaynowSettings } from './settings.ts';
import { askPaynow, movementOfRefund } from './status-query.ts';
import { PAYNOW_OPERATIONS } from './statuses.ts';

/** @throws Declined, Problem */
async function execute(order: OperationOrder<PaynowSettings>): Promise<OperationResult> {
  const { account, send, amount, before, accepted, providerState, notMade = [], operationReference } = order;
  const gone = { paid: before.paid, refunded: before.refunded + accepted };
  // A person's word that one was not made is not in the provider state.
  const known = Object.assign({}, providerState, ...notMade.map(stateOfUndoneRefund)) as typeof providerState;
  const paymentId = paymentToRefund(known, gone, amount);
  const answer = await callPaynow(
    { account, fetch: send },
    {
      method: 'POST',
      path: `/v3/payments/${encodeURIComponent(paymentId)}/refunds`,
      idempotencyKey: operationReference,
      body: { amount, reason: 'OTHER' },
    },
  );
  if (answer.status !== 200 && answer.status !== 201) return declinedByPaynow(answer);
  const { id, status } = readPaynowState(answer, 'refundId');
  const state = stateIn(PAYNOW_OPERATIONS.refund, status);
  if (state === 'failed') throw new Declined(status, 'the refund was not made');
  if (state === 'unknown') throw providerError(`Paynow answered the status ${status}`);
  return {
    state,
    status,
    providerReference: id,
    providerState: stateOfOwnRefund(id, { operationReference, paymentId, amount }),
  };
}

/** The refund by the number that its answer gave; null: there was none. @throws Problem, Refusal */
async function lookUp(call: OperationCall<PaynowSettings>): Promise<Bookings | null> {
  const { providerReference } = call;
  if (!providerReference) return null;
  const { id, status } = await askPaynow(call, 'refundId', providerReference);
  const state = stateIn(PAYNOW_OPERATIONS.refund, status);
  return {
    entries: [
      // Known by its number alone: of any other refund this says nothing.
      {
        operationReference: null,
        providerReference: id,
        amount: null,
        state,
        status: `refund ${status}`,
        movement: movementOfRefund(id),
      },
    ],
    complete: false,
    status,
    ...(state === 'failed' && { providerState: stateOfUndoneRefund(id) }),
  };
}

export const paynowRefund: ProviderOperation<PaynowSettings> = {
  rule: { fundsSources: ['paid'], parts: 'many' },
  execute,
  lookUp,
};
