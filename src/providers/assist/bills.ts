/**
 * The bills of one order at ASSIST (legacy). A bill is ASSIST's word for a provider document: each try, charge and refund of an order
 * is a bill of its own, in a push or in a row of the report.
 *
 * Facts: SHEET.md, "Actual status of an order with several bills", from oxyum/django-assist-ru, assist/managers.py.
 */
import { billMeaning } from './statuses.ts';

export interface Bill {
  /** Up to 16 digits: beyond JavaScript's safe integers, so always a text. */
  readonly number: string;
  readonly status: string;
}

function newestFirst(one: Bill, other: Bill): number {
  const difference = BigInt(other.number) - BigInt(one.number);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/** Whether a bill has a result. */
function isFinished({ number, status }: Bill): boolean {
  const meaning = billMeaning(status);
  return /^\d+$/.test(number) && meaning !== undefined && meaning.outcome !== 'pending';
}

/**
 * The bill that tells the status of its order: the newest one that is finished. A negative result does not count where the order has
 * the positive one too. Null: nothing is known yet.
 */
export function actualBill(bills: readonly Bill[]): Bill | null {
  const finished = bills.filter(isFinished).toSorted(newestFirst);
  const statuses = new Set(finished.map(({ status }) => status.toLowerCase()));
  return (
    finished.find(
      ({ status }) => !/^not /i.test(status) || !statuses.has(status.toLowerCase().replace(/^not /, '')),
    ) ?? null
  );
}
