/**
 * The rules of movement: how verified news moves an attempt, and how attempts make a payment's status.
 *
 * Everything here is a join: each piece of an attempt's state only ever grows (a rank by maximum, a movement of
 * money by its identity, a flag by or). So any order, repetition and interleaving of the same news ends in the
 * same state, whichever of notification, return and status query came first. The accepted cost: between two
 * negative results of one attempt the ladder decides, not the clock.
 *
 * - Money that arrived is never lost: paid wins over every result without money, whenever it comes.
 * - "In process" news never takes back a result.
 * - Less than the asked amount is partially_paid; the sum over attempts counts.
 * - After paid only refunds and chargebacks move a payment; a refund never counts beyond what was paid.
 */
import { type Minor, minor, sum, ZERO } from './money.ts';
import { MONEY_OUTCOMES, type Outcome, type Status } from './statuses.ts';

/** The ladder of one attempt's results without money: a higher progress is never left for a lower one. */
const PROGRESS_RANKS = [
  'created',
  'forwarded',
  'pending',
  'error',
  'expired',
  'cancelled',
  'denied',
  'authorized',
  'voided',
  'capture_denied',
] as const;

type Progress = (typeof PROGRESS_RANKS)[number];

const PROGRESS_STATUS: Record<Progress, Status> = {
  created: 'created',
  forwarded: 'forwarded',
  pending: 'pending',
  error: 'error',
  expired: 'expired',
  cancelled: 'cancelled',
  denied: 'denied',
  authorized: 'authorized',
  voided: 'cancelled',
  capture_denied: 'denied',
};

/** Money by the identity that the provider gives to the movement: two news of one movement count once. */
export type Movements = Readonly<Record<string, Minor>>;

/** Sums that were told as such, each the largest seen: what counts is the larger of it and of the movements' own sum. */
export interface Totals {
  readonly paid?: Minor;
  readonly refunded?: Minor;
  /** Of an authorization, what was given back without being taken. */
  readonly released?: Minor;
}

/** What the rules remember of an attempt. */
export interface AttemptState {
  readonly progress: Progress;
  /** The largest authorization seen. */
  readonly authorized: Minor;
  readonly paid: Movements;
  readonly refunded: Movements;
  readonly chargedBack: Movements;
  /** Everything was taken back. */
  readonly reversed: boolean;
  readonly totals?: Totals;
  readonly sequences?: Sequences;
}

/** What a provider's documents are ordered by, as digits: the highest of each kind. */
export type Sequences = Readonly<Partial<Record<'authorized' | 'paid' | 'refunded' | 'reversed', string>>>;

/** One piece of verified news about one attempt. */
export interface AttemptUpdate {
  readonly outcome: Outcome;
  /** Minor units in the payment's currency; null where the news carries none. */
  readonly amount: Minor | null;
  /** The provider's identity of the money movement. */
  readonly movement: string;
  /** The amount is everything so far, not one movement of it. What is `released` is always told so. */
  readonly cumulative?: boolean;
  /** Where the newest of several documents tells the status: the place of this one, in digits. */
  readonly sequence?: string;
}

export const NEW_ATTEMPT: AttemptState = {
  progress: 'created',
  authorized: ZERO,
  paid: {},
  refunded: {},
  chargedBack: {},
  reversed: false,
};

function raise(state: AttemptState, progress: Progress): AttemptState {
  return PROGRESS_RANKS.indexOf(progress) > PROGRESS_RANKS.indexOf(state.progress)
    ? { ...state, progress }
    : state;
}

function larger(a: Minor, b: Minor): Minor {
  return a > b ? a : b;
}

function withMovement(movements: Movements, id: string, amount: Minor): Movements {
  const known = movements[id] ?? ZERO;
  return amount > known ? { ...movements, [id]: amount } : movements;
}

function withTotal(state: AttemptState, kind: keyof Totals, amount: Minor): AttemptState {
  if (amount <= (state.totals?.[kind] ?? ZERO)) return state;
  return { ...state, totals: { ...state.totals, [kind]: amount } };
}

