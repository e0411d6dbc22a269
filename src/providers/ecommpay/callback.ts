/** Reads a callback that has been verified. Facts: SHEET.md, "Notification" and "Statuses". */
import type { ProviderUpdate } from '../contract.ts';
import { type JsonBranch, type JsonTree, leafText, memberOf } from './json-tree.ts';
import { operationKindOf, paymentOutcome } from './statuses.ts';

function amountOf(money: JsonTree | undefined): number | null {
  const digits = leafText(memberOf(money, 'amount'));
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** The operation of a callback: the only one, or the newest of several. */
function operationOf(body: JsonBranch): JsonTree | undefined {
  const many = body.operations;
  return body.operation ?? (Array.isArray(many) ? (many.at(-1) as JsonTree | undefined) : undefined);
}

/** Whether an operation is a refund that succeeded. A declined one leaves the payment as it was. */
function isSuccessfulRefund(operation: JsonTree | undefined): boolean {
  return (
    operationKindOf(leafText(memberOf(operation, 'type'))) === 'refund' &&
    leafText(memberOf(operation, 'status')) === 'success'
  );
}

/** An operation of ours that was accepted and then failed. It leaves payment.status as it was. */
function declinesOf(operation: JsonTree | undefined): Pick<ProviderUpdate, 'declines'> {
  const kind = operationKindOf(leafText(memberOf(operation, 'type')));
  const outcome = paymentOutcome(leafText(memberOf(operation, 'status')));
  if (!kind || (outcome !== 'denied' && outcome !== 'error')) return {};
  return { declines: { kind, amount: amountOf(memberOf(operation, 'sum_initial')) } };
}

/** The project that a callback is for; empty where it names none. */
export function projectOf(body: JsonBranch): string {
  return leafText(body.project_id) || leafText(memberOf(body.general, 'project_id'));
}

/**
 * What a callback about a payment says, amounts in minor units. After a refund payment.sum is what is left, and the
 * refunded sum is that of the operation. The money of a payment is one movement, however many callbacks repeat it.
 */
export function callbackUpdate(body: JsonBranch): ProviderUpdate {
  const payment = body.payment;
  const operation = operationOf(body);
  const word = leafText(memberOf(payment, 'status'));
  const operationId = leafText(memberOf(operation, 'id'));
  const operationType = leafText(memberOf(operation, 'type'));
  const method = leafText(memberOf(payment, 'method'));
  const outcome = paymentOutcome(word);
  const isRefund = outcome === 'refunded';
  const isVoid = outcome === 'cancelled' && operationType === 'cancel';
  const money = isRefund ? memberOf(operation, 'sum_initial') : memberOf(payment, 'sum');
  return {
    kind: 'update',
    order: leafText(memberOf(payment, 'id')),
    key: [operationId, leafText(memberOf(operation, 'status')), word].join('/'),
    outcome: isRefund && !isSuccessfulRefund(operation) ? 'none' : isVoid ? 'voided' : outcome,
    amount: amountOf(money),
    currency: leafText(memberOf(money, 'currency')) || null,
    movement: isRefund ? `refund/${operationId}` : 'payment',
    ...declinesOf(operation),
    ...(method && (outcome === 'paid' || outcome === 'authorized') && { providerState: { method } }),
    providerReference:
      leafText(memberOf(memberOf(operation, 'provider'), 'payment_id')) || operationId || null,
    providerStatus: word,
    detail: Object.fromEntries(
      [
        ['method', method],
        ['operation', operationType],
        ['operationId', operationId],
        ['code', leafText(memberOf(operation, 'code'))],
        ['message', leafText(memberOf(operation, 'message'))],
        ['card', leafText(memberOf(body.account, 'number'))],
      ].filter(([, value]) => value),
    ),
  };
}
