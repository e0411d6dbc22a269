/**
 * Reads a callback that has been verified. Facts: SHEET.md, "Notification", "Statuses" and "What its signature proves". Everything is
 * read from the signed text, so that nothing else can be read from the same signature.
 */
import { Refusal } from '../../payments/errors.ts';
import type { Acknowledgement, Hint, ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { expiryOf, withCard } from '../kit/card.ts';
import { ecommpayRefundMovement } from './gate.ts';
import type { VerifiedCallback } from './signatures.ts';
import { holdsSeparator, SignedText } from './signed-text.ts';
import { ecommpayDecline, ecommpayOperationState, operationKindOf, paymentOutcome } from './statuses.ts';

/** Lines that only our own requests have, of the page and of Gate. They are signed with the same key. */
const REQUEST_ONLY = ['payment_amount', 'merchant_callback_url', 'general:merchant_callback_url'];

/** Members of messages that are about no payment. With a payment beside them, the payment is asked about. */
const OF_OTHER_MESSAGES = ['recurring', 'token', 'token_status', 'request'];

/** What decides about money, and about our operations. */
const DECIDING = {
  payment: ['status', 'method', 'sum:amount', 'sum:currency', 'merchant_refund_id'],
  operation: ['id', 'type', 'status', 'request_id', 'sum_initial:amount', 'sum_initial:currency'],
};

function amountOf(digits: string): number | null {
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** The path of the operation of a callback: the only one, or the newest of several; null: it has none. */
function operationPath(text: SignedText): string | null {
  return text.has('operation') ? 'operation' : text.lastOf('operations');
}

/** Why a callback that verified may be read in several ways; null: in one only. */
function ambiguityOf({ body }: VerifiedCallback, text: SignedText): string | null {
  if (holdsSeparator(body)) return 'a value holds the separator of what is signed';
  if (text.has('operation') && text.has('operations')) return 'it has an operation beside its operations';
  const other = [...OF_OTHER_MESSAGES, ...REQUEST_ONLY].find((name) => text.has(name));
  if (other) return `it has ${other} beside the payment`;
  const operation = operationPath(text);
  const paths = [
    ...DECIDING.payment.map((name) => `payment:${name}`),
    ...(operation ? DECIDING.operation.map((name) => `${operation}:${name}`) : []),
  ];
  const twice = paths.find((path) => text.isTwice(path));
  return twice ? `it has ${twice} twice` : null;
}

/**
 * What a callback says of a capture, cancel or refund: of ours, or of one made in the dashboard. A declined one leaves payment.status
 * as it was. Its request_id is that of the answer to the request, and merchant_refund_id our name for a refund.
 */
function operationIn(text: SignedText, path: string): Pick<ProviderUpdate, 'operation'> {
  const operation = (name: string) => text.value(`${path}:${name}`);
  const kind = operationKindOf(operation('type'));
  if (!kind) return {};
  // Each refund of ours has our name, so that one without it is another's, unless its request_id is known as ours.
  const name = kind === 'refund' && { operationReference: text.value('payment:merchant_refund_id') || null };
  return {
    operation: {
      kind,
      ...name,
      providerReference: operation('request_id') || null,
      amount: amountOf(operation('sum_initial:amount')),
      state: ecommpayOperationState(operation('status')),
      status: operation('status'),
    },
  };
}

/** Callbacks after which later calls are made: these keep the method. */
const WITH_MONEY: ReadonlySet<UpdateOutcome> = new Set(['paid', 'authorized', 'refunded', 'reversed']);

/**
 * What a callback about a payment says, amounts in minor units. After a refund payment.sum is what is left, and the
 * refunded sum is that of the operation. The money of a payment is one movement, however many callbacks repeat it.
 */
function updateOf(text: SignedText): ProviderUpdate {
  const path = operationPath(text);
  const payment = (name: string) => text.value(`payment:${name}`);
  const operation = (name: string) => (path ? text.value(`${path}:${name}`) : '');
  const word = payment('status');
  const [id, type, status] = [operation('id'), operation('type'), operation('status')];
  const method = payment('method');
  const outcome = paymentOutcome(word);
  const isRefund = outcome === 'refunded';
  // A declined refund leaves the payment as it was.
  const isDone = operationKindOf(type) === 'refund' && status === 'success';
  const isVoid = outcome === 'cancelled' && type === 'cancel';
  const sum = (name: string) => (isRefund ? operation(`sum_initial:${name}`) : payment(`sum:${name}`));
  return {
    kind: 'update',
    order: payment('id'),
    key: [id, status, word].join('/'),
    outcome: isRefund && !isDone ? 'none' : isVoid ? 'voided' : outcome,
    amount: amountOf(sum('amount')),
    currency: sum('currency') || null,
    movement: isRefund ? ecommpayRefundMovement(id) : 'payment',
    ...(path && operationIn(text, path)),
    ...(method && WITH_MONEY.has(outcome) && { providerState: { method } }),
    providerReference: operation('provider:payment_id') || id || null,
    providerStatus: word,
    ...ecommpayDecline(operation('code'), operation('message')),
    ...withCard({
      brand: text.value('account:type'),
      number: text.value('account:number'),
      expiry: expiryOf(text.value('account:expiry_year'), text.value('account:expiry_month')),
    }),
    detail: Object.fromEntries(
      [
        ['method', method],
        ['operation', type],
        ['operationId', id],
        ['code', operation('code')],
        ['message', operation('message')],
        ['card', text.value('account:number')],
      ].filter(([, value]) => value),
    ),
  };
}

/**
 * Reads a verified callback of a project. One whose signed text may be read in several ways is a reason to ask, no more.
 * @throws Refusal when it is for another project, a request of ours, or about more than one payment.
 */
export function readCallback(
  verified: VerifiedCallback,
  project: string,
): ProviderUpdate | Acknowledgement | Hint {
  const text = new SignedText(verified.text);
  const ofRequest = REQUEST_ONLY.find((name) => text.has(name));
  for (const path of ['project_id', 'general:project_id']) {
    const named = text.value(path);
    if (text.isTwice(path) || (named && named !== project))
      throw new Refusal('wrong_account', `the callback is for the project ${named || 'of two lines'}`);
  }
  const hasPayment = text.has('payment:id');
  if (ofRequest && !hasPayment)
    throw new Refusal('malformed', `${ofRequest} is of a request, not of a callback`);
  // Recurring and tokenisation callbacks have no payment.
  if (!text.has('payment')) return { kind: 'acknowledgement', about: 'a callback without a payment' };
  if (text.isTwice('payment:id')) throw new Refusal('duplicate_field', 'payment.id is there twice');
  const update = updateOf(text);
  if (!update.order) throw new Refusal('field_missing', 'there is no payment.id');
  return ambiguityOf(verified, text) === null ? update : { kind: 'hint', order: update.order, about: {} };
}
