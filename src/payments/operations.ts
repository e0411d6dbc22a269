/**
 * What may be done after a payment, and what it comes to: pure rules over the news of an attempt. An operation takes
 * from one of three fundsSources: an order that is still open, money that is held, money that was paid. Its news is told as a
 * total ("so much was refunded in all"), so that a provider's own message about the same movement, which may come
 * before or after, and under another name, never counts it twice.
 */
import type { ProblemCode, ProviderWords } from './errors.ts';
import { display, type Minor, ZERO } from './money.ts';
import { type AttemptMoney, type AttemptState, type AttemptUpdate, moneyOf } from './rules.ts';

export const OPERATION_KINDS = ['capture', 'cancel', 'refund'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * - `running`: recorded, and the provider is being called;
 * - `accepted`: the provider took it, the result comes later;
 * - `unknown`: the answer got lost: it may have happened, and is never repeated.
 */
export const OPERATION_STATES = ['running', 'accepted', 'unknown', 'succeeded', 'failed'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** What an operation takes from. */
export type FundsSource = 'open' | 'held' | 'paid';

/** What a provider can do. */
export interface OperationRule {
  /** How an amount may be given: only the whole, once a part of it, or part after part. */
  readonly parts: 'whole' | 'one' | 'many';
  /** What it takes from; the first one that has something. */
  readonly fundsSources: readonly FundsSource[];
  /** A cancel that releases what the capture of a part has left. Elsewhere that is released by itself, or cannot be. */
  readonly afterPart?: true;
}

/** Why an operation failed, or is not known to have succeeded. */
export interface OperationProblem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly provider?: ProviderWords;
}

/** An operation that may be carried out. */
export interface OperationPlan {
  readonly kind: OperationKind;
  /** From 1. */
  readonly attempt: number;
  readonly fundsSource: FundsSource;
  readonly amount: Minor;
  /** Whether this is everything that the fundsSource has. */
  readonly whole: boolean;
  /** What has been taken in all once it and everything accepted before it are done: paid, refunded or released. */
  readonly expected: Minor;
  /** What others had taken by then: in the back office, or before there were operations. */
  readonly outside: Minor;
  /** The attempt's money when it was asked for. */
  readonly before: AttemptMoney;
}

/** An operation as its payment remembers it. */
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

/** Whether nobody can say yet what came of it: then nothing else is begun. */
export function isUnresolved({ state }: RecordedOperation): boolean {
  return state === 'running' || state === 'unknown';
}

/** Whether its result has yet to come: until then it takes from its fundsSource. */
export function isOpen(operation: RecordedOperation): boolean {
  return operation.state === 'accepted' || isUnresolved(operation);
}

type Sum = 'paid' | 'refunded' | 'released';

/** Which sum of the attempt's money an operation adds to; null: it takes the order back as it is. */
function sumOf({ kind, fundsSource }: Pick<OperationPlan, 'kind' | 'fundsSource'>): Sum | null {
  if (fundsSource === 'paid') return 'refunded';
  if (fundsSource === 'open') return null;
  return kind === 'capture' ? 'paid' : 'released';
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
  /** The sum that the operation adds to, what is on its way included. */
  readonly soFar: Minor;
}

const OPEN_PROGRESS: ReadonlySet<AttemptState['progress']> = new Set(['created', 'forwarded', 'pending']);

/** What a fundsSource of an attempt has left, what was accepted already taken off. */
function availableIn(
  fundsSource: FundsSource,
  kind: OperationKind,
  { state, amount, rule }: Operable,
  reserving: readonly RecordedOperation[],
): Available | null {
  const money = moneyOf(state);
  // News settles what it explains, so what is still open is not in the sums yet.
  const reserved = (sum: Sum): Minor =>
    reserving
      .filter((operation) => sumOf(operation) === sum)
      .reduce((total, one) => total + one.amount, money[sum] as number) as Minor;
  const [paid, refunded, released] = [reserved('paid'), reserved('refunded'), reserved('released')];
  const some = (left: number, soFar: Minor) =>
    left > 0 ? { fundsSource, left: left as Minor, soFar } : null;
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
    case 'paid':
      return some(money.paid - refunded, refunded);
  }
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
    const reserving = operations.filter((one) => one.attempt === index + 1 && isOpen(one));
    for (const fundsSource of attempt.rule.fundsSources) {
      // Of orders that nobody has paid the newest one is meant; money is never guessed at.
      if (fundsSource === 'open' && wanted.attempt === null && index < attempts.length - 1) continue;
      const available = availableIn(fundsSource, wanted.kind, attempt, reserving);
      if (available) return [{ ...available, attempt: index + 1, rule: attempt.rule, state: attempt.state }];
    }
    return [];
  });
  if (candidates.length === 0)
    return { code: 'invalid_state', detail: `there is nothing left to ${wanted.kind}` };
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
  const whole = amount === chosen.left;
  if (!whole && (chosen.rule.parts === 'whole' || chosen.fundsSource === 'open')) {
    return {
      code: 'amount_out_of_range',
      detail: `this provider does it only with the whole, ${display(chosen.left, currency)}`,
    };
  }
  const before = moneyOf(chosen.state);
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

/**
 * What an operation that was carried out says about its attempt.
 * @param operations all of the payment's; whether it is among them as succeeded already makes no difference.
 */
export function updateOf(
  operation: OperationPlan & { readonly number: number },
  operations: readonly RecordedOperation[],
): AttemptUpdate {
  const movement = 'operations';
  const sum = sumOf(operation);
  if (sum === null) return { outcome: 'cancelled', amount: null, movement };
  if (sum === 'released' && operation.whole) return { outcome: 'voided', amount: null, movement };
  const others = operations.filter(({ number }) => number !== operation.number);
  const total = operation.outside + doneIn(sum, operation.attempt, others) + operation.amount;
  return { outcome: sum, amount: total as Minor, movement, cumulative: true };
}

/** What we have captured of an attempt, or are about to; null: no capture was asked for. */
export function capturedOf(operations: readonly RecordedOperation[], attempt: number): Minor | null {
  const captures = operations.filter(
    (one) => one.attempt === attempt && one.kind === 'capture' && one.state !== 'failed',
  );
  return captures.length > 0 ? (Math.max(...captures.map(({ expected }) => expected)) as Minor) : null;
}

/** How much of a sum is there that neither others nor our finished operations explain. */
function unexplained(
  operation: RecordedOperation,
  state: AttemptState,
  operations: readonly RecordedOperation[],
): number {
  const sum = sumOf(operation);
  if (sum === null) return 0;
  return moneyOf(state)[sum] - operation.outside - doneIn(sum, operation.attempt, operations);
}

/**
 * The operation that the attempt's news show to have happened, whoever told; null: none of those that are open. The one
 * whose amount fits exactly comes first, then the oldest that fits.
 */
export function concludedBy(
  state: AttemptState,
  attempt: number,
  operations: readonly RecordedOperation[],
): RecordedOperation | null {
  const open = operations.filter((one) => one.attempt === attempt && isOpen(one));
  const isOver = (operation: RecordedOperation): boolean => {
    const sum = sumOf(operation);
    if (sum === null) return !OPEN_PROGRESS.has(state.progress) && moneyOf(state).paid === 0;
    return sum === 'released' && state.progress === 'voided';
  };
  return (
    open.find(isOver) ??
    open.find((one) => one.amount === unexplained(one, state, operations)) ??
    open.find((one) => one.fundsSource !== 'open' && one.amount <= unexplained(one, state, operations)) ??
    null
  );
}
