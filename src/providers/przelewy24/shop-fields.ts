/**
 * What a shop may give as `providerFields`: the optional fields of each mode that choose a means of payment or describe the payer.
 * Facts: SHEET.md, "Starting a payment". Not among them: what has a price of its own
 * (`cart`), and stored means of payment (`methodRefId`).
 */
import {
  NUMBER,
  type ShopFields,
  shopFieldsOfForms,
  textUpTo,
  type ValueForm,
  YES_NO,
} from '../kit/provider-fields.ts';
import type { P24Settings } from './settings.ts';

const MINUTES: ValueForm = { form: /^\d{1,2}$/, says: 'is a number of minutes from 0 to 99' };

const LABEL: ValueForm = {
  form: /^[a-zA-Z0-9 ęółśążźćńĘÓŁŚĄŻŹĆŃ./:-]{1,20}$/,
  says: 'has at most 20 letters, digits, blanks and characters of ./:-',
};

const TWELVE_DIGITS: ValueForm = { form: /^\d{1,12}$/, says: 'has at most 12 digits, as 481321132123' };

const REST = {
  method: NUMBER,
  channel: NUMBER,
  timeLimit: MINUTES,
  waitForResult: YES_NO,
  regulationAccept: YES_NO,
  shipping: NUMBER,
  transferLabel: LABEL,
  client: textUpTo(40),
  address: textUpTo(80),
  zip: textUpTo(10),
  city: textUpTo(50),
  phone: TWELVE_DIGITS,
};

const ZERO_ONE: ValueForm = { form: /^[01]$/, says: 'is 0 or 1' };

const FORM_32 = {
  p24_method: NUMBER,
  p24_channel: NUMBER,
  p24_time_limit: MINUTES,
  p24_wait_for_result: ZERO_ONE,
  p24_shipping: NUMBER,
  p24_transfer_label: LABEL,
  p24_client: textUpTo(50),
  p24_address: textUpTo(80),
  p24_zip: textUpTo(10),
  p24_city: textUpTo(50),
  p24_phone: TWELVE_DIGITS,
};

const LEGACY = {
  p24_klient: textUpTo(50),
  p24_adres: textUpTo(80),
  p24_kod: textUpTo(10),
  p24_miasto: textUpTo(50),
  p24_kraj: textUpTo(50),
};

const RESERVED = new Set([
  ...[
    'merchantId',
    'posId',
    'sessionId',
    'amount',
    'currency',
    'description',
    'email',
    'country',
    'language',
  ],
  ...['urlReturn', 'urlStatus', 'sign', 'encoding'],
]);

export const P24_SHOP_FIELDS: Readonly<Record<P24Settings['mode'], ShopFields>> = {
  rest: shopFieldsOfForms(REST, RESERVED),
  '3.2': shopFieldsOfForms(FORM_32),
  legacy: shopFieldsOfForms(LEGACY),
};

const NUMBERS = new Set(['method', 'channel', 'timeLimit', 'shipping']);
const BOOLEANS = new Set(['waitForResult', 'regulationAccept']);

/** A shop's value as JSON of `transaction/register` has it. */
export function p24JsonValue(name: string, value: string): string | number | boolean {
  if (NUMBERS.has(name)) return Number(value);
  return BOOLEANS.has(name) ? value === 'true' : value;
}
