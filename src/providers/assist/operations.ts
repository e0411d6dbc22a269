/**
 * Charge, cancel and refund at ASSIST: charge.cfm and cancel.cfm (current), postauth.cfm and rvr.cfm (legacy).
 *
 * Facts: SHEET.md, "After payment, current" and "After payment, legacy". Safe readings:
 * - ASSIST decides itself between void and refund: here a cancel releases an authorization, a refund gives back what was paid;
 * - an answer is about one operation of our bill, of the type, amount and currency that were sent;
 * - a legacy charge is rejected here after the 14 days of the manual, counted from the bill;
 * - the result of a legacy operation whose answer was lost comes with the report.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { OperationKind, OperationRule } from '../../payments/operations.ts';
import type { BookedOperation, Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { providerError } from '../kit/provider-error.ts';
import { isoMilliseconds } from './dates.ts';
import {
  amountIn,
  assistOperationNumber,
  assistOperationState,
  assistRefundMovement,
  entriesOf,
  mayBeOfKind,
  plainBill,
} from './order-operations.ts';
import { type AnsweredOrder, orderOf, readAssistOrder, XML_FORMAT } from './order-result.ts';
import type { AssistValues } from './received.ts';
import { callService, lacksServices, plainAnswer } from './service-call.ts';
import { type AssistSettings, isLegacy } from './settings.ts';
import { orderStateAlone } from './statuses.ts';

type Call = OperationCall<AssistSettings>;
type Order = OperationOrder<AssistSettings>;

/** CancelReason and RVRReason: the shop wants it. */
const BY_SHOP = '1';

/** Days in which a legacy authorization can be charged. */
const CHARGE_DAYS = 14;
const DAY_MS = 86_400_000;

/** @throws Problem where there is no bill number. */
function knownBill(bill: string | undefined): string {
  if (bill) return bill;
  throw new Problem('invalid_state', 'the bill number of this payment is not known from ASSIST itself');
}

// --- Current ----------------------------------------------------------------------------------------------

/** What the order is after an operation that is done. */
const STATES_AFTER: Readonly<Record<OperationKind, readonly (string | null)[]>> = {
  capture: ['paid', 'partially_paid'],
  cancel: ['cancelled'],
  refund: ['cancelled', 'partially_refunded'],
};

/**
 * The bill of an order. ASSIST is asked for it: the bill number of a result is not signed, and may be that of another order.
 * @throws Problem, Refusal
 */
async function currentBill(order: Order): Promise<string> {
  const found = await readAssistOrder(order);
  return knownBill(plainBill(found?.values.get('billnumber')));
}

/** The suffix of an operation's number; 0 where it has none. */
function sequenceOf(values: AssistValues): number {
  return Number(assistOperationNumber(values)?.split('.')[1] ?? 0);
}

/**
 * The operation in the answer to a call: the newest one of its kind where there are several; older answers have its values among those
 * of the order.
 * @throws Refusal when it is another one.
 */
function answeredOperation(
  answer: AnsweredOrder,
  { kind, amount, currency }: Order,
  bill: string,
): AssistValues {
  const { values, operations } = answer;
  const listed = operations.length > 0 ? operations : [values];
  const [operation] = listed
    .filter((one) => mayBeOfKind(one, kind))
    .toSorted((one, other) => sequenceOf(other) - sequenceOf(one));
  const isOurs =
    operation !== undefined &&
    amountIn(operation) === amount &&
    (operation.get('currency') ?? currency) === currency &&
    [values, operation].every((one) => plainBill(one.get('billnumber') ?? bill) === bill);
  if (isOurs) return operation;
  throw new Refusal('wrong_attempt', 'the answer is about another operation');
}

async function executeCurrent(order: Order): Promise<OperationResult> {
  const { account, kind, amount, currency, whole, operationReference } = order;
  const bill = await currentBill(order);
  const fields = {
    Billnumber: bill,
    Format: XML_FORMAT,
    ...(whole ? {} : { Amount: decimal(amount, 2), Currency: currency }),
  };
  const answer = orderOf(
    kind === 'capture'
      ? await callService(order.send, account, '/charge/charge.cfm', fields)
      : await callService(order.send, account, '/cancel/cancel.cfm', {
          ...fields,
          CancelReason: BY_SHOP,
          ...(kind === 'refund' && { Externalrefundid: operationReference }),
        }),
    order,
  );
  const operation = answeredOperation(answer, order, bill);
  const code = operation.get('responsecode') || (operation.get('operationstate') ?? '');
  const text =
    ['customermessage', 'message', 'recommendation'].map((name) => operation.get(name)).find(Boolean) ?? '';
  const state = assistOperationState(operation);
  if (state === 'failed') throw new Declined(code, text);
  const orderstate = answer.values.get('orderstate');
  const isThere = orderstate === undefined || STATES_AFTER[kind].includes(orderStateAlone(orderstate));
  if (state === 'unknown' || (state === 'succeeded' && !isThere))
    throw new Problem('provider_error', `ASSIST answered ${code} ${orderstate ?? ''}`, {
      provider: { code, text },
    });
  const status = state === 'succeeded' ? (orderstate ?? code) : code;
  return { state, status, providerReference: assistOperationNumber(operation) };
}

