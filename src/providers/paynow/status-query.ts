/**
 * The status query: every payment of an attempt that is known is asked about. No answer names an amount: what was paid is what the payment
 * was registered for, and a buyer who tries again pays the same (SHEET.md). A number that a browser brings is never asked about: any
 * payment of the shop's, for whatever amount, would answer CONFIRMED.
 */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery, UpdateOutcome } from '../contract.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { askingKey, callPaynow, type PaynowCaller, type PaynowState, readPaynowState } from './api.ts';
import {
  isKnownPayment,
  isOwnRefund,
  paymentsToAsk,
  stateOfPayment,
  stateOfUndoneRefund,
} from './payments.ts';
import type { PaynowSettings } from './settings.ts';
import {
  PAYNOW_DECLINES,
  PAYNOW_OPERATIONS,
  PAYNOW_REFUND_STATUSES,
  PAYNOW_STATUSES,
  PAYNOW_UNEXPLAINED,
} from './statuses.ts';

type Query = StatusQuery<PaynowSettings>;

/** How long a message about the payment that follows an abandoned one may take. */
const FOLLOWED_WITHIN_MS = 3_600_000;

/** What the status of a payment says; `none` for one that the sheet does not have. */
export function outcomeOfPaynow(status: string): UpdateOutcome {
  return meaningOf(PAYNOW_STATUSES, status)?.outcome ?? 'none';
}

/**
 * Reads the status of a payment or a refund.
 * @throws Problem; Refusal when the answer is about another one.
 */
export async function askPaynow(
  caller: PaynowCaller & Pick<Query, 'now'>,
  member: 'paymentId' | 'refundId',
  id: string,
): Promise<PaynowState> {
  const things = member === 'paymentId' ? 'payments' : 'refunds';
  const answer = await callPaynow(caller, {
    method: 'GET',
    path: `/v3/${things}/${encodeURIComponent(id)}/status`,
    idempotencyKey: askingKey(`st-${id}`, caller.now),
  });
  const said = readPaynowState(answer, member);
  if (said.id !== id) throw new Refusal('wrong_account', `the answer is about ${said.id}`);
  return said;
}

/** What one payment says of its attempt. */
function updateOf({ order, amount, currency, providerState }: Query, said: PaynowState): ProviderUpdate {
  const { id, status } = said;
  const outcome = outcomeOfPaynow(status);
  return providerUpdate({
    order,
    key: `${id}/${status}`,
    outcome,
    amount: outcome === 'paid' ? amount : null,
    currency: outcome === 'paid' ? currency : null,
    movement: id,
    ofTransaction: true,
    providerState: stateOfPayment(providerState, id, outcome === 'paid'),
    providerReference: id,
    providerStatus: status,
    ...withReason(PAYNOW_DECLINES, status),
  });
}

/** It is still pending, and a person has to look. */
function forPerson(update: ProviderUpdate): ProviderUpdate {
  return { ...update, outcome: 'pending', pendingReason: 'person_needed' };
}

/**
 * What the payments of an attempt come to. One that failed says nothing while another is under way.
 * @param said in the order in which they were made, as far as it is known.
 * @returns null: no result yet.
 */
export function attemptOfPayments(query: Query, said: readonly PaynowState[]): ProviderUpdate[] | null {
  const updates = said.map((one) => updateOf(query, one));
  const paid = updates.filter(({ outcome }) => outcome === 'paid');
  if (paid.length > 0) return paid;
  const { hint, providerState, now, startedAt } = query;
  const pending = updates.filter(({ outcome }) => outcome === 'pending');
  const unexplained = updates.filter(({ providerStatus }) => PAYNOW_UNEXPLAINED.has(providerStatus));
  if (pending.length > 0) return pending;
  if (unexplained.length > 0) return unexplained.map(forPerson);
  const isOpen = said.some(({ status }) => status === 'NEW');
  const ended = updates.filter(({ outcome }) => outcome !== 'none');
  if (ended.length > 0 && !isOpen) return ended;
  // One that only a message has named has to be kept, whatever its status.
  const named = updates.filter(({ movement }) => movement === hint.paymentId);
  if (named.some(({ movement }) => !isKnownPayment(providerState, movement)))
    return named.map((update) => ({ ...update, outcome: 'none' }));
  // What has followed was never told: it may have been paid.
  const isLeft = said.length > 0 && said.every(({ status }) => status === 'ABANDONED');
  const isLate = !hint.paymentId && now.getTime() - startedAt.getTime() > FOLLOWED_WITHIN_MS;
  return isLeft && isLate ? updates.slice(-1).map(forPerson) : null;
}

/**
 * What a refund says that a message has named. No answer has its amount. That of ours is known; of one that was made in the panel a person
 * has to find it out, and the payment has a conflict until then.
 */
async function queryRefund(query: Query, refundId: string): Promise<readonly ProviderUpdate[]> {
  const { order, providerState } = query;
  const { id, status } = await askPaynow(query, 'refundId', refundId);
  const words = `refund ${status}`;
  const isOurs = isOwnRefund(providerState, id);
  const state = stateIn(PAYNOW_OPERATIONS.refund, status);
  return [
    providerUpdate({
      order,
      key: `refund/${id}/${status}`,
      outcome: isOurs ? 'none' : (meaningOf(PAYNOW_REFUND_STATUSES, words)?.outcome ?? 'none'),
      movement: movementOfRefund(id),
      operation: {
        kind: 'refund',
        // Never one of ours that has no number: it names no amount by which it could be told from another one.
        operationReference: null,
        providerReference: id,
        amount: null,
        state,
      },
      ...(isOurs && state === 'failed' && { providerState: stateOfUndoneRefund(id) }),
      providerStatus: words,
      detail: { refundId: id },
    }),
  ];
}

/** The identity of what a refund has moved. */
export function movementOfRefund(id: string): string {
  return `refund/${id}`;
}

/**
 * Queries the status. Null: no result yet, or no payment was registered.
 * @throws Problem provider_error or provider_unreachable; Refusal when an answer is about something else.
 */
export async function queryPaynow(query: Query): Promise<readonly ProviderUpdate[] | null> {
  const { hint, providerState } = query;
  if (hint.refundId) return queryRefund(query, hint.refundId);
  const ids = paymentsToAsk(providerState, hint.paymentId);
  const answers = await Promise.allSettled(ids.map((id) => askPaynow(query, 'paymentId', id)));
  const said = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const failure = answers.find((answer) => answer.status === 'rejected');
  const isPaid = said.some(({ status }) => outcomeOfPaynow(status) === 'paid');
  // That one was paid is known all the same where another one cannot be asked about.
  if (failure && !isPaid)
    throw failure.reason instanceof Error
      ? failure.reason
      : providerError('Paynow was not asked', failure.reason);
  return attemptOfPayments(query, said);
}
