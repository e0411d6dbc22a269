/** What a ledger stores of its payment: one JSON record. What readers get of it is in views.ts. */

import type { Bearing } from '../payments/bearing.ts';
import { orderNumber, type PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { RecordedOperation } from '../payments/operations.ts';
import type { AttemptState } from '../payments/rules.ts';
import { type Outcome, WITHOUT_MONEY } from '../payments/statuses.ts';
import { type Summary, summarize } from '../payments/summary.ts';
import { type Card, type DeclineReason, type ToldByOutcome, withTold } from '../payments/told.ts';
import type {
  Capture,
  PaymentRequest,
  PendingReason,
  ProviderDocument,
  Redirect,
} from '../payments/types.ts';

/** A redirect of the shopper to a provider, as the provider's code has built and signed it. */
export interface BuiltAttempt {
  readonly account: string;
  readonly provider: string;
  readonly test: boolean;
  /** The order number at the provider, where it is not the one of this payment and attempt: of a payment that was taken over. */
  readonly order?: string;
  /** The account that it stands in for, because that one could not be reached. */
  readonly insteadOf?: string;
  /** Names of the shop's fields for another provider that were left out. */
  readonly leftOut?: readonly string[];
  /** How money is taken in this attempt, the account's default resolved. */
  readonly capture: Capture;
  /** What the shopper is to pay: the payment's amount less what earlier attempts brought. */
  readonly amount: Minor;
  /** The provider takes an order number only once: another redirect needs another attempt. */
  readonly oneRedirect: boolean;
  /** Null until the shopper is at the checkout, for an order that has to be registered first. */
  readonly redirect: Redirect | null;
  /** What every update of this attempt has to bring back the same. */
  readonly bound?: Readonly<Record<string, string>>;
}

/** One attempt, with what became of it. */
export interface Attempt extends BuiltAttempt {
  /** What the provider's code keeps for later calls. */
  readonly providerState?: Readonly<Record<string, string>>;
  /** Why it is pending, where it is not for want of a result. */
  readonly pendingReason?: PendingReason;
  /** Its provider says that money was taken of what is held, and not how much. */
  readonly amountUntold?: true;
  /** A message says that money came, and names an amount or a currency that cannot be; what was understood since clears it. */
  readonly amountUnclear?: true;
  /** Money that its provider has captured and that is not to be delivered for, less what was given back of it, in minor units. */
  readonly undelivered?: Minor;
  readonly goodUntil?: string | null;
  /** The order has to be registered when the shopper is there. */
  readonly deferred?: boolean;
  /** When a request began to build the redirect; null: none has. */
  readonly reservedAt?: string | null;
  /** A BLIK code is handed over when it is registered. */
  readonly byCode?: true;
  readonly createdAt: string;
  readonly documents?: readonly ProviderDocument[];
  /** How many status queries for want of a result there were since its last change. */
  readonly queried?: number;
  /**
   * Movements of refunds that messages have brought, each of which may be one of several operations of ours, or of none; with the number
   * of the newest operation that there was then.
   */
  readonly unclaimed?: Readonly<Record<string, number>>;
  readonly state: AttemptState;
  /** The state by what is proven alone; left out: nothing else has moved it. */
  readonly proven?: AttemptState;
  /** What its provider has told of it, by outcome. */
  readonly told?: ToldByOutcome;
}

/**
 * A transaction as PolyBanking had it, for its dialect to show unchanged. Times are RFC 3339 UTC, with a fraction where the
 * original had one; null: never.
 */
export interface Original {
  /** SHA-256 (hexadecimal) of the import: the same again changes nothing. */
  readonly importHash: string;
  readonly postfinanceId: string | null;
  readonly internalStatus: 'cr' | 'fw' | 'fb';
  readonly ipnNeeded: boolean;
  readonly brand: string;
  readonly card: string;
  readonly created: string;
  readonly forwarded: string | null;
  readonly back: string | null;
  readonly notified: string | null;
  readonly ipn: string | null;
  /** Oldest first. */
  readonly logs: readonly { readonly when: string; readonly type: string; readonly extraData: string }[];
}

export interface LedgerRecord {
  readonly id: PaymentId;
  readonly request: PaymentRequest;
  /** Oldest first; attempt number n is at n - 1. */
  readonly attempts: readonly Attempt[];
  /** Of records of before: what was the newest that a provider had said. Now it is in `Attempt.told`. */
  readonly providerReference: string | null;
  readonly providerStatus: string | null;
  readonly providerStatusText?: string | null;
  readonly signed?: boolean | null;
  /** Captures, cancels and refunds; operation number n is at n - 1. */
  readonly operations?: readonly RecordedOperation[];
  /** Where the shop wanted it to go, as it said; left out in records of before. */
  readonly wanted?: { readonly account: string | null; readonly provider: string | null };
  /** When the shop called it off, RFC 3339 UTC. */
  readonly calledOffAt?: string;
  /** When we ended it because no result came in time, RFC 3339 UTC. */
  readonly expiredAt?: string;
  /** When the money that was asked for had come, RFC 3339 UTC. */
  readonly paidAt?: string;
  /** Money came after it was called off or had expired. */
  readonly late?: true;
  /** The newest message that said what cannot be, until a later one of the attempt counts. */
  readonly conflict?: { readonly attempt: number; readonly reason: string; readonly at: string };
  /** Its checkout link carries a token; absent: it was made when the id alone was one. */
  readonly link?: 'token';
  /** When the shopper's data was erased, RFC 3339 UTC. */
  readonly erasedAt?: string;
  /** Taken over from another gateway. */
  readonly imported?: true;
  /** What PolyBanking had stored of it, word by word. */
  readonly original?: Original;
  /** The provider's newest code, where it moved nothing: only of payments in PolyBanking's dialect, whose websites are told. */
  readonly feedback?: { readonly code: string };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Whether a payment asks for money that is not real: what the shop asked for is what its first attempt was for. */
export function asksForTest({ attempts }: Pick<LedgerRecord, 'attempts'>): boolean {
  return attempts[0]?.test ?? false;
}

/**
 * Status and totals by the rules. What a shop has called off stays so, whatever its bank says, until money comes. What we ended for want
 * of a result stays so while a bank is only processing it, or an attempt is left that nobody has told the end of; a claim of money that
 * waits for a person does not.
 */
export function summaryOf(record: LedgerRecord): Summary {
  const summary = summarize(
    record.request.amount,
    record.attempts.map((attempt) => attempt.state),
  );
  const { calledOffAt, expiredAt } = record;
  if (calledOffAt !== undefined && WITHOUT_MONEY.has(summary.status))
    return { ...summary, status: 'cancelled' };
  if (expiredAt === undefined || !WITHOUT_MONEY.has(summary.status)) return summary;
  const isOpen =
    summary.status === 'pending'
      ? pendingReasonOf(record) !== 'processing'
      : record.attempts.every(({ state }) => state.progress !== 'expired');
  return isOpen ? summary : { ...summary, status: 'expired' };
}

/** The reasons to wait, each asking for more than the one before it. */
const REASONS: readonly PendingReason[] = ['processing', 'person_needed', 'proof_missing'];

/** Whether a reason to wait asks for more than another one: what waits for proof is concluded by a person too. */
export function asksForMore(reason: PendingReason, known: PendingReason = 'processing'): boolean {
  return REASONS.indexOf(reason) > REASONS.indexOf(known);
}

/** Why a payment is pending that is: of its attempts that are, by the reason that asks for most. */
export function pendingReasonOf({ attempts }: Pick<LedgerRecord, 'attempts'>): PendingReason {
  const waiting = attempts.filter(({ state }) => state.progress === 'pending');
  const isOne = (reason: PendingReason) => waiting.some(({ pendingReason }) => pendingReason === reason);
  return REASONS.findLast(isOne) ?? 'processing';
}

/** Why a payment's links begin nothing any more; null: they do. */
export type Ended = 'called_off' | 'expired';

/** @param now milliseconds since 1970. */
export function endedBy({ calledOffAt, expiredAt, request }: LedgerRecord, now: number): Ended | null {
  if (calledOffAt !== undefined) return 'called_off';
  if (expiredAt !== undefined) return 'expired';
  return request.expiresAt !== undefined && Date.parse(request.expiresAt) <= now ? 'expired' : null;
}

/** More documents than any order has. */
const MAX_DOCUMENTS = 50;

/** The documents of an attempt with one more, in the order of their numbers. Of two with one number the newer one stays. */
export function withDocument(
  documents: readonly ProviderDocument[] = [],
  added: ProviderDocument,
): readonly ProviderDocument[] {
  const before = documents.find(({ number }) => number === added.number);
  if (before && (before.at ?? '') > (added.at ?? '')) return documents;
  const length = (document: ProviderDocument) => document.number.length;
  if (!before && documents.length >= MAX_DOCUMENTS) return documents;
  return [...documents.filter((document) => document !== before), added].toSorted((one, other) =>
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

/**
 * An attempt whose state is moved. The one place that keeps apart what is proven of it.
 * @param isProven whether that which moves it is: by a signature, by an answer of the provider, or by an operation of ours.
 */
export function withMovedState(
  attempt: Attempt,
  isProven: boolean,
  move: (state: AttemptState) => AttemptState,
): Attempt {
  const { state: before, proven } = attempt;
  const state = move(before);
  if (isProven) return { ...attempt, state, ...(proven && { proven: move(proven) }) };
  return state === before ? attempt : { ...attempt, state, proven: proven ?? before };
}

/** The record with a message that said what cannot be. */
export function withConflict(
  record: LedgerRecord,
  attempt: number,
  reason: string,
  at: string,
): LedgerRecord {
  return { ...record, conflict: { attempt, reason, at } };
}

/** The record once a message of the attempt counts that fits. */
export function withoutConflict(record: LedgerRecord, attempt: number): LedgerRecord {
  if (record.conflict?.attempt !== attempt) return record;
  const { conflict: _conflict, ...rest } = record;
  return rest;
}

/** The order number of an attempt: ours, or the one that it had before it was taken over. */
export function orderNumberOf(
  { id, attempts }: Pick<LedgerRecord, 'id' | 'attempts'>,
  attempt: number,
): string {
  return attempts[attempt - 1]?.order ?? orderNumber(id, attempt);
}

/** Our name for an operation at the provider: the order number, the operation's initial and its number. */
export function operationReference(
  order: string,
  { kind, number }: Pick<RecordedOperation, 'kind' | 'number'>,
): string {
  return `${order}${kind.charAt(0).toUpperCase()}${number}`;
}

/** What an update says of its attempt, for those who read the payment. */
interface Said {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly movement: string;
  readonly sequence?: string;
  /** Minor units; null: it names none. */
  readonly amount?: number | null;
  readonly cumulative?: boolean;
  readonly providerReference: string | null;
  readonly providerStatus: string | null;
  readonly providerStatusText?: string | null;
  readonly proven?: boolean;
  readonly proofMissing?: true;
  readonly card?: Card;
  readonly declineReason?: DeclineReason;
}

/** Whether websites that speak PolyBanking's dialect are told of every code of PostFinance. */
export function isPolybanking({ request }: Pick<LedgerRecord, 'request'>): boolean {
  return request.dialect === 'polybanking';
}

/** The outcome that what was known before is kept under: by what its attempt has come to. */
function outcomeBefore({ state }: Attempt): Outcome {
  const { status } = summarize(state.authorized, [state]);
  if (status === 'partially_paid') return 'paid';
  if (status === 'partially_refunded') return 'refunded';
  return status === 'created' || status === 'forwarded' ? 'pending' : status;
}

/** The record with what a record of before had, as told of the attempt that it was about. */
function withKnownBefore(record: LedgerRecord): LedgerRecord {
  const { attempts, providerReference, providerStatus, providerStatusText = null, signed = null } = record;
  if (attempts.some(({ told }) => told) || (providerStatus === null && signed === null)) return record;
  const hasMoney = ({ state }: Attempt) => summarize(state.authorized, [state]).amounts.paid > 0;
  const index = attempts.findLastIndex(hasMoney);
  const known = { movement: '', providerReference, providerStatus, providerStatusText, signed };
  return withAttempt(record, index < 0 ? attempts.length : index + 1, (attempt) => ({
    ...attempt,
    told: { [outcomeBefore(attempt)]: known },
  }));
}

/** The record with what an update tells. The same object where it tells nothing that would be shown before what is known. */
export function withSaid(before: LedgerRecord, said: Said): LedgerRecord {
  const {
    attempt: number,
    outcome,
    movement,
    sequence,
    amount = null,
    cumulative,
    card,
    declineReason,
  } = said;
  const record = withKnownBefore(before);
  const known = record.attempts[number - 1]?.told ?? {};
  // Another dialect reads a payment's status from the provider's code: what proves nothing must not be there.
  const isShown = !said.proofMissing;
  const told = withTold(known, outcome, {
    movement,
    ...(sequence && { sequence }),
    ...(cumulative && amount !== null && { total: amount }),
    providerReference: isShown ? said.providerReference : null,
    providerStatus: isShown ? said.providerStatus : null,
    providerStatusText: isShown ? (said.providerStatusText ?? null) : null,
    signed: said.proven ?? null,
    ...(isShown && card && { card }),
    ...(isShown && declineReason && { declineReason }),
  });
  if (told === known) return before;
  return withAttempt(record, number, (attempt) => ({ ...attempt, told }));
}

/**
 * The record with the newest code of PostFinance, where websites are told of every one: a remark stands beside what is known, until the
 * next update that moves the payment.
 */
export function withFeedback(
  record: LedgerRecord,
  {
    providerStatus,
    providerReference,
  }: { readonly providerStatus: string; readonly providerReference: string | null },
  bearing: Bearing,
): LedgerRecord {
  if (bearing === 'moved') {
    const { feedback: _feedback, ...before } = record;
    return record.feedback ? before : record;
  }
  if (bearing === 'stale' || !isPolybanking(record) || providerStatus === '') return record;
  return {
    ...record,
    providerReference: record.providerReference ?? providerReference,
    feedback: { code: providerStatus },
  };
}
