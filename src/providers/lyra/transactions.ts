/** What a transaction of Lyra's platform says, by the form's messages and by the REST API alike. */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { expiryOf, withCard } from '../kit/card.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerUpdate } from '../kit/update.ts';
import { LYRA_OPERATIONS, lyraCreditOutcome, lyraDecline, lyraLiability, lyraOutcome } from './statuses.ts';

/** One transaction, from either interface. */
interface Transaction {
  readonly order: string;
  readonly uuid: string;
  /** DEBIT, CREDIT or VERIFICATION. */
  readonly operationType: string;
  readonly status: string;
  /** Minor units. */
  readonly amount: number | null;
  /** ISO 4217 alpha. */
  readonly currency: string | null;
  readonly echo?: ProviderUpdate['echo'];
  /** The answer of the issuer. */
  readonly authResult?: string;
  readonly card?: ProviderUpdate['card'];
  readonly detail: Readonly<Record<string, string>>;
}

/** Whether this outcome is of a transaction that holds or has brought money. */
export function hasMoney(outcome: UpdateOutcome): boolean {
  return outcome === 'paid' || outcome === 'authorized';
}

/** The update that a transaction stands for. A repeat has the same uuid, operation type and status. */
export function lyraUpdate(transaction: Transaction): ProviderUpdate {
  const { order, uuid, operationType, status, amount, currency, echo, detail } = transaction;
  const { authResult = '', card } = transaction;
  const isCredit = operationType === 'CREDIT';
  // An accepted VERIFICATION stores a card and moves no money.
  const movesNothing = operationType === 'VERIFICATION' || status === 'ACCEPTED';
  const outcome = isCredit ? lyraCreditOutcome(status) : lyraOutcome(status);
  return providerUpdate({
    // Of a try that has no number, nothing is known to be held.
    ...(!isCredit && /^[0-9a-f]{32}$/.test(uuid) && { ofTransaction: true as const }),
    order,
    key: `${uuid}/${operationType}/${status}`,
    outcome,
    amount: movesNothing ? 0 : amount,
    currency,
    movement: uuid,
    // The REST API names by it the transaction to capture, cancel or refund.
    ...(hasMoney(outcome) && { providerState: { uuid } }),
    // A credit is an operation: one of ours, or one of the back office. Its number names it.
    ...(isCredit && {
      operation: {
        kind: 'refund' as const,
        providerReference: uuid,
        amount,
        state: stateIn(LYRA_OPERATIONS.refund, status),
      },
    }),
    providerReference: isCredit ? null : uuid,
    providerStatus: isCredit ? `${operationType} ${status}` : status,
    ...(echo && { echo }),
    ...(!isCredit && lyraDecline(status, authResult)),
    ...(!isCredit && card && { card }),
    detail,
  });
}

/** A transaction as the REST API and kr-answer show it. Amounts are in minor units, `currency` is ISO 4217 alpha. */
export interface LyraTransaction {
  readonly uuid?: string;
  readonly shopId?: string | null;
  readonly orderDetails?: { readonly orderId?: string | null } | null;
  readonly amount?: number;
  readonly currency?: string;
  readonly detailedStatus?: string;
  readonly operationType?: string;
  readonly transactionDetails?: {
    /** What was really authorised, in minor units. */
    readonly effectiveAmount?: number | null;
    /** ISO 4217 alpha. */
    readonly effectiveCurrency?: string | null;
    /** Of a refund: the transaction that it gives back. */
    readonly parentTransactionUuid?: string | null;
    readonly liabilityShift?: unknown;
    readonly cardDetails?: {
      readonly effectiveBrand?: unknown;
      readonly pan?: unknown;
      readonly expiryMonth?: unknown;
      readonly expiryYear?: unknown;
      /** Its authorizationResult is the answer of the issuer. */
      readonly authorizationResponse?: unknown;
      readonly captureResponse?: { readonly refundAmount?: number | null } | null;
    } | null;
  } | null;
}

/** The answer of Order/Get. */
export interface LyraOrder {
  readonly orderId?: string | null;
  readonly transactions?: readonly LyraTransaction[] | null;
}

/** What the REST API shows of the card, and of the issuer's answer. */
function cardIn({ transactionDetails }: LyraTransaction): Pick<Transaction, 'card' | 'authResult'> {
  const { effectiveBrand, pan, expiryMonth, expiryYear, authorizationResponse } =
    transactionDetails?.cardDetails ?? {};
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const { authorizationResult } = (authorizationResponse ?? {}) as { readonly authorizationResult?: unknown };
  return {
    authResult: text(authorizationResult),
    ...withCard({
      brand: text(effectiveBrand),
      number: text(pan),
      expiry: expiryOf(text(expiryYear), text(expiryMonth)),
      liabilityShift: lyraLiability(transactionDetails?.liabilityShift),
    }),
  };
}

/** The update that a transaction of the REST API stands for. */
export function lyraRestUpdate(order: string, transaction: LyraTransaction): ProviderUpdate {
  const { uuid = '', operationType = 'DEBIT', detailedStatus = '', currency } = transaction;
  const isPartial = detailedStatus === 'PARTIALLY_AUTHORISED';
  const effective = transaction.transactionDetails?.effectiveAmount;
  const isOurs = operationType !== 'CREDIT' && transaction.transactionDetails?.effectiveCurrency === currency;
  const isLess = isOurs && Number.isSafeInteger(effective) && Number(effective) < Number(transaction.amount);
  const amount = isPartial || isLess ? effective : transaction.amount;
  return lyraUpdate({
    order,
    uuid,
    operationType,
    status: detailedStatus,
    amount: Number.isSafeInteger(amount) ? (amount ?? null) : null,
    currency: currency ?? null,
    ...cardIn(transaction),
    detail: {},
  });
}

/** The first transaction, in the platform's order, whose word has this outcome. */
export function firstWith(
  transactions: readonly LyraTransaction[] | undefined,
  outcome: UpdateOutcome,
): LyraTransaction | undefined {
  return transactions?.find(({ detailedStatus = '' }) => lyraOutcome(detailedStatus) === outcome);
}

/**
 * What was refunded of a transaction so far, in minor units. The platform names nothing where nothing was refunded.
 * @throws Refusal when it names no amount.
 */
export function refundedSoFar({ transactionDetails }: LyraTransaction): number {
  const amount = transactionDetails?.cardDetails?.captureResponse?.refundAmount ?? 0;
  if (!Number.isSafeInteger(amount) || amount < 0)
    throw new Refusal('malformed', 'the answer names no amount that was refunded');
  return amount;
}
