/**
 * The operations of an order at ASSIST (current), each with its number: the bill number in extended form, `….2`. Facts: SHEET.md, "After
 * payment, current".
 */
import { fromDecimal } from '../../payments/money.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedOperation, BookedState } from '../../payments/reconciliation.ts';
import { stateIn } from '../kit/operation-table.ts';
import type { AssistOrder } from './envelope.ts';
import type { AssistValues } from './received.ts';
import { ASSIST_OPERATIONS } from './statuses.ts';

const PAYMENT = '100';
const CHARGE = '200';
const CANCEL = '300';

/** The one documented word of operationstate. */
const SUCCESS = 'Success';

/** The bill number of an order, without the number of an operation; empty where there is none. */
export function plainBill(bill = ''): string {
  return /^(\d{1,20})(?:\.\d{1,4})?$/.exec(bill)?.[1] ?? '';
}

/** The number of an operation, which is a bill number in extended form; null where it is the order's. */
export function assistOperationNumber(values: AssistValues): string | null {
  const bill = values.get('billnumber') ?? '';
  return /^\d{1,20}\.\d{1,4}$/.test(bill) ? bill : null;
}

/** What became of an operation: its code and its state have to agree, as far as they are there. */
export function assistOperationState(values: AssistValues): BookedState {
  const code = values.get('responsecode') ?? '';
  const said = values.get('operationstate') ?? '';
  if (code === '') return said === SUCCESS ? 'succeeded' : 'unknown';
  const state = stateIn(ASSIST_OPERATIONS.responsecode, code);
  const isContradicted = said !== '' && (said === SUCCESS) !== (state === 'succeeded');
  return isContradicted && state !== 'accepted' ? 'unknown' : state;
}

/** Whether an operation is of this kind, by its type. A cancel and a refund have the same. */
export function isOfKind(values: AssistValues, kind: OperationKind): boolean {
  return values.get('operationtype') === (kind === 'capture' ? CHARGE : CANCEL);
}

/** Whether the answer to a call may be about this kind: its type may be missing, and that of a charge is not documented. */
export function mayBeOfKind(values: AssistValues, kind: OperationKind): boolean {
  const type = values.get('operationtype') ?? '';
  return type === '' || (kind === 'capture' ? type !== PAYMENT && type !== CANCEL : type === CANCEL);
}

/** Whether a message is about an operation after the payment. */
export function isAboutOperation(values: AssistValues): boolean {
  return (values.get('operationtype') ?? PAYMENT) !== PAYMENT;
}

/** In minor units; null where there is none. */
export function amountIn(values: AssistValues, name = 'amount'): number | null {
  return fromDecimal(values.get(name) ?? '', 2);
}

/** The movement of the money that an operation gives back. */
export function assistRefundMovement(number: string): string {
  return `refund/${number}`;
}

/** The operations of a kind that an order lists, as entries; those in another currency are left out. */
export function entriesOf(
  { operations }: AssistOrder,
  kind: OperationKind,
  currency: string,
): readonly BookedOperation[] {
  return operations
    .filter((values) => isOfKind(values, kind) && (values.get('currency') ?? currency) === currency)
    .map((values): BookedOperation => {
      const number = assistOperationNumber(values);
      const amount = amountIn(values);
      return {
        providerReference: number,
        amount,
        // Without an amount it may be anything.
        state: amount === null ? 'unknown' : assistOperationState(values),
        status: values.get('responsecode') || (values.get('operationstate') ?? ''),
        ...(number && kind !== 'capture' && { movement: assistRefundMovement(number) }),
      };
    });
}

/** What the operations of a kind that are done come to, in minor units. */
export function doneIn(order: AssistOrder, kind: OperationKind, currency: string): number {
  return entriesOf(order, kind, currency)
    .filter(({ state }) => state === 'succeeded')
    .reduce((sum, { amount }) => sum + (amount ?? 0), 0);
}
