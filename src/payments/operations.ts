/**
 * What may be done after a payment, and its result: pure rules over the state of an attempt. An operation takes from one
 * of three sources of funds: an order that is still open, money that is held, money that was paid. A provider's own message
 * about the same movement may come before or after, under another name: reconciliation.ts finds the operation that it is about.
 */
import type { ProblemCode, ProviderWords } from './errors.ts';
import { display, type Minor, ZERO } from './money.ts';
import { type AttemptMoney, type AttemptState, type AttemptUpdate, moneyOf } from './rules.ts';

export const OPERATION_KINDS = ['capture', 'cancel', 'refund'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * - `awaiting_approval`: recorded, and sent to nobody: a second person decides;
 * - `running`: recorded, and the provider is being called;
 * - `accepted`: the provider took it, the result comes later;
 * - `unknown`: the answer was lost: it may have been executed, and is never repeated.
 */
export const OPERATION_STATES = [
  'awaiting_approval',
  'running',
  'accepted',
  'unknown',
  'succeeded',
  'failed',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** The money that an operation takes: of an open order, held by an authorization, or paid. */
export type FundsSource = 'open' | 'held' | 'paid';

/** What a provider can do of one kind of operation. */
export interface OperationRule {
  /** How an amount may be given: only the whole, once a part of it, or part after part. */
  readonly parts: 'whole' | 'one' | 'many';
  /** Where it takes money from: the first source that has some. */
  readonly fundsSources: readonly FundsSource[];
  /** After a partial capture, a cancel releases the rest. Elsewhere the rest is released by itself, or cannot be. */
  readonly afterPart?: true;
}

/** Why an operation failed, or is not known to have succeeded. */
export interface OperationProblem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly provider?: ProviderWords;
}

/** An operation that may be executed. */
export interface OperationPlan {
  readonly kind: OperationKind;
  /** From 1. */
  readonly attempt: number;
  readonly fundsSource: FundsSource;
  readonly amount: Minor;
  /** Whether this is everything that the source of funds has. Never of a payment of which something was charged back. */
  readonly whole: boolean;
  /** The total (paid, refunded or released) once this operation and all accepted before it are done. */
  readonly expected: Minor;
  /** The part of the total that is not of our operations: it was done in the provider's back office. */
  readonly outside: Minor;
  /** The attempt's money when it was asked for. */
  readonly before: AttemptMoney;
}

/** What a second person has to say of an operation before it is executed. */
export interface Approval {
  /** When it was asked for, RFC 3339 UTC. Once it is approved, `requestedAt` is when it was sent. */
  readonly askedAt: string;
  /** The actor who has approved or declined it; null: nobody yet. */
  readonly decidedBy: string | null;
  readonly decision: 'approved' | 'declined' | null;
  /** Movements of messages that had come before it was sent: none of them is about it. */
  readonly earlierMovements?: readonly string[];
}

/** An operation as its payment stores it. */
export interface RecordedOperation extends OperationPlan {
  /** From 1, in its payment. */
  readonly number: number;
  /** The shop's Idempotency-Key. */
  readonly key: string;
  /** What the shop asked for, to tell a repeat from another request. */
  readonly wanted: OperationWanted;
  readonly state: OperationState;
  readonly requestedAt: string;
  readonly finishedAt: string | null;
  readonly problem: OperationProblem | null;
  /** The provider's word for it and its number, where it gave any. */
  readonly providerStatus: string | null;
  readonly providerReference: string | null;
  /** The movement of the provider's message about it: the money of both counts once. */
  readonly movement?: string;
  /** The operator who has asked for it, as the audit log names actors; left out: its shop has. */
  readonly requestedBy?: string;
  /** Left out: it needs none. */
  readonly approval?: Approval;
}

/** What a shop asks for; null: the whole, and the attempt that has it. */
export interface OperationWanted {
  readonly kind: OperationKind;
  readonly amount: number | null;
  readonly attempt: number | null;
}

/** An attempt as the rules see it. */
export interface Operable {
  readonly state: AttemptState;
  /** What it asked for, in minor units. */
  readonly amount: Minor;
  /** What its provider can do of the wanted kind; null: nothing. */
  readonly rule: OperationRule | null;
}

export interface PlanRejection {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Whether it was sent to its provider, or is about to be. What a message or a list of the provider says is about none that was not. */
export function isSent({ approval }: Pick<RecordedOperation, 'approval'>): boolean {
  return approval === undefined || approval.decision === 'approved';
}

/** Whether its outcome is not known: until then no other operation of the payment begins. */
export function isUnresolved({ state }: RecordedOperation): boolean {
  return state === 'running' || state === 'unknown';
}

/** Whether its result has yet to come: until then its amount is reserved at its source of funds. */
export function isOpen(operation: RecordedOperation): boolean {
  return operation.state === 'accepted' || isUnresolved(operation);
}

type Sum = 'paid' | 'refunded' | 'released';

/** Which sum of the attempt's money an operation adds to; null: none, it cancels an order without money. */
export function sumOf({ kind, fundsSource }: Pick<OperationPlan, 'kind' | 'fundsSource'>): Sum | null {
  if (fundsSource === 'paid') return 'refunded';
  if (fundsSource === 'open') return null;
  return kind === 'capture' ? 'paid' : 'released';
}

/**
 * What our own cancels may have taken from what an attempt has paid: also where the answer is still to come, because the provider's
 * message may come before it.
 */
export function cancelledOfPaid(operations: readonly RecordedOperation[], attempt: number): number {
  return operations
    .filter((one) => one.attempt === attempt && one.kind === 'cancel' && one.fundsSource === 'paid')
    .filter((one) => one.state !== 'failed' && isSent(one))
    .reduce((total, { amount }) => total + amount, 0);
}

/**
 * Whether a second person has to approve an operation that an operator asks for: when it gives money back, and comes with what
 * operators have given back of this payment alone to more than the limit. So a large refund in small parts needs approval too.
 * @param above in minor units of the payment's currency; null: no limit.
 */
export function needsApproval(
  plan: OperationPlan,
  above: number | null,
  operations: readonly RecordedOperation[],
): boolean {
  if (above === null || sumOf(plan) !== 'refunded') return false;
  const alone = operations
    .filter((one) => one.requestedBy !== undefined && one.approval === undefined)
    .filter((one) => one.state !== 'failed' && sumOf(one) === 'refunded')
    .reduce((total, { amount }) => total + amount, 0);
  return alone + plan.amount > above;
}

/** What earlier operations that their provider has accepted, and not finished, are to add to the same sum of the attempt. */
export function acceptedBefore({ kind, fundsSource, expected, amount, before }: OperationPlan): number {
  const sum = sumOf({ kind, fundsSource });
  return sum === null ? 0 : expected - amount - before[sum];
}

/** What our own operations have added to a sum of an attempt. */
function doneIn(sum: Sum, attempt: number, operations: readonly RecordedOperation[]): number {
  return operations
    .filter((one) => one.attempt === attempt && one.state === 'succeeded' && sumOf(one) === sum)
    .reduce((total, { amount }) => total + amount, 0);
}

interface Available {
  readonly fundsSource: FundsSource;
  readonly left: Minor;
  /** The same, with what is reserved for operations that wait for approval. */
  readonly unsent: Minor;
  /** The sum that the operation adds to, with the operations that are still open. */
  readonly soFar: Minor;
}

/** The progress of an order that nobody has paid or refused yet. */
export const OPEN_PROGRESS: ReadonlySet<AttemptState['progress']> = new Set([
  'created',
  'forwarded',
  'pending',
]);

/** What a source of funds of an attempt has left, less what open operations reserve. */
function availableIn(
  fundsSource: FundsSource,
  kind: OperationKind,
  { state, amount, rule }: Operable,
  asked: readonly RecordedOperation[],
): Available | null {
  const reserving = asked.filter(isOpen);
  const money = moneyOf(state);
  // An update concludes the operations that it explains, so what is still open is not in the sums yet.
  const reserved = (sum: Sum): Minor =>
    reserving
      .filter((operation) => sumOf(operation) === sum)
      .reduce((total, one) => total + one.amount, money[sum] as number) as Minor;
  const [paid, refunded, released] = [reserved('paid'), reserved('refunded'), reserved('released')];
  const waiting = asked
    .filter((one) => one.state === 'awaiting_approval' && one.fundsSource === fundsSource)
    .reduce((total, one) => total + one.amount, 0);
  const some = (unsent: number, soFar: Minor): Available | null => {
    const left = unsent - waiting;
    return left > 0 ? { fundsSource, left: left as Minor, unsent: unsent as Minor, soFar } : null;
  };
  switch (fundsSource) {
    case 'open': {
      const isOpen = OPEN_PROGRESS.has(state.progress) && money.paid === 0;
      const isTaken = reserving.some((operation) => operation.fundsSource === 'open');
      return isOpen && !isTaken ? some(amount, ZERO) : null;
    }
    case 'held': {
      if (kind === 'capture' && rule?.parts === 'one' && paid > 0) return null;
      if (kind === 'cancel' && !rule?.afterPart && paid > 0) return null;
      const left = money.authorized - paid - (released - money.released);
      return some(left, kind === 'capture' ? paid : released);
    }
    case 'paid': {
      // The bank has taken it back already. A provider that does it only with the whole would give that back too.
      if (money.chargedBack > 0 && rule?.parts === 'whole') return null;
      return some(money.paid - refunded - money.chargedBack, refunded);
    }
  }
}

/** Why no attempt that is meant has anything that the operation could take. */
function nothingLeft(wanted: OperationWanted, currency: string, attempts: readonly Operable[]): string {
  const { kind } = wanted;
  const states = attempts.filter((_, index) => isWanted(wanted, index)).map(({ state }) => state);
  const hasMoney = states.some((state) => moneyOf(state).authorized + moneyOf(state).paid > 0);
  const chargedBack = states.reduce((total, state) => total + moneyOf(state).chargedBack, 0);
  if (chargedBack > 0 && kind !== 'capture')
    return `there is nothing left to ${kind}: ${display(chargedBack, currency)} was charged back`;
  if (hasMoney) return `there is nothing left to ${kind}`;
  if (states.some(({ progress }) => progress === 'pending'))
    return `the provider is still processing the payment: there is nothing to ${kind} before its result`;
  return `nothing is paid or held: there is nothing to ${kind}`;
}

/**
 * What an operation would do, or why it may not.
 * @param attempts oldest first.
 * @param operations everything that was asked for before.
 */
export function planOperation(
  wanted: OperationWanted,
  currency: string,
  attempts: readonly Operable[],
  operations: readonly RecordedOperation[],
): OperationPlan | PlanRejection {
  const unresolved = operations.find(isUnresolved);
  if (unresolved) {
    return {
      code: 'invalid_state',
      detail: `it is not known yet what came of operation ${unresolved.number}, a ${unresolved.kind}: nothing else is begun before that`,
    };
  }
  if (wanted.attempt !== null && !attempts[wanted.attempt - 1]) {
    return { code: 'invalid_request', detail: `attempt: there are ${attempts.length}` };
  }
  if (attempts.every(({ rule }, index) => !rule || !isWanted(wanted, index))) {
    return { code: 'unsupported_operation', detail: `this payment's provider has no ${wanted.kind}` };
  }
  const candidates = attempts.flatMap((attempt, index) => {
    if (!attempt.rule || !isWanted(wanted, index)) return [];
    const asked = operations.filter((one) => one.attempt === index + 1);
    for (const fundsSource of attempt.rule.fundsSources) {
      // Without a named attempt an unpaid order is the newest one. Which money is meant is never guessed.
      if (fundsSource === 'open' && wanted.attempt === null && index < attempts.length - 1) continue;
      const available = availableIn(fundsSource, wanted.kind, attempt, asked);
      if (available) return [{ ...available, attempt: index + 1, rule: attempt.rule, state: attempt.state }];
    }
    return [];
  });
  if (candidates.length === 0)
    return { code: 'invalid_state', detail: nothingLeft(wanted, currency, attempts) };
  if (wanted.amount === null && candidates.length > 1) {
    const numbers = candidates.map(({ attempt }) => attempt).join(' and ');
    return {
      code: 'invalid_request',
      detail: `the attempts ${numbers} both have something to ${wanted.kind}: name one`,
    };
  }
  const asked = wanted.amount;
  const chosen = candidates.findLast(({ left }) => asked === null || asked <= left);
  if (!chosen) {
    const most = Math.max(...candidates.map(({ left }) => left));
    return {
      code: 'amount_out_of_range',
      detail: `there is ${display(most, currency)} left to ${wanted.kind}`,
    };
  }
  const amount = (asked ?? chosen.left) as Minor;
  const before = moneyOf(chosen.state);
  // Providers give back all that was paid where they are asked for the whole, also what was charged back.
  const isRest = chosen.fundsSource === 'paid' && before.chargedBack > 0;
  const whole = amount === chosen.unsent && !isRest;
  if (!whole && (chosen.rule.parts === 'whole' || chosen.fundsSource === 'open')) {
    return {
      code: 'amount_out_of_range',
      detail: `this provider does it only with the whole, ${display(chosen.unsent, currency)}`,
    };
  }
  const sum = sumOf({ kind: wanted.kind, fundsSource: chosen.fundsSource });
  const outside = sum === null ? 0 : before[sum] - doneIn(sum, chosen.attempt, operations);
  return {
    kind: wanted.kind,
    attempt: chosen.attempt,
    fundsSource: chosen.fundsSource,
    amount,
    whole,
    expected: (chosen.soFar + amount) as Minor,
    outside: Math.max(0, outside) as Minor,
    before,
  };
}

function isWanted({ attempt }: OperationWanted, index: number): boolean {
  return attempt === null || attempt === index + 1;
}

/** The identity under which the money that an operation gives back is a movement. */
export function movementOf({ number }: { readonly number: number }): string {
  return `operation/${number}`;
}

/**
 * The update of its attempt that an executed operation amounts to. A refund is a movement of its own, under our name: others may
 * refund too, and are told by other movements. A capture or a release is stated as a total.
 * @param operations all of the payment's; whether it is among them as succeeded already makes no difference.
 */
export function updateOf(
  operation: OperationPlan & { readonly number: number },
  operations: readonly RecordedOperation[],
): AttemptUpdate {
  const movement = movementOf(operation);
  const sum = sumOf(operation);
  if (sum === null) return { outcome: 'cancelled', amount: null, movement };
  if (sum === 'refunded') return { outcome: 'refunded', amount: operation.amount, movement };
  if (sum === 'released' && operation.whole) return { outcome: 'voided', amount: null, movement };
  const others = operations.filter(({ number }) => number !== operation.number);
  const total = operation.outside + doneIn(sum, operation.attempt, others) + operation.amount;
  return { outcome: sum, amount: total as Minor, movement, cumulative: true };
}

/**
 * What was given back in all once a refund is done: what others had given back before it counts beside it, although it may be known
 * as a total alone. Null: it gives back nothing, or was alone.
 */
export function totalAfter(
  operation: OperationPlan & { readonly number: number },
  operations: readonly RecordedOperation[],
): AttemptUpdate | null {
  if (sumOf(operation) !== 'refunded' || operation.outside === 0) return null;
  const others = operations.filter(({ number }) => number !== operation.number);
  const total = operation.outside + doneIn('refunded', operation.attempt, others) + operation.amount;
  return { outcome: 'refunded', amount: total as Minor, movement: '', cumulative: true };
}

/** What our captures of an attempt come to, those without a result included; null: there is none. */
export function capturedOf(operations: readonly RecordedOperation[], attempt: number): Minor | null {
  const captures = operations.filter(
    (one) => one.attempt === attempt && one.kind === 'capture' && one.state !== 'failed',
  );
  return captures.length > 0 ? (Math.max(...captures.map(({ expected }) => expected)) as Minor) : null;
}
