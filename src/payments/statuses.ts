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

/** The outcomes that move money and therefore need an amount and the payment's currency. */
export const MONEY_OUTCOMES: ReadonlySet<Outcome> = new Set([
  'authorized',
  'paid',
  'refunded',
  'released',
  'charged_back',
  'chargeback_reversed',
]);

/** Statuses in which the shopper has nothing left to pay: the checkout sends them back to the shop. */
export const NOTHING_TO_PAY: ReadonlySet<Status> = new Set([
  'authorized',
  'paid',
  'partially_refunded',
  'refunded',
  'charged_back',
]);

/** Statuses without a result: a payment that stays in one of them for too long is queried, and finally expires. */
export const UNFINISHED: ReadonlySet<Status> = new Set(['created', 'forwarded', 'pending']);

/** Statuses without money, held or paid: a shop can call such a payment off. */
export const WITHOUT_MONEY: ReadonlySet<Status> = new Set([
  'created',
  'forwarded',
  'pending',
  'denied',
  'cancelled',
  'expired',
  'error',
]);

/** Statuses after which the shopper is welcomed at the shop's success address. */
export const GOOD: ReadonlySet<Status> = new Set(['paid', 'authorized', 'pending', 'partially_paid']);

/** Statuses without money of which the provider may say why. */
export const DECLINED: ReadonlySet<Status> = new Set(['denied', 'cancelled', 'expired', 'error']);
