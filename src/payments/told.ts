/**
 * What a provider has told of an attempt, as readers of the payment see it: its words, its number, the card, why it declined.
 *
 * As the rules of movement, this is a join: of the updates with one outcome the greatest stays (`compare`), so that the same updates
 * end in the same view in any order. Which outcome is shown is decided by the state that they have led to, never by the clock.
 */
import { type AttemptState, moneyOf } from './rules.ts';
import type { Outcome } from './statuses.ts';

/** Why a payment was not made, in words that are the same for every provider. */
export const DECLINE_CODES = [
  'insufficient_funds',
  'expired_card',
  'authentication_failed',
  'cancelled_by_shopper',
  'fraud_suspected',
  'limit_exceeded',
  'invalid_card',
  'declined',
  'technical',
  'other',
] as const;

export type DeclineCode = (typeof DECLINE_CODES)[number];

export interface DeclineReason {
  readonly code: DeclineCode;
  /** In the provider's words. */
  readonly text: string;
}

/** What is told of a card; null where the provider does not tell it. */
export interface Card {
  /** As the provider names it. */
  readonly brand: string | null;
  /** The last four digits. */
  readonly last4: string | null;
  /** `YYYY-MM`. */
  readonly expiry: string | null;
  /** Whether the issuer bears the loss of a fraud (3-D Secure). */
  readonly liabilityShift: boolean | null;
}

/** What one update tells. */
export interface Told {
  /** As in AttemptUpdate. */
  readonly movement: string;
  readonly sequence?: string;
  /** A total, in minor units; left out: one movement. */
  readonly total?: number;
  readonly providerReference: string | null;
  readonly providerStatus: string | null;
  readonly providerStatusText: string | null;
  /** Whether it is proven. */
  readonly signed: boolean | null;
  readonly card?: Card;
  readonly declineReason?: DeclineReason;
}

/** What is kept of an attempt: the greatest of each outcome. */
export type ToldByOutcome = Readonly<Partial<Record<Outcome, Told>>>;

/** What is shown of a payment. */
export interface Shown {
  readonly providerReference: string | null;
  readonly providerStatus: string | null;
  readonly providerStatusText: string | null;
  readonly signed: boolean | null;
  readonly card: Card | null;
  readonly declineReason: DeclineReason | null;
}

/** Texts by their length first, so that numbers sort as numbers: providers count upwards. */
function natural(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Above 0 where the first is to be shown of two with one outcome. */
function compare(one: Told, other: Told): number {
  const proven = ({ signed }: Told) => (signed === true ? 1 : 0);
  const isNamed = ({ providerReference }: Told) => (providerReference === null ? 0 : 1);
  const rest = ({ providerReference, providerStatusText, signed, card, declineReason }: Told) =>
    JSON.stringify([providerReference, providerStatusText, signed, card, declineReason]);
  return (
    natural(one.sequence ?? '', other.sequence ?? '') ||
    isNamed(one) - isNamed(other) ||
    (one.total ?? 0) - (other.total ?? 0) ||
    natural(one.movement, other.movement) ||
    proven(one) - proven(other) ||
    natural(one.providerStatus ?? '', other.providerStatus ?? '') ||
    natural(rest(one), rest(other))
  );
}

/** What is kept after one more update; the same object where it is not shown before those that are known. */
export function withTold(known: ToldByOutcome, outcome: Outcome, one: Told): ToldByOutcome {
  // "None" moves nothing and says nothing of the payment.
  if (outcome === 'none') return known;
  const kept: ShownOutcome = outcome;
  const before = known[kept];
  if (before && compare(one, before) <= 0) return known;
  return { ...known, [kept]: one };
}

/** Results without money, the one that says most first. */
const WITHOUT_MONEY = ['denied', 'cancelled', 'expired', 'error', 'pending'] as const;
/** Those of an authorization. */
const OF_HELD = ['capture_denied', 'reversed', 'voided', 'released', 'authorized'] as const;

/** What is shown. A new outcome does not compile before it stands here: `orderOf` would never show it. */
type ShownOutcome =
  | (typeof WITHOUT_MONEY)[number]
  | (typeof OF_HELD)[number]
  | 'charged_back'
  | 'refunded'
  | 'chargeback_reversed'
  | 'paid';

/** The outcomes by which an attempt's state is shown, the first one that was told before the others. */
function orderOf(state: AttemptState): readonly Outcome[] {
  const { paid, refunded, chargedBack, authorized } = moneyOf(state);
  if (chargedBack > 0) return ['charged_back', 'reversed', 'refunded', 'paid', ...OF_HELD];
  if (paid > 0) {
    const given: readonly Outcome[] = refunded > 0 ? ['reversed', 'refunded'] : [];
    return [...given, 'chargeback_reversed', 'paid', 'authorized'];
  }
  if (authorized > 0) return ['released', 'authorized'];
  return isHeldNoMore(state) ? [...OF_HELD, ...WITHOUT_MONEY] : [...WITHOUT_MONEY, ...OF_HELD];
}

/** Whether an authorization has ended, other than by one of its transactions that says how. */
function isHeldNoMore({ progress }: AttemptState): boolean {
  return progress === 'voided' || progress === 'capture_denied';
}

/** An attempt, as far as it is shown. */
export interface ToldAttempt {
  readonly state: AttemptState;
  readonly told?: ToldByOutcome;
}

/** What is shown of an attempt; null: nothing was told. */
export function shownOf({ state, told = {} }: ToldAttempt): Shown | null {
  const order = orderOf(state);
  const all = order.flatMap((outcome) => told[outcome] ?? []);
  const [first] = all;
  if (!first) return null;
  return {
    providerReference: all.find((one) => one.providerReference !== null)?.providerReference ?? null,
    providerStatus: first.providerStatus,
    providerStatusText: first.providerStatusText,
    signed: first.signed,
    card: all.find(({ card }) => card)?.card ?? null,
    declineReason: first.declineReason ?? null,
  };
}

/** How much an attempt says about its payment: by its money, because a bank is processing it, or because a shopper has left for it. */
function weightOf({ state }: ToldAttempt): number {
  const { paid, refunded, chargedBack, authorized } = moneyOf(state);
  if (chargedBack > 0) return 6;
  if (paid > 0) return refunded > 0 ? 5 : 4;
  if (authorized > 0) return 3;
  if (state.progress === 'pending') return 2;
  return state.progress === 'created' ? 0 : 1;
}

/**
 * The attempt that decides a payment's status, the newest of several: who has paid late at the bank of an earlier one has paid there.
 * @param attempts oldest first.
 */
export function decisiveOf<T extends ToldAttempt>(attempts: readonly T[]): T | undefined {
  const most = Math.max(...attempts.map(weightOf));
  return attempts.findLast((attempt) => weightOf(attempt) === most);
}

/**
 * What is shown of a payment: of the attempt that decides its status. Where nothing was told of that, of another one at the same account:
 * the number of one bank beside the name of another leads nowhere.
 * @param attempts oldest first.
 */
export function shownOfAll(attempts: readonly (ToldAttempt & { readonly account: string })[]): Shown | null {
  const account = decisiveOf(attempts)?.account;
  const told = attempts.flatMap((attempt) => {
    if (attempt.account !== account) return [];
    const shown = shownOf(attempt);
    return shown ? [{ shown, weight: weightOf(attempt) }] : [];
  });
  const most = Math.max(...told.map(({ weight }) => weight));
  return told.findLast(({ weight }) => weight === most)?.shown ?? null;
}