/** What the state of an order says of the operations of a kind, where it lists none. */
function bookingsByState({ values }: AnsweredOrder, { kind }: Call): Bookings {
  const status = values.get('orderstate') ?? '';
  const alone = orderStateAlone(status);
  const number = assistOperationNumber(values);
  const amount = amountIn(values);
  const isOfKind = mayBeOfKind(values, kind);
  if (number !== null && isOfKind && kind !== 'capture') {
    const movement = assistRefundMovement(number);
    const entry = {
      providerReference: number,
      amount,
      state: assistOperationState(values),
      status,
      movement,
    };
    return { entries: [entry], complete: false, status };
  }
  const isDone = isOfKind && STATES_AFTER[kind].includes(alone);
  // What is left is as before: nothing of the kind was done.
  const isAsBefore = alone === (kind === 'refund' ? 'paid' : 'authorized');
  const entry: BookedOperation = { amount, state: 'succeeded', status };
  return { entries: isDone ? [entry] : [], complete: isAsBefore, status };
}

async function lookUp(call: Call): Promise<Bookings | null> {
  if (isLegacy(call.account.settings)) return null;
  const order = await readAssistOrder(call);
  if (!order) return null;
  if (order.operations.length === 0) return bookingsByState(order, call);
  const status = order.values.get('orderstate') ?? '';
  return { entries: entriesOf(order, call.kind, call.currency), complete: true, status };
}

// --- Legacy -----------------------------------------------------------------------------------------------

/**
 * The bill of a legacy order and its date, from the report. The bill number of a push is not signed, and may be that of another order:
 * it will do where no money is real.
 */
function legacyBill({ account, providerState }: Order) {
  const { bill, billAt, pushedBill, pushedBillAt } = providerState;
  if (bill || account.environment === 'production') return { bill: knownBill(bill), at: billAt };
  return { bill: knownBill(pushedBill), at: pushedBillAt };
}

async function executeLegacy(order: Order): Promise<OperationResult> {
  const { account, kind, amount, currency, whole, now } = order;
  const { bill, at } = legacyBill(order);
  const authorizedAt = isoMilliseconds(at ?? '');
  if (kind === 'capture' && now.getTime() > authorizedAt + CHARGE_DAYS * DAY_MS)
    throw new Problem('invalid_state', `ASSIST charges an authorization within ${CHARGE_DAYS} days`);
  const path = kind === 'capture' ? '/postauths/postauth.cfm' : '/rvr/rvr.cfm';
  const { status, text } = await callService(order.send, account, path, {
    Billnumber: bill,
    Format: '1',
    S_FIELDS: '*',
    ...(whole && kind !== 'refund' ? {} : { Subtotal_P: decimal(amount, 2), Currency: currency }),
    ...(kind !== 'capture' && { RVRReason: BY_SHOP }),
  });
  const answer = status === 200 ? plainAnswer(text) : null;
  const error = answer?.get('ERROR');
  // It may name the order, and the money.
  const isOurs =
    (answer?.get('ORDERNUMBER') || order.order) === order.order &&
    (answer?.get('CURRENCY') || currency) === currency;
  if (error === undefined || !isOurs) {
    throw providerError(`ASSIST answered ${status} and nothing about this operation`, text.slice(0, 1000));
  }
  if (error !== '') throw new Declined('ERROR', error);
  return { state: 'succeeded', status: 'ERROR:', providerReference: null };
}

// --- Both -------------------------------------------------------------------------------------------------

function assistOperation(
  fundsSource: OperationRule['fundsSources'][number],
  parts: OperationRule['parts'],
): ProviderOperation<AssistSettings> {
  return {
    rule: { fundsSources: [fundsSource], parts },
    lacks: lacksServices,
    execute: (order) => (isLegacy(order.account.settings) ? executeLegacy(order) : executeCurrent(order)),
    lookUp,
  };
}

export const assistCapture = assistOperation('held', 'one');
export const assistCancel = assistOperation('held', 'whole');
export const assistRefund = assistOperation('paid', 'many');
