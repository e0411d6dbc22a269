/** The status table of SHEET.md. */
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { statusTable } from '../kit/statuses.ts';

/** A test payment made in production. */
export const TEST_ETAT = '99';

/** `etat` of a notification. A single payment goes 1, 4, 10; only 10 guarantees the money. */
export const ETATS = statusTable([
  ['1', 'authorized', 'authorisation accepted'],
  ['2', 'denied', 'authorisation declined'],
  ['4', 'authorized', 'instalment accepted, awaiting remittance'],
  ['5', 'denied', 'instalment declined'],
  ['6', 'pending', 'cheque accepted'],
  ['8', 'paid', 'cheque cashed'],
  ['10', 'paid', 'finished, remitted'],
  ['11', 'cancelled', 'cancelled by the merchant'],
  ['12', 'cancelled', 'abandoned by the shopper'],
  ['15', 'none', 'refund recorded'],
  ['16', 'none', 'refund cancelled'],
  ['17', 'refunded', 'refund accepted'],
  ['20', 'charged_back', 'unpaid'],
  ['21', 'charged_back', 'unpaid, awaiting validation'],
  // montant is that of the instalment: a part of the payment.
  ['30', 'paid', 'instalment remitted'],
  // Some shops delivered on it. It never pays.
  ['99', 'pending', 'test payment made in production'],
]);

/** Why, where the etat says more than its outcome. */
export const SPPLUS_DECLINES = reasonsAmong(ETATS, [['11', 'other']]);
