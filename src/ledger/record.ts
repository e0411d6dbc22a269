/** What a ledger remembers of its payment: one JSON record, and the view that shops get of it. */
import type { PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { RecordedOperation } from '../payments/operations.ts';
import { type AttemptState, type Summary, summarize } from '../payments/rules.ts';
import type {
  AttemptView,
  Capture,
  OperationView,
  PaymentRequest,
  PaymentView,
  ProviderDocument,
  Redirect,
} from '../payments/types.ts';

/** One signed trip of the shopper to a provider. */
export interface Attempt {
  readonly account: string;
  readonly provider: string;
  readonly test: boolean;
  /** How money is taken in this attempt, the account's default resolved. */
  readonly capture: Capture;
  /** What this trip asks for: the payment's amount less what earlier attempts brought. */
  readonly amount: Minor;
  /** A second trip needs a new order number (the provider says so). */
  readonly oneRedirect: boolean;
  /** Null until the shopper is at the checkout, for an order that has to be registered first. */
  readonly redirect: Redirect | null;
  /** What the provider's code keeps for its questions. */
  readonly providerState?: Readonly<Record<string, string>>;
  readonly goodUntil?: string | null;
  /** The order has to be registered when the shopper is there. */
  readonly deferred?: boolean;
  /** When a request took it upon itself to build the redirect; null: nobody has. */
  readonly reservedAt?: string | null;
  readonly createdAt: string;
  readonly documents?: readonly ProviderDocument[];
  /** How often it was asked about only because it had been silent for long, since its last news. */
  readonly queried?: number;
  readonly state: AttemptState;
}

export interface LedgerRecord {
  readonly id: PaymentId;
  readonly request: PaymentRequest;
  /** Oldest first; attempt number n is at n - 1. */
  readonly attempts: readonly Attempt[];
  readonly providerReference: string | null;
  readonly providerStatus: string | null;
  readonly providerStatusText?: string | null;
  readonly signed?: boolean | null;
  /** What was done after the payment; number n is at n - 1. */
  readonly operations?: readonly RecordedOperation[];
  /** Another gateway has had it. */
  readonly imported?: true;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Status and totals by the rules. */
export function summaryOf(record: LedgerRecord): Summary {
  return summarize(
    record.request.amount,
    record.attempts.map((attempt) => attempt.state),
  );
}

/** More than any order has. */
const MAX_DOCUMENTS = 50;

/** The bills of an attempt after one more is told: of one number the newest word, in the order of the numbers. */
export function withDocument(
  bills: readonly ProviderDocument[] = [],
  told: ProviderDocument,
): readonly ProviderDocument[] {
  const before = bills.find(({ number }) => number === told.number);
  if (before && (before.at ?? '') > (told.at ?? '')) return bills;
  const length = (bill: ProviderDocument) => bill.number.length;
  if (!before && bills.length >= MAX_DOCUMENTS) return bills;
  return [...bills.filter((bill) => bill !== before), told].toSorted((one, other) =>
    length(one) === length(other) ? (one.number < other.number ? -1 : 1) : length(one) - length(other),
  );
}

/** The record with one of its attempts changed. */
export function withAttempt(
  record: LedgerRecord,
  number: number,
  change: (attempt: Attempt) => Attempt,
): LedgerRecord {
  return {
    ...record,
    attempts: record.attempts.map((attempt, index) => (index === number - 1 ? change(attempt) : attempt)),
  };
}

/** Everything that was done after the payment, the oldest first. */
export function operationsOf({ operations = [] }: LedgerRecord): OperationView[] {
  return operations.map(({ number, problem, providerReference: reference, ...operation }) => ({
    operation: number,
    kind: operation.kind,
    attempt: operation.attempt,
    amount: operation.amount,
    state: operation.state,
    requestedAt: operation.requestedAt,
    finishedAt: operation.finishedAt,
    error: problem,
    providerStatus: operation.providerStatus,
    providerReference: reference,
  }));
}

/** Every trip, the oldest first. */
export function attemptsOf({ attempts }: LedgerRecord): AttemptView[] {
  return attempts.map(({ account, provider, amount, createdAt, documents, state }, index) => {
    const { status, amounts } = summarize(amount, [state]);
    return {
      attempt: index + 1,
      account,
      provider,
      amount,
      status,
      amounts,
      createdAt,
      bills: documents ?? [],
    };
  });
}

/** The payment as its shop sees it. */
export function viewOf(record: LedgerRecord): PaymentView {
  const { request } = record;
  const newest = record.attempts.at(-1);
  const { status, amounts } = summaryOf(record);
  return {
    id: record.id,
    reference: request.reference,
    status,
    amount: request.amount,
    currency: request.currency,
    account: newest?.account ?? '',
    provider: newest?.provider ?? '',
    test: newest?.test ?? false,
    amounts,
    providerReference: record.providerReference,
    providerStatus: record.providerStatus,
    providerStatusText: record.providerStatusText ?? null,
    signed: record.signed ?? null,
    description: request.description,
    capture: newest?.capture ?? 'automatic',
    extraData: request.extraData,
    customer: request.customer,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  };
}
