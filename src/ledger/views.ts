/** What readers get of a payment's record: the shop's view, its attempts and its operations. */
import { shownInstallments } from '../payments/installments.ts';
import { display } from '../payments/money.ts';
import type { RecordedOperation } from '../payments/operations.ts';
import { isPartlyUnproven, moneyOf } from '../payments/rules.ts';
import { DECLINED } from '../payments/statuses.ts';
import { summarize } from '../payments/summary.ts';
import { decisiveOf, type Shown, shownOf, shownOfAll } from '../payments/told.ts';
import type {
  AttemptView,
  OperationView,
  OtherAttempt,
  PaymentRequest,
  PaymentView,
  WayBack,
} from '../payments/types.ts';
import {
  type Attempt,
  asksForTest,
  isPolybanking,
  type LedgerRecord,
  operationReference,
  orderNumberOf,
  pendingReasonOf,
  summaryOf,
} from './record.ts';

/** Whether what is shown of an attempt is unproven: money that counts, or that it waits for proof. */
function isShownUnproven({ state, proven, pendingReason }: Attempt): boolean {
  if (state.progress === 'pending' && pendingReason === 'proof_missing' && moneyOf(state).paid === 0)
    return true;
  return proven !== undefined && isPartlyUnproven(state, proven);
}

/** What a person has to look for at the provider, who then says what became of it. */
function lookUpOf({ id, request, attempts }: LedgerRecord, operation: RecordedOperation): string {
  const { kind, attempt, amount, number, requestedAt } = operation;
  const order = orderNumberOf({ id, attempts }, attempt);
  const money = display(amount, request.currency);
  return `look at ${attempts[attempt - 1]?.provider} for a ${kind} of ${money} of the order ${order}, requested at ${requestedAt} (our name for it: ${operationReference(order, operation)}); an operator then settles operation ${number} as succeeded or failed`;
}

/** What is shown of the provider's words. */
export function shownIn(record: LedgerRecord): Shown {
  const { attempts, original, feedback } = record;
  const known = shownOfAll(attempts);
  // What is shown as proven is all of the money, in whichever attempt.
  const shown = known && attempts.some(isShownUnproven) ? { ...known, signed: false } : known;
  const early = original?.postfinanceId ?? (feedback ? record.providerReference : null);
  if (shown) return { ...shown, providerReference: shown.providerReference ?? early };
  // A refund of money that nobody has told of has no place in the state: websites are told its code all the same.
  const lone = isPolybanking(record)
    ? attempts.flatMap(({ told }) => told?.refunded ?? []).at(-1)
    : undefined;
  return {
    providerReference: lone?.providerReference ?? record.providerReference,
    providerStatus: lone?.providerStatus ?? record.providerStatus,
    providerStatusText: lone?.providerStatusText ?? record.providerStatusText ?? null,
    signed: lone?.signed ?? record.signed ?? null,
    card: null,
    declineReason: null,
  };
}

/** Every operation, the oldest first, as the shop sees it. */
export function operationsOf(record: LedgerRecord): OperationView[] {
  const { operations = [] } = record;
  return operations.map(({ number, problem, providerReference: reference, ...operation }) => ({
    operation: number,
    kind: operation.kind,
    attempt: operation.attempt,
    amount: operation.amount,
    state: operation.state,
    requestedAt: operation.approval?.askedAt ?? operation.requestedAt,
    finishedAt: operation.finishedAt,
    error: problem,
    providerStatus: operation.providerStatus,
    providerReference: reference,
    operationReference: operationReference(orderNumberOf(record, operation.attempt), {
      ...operation,
      number,
    }),
    lookUp:
      operation.state === 'unknown'
        ? lookUpOf(record, { ...operation, number, problem, providerReference: reference })
        : null,
  }));
}

/** Every number that providers have for a payment: of its attempts, its operations, and orders that were not numbered by us. */
export function providerReferencesOf(record: LedgerRecord): string[] {
  const { attempts, operations = [] } = record;
  const ofAttempts = attempts.flatMap(({ told = {}, order }) => [
    order,
    ...Object.values(told).map(({ providerReference }) => providerReference),
  ]);
  const ofOperations = operations.map(({ providerReference }) => providerReference);
  const all = [record.providerReference, shownIn(record).providerReference, ...ofAttempts, ...ofOperations];
  return [...new Set(all)].filter(
    (reference) => typeof reference === 'string' && reference !== '',
  ) as string[];
}

/** What says where a payment's shoppers go back to, and nothing else of its request. */
export function wayBackOf({ dialect, returnUrl }: PaymentRequest): WayBack {
  return { ...(dialect && { dialect }), returnUrl };
}

/** Every attempt, the oldest first, as the shop sees it. */
export function attemptsOf({ attempts }: LedgerRecord): AttemptView[] {
  return attempts.map((attempt, index) => {
    const { account, provider, amount, createdAt, documents, state, pendingReason } = attempt;
    const { status, amounts } = summarize(amount, [state]);
    const shown = shownOf(attempt);
    return {
      attempt: index + 1,
      account,
      provider,
      amount,
      status,
      amounts,
      chargedBack: moneyOf(state).chargedBack,
      pendingReason: status === 'pending' ? (pendingReason ?? 'processing') : null,
      declineReason: DECLINED.has(status) ? (shown?.declineReason ?? null) : null,
      card: shown?.card ?? null,
      createdAt,
      bills: documents ?? [],
    };
  });
}

/** Every attempt but the one that the payment is shown by, the oldest first. */
export function otherAttemptsOf({ attempts }: LedgerRecord): OtherAttempt[] {
  const decisive = decisiveOf(attempts);
  return attempts.flatMap((attempt, index) => {
    if (attempt === decisive) return [];
    const { account, amount, state, createdAt } = attempt;
    const { status } = summarize(amount, [state]);
    return [{ attempt: index + 1, account, status, leftAt: attempts[index + 1]?.createdAt ?? createdAt }];
  });
}

/** The payment as its shop sees it. @param version of the record. */
export function viewOf(record: LedgerRecord, version: number): PaymentView {
  const { request } = record;
  const decisive = decisiveOf(record.attempts);
  const { status, amounts } = summaryOf(record);
  const shown = shownIn(record);
  const isEndedByUs = status === 'expired' && record.expiredAt !== undefined;
  const isDeclined = DECLINED.has(status) && record.calledOffAt === undefined && !isEndedByUs;
  return {
    id: record.id,
    version,
    reference: request.reference,
    status,
    amount: request.amount,
    currency: request.currency,
    account: decisive?.account ?? '',
    provider: decisive?.provider ?? '',
    test: asksForTest(record),
    amounts,
    pendingReason: status === 'pending' ? pendingReasonOf(record) : null,
    providerReference: shown.providerReference,
    providerStatus: shown.providerStatus,
    providerStatusText: shown.providerStatusText,
    signed: shown.signed,
    declineReason: isDeclined ? shown.declineReason : null,
    card: shown.card,
    description: request.description,
    capture: decisive?.capture ?? 'automatic',
    extraData: request.extraData,
    customer: request.customer,
    metadata: request.metadata ?? {},
    lineItems: request.lineItems ?? [],
    method: request.method ?? null,
    installments: request.installments ? shownInstallments(request.amount, request.installments) : null,
    operations: operationsOf(record),
    expiresAt: request.expiresAt ?? null,
    paidAt: record.paidAt ?? null,
    late: record.late ?? false,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  };
}
