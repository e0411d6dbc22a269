/**
 * What Dotpay says of a refund. The API has no idempotency key, and its answer no number: a refund of ours is known by its
 * description, in the panel's list and in the notification. Facts: SHEET.md, "After payment".
 */
import type { BookedState, UpdatedOperation } from '../../payments/reconciliation.ts';
import { stateIn } from '../kit/operation-table.ts';
import { DOTPAY_REFUNDS } from './statuses.ts';

/** The refund's description in the panel, by our name for it. */
export function refundDescription(operationReference: string): string {
  return `Refund ${operationReference}`;
}

const DESCRIPTION = /^Refund ([0-9A-HJKMNP-TV-Z]{16}\d\dR\d{1,3})$/;

/**
 * Our name in a description; null: the refund was made in the panel.
 * @param after what is signed behind the description, whose border is not: a digit there may be the end of the name.
 */
export function refundNameIn(description: string, after = ''): string | null {
  return /^\d/.test(after) ? null : (DESCRIPTION.exec(description)?.[1] ?? null);
}

/** The type of a refund, in front of its status. */
const REFUND = 'refund ';

/** The state of a refund by its type and status. */
export function refundState(operation: string): BookedState {
  return stateIn(DOTPAY_REFUNDS.refund, operation.slice(REFUND.length));
}

/** What a message or an answer says of a refund, the amount in minor units. */
export function refundNews(
  operation: string,
  refund: {
    readonly number: string;
    readonly amount: number | null;
    readonly description: string;
    readonly after?: string;
  },
): { readonly operation?: UpdatedOperation } {
  if (!operation.startsWith(REFUND)) return {};
  return {
    operation: {
      kind: 'refund',
      operationReference: refundNameIn(refund.description, refund.after),
      providerReference: refund.number || null,
      amount: refund.amount,
      state: refundState(operation),
    },
  };
}