/** The shopper left for the provider. */
export function forward(state: AttemptState): AttemptState {
  return raise(state, 'forwarded');
}

/** Whether one number of digits is above another; nothing is above what has none. */
function isAbove(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.length === other.length ? one > other : one.length > other.length;
}

function withSequence(state: AttemptState, { outcome, sequence }: AttemptUpdate): AttemptState {
  if (sequence === undefined || !/^[1-9]\d{0,19}$/.test(sequence)) return state;
  if (outcome !== 'authorized' && outcome !== 'paid' && outcome !== 'refunded' && outcome !== 'reversed')
    return state;
  const known = state.sequences?.[outcome];
  if (known !== undefined && !isAbove(sequence, known)) return state;
  return { ...state, sequences: { ...state.sequences, [outcome]: sequence } };
}

/** An attempt after a piece of news; the same object when the news changes nothing. */
export function apply(state: AttemptState, news: AttemptUpdate): AttemptState {
  return withSequence(moneyMoved(state, news), news);
}

function moneyMoved(state: AttemptState, news: AttemptUpdate): AttemptState {
  if (MONEY_OUTCOMES.has(news.outcome) && news.amount === null) return state;
  const amount = news.amount ?? ZERO;
  switch (news.outcome) {
    case 'none':
      return state;
    case 'pending':
    case 'error':
    case 'expired':
    case 'cancelled':
    case 'denied':
    case 'voided':
    case 'capture_denied':
      return raise(state, news.outcome);
    case 'authorized': {
      const authorized = larger(state.authorized, amount);
      const climbed = raise(state, 'authorized');
      return authorized === climbed.authorized ? climbed : { ...climbed, authorized };
    }
    case 'released':
      return withTotal(state, 'released', amount);
    case 'paid': {
      if (news.cumulative) return withTotal(state, 'paid', amount);
      const paid = withMovement(state.paid, news.movement, amount);
      return paid === state.paid ? state : { ...state, paid };
    }
    case 'refunded': {
      if (news.cumulative) return withTotal(state, 'refunded', amount);
      const refunded = withMovement(state.refunded, news.movement, amount);
      return refunded === state.refunded ? state : { ...state, refunded };
    }
    case 'charged_back': {
      const chargedBack = withMovement(state.chargedBack, news.movement, amount);
      return chargedBack === state.chargedBack ? state : { ...state, chargedBack };
    }
    case 'reversed': {
      const ended = raise(state, 'voided');
      return ended.reversed ? ended : { ...ended, reversed: true };
    }
  }
}

/** The totals of a payment over its attempts, in minor units. */
export interface Amounts {
  /** Held by authorizations that have not ended (captured ones stay counted). */
  readonly authorized: Minor;
  readonly paid: Minor;
  /** Never above `paid`. */
  readonly refunded: Minor;
}

export interface Summary {
  readonly status: Status;
  readonly amounts: Amounts;
  /** Two attempts or more each brought money, and together they brought more than was asked. */
  readonly paidTwice: boolean;
}

/** The money of one attempt, in minor units. */
export interface AttemptMoney {
  /** What an authorization that has not ended was for, less what was released; captured money stays counted. */
  readonly authorized: Minor;
  readonly released: Minor;
  readonly paid: Minor;
  /** Never above `paid`. */
  readonly refunded: Minor;
  readonly chargedBack: Minor;
}

function isReversed({ reversed, sequences = {} }: AttemptState): boolean {
  return reversed && !isAbove(sequences.paid, sequences.reversed);
}

/** The progress that counts: an authorization after a reversal holds money again. */
function progressOf({ progress, reversed, sequences = {} }: AttemptState): Progress {
  const isHeldAgain = progress === 'voided' && reversed && isAbove(sequences.authorized, sequences.reversed);
  return isHeldAgain ? 'authorized' : progress;
}

