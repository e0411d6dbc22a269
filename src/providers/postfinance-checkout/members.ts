/** What is read of transactions, completions, voids and refunds, of both web services. Everything else is left out. */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import type { Minor } from '../../payments/money.ts';
import { minorOfJson } from '../kit/json-decimals.ts';
import { present, readMembers } from '../kit/json-message.ts';

const TEXT = v.nullish(v.string());
/** A number of the platform: JSON has it whole, up to 2^53. */
const ID = v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(1)));
const AMOUNT = v.nullish(v.number());

const TRANSACTION = v.object({
  id: ID,
  linkedSpaceId: ID,
  state: TEXT,
  currency: TEXT,
  merchantReference: TEXT,
  authorizationAmount: AMOUNT,
  completedAmount: AMOUNT,
  refundedAmount: AMOUNT,
  environment: TEXT,
  failureReason: v.nullish(v.object({ category: TEXT })),
  failedOn: TEXT,
  authorizationTimeoutOn: TEXT,
});

const OPERATION = v.object({
  id: ID,
  linkedSpaceId: ID,
  linkedTransaction: ID,
  transaction: v.nullish(v.union([v.number(), TRANSACTION])),
  state: TEXT,
  amount: AMOUNT,
  externalId: TEXT,
});

const LIST = v.array(OPERATION);

/** A transaction, as an answer has it. */
export interface CheckoutTransaction {
  readonly id?: number;
  readonly linkedSpaceId?: number;
  readonly state?: string;
  readonly currency?: string;
  readonly merchantReference?: string;
  /** In major units. */
  readonly authorizationAmount?: number;
  readonly completedAmount?: number;
  readonly refundedAmount?: number;
  readonly environment?: string;
  readonly failureReason?: { readonly category?: string | null | undefined };
  /** RFC 3339. */
  readonly failedOn?: string;
  readonly authorizationTimeoutOn?: string;
}

/** A completion, void or refund, as an answer has it. */
export interface CheckoutOperation {
  readonly id?: number;
  readonly linkedSpaceId?: number;
  readonly linkedTransaction?: number;
  readonly transaction?: number | CheckoutTransaction;
  readonly state?: string;
  readonly amount?: number;
  readonly externalId?: string;
}

/** @throws Refusal malformed */
export function transactionMembers(parsed: unknown): CheckoutTransaction {
  return present(readMembers(TRANSACTION, parsed)) as CheckoutTransaction;
}

/** @throws Refusal malformed */
export function operationIn(parsed: unknown): CheckoutOperation {
  const { transaction, ...rest } = readMembers(OPERATION, parsed);
  const read = typeof transaction === 'object' && transaction !== null ? present(transaction) : transaction;
  return present({ ...rest, transaction: read }) as CheckoutOperation;
}

/** The entries of a list. @throws Refusal malformed */
export function operationsIn(parsed: unknown): readonly CheckoutOperation[] {
  return readMembers(LIST, parsed).map(operationIn);
}

/** The number of the transaction that an operation belongs to; null: it names none. */
export function idOfTransaction({ transaction, linkedTransaction }: CheckoutOperation): number | null {
  if (typeof transaction === 'number') return transaction;
  return transaction?.id ?? linkedTransaction ?? null;
}

/** An amount of an answer in minor units. @throws Refusal malformed when there is none that can be read. */
export function memberAmount(value: number | undefined, currency: string, name: string): Minor {
  const amount = minorOfJson(value, currency);
  if (amount === null) throw new Refusal('malformed', `${name} is no amount of ${currency}`);
  return amount;
}
