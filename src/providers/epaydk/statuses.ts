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

/** `paymenttype` of a callback: those of which the sheet is certain. */
export const EPAYDK_BRANDS: ReadonlyMap<string, string> = new Map([
  ['1', 'Dankort'],
  ['3', 'Visa'],
  ['4', 'Mastercard'],
]);
