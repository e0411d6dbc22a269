/** The status tables of the sheet. */
import { statusTable } from '../kit/statuses.ts';

/** Messages of the payment window. ePay has no codes for them: these words are ours. */
export const EPAYDK_MESSAGES = statusTable([
  ['accepted', 'accepted', 'accepted'],
  ['authorised', 'accepted', 'authorised'],
  ['cancelurl', 'none', 'the shopper left, or was declined'],
]);

/** `status` of gettransaction. */
export const EPAYDK_TRANSACTION_STATUSES = statusTable([
  ['PAYMENT_NEW', 'authorized', 'authorised'],
  ['PAYMENT_CAPTURED', 'paid', 'captured'],
  ['PAYMENT_DELETED', 'voided', 'authorisation released'],
]);

/**
 * `paymenttype` of a callback, those of which the sheet is certain, each with how the numbers of its cards begin. The first is Dankort
 * alone (5019) and the card that is Visa too.
 */
export const EPAYDK_BRANDS: ReadonlyMap<string, { readonly brand: string; readonly numbers: RegExp }> =
  new Map([
    ['1', { brand: 'Dankort', numbers: /^(?:4|5019)/ }],
    ['3', { brand: 'Visa', numbers: /^4/ }],
    ['4', { brand: 'Mastercard', numbers: /^(?:5[1-5]|2[2-7])/ }],
  ]);
