/**
 * The rules of movement: how a provider update moves an attempt, and what money its state says. What the attempts make of a payment is in
 * summary.ts, what money cannot be in mismatch.ts.
 *
 * Everything here is a join: each piece of an attempt's state only ever grows (a rank by maximum, a movement of
 * money by its identity, a flag by or). So any order, repetition and interleaving of the same updates ends in the
 * same state, whichever of notification, return and status query came first. The accepted cost: between two
 * negative results of one attempt the progress rank decides, not the clock.
 *
 * - Money that arrived is never lost: paid wins over every result without money, whenever it comes.
 * - An update "in process" never takes back a result of its attempt. A payment is in process while any of its attempts is.
 * - After paid only refunds and chargebacks move a payment; a refund never counts beyond what was paid.
 *
 * The file is long because each of these rules holds only beside the others.
 */
import { type Minor, sum, ZERO } from './money.ts';
import { MONEY_OUTCOMES, type Outcome } from './statuses.ts';

/** An attempt's results without money in ascending rank: a higher one is never left for a lower one. */
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

export type AttemptProgress = (typeof PROGRESS_RANKS)[number];

/** Money by the provider's identity of the movement: two updates about one movement count once. */
export type Movements = Readonly<Record<string, Minor>>;

/** Totals that updates state as such, each the largest seen. What counts is the larger of a total and the movements' sum. */
export interface Totals {
  readonly paid?: Minor;
  readonly refunded?: Minor;
  /** The part of an authorization that was released without a capture. */
  readonly released?: Minor;
}

/** What the rules store of an attempt. */
export interface AttemptState {
  readonly progress: AttemptProgress;
  /** The largest authorization seen. */
  readonly authorized: Minor;
  readonly paid: Movements;
  readonly refunded: Movements;
  readonly chargedBack: Movements;
  /** Chargebacks that were won or taken back; left out: none. */
  readonly chargebackReversed?: Movements;
  /** Everything was reversed. */
  readonly reversed: boolean;
  readonly totals?: Totals;
  readonly sequences?: Sequences;
  /** What `ofTransaction` has brought, by movement; left out: nothing. */
  readonly transactions?: Transactions;
}

/** What is known of single transactions, by movement. */
export interface Transactions {
  /** The smallest payment seen: the amount of a transaction can only fall. */
  readonly lowered: Movements;
  /** Those that have held money, with the most that each held. */
  readonly held: Movements;
  /** The least that each of those was said to hold, where that is less: what is held can only fall. Left out: none. */
  readonly heldLess?: Movements;
  /** Those that ended without money, with the highest result. */
  readonly ended: Readonly<Record<string, Ending>>;
  /** Those that were reversed: what they brought is given back, and what another one brought or holds is not. Left out: none. */
  readonly reversed?: Readonly<Record<string, true>>;
}

/** How a transaction ends without money, in ascending rank. */
const ENDINGS = ['error', 'expired', 'cancelled', 'denied'] as const;
type Ending = (typeof ENDINGS)[number];

/** The highest sequence number (digits) of the provider's updates, by outcome. */
export type Sequences = Readonly<Partial<Record<'authorized' | 'paid' | 'refunded' | 'reversed', string>>>;

/** One provider update about one attempt, as far as the rules need it. */
export interface AttemptUpdate {
  readonly outcome: Outcome;
  /** Minor units in the payment's currency; null where the update states none. */
  readonly amount: Minor | null;
  /** The provider's identity of the money movement. */
  readonly movement: string;
  /** The amount is the total so far, not one movement. An amount that is `released` is always a total. */
  readonly cumulative?: boolean;
  /**
   * The provider's sequence number, in digits. A refund or reversal with a lower number than a later payment does not
   * reduce that payment.
   */
  readonly sequence?: string;
  /**
   * `movement` is one transaction of the provider's, and the update is its state: its amount can only fall, and a result without
   * money ends what it held (and nothing that another one holds).
   */
  readonly ofTransaction?: boolean;
}

export const NEW_ATTEMPT: AttemptState = {
  progress: 'created',
  authorized: ZERO,
  paid: {},
  refunded: {},
  chargedBack: {},
  reversed: false,
};

