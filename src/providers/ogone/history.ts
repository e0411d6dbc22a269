/**
 * The history of a transaction: its items are numbered by PAYIDSUB, 0 the payment itself, and each operation after it one more. There is
 * no list of them: they are asked for one by one, until the platform says that there is none. Facts: SHEET.md, "After payment".
 */
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedOperation, BookedState, Bookings } from '../../payments/reconciliation.ts';
import { directLinkError, isOfTransaction } from './directlink-call.ts';
import { ogoneOperationNumber } from './feedback.ts';
import type { Ncresponse } from './ncresponse.ts';
import {
  NO_SUCH_ITEM,
  NO_SUCH_ORDER,
  ncerrorFamily,
  ogoneOperationState,
  UNCERTAIN_STATUSES,
  usualKind,
} from './statuses.ts';

/** More operations than any transaction has. */
const MAX_ITEMS = 250;

export interface TransactionHistory {
  /** What the platform says of the transaction as a whole: its last operation. */
  readonly last: Ncresponse;
  /** The items from the one that was asked for first, in their order. */
  readonly items: readonly Ncresponse[];
  /** Whether the platform said that there are no more, and nothing contradicts that. */
  readonly complete: boolean;
}

/**
 * Reads the history of a transaction.
 * @param ask for the item of a PAYIDSUB.
 * @param last the answer to a query without PAYIDSUB.
 * @throws Problem provider_error when an item is answered with another error than that there is none.
 */
export async function readHistory(
  ask: (payidsub: string) => Promise<Ncresponse>,
  last: Ncresponse,
  from: 0 | 1,
): Promise<TransactionHistory> {
  const items = new Map<number, Ncresponse>();
  const lastNumber = last.payidsub === '' ? null : Number(last.payidsub);
  if (lastNumber !== null && lastNumber >= from) items.set(lastNumber, last);
  let isEnd = false;
  for (let number = from as number; number <= MAX_ITEMS; number++) {
    if (number === lastNumber) continue;
    const answer = await ask(String(number));
    if (answer.ncerror === NO_SUCH_ITEM) {
      // The payment itself may not be an item of its own.
      if (number === 0) continue;
      isEnd = lastNumber === null || number > lastNumber;
      break;
    }
    // It knows the order, which it has just answered about: perhaps not the item, which is not what this says.
    if (answer.ncerror === NO_SUCH_ORDER) break;
    if (!isOfTransaction(answer)) throw directLinkError('the provider answered', answer);
    // It answers about another item than was asked for: what there is beyond is not shown.
    if (answer.payidsub !== String(number)) {
      if (number === 0) continue;
      break;
    }
    items.set(number, answer);
  }
  return {
    last,
    items: [...items].sort(([a], [b]) => a - b).map(([, answer]) => answer),
    complete: isEnd,
  };
}

/**
 * What an answer says of an operation of a kind; null: nothing. Where STATUS and NCERROR do not fit each other it is unknown.
 */
export function bookedState(kind: OperationKind, answer: Ncresponse): BookedState | null {
  const { providerStatus: status, ncerror, isContradiction } = answer;
  const state = ogoneOperationState(kind, status);
  if (state === null) return null;
  const family = ncerrorFamily(ncerror);
  const isDeclined = state === 'failed' && family === '3';
  const isUncertain = family === '2' && UNCERTAIN_STATUSES.has(status);
  return !isContradiction && (family === '0' || isDeclined || isUncertain) ? state : 'unknown';
}

/**
 * What an item shows of an operation of a kind; null: it is another one, or none. A cancel has no amount: the platform reports it as of
 * the whole, whatever it names.
 */
export function bookedOperation(kind: OperationKind, item: Ncresponse): BookedOperation | null {
  const { providerStatus: status, payid, payidsub, amount_minor: amount } = item;
  const state = bookedState(kind, item);
  if (!state || payidsub === '0') return null;
  const number = ogoneOperationNumber(payid, payidsub);
  const isUsual = usualKind(status) === kind;
  return {
    // What is more usual of another kind is only taken for the operation to which the platform gave this number.
    ...(!isUsual && { operationReference: null }),
    providerReference: number,
    amount: kind === 'cancel' ? null : amount,
    state,
    status,
    ...(number !== null && { movement: number }),
  };
}

/**
 * What a transaction's history shows of the operations of a kind.
 * @param whole what the order was for, in minor units.
 * @param amount that of the operation that is looked for.
 */
export function bookingsOf(
  kind: OperationKind,
  { last, items, complete }: TransactionHistory,
  { whole, amount }: { readonly whole: number; readonly amount: number },
): Bookings {
  // The last operation may come without its number, and then is one of the items if there are any.
  const shown = items.length > 0 ? items : [last];
  const booked = shown.flatMap((item) => bookedOperation(kind, item) ?? []);
  // The vendor's table calls the amount of a query's answer that of the order: it may stand for a part of ours.
  const isOfOrder = (entry: BookedOperation) => entry.amount === whole && amount < whole;
  const entries = booked.filter((entry) => kind === 'cancel' || (entry.amount !== null && !isOfOrder(entry)));
  const isDoubtful =
    entries.length < booked.length ||
    entries.some((entry) => entry.providerReference === null || entry.operationReference === null);
  return { entries, complete: complete && !isDoubtful, status: last.providerStatus };
}
