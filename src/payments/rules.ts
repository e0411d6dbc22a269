/**
 * The rules of movement: how a provider update moves an attempt, and how attempts make a payment's status.
 *
 * Everything here is a join: each piece of an attempt's state only ever grows (a rank by maximum, a movement of
 * money by its identity, a flag by or). So any order, repetition and interleaving of the same updates ends in the
 * same state, whichever of notification, return and status query came first. The accepted cost: between two
 * negative results of one attempt the progress rank decides, not the clock.
 *
 * - Money that arrived is never lost: paid wins over every result without money, whenever it comes.
 * - An update "in process" never takes back a result of its attempt. A payment is in process while any of its attempts is.
 * - Less than the asked amount is partially_paid; the sum over attempts counts.
 * - After paid only refunds and chargebacks move a payment; a refund never counts beyond what was paid.
 *
 * All rules stand in this one file, although it is long: each of them holds only beside the others.
 */
import { currency } from './currencies.ts';
import { type Minor, minor, sum, ZERO } from './money.ts';
import { LESS_THAN_HELD, LESS_THAN_PAID, MONEY_OUTCOMES, type Outcome, type Status } from './statuses.ts';

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
  readonly progress: Progress;
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
function amountsPaid(
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

/**
 * What an update is to those who read the payment:
 * - `moved`: it is the newest result;
 * - `remark`: it moves nothing, and is the newest that the provider has said;
 * - `stale`: money had decided before it, or it repeats what is known. It must not be shown as the newest.
 */
export type Bearing = 'moved' | 'remark' | 'stale';

/**
 * What an update is to readers of the payment.
 * @param attempts of the payment, before it: money in any of them outweighs what is said of another, and what nobody understands.
 * @param options.hasMoved whether it changed its attempt's state.
 * @param options.hasEnded whether it ended what its attempt held.
 * @param options.isUnknown whether its code is none that the provider's sheet has, or is empty.
 */
export function bearingOf(
  attempts: readonly AttemptState[],
  outcome: Outcome,
  {
    hasMoved,
    isUnknown = false,
    hasEnded = false,
  }: { readonly hasMoved: boolean; readonly isUnknown?: boolean; readonly hasEnded?: boolean },
): Bearing {
  if (hasEnded) return 'moved';
  const moneys = attempts.map(moneyOf);
  if (isUnknown && moneys.some(({ paid, authorized }) => paid > 0 || authorized > 0)) return 'stale';
  if (moneys.some(({ paid }) => paid > 0) && LESS_THAN_PAID.has(outcome)) return 'stale';
  if (moneys.some(({ authorized }) => authorized > 0) && LESS_THAN_HELD.has(outcome)) return 'stale';
  if (hasMoved) return 'moved';
  return outcome === 'none' || LESS_THAN_HELD.has(outcome) ? 'remark' : 'stale';
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
  /**
   * Two movements of money or more, in one attempt or in several, brought more than was asked together. A total says nothing of how
   * many there were.
   */
  readonly paidTwice: boolean;
  /** All that was ever charged back, and what of it was won or taken back: both only grow. */
  readonly chargebacks: { readonly made: Minor; readonly reversed: Minor };
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

function sumIn(movements: Movements = {}): Minor {
  return sum(Object.values(movements));
}

/** How many movements have brought money that counts; a total alone is one. */
function paymentsIn(state: AttemptState): number {
  const movements = amountsPaid(state).filter((amount) => amount > 0).length;
  return Math.max(movements, moneyOf(state).paid > 0 ? 1 : 0);
}

function isReversed({ reversed, sequences = {} }: AttemptState): boolean {
  return reversed && !isAbove(sequences.paid, sequences.reversed);
}

/** The progress that counts: an authorization after a reversal holds money again, one whose transactions ended holds none. */
export function progressOf(state: AttemptState): Progress {
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

/** The status of one attempt without money: what a payment with this attempt alone would have. */
function attemptStatus(state: AttemptState): Status {
  const released = state.totals?.released ?? ZERO;
  // Released part by part until nothing is left.
  const progress = progressOf(state);
  if (progress === 'authorized' && released > 0 && released >= state.authorized) return 'cancelled';
  return PROGRESS_STATUS[progress];
}

/**
 * The status of a payment without money: authorized if any attempt is; else pending if a bank is processing any, whatever became of
 * another one: who paid again might pay twice. Else that of the newest attempt that a shopper has left for: one that is only being built
 * takes nothing back.
 */
function statusWithoutMoney(attempts: readonly AttemptState[]): Status {
  const statuses = attempts.map(attemptStatus);
  const decisive = (['authorized', 'pending'] as const).find((status) => statuses.includes(status));
  return decisive ?? statuses.findLast((status) => status !== 'created') ?? 'created';
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
  const payments = attempts.reduce((count, state) => count + paymentsIn(state), 0);
  return {
    status: statusOf(asked, amounts, chargedBack, attempts),
    amounts,
    paidTwice: payments > 1 && amounts.paid > asked,
    chargebacks: {
      made: sum(attempts.map((state) => sumIn(state.chargedBack))),
      reversed: sum(attempts.map((state) => sumIn(state.chargebackReversed))),
    },
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

/** How many minor units one unit of a currency has. */
function minorUnitsIn(code: string): number {
  return 10 ** (currency(code)?.digits ?? 0);
}

/** How an update's money differs from what was asked. */
export type Mismatch =
  | 'currency'
  | 'amount_missing'
  | 'amount_scaled'
  | 'amount_implausible'
  | 'amount_below'
  | 'amount_above';

/** Differences with which an update must not move money. */
export const MOVES_NOTHING: ReadonlySet<Mismatch> = new Set([
  'currency',
  'amount_missing',
  'amount_scaled',
  'amount_implausible',
]);

/** No surcharge, tip or transfer that was typed wrongly makes a payment larger than this many times what was asked for. */
const PLAUSIBLE_TIMES = 2;

/** What is known of the money that an update is about, in minor units. */
export interface KnownMoney {
  readonly paid: number;
  readonly authorized: number;
  /** What was given back by other movements than this update's; a total has no others. */
  readonly refunded: number;
}

const NOTHING_KNOWN: KnownMoney = { paid: 0, authorized: 0, refunded: 0 };

/** What is known of an attempt's money, for an update about a movement; null: about a total. */
export function knownMoney(state: AttemptState, movement: string | null): KnownMoney {
  const { paid, authorized } = moneyOf(state);
  const others = Object.entries(state.refunded).filter(([id]) => id !== movement);
  return { paid, authorized, refunded: movement === null ? 0 : sum(others.map(([, amount]) => amount)) };
}

/**
 * The most that an update of an outcome can be about. More cannot be given back than came, or was to come: a refund may be told before
 * its payment is.
 */
function mostOf(outcome: Outcome, asked: number, known: KnownMoney): number {
  const there = Math.max(asked, known.paid, known.authorized);
  if (outcome === 'refunded') return there - known.refunded;
  return outcome === 'released' || outcome === 'reversed' ? there : PLAUSIBLE_TIMES * there;
}

/**
 * How an update's money differs from what was asked; null: it does not. With those of MOVES_NOTHING the update must not move money: another
 * currency, no amount, what was asked for in minor units read as whole units (`amount_scaled`), or more than there can be
 * (`amount_implausible`, such as a part read so). With the other two it is logged as a conflict, and counts.
 */
export function mismatch(
  asked: { readonly amount: Minor; readonly currency: string },
  update: { readonly outcome: Outcome; readonly amount: number | null; readonly currency: string | null },
  known: KnownMoney = NOTHING_KNOWN,
): Mismatch | null {
  const { outcome, amount } = update;
  const most = mostOf(outcome, asked.amount, known);
  // A reversal needs no amount. One of more than there is is none.
  if (outcome === 'reversed') return amount !== null && amount > most ? 'amount_implausible' : null;
  if (!MONEY_OUTCOMES.has(outcome)) return null;
  if (update.currency !== null && update.currency !== asked.currency) return 'currency';
  if (amount === null || minor(amount) === null) return 'amount_missing';
  if (amount === asked.amount * minorUnitsIn(asked.currency) && amount > asked.amount) return 'amount_scaled';
  if (amount > most) return 'amount_implausible';
  if (amount > asked.amount) return 'amount_above';
  const whole = outcome === 'authorized' || outcome === 'paid';
  return whole && amount < asked.amount ? 'amount_below' : null;
}
