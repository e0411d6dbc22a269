/** The statuses of a payment (docs/design.md has their table), and the outcomes of provider updates. */

export const STATUSES = [
  'created',
  'forwarded',
  'pending',
  'authorized',
  'partially_paid',
  'paid',
  'denied',
  'cancelled',
  'expired',
  'error',
  'partially_refunded',
  'refunded',
  'charged_back',
] as const;

export type Status = (typeof STATUSES)[number];

/**
 * What a provider update says happened. Finer than a status where the order of updates matters:
 * - `cancelled` is a shopper who gave up, `voided` an authorization that was released;
 * - `denied` is a decline at the start, `capture_denied` one after an authorization;
 * - `released` is a part of an authorization that was released, the rest is still held;
 * - `reversed` undoes everything: an authorization ends, what was paid counts as refunded;
 * - `chargeback_reversed` is a chargeback that was won or taken back: its money is the shop's again;
 * - `none` is an update that moves nothing ("refund requested", "uncertain"): logged only.
 */
export const OUTCOMES = [
  'none',
  'pending',
  'error',
  'expired',
  'cancelled',
  'denied',
  'authorized',
  'voided',
  'capture_denied',
  'paid',
  'refunded',
  'released',
  'reversed',
  'charged_back',
  'chargeback_reversed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** What is known of an outcome: a new one does not compile before it has answered. */
interface OutcomeFacts {
  /** Whether it moves money, and therefore needs an amount and the payment's currency. */
  readonly movesMoney: boolean;
  /** The least money beside which it says nothing new: what is held, or only what was paid; null: it is heard beside any. */
  readonly lessThan: 'held' | 'paid' | null;
}

const OUTCOME_FACTS: Readonly<Record<Outcome, OutcomeFacts>> = {
  none: { movesMoney: false, lessThan: null },
  pending: { movesMoney: false, lessThan: 'held' },
  error: { movesMoney: false, lessThan: 'held' },
  expired: { movesMoney: false, lessThan: 'held' },
  cancelled: { movesMoney: false, lessThan: 'held' },
  denied: { movesMoney: false, lessThan: 'held' },
  authorized: { movesMoney: true, lessThan: 'paid' },
  voided: { movesMoney: false, lessThan: 'paid' },
  capture_denied: { movesMoney: false, lessThan: 'paid' },
  paid: { movesMoney: true, lessThan: null },
  refunded: { movesMoney: true, lessThan: null },
  released: { movesMoney: true, lessThan: null },
  reversed: { movesMoney: false, lessThan: null },
  charged_back: { movesMoney: true, lessThan: null },
  chargeback_reversed: { movesMoney: true, lessThan: null },
};

const outcomesThat = (are: (facts: OutcomeFacts) => boolean): ReadonlySet<Outcome> =>
  new Set(OUTCOMES.filter((outcome) => are(OUTCOME_FACTS[outcome])));

/** The outcomes that move money and therefore need an amount and the payment's currency. */
export const MONEY_OUTCOMES = outcomesThat(({ movesMoney }) => movesMoney);

/** Outcomes that say less than an authorization. */
export const LESS_THAN_HELD = outcomesThat(({ lessThan }) => lessThan === 'held');

/** Outcomes that say less than money that was paid. */
export const LESS_THAN_PAID = outcomesThat(({ lessThan }) => lessThan !== null);

/** What is known of a status: a new one does not compile before it has answered, so that none is forgotten by what polls and expires. */
interface StatusFacts {
  /**
   * Where the money is: `undecided`, there is no result yet; `none`, the last try has ended without money; `here`, it is held or paid;
   * `partly_back` and `back`, it went back to the shopper.
   */
  readonly money: 'undecided' | 'none' | 'here' | 'partly_back' | 'back';
  /** Whether the shopper has nothing left to pay. */
  readonly isCovered: boolean;
  /** Whether the shopper is welcomed at the shop's success address. */
  readonly isWelcome: boolean;
  /** Whether the payment may be called off: nothing is known to be on its way at a bank. */
  readonly canBeCalledOff: boolean;
}

const OPEN = { money: 'undecided', isCovered: false, isWelcome: false, canBeCalledOff: true } as const;
const WITHOUT = { money: 'none', isCovered: false, isWelcome: false, canBeCalledOff: false } as const;
const AWAY = { money: 'back', isCovered: true, isWelcome: false, canBeCalledOff: false } as const;

const STATUS_FACTS: Readonly<Record<Status, StatusFacts>> = {
  created: OPEN,
  forwarded: OPEN,
  pending: { ...OPEN, isWelcome: true, canBeCalledOff: false },
  authorized: { money: 'here', isCovered: true, isWelcome: true, canBeCalledOff: false },
  partially_paid: { money: 'here', isCovered: false, isWelcome: true, canBeCalledOff: false },
  paid: { money: 'here', isCovered: true, isWelcome: true, canBeCalledOff: false },
  denied: WITHOUT,
  cancelled: WITHOUT,
  expired: WITHOUT,
  error: WITHOUT,
  partially_refunded: { ...AWAY, money: 'partly_back' },
  refunded: AWAY,
  charged_back: AWAY,
};

const statusesThat = (are: (facts: StatusFacts) => boolean): ReadonlySet<Status> =>
  new Set(STATUSES.filter((status) => are(STATUS_FACTS[status])));

/** Statuses in which the shopper has nothing left to pay: the checkout sends them back to the shop. */
export const NOTHING_TO_PAY = statusesThat(({ isCovered }) => isCovered);

/** Statuses without a result: a payment that stays in one of them for too long is queried, and finally expires. */
export const UNFINISHED = statusesThat(({ money }) => money === 'undecided');

/** Statuses without money, held or paid: a shop can call such a payment off. */
export const WITHOUT_MONEY = statusesThat(({ money }) => money === 'undecided' || money === 'none');

/** Statuses in which money is held, or was paid and not given back. */
export const WITH_MONEY = statusesThat(({ money }) => money === 'here');

/** Statuses of payments that money is held or has come for, and has not gone back whole. */
export const GOOD_IN_BOOKS = statusesThat(({ money }) => money === 'here' || money === 'partly_back');

/** Statuses after which the shopper is welcomed at the shop's success address. */
export const GOOD = statusesThat(({ isWelcome }) => isWelcome);

/** Statuses without money of which the provider may say why. */
export const DECLINED = statusesThat(({ money }) => money === 'none');

/** Statuses in which nothing is known to be on its way at a bank. */
export const CAN_BE_CALLED_OFF = statusesThat(({ canBeCalledOff }) => canBeCalledOff);
