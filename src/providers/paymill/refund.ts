/**
 * PAYMILL's refunds are objects of their own. Ours have our name as `description`. Facts: SHEET.md, "After payment".
 */
import { Refusal } from '../../payments/errors.ts';
import type { BookedOperation, UpdatedOperation } from '../../payments/reconciliation.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { idOf, paymillMinor } from './members.ts';
import { PAYMILL_OPERATIONS } from './statuses.ts';

/** Amounts in the currency's minor units. */
export interface PaymillRefund {
  readonly id: string;
  readonly amount: number;
  readonly status: string;
  readonly response_code?: unknown;
  /** What we gave as description; null: it was made by somebody else. */
  readonly name: string | null;
}

/** Names that we give (ledger/record.ts): an order number, and the kind and number of an operation. */
const OUR_NAME = /^[0-9A-HJKMNP-TV-Z]{16}\d\dR\d{1,3}$/;

/**
 * Reads a refund of a transaction.
 * @throws Problem when it cannot be read; Refusal when it is of another transaction.
 */
export function readRefund(found: Readonly<Record<string, unknown>>, transaction: string): PaymillRefund {
  const { id, description, status = '', response_code } = found;
  const [named, amount] = [idOf(found.transaction), paymillMinor(found.amount)];
  if (named !== null && named !== transaction)
    throw new Refusal('wrong_account', 'the answer is about a refund of another transaction');
  if (typeof id !== 'string' || id === '' || amount === null)
    throw providerError('PAYMILL answered a refund without an id or an amount');
  const name = typeof description === 'string' && OUR_NAME.test(description) ? description : null;
  return { id, amount, status: String(status), response_code, name };
}

/** A refund as a booking. `refunded` with another code than that of a success says two things. */
export function bookedPaymillRefund({
  id,
  amount,
  status,
  response_code,
  name,
}: PaymillRefund): BookedOperation {
  const state = stateIn(PAYMILL_OPERATIONS.refund, status);
  const isDoubtful = state === 'succeeded' && response_code !== undefined && Number(response_code) !== 20_000;
  return {
    operationReference: name,
    providerReference: id,
    amount,
    state: isDoubtful ? 'unknown' : state,
    status,
  };
}

/** The same, as what an update says of it. */
export function refundOperation(refund: PaymillRefund): UpdatedOperation {
  return { kind: 'refund', ...bookedPaymillRefund(refund) };
}