/** What an attempt's news come to in money. */
export function moneyOf(state: AttemptState): AttemptMoney {
  const { totals = {}, sequences = {} } = state;
  const paid = larger(sum(Object.values(state.paid)), totals.paid ?? ZERO);
  const given = larger(sum(Object.values(state.refunded)), totals.refunded ?? ZERO);
  // What took an earlier try back says nothing about the payment after it.
  const back = isAbove(sequences.paid, sequences.refunded) ? ZERO : given;
  const refunded = isReversed(state) ? paid : back;
  const released = totals.released ?? ZERO;
  return {
    authorized:
      progressOf(state) === 'authorized' ? (Math.max(0, state.authorized - released) as Minor) : ZERO,
    released,
    paid,
    refunded: Math.min(refunded, paid) as Minor,
    chargedBack: sum(Object.values(state.chargedBack)),
  };
}

/** The status of one attempt by its own news: what a payment with this attempt alone would have. */
function attemptStatus(state: AttemptState): Status {
  const released = state.totals?.released ?? ZERO;
  // Given back part by part until nothing is left.
  const progress = progressOf(state);
  if (progress === 'authorized' && released > 0 && released >= state.authorized) return 'cancelled';
  return PROGRESS_STATUS[progress];
}

/**
 * Without money: a live authorization in any attempt; else what the newest attempt says, except that a trip
 * which has only begun does not hide an earlier one that is in process at the bank.
 */
function statusWithoutMoney(attempts: readonly AttemptState[]): Status {
  const statuses = attempts.map(attemptStatus);
  if (statuses.includes('authorized')) return 'authorized';
  const newest = statuses.at(-1) ?? 'created';
  const begun = newest === 'created' || newest === 'forwarded';
  return begun && statuses.includes('pending') ? 'pending' : newest;
}

/**
 * A payment's status and totals.
 * @param asked minor units.
 * @param attempts oldest first.
 */
export function summarize(asked: Minor, attempts: readonly AttemptState[]): Summary {
  const moneys = attempts.map(moneyOf);
  const amounts: Amounts = {
    authorized: sum(moneys.map((entry) => entry.authorized)),
    paid: sum(moneys.map((entry) => entry.paid)),
    refunded: sum(moneys.map((entry) => entry.refunded)),
  };
  const chargedBack = moneys.some((entry) => entry.chargedBack > 0);
  const payers = moneys.filter((entry) => entry.paid > 0).length;
  return {
    status: statusOf(asked, amounts, chargedBack, attempts),
    amounts,
    paidTwice: payers > 1 && amounts.paid > asked,
  };
}

function statusOf(
  asked: Minor,
  amounts: Amounts,
  chargedBack: boolean,
  attempts: readonly AttemptState[],
): Status {
  if (amounts.paid === 0) return chargedBack ? 'charged_back' : statusWithoutMoney(attempts);
  if (chargedBack) return 'charged_back';
  if (amounts.refunded === amounts.paid) return 'refunded';
  if (amounts.refunded > 0) return 'partially_refunded';
  return amounts.paid >= asked ? 'paid' : 'partially_paid';
}

/** How news compares with what was asked; null where there is nothing to remark. */
export type Mismatch = 'currency' | 'amount_missing' | 'amount_below' | 'amount_above';

/**
 * Whether a fact's money fits the payment. `currency` and `amount_missing` forbid that the news moves money;
 * the other two are remarked and count as what they are.
 */
export function mismatch(
  asked: { readonly amount: Minor; readonly currency: string },
  news: { readonly outcome: Outcome; readonly amount: number | null; readonly currency: string | null },
): Mismatch | null {
  if (!MONEY_OUTCOMES.has(news.outcome)) return null;
  if (news.currency !== null && news.currency !== asked.currency) return 'currency';
  if (news.amount === null || minor(news.amount) === null) return 'amount_missing';
  if (news.amount > asked.amount) return 'amount_above';
  const whole = news.outcome === 'authorized' || news.outcome === 'paid';
  return whole && news.amount < asked.amount ? 'amount_below' : null;
}