function raise(state: AttemptState, progress: AttemptProgress): AttemptState {
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

/** Whether a sequence number is above another one; false where either is missing. */
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

/** An attempt after an update; the same object when the update changes nothing. */
export function apply(state: AttemptState, update: AttemptUpdate): AttemptState {
  return withSequence(withTransaction(withOutcome(state, update), update), update);
}

const NO_TRANSACTIONS: Transactions = { lowered: {}, held: {}, ended: {} };

function endingOf(outcome: Outcome): Ending | null {
  return ENDINGS.find((one) => one === outcome) ?? null;
}

/**
 * The state that a claim of money is applied to. An end that brought no money, our own expiry among them, does not answer a claim that
 * came after it: somebody has to look.
 */
export function inDoubt(state: AttemptState): AttemptState {
  const isEnd = ENDINGS.some((one) => one === state.progress);
  return isEnd ? { ...state, progress: 'pending' } : state;
}

/** What an update says of its own transaction. */
function withTransaction(state: AttemptState, update: AttemptUpdate): AttemptState {
  const { outcome, movement, amount, ofTransaction } = update;
  if (!ofTransaction || (MONEY_OUTCOMES.has(outcome) && amount === null)) return state;
  const known = state.transactions ?? NO_TRANSACTIONS;
  const changed = transactionsAfter(known, outcome, movement, amount ?? ZERO);
  return changed === known ? state : { ...state, transactions: changed };
}

function transactionsAfter(known: Transactions, outcome: Outcome, id: string, amount: Minor): Transactions {
  if (outcome === 'authorized') {
    // A stored card holds nothing. What is lowered to nothing is told as cancelled.
    if (amount === 0) return known;
    const held = withMovement(known.held, id, amount);
    // Of two amounts of one transaction the smaller one is the later one, whichever came first.
    const before = known.held[id];
    const least = Math.min(amount, before ?? amount, known.heldLess?.[id] ?? amount) as Minor;
    const isLess = before !== undefined && least < (known.heldLess?.[id] ?? Math.max(before, amount));
    if (held === known.held && !isLess) return known;
    return { ...known, held, ...(isLess && { heldLess: { ...known.heldLess, [id]: least } }) };
  }
  if (outcome === 'paid') {
    const before = known.lowered[id];
    if (before !== undefined && before <= amount) return known;
    return { ...known, lowered: { ...known.lowered, [id]: amount } };
  }
  if (outcome === 'reversed') {
    return known.reversed?.[id] ? known : { ...known, reversed: { ...known.reversed, [id]: true } };
  }
  const ending = endingOf(outcome);
  const before = known.ended[id];
  if (!ending || (before !== undefined && ENDINGS.indexOf(before) >= ENDINGS.indexOf(ending))) return known;
  return { ...known, ended: { ...known.ended, [id]: ending } };
}

/** How the transactions that held money have ended, where none of them holds any more; null: one does, or none is known. */
function lapseOf({ transactions }: AttemptState): Ending | null {
  if (!transactions) return null;
  const ids = Object.keys(transactions.held);
  const endings = ids.map((id) => transactions.ended[id]);
  if (ids.length === 0 || endings.includes(undefined)) return null;
  return ENDINGS.findLast((one) => endings.includes(one)) ?? null;
}

/** Whether everything that an attempt held has lapsed, or was declined, without being captured. */
export function hasLapsed(state: AttemptState): boolean {
  return state.progress === 'authorized' && lapseOf(state) !== null;
}

/** Whether a transaction that has brought money is said to have brought none after all. */
export function contradicts(
  state: AttemptState,
  { outcome, movement, ofTransaction }: AttemptUpdate,
): boolean {
  const isEnd = endingOf(outcome) !== null || outcome === 'capture_denied';
  // The movement of a declined capture is that of the capture.
  const isOfOne = ofTransaction === true || outcome === 'capture_denied';
  return isOfOne && isEnd && (state.paid[movement] ?? ZERO) > 0;
}

/**
 * What each movement of an attempt has brought: of a transaction whose amount has fallen, what is left of it.
 * @param counts which movements.
 */
export function amountsPaid(
  { paid, transactions }: AttemptState,
  counts: (id: string) => boolean = () => true,
): readonly Minor[] {
  const counted = Object.entries(paid).filter(([id]) => counts(id));
  return counted.map(([id, amount]) => {
    const lowered = transactions?.lowered[id] ?? amount;
    return lowered < amount ? lowered : amount;
  });
}

/** Whether a transaction that was not reversed still holds money. */
function isHeldByOther({ transactions }: AttemptState): boolean {
  if (!transactions?.reversed) return false;
  const { held, ended, reversed } = transactions;
  return Object.keys(held).some((id) => !reversed[id] && ended[id] === undefined);
}

function withOutcome(state: AttemptState, update: AttemptUpdate): AttemptState {
  if (MONEY_OUTCOMES.has(update.outcome) && update.amount === null) return state;
  const amount = update.amount ?? ZERO;
  switch (update.outcome) {
    case 'none':
      return state;
    case 'pending':
    case 'error':
    case 'expired':
    case 'cancelled':
    case 'denied':
    case 'voided':
    case 'capture_denied':
      return raise(state, update.outcome);
    case 'authorized': {
      const authorized = larger(state.authorized, amount);
      const raised = raise(state, 'authorized');
      return authorized === raised.authorized ? raised : { ...raised, authorized };
    }
    case 'released':
      return withTotal(state, 'released', amount);
    case 'paid': {
      if (update.cumulative) return withTotal(state, 'paid', amount);
      const paid = withMovement(state.paid, update.movement, amount);
      return paid === state.paid ? state : { ...state, paid };
    }
    case 'refunded': {
      if (update.cumulative) return withTotal(state, 'refunded', amount);
      const refunded = withMovement(state.refunded, update.movement, amount);
      return refunded === state.refunded ? state : { ...state, refunded };
    }
    case 'charged_back': {
      const chargedBack = withMovement(state.chargedBack, update.movement, amount);
      return chargedBack === state.chargedBack ? state : { ...state, chargedBack };
    }
    case 'chargeback_reversed': {
      const known = state.chargebackReversed ?? {};
      const chargebackReversed = withMovement(known, update.movement, amount);
      return chargebackReversed === known ? state : { ...state, chargebackReversed };
    }
    case 'reversed': {
      const ended = raise(state, 'voided');
      return ended.reversed ? ended : { ...ended, reversed: true };
    }
  }
}

/** The money of one attempt, in minor units. */
export interface AttemptMoney {
  /** What an authorization that has not ended was for, less what was released; captured money stays counted. */
  readonly authorized: Minor;
  readonly released: Minor;
  readonly paid: Minor;
  /** Never above `paid`. */
  readonly refunded: Minor;
  /** Less what was won or taken back. */
  readonly chargedBack: Minor;
}

/** The sum of movements. */
export function sumIn(movements: Movements = {}): Minor {
  return sum(Object.values(movements));
}

function isReversed({ reversed, sequences = {} }: AttemptState): boolean {
  return reversed && !isAbove(sequences.paid, sequences.reversed);
}

/** The progress that counts: an authorization after a reversal holds money again, one whose transactions ended holds none. */
export function progressOf(state: AttemptState): AttemptProgress {
  const { progress, reversed, sequences = {} } = state;
  const isLater = isAbove(sequences.authorized, sequences.reversed) || isHeldByOther(state);
  const isHeldAgain = progress === 'voided' && reversed && isLater;
  if (progress === 'authorized') return lapseOf(state) ?? progress;
  return isHeldAgain ? 'authorized' : progress;
}

/** What a reversal has given back: all that was paid, or where single transactions were reversed what those had brought. */
function reversedOf(state: AttemptState, paid: Minor): Minor {
  const ids = state.transactions?.reversed;
  return ids ? sum(amountsPaid(state, (id) => ids[id] === true)) : paid;
}

/** What an authorization is for, less what its transactions were lowered by; an amount that no transaction has brought stays. */
function leftHeld({ authorized, transactions }: AttemptState): number {
  const { held = {}, heldLess } = transactions ?? {};
  if (!heldLess || Math.max(...Object.values(held)) < authorized) return authorized;
  return Math.max(...Object.entries(held).map(([id, amount]) => heldLess[id] ?? amount));
}

/** The money of an attempt, by its state. */
export function moneyOf(state: AttemptState): AttemptMoney {
  const { totals = {}, sequences = {} } = state;
  const paid = larger(sum(amountsPaid(state)), totals.paid ?? ZERO);
  const given = larger(sum(Object.values(state.refunded)), totals.refunded ?? ZERO);
  // A refund of an earlier payment says nothing about a payment after it.
  const back = isAbove(sequences.paid, sequences.refunded) ? ZERO : given;
  // A transaction that was taken back has no refunds: those are of what others have brought.
  const gone = isReversed(state) ? reversedOf(state, paid) : ZERO;
  const refunded = sum([gone, Math.min(back, paid - gone) as Minor]);
  const released = totals.released ?? ZERO;
  const held = Math.min(state.authorized - released, leftHeld(state));
  return {
    authorized: progressOf(state) === 'authorized' ? (Math.max(0, held) as Minor) : ZERO,
    released,
    paid,
    refunded: Math.min(refunded, paid) as Minor,
    chargedBack: Math.max(0, sumIn(state.chargedBack) - sumIn(state.chargebackReversed)) as Minor,
  };
}

/**
 * Whether money of an attempt counts that nothing proves.
 * @param proven the state by what is proven alone. Money that is proven to be paid proves that it was held.
 */
export function isPartlyUnproven(state: AttemptState, proven: AttemptState): boolean {
  const all = moneyOf(state);
  const sure = moneyOf(proven);
  const isSame = (kind: 'paid' | 'refunded' | 'chargedBack') => all[kind] === sure[kind];
  const isHeldSurely =
    all.authorized === sure.authorized || (all.authorized > sure.authorized && all.authorized <= sure.paid);
  return !(isSame('paid') && isSame('refunded') && isSame('chargedBack') && isHeldSurely);
}
