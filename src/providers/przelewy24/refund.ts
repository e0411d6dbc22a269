/**
 * Refunds at Przelewy24 (REST). A refund is accepted at once; its result comes as a signed notification. requestId and
 * refundsUuid name it, so that the list of refunds has it by our name. Facts: SHEET.md.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { callP24, type P24Answer, unexpectedP24Answer } from './call.ts';
import { bookedP24Refund, listP24Refunds } from './refund-list.ts';
import type { P24Settings } from './settings.ts';

/** Przelewy24's number of the payment. @throws Problem invalid_state when it is not known. */
function orderIdOf({ providerState }: OperationCall<P24Settings>): string {
  if (!providerState.orderId)
    throw new Problem('invalid_state', 'the order number of this payment is not known');
  return providerState.orderId;
}

/** What an answer says of one refund, of an error too. */
interface AnsweredRefund {
  readonly orderId?: unknown;
  readonly sessionId?: unknown;
  readonly amount?: unknown;
  readonly status?: unknown;
  readonly message?: unknown;
}

/** The refund of an answer. @throws Refusal when it is another one, or one of several; Problem when there is none. */
function ownRefund(order: OperationOrder<P24Settings>, result: P24Answer, rows: unknown): AnsweredRefund {
  const [row, ...others] = Array.isArray(rows) ? (rows as AnsweredRefund[]) : [];
  if (!row) throw unexpectedP24Answer('was asked for a refund', result);
  const isOther =
    others.length > 0 ||
    (row.orderId !== undefined && String(row.orderId) !== orderIdOf(order)) ||
    (row.sessionId !== undefined && row.sessionId !== order.order) ||
    (row.amount !== undefined && row.amount !== order.amount);
  if (isOther) throw new Refusal('wrong_account', 'the answer is about another refund');
  return row;
}

/** The error of HTTP 400 that says that there is such a refund already. */
const EXISTS = 'Request already exists';

/**
 * Whether and why Przelewy24 declines. 409 names the refund with its `status` false; 400, 401 and 403 say it in a text.
 * @returns the text; null: it does not decline.
 */
function declineIn(order: OperationOrder<P24Settings>, result: P24Answer): string | null {
  const { status, answer } = result;
  if (status === 409) {
    const row = ownRefund(order, result, answer.error);
    return row.status === false ? String(row.message ?? '') : null;
  }
  const text = typeof answer.error === 'string' ? answer.error : '';
  const isNo = [400, 401, 403].includes(status) && text !== '' && text !== EXISTS;
  return isNo ? text : null;
}

async function executeRefund(order: OperationOrder<P24Settings>): Promise<OperationResult> {
  const { account, amount, operationReference } = order;
  const result = await callP24(account, order.send, 'POST', '/transaction/refund', {
    requestId: operationReference,
    refundsUuid: operationReference,
    urlStatus: order.urls.callback,
    refunds: [
      {
        orderId: Number(orderIdOf(order)),
        sessionId: order.order,
        amount,
        description: `Refund ${operationReference}`,
      },
    ],
  });
  const declined = declineIn(order, result);
  if (declined !== null) throw new Declined(String(result.answer.code ?? result.status), declined);
  if (result.status !== 201) throw unexpectedP24Answer('was asked for a refund', result);
  const { status, message } = ownRefund(order, result, result.answer.data);
  if (status === false) throw new Declined('false', String(message ?? ''));
  if (status !== true) throw unexpectedP24Answer('was asked for a refund', result);
  return { state: 'accepted', status: 'accepted', providerReference: null };
}

async function lookUpRefunds(call: OperationCall<P24Settings>): Promise<Bookings> {
  const refunds = await listP24Refunds(call, orderIdOf(call));
  return { entries: refunds.map(bookedP24Refund), complete: true, status: '' };
}

/** A refund may be missing in the list at first; the list of none is answered with 404. */
const LISTED_AFTER_SECONDS = 1800;

export const p24Refund: ProviderOperation<P24Settings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  lacks: ({ mode, api_key }) =>
    mode === 'rest' && api_key ? null : 'refunds need the REST protocol (mode rest, api_key)',
  execute: executeRefund,
  lookUp: lookUpRefunds,
  settlesAfterSeconds: LISTED_AFTER_SECONDS,
};
