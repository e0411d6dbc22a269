/** The statuses of a payment (docs: design's table), and what a verified fact can say. */

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
 * What news from a provider says happened. Finer than a status where the order of news matters:
 * - `cancelled` is a shopper who gave up, `voided` an authorization that was released;
 * - `denied` is a refusal at the start, `capture_denied` one after an authorization;
 * - `released` is a part of an authorization that was given back, the rest is still held;
 * - `reversed` takes everything back: an authorization ends, what was paid counts as refunded;
 * - `none` is news that moves nothing ("refund requested", "uncertain"): logged only.
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
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** The outcomes that move money and therefore need an amount and the payment's currency. */
export const MONEY_OUTCOMES: ReadonlySet<Outcome> = new Set([
  'authorized',
  'paid',
  'refunded',
  'released',
  'charged_back',
]);

/** Statuses in which nothing more is awaited from the shopper: the checkout sends them back to the shop. */
export const NOTHING_TO_PAY: ReadonlySet<Status> = new Set([
  'authorized',
  'paid',
  'partially_refunded',
  'refunded',
  'charged_back',
]);

/** Statuses without a result yet: what stays in one of them for long is asked about, and given up at last. */
export const UNFINISHED: ReadonlySet<Status> = new Set(['created', 'forwarded', 'pending']);

/** Statuses after which the shopper is welcomed at the shop's success address. */
export const GOOD: ReadonlySet<Status> = new Set(['paid', 'authorized', 'pending', 'partially_paid']);
