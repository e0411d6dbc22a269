/**
 * Reads a callback that has been verified. Facts: SHEET.md, "Notification", "Statuses" and "What its signature proves". Everything is
 * read from the signed text, so that nothing else can be read from the same signature.
 */
import { Refusal } from '../../payments/errors.ts';
import type { Acknowledgement, Hint, ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { expiryOf, withCard } from '../kit/card.ts';
import { providerUpdate } from '../kit/update.ts';
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
  message: [
    'request_id',
    ...['sum_request', 'sum_real', 'sum_refund'].flatMap((sum) => [`${sum}:amount`, `${sum}:currency`]),
  ],
  payment: ['status', 'method', 'sum:amount', 'sum:currency', 'merchant_refund_id'],
  operation: ['id', 'type', 'status', 'request_id', 'sum_initial:amount', 'sum_initial:currency', 'date'],
};

/** What an operation is under, by the format of the callback: alone, in a list, or as the transaction of an older format. */
const OPERATION_PLACES = ['operation', 'operations', 'transaction'] as const;
const TRANSACTION = 'transaction';

function amountOf(digits: string): number | null {
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** Milliseconds since 1970 of `2024-01-15T10:02:11+0000`; NaN: it is no time. */
function timeOf(date: string): number {
  return Date.parse(date.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}

/** Whether one operation of a list is newer than another before it: by its time, else by its number, else by its place. */
function isNewer(text: SignedText, one: string, other: string): boolean {
  const [time, earlier] = [timeOf(text.value(`${one}:date`)), timeOf(text.value(`${other}:date`))];
  if (!Number.isNaN(time) && !Number.isNaN(earlier) && time !== earlier) return time > earlier;
  const [id, before] = [text.value(`${one}:id`), text.value(`${other}:id`)];
  if (!/^\d+$/.test(id) || !/^\d+$/.test(before)) return true;
  return BigInt(id) >= BigInt(before);
}

/** The path of the operation of a callback: the only one, or the newest of several, in any order; null: it has none. */
function operationPath(text: SignedText): string | null {
  if (text.has('operation')) return 'operation';
  const [first, ...others] = text.elementsOf('operations');
  if (first === undefined) return text.has(TRANSACTION) ? TRANSACTION : null;
  return others.reduce((newest, path) => (isNewer(text, path, newest) ? path : newest), first);
}

/** A sum as a callback has it, as text; both are empty where there is none. */
interface Sum {
  readonly amount: string;
  readonly currency: string;
}

function sumAt(text: SignedText, path: string): Sum {
  return { amount: text.value(`${path}:amount`), currency: text.value(`${path}:currency`) };
}

/**
 * What was paid or is held, by the first place that has it. Of the older format `sum_real` is what was taken, and counts where it is in
 * the currency of `sum_request`, what was asked for. An operation's own sum is that of the payment where it made the payment.
 */
function paymentSum(text: SignedText, path: string | null): Sum {
  const sum = sumAt(text, 'payment:sum');
  if (sum.amount !== '') return sum;
  const [requested, real] = [sumAt(text, 'sum_request'), sumAt(text, 'sum_real')];
  if (real.amount !== '' && (requested.amount === '' || requested.currency === real.currency)) return real;
  if (requested.amount !== '' || path === null) return requested;
  const kind = operationKindOf(text.value(`${path}:type`));
  const isOfPayment = kind !== 'refund' && kind !== 'cancel' && text.value(`${path}:status`) === 'success';
  // Of a payment in parts an operation is one part.
  const isWhole = isOfPayment && text.value('payment:status') !== 'partially paid';
  return isWhole ? madeLike(text, path) : requested;
}

/** What the done operations of one's type come to; without an amount where one of them cannot be added. */
function madeLike(text: SignedText, path: string): Sum {
  const type = text.value(`${path}:type`);
  const sums = text
    .elementsOf('operations')
    .filter((one) => text.value(`${one}:type`) === type && text.value(`${one}:status`) === 'success')
    .map((one) => sumAt(text, `${one}:sum_initial`));
  const own = sumAt(text, `${path}:sum_initial`);
  if (sums.length < 2) return own;
  const amounts = sums.map(({ amount, currency }) => (currency === own.currency ? amountOf(amount) : null));
  if (amounts.includes(null)) return { ...own, amount: '' };
  return { ...own, amount: String(amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0)) };
}

/** Whether a callback lists a refund that was done beside the operation that it is about: its own callback may be lost. */
function hasOtherRefunds(text: SignedText, path: string | null): boolean {
  return text
    .elementsOf('operations')
    .some(
      (one) =>
        one !== path &&
        operationKindOf(text.value(`${one}:type`)) === 'refund' &&
        ecommpayOperationState(text.value(`${one}:status`)) === 'succeeded',
    );
}

/** What an operation was for. */
function operationSum(text: SignedText, path: string): Sum {
  return sumAt(text, path === TRANSACTION ? 'sum_refund' : `${path}:sum_initial`);
}

/** Whether an operation has succeeded. That of the older format has no status of its own: the payment's says it. */
function isOperationDone(text: SignedText, path: string): boolean {
  if (path !== TRANSACTION) return text.value(`${path}:status`) === 'success';
  const outcome = paymentOutcome(text.value('payment:status'));
  return outcome === 'refunded' || outcome === 'reversed';
}

/** Why a callback that verified may be read in several ways; null: in one only. */
function ambiguityOf({ body }: VerifiedCallback, text: SignedText): string | null {
  if (holdsSeparator(body)) return 'a value holds the separator of what is signed';
  if (OPERATION_PLACES.filter((name) => text.has(name)).length > 1)
    return 'it has an operation beside its operations or its transaction';
  const other = [...OF_OTHER_MESSAGES, ...REQUEST_ONLY].find((name) => text.has(name));
  if (other) return `it has ${other} beside the payment`;
  const operations = ['operation', ...text.elementsOf('operations'), TRANSACTION];
  const paths = [
    ...DECIDING.message,
    ...DECIDING.payment.map((name) => `payment:${name}`),
    ...operations.flatMap((path) => DECIDING.operation.map((name) => `${path}:${name}`)),
  ];
  const twice = paths.find((path) => text.isTwice(path));
  if (twice) return `it has ${twice} twice`;
  // In the older format the status is that of the transaction: a refund that has succeeded is no payment.
  const kind = text.has(TRANSACTION) ? operationKindOf(text.value(`${TRANSACTION}:type`)) : undefined;
  const isPaid = paymentOutcome(text.value('payment:status')) === 'paid';
  return isPaid && (kind === 'refund' || kind === 'cancel') ? `its transaction is a ${kind}` : null;
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
  const amount = amountOf(operationSum(text, path).amount);
  if (path === TRANSACTION) {
    const state = isOperationDone(text, path) ? 'succeeded' : 'unknown';
    const reference = { providerReference: text.value('request_id') || null };
    return {
      operation: { kind, ...name, ...reference, amount, state, status: text.value('payment:status') },
    };
  }
  return {
    operation: {
      kind,
      ...name,
      providerReference: operation('request_id') || null,
      amount,
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
  const isDone = path !== null && operationKindOf(type) === 'refund' && isOperationDone(text, path);
  const isVoid = outcome === 'cancelled' && type === 'cancel';
  const sum = isRefund && path ? operationSum(text, path) : paymentSum(text, path);
  return providerUpdate({
    order: payment('id'),
    key: [id, status, word].join('/'),
    outcome: isRefund && !isDone ? 'none' : isVoid ? 'voided' : outcome,
    amount: amountOf(sum.amount),
    currency: sum.currency || null,
    movement: isRefund ? ecommpayRefundMovement(id) : 'payment',
    ...(path && operationIn(text, path)),
    ...(hasOtherRefunds(text, path) && { ask: {} }),
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
  });
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
