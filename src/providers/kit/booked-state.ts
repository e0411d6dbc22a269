/** The state of an operation by its provider's word, from a status table of the sheet. */
import type { BookedState } from '../../payments/reconciliation.ts';
import type { StatusTable, UpdateOutcome } from '../contract.ts';
import { meaningOf } from './statuses.ts';

/** What the outcomes of a table about operations say of one: what it does was done, is under way, or was declined. */
const STATES: Readonly<Partial<Record<UpdateOutcome, BookedState>>> = {
  paid: 'succeeded',
  refunded: 'succeeded',
  voided: 'succeeded',
  cancelled: 'succeeded',
  pending: 'accepted',
  denied: 'failed',
};

/** The state of an operation by a table whose rows are about operations. A word that the sheet does not have is `unknown`. */
export function bookedState(table: StatusTable, word: string): BookedState {
  const meaning = meaningOf(table, word);
  return (meaning && STATES[meaning.outcome]) ?? 'unknown';
}
