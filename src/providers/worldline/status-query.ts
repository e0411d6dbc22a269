/**
 * The status query: the session of the hosted page as long as it lives, and the details of the payment once there is one whose money is
 * known. Facts: SHEET.md. A session that the platform does not know is answered with 500, as a fault of its own is.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { type CheckoutAnswer, readCheckout, worldlineProblem } from './answers.ts';
import { callWorldline } from './api.ts';
import { readDetails, requireOurs, updatesOfDetails } from './history.ts';
import { updateOfPayment } from './messages.ts';
import type { WorldlineSettings } from './settings.ts';
import { WORLDLINE_CHECKOUT_STATUSES } from './statuses.ts';

type Query = StatusQuery<WorldlineSettings>;

/** `GET hostedcheckouts/{id}`. @throws Problem */
async function askCheckout(query: Query, hostedCheckoutId: string): Promise<CheckoutAnswer> {
  const { account, now, fetch: fetcher } = query;
  const path = `/hostedcheckouts/${encodeURIComponent(hostedCheckoutId)}`;
  const { status, text } = await callWorldline({ account, now, fetch: fetcher, method: 'GET', path });
  if (status !== 200) throw worldlineProblem('was asked', status, text);
  return readCheckout(text);
}

/** What a session without a payment says. Null: nothing yet. */
function updateOfSession({ order }: Query, { status }: CheckoutAnswer, id: string): ProviderUpdate | null {
  const outcome = meaningOf(WORLDLINE_CHECKOUT_STATUSES, status)?.outcome ?? 'none';
  if (outcome === 'none') return null;
  return providerUpdate({
    order,
    key: `checkout/${id}/${status}`,
    outcome,
    movement: id,
    providerStatus: status,
  });
}

/** The session of the page. @throws Problem; Refusal when it is about another order or currency. */
async function updatesOfSession(query: Query, id: string): Promise<readonly ProviderUpdate[] | null> {
  const checkout = await askCheckout(query, id);
  const { payment } = checkout;
  if (!payment) {
    const update = updateOfSession(query, checkout, id);
    return update && [update];
  }
  requireOurs(query, { id: payment.id, output: payment.paymentOutput });
  if (payment.paymentOutput?.references?.merchantReference !== query.order)
    throw new Refusal('wrong_attempt', 'the answer is about no order, or another one');
  const update = updateOfPayment(payment, query.order);
  const isOfMoney = update.outcome === 'paid' || update.outcome === 'refunded';
  // It does not say how much, or there may have been more since.
  if (isOfMoney && (update.amount === null || (query.known?.paid ?? 0) > 0))
    return updatesOfDetails(query, await readDetails(query, payment.id ?? ''));
  return [update];
}

/**
 * Queries the status. Null: no result yet, or nothing is registered at Worldline.
 * @throws Problem provider_error or provider_unreachable; Refusal when the answer is about another payment.
 */
export async function queryWorldline(query: Query): Promise<readonly ProviderUpdate[] | null> {
  const { paidId, authorizedId, triedId, hostedCheckoutId } = query.providerState;
  const known = paidId ?? authorizedId;
  if (known) return updatesOfDetails(query, await readDetails(query, known));
  if (!hostedCheckoutId) return null;
  try {
    return await updatesOfSession(query, hostedCheckoutId);
  } catch (error) {
    // The session may be over, and a try that had no result yet may have one.
    if (!(error instanceof Problem) || !triedId) throw error;
    return updatesOfDetails(query, await readDetails(query, triedId));
  }
}
